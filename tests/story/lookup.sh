#!/bin/bash
# Blocklists are asked about hosts at risk, once and slowly, and only where somebody said so: against rbldnsd with a sound zone, one that
# answers with error codes, one that lists the world, one that is not served, and against a resolver that is silent.
#
# Needs root, network namespaces and rbldnsd (77 = skipped).  Nothing leaves the namespace: it has no way out.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
net=helo-l-$$
. "$here/lib.sh"
process=sensor
sensor=

cleanup() { end_story "$net"; }
[[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
command -v ip rbldnsd jq python3 pgrep >/dev/null || skip "needs ip, rbldnsd, jq, python3 and pgrep"
trap cleanup EXIT
ip netns add "$net" 2>/dev/null || skip "network namespaces cannot be made here"
ip -n "$net" link set lo up
inside() { ip netns exec "$net" "$@"; }

cat >"$work/listed4" <<'ZONE'
$SOA 60 ns.test. hostmaster.test. 0 60 60 60 60
:127.0.0.2:test entry
127.0.0.2
:127.0.0.4:$ is hijacked
200.136.80.4
10.1.2.3
200.136.80.9
ZONE
cat >"$work/listed6" <<'ZONE'
::ffff:7f00:2 :127.0.0.2:test entry
2001:db8:80::/64 :127.0.0.3:$ sends spam
ZONE
cat >"$work/errors" <<'ZONE'
127.0.0.2 :127.0.0.2:test entry
200.136.80.4 :127.255.255.254:public resolvers are not answered
ZONE
echo '0.0.0.0/0 :127.0.0.2:the list is closed' >"$work/world"
cat >"$work/conf" <<'CONF'
[campus]
net = 200.136.80.0/24
net = 2001:db8:80::/48
net = 10.0.0.0/8
[lookup]
resolver = 127.0.0.1:5300
per_minute = 120
zone = Spamhaus ZEN: zen.spamhaus.org
zone = SpamCop: bl.spamcop.net
zone = PSBL: psbl.surriel.com
zone = Gone: gone.test
CONF
sed 's/^\[lookup\]/&\nenabled = yes/' "$work/conf" >"$work/enabled"
sed 's/:5300/:5399/; s/per_minute = .*/per_minute = 6000/' "$work/enabled" >"$work/silent"

# The zones' log of questions: seconds, who, name, …
chmod 755 "$work"
: >"$work/asked"
chmod 666 "$work/asked"
ip netns exec "$net" rbldnsd -n -u nobody -b 127.0.0.1/5300 -w "$work" -l "+$work/asked" zen.spamhaus.org:ip4set:listed4 zen.spamhaus.org:ip6trie:listed6 \
	bl.spamcop.net:ip4set:errors psbl.surriel.com:ip4trie:world >"$work/rbldnsd" 2>&1 &
disown
until_true 10 grep -qs started "$work/rbldnsd" || fail "rbldnsd: $(cat "$work/rbldnsd")"
python3 "$here/lookup_capture.py" "$work/a.pcap"

# fill: a new store of the capture
fill() {
	rm -f "$work"/s.db*
	inside "$heloscope" read --config "$work/conf" --store "$work/s.db" "$work/a.pcap" >/dev/null 2>"$work/log" || fail "read"
}
look_up() { inside "$heloscope" lookup --store "$work/s.db" "$@" 2>"$work/log"; }
start() {
	ip netns exec "$net" "$heloscope" run -i lo --config "$1" --store "$work/s.db" >"$work/log" 2>&1 &
	sensor=$!
}
end() {
	kill -TERM "$sensor"
	wait "$sensor" || fail "it does not end in order"
	sensor=
}
child() {
	local pid
	for pid in $(pgrep -P "$sensor"); do
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == helo-lookup ]] && echo "$pid"
	done
}
ready() { grep -q "listening on" "$work/log"; }
running() { [[ -n $(child) ]]; }
about_hosts() { grep -vE ' [12]\.(0\.0\.127|0\.0\.0\.0\.0\.f\.7\.f\.f)\.' "$work/asked"; }
exported() { "$heloscope" export lookups --store "$work/s.db" --format csv 2>/dev/null; }

# ---- nobody said yes ----
fill
look_up --config "$work/conf" && fail "it looks up without having been told to"
grep -q "would learn of 2 hosts: zen.spamhaus.org" "$work/log" || fail "what would be told is not said"
start "$work/conf"
until_true 20 ready || fail "it does not start"
sleep 3
running && fail "a process that nobody asked for"
end
[[ -s $work/asked ]] && fail "disabled, and yet asked: $(cat "$work/asked")"
echo "ok   disabled: not one question"

# ---- by hand ----
look_up --config "$work/conf" --yes --json >"$work/out" || fail "the pass"
answer() { jq -r --arg host "$1" --arg list "$2" 'select(.host == $host and .list == $list) | .answer + " " + .codes' "$work/out"; }
[[ $(answer 200.136.80.4 "Spamhaus XBL") == "listed 127.0.0.4" ]] || fail "XBL: $(cat "$work/out")"
[[ $(answer 200.136.80.4 "Spamhaus PBL") == "clear " ]] || fail "PBL: $(cat "$work/out")"
[[ $(answer 2001:db8:80::25 "Spamhaus CSS") == "listed 127.0.0.3" ]] || fail "IPv6: $(cat "$work/out")"
[[ $(answer 200.136.80.4 SpamCop) == "error "*127.255.255.254* ]] || fail "an error code: $(cat "$work/out")"
[[ -z $(answer 200.136.80.4 PSBL) ]] || fail "a zone that lists the world is believed"
[[ -z $(answer 200.136.80.4 Gone) ]] || fail "a zone that is not there answers"
grep -q "(psbl.surriel.com) lists 127.0.0.1" "$work/log" || fail "the broken zone is not named"
grep -q "(gone.test) does not answer" "$work/log" || fail "the silent zone is not named"
grep -qE '9\.80\.136\.200|3\.2\.1\.10\.' "$work/asked" && fail "asked about a host without risk, or a private one"
"$heloscope" export hosts --format json --store "$work/s.db" --host 200.136.80.4 >"$work/host" 2>/dev/null
jq -e '.listings[] | select(.list == "Spamhaus XBL") | .reply | startswith("look-up: zen.spamhaus.org")' "$work/host" >/dev/null ||
	fail "no listing by look-up on the record: $(jq .listings "$work/host")"
echo "ok   by hand: listed, clear, IPv6; an error code, a dead and an absent zone list nobody; the record has the listing"

# ---- nothing twice ----
: >"$work/asked"
look_up --config "$work/conf" --yes >"$work/out" || fail "the second pass"
[[ -z $(about_hosts) ]] || fail "asked again: $(about_hosts)"
echo "ok   a second pass asks about no host again"

# ---- what was predicted ----
"$heloscope" report --calibration --json --store "$work/s.db" >"$work/out" || fail "calibration"
jq -e '.all.answers + .unpredicted > 0' "$work/out" >/dev/null || fail "nothing to hold predictions against: $(cat "$work/out")"
exported | grep -q ',SpamCop,bl.spamcop.net,error,' || fail "the error is not kept: $(exported)"
echo "ok   predictions and answers: $(jq -c '[.all.answers, .unpredicted]' "$work/out") with and without a prediction"

# ---- an old capture: listed then, as far as the record goes, and asked today ----
python3 "$here/lookup_capture.py" "$work/a.pcap" 1213240000
fill
look_up --config "$work/conf" --yes >"$work/out" || fail "a look-up of an old store"
"$heloscope" export hosts --format json --store "$work/s.db" --host 200.136.80.4 >"$work/host" 2>/dev/null
jq -e '(.causes | length > 0) and (.listings[] | select(.list == "Spamhaus XBL") | (.since | startswith("2008-06-12")) and (.reply | test("asked on 20[2-9]")))' \
	"$work/host" >/dev/null || fail "an old capture: $(jq -c '[.causes, .listings]' "$work/host")"
python3 "$here/lookup_capture.py" "$work/a.pcap"
echo "ok   an old capture keeps its causes, and the listing says when it was asked"

# ---- all the time ----
fill
: >"$work/asked"
start "$work/enabled"
until_true 20 running || fail "there is no lookup process"
status=/proc/$(child)/status
grep -q '^CapEff:.*[1-9a-f]' "$status" && fail "the lookup process has capabilities"
sanitized=$(ldd "$heloscope" | grep -c libasan)
filtered() { grep -q '^Seccomp:.*2' "/proc/$(child)/status"; }
((sanitized)) || until_true 5 filtered || fail "the lookup process has no filter of system calls"
answered() { exported | grep -q '2001:db8:80::25,Spamhaus CSS,zen.spamhaus.org,listed,127.0.0.3'; }
until_true 30 answered || fail "no answer about the IPv6 host within 30 s"
most=$(cut -d' ' -f1 "$work/asked" | sort | uniq -c | awk '$1 > n { n = $1 } END { print n + 0 }')
((most <= 4)) || fail "a burst of $most questions in a second" # two, one more by the clock's edge, and one repeated
"$heloscope" export events --store "$work/s.db" --format csv 2>/dev/null | grep -q 'blocklist,.*psbl.surriel.com.*lists the world' || fail "no event tells of the broken zone"
before=$(about_hosts | sort -u -k3,3 | wc -l)
end
: >"$work/asked"
start "$work/enabled"
until_true 20 running || fail "there is no lookup process"
sleep 6
[[ -z $(about_hosts) ]] || fail "a restart asks again: $(about_hosts)"
end
echo "ok   all the time: $before questions about hosts, at most two a second; a restart asks none of them again"

# ---- a resolver that is silent ----
fill
start "$work/silent"
until_true 20 running || fail "there is no lookup process"
old=$(child)
sleep 8
[[ $(child) == "$old" ]] || fail "it died of silence"
exported | grep -q ',listed,' && fail "silence is a listing"
SECONDS=0
end
((SECONDS <= 8)) || fail "it takes $SECONDS s to end while it waits for answers"
echo "ok   a silent resolver: nothing listed, and it ends in order"
"$heloscope" db check --store "$work/s.db" >/dev/null || fail "the store is damaged"
