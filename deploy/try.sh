#!/bin/bash
# Builds heloscope, reads the capture of the 2008 incident, and opens the report on localhost.
#   try.sh [--port N]    stays until Ctrl-C
#   try.sh --check       fetches the overview, one host page and the CSV, and ends: 0, or says what is wrong
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
port=8025
check=no
while [ $# -gt 0 ]; do
	case "$1" in
	--check) check=yes ;;
	--port)
		port=${2:?--port needs a number}
		shift
		;;
	-h | --help)
		sed -n '2,4s/^# \?//p' "$0"
		exit 0
		;;
	*)
		echo "try.sh: unknown argument '$1' (--check, --port N)" >&2
		exit 2
		;;
	esac
	shift
done

host=200.136.80.4
site=http://127.0.0.1:$port
work=$(mktemp -d)
server=
finish() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$root/deploy/packages.sh" build
echo "Building (release) …"
cmake -S "$root" -B "$root/build-release" -DCMAKE_BUILD_TYPE=Release -DHELOSCOPE_TESTS=OFF >"$work/build.log" &&
	cmake --build "$root/build-release" -j"$(nproc)" --target heloscope >>"$work/build.log" || {
	tail -n 30 "$work/build.log" >&2
	echo "try.sh: the build failed" >&2
	exit 3
}

heloscope=$root/build-release/heloscope
"$heloscope" read --store "$work/heloscope.db" "$root/tests/captures/incident.pcap"

"$heloscope" serve --store "$work/heloscope.db" --listen "127.0.0.1:$port" >"$work/serve.log" 2>&1 &
server=$!
for _ in $(seq 100); do
	curl -fsS "$site/healthz" >/dev/null 2>&1 && break
	if ! kill -0 "$server" 2>/dev/null; then
		cat "$work/serve.log" >&2
		echo "try.sh: the report did not start (another port: --port N)" >&2
		exit 3
	fi
	sleep 0.1
done

if [ "$check" = no ]; then
	cat <<END

The report is open at $site/   (Ctrl-C ends it)
  $site/                       all hosts: $host is listed, and why
  $site/host/$host     its causes, the refusals, and what to do
  $site/evidence               the refusals, for a complaint; "CSV" gives the file
END
	wait "$server"
	exit
fi

expect() { # path, text that must be there
	local got
	if ! got=$(curl -fsS "$site$1"); then
		echo "try.sh: $1 cannot be fetched" >&2
		exit 1
	fi
	if ! grep -qF -- "$2" <<<"$got"; then
		echo "try.sh: $1 does not say '$2'" >&2
		exit 1
	fi
	echo "ok $1"
}
expect / "$host"
expect "/host/$host" "listed"
expect "/csv/hosts" "$host"
[ "$(curl -fsS "$site/csv/evidence" | wc -l)" -gt 1 ] || {
	echo "try.sh: the CSV of evidence has no rows" >&2
	exit 1
}
echo "ok /csv/evidence"
