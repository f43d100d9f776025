#!/bin/bash
# Measures the release build: throughput and memory (bench.py), then every mail of the truth (check_truth.py), plain and on a bad mirror.
#
# usage: run.sh [--rounds N] [-n SESSIONS] [-c CONCURRENT]
# Exit status: 0 measured, and every mail was found; 1 a mail was not; 2 wrong use; 3 no build, or no generator beside the repository.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 3
root=$(cd "$here/../.." && pwd)
rounds=7 sessions=20000 concurrent=500

while [[ $# -gt 0 ]]; do
	case $1 in
	--rounds) rounds=${2-} ;;
	-n) sessions=${2-} ;;
	-c) concurrent=${2-} ;;
	-h | --help) sed -n '2,/^set /{/^# /p;/^#$/p}' "${BASH_SOURCE[0]}" | cut -c3- && exit 0 ;;
	*) echo "run.sh: unknown argument '$1' (--rounds N, -n N, -c N)" >&2 && exit 2 ;;
	esac
	[[ ${2-} =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: $1 needs a number above 0" >&2; exit 2; }
	shift 2
done

if [[ ! -e $root/../shared/bench/gen_smtp_pcap.py ]]; then
	echo "run.sh: ../shared/bench/gen_smtp_pcap.py is not beside the repository: there is nothing to measure with" >&2
	exit 3
fi
"$root/deploy/packages.sh" test || exit 3

work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build() {
	cmake -S "$root" -B "$root/build-release" -DCMAKE_BUILD_TYPE=Release &&
		cmake --build "$root/build-release" --target heloscope count_pcap bare_nids stages make_store -j"$(nproc)"
}
build >"$work/log" 2>&1 || {
	tail -n 40 "$work/log" >&2
	echo "run.sh: the build failed; its last lines are above" >&2
	exit 3
}

program=$root/build-release/heloscope
size=(-n "$sessions" -c "$concurrent")
status=0
bench() { # NAME OPTIONS...
	echo "== $1"
	python3 "$here/bench.py" --program "$program" --tools "$root/build-release/tests/bench" --rounds "$rounds" "${@:2}" || exit 1
	echo
}
echo "== the report on 5 million sessions (some 26 GB of disk)"
"$here/report/run.sh" "$program" "$root/build-release/tests/bench/make_store" 5000000 20000 --wrk "$(command -v wrk)" --csv || status=1
echo
bench "usual mails" "${size[@]}"
bench "mails of 280 kB" --worker -n "$((sessions / 20))" -c 100 --median 280000 --sigma 0.01
bench "2,000 streams open" --worker -n 120000 -c 2000 --tiny
bench "100,000 streams open" --worker -n 120000 -c 100000 --tiny
python3 "$here/check_truth.py" --program "$program" "${size[@]}" || status=1
bad_mirror=(--reorder 0.05 --reorder-cap 0.05 --retx 0.02 --frag 0.05 --ipv6 0.5 --vlan 80)
python3 "$here/check_truth.py" --program "$program" "${size[@]}" "${bad_mirror[@]}" || status=1
python3 "$here/check_truth.py" --program "$program" "${size[@]}" "${bad_mirror[@]}" --loss 0.001 || status=1
exit $status
