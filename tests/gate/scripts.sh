#!/bin/bash
# Our scripts: shellcheck finds nothing, python3 compiles them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
command -v shellcheck >/dev/null || { echo "SKIPPED: shellcheck is not installed"; exit 77; }

mapfile -t shell < <(grep -rlE '^#!(/bin/|/usr/bin/env )(ba)?sh' deploy tests .ci | sort)
mapfile -t python < <(find tests -name '*.py' | sort)
python+=(rules/fit)
bad=0
shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR "${shell[@]}" || bad=1
for file in "${python[@]}"; do
	python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" || bad=1
done
echo "${#shell[@]} shell and ${#python[@]} python scripts"
exit $bad
