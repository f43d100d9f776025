#!/bin/bash
# How much spam is found at how many false alarms, by corpus: our rules, ours with the stock rules, SpamAssassin -L, rspamd without network; one table.
# All get the same stripped mails. SpamAssassin takes some seven minutes of a processor for 3,000 of them.
#
# usage: detection.sh [--program PATH] [--mail DIR] [--keep DIR] [--without spamassassin|rspamd|stock]...
#        --program  a release build of heloscope (default: build-release/heloscope)
#        --mail     CORPUS/{ham,spam}/* (default: ../shared/mail)
#        --keep     where answers are kept, and taken from if they are there
# Exit status: 0 measured, 2 wrong use, 3 no program or no mail; 77 no mail beside the repository and none given.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 3
root=$(cd "$here/../../.." && pwd)
program=$root/build-release/heloscope mail=$root/../shared/mail keep="" without=" " given=0

while [[ $# -gt 0 ]]; do
	case $1 in
	--program) program=${2-} ;;
	--mail) mail=${2-} given=1 ;;
	--keep) keep=${2-} ;;
	--without) without+="${2-} " ;;
	-h | --help) sed -n '2,/^set /{/^# /p;/^#$/p}' "${BASH_SOURCE[0]}" | cut -c3- && exit 0 ;;
	*) echo "detection.sh: unknown argument '$1' (--help says which there are)" >&2 && exit 2 ;;
	esac
	[[ -n ${2-} ]] || { echo "detection.sh: $1 needs a value" >&2; exit 2; }
	shift 2
done
if [[ ! -d $mail ]]; then
	echo "detection.sh: SKIPPED: there is no labelled mail at $mail (give --mail DIR)" >&2
	[[ $given -eq 1 ]] && exit 3
	exit 77
fi
[[ -x $program ]] || { echo "detection.sh: $program is not there: build it with -DCMAKE_BUILD_TYPE=Release, or give --program" >&2; exit 3; }

work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
answers=${keep:-$work/answers}
mkdir -p "$answers" || exit 3

"$root/rules/fit" strip "$work/mail" --mail "$mail" || exit 3
(cd "$work/mail" && find . -type f | cut -c3- | LC_ALL=C sort) >"$work/list"

# ask NAME COMMAND...: paths on standard input, relative to the stripped mails
ask() {
	local name=$1
	shift
	[[ $without == *" $name "* ]] && return
	[[ -s $answers/$name ]] && { echo "$name: kept" >&2; return; }
	echo "$name ..." >&2
	if (cd "$work/mail" && "$@" <"$work/list") >"$answers/$name.part" 2>"$work/err"; then
		mv "$answers/$name.part" "$answers/$name"
	else
		echo "detection.sh: $name is left out: $(tail -n 1 "$work/err")" >&2
		rm -f "$answers/$name.part"
	fi
}
ours() { xargs -d '\n' "$program" score --json "$@" 2>/dev/null; }

ask ours ours --rules "$root/rules"
ask stock ours --rules "$root/rules" --stock
ask stock-alone ours --stock
ask spamassassin perl "$here/spamassassin.pl" hits -
ask rspamd python3 "$here/rspamd.py"
python3 "$here/detection.py" --fit "$root/rules/fit" --rules "$root/rules" "$answers"
