#!/bin/bash
# Wrong use and bad input: a clear message, the right exit status, nothing half-written.
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
capture=$SOURCE/tests/captures/clients.pcap
bad=0

# want STATUS 'part of the message' command...
want() {
	local status=$1 words=$2 got
	shift 2
	got=$("$@" 2>&1 >/dev/null </dev/null)
	local rc=$?
	if [ $rc != "$status" ] || ! grep -qF -- "$words" <<<"$got"; then
		echo "FAIL '$*': status $rc (want $status), said: $got (want '$words')"
		bad=1
	else
		echo "ok   $status $(head -n 1 <<<"$got")"
	fi
}

: >empty.pcap
echo "this is no capture at all, but a line of text" >text.pcap
head -c 20000 "$capture" >cut.pcap
printf '\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\0\0\xb3\0\0\0' >link.pcap
mkdir folder rules
printf 'header BROKEN Subject =~ /(unclosed/\n' >rules/bad.cf
printf '[capture]\nstreamz = 5\n' >bad.conf
printf '[campus]\nnet = 300.1.2.3/8\n' >net.conf
echo "not a data base, but long enough to be taken for one by its size" >no.db

want 2 "unknown command" "$HELOSCOPE" reed
want 2 "name a capture" "$HELOSCOPE" read
want 2 "unknown option" "$HELOSCOPE" read --colour "$capture"
want 2 "not a network" "$HELOSCOPE" read --no-store --net 1.2.3 "$capture"
want 2 "exclude each other" "$HELOSCOPE" read --no-store --store x.db "$capture"
want 2 "not a number from 0 to 32" "$HELOSCOPE" run -i lo --workers many
want 3 "missing.pcap" "$HELOSCOPE" read --store x.db missing.pcap
want 3 "empty" "$HELOSCOPE" read --no-store empty.pcap
want 3 "text.pcap" "$HELOSCOPE" read --no-store text.pcap
want 3 "folder" "$HELOSCOPE" read --no-store folder
want 3 "link type" "$HELOSCOPE" read --no-store link.pcap
want 1 "cut.pcap" "$HELOSCOPE" read --no-store cut.pcap
want 3 "bad.cf:1" "$HELOSCOPE" read --no-store --rules rules "$capture"
want 3 "bad.cf:1" "$HELOSCOPE" rules check --rules rules
want 2 "bad.conf:2" "$HELOSCOPE" read --no-store --config bad.conf "$capture"
want 2 "net.conf:2" "$HELOSCOPE" read --no-store --config net.conf "$capture"
want 3 "no.db" "$HELOSCOPE" read --store no.db "$capture"
want 3 "nowhere" "$HELOSCOPE" read --store nowhere/x.db "$capture"
want 3 "x.db" "$HELOSCOPE" report --store x.db
[ ! -e x.db ] || { echo "FAIL: a store was made although nothing could be read"; bad=1; }
"$HELOSCOPE" read --store new.db "$capture" >/dev/null || bad=1
sqlite3 new.db 'PRAGMA user_version = 9999' || bad=1
want 3 "newer" "$HELOSCOPE" read --store new.db "$capture"
# alert WORDS LINES: a section with these lines is refused, where the sensor starts and where a test is sent
alert() {
	printf '[alert desk]\n%b\n' "$2" >alert.conf
	want 2 "[alert desk] $1" "$HELOSCOPE" run -i lo --config alert.conf
	want 3 "[alert desk] $1" "$HELOSCOPE" alerts --test --config alert.conf
}
alert "kind: is missing" "above = listed"
alert "target: the absolute path" "kind = command"
alert "target: the absolute path" "kind = command\ntarget = hook"
alert "target: No such file" "kind = command\ntarget = /no/such/hook"
alert "target: is no file that can be run" "kind = command\ntarget = /etc/passwd"
alert "target: an address that begins with http://" "kind = webhook\ntarget = ftp://x/"
alert "target: an address that begins with smtp://" "kind = mail\ntarget = relay.example.org"
alert "from: is missing" "kind = mail\ntarget = smtp://x\nto = a@b"
alert "from: is not an address" "kind = mail\ntarget = smtp://x\nfrom = x y@z\nto = a@b"
alert "to: is missing" "kind = mail\ntarget = smtp://x\nfrom = a@b"
alert "to: is not an address" "kind = mail\ntarget = smtp://x\nfrom = a@b\nto = a@b, c"
alert "to: only mail has one" "kind = webhook\ntarget = http://x/\nto = a@b"
alert "target: the journal has none" "kind = journal\ntarget = x"
printf '[alert a b]\nkind = journal\n' >alert.conf
want 2 "[alert a b]: a name has letters" "$HELOSCOPE" run -i lo --config alert.conf
printf '[alert desk]\nkind = journal\n' >alert.conf
want 3 "no section [alert des]" "$HELOSCOPE" alerts --test des --config alert.conf
want 3 "no target" "$HELOSCOPE" alerts --test --config /dev/null
want 2 "named with --test" "$HELOSCOPE" alerts desk
if [ -w /dev/full ]; then
	"$HELOSCOPE" read --no-store --json "$capture" >/dev/full 2>full.txt
	[ $? = 3 ] && grep -q "disk full" full.txt || { echo "FAIL: full output not told"; bad=1; }
fi
exit $bad
