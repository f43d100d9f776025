#!/bin/bash
# Mails a second of processor time, one core, in one run: speed.sh MAIL_SPEED FOLDER [MAILS] [BYTES]
#
# By our rules, by the stock set that Debian's package spamassassin installs, by both; then SpamAssassin itself (in one process, local tests, compiled
# once) and rspamd without network, where they are installed, on the same files.  MAILS (300) are taken evenly from FOLDER's files of BYTES/2 to
# BYTES*2 (8000), so that all see mails of about one size.  MAIL_SPEED must be a Release build.
set -eu
usage='usage: speed.sh MAIL_SPEED FOLDER [MAILS] [BYTES]'
mail_speed=${1:?$usage}
folder=${2:?$usage}
mails=${3:-300}
bytes=${4:-8000}
here=$(dirname "$(readlink -f "$0")")
rules=$here/../../../rules
stock=/usr/share/spamassassin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find "$folder" -type f ! -name '*.md' ! -name '*.tsv' -size +"$((bytes / 2))"c -size -"$((bytes * 2))"c | LC_ALL=C sort >"$work/all"
count=$(wc -l <"$work/all")
if [ "$count" -eq 0 ]; then
	echo "speed.sh: skipped: $folder has no files of that size" >&2
	exit 77
fi
awk -v every="$((count > mails ? count / mails : 1))" -v most="$mails" 'NR % every == 0 && n++ < most' "$work/all" >"$work/list"
count=$(wc -l <"$work/list")

# of the line of a stage: mails a second
rate() { awk '/^whole analysis/ { print $5 }'; }

ours() {
	"$mail_speed" --runs 5 "$@" <"$work/list" >"$work/out"
	sed -n 1,4p "$work/out" >&2
	rate <"$work/out"
}

row() { printf '%-28s %10.1f mails/s %8.1f times SpamAssassin\n' "$1" "$2" "$(awk -v a="$2" -v b="$theirs" 'BEGIN { print (b > 0 ? a / b : 0) }')"; }

theirs=0 rspamd=''
if [ -d "$stock" ]; then
	theirs=$(xargs -d '\n' perl "$here/spamassassin.pl" time <"$work/list" | awk '{ print $3 / $1 }')
fi
if command -v rspamd >/dev/null; then
	rspamd=$(python3 "$here/rspamd.py" --time <"$work/list" | awk '{ print $3 / $1 }')
fi
echo "$count files of $folder, each about $bytes bytes"
row 'our rules' "$(ours --rules "$rules")"
if [ -d "$stock" ]; then
	row 'stock rules' "$(ours --stock "$stock")"
	row 'both' "$(ours --rules "$rules" --stock "$stock")"
	row 'SpamAssassin' "$theirs"
fi
if [ -n "$rspamd" ]; then
	row 'rspamd' "$rspamd"
fi
