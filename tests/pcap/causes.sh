#!/bin/bash
# The verdict on hosts of the shipped captures: the first cause, the verdict's word, and what the evidence must say.
set -uo pipefail

# capture | host | verdict | first cause, - = none | words of its evidence, a regular expression
rows() {
	cat <<-'ROWS'
	openproxy.pcap   192.0.2.77   likely|listed       open-proxy   through this host as a proxy
	openproxy.pcap   192.0.2.25   clean|unknown       -
	openrelay.pcap   192.0.2.80   likely|listed       open-relay   accepted from outside and left again
	openrelay.pcap   192.0.2.25   clean|unknown       -
	incident.pcap    200.136.80.4 listed              web-form     contact.php
	incident.pcap    192.0.2.77   clean|unknown|watch hand-typed   typed by hand
	incident.pcap    192.0.2.190  clean|unknown|watch batch-jobs   cron or a batch system
	incident.pcap    192.0.2.25   clean               -
	incident.pcap    192.0.2.35   clean               -
	typed.pcap       192.0.2.77   clean|unknown|watch hand-typed   typed by hand
	typed.pcap       192.0.2.190  clean|unknown|watch hand-typed   typed by hand
	newsletter.pcap  192.0.2.25   clean|unknown|watch mailing-list Readers of the library
	vlan.pcapng      192.0.2.190  clean|unknown|watch batch-jobs   cron or a batch system
	dictionary.pcap  192.0.2.25   clean|unknown       -
	submission.pcap  192.0.2.25   clean               -
	exim-to-postfix.pcap 192.0.2.35 clean             -
	ROWS
}

bad=0 last=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r capture host verdict cause words; do
	if [[ $capture != "$last" ]]; then
		"$HELOSCOPE" read --json --no-store --privacy off --net 192.0.2.0/24 --net 200.136.80.0/24 "$SOURCE/tests/captures/$capture" \
			>"$work/records" 2>"$work/said" || { echo "FAIL $capture: $(cat "$work/said")" && bad=1; }
		last=$capture
	fi
	if jq -e --arg ip "$host" --arg verdict "^($verdict)\$" --arg cause "$cause" --arg words "$words" -n \
		'[inputs | select(.type == "host" and .ip == $ip)] | length == 1 and (.[0] | (.verdict | test($verdict)) and
			((.causes[0].cause // "-") == $cause) and ($cause == "-" or (.causes[0].evidence | any(test($words)))))' \
		"$work/records" >/dev/null; then
		echo "ok   $capture: $host is $verdict, $cause"
	else
		echo "FAIL $capture: $host is not $verdict, $cause, '$words'"
		jq -c --arg ip "$host" 'select(.type == "host" and .ip == $ip) | {verdict, summary, causes}' "$work/records"
		bad=1
	fi
done < <(rows)
[[ $bad == 0 ]]
