#!/bin/bash
# SMTP on ports that nobody configured, on a live interface: the kernel hands over its first words, the worker learns the port,
# and from then on mails on it are in the store whole; so are those that go through an HTTP proxy.
#
# Needs root and network namespaces (77 = skipped).  Everything happens in two namespaces of its own.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
campus=helo-e-$$ world=helo-v-$$ # namespaces
. "$here/lib.sh"
process=sensor
sensor=

cleanup() { end_story "$campus" "$world"; }

[[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
command -v ip python3 pgrep >/dev/null || skip "needs ip, python3 and pgrep"
trap cleanup EXIT
join_namespaces "$campus" "$world"
ip -n "$world" addr add 192.0.2.77/24 dev helo1

in_campus() { ip netns exec "$campus" "$@"; }
peer() { # NAME WORDS...: in the world, ready when it says so
	local name=$1
	shift
	ip netns exec "$world" python3 "$here/smtp_peer.py" "$@" >"$work/$name" &
	disown
	until_true 10 grep -qs ready "$work/$name" || fail "'$*' does not start"
}
# grep -q would end before its writer, and pipefail take that for a failure.
stored() { "$heloscope" export mails --store "$work/e.db" 2>/dev/null | grep -F "$1" >/dev/null; }
learned() { grep -q "SMTP was found on port $1" "$work/log"; }
proxied() {
	"$heloscope" export sessions --format json --store "$work/e.db" 2>/dev/null | grep -F '"http-connect"' |
		grep -F '"target":"192.0.2.25:25"' >/dev/null
}
send() { in_campus python3 "$here/smtp_peer.py" send "$@" || fail "sending '$2'"; }

peer plain serve 192.0.2.25 25
peer other serve 192.0.2.25 2526
peer proxy proxy 192.0.2.77 8080
ip netns exec "$campus" "$heloscope" run -i helo0 --store "$work/e.db" --net 192.0.2.1 --privacy off >"$work/log" 2>&1 &
sensor=$!
ready() { [[ -n $(pgrep -P "$sensor" -x helo-worker) ]]; }
until_true 20 ready || fail "there is no worker"
sleep 2 # the interface is open a moment after the process is there

send 192.0.2.25 "the first on 2526" 2526
until_true 5 learned 2526 || fail "port 2526 is not learned"
send 192.0.2.25 "the second on 2526" 2526
until_true 5 stored "the second on 2526" || fail "the second mail on port 2526 is not stored"
echo "ok   a mail on port 2526 is stored, once the port is learned"

send 192.0.2.25 "the first by proxy" 25 192.0.2.77
until_true 5 learned 8080 || fail "port 8080 is not learned"
send 192.0.2.25 "the second by proxy" 25 192.0.2.77
until_true 5 stored "the second by proxy" || fail "the second mail through the proxy is not stored"
until_true 5 proxied || fail "no session says that it went through a proxy"
echo "ok   a mail through a proxy on port 8080 is stored, and says so"

[[ $(grep -c "SMTP was found on port" "$work/log") == 2 ]] || fail "a port is learned more than once"
kill -TERM "$sensor"
wait "$sensor"
status=$?
sensor=
[[ $status == 0 ]] || fail "exit status $status"
"$heloscope" db check --store "$work/e.db" || fail "the store is damaged"
echo "ok   ended in order"
