#!/bin/bash
# Changes of verdicts are told once to each target: a web server that fails twice, a slow one, a mail relay, a command and the journal (stderr here), though the
# alerter and the collector are killed in the middle.
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
command -v ip python3 pgrep >/dev/null || skip "needs ip, python3 and pgrep"
trap cleanup EXIT

# A journal of our own, where the machine has none.
printf '[alert log]\nkind = journal\n' >"$work/journal.conf"
unshare -m bash -c "mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
	{ python3 '$here/alert_peer.py' journal /run/systemd/journal/socket >'$work/journal' & } && sleep 1 &&
	'$heloscope' alerts --test --config '$work/journal.conf' && wait" >"$work/tested" || skip "no name space of mounts"
for field in "MESSAGE=this is a test" HELOSCOPE_ALERT=heloscope- PRIORITY=5 SYSLOG_IDENTIFIER=heloscope MESSAGE_ID=; do
	grep -q "^$field" "$work/journal" || fail "the journal got: $(cat "$work/journal")"
done
echo "ok   the journal's own fields"

join_namespaces "$campus" "$world"
for host in 2 3 4 5 {101..112}; do
	ip -n "$campus" addr add "192.0.2.$host/24" dev helo0
done

in_campus() { ip netns exec "$campus" "$@"; }
told=$work/told
mkdir "$told"
in_campus python3 "$here/alert_peer.py" told "$told" 2 >"$work/ports" &
disown # the shell says nothing of its end
ip netns exec "$world" python3 "$here/alert_peer.py" refuse 192.0.2.25 >"$work/server" &
disown
until_true 10 grep -qs smtp "$work/ports" || fail "who is told does not start"
until_true 10 grep -qs ready "$work/server" || fail "the mail server does not start"
http=$(awk '/^http/ { print $2 }' "$work/ports") smtp=$(awk '/^smtp/ { print $2 }' "$work/ports")

cat >"$work/hook" <<HOOK
#!/bin/sh
cat >"$told/hook.json"
echo "\$HELOSCOPE_ALERT \$HELOSCOPE_CHANGES \$HELOSCOPE_HOST \$HELOSCOPE_BEFORE \$HELOSCOPE_VERDICT" >>"$told/hook"
HOOK
chmod +x "$work/hook"
cat >"$work/conf" <<CONF
[sensor]
name = gate
[campus]
net = 192.0.2.0/27
net = 192.0.2.96/27
[web]
public_url = https://heloscope.campus.edu/
[alert log]
kind = journal
[alert hook]
kind = command
target = $work/hook
[alert first]
kind = webhook
target = http://127.0.0.1:$http/first
quiet_minutes = 0
[alert slow]
kind = webhook
target = http://127.0.0.1:$http/slow
[alert refused]
kind = webhook
target = http://127.0.0.1:$http/no
[alert hanging]
kind = webhook
target = http://127.0.0.1:$http/hang
timeout_seconds = 2
[alert mail]
kind = mail
target = smtp://127.0.0.1:$smtp
to = noc@campus.edu, desk@campus.edu
from = heloscope@campus.edu
timeout_seconds = 5
CONF

start() {
	ip netns exec "$campus" "$heloscope" run -i helo0 --config "$work/conf" --store "$work/alerts.db" --privacy off >>"$work/log" 2>&1 &
	sensor=$!
	until_true 20 running alerter || fail "there is no alerter"
	sleep 2 # the interface is open a moment after the process is there
}
child() {
	local pid
	for pid in $(pgrep -P "$sensor"); do
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == "helo-$1" ]] && echo "$pid"
	done
}
running() { [[ -n $(child "$1") ]]; }
deliveries() { "$heloscope" export deliveries --store "$work/alerts.db" 2>/dev/null; }
# state HOST TARGET: of its newest change
state() { deliveries | awk -F, -v h="$1" -v t="$2" '$2 == h && $4 == t { print $5; exit }'; }
is_state() { [[ $(state "$1" "$2") == "$3" ]]; }
send() { in_campus python3 "$here/alert_peer.py" send "192.0.2.$1" 192.0.2.25 "$2@example.net" || fail "sending from 192.0.2.$1"; }
# done_at HOST TARGETS...
done_at() {
	local host=$1 target
	shift
	for target; do
		until_true 60 is_state "$host" "$target" "done" ||
			fail "$target was not told of $host: $(deliveries)"
	done
}
begun() { grep -qs "^/slow" "$told/begun" && [[ $(grep -c "^/slow" "$told/begun") -ge $1 ]]; }

start
send 2 listed
done_at 192.0.2.2 log hook slow mail first
[[ $(grep -c "^/first 503" "$told/http") == 2 ]] || fail "the web server did not fail twice: $(cat "$told/http")"
is_state 192.0.2.2 refused given-up || fail "403 is not given up: $(deliveries)"
is_state 192.0.2.2 hanging waiting || fail "a server that hangs: $(deliveries)"
until_true 5 grep -q "was not told of 192.0.2.2: HTTP status 403" "$work/log" || fail "that it was given up is not said"
grep -q "^gate-[0-9]*-[0-9a-f]* 1 192.0.2.2 .* listed$" "$told/hook" || fail "the command was told: $(cat "$told/hook")"
grep -q '"listings":\[{"list":"Spamhaus' "$told/hook.json" || fail "the command's input: $(cat "$told/hook.json")"
grep -q "^Report: https://heloscope.campus.edu/host/192.0.2.2" "$told/mail.1" || fail "the mail: $(cat "$told/mail.1")"
echo "ok   a change is told to each target, and again where it failed"

"$heloscope" score --json "$told/mail.1" >"$work/score" || fail "the mail cannot be scored"
python3 - "$work/score" <<-'SCORE' || fail "our own mail looks bad: $(cat "$work/score")"
	import json, sys
	score = json.loads(open(sys.argv[1]).readline())["mail"]["score"]
	print("ok   our own mail scores", score)
	sys.exit(score >= 2) # 5 is spam
SCORE

old=$(child alerter)
before=$(grep -c "^/slow" "$told/begun")
send 3 listed
until_true 20 begun $((before + 1)) || fail "the attempt does not begin"
kill -9 "$old"
renewed() { running alerter && [[ $(child alerter) != "$old" ]]; }
until_true 10 renewed || fail "the alerter is not started again"
done_at 192.0.2.3 log hook slow mail first
echo "ok   an attempt outlives the alerter, and is made once"

old=$(child collector)
before=$(grep -c "^/slow" "$told/begun")
send 4 listed
until_true 20 begun $((before + 1)) || fail "the attempt does not begin"
sleep 3.8 # the result comes when nobody is there who could store it
kill -9 "$old"
done_at 192.0.2.4 log hook slow mail first
echo "ok   a result is noted though the collector was killed"

# Stopped with an attempt on its way: the next run tells what is left.
send 5 listed
until_true 20 grep -q "192.0.2.5" "$told/hook" || fail "no change of 192.0.2.5"
kill -TERM "$sensor"
wait "$sensor" || fail "exit status $?"
start
done_at 192.0.2.5 log hook slow mail first
echo "ok   what is not done is told by the next run"

for host in {101..112}; do send "$host" listed; done
for host in {101..112}; do done_at "192.0.2.$host" first; done
of_first() { awk '$1 == "/first" && $2 == 204 { n += $5; m++ } END { print n + 0, m + 0 }' "$told/http"; }
read -r changes messages < <(of_first)
echo "ok   $changes changes in $messages messages"
for host in {101..112}; do done_at "192.0.2.$host" log hook slow mail; done

# Back to a better word, and no more than once.
send 2 somebody
is_better() { "$heloscope" export changes --store "$work/alerts.db" --host 192.0.2.2 | awk -F, '$3 == "listed" { n++ } END { exit !n }'; }
until_true 30 is_better || fail "192.0.2.2 is still listed: $("$heloscope" report 192.0.2.2 --store "$work/alerts.db")"
done_at 192.0.2.2 first
until_true 10 is_state 192.0.2.2 mail waiting || fail "the quiet time of the mail: $(deliveries)"
echo "ok   better is told, after the quiet time where there is one"

"$heloscope" alerts --store "$work/alerts.db" --host 192.0.2.2 >"$work/list"
grep -q "mail  *waiting .*: quiet time" "$work/list" || fail "the list: $(cat "$work/list")"
"$heloscope" report 192.0.2.2 --store "$work/alerts.db" | grep -q "listed -> " || fail "the report has no changes"

kill -TERM "$sensor"
wait "$sensor" || fail "exit status $?"
sensor=
"$heloscope" db check --store "$work/alerts.db" || fail "the store is damaged"

# Each id once, and the changes of each target are those that the store says were told.
once() { # TARGET FILE-OF-IDS
	local doubled
	doubled=$(sort "$2" | uniq -d)
	[[ -z $doubled ]] || fail "$1 was told twice of $doubled"
	echo "ok   $1: $(wc -l <"$2") messages, none twice"
}
awk '$1 == "/first" && $2 == 204 { print $4 }' "$told/http" >"$work/first"
awk '$1 == "/slow" { print $4 }' "$told/http" >"$work/slow"
awk '{ print $1 }' "$told/hook" >"$work/hooked"
sed 's/@.*//' "$told/smtp" >"$work/mailed"
sed -n 's/^heloscope alert \([^:]*\):.*/\1/p' "$work/log" >"$work/logged"
once first "$work/first"
once slow "$work/slow"
once hook "$work/hooked"
once mail "$work/mailed"
once log "$work/logged"
in_store() { deliveries | awk -F, -v t="$1" '$4 == t && $5 == "done" { n++ } END { print n + 0 }'; }
[[ $(awk '$1 == "/first" && $2 == 204 { n += $5 } END { print n }' "$told/http") == "$(in_store first)" ]] || fail "first: $(in_store first) in the store"
[[ $(awk '{ n += $2 } END { print n }' "$told/hook") == "$(in_store hook)" ]] || fail "hook: $(in_store hook) in the store"
[[ $(awk '$3 != $4' "$told/http") == "" ]] || fail "the header and the body have other ids"
echo "ok   as many changes were told as the store says"
