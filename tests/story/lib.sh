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
