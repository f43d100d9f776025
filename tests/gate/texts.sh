#!/bin/bash
# Every text of the report stands in every language, nothing else does, and what a format asks for is the same in all of them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
command -v msgfmt >/dev/null || { echo "SKIPPED: msgfmt (gettext) is not installed"; exit 77; }

bad=0
for catalogue in web/texts/*.po; do
	msgfmt --check -o /dev/null "$catalogue" || bad=1
done
python3 tests/gate/texts.py check || bad=1
exit $bad
