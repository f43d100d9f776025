#!/bin/bash
# The Debian packages that heloscope needs, and their installation.
#
# usage: packages.sh build|test|list-build|list-test
#        packages.sh peers DIR
# `build` installs what a build needs, `test` what the tests need besides; `list-…` prints the names.  Nothing is asked of
# apt-get, and root is not needed, when everything is there already.
# `peers` unpacks mail servers that exclude each other, and would start, into DIR/NAME; nothing is installed.
# Exit status: 0 all is there; 2 wrong use; 3 something could not be installed (said on stderr).
set -euo pipefail

build=(
	gcc libc6-dev make cmake pkg-config
	libpcap-dev libnids-dev         # packets, streams
	zlib1g-dev libzstd-dev          # compressed captures
	libpsl-dev libidn2-dev          # registered domains, names in other scripts
	libpcre2-dev                    # rules
	libsqlite3-dev                  # store
	libmicrohttpd-dev libjansson-dev # report
	libarchive-dev                  # bundles of evidence
	libinih-dev                     # configuration
	libgnutls28-dev libxxhash-dev uthash-dev
	libcrypt-dev                    # passwords of those who sign in
	libseccomp-dev
	libunbound-dev                  # blocklists are asked, if that is configured
	libcurl4-gnutls-dev libsystemd-dev # alerts: webhook and mail, journal
	gettext                         # texts of the report in other languages
	npm                             # brings uPlot (charts), as web/package-lock.json says
	curl ca-certificates            # try.sh asks the report
)
testing=(
	"${build[@]}"
	libcmocka-dev clang libclang-rt-14-dev clang-format shellcheck
	nftables iptables              # rules of the advice, in a name space
	python3 jq sqlite3 procps util-linux
	iproute2 ethtool tcpdump tshark # live capture in a name space; a second opinion on captures
	rbldnsd                         # a blocklist of our own
	tcpreplay zstd                  # captures onto the wire, and compressed
	chromium chromium-driver python3-selenium # the report as a browser sees it, and handles it
	prometheus python3-jsonschema   # alert rules are checked (promtool), answers of the API
	swaks libnet-ssleay-perl libio-socket-ssl-perl msmtp openssl # clients of the mail servers below
)
peers=(postfix exim4-daemon-light opensmtpd tinyproxy-bin microsocks php-cli rbldnsd)

missing() { # NAMES...: those that are not installed, a line each
	local name
	for name; do
		# Node that comes from elsewhere brings its own npm, and Debian's would not go beside it.
		[[ $name != npm ]] || ! command -v npm >/dev/null || continue
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || printf '%s\n' "$name"
	done
}

fail() {
	echo "packages.sh: $*" >&2
	exit 3
}

# install_missing NAMES...: apt-get speaks on stderr only when it fails.
install_missing() {
	local absent log policy=/usr/sbin/policy-rc.d
	mapfile -t absent < <(missing "$@")
	[[ ${#absent[@]} -gt 0 ]] || return 0
	command -v apt-get >/dev/null || fail "not a Debian system (no apt-get); needed: ${absent[*]}"
	[[ $(id -u) -eq 0 ]] || fail "not root; as root, run: apt-get install --no-install-recommends ${absent[*]}"
	echo "Installing ${#absent[@]} Debian packages: ${absent[*]}" >&2
	export DEBIAN_FRONTEND=noninteractive
	log=$(mktemp)
	# Some packages are wanted for a program of theirs, not for the service: none is started (Debian policy 9.3.3.1).
	if [[ -e $policy ]]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; fi
	# shellcheck disable=SC2064 # the names are known now
	trap "rm -f '$log' $policy" EXIT
	# Old lists may do, so a failure here counts only if the installation fails too.
	apt-get -q update >"$log" 2>&1 || true
	apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "${absent[@]}" >>"$log" 2>&1 </dev/null || {
		tail -n 15 "$log" >&2
		fail "apt-get could not install: ${absent[*]} (its last words are above)"
	}
}

# unpack_peers DIR: each with what it needs and this machine has not.
unpack_peers() {
	local dir=$1 name top
	command -v apt-get >/dev/null || fail "not a Debian system (no apt-get)"
	[[ $(id -u) -eq 0 ]] || fail "not root: apt-get downloads as root only"
	for name in "${peers[@]}"; do
		[[ -e $dir/$name/.whole ]] && continue
		rm -rf "${dir:?}/$name"
		mkdir -p "$dir/$name" "$dir/debs/$name/partial"
		apt-get -q -y --no-install-recommends --download-only -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=300 \
			-o Dir::Cache::archives="$(realpath "$dir/debs/$name")" install "$name" >"$dir/log" 2>&1 </dev/null || {
			tail -n 5 "$dir/log" >&2
			fail "apt-get could not download $name (its last words are above; is the list of packages old? apt-get update)"
		}
		find "$dir/debs/$name" -name '*.deb' -exec dpkg -x {} "$dir/$name" \; || fail "$name cannot be unpacked"
		# These are links to /usr/… on the machine over which it will lie.
		for top in bin sbin lib; do
			[[ -d $dir/$name/$top ]] || continue
			mkdir -p "$dir/$name/usr/$top"
			cp -a "$dir/$name/$top/." "$dir/$name/usr/$top/"
			rm -r "${dir:?}/$name/$top"
		done
		touch "$dir/$name/.whole"
	done
}

case ${1-} in
peers) unpack_peers "${2:?peers needs a folder}" ;;
build) install_missing "${build[@]}" ;;
test) install_missing "${testing[@]}" ;;
list-build) printf '%s\n' "${build[@]}" ;;
list-test) printf '%s\n' "${testing[@]}" ;;
*)
	echo "usage: ${0##*/} build|test|list-build|list-test, or peers DIR" >&2
	exit 2
	;;
esac
