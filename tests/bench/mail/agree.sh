#!/bin/bash
# Agreement with SpamAssassin on message files: agree.sh HELOSCOPE FOLDER [OPTIONS OF agree.py]
#
# SpamAssassin's answers are kept in $AGREE_CACHE (default: a folder that is removed at the end), for it takes minutes.
set -eu
usage='usage: agree.sh HELOSCOPE FOLDER [OPTIONS OF agree.py]'
heloscope=${1:?$usage}
folder=${2:?$usage}
shift 2
here=$(dirname "$(readlink -f "$0")")
if [ ! -d /usr/share/spamassassin ]; then
	echo "agree.sh: skipped: Debian's package spamassassin is not installed" >&2
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${AGREE_CACHE:-$work}
mkdir -p "$cache"
find "$folder" -type f ! -name '*.md' ! -name '*.tsv' | LC_ALL=C sort >"$work/files"
if [ ! -s "$cache/theirs.tsv" ] || ! cmp -s "$work/files" "$cache/files"; then
	perl "$here/spamassassin.pl" rules >"$cache/rules.tsv"
	perl "$here/spamassassin.pl" hits - <"$work/files" >"$cache/theirs.part" 2>"$cache/theirs.log"
	mv "$cache/theirs.part" "$cache/theirs.tsv"
	cp "$work/files" "$cache/files.part" && mv "$cache/files.part" "$cache/files"
fi
"$heloscope" rules list --stock --json >"$work/loaded.jsonl" 2>"$work/log" || [ $? -eq 1 ]
xargs -d '\n' "$heloscope" score --stock --parts --json <"$work/files" >"$work/ours.jsonl" 2>>"$work/log" || [ $? -eq 123 ]
python3 "$here/agree.py" --rules "$cache/rules.tsv" --theirs "$cache/theirs.tsv" --ours "$work/ours.jsonl" \
	--known "$work/loaded.jsonl" --reasons "$here/disagreements.tsv" "$@"
