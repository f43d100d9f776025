#!/bin/bash
# No mail takes longer than LIMIT milliseconds of processor time, however it is made: worst.sh MAIL_SPEED LIMIT FOLDER [RULES OPTIONS]
#
# Mails of worst.py, and all files of FOLDER where it exists.  Each is measured three times, the best counts.
# WORST_EVERY=N takes every N-th of them only: for slow builds.
set -eu
usage='usage: worst.sh MAIL_SPEED LIMIT FOLDER [--rules DIR | --stock DIR]...'
mail_speed=${1:?$usage}
limit=${2:?$usage}
folder=${3:?$usage}
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$(dirname "$(readlink -f "$0")")/worst.py" "$work" >"$work/list"
if [ -d "$folder" ]; then
	find "$folder" -type f | LC_ALL=C sort >>"$work/list"
fi
awk -v every="${WORST_EVERY:-1}" 'NR % every == 0' "$work/list" >"$work/some"
split -l 300 "$work/some" "$work/part."
status=0
for part in "$work"/part.*; do
	"$mail_speed" --runs 3 --limit-ms "$limit" "$@" <"$part" || status=$?
done
exit "$status"
