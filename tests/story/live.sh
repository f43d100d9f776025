#!/bin/bash
# A sensor on a live interface: mails are in the store within seconds, its processes hold no rights,
# each of them may be killed, and it ends in order with nothing left behind.
#
# Needs root and network namespaces (77 = skipped).  Everything happens in two namespaces of its own.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
campus=helo-c-$$ world=helo-w-$$ # namespaces
. "$here/lib.sh"
process=sensor
sensor=

cleanup() { end_story "$campus" "$world"; }

[[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
command -v ip python3 curl pgrep >/dev/null || skip "needs ip, python3, curl and pgrep"
trap cleanup EXIT
join_namespaces "$campus" "$world"

in_campus() { ip netns exec "$campus" "$@"; }

# child NAME: its process id; the names are those that the supervisor gives ("worker")
child() {
	local pid
	for pid in $(pgrep -P "$sensor"); do
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == "helo-$1" ]] && echo "$pid"
	done
}

# grep -q would end before its writer, and pipefail take that for a failure.
stored() { "$heloscope" export mails --store "$work/live.db" 2>/dev/null | grep -F "$1" >/dev/null; }
healthy() { in_campus curl -sf -m 2 http://127.0.0.1:8125/healthz >/dev/null; }
listening() { grep -qs ready "$work/server"; }
running() { [[ -n $(child "$1") ]]; }

mail() {
	in_campus python3 "$here/smtp_peer.py" send 192.0.2.25 "$1" || fail "sending '$1'"
	until_true "${2:-3}" stored "$1" || fail "'$1' is not in the store after ${2:-3} s"
	echo "ok   '$1' is stored"
}

ip netns exec "$world" python3 "$here/smtp_peer.py" serve 192.0.2.25 >"$work/server" &
disown # the shell says nothing of its end
until_true 10 listening || fail "the mail server does not start"
start() {
	ip netns exec "$campus" "$heloscope" run -i helo0 --serve 127.0.0.1:8125 \
		--store "$work/live.db" --net 192.0.2.1 --privacy off >"$work/log" 2>&1 &
	sensor=$!
}

start
for name in collector analyst worker web; do
	until_true 10 running "$name" || fail "there is no $name"
done
until_true 20 healthy || fail "/healthz does not answer"
sleep 1 # the interface is open a moment after the process is there

mail "the first mail"

# Sanitizers need system calls that the filter forbids: such a build has none.
sanitized=$(ldd "$heloscope" | grep -c libasan)
for name in worker analyst; do
	status=/proc/$(child $name)/status
	grep -q '^NoNewPrivs:.*1' "$status" || fail "the $name may gain privileges"
	grep -q '^Uid:.*\b0\b' "$status" && fail "the $name is root"
	grep -q '^CapEff:.*[1-9a-f]' "$status" && fail "the $name has capabilities"
	((sanitized)) || grep -q '^Seccomp:.*2' "$status" ||
		fail "the $name has no filter of system calls"
done
grep -q '^CapEff:.*[1-9a-f]' "/proc/$(child collector)/status" && fail "the collector has capabilities"
echo "ok   no rights where bytes from outside are parsed"

in_campus "$heloscope" run -i helo0 --store "$work/live.db" 2>"$work/second" && fail "two on one store"
grep -q "being written by process" "$work/second" || fail "a second one said: $(cat "$work/second")"
echo "ok   a second one is refused: $(cat "$work/second")"

for name in worker analyst collector web; do
	old=$(child $name)
	kill -9 "$old"
	renewed() { running $name && [[ $(child $name) != "$old" ]]; }
	until_true 10 renewed || fail "the $name is not started again"
	sleep 1
	mail "after the $name was killed" 5
	grep -q "the $name ended by signal 9" "$work/log" || fail "the death of the $name is not said"
done
until_true 10 healthy || fail "/healthz does not answer after the web process was killed"
in_campus curl -sf http://127.0.0.1:8125/sensor >"$work/page" || fail "the page of the sensor"
grep -q "the analyst ended by signal 9" "$work/page" || fail "the restart is not on the page"

mapfile -t pids < <(pgrep -P "$sensor")
in_campus python3 "$here/smtp_peer.py" send 192.0.2.25 "the last mail"
kill -TERM "$sensor"
wait "$sensor"
status=$?
sensor=
[[ $status == 0 ]] || fail "exit status $status"
stored "the last mail" || fail "the last mail is not stored"
for pid in "${pids[@]}"; do
	[[ -e /proc/$pid ]] && fail "process $pid is left"
done
[[ -e $work/live.db.lock ]] && fail "the lock is left"
"$heloscope" db check --store "$work/live.db" || fail "the store is damaged"
echo "ok   ended in order"

# Without its supervisor nothing goes on for ever, and nothing is lost.
start
until_true 20 healthy || fail "/healthz does not answer at the second start"
sleep 1
mail "before the supervisor was killed"
ip -n "$campus" link set helo0 down
sleep 0.5
ip -n "$campus" link set helo0 up
until_true 5 grep -q "the interface went down" "$work/log" || fail "a downed interface is not said"
sleep 1
mail "after the interface was down" 5
mapfile -t pids < <(pgrep -P "$sensor")
disown
kill -9 "$sensor"
sensor=
ended() {
	local pid
	for pid in "${pids[@]}"; do
		# A zombie has ended; who reaps it here is not our matter.
		grep -qs '^State:.[^Z]' "/proc/$pid/status" && return 1
	done
	return 0
}
until_true 10 ended || fail "processes are left without their supervisor: ${pids[*]}"
"$heloscope" db check --store "$work/live.db" || fail "the store is damaged"
echo "ok   all of them end when the supervisor is killed"
