#!/bin/bash
# Makes tests/captures/*.pcap again: real mail servers talk to each other in a closed laboratory, a mirror port is recorded.
#
# Nothing of the machine is changed. The script runs itself again in new mount, process and network name spaces; packages go
# into a small Debian of their own that lives in memory; when the first process of the laboratory ends, the kernel ends all others with it.
#
#   outer    options and checks                                     (the machine as it is)
#   layers   a small Debian, then Postfix and Exim each over it     (own mounts and processes, still has the network)
#   world    hosts, servers, scenes, captures                       (own network, no route out)
set -euo pipefail
export LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$here/$(basename "${BASH_SOURCE[0]}")

# The laboratory: layer 1 holds everything but Exim, which excludes Postfix and has a layer of its own.
packages_postfix=(postfix postgrey rbldnsd dnsmasq-base swaks libnet-ssleay-perl libio-socket-ssl-perl php-cli msmtp
	cron bsd-mailx sasl2-bin libsasl2-modules libsasl2-modules-db openssl ethtool iproute2 tcpdump tshark curl tinyproxy-bin
	python3 libfaketime procps)
packages_exim=(exim4-daemon-light bsd-mailx libfaketime iproute2 procps)
lab_seconds=1500 # the laboratory is closed after this time, whatever it is doing

say() { printf 'make.sh: %s\n' "$*" >&2; }
die() {
	say "$*"
	exit 3
}

scene_names() {
	local f
	for f in "$here"/scenes/*.sh; do basename "$f" .sh; done
}

usage() {
	cat <<EOF
usage: make.sh [--out DIR] [--debs DIR] [--keep-logs DIR] [NAME...]

Makes the captures NAME (all when none is named) and their rows of TRUTH.tsv.
  --out DIR        write there (default: beside this script)
  --debs DIR       keep downloaded Debian packages there, and use those that are there
  --keep-logs DIR  keep the servers' own logs, from which TRUTH.tsv is counted
  --list           names of the captures
  --help           this text

Needs root, Debian 12, overlay mounts, network name spaces, tc with u32 or matchall, and a Debian mirror for apt-get.
Exit status: 0 done, 2 wrong use, 3 could not do it.
EOF
}

# ---- layers -----------------------------------------------------------------------------------------------------------------

# overlay NAME LOWER...: a root file system of its own under $lab/roots/NAME; the first LOWER is the uppermost
overlay() {
	local name=$1 lower
	shift
	lower=$(IFS=:; printf '%s' "$*")
	mkdir -p "$lab/upper/$name" "$lab/work/$name" "$lab/roots/$name"
	mount -t overlay overlay -o "lowerdir=$lower,upperdir=$lab/upper/$name,workdir=$lab/work/$name" "$lab/roots/$name" ||
		die "cannot mount an overlay for $name"
	mount --bind /dev "$lab/roots/$name/dev"
	mount -t devpts devpts "$lab/roots/$name/dev/pts"
	mount -t tmpfs tmpfs "$lab/roots/$name/dev/shm"
	mount -t proc proc "$lab/roots/$name/proc"
	mount -t tmpfs tmpfs "$lab/roots/$name/tmp" -o mode=1777
}

install_layer() {
	local name=$1 root=$lab/roots/$1
	shift
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mkdir -p "$root/debs"
	mount --bind "$debs" "$root/debs"
	mkdir -p "$root/debs/partial"
	say "layer $name: installing packages"
	chroot "$root" /bin/sh -c 'echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections'
	if ! DEBIAN_FRONTEND=noninteractive timeout 600 chroot "$root" /bin/sh -c '
		apt-get -q -y --no-install-recommends \
			-o APT::Sandbox::User=root -o Dir::Cache::archives=/debs -o APT::Keep-Downloaded-Packages=true install "$@"' sh "$@" >"$lab/apt.$name.log" 2>&1; then
		tail -n 15 "$lab/apt.$name.log" >&2
		die "apt-get failed in layer $name"
	fi
}

# A small Debian that owes nothing to what is installed on this machine, nor to what is being installed while we run
install_base() {
	local base=$lab/upper/base site security
	# shellcheck disable=SC2016 # apt-get fills these in
	site=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Label: Debian' | head -n 1)
	# shellcheck disable=SC2016
	security=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm-security' | head -n 1)
	[[ -n $site ]] || die "apt-get knows no mirror of Debian bookworm"
	say "base: debootstrap"
	mkdir -p "$lab/debootstrap" "$base"
	if ! (
		cd "$lab/debootstrap"
		apt-get -q download debootstrap && dpkg-deb -x debootstrap_*.deb . &&
			DEBOOTSTRAP_DIR=$lab/debootstrap/usr/share/debootstrap timeout 400 \
				usr/sbin/debootstrap --variant=minbase --cache-dir="$debs" bookworm "$base" "$site"
	) >"$lab/base.log" 2>&1; then
		tail -n 15 "$lab/base.log" >&2
		die "debootstrap failed"
	fi
	printf 'deb %s bookworm main\n' "$site" >"$base/etc/apt/sources.list"
	if [[ -n $security ]]; then printf 'deb %s bookworm-security main\n' "$security" >>"$base/etc/apt/sources.list"; fi
	cp /etc/resolv.conf "$base/etc/resolv.conf"
	chroot "$base" apt-get -q -o APT::Sandbox::User=root update >"$lab/base.log" 2>&1 || die "apt-get update failed: $(tail -n 3 "$lab/base.log")"
}

stage_layers() {
	lab=$1 debs=$2
	shift 2
	mount -t tmpfs tmpfs "$lab" -o mode=755,size=3g
	mkdir -p "$lab/out" "$lab/logs"
	cp -r "$here" "$lab/src"
	rm -f "$lab"/src/*.pcap "$lab"/src/*.pcapng
	if [[ -z $debs ]]; then
		debs=$lab/debs
		mkdir "$debs"
	fi
	install_base
	overlay postfix "$lab/upper/base"
	overlay exim "$lab/upper/base"
	install_layer postfix "${packages_postfix[@]}"
	install_layer exim "${packages_exim[@]}"

	local names=() late=() n
	for n in "$@"; do
		if grep -q '^# time: 2008' "$lab/src/scenes/$n.sh"; then late+=("$n"); else names+=("$n"); fi
	done
	if ((${#names[@]})); then run_world now "${names[@]}"; fi
	if ((${#late[@]})); then run_world 2008 "${late[@]}"; fi
}

# run_world CLOCK NAME...: a fresh root per host, then the scenes, in a network and process name space that end together
run_world() {
	local clock=$1 h
	shift
	overlay "lab-$clock" "$lab/upper/postfix" "$lab/upper/base"
	mkdir -p "$lab/roots/lab-$clock/lab"
	mount --bind "$lab" "$lab/roots/lab-$clock/lab"
	# shellcheck source=lib.sh
	. "$here/lib.sh"
	mkdir -p "$lab/hosts"
	for h in "${!host_kind[@]}"; do
		if [[ ${host_kind[$h]} == exim ]]; then
			overlay "$h-$clock" "$lab/upper/exim" "$lab/upper/base"
		else
			overlay "$h-$clock" "$lab/upper/postfix" "$lab/upper/base"
		fi
		mkdir -p "$lab/hosts/$h"
		mount --rbind "$lab/roots/$h-$clock" "$lab/roots/lab-$clock/lab/hosts/$h"
	done
	timeout --kill-after=5 "$lab_seconds" unshare --net --pid --fork --kill-child \
		chroot "$lab/roots/lab-$clock" /bin/bash /lab/src/make.sh --stage-world "$clock" "$@" </dev/null
}

# ---- world ------------------------------------------------------------------------------------------------------------------

stage_world() {
	local clock=$1 n
	shift
	mount -t proc proc /proc
	# shellcheck source=lib.sh
	. "$here/lib.sh"
	world_up "$clock"
	for n in "$@"; do
		say "$n"
		# shellcheck source=/dev/null
		. "$here/scenes/$n.sh"
		scene || die "scene $n failed"
		[[ -s /lab/out/$n.truth ]] || die "scene $n left no capture"
	done
}

# ---- outer ------------------------------------------------------------------------------------------------------------------

stage_outer() {
	local out=$here debs='' logs='' names=() n known
	while (($#)); do
		case $1 in
		--out) out=${2:?--out needs a directory}; shift 2 ;;
		--debs) debs=${2:?--debs needs a directory}; shift 2 ;;
		--keep-logs) logs=${2:?--keep-logs needs a directory}; shift 2 ;;
		--list) scene_names; exit 0 ;;
		--help | -h) usage; exit 0 ;;
		-*) usage >&2; exit 2 ;;
		*) names+=("$1"); shift ;;
		esac
	done
	known=$(scene_names)
	for n in "${names[@]}"; do
		grep -qxF -- "$n" <<<"$known" || { say "no capture is called $n; make.sh --list names them"; exit 2; }
	done
	((${#names[@]})) || mapfile -t names <<<"$known"
	((EUID == 0)) || die "needs root"
	grep -qw overlay /proc/filesystems || die "this kernel has no overlay file system"
	command -v apt-get >/dev/null || die "needs Debian's apt-get"
	mkdir -p "$out"
	if [[ -n $debs ]]; then mkdir -p "$debs"; debs=$(realpath "$debs"); fi

	lab=$(mktemp -d /tmp/captures.XXXXXX)
	local back
	back=$(mktemp -d /tmp/captures-out.XXXXXX)
	# shellcheck disable=SC2064 # the two names are known now
	trap "rmdir '$lab'; rm -rf '$back'" EXIT
	local status=0 inside
	unshare --mount --pid --fork --kill-child --mount-proc --uts --ipc \
		/bin/bash "$self" --stage-layers "$lab" "$debs" "$back" "${names[@]}" </dev/null &
	inside=$!
	trap 'say "interrupted"; kill -KILL "$inside"' INT TERM HUP
	wait "$inside" || status=$?
	trap - INT TERM HUP
	# What came out before a failure is whole, but a half-made set would not fit its TRUTH.tsv
	if [[ -n $logs ]]; then mkdir -p "$logs"; cp -r "$back/logs/." "$logs/"; fi
	((status == 0)) || die "stopped with status $status; $out is as it was"
	for n in "${names[@]}"; do
		cp "$back"/out/"$n".pcap* "$out/"
		if [[ -f $back/out/$n.mail.log ]]; then cp "$back/out/$n.mail.log" "$out/"; fi
	done
	chmod 644 "$out"/*.pcap*
	merge_truth "$out/TRUTH.tsv" "$back/out" "${names[@]}"
	say "done: ${names[*]}"
}

# Replace the rows of the captures just made, keep the others
merge_truth() {
	local file=$1 from=$2 n rows
	shift 2
	rows=$(mktemp)
	if [[ -f $file ]]; then tail -n +2 "$file" >"$rows"; fi
	for n in "$@"; do
		awk -F'\t' -v n="$n" '{ base = $1; sub(/\.pcap(ng)?$/, "", base) } base != n' "$rows" >"$rows.new"
		cat "$from/$n.truth" >>"$rows.new"
		mv "$rows.new" "$rows"
	done
	{
		python3 "$here/truth.py" --header
		sort "$rows"
	} >"$file"
	rm -f "$rows"
}

case ${1-} in
--stage-layers)
	lab=$2 back=$4
	# Results leave the memory file system here, whatever happens
	trap 'cp -r "$lab/out" "$lab/logs" "$back/" 2>/dev/null || true' EXIT
	stage_layers "$2" "$3" "${@:5}"
	;;
--stage-world) shift; stage_world "$@" ;;
*) stage_outer "$@" ;;
esac
