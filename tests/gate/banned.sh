#!/bin/bash
# What the code does without: unsafe calls, notes to oneself, paths of one machine, functions and files that one cannot read at once.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

function_max=80 # lines
file_max=600    # lines

# Longer than that, with the reason: FILE[:FUNCTION]  WHY
exceptions() {
	cat <<-'ROWS'
	tests/unit/decap/test_decap_layers.c          one table of frames, a row each
	tests/unit/host/test_verdict.c                 one story after the other, read from top to bottom
	tests/unit/record/test_record_json.c:session   every field of a record is set once
	ROWS
}

bad=0
fault() {
	echo "$*"
	bad=$((bad + 1))
}
excused() { exceptions | awk -v name="$1" '$1 == name { found = 1 } END { exit !found }'; }

# refuse WHY PATTERN FILES...: `git grep`-like, but of the files as they are
refuse() {
	local why=$1 pattern=$2
	shift 2
	local found
	found=$(grep -nE "$pattern" "$@") && fault "$found"$'\n'"above: $why"
}

mapfile -t code < <(find sensor store web tests -name '*.[ch]' | sort)
mapfile -t scripts < <(find deploy tests .ci -type f \( -name '*.sh' -o -name '*.py' -o -name run -o -name CMakeLists.txt \) \
	-not -path 'tests/gate/*' | sort)
mapfile -t text < <(find . -maxdepth 2 -name '*.md' -not -path './build*' | sort)
[[ ${#code[@]} -gt 0 ]] || fault "no C files were found"

refuse "calls that write without a length, or hide an error" \
	'(^|[^A-Za-z0-9_"])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|alloca|mktemp|tmpnam)[[:space:]]*\(' "${code[@]}"
refuse "notes to oneself: finish it, or leave it out" \
	'(^|[^A-Za-z0-9_])(TODO|FIXME|XXX|HACK|[Ss]tub|[Uu]nimplemented|not implemented)([^A-Za-z0-9_]|$)' "${code[@]}" "${scripts[@]}"
refuse "a path of one machine" '(^|[^A-Za-z0-9_}>/])/(work|root)/' "${code[@]}" "${scripts[@]}" "${text[@]}"

for file in "${code[@]}"; do
	lines=$(wc -l <"$file")
	[[ $lines -le $file_max ]] || excused "$file" || fault "$file: $lines lines, more than $file_max"
	# A definition: its name begins a line, its braces stand alone at the left.
	while read -r name length; do
		[[ $length -le $function_max ]] || excused "$file:$name" ||
			fault "$file: $name() has $length lines, more than $function_max"
	done < <(awk '/^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
		/^\{/ { start = NR } /^\}$/ && start { print name, NR - start - 1; start = 0 }' "$file")
done
echo "${#code[@]} files of C and ${#scripts[@]} scripts looked at, $bad faults"
[[ $bad -eq 0 ]]
