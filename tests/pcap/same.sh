#!/bin/bash
# Same input, same records, byte for byte; the same capture twice into one store changes nothing; a pipe is as good as a file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$SOURCE/tests/captures/incident.pcap

"$HELOSCOPE" read --no-store --json "$capture" >"$work/a"
"$HELOSCOPE" read --no-store --json - <"$capture" >"$work/b"
cmp "$work/a" "$work/b"

"$HELOSCOPE" read --store "$work/s.db" "$capture" >/dev/null
for table in hosts sessions mails evidence; do "$HELOSCOPE" export $table --store "$work/s.db" --format csv; done >"$work/once"
"$HELOSCOPE" read --store "$work/s.db" "$capture" >/dev/null
for table in hosts sessions mails evidence; do "$HELOSCOPE" export $table --store "$work/s.db" --format csv; done >"$work/twice"
cmp "$work/once" "$work/twice"
[ "$(wc -l <"$work/once")" -gt 200 ]
# Every mail is counted in the hour and the host that sent it.
sent=$(sqlite3 "$work/s.db" 'SELECT sum(mails) FROM host_hours')
[ "$sent" = "$(sqlite3 "$work/s.db" 'SELECT count(*) FROM mails')" ] || {
	echo "the hours of the hosts hold $sent mails, the store holds another number"
	exit 1
}
jq -es 'map(select(.type == "host" and .ip == "200.136.80.4"))[0].verdict == "listed"' "$work/a" >/dev/null
echo "same records, $(wc -l <"$work/a") lines"
