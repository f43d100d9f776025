#!/bin/bash
# rewrap itself: tshark finds in what it wrote the dialogue of the capture, whole and well-formed; the same seed gives the same bytes; what it
# says was lost was lost; wrong use is told in words.
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
captures=$SOURCE/tests/captures
cd "$work" || exit 1
bad=0
fail() {
	echo "FAIL $*"
	bad=1
}

# want STATUS WORDS ARGUMENTS...
want() {
	local status=$1 words=$2
	shift 2
	"$REWRAP" "$@" >out 2>said
	local rc=$?
	[ $rc = "$status" ] && cat out said | grep -qF -- "$words" || fail "rewrap $*: status $rc, $(head -c 300 said)"
}
capture=$captures/typed.pcap
echo "no capture" >text.pcap
head -c 200 "$capture" >cut.pcap
"$REWRAP" "$capture" snapped.pcap snaplen=60
"$REWRAP" "$capture" tunnel.pcap stack=null
want 0 "Treatments:" --help
want 0 "erspan" --layers
want 2 "name a capture"
want 2 "unknown option --colour" --colour "$capture" o.pcap
want 2 "value is missing" --seed
want 2 "a number from 0" --seed x "$capture" o.pcap
want 2 "no treatment shake" "$capture" o.pcap shake=3
want 2 "a number from 1 to 100000 is wanted" "$capture" o.pcap reorder=0
want 2 "none of same, vlan, ttl, id" "$capture" o.pcap double=twice
want 2 "takes no argument: urgent" "$capture" o.pcap urgent=1
want 2 "must stand before fragment and stack" "$capture" o.pcap stack=ppp split=3
want 2 "no multiple of 8" "$capture" o.pcap fragment=9
want 2 "no layer \"token-ring\"" "$capture" o.pcap stack=token-ring+llc
want 2 "pppoe cannot carry ipv4" "$capture" o.pcap stack=ethernet+pppoe
want 2 "nothing carries gre" "$capture" o.pcap stack=gre
want 2 "stands already" "$capture" o.pcap stack=ppp stack=ethernet
want 2 "split it before" "$captures/bdat.pcap" o.pcap stack=ethernet+llc
want 2 "name the other one" "$capture" o.pcap interfaces=direction
want 3 "No such file" missing.pcap o.pcap
want 3 "unknown file format" text.pcap o.pcap
want 3 "damaged after packet" cut.pcap o.pcap
want 3 "cut by a snaplen" snapped.pcap o.pcap
want 3 "link type 0" tunnel.pcap o.pcap
want 3 "cannot be written" "$capture" nowhere/o.pcap
want 3 "filter" --filter "port twenty" "$capture" o.pcap

# Same seed, same bytes.
chaos=(loss=5% reorder=16 retransmit=30:overlap double=ttl:4)
"$REWRAP" --seed 3 --lost a.lost "$captures/openrelay.pcap" a.pcap "${chaos[@]}"
"$REWRAP" --seed 3 --lost b.lost "$captures/openrelay.pcap" b.pcap "${chaos[@]}"
"$REWRAP" --seed 4 "$captures/openrelay.pcap" c.pcap "${chaos[@]}"
cmp -s a.pcap b.pcap && cmp -s a.lost b.lost || fail "the same seed gives other bytes"
cmp -s a.pcap c.pcap && fail "another seed gives the same bytes"

# Ten segments lost: ten lines, and so many bytes less on the wire; not lost are those that were sent again.
bytes() { tshark -r "$1" -Y 'tcp.len > 0' -T fields -e tcp.len 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'; }
"$REWRAP" --lost ten "$captures/clients.pcap" ten.pcap loss=10
lost=$(awk -F'\t' '{ n += $7 } END { print n }' ten)
"$REWRAP" --lost all "$captures/clients.pcap" o.pcap snaplen=54
cut=$(awk -F'\t' '{ n += $7 } END { print n }' all)
if command -v tshark >/dev/null; then
	[ "$(wc -l <ten)" = 10 ] && [ $((lost + $(bytes ten.pcap))) = "$(bytes "$captures/clients.pcap")" ] || fail "loss=10: $lost bytes"
	[ "$cut" = "$(bytes "$captures/clients.pcap")" ] || fail "snaplen=54: $cut bytes"
fi
"$REWRAP" --lost none "$captures/clients.pcap" o.pcap retransmit=all loss=1
[ -s none ] && fail "a segment that came twice is told as lost"
[ $bad = 0 ] && echo "ok   words, seeds, losses"

command -v tshark >/dev/null || { echo "SKIPPED in part: tshark is not installed"; exit $((bad ? 1 : 77)); }

# What tshark makes of it: the dialogue, or the names of protocols round it; and what it complains about.
dialogue() {
	tshark -r "$1" "${@:2}" -Y smtp -T fields -e smtp.req.command -e smtp.req.parameter -e smtp.response.code -e smtp.rsp.parameter 2>/dev/null
}
complaints() {
	tshark -r "$1" "${@:2}" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '_ws.malformed or
		tcp.checksum.status == 0 or ip.checksum.status == 0 or udp.checksum.status == 0 and udp.length < 0' 2>/dev/null | head -3
}

# PROTOCOL that tshark must name  CAPTURE  TREATMENTS  [-- OPTIONS of tshark]
while read -r protocol name rest; do
	[ -n "$protocol" ] || continue
	treatments=${rest%% -- *} options=
	[ "$treatments" = "$rest" ] || options=${rest##* -- }
	# shellcheck disable=SC2086 # words
	"$REWRAP" "$captures/$name" o.pcap $treatments || { fail "rewrap $treatments"; continue; }
	dialogue "$captures/$name" >whole
	# shellcheck disable=SC2086
	dialogue o.pcap $options >got
	[ -s whole ] && cmp -s whole got || fail "$treatments: tshark sees another dialogue ($(wc -l <got) lines of $(wc -l <whole))"
	# shellcheck disable=SC2086
	[ -z "$(complaints o.pcap $options)" ] || fail "$treatments: $(complaints o.pcap $options)"
	# shellcheck disable=SC2086
	tshark -r o.pcap $options -c 40 -T fields -e frame.protocols 2>/dev/null | grep -qE "(^|:)$protocol(:|$)" || fail "$treatments: no $protocol"
	echo "ok   tshark: $name $treatments"
done <<'ROWS'
llc        typed.pcap       stack=ethernet+llc
vlan       clients.pcap     stack=ethernet+service:2+vlan:3
ieee8021ah clients.pcap     stack=ethernet+pbb+ethernet
mpls       clients.pcap     stack=ethernet+mpls:20+mpls:21
mpls:eth   clients.pcap     stack=ethernet+mpls:17+cw+ethernet+vlan:3 -- -d mpls.label==17,pwethcw
pppoes     clients.pcap     stack=ethernet+pppoe+ppp
chdlc      clients.pcap     stack=hdlc
sll        clients.pcap     stack=sll2
null       clients.pcap     stack=null:big
nflog      clients.pcap     stack=nflog
wlan       clients.pcap     stack=ppi+radiotap+wifi:qos+llc
ah         ipv6.pcap        extensions=hop:destination:routing:ah
ipv6       clients.pcap     ipv6
ip         postfix-to-exim.pcap stack=ethernet+ipv4:options
erspan     clients.pcap     stack=ethernet+ipv4+gre+erspan:3:platform+ethernet
gre        clients.pcap     stack=ethernet+ipv4+gre:key:sequence:sum
ppp        clients.pcap     stack=ethernet+ipv4+gre+ppp
vxlan      clients.pcap     stack=ethernet+ipv6+vxlan+ethernet+vlan:5
geneve     clients.pcap     stack=ethernet+ipv4+geneve:6+ethernet
gtp        clients.pcap     stack=ethernet+ipv4+gtpu:extension
teredo     clients.pcap     ipv6=teredo stack=ethernet+ipv4+teredo:origin
l2tp       clients.pcap     stack=ethernet+ipv4+l2tp:sequence+ppp:hdlc
gre        pipelined.pcap   fragment=64:mixed stack=ipv4+gre+ethernet fragment=200:reversed stack=ethernet+vlan:4
ipv6       pipelined.pcap   ipv6 fragment=8:mixed
tcp        pipelined.pcap   shift=wrap coalesce=65000
tcp        pipelined.pcap   tcp-options=full fin-merge reset=after
tcp        pipelined.pcap   format=pcapng:nanoseconds:big-endian padding=fcs
ROWS
exit $bad
