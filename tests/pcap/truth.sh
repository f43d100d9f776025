#!/bin/bash
# Each capture gives the sessions, mails and recipients that the servers' own logs say (tests/captures/TRUTH.tsv); what went under TLS
# cannot be seen and is taken off.
set -euo pipefail
cd "$SOURCE/tests/captures"
bad=0
while IFS=$'\t' read -r name sessions mails accepted rejected deferred _ tls_mails tls_rcpts; do
	[ "$name" != capture ] || continue
	want="$sessions $((mails - tls_mails)) $((accepted - tls_rcpts)) $rejected $deferred"
	got=$("$HELOSCOPE" read --no-store --json "$name" | jq -rs '
		# What a client says to a proxy, the proxy says to the server: one dialogue, two streams.
		[.[] | select(.type == "session" and (.proxy.target // "") == "")] as $s
		| [$s[].mails[]] as $m
		# 421 closes the channel (RFC 5321 3.8): the server writes no line about that recipient.
		| [$m[].rcpts[] | select(.code != 421).disposition] as $d
		| "\($s | length) \($m | map(select(.outcome == "accepted")) | length) "
		+ "\($d | map(select(. == "accepted")) | length) \($d | map(select(. == "rejected")) | length) "
		+ "\($d | map(select(. == "deferred")) | length)"')
	if [ "$got" = "$want" ]; then
		echo "ok   $name: $got"
	else
		echo "FAIL $name: got '$got', the servers say '$want' (sessions mails accepted rejected deferred)"
		bad=1
	fi
done <TRUTH.tsv
exit $bad
