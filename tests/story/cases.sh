#!/bin/bash
# Cases: what people do by the report of `serve` and of `run --serve` is in the store or is refused in words, though the collector is
# killed between; a mute keeps alerts back; who looked at evidence is noted.
#
# The second part needs root and network namespaces (77 = skipped, after the first has passed).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
campus=helo-c-$$ world=helo-w-$$ # namespaces
. "$here/lib.sh"
process=program
sensor=""
server=""

cleanup() {
	[[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
	end_story "$campus" "$world"
}
command -v curl python3 >/dev/null || skip "needs curl and python3"
trap cleanup EXIT

where=() # in front of curl: the namespace
url=
page() { "${where[@]}" curl -s -m 10 -b "$work/jar" -c "$work/jar" "$url$1"; }
status() { "${where[@]}" curl -s -m 10 -o /dev/null -w '%{http_code}' -b "$work/jar" -c "$work/jar" "$url$1"; }
# deed HOST ACTION [FIELD=VALUE]...: by the form of the host's page; prints the status, the page goes to $work/said
deed() {
	local host=$1 action=$2 token field fields=()
	shift 2
	for field; do fields+=(--data-urlencode "$field"); done
	token=$(page "/host/$host" | grep -o 'name="token" value="[0-9a-f]*"' | head -1 | cut -d'"' -f4)
	"${where[@]}" curl -s -m 15 -o "$work/said" -w '%{http_code}' -b "$work/jar" -c "$work/jar" --data-urlencode "token=$token" \
		--data-urlencode "action=$action" "${fields[@]}" "$url/case/$host"
}
cases() { "$heloscope" export cases --store "$1" 2>/dev/null; }
# entries STORE KIND: how many of that kind the audit log has
entries() { "$heloscope" export audit --store "$1" 2>/dev/null | awk -F, -v k="$2" '$4 == k { n++ } END { print n + 0 }'; }
has_entries() { (($(entries "$1" "$2") >= $3)); }

# (grep -q would end before its writer, and pipefail take that for a failure.)

# ---- serve: a store that nobody else writes ----

store=$work/read.db
"$heloscope" read --store "$store" "$here/../captures/incident.pcap" >>"$work/log" 2>&1 || fail "reading a capture"
host=$("$heloscope" export hosts --store "$store" | sed -n 2p | cut -d, -f1 | tr -d '"')
session=$("$heloscope" export sessions --store "$store" | sed -n 2p | cut -d, -f3 | tr -d '"')
start_serve() {
	: >"$work/serve"
	"$heloscope" serve --listen 127.0.0.1:0 --store "$1" "${@:2}" >"$work/serve" 2>>"$work/log" &
	server=$!
	until_true 20 grep -qs "http://" "$work/serve" || fail "the report does not start"
	url=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/serve")
}
end_serve() {
	kill "$server" && wait "$server"
	server=
}

start_serve "$store"
[[ $(deed "$host" acknowledge) == 303 ]] || fail "acknowledge: $(cat "$work/said")"
[[ $(deed "$host" note text='<script>alert(1)</script>') == 303 ]] || fail "note: $(cat "$work/said")"
cases "$store" | grep acknowledged >/dev/null || fail "the case: $(cases "$store")"
page "/host/$host" | grep '&lt;script&gt;alert(1)' >/dev/null || fail "the note is not on the page"
[[ $(deed "$host" note) == 400 ]] || fail "an empty note is taken"
[[ $("${where[@]}" curl -s -o /dev/null -w '%{http_code}' -d 'action=reopen&token=0' "$url/case/$host") == 403 ]] ||
	fail "a form without its token is taken"
[[ $(status "/session/$session") == 200 ]] || fail "evidence is not shown"
until_true 5 has_entries "$store" look 1 || fail "the look is not noted"
echo "ok   cases and looks of serve are in the store"

# Another writer holds the store: what comes is refused in words, and afterwards taken again.
sleep 1 # the writer gives the store back
python3 - "$store.lock" <<-'HOLD' &
	import fcntl, sys, time
	f = open(sys.argv[1], "a+")
	fcntl.lockf(f, fcntl.LOCK_EX)
	time.sleep(600)
HOLD
holder=$!
disown
until_true 5 test -e "$store.lock" || fail "the lock"
sleep 0.5
[[ $(deed "$host" resolve) == 503 ]] || fail "a store that is held is written"
grep -q "being written by process" "$work/said" || fail "it is not said why: $(cat "$work/said")"
[[ $(status "/session/$session") == 503 ]] || fail "a look that cannot be noted is allowed"
kill -9 "$holder"
sleep 0.3
[[ $(deed "$host" resolve text=cleaned) == 303 ]] || fail "resolve: $(cat "$work/said")"
end_serve
cases "$store" | grep resolved >/dev/null || fail "the case: $(cases "$store")"
"$heloscope" db check --store "$store" >>"$work/log" 2>&1 || fail "the store is damaged"
echo "ok   what cannot be stored is refused in words"

start_serve "$store" --no-audit
page "/" | grep "No audit log is kept here" >/dev/null || fail "the foot says nothing"
before=$(entries "$store" look)
[[ $(status "/session/$session") == 200 ]] || fail "evidence is not shown without a log"
[[ $(deed "$host" reopen) != 303 ]] || fail "a report without a log takes something"
[[ $(entries "$store" look) == "$before" ]] || fail "it noted a look"
end_serve
echo "ok   --no-audit shows, and takes nothing"

# ---- run: the collector writes, and is killed ----

[[ $(id -u) == 0 ]] || skip "the rest needs root, to make network namespaces"
command -v ip pgrep >/dev/null || skip "the rest needs ip and pgrep"
join_namespaces "$campus" "$world"
process=sensor
in_campus() { ip netns exec "$campus" "$@"; }
ip -n "$campus" addr add 192.0.2.2/24 dev helo0
ip -n "$campus" addr add 192.0.2.3/24 dev helo0
ip netns exec "$world" python3 "$here/alert_peer.py" refuse 192.0.2.25 >"$work/server" &
disown
until_true 10 grep -qs ready "$work/server" || fail "the mail server does not start"
store=$work/run.db
printf '[campus]\nnet = 192.0.2.0/28\n[alert hook]\nkind = command\ntarget = /bin/true\nquiet_minutes = 0\n' >"$work/conf"
ip netns exec "$campus" "$heloscope" run -i helo0 --config "$work/conf" --serve 127.0.0.1:8126 --store "$store" --privacy off >>"$work/log" 2>&1 &
sensor=$!
child() {
	local pid
	for pid in $(pgrep -P "$sensor"); do
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == "helo-$1" ]] && echo "$pid"
	done
}
running() { [[ -n $(child "$1") ]]; }
until_true 20 running alerter || fail "there is no alerter"
where=(ip netns exec "$campus")
url=http://127.0.0.1:8126
healthy() { page /healthz >/dev/null; }
until_true 20 healthy || fail "/healthz does not answer"
sleep 2 # the interface is open a moment after the process is there
send() { in_campus python3 "$here/alert_peer.py" send "192.0.2.$1" 192.0.2.25 "$2@example.net" >>"$work/log" 2>&1; }
# state HOST: of its newest alert
state() { "$heloscope" export deliveries --store "$store" 2>/dev/null | awk -F, -v h="$1" '$2 == h { print $5; exit }'; }
is_state() { [[ $(state "$1") == "$2" ]]; }
known() { "$heloscope" export hosts --store "$store" 2>/dev/null | grep "^$1," >/dev/null; }

send 2 fine # a host of which there is nothing bad yet
until_true 30 known 192.0.2.2 || fail "192.0.2.2 is not in the store"
began=$SECONDS
[[ $(deed 192.0.2.2 mute until=day) == 303 ]] || fail "mute: $(cat "$work/said")"
((SECONDS - began <= 3)) || fail "a mute takes $((SECONDS - began)) s"
send 2 listed
muted() { "$heloscope" export deliveries --store "$store" 2>/dev/null | grep "192.0.2.2,.*listed.*suppressed.*muted until" >/dev/null; }
until_true 60 muted || fail "of a muted host: $("$heloscope" export deliveries --store "$store")"
send 3 listed
until_true 60 is_state 192.0.2.3 "done" || fail "of another host it is not told: $(state 192.0.2.3)"
echo "ok   a mute keeps alerts of its host back"

# Killed while entries come: each is in the store, or was refused in words.
taken=0 refused=0
for i in {1..12}; do
	((i % 3 == 1)) && kill -9 "$(child collector)" 2>/dev/null
	case $(deed 192.0.2.2 note text="note $i") in
	303)
		taken=$((taken + 1))
		page /host/192.0.2.2 | grep ">note $i<" >/dev/null || fail "note $i was said to be stored, and is not"
		;;
	503) refused=$((refused + 1)) ;;
	*) fail "note $i: $(cat "$work/said")" ;;
	esac
done
((taken > 0)) || fail "no note was taken"
[[ $("$heloscope" export audit --store "$store" | grep -c "note [0-9]") -ge $taken ]] || fail "fewer notes than were taken"
echo "ok   the collector was killed four times: $taken notes taken, $refused refused in words"

kill -TERM "$sensor"
wait "$sensor" || fail "exit status $?"
sensor=
"$heloscope" db check --store "$store" >>"$work/log" 2>&1 || fail "the store is damaged"
echo "ok   it ends in order, and the store is sound"
