#!/bin/bash
# Installs what the tests need, builds with ASan and UBSan, and runs every test through ctest.
#   run.sh [--filter REGEX] [--long]     --long: benchmarks too
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
filter=()
long=no
while [ $# -gt 0 ]; do
	case "$1" in
	--filter)
		filter=(-R "${2:?--filter needs a regular expression}")
		shift
		;;
	--long) long=yes ;;
	-h | --help)
		sed -n '2,3s/^# \?//p' "$0"
		exit 0
		;;
	*)
		echo "run.sh: unknown argument '$1' (--filter REGEX, --long)" >&2
		exit 2
		;;
	esac
	shift
done

"$root/deploy/packages.sh" test
build=$root/build-test
cmake -S "$root" -B "$build" -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
cmake --build "$build" -j"$(nproc)"
if [ "$long" = yes ] && [ -x "$root/tests/bench/run.sh" ]; then
	"$root/tests/bench/run.sh"
fi
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1
cd "$build"
ctest --output-on-failure "${filter[@]}"
