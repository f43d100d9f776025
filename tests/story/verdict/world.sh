#!/bin/bash
# The world of a scene: hosts in network name spaces and roots of their own, a sensor that listens, and the scene; run.sh starts it.
#
#   campus hosts (192.0.2.0/24) --- br-campus [edge] br-outside --- hosts outside (198.51.100.0/24, 203.0.113.0/24)
#                                       |
#                                   heloscope run, tcpdump
#
# usage: world.sh WORK PEERS PROGRAM SCENE
# Leaves in WORK: live.db, world.pcap, logs/.
set -euo pipefail
work=$1 peers=$2 heloscope=$3 scene=$4
export LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
captures=$here/../../captures
mount -t tmpfs tmpfs "$work/roots"
mount -t tmpfs tmpfs /run
mkdir -p /run/netns

# shellcheck source=hosts.sh
. "$here/hosts.sh"
# shellcheck source=servers.sh
. "$here/servers.sh"
# shellcheck source=/dev/null
. "$here/scenes/$scene.sh"

within() { # SECONDS COMMAND...: until it is true
	local i times=$(($1 * 10))
	shift
	for ((i = 0; i < times; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "not within time: $*" >&2
	return 1
}

sensor_listens() { (($(at_edge cat /proc/net/packet | wc -l) > 2)); } # its head, tcpdump and the sensor
# Started by nsenter itself, so that what is ended is the program.
start_sensor() {
	nsenter --net=/run/netns/edge tcpdump -n -U -s 0 -i br-campus -w "$work/world.pcap" -Z root 2>"$work/logs/tcpdump" &
	recorder=$!
	nsenter --net=/run/netns/edge "$heloscope" run -i br-campus --store "$work/live.db" --net 192.0.2.0/24 --privacy off >"$work/logs/sensor" 2>&1 &
	sensor=$!
	within 30 sensor_listens
	sleep 0.5
}

# Nobody talks, and nothing waits in a queue for its first try.
quiet() {
	local host
	for host in "${names[@]}"; do
		nsenter --net="/run/netns/$host" ss -Htn state established '( dport = :25 )' | grep -q . && return 1
	done
	return 0
}
settle() {
	local still=0 i
	for ((i = 0; i < 200 && still < 6; i++)); do
		if quiet; then still=$((still + 1)); else still=0; fi
		sleep 0.25
	done
}

network_up
servers_up
start_sensor
scene
settle
sleep 1
kill -TERM "$recorder" "$sensor"
wait "$recorder" || true
wait "$sensor" || { echo "the sensor ended with status $?" >&2; exit 1; }
