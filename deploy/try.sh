#!/bin/bash
# Builds heloscope, reads the capture of the incident of 2008, and opens the report on this machine.
#
# usage: try.sh [--port N] [--check]
#   --port N   instead of 8025; 0 picks a free one
#   --check    does not stay: fetches the overview, the page of the host and the CSV, and looks whether they say what they must
# Without --check it stays until Ctrl-C.  Nothing is left behind but the packages and build-release/.
# Exit status: 0 done; 1 the report is wrong (--check); 2 wrong use; 3 packages, build, capture or port failed.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 3
capture=$root/tests/captures/incident.pcap
host=200.136.80.4 # the head node of 2008
port=8025
check=

usage() {
	sed -n '2,/^set /{/^# /p;/^#$/p}' "${BASH_SOURCE[0]}" | cut -c3-
}
fail() { # STATUS WORDS...
	local status=$1
	shift
	echo "try.sh: $*" >&2
	exit "$status"
}

while [[ $# -gt 0 ]]; do
	case $1 in
	--port)
		[[ $# -ge 2 ]] || fail 2 "--port needs a number"
		port=$2
		shift
		;;
	--port=*) port=${1#*=} ;;
	--check) check=1 ;;
	-h | --help) usage && exit 0 ;;
	*) fail 2 "unknown argument '$1' (try --help)" ;;
	esac
	shift
done
[[ $port =~ ^[0-9]{1,5}$ && $((10#$port)) -le 65535 ]] || fail 2 "'$port' is not a port"

work=$(mktemp -d) || exit 3
server=
finish() {
	trap '' INT TERM
	if [[ -n $server ]]; then
		kill "$server" 2>/dev/null
		wait "$server" 2>/dev/null
	fi
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- packages and build ----
"$root/deploy/packages.sh" build || exit 3
echo "Building (release) in build-release/"
build() {
	cmake -S "$root" -B "$root/build-release" -DCMAKE_BUILD_TYPE=Release -DHELOSCOPE_TESTS=OFF &&
		cmake --build "$root/build-release" --target heloscope -j"$(nproc)"
}
if ! build >"$work/build.log" 2>&1; then
	tail -n 40 "$work/build.log" >&2
	fail 3 "the build failed; its last lines are above"
fi

# ---- capture and store ----
heloscope=$root/build-release/heloscope
store=$work/heloscope.db
[[ -r $capture ]] || fail 3 "$capture is missing"
echo
"$heloscope" read --store "$store" "$capture" >"$work/summary" || fail 3 "the capture could not be read"
sed '/^Stored in /d' "$work/summary"

# ---- report ----
"$heloscope" serve --store "$store" --listen "127.0.0.1:$port" >"$work/served" 2>"$work/faults" &
server=$!
site=
for _ in $(seq 100); do # our own server's word, so that another program on that port is never taken for it
	site=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$work/served") && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
if [[ -z $site ]]; then
	cat "$work/faults" >&2
	fail 3 "the report did not start on 127.0.0.1:$port (another port: --port N)"
fi

if [[ -z $check ]]; then
	echo "The report is open at $site/ (Ctrl-C ends it).  Look at"
	printf '  %s\n      %s\n' \
		"$site/" "the hosts by risk: $host stands first, listed" \
		"$site/host/$host" "why: refusals by hour, the cause behind them, what to do" \
		"$site/evidence?host=$host" "each refusal in the words of the server that wrote it" \
		"$site/csv/hosts" "the table as CSV"
	trap 'exit 0' INT TERM HUP # the end that is meant
	wait "$server"
	server=
	cat "$work/faults" >&2
	fail 3 "the report has ended by itself"
fi

# ---- check ----
bad=0
wrong() {
	echo "wrong: $*" >&2
	bad=1
}
fetch() { # PATH FILE
	curl -fsS -m 20 -o "$work/$2" "$site$1" || wrong "$1 could not be fetched"
	touch "$work/$2"
}
says() { # FILE PATH TEXT...
	local file=$1 path=$2 text
	shift 2
	for text; do
		grep -qF -- "$text" "$work/$file" || wrong "$path does not say '$text'"
	done
}

fetch / overview
says overview / "$host" "/host/$host" '</html>'
fetch "/host/$host" page
says page "/host/$host" "<title>$host" 'class="badge listed"' 'web-form' 'Spamhaus ZEN' 'SpamCop' 'Barracuda' '</html>'
fetch /csv/hosts hosts
head -n 1 "$work/hosts" | grep -q '^host,name,verdict,' || wrong "/csv/hosts has no head"
grep -q "^$host,[^,]*,listed," "$work/hosts" || wrong "/csv/hosts has no row that says $host is listed"
fetch "/csv/evidence?host=$host" evidence
[[ $(wc -l <"$work/evidence") -ge 2 ]] || wrong "/csv/evidence has no rows"
says evidence /csv/evidence listed-on-rbl "$host"

[[ $bad -eq 0 ]] || exit 1
echo "checked: the overview, the page of $host (listed), $(($(wc -l <"$work/hosts") - 1)) hosts and" \
	"$(($(wc -l <"$work/evidence") - 1)) pieces of evidence as CSV"
