#!/bin/bash
# Live, one worker and two: whatever the speed, each packet sent is seen or counted as dropped, and sessions are whole where none is dropped;
# the two directions of a path on two interfaces, VLAN and QinQ tags, an interface that is removed and comes back.
#
# Needs root, network namespaces and tcpreplay (77 = skipped).  Everything happens in a namespace of its own.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
capture=$here/../captures/incident.pcap
sessions=140 packets=3717 # of the capture
net=helo-k-$$             # the namespace
. "$here/lib.sh"
process=sensor
sensor=

cleanup() { end_story "$net"; }
inside() { ip netns exec "$net" "$@"; }

[[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
command -v ip tcpdump tcpreplay tcprewrite python3 sqlite3 >/dev/null || skip "needs ip, tcpdump, tcpreplay, tcprewrite, python3 and sqlite3"
trap cleanup EXIT
ip netns add "$net" 2>/dev/null || skip "network namespaces cannot be made here"
pair() { # NAME: what is sent into NAMEs arrives at NAME, and nothing else does
	ip -n "$net" link add "$1" type veth peer name "${1}s" || return 1
	inside sysctl -qw "net.ipv6.conf.$1.disable_ipv6=1" "net.ipv6.conf.${1}s.disable_ipv6=1"
	ip -n "$net" link set "$1" up && ip -n "$net" link set "${1}s" up
}
inside sysctl -qw net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
pair east || skip "veth pairs cannot be made here"
pair west || fail "a second pair"

sql() { sqlite3 -cmd '.timeout 2000' "$work/store.db" "$1" 2>/dev/null; }
counter() { echo "$(($(sql "SELECT value FROM counters WHERE name = '$1'" || echo 0) + 0))"; }
stored() { sql 'SELECT count(*) FROM sessions WHERE open = 0'; }
running() { [[ $(pgrep -P "$sensor" -f . 2>/dev/null | wc -l) -ge $1 ]]; }
opened() { # COUNT: packet sockets in the namespace; all interfaces are open
	[[ $(($(inside cat /proc/net/packet | wc -l) - 1)) == "$1" ]]
}
start() { # WORKERS SOCKETS OPTIONS...
	local workers=$1 sockets=$2
	shift 2
	rm -f "$work"/store.db*
	ip netns exec "$net" "$heloscope" run --workers "$workers" "$@" --store "$work/store.db" --privacy off >"$work/log" 2>&1 &
	sensor=$!
	until_true 20 opened "$sockets" || fail "the interfaces are not opened"
	sleep 0.3
}
stop() {
	kill -TERM "$sensor"
	wait "$sensor"
	local status=$?
	sensor=
	[[ $status == 0 ]] || fail "exit status $status"
}
has_sent() { [[ $(($(counter packets) + $(counter packets_dropped))) == "$1" ]]; }
has_sessions() { [[ $(stored) == "$1" ]]; }

# Listening where it is sent: the kernel shows each packet to every socket before it goes on, so none is lost on the way.  A ring of 1 MiB.
printf '[capture]\nbuffer_mib = 1\nfilter = none\n' >"$work/small.conf"
for workers in 1 2; do
	start $workers $workers -i easts --config "$work/small.conf"
	sent=0 whole=0 lossy=0
	# The last time a worker is held up meanwhile: its ring runs over, whatever the machine.
	for speed in --pps=4000 --pps=30000 --topspeed "--topspeed --loop=30" "--topspeed --loop=8"; do
		before=$(counter packets_dropped) had=$(stored)
		# Other addresses each time, or the connections would be the ones that have just ended.
		tcprewrite --seed=$((sent + 1)) -i "$capture" -o "$work/other.pcap" || fail "tcprewrite"
		held=
		[[ $speed == *=8 ]] && held=$(pgrep -x -P "$sensor" 'helo-worker(-1)?') && kill -STOP "$held"
		# shellcheck disable=SC2086 # two words
		inside tcpreplay -q $speed -i easts "$work/other.pcap" >"$work/replay" 2>&1 || fail "tcpreplay: $(cat "$work/replay")"
		[[ -n $held ]] && kill -CONT "$held"
		loops=1
		[[ $speed == *--loop=* ]] && loops=${speed##*=}
		sent=$((sent + loops * packets))
		until_true 10 has_sent $sent ||
			fail "$workers workers, $speed: $sent sent, $(counter packets) seen, $(counter packets_dropped) dropped"
		dropped=$(($(counter packets_dropped) - before))
		if ((dropped == 0 && loops == 1)); then
			until_true 3 has_sessions $((had + sessions)) ||
				fail "$workers workers, $speed: none dropped, and $(($(stored) - had)) of $sessions sessions"
			whole=$((whole + 1))
		fi
		((dropped > 0)) && lossy=$((lossy + 1))
		echo "ok   $workers workers, $speed${held:+, one held up}: $((loops * packets)) sent, $dropped dropped, the rest seen"
	done
	((whole >= 1)) || fail "no speed without drops"
	((lossy >= 1)) || fail "no speed with drops"
	stop
done

# Where the mirror port is: two workers, two interfaces, a direction on each; then tags.
start 2 4 -i east -i west
want=0
replay() { # WHAT ARGUMENTS...
	local what=$1
	shift
	inside python3 "$here/replay.py" "$capture" 20000 "$@" --shift $((want / sessions + 1)) >"$work/count" || fail "replaying"
	want=$((want + sessions))
	until_true 5 has_sessions $want || fail "$what: $(stored) sessions, not $want"
	[[ $(sql "SELECT count(*) FROM sessions WHERE gap_bytes > 0 OR json_extract(record, '$.one_sided')") == 0 ]] ||
		fail "$what: sessions that are not whole"
	echo "ok   2 workers, $what: $sessions whole sessions"
}
replay "each direction on an interface of its own" easts wests
replay "VLAN tags" easts --tags 8100:7
replay "QinQ tags" easts --tags 88a8:8,8100:9
replay "three tags, each direction on its own interface" easts wests --tags 88a8:8,8100:9,8100:10
[[ $(sql "SELECT count(*) FROM sessions WHERE json_extract(record, '$.vlan') = '[8,9]'") == "$sessions" ]] || fail "the tags are not in the record"
# mail, who answers where, and segments that begin with "POST"
mail=$(tcpdump -nr "$capture" 'port 25 or 465 or 587 or 2525 or tcp[13] & 18 = 18 or tcp[(tcp[12] & 0xf0) >> 2 : 4] = 0x504f5354' \
	2>/dev/null | wc -l)
mail_seen() { [[ $(counter packets) == $((4 * mail)) ]]; }
until_true 3 mail_seen || fail "$(counter packets) packets of $((4 * mail))"

# The filter: what is no mail is not even counted.
python3 - "$work/other.pcap" <<-'PYTHON'
	import struct, sys
	frame = bytes(12) + b"\x08\x00" + bytes.fromhex("4500002c00010000400600000a0000010a000002") + struct.pack(">HH", 40000, 443) + bytes(8) + b"\x50\x10" + bytes(10)
	record = struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
	open(sys.argv[1], "wb").write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + 50 * record)
PYTHON
for tags in "" "--tags 8100:7" "--tags 88a8:8,8100:9"; do
	# shellcheck disable=SC2086 # none or two words
	inside python3 "$here/replay.py" "$work/other.pcap" 0 easts $tags >/dev/null || fail "replaying"
done
sleep 1.5
mail_seen || fail "packets of port 443 came through the filter"
echo "ok   what is no mail stays in the kernel, tagged or not"

# What is not understood is said, once, though the kernel's filter knows it as little.
python3 - "$work/strange.pcap" <<-'PYTHON'
	import struct, sys
	frame = bytes(12) + b"\x99\x99" + bytes(46)
	record = struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame
	open(sys.argv[1], "wb").write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + 20 * record)
PYTHON
inside python3 "$here/replay.py" "$work/strange.pcap" 0 easts >/dev/null || fail "replaying"
unknown_said() { [[ $(sql "SELECT count(*) FROM events WHERE kind = 'unknown' AND text LIKE '%ethertype 0x9999%'") == 1 ]]; }
until_true 5 unknown_said || fail "an unknown layer is no event"
echo "ok   an unknown layer: $(sql "SELECT text FROM events WHERE kind = 'unknown'")"

# A worker is killed: the other goes on, and it comes back.
pid=$(pgrep -P "$sensor" -x helo-worker-2) || fail "there is no second worker"
kill -9 "$pid"
until_true 10 grep -q "the worker 2 ended by signal 9" "$work/log" || fail "its death is not said"
until_true 10 opened 4 || fail "it does not come back"
sleep 0.3
replay "after one was killed" easts wests

# An interface is removed: the other goes on; it is there again: both.
ip -n "$net" link del west
until_true 10 grep -q "west: " "$work/log" || fail "the interface that is gone is not said"
replay "one interface removed" easts
pair west || fail "the pair again"
until_true 10 grep -q "west: the interface is there again" "$work/log" || fail "that it is back is not said"
both_again() { [[ $(grep -c "ended by exit status 1" "$work/log") == 2 ]]; }
until_true 10 both_again || fail "the workers are not started again"
until_true 15 opened 4 || fail "the interface that is back is not opened"
sleep 0.5
replay "the interface is back" easts wests
stop

# All interfaces at once: what is sent into a pair is seen where it leaves and where it arrives, tagged or not.
start 2 2 -i any
want=0
replay "any, each packet seen twice" easts
replay "any, QinQ tags" easts --tags 88a8:8,8100:9
replay "any, each direction on an interface of its own" easts wests
stop
