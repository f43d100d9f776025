#!/bin/bash
# Many files are as good as one: in any order, in a folder, compressed, one direction in each; and what is said of those that are cut,
# empty or no captures.
set -uo pipefail
command -v editcap tcpdump zstd gzip >/dev/null || { echo "SKIPPED: needs editcap, tcpdump, zstd and gzip"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
capture=$SOURCE/tests/captures/incident.pcap
bad=0

read_json() { "$HELOSCOPE" read --no-store --json "$@" 2>said; }
fail() {
	echo "FAIL $*: $(head -c 400 said)"
	bad=1
}
# same WHAT FILES...: the same records as the whole capture, and no word
same() {
	local what=$1
	shift
	read_json "$@" >got || fail "$what: status $?"
	cmp whole got && [ ! -s said ] && echo "ok   $what" || fail "$what"
}
# want STATUS WORDS WHAT command...
want() {
	local status=$1 words=$2 what=$3
	shift 3
	"$@" >out 2>said
	local rc=$?
	[ $rc = "$status" ] && grep -qF -- "$words" said && echo "ok   $what: $(head -n 1 said)" || fail "$what: status $rc"
}

read_json "$capture" >whole || fail "the whole capture"
mkdir row
editcap -F pcap -c 60 "$capture" row/part.pcap
mapfile -t row < <(find row -name 'part*' | sort -R)
(
	ulimit -n 32
	same "${#row[@]} files in any order, few of them open" "${row[@]}"
	exit $bad
) || bad=1
tcpdump -r "$capture" -w to.pcap 'dst port 25' 2>/dev/null
tcpdump -r "$capture" -w from.pcap 'not dst port 25' 2>/dev/null
same "each direction in a file of its own" from.pcap to.pcap
gzip -k to.pcap
zstd -q from.pcap
same "compressed, each in another way" to.pcap.gz from.pcap.zst
same "standard input beside a file" to.pcap - <from.pcap
gzip -c "$capture" >whole.gz
zstd -q "$capture" -o whole.zst
same "gzip on standard input" - <whole.gz
same "zstd on a pipe" - < <(cat whole.zst)

echo "what was captured, and when" >row/notes.txt
: >row/empty.pcap
mkdir row/older
read_json row >got || fail "a folder: status $?"
cmp whole got || fail "a folder"
for name in notes.txt empty.pcap older; do
	grep -q "skipped: row/$name: " said || fail "$name is not named"
done
[ "$(wc -l <said)" = 3 ] && echo "ok   a folder, and what is skipped in it" || fail "words on a folder"
read_json 'row/p*' >got && cmp whole got && echo "ok   a pattern" || fail "a pattern"
mkdir nothing kept
echo text >nothing/text
want 3 "nothing: no capture in this folder can be read" "a folder without captures" "$HELOSCOPE" read --store n.db nothing

# Two interfaces of different link type and snaplen in one pcapng file.
if command -v mergecap >/dev/null; then
	editcap -F pcapng -T ether -s 65000 to.pcap to.pcapng
	editcap -F pcapng from.pcap from.pcapng
	mergecap -w both.pcapng to.pcapng from.pcapng
	same "two interfaces in one pcapng file" both.pcapng
fi

head -c 100000 whole.gz >cut.gz
want 1 "cut.gz: damaged after packet" "gzip cut short" "$HELOSCOPE" read --no-store cut.gz
head -c 50000 whole.zst >cut.zst
want 1 "the compressed data is cut short" "zstd cut short" "$HELOSCOPE" read --no-store cut.zst
grep -q "^[1-9][0-9]* packets, [1-9]" out || fail "nothing was read before the damage"
editcap -F pcap -s 96 "$capture" short.pcap
want 0 "packets were cut when they were captured, at 96 bytes" "a short snaplen" "$HELOSCOPE" read --store kept/short.db short.pcap
grep -q "140 SMTP sessions" out || fail "sessions of which only headers are there: $(head -n 1 out)"
sqlite3 kept/short.db 'SELECT text FROM events' | grep -q "at 96 bytes" || fail "the short snaplen is no event"
head -c 24 "$capture" >header.pcap
want 0 "header.pcap: no packets in it" "an empty capture" "$HELOSCOPE" read --store none.db header.pcap
head -c 30 "$capture" >record.pcap
want 1 "record.pcap: cut short before its first packet" "half a packet" "$HELOSCOPE" read --store none.db record.pcap
want 3 "missing.pcap: there is no such file" "a missing file behind a good one" "$HELOSCOPE" read --store none.db "$capture" missing.pcap
[ ! -e none.db ] && [ ! -e n.db ] && [ ! -e heloscope.key ] || fail "a store was made of nothing"
exit $bad
