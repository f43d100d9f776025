#!/bin/bash
# Installs the packages, builds with ASan and UBSan into build-test/, runs every test through ctest.
#
# usage: run.sh [--filter REGEX] [--long]
#   --filter REGEX   only the tests whose name matches (ctest --test-dir build-test -N lists the names)
#   --long           afterwards: ten minutes of fuzzing (clang, build-fuzz/) and the measurements of tests/bench
# FUZZ_SECONDS in the environment: seconds of fuzzing instead of 600.
# Exit status: 0 all passed; 1 a test failed; 2 wrong use; 3 packages or build failed.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
build=$root/build-test
filter='' long=
fuzz_seconds=${FUZZ_SECONDS:-600} # all targets together

usage() {
	sed -n '2,/^set /{/^# /p;/^#$/p}' "${BASH_SOURCE[0]}" | cut -c3-
}

while [[ $# -gt 0 ]]; do
	case $1 in
	--filter)
		[[ $# -ge 2 ]] || { echo "run.sh: --filter needs a regular expression" >&2; exit 2; }
		filter=$2
		shift
		;;
	--filter=*) filter=${1#*=} ;;
	--long) long=1 ;;
	-h | --help) usage && exit 0 ;;
	*)
		echo "run.sh: unknown argument '$1'" >&2
		usage >&2
		exit 2
		;;
	esac
	shift
done

"$root/deploy/packages.sh" test || exit 3

quietly() { # LOG COMMAND...: its output is shown when it fails
	local log=$1
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 60 "$log"
		echo "run.sh: failed: $* (the whole output: $log)" >&2
		exit 3
	}
}
mkdir -p "$build" || exit 3
jobs=$(nproc)
echo "Building with ASan and UBSan in build-test/"
quietly "$build/configure.log" cmake -S "$root" -B "$build" -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
quietly "$build/build.log" cmake --build "$build" -j"$jobs"

# A fault ends the process with a status of its own, 99: no test expects that one.
export ASAN_OPTIONS=exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=0
export UBSAN_OPTIONS=exitcode=99:print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=exitcode=99
export LC_ALL=C.UTF-8

run_ctest() {
	ctest --test-dir "$build" --output-on-failure --no-tests=error --timeout 300 -j"$jobs" ${filter:+-R "$filter"}
}

# Each target of tests/fuzz gets the same share of the time; what is found stays in build-fuzz/.
fuzz() {
	local out=$root/build-fuzz name folders status=0 names=()
	local sources=("$root"/tests/fuzz/fuzz_*.c)
	local seconds=$((fuzz_seconds / ${#sources[@]} + 1))
	for name in "${sources[@]}"; do
		names+=("$(basename "$name" .c)")
	done
	mkdir -p "$out"
	CC=clang quietly "$out/configure.log" cmake -S "$root" -B "$out" -DFUZZ=ON -DSANITIZE=ON -DHELOSCOPE_TESTS=ON
	quietly "$out/build.log" cmake --build "$out" -j"$jobs" --target "${names[@]}"
	for name in "${names[@]}"; do
		mkdir -p "$out/corpus-$name"
		# A folder of found inputs comes first: libFuzzer writes there, and only reads the seeds.
		folders=("$out/corpus-$name")
		[[ ! -d $root/tests/fuzz/corpus/${name#fuzz_} ]] || folders+=("$root/tests/fuzz/corpus/${name#fuzz_}")
		if "$out/tests/fuzz/$name" -max_total_time="$seconds" -artifact_prefix="$out/$name-" "${folders[@]}" >"$out/$name.log" 2>&1; then
			echo "$name: $seconds s, nothing found"
		else
			tail -n 40 "$out/$name.log"
			echo "$name: a fault, see build-fuzz/$name.log"
			status=1
		fi
	done
	return $status
}

[[ -n $long ]] || { run_ctest && exit 0 || exit 1; }

run_ctest
status=$?
fuzz || status=1
"$root/tests/bench/run.sh" || status=1
exit $((status != 0))
