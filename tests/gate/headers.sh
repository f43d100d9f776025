#!/bin/bash
# Every header compiles alone, so that the order of includes never matters; by gcc, and by clang where it is installed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

read -ra flags <<<"$(pkg-config --cflags libpcap sqlite3 libmicrohttpd libpcre2-8 libpsl gnutls jansson inih libseccomp libcurl libsystemd)"
flags+=(-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Itests -fsyntax-only -x c -)

bad=0 seen=0
for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	while read -r header; do
		seen=$((seen + 1))
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" | "$compiler" "${flags[@]}" || {
			echo "$header does not compile alone, or not twice, with $compiler"
			bad=$((bad + 1))
		}
	done < <(find sensor store web tests -name '*.h' | sort)
done
echo "$seen headers compiled alone, $bad do not"
[[ $seen -gt 0 && $bad -eq 0 ]]
