#!/bin/bash
# Makes a store as a campus fills it, and asks the report on it as 16 people would (load.py): median and 99 % of each kind of page.
#
# usage: run.sh HELOSCOPE MAKE_STORE SESSIONS HOSTS [OPTIONS OF load.py]
#   run.sh build-release/heloscope build-release/tests/bench/make_store 5000000 20000 --wrk "$(command -v wrk)" --csv
# STORE in the environment: a store that is there already is used, and one that is made is kept.
# Exit status: that of load.py; 2 wrong use; 3 no store could be made.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 3
[[ $# -ge 4 ]] || { sed -n '2,/^set /{/^# /p;/^#$/p}' "${BASH_SOURCE[0]}" | cut -c3- >&2 && exit 2; }
program=$1 make_store=$2 sessions=$3 hosts=$4
shift 4

work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
store=${STORE:-$work/store.db}
[[ -e $store ]] || "$make_store" "$store" "$sessions" "$hosts" || exit 3
"$here/load.py" --program "$program" --store "$store" "$@"
