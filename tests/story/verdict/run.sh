#!/bin/bash
# A story of a cause: real servers, scripts and people do what a scene says, in name spaces; a live sensor and tcpdump look on, and
# what both come to must be the verdict that the scene asks for.
#
# usage: run.sh SCENE
# With KEEP=FOLDER in the environment all that was written stays there, the capture and the servers' logs too.
# A scene (scenes/SCENE.sh) has the functions `hosts` and `scene`, which run inside (world.sh), and `check`, which runs here.
# Needs root, name spaces, overlay mounts, bridges and Debian's packages (77 = skipped).  Nothing is installed or configured: servers
# are unpacked beside the program under test, and all that is started ends with the world.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
peers=$(dirname "$heloscope")/peers
scene=${1:?a scene}
# shellcheck source=../lib.sh
. "$here/../lib.sh"
process=world
trap 'rm -rf "$work"' EXIT

[[ $(id -u) == 0 ]] || skip "needs root, for name spaces and the servers' users"
for command in unshare nsenter ip ss ethtool swaks curl python3 tcpdump jq dpkg pgrep; do
	command -v "$command" >/dev/null || skip "needs $command: deploy/packages.sh test installs it"
done
grep -qw overlay /proc/filesystems || skip "this kernel has no overlay file system"
unshare --mount --net --pid --fork ip link add br0 type bridge 2>/dev/null || skip "name spaces and bridges cannot be made here"
"$here/../../../deploy/packages.sh" peers "$peers" 2>"$work/log" || skip "the servers cannot be had: $(tail -n 2 "$work/log" | paste -sd' ')"

mkdir "$work/world" "$work/world/roots" "$work/world/logs"
timeout --kill-after=5 130 unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc \
	"$here/world.sh" "$work/world" "$peers" "$heloscope" "$scene" </dev/null >"$work/log" 2>&1 || {
	tail -n 8 "$work"/world/logs/* >>"$work/log" 2>&1
	fail "the world stopped (its words are below)"
}
process=sensor
cp "$work/world/logs/sensor" "$work/log"

# The same records by both ways: as the live sensor stored them, and read from the capture beside it.
"$heloscope" export hosts --format json --store "$work/world/live.db" >"$work/live" 2>>"$work/log" || fail "exporting what the sensor stored"
"$heloscope" read --json --no-store --privacy off --net 192.0.2.0/24 "$work/world/world.pcap" >"$work/all" 2>>"$work/log" ||
	fail "reading the capture"
jq -c 'select(.type == "host")' "$work/all" >"$work/read"

bad=0
# holds HOST WORDS EXPRESSION: jq's EXPRESSION is true of the record of that host, in both
holds() {
	local way record
	for way in live read; do
		record=$(jq -c --arg ip "$1" 'select(.ip == $ip)' "$work/$way")
		if [[ -n $record ]] && jq -e "$3" <<<"$record" >/dev/null; then
			echo "ok   $way: $1: $2"
		else
			echo "FAIL $way: $1: $2"
			echo "     $3"
			jq -c '{verdict, role, summary, causes, listings, behind}' <<<"$record"
			bad=1
		fi
	done
}
# caused HOST VERDICTS CAUSE WORDS: the verdict is one of those (a|b), the cause stands first, and its evidence has the words
caused() {
	holds "$1" "first cause $3" ".causes[0].cause == \"$3\""
	holds "$1" "the evidence says '$4'" ".causes[0].evidence | any(test(\"$4\"))"
	holds "$1" "verdict $2" ".verdict | test(\"^($2)\$\")"
}
# advised HOST WORDS: some step of the advice has the words, in its text or its command
advised() { holds "$1" "the advice says '$2'" ".advice | any((.step + \" \" + .command) | test(\"$2\"))"; }

# shellcheck source=/dev/null
. "$here/scenes/$scene.sh"
check
if [[ -n ${KEEP:-} ]]; then cp -r "$work" "$KEEP"; fi
[[ $bad == 0 ]]
