# What the stories share; sourced, with $process naming who has written $work/log.
work=$(mktemp -d)
: >"$work/log"

skip() {
	echo "SKIPPED: $*"
	exit 77
}
fail() {
	echo "FAIL: $*"
	echo "--- the ${process:-program} said:"
	cat "$work/log"
	exit 1
}
# until_true SECONDS COMMAND...: true as soon as the command is
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}
# end_namespaces NAME...: with everything that runs in them
end_namespaces() {
	local ns
	for ns in "$@"; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -9
		ip netns del "$ns" 2>/dev/null
	done
}
# end_story NAMESPACE...: the sensor, if one runs, in order; then these, and the folder
end_story() {
	[[ -n ${sensor:-} ]] && kill "$sensor" 2>/dev/null && wait "$sensor" 2>/dev/null
	end_namespaces "$@"
	rm -rf "$work"
}
# join_namespaces CAMPUS WORLD: two namespaces, joined by helo0 (192.0.2.1) in the one and helo1 (192.0.2.25) in the other
join_namespaces() {
	local campus=$1 world=$2 at
	ip netns add "$campus" 2>/dev/null || skip "network namespaces cannot be made here"
	ip netns add "$world" || fail "second namespace"
	ip link add helo0 netns "$campus" type veth peer name helo1 netns "$world" ||
		skip "veth pairs cannot be made here"
	ip -n "$campus" addr add 192.0.2.1/24 dev helo0
	ip -n "$world" addr add 192.0.2.25/24 dev helo1
	for at in "$campus lo" "$campus helo0" "$world lo" "$world helo1"; do
		ip -n "${at% *}" link set "${at#* }" up
	done
}
