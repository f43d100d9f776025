#!/bin/bash
# What `read` says of ports: SMTP on others is found unless [capture] any_port = no, and streams to mail ports that are not SMTP are
# named, are records, and count nowhere.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# want WHAT TEXT COMMAND...: the command's output has the text
want() {
	local what=$1 text=$2
	shift 2
	"$@" >"$work/out" 2>&1 || true
	grep -qF -- "$text" "$work/out" && echo "ok   $what" && return
	echo "FAIL $what: no '$text' in"
	cat "$work/out"
	exit 1
}

"$REWRAP" "$SOURCE/tests/captures/incident.pcap" "$work/elsewhere.pcap" elsewhere=20000
want "SMTP on other ports" "140 SMTP sessions" "$HELOSCOPE" read --no-store "$work/elsewhere.pcap"
printf '[capture]\nany_port = no\n' >"$work/no.conf"
want "any_port = no" " 0 SMTP sessions" "$HELOSCOPE" read --no-store --config "$work/no.conf" "$work/elsewhere.pcap"
printf '[capture]\nany_port = perhaps\n' >"$work/bad.conf"
want "any_port = perhaps" "bad.conf:2: [capture] any_port: 'perhaps' is neither 'yes' nor 'no'" \
	"$HELOSCOPE" read --no-store --config "$work/bad.conf" "$work/elsewhere.pcap"

python3 "$here/made.py" "$work/foreign.pcap"
want "what is not SMTP" "4 streams to mail ports are not SMTP: ftp 2, http 1, tls 1" "$HELOSCOPE" read --no-store "$work/foreign.pcap"
want "no session" " 0 SMTP sessions" "$HELOSCOPE" read --no-store "$work/foreign.pcap"
want "a record" '"protocol":"ftp"' "$HELOSCOPE" read --no-store --json "$work/foreign.pcap"
"$HELOSCOPE" read --store "$work/f.db" "$work/foreign.pcap" >"$work/out"
want "kept in the store" "ftp" "$HELOSCOPE" export sessions --format csv --store "$work/f.db"
