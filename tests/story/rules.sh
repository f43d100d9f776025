#!/bin/bash
# New rules while mail comes in: SIGHUP reads them; a bad set changes nothing and says file, line and column; a good one takes force
# without losing a mail; an analyst that dies in between has the old ones, whatever stands in the files.
#
# Needs root, network namespaces and tcpreplay (77 = skipped).  Everything happens in a namespace of its own.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
capture=$here/../captures/incident.pcap
mails=143 # of the capture
net=helo-r-$$
. "$here/lib.sh"
process=sensor
sensor=

cleanup() { end_story "$net"; }
inside() { ip netns exec "$net" "$@"; }
sql() { sqlite3 -cmd '.timeout 2000' "$work/store.db" "$1" 2>/dev/null; }
counter() { echo "$(($(sql "SELECT value FROM counters WHERE name = '$1'" || echo 0) + 0))"; }
count_is() { [[ $(counter "$1") == "$2" ]]; }
stored() { [[ $(sql 'SELECT count(*) FROM mails') == "$1" ]]; }
said() { grep -qF -- "$1" "$work/log"; }
opened() { [[ $(($(inside cat /proc/net/packet | wc -l) - 1)) == 1 ]]; }
analyst() { pgrep -x -P "$sensor" helo-analyst; }
other_analyst() { [[ -n $(analyst) && $(analyst) != "$1" ]]; }
hits() { sql "SELECT count(*) FROM hits WHERE rule = '$1'"; }
replay() { # SEED OPTIONS: other addresses, or the connections would be the ones that have just ended
	tcprewrite --seed="$1" -i "$capture" -o "$work/other.pcap" || fail "tcprewrite"
	shift
	inside tcpreplay -q "$@" -i easts "$work/other.pcap" >"$work/replay" 2>&1 || fail "tcpreplay: $(cat "$work/replay")"
}
rule() {
	printf 'header %s exists:From\nscore %s 0.1\nhost HOST_%s mails >= 1\n' "$1" "$1" "$1"
	printf 'list LIST_%s List %s\nhost WEIGHS_%s mails >= 1\nweigh WEIGHS_%s LIST_%s 5\n' "$1" "$1" "$1" "$1" "$1"
}
listed() { sql "SELECT count(*) FROM hosts WHERE record LIKE '%(rule WEIGHS_$1: +5.0)%' AND record LIKE '%\"list\":\"List $1\"%'"; }

[[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
command -v ip tcpreplay tcprewrite sqlite3 pgrep >/dev/null || skip "needs ip, tcpreplay, tcprewrite, sqlite3 and pgrep"
trap cleanup EXIT
ip netns add "$net" 2>/dev/null || skip "network namespaces cannot be made here"
inside sysctl -qw net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
ip -n "$net" link add east type veth peer name easts || skip "veth pairs cannot be made here"
ip -n "$net" link set east up && ip -n "$net" link set easts up

chmod 755 "$work"
mkdir "$work/rules"
rule FIRST >"$work/rules/own.cf"
ip netns exec "$net" "$heloscope" run -i east --rules "$work/rules" --store "$work/store.db" --privacy off >"$work/log" 2>&1 &
sensor=$!
until_true 20 opened || fail "the interface is not opened"
sleep 0.3

replay 1 --pps=3000
until_true 20 stored $mails || fail "$(sql 'SELECT count(*) FROM mails') of $mails mails"
[[ $(hits FIRST) -gt 0 ]] || fail "the first rule never hit"
[[ $(listed FIRST) -gt 0 ]] || fail "no host is likely on the list of the rules"

# A mistake: nothing changes, and its place is said.
printf 'header SECOND exists:From\nheader BAD Subject =~ /a(b/\n' >"$work/rules/own.cf"
before=$(analyst)
kill -HUP "$sensor"
until_true 20 said "own.cf:2:27: regular expression" || fail "the mistake is not named"
said "the old ones stay in force" || fail "what is in force is not said"
until_true 10 count_is rules_refused 1 || fail "the counter of refused rules: $(counter rules_refused)"
[[ $(sql "SELECT count(*) FROM events WHERE text LIKE '%own.cf:2:27%'") == 1 ]] || fail "no event of the mistake"
[[ $(analyst) == "$before" ]] || fail "the analyst was started anew for a bad set"

# An analyst that dies now does not read the bad file.
kill -KILL "$before"
until_true 20 other_analyst "$before" || fail "no new analyst"
replay 2 --pps=3000
until_true 20 stored $((2 * mails)) || fail "$(sql 'SELECT count(*) FROM mails') of $((2 * mails)) mails behind a restart"
[[ $(hits FIRST) -gt 0 && $(hits SECOND) == 0 ]] || fail "a bad set had an effect"

# A good set, read in the middle of the mail, several times: every mail is there, with one set or the other.
rule SECOND >"$work/rules/own.cf"
before=$(analyst)
replay 3 --pps=1500 &
for _ in 1 2 3; do
	sleep 0.4
	kill -HUP "$sensor"
done
wait $!
until_true 20 stored $((3 * mails)) || fail "$(sql 'SELECT count(*) FROM mails') of $((3 * mails)) mails while rules were read"
until_true 20 other_analyst "$before" || fail "the analyst goes on with the old rules"
[[ $(counter frames_lost) == 0 && $(counter mails_refused) == 0 ]] || fail "mails were lost: frames $(counter frames_lost), refused $(counter mails_refused)"
[[ $(counter rules_reloaded) -ge 1 ]] || fail "the counter of readings: $(counter rules_reloaded)"
replay 4 --pps=3000
until_true 20 stored $((4 * mails)) || fail "$(sql 'SELECT count(*) FROM mails') of $((4 * mails)) mails"
[[ $(hits SECOND) -gt $((mails / 2)) ]] || fail "the new rule hits only $(hits SECOND) mails"
[[ $(sql "SELECT count(*) FROM hosts WHERE record LIKE '%HOST_SECOND%'") -gt 0 ]] || fail "no host has the new rule's evidence"
[[ $(listed SECOND) -gt 0 ]] || fail "no host is likely on the list of the new rules"

kill -TERM "$sensor"
wait "$sensor"
status=$?
sensor=
[[ $status == 0 ]] || fail "exit status $status"
echo "rules were refused once, read $(grep -c 'rules were read again' "$work/log") times, and no mail of $((4 * mails)) was lost"
