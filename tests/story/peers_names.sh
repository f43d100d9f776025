#!/bin/bash
# A site names its own programs: [dialect] file of the configuration wins over the table that comes with heloscope.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
. "$here/lib.sh"
trap 'rm -rf "$work"' EXIT
capture=$here/../captures/clients.pcap

# names OPTION...: the clients' programs, each once
names() {
	"$heloscope" read --json --no-store "$@" "$capture" 2>"$work/log" |
		jq -r 'select(.type == "session") | .client_software' | sort -u | paste -sd,
}
[[ $(names) == ",Postfix,Postfix or Exim,Python smtplib,swaks" ]] || fail "the names are $(names)"
echo "ok   names of our own table"

printf '[dialect]\nfile = %s/clients\n' "$work" >"$work/heloscope.conf"
printf '# program\tdialect\tfield\nNight report\tehlo *|mail FROM:<_>*|rcpt TO:<_>|data|QUIT*\n' >"$work/clients"
printf 'Probe\tEHLO *|MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf*\tX-Mailer: swaks\n\tEHLO *|MAIL FROM:<_> SIZE=**\n' >>"$work/clients"
[[ $(names --config "$work/heloscope.conf") == ",Night report,Probe" ]] ||
	fail "with a site's table the names are $(names --config "$work/heloscope.conf")"
"$heloscope" show smtp --config "$work/heloscope.conf" "$capture" >"$work/shown" 2>"$work/log" || fail "show smtp"
echo "ok   a site's rows win, name others, and take names away"

printf 'Probe EHLO *\n' >>"$work/clients"
"$heloscope" read --no-store --config "$work/heloscope.conf" "$capture" >"$work/out" 2>"$work/log" &&
	fail "a broken table is taken"
grep -q "$work/clients:5: a dialect is missing" "$work/log" || fail "the message names no file and line"
rm "$work/clients"
"$heloscope" read --no-store --config "$work/heloscope.conf" "$capture" >"$work/out" 2>"$work/log" &&
	fail "a missing table is taken"
grep -q "$work/clients: cannot read the table of clients" "$work/log" || fail "the message names no file"
echo "ok   a fault is said with its place"
