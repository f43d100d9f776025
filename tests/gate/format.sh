#!/bin/bash
# The looks of .c files are clang-format's (.clang-format).  Headers keep the columns of their comments.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
command -v clang-format >/dev/null || { echo "SKIPPED: clang-format is not installed"; exit 77; }

mapfile -t files < <(find sensor store web -name '*.c' | sort)
clang-format --dry-run --Werror "${files[@]}" || {
	echo "clang-format -i would change the files above"
	exit 1
}
echo "${#files[@]} files"
