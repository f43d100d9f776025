#!/bin/bash
# Installs the Debian 12 packages that heloscope needs:  packages.sh build | test
# One list of each; what is there already is not touched.
set -euo pipefail

build=(gcc libc6-dev cmake make pkg-config curl ca-certificates
	libpcap-dev libnids-dev libsqlite3-dev libmicrohttpd-dev libgmime-3.0-dev libpcre2-dev
	libpsl-dev libinih-dev libjansson-dev libgnutls28-dev libxxhash-dev uthash-dev libseccomp-dev)
test=(libcmocka-dev python3 jq sqlite3 iproute2 tshark)

case "${1:-}" in
build) wanted=("${build[@]}") ;;
test) wanted=("${build[@]}" "${test[@]}") ;;
*)
	echo "usage: packages.sh build|test" >&2
	exit 2
	;;
esac

missing=()
for package in "${wanted[@]}"; do
	dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "packages.sh: run as root, or install by hand: ${missing[*]}" >&2
	exit 3
fi
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "packages.sh: apt-get could not install: ${missing[*]}" >&2
	exit 3
fi
