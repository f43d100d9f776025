#!/bin/bash
# Our rules: each has a sentence, a source, points or a label, and two small messages; each part is used; each message has a rule.
# Those of hosts weigh a list, and say what takes them away; tests/unit/score/test_hosts_cf.c has the numbers that each hits.
#
# usage: rules.sh [FOLDER]     default: rules
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
folder=${1:-rules}
most=4096   # bytes of a message
least=150   # rules

# Of every rule file: "rule NAME", "part NAME", "host NAME", "list NAME", "has NAME word", "uses NAME".
words() {
	awk '
		$1 ~ /^(header|body|rawbody|full|uri|mimeheader|meta|session|fault|host)$/ && NF > 2 {
			print ($2 ~ /^__/ ? "part " : $1 == "host" ? "host " : "rule ") $2
			if ($1 == "meta" || $1 == "host") {
				text = $0
				sub(/^[^ \t]+[ \t]+[^ \t]+/, "", text)
				gsub(/[^A-Za-z0-9_]+/, "\n", text)
				n = split(text, names, "\n")
				for (i = 1; i <= n; i++)
					if (names[i] ~ /^[A-Z_]/)
						print "uses " names[i]
			}
		}
		$1 == "list" && NF > 2 { print "list " $2 }
		$1 ~ /^(describe|source|score|label|cure|weigh|list_ends)$/ && NF > 2 {
			print "has " $2 " " $1
			if ($1 == "score" && $3 == 0)
				print "zero " $2
		}' "$@"
}

mapfile -t files < <(find "$folder" -maxdepth 1 -name '*.cf' ! -name '99-*' | sort)
[[ ${#files[@]} -gt 0 ]] || { echo "there is no rule file in $folder"; exit 1; }
found=$(words "${files[@]}" | LC_ALL=C sort)
bad=0
say() {
	echo "$*"
	bad=$((bad + 1))
}

declare -A has=() used=() zero=() is_rule=()
while read -r kind name word; do
	case $kind in
	has) has[$name/$word]=1 ;;
	uses) used[$name]=1 ;;
	zero) zero[$name]=1 ;;
	rule) is_rule[$name]=1 ;;
	esac
done <<<"$found"

while read -r kind name; do
	case $kind in
	part) [[ -n ${used[$name]-} ]] || say "$name is used by no rule" ;;
	host | list)
		words='describe source cure weigh'
		[[ $kind == host ]] || words='describe source list_ends'
		for word in $words; do
			[[ -n ${has[$name/$word]-} ]] || say "$name has no $word"
		done
		;;
	rule)
		for word in describe source score; do
			[[ -n ${has[$name/$word]-} ]] || say "$name has no $word"
		done
		[[ -z ${zero[$name]-} || -n ${has[$name/label]-} ]] || say "$name has neither points nor a label"
		for case in hit miss; do
			file=$folder/corpus/$name.$case.eml
			if [[ ! -f $file ]]; then
				say "$file is missing: the message that must $case"
			elif [[ $(wc -c <"$file") -gt $most && $name != HDR_TOO_MANY && $name != HDR_LONG_LINE ]]; then
				say "$file is larger than $most bytes"
			fi
		done
		;;
	esac
done < <(grep -E '^(part|rule|host|list) ' <<<"$found")

while read -r name; do
	base=${name%%.*}
	[[ -n ${is_rule[$base]-} ]] || say "$folder/corpus/$name belongs to no rule"
	[[ $name =~ \.(hit|miss)\.(eml|session)$ ]] || say "$folder/corpus/$name is neither a message nor a session"
	[[ $name != *.session || -f $folder/corpus/${name%.session}.eml ]] || say "$folder/corpus/$name has no message"
done < <(find "$folder/corpus" -type f -printf '%f\n' | sort)

[[ ${#is_rule[@]} -ge $least ]] || say "${#is_rule[@]} rules: $least are wanted"
echo "${#is_rule[@]} rules, $(grep -c '^part ' <<<"$found") parts, $bad faults"
[[ $bad -eq 0 ]]
