#!/bin/bash
# Nothing of an AUTH exchange and no recipient's local part is in the records, the store or the output.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=$SOURCE/tests/captures/submission.pcap

"$HELOSCOPE" read --store "$work/s.db" "$capture" >"$work/out"
"$HELOSCOPE" read --no-store --json --privacy off "$capture" >>"$work/out"
# What clients sent after AUTH, as tshark sees it: every word of 12 characters and more may be nowhere.
tshark -r "$capture" -Y 'smtp.req.command == "AUTH" || smtp.auth.password || smtp.auth.username' \
	-T fields -e smtp.command_line -e smtp.auth.username -e smtp.auth.password 2>/dev/null |
	grep -oE '[A-Za-z0-9+/=]{12,}' | grep -v '^CRAM' | sort -u >"$work/secrets"
[ -s "$work/secrets" ] || { echo "the capture holds no AUTH in clear"; exit 1; }
sqlite3 "$work/s.db" .dump >>"$work/out"
if grep -nFf "$work/secrets" "$work/out"; then
	echo "a secret of AUTH was kept"
	exit 1
fi
echo "$(wc -l <"$work/secrets") secrets looked for, none kept"
