# Hosts of a scene: their network, names and files. Sourced by world.sh.
# shellcheck shell=bash disable=SC2154 # names that come from world.sh and the scene

declare -A address kind fqdn domains
names=()

# at HOST COMMAND...: on that host; at_edge: where everybody's packets pass
at() {
	local host=$1
	shift
	# shellcheck disable=SC2016 # the inner shell fills these in
	nsenter --net="/run/netns/$host" unshare --uts -- /bin/sh -c 'hostname "$1"; shift; exec chroot "$@"' sh \
		"${fqdn[$host]}" "$work/roots/$host/root" "$@"
}
at_edge() { nsenter --net=/run/netns/edge "$@"; }
bg() { at "$@" </dev/null >>"$work/logs/$1" 2>&1 & }
put() { # HOST PATH, from stdin
	mkdir -p "$work/roots/$1/root$(dirname "$2")"
	cat >"$work/roots/$1/root$2"
}

people() {
	cat <<-'EOS'
	postfix:x:60101:60101::/var/spool/postfix:/usr/sbin/nologin
	Debian-exim:x:60103:60103::/var/spool/exim4:/usr/sbin/nologin
	EOS
}
groups() { printf 'postfix:x:60101:\npostdrop:x:60102:\nDebian-exim:x:60103:\n'; }

# make_root HOST PACKAGE...: what is unpacked, over the machine's own files
make_root() {
	local dir=$work/roots/$1 root=$work/roots/$1/root name
	mkdir -p "$dir/work" "$dir/root" "$dir/upper"
	for name in "${@:2}"; do cp -r "$peers/$name/." "$dir/upper"; done
	mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$root"
	mount --bind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	mount -t tmpfs tmpfs "$root/tmp" -o mode=1777
	mount -t tmpfs tmpfs "$root/run"
	rm -f "$root/etc/resolv.conf"
	printf 'nameserver 198.51.100.53\noptions timeout:1 attempts:1\n' | put "$1" /etc/resolv.conf
	printf '%s\n' "${fqdn[$1]}" | put "$1" /etc/mailname
	printf 'hosts: files\n' | put "$1" /etc/nsswitch.conf
	{ grep -vE '^(postfix|Debian-exim)' /etc/passwd && people; } | put "$1" /etc/passwd
	{ grep -vE '^(postfix|postdrop|Debian-exim)' /etc/group && groups; } | put "$1" /etc/group
	mkdir -p "$root/var/log" "$root/var/spool" "$root/etc/postfix"
}

# Packets as they are on a wire: checksums right, and no segment larger than the MTU.
plain_packets() { nsenter --net="/run/netns/$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null 2>&1 || true; }

join() { # HOST: to the bridge of its side
	local host=$1 bridge=br-outside
	[[ ${address[$host]} == 192.0.2.* ]] && bridge=br-campus
	ip netns add "$host"
	ip link add eth0 netns "$host" type veth peer name "p-$host" netns edge
	ip -n edge link set "p-$host" master "$bridge" up
	ip -n "$host" addr add "${address[$host]}/24" dev eth0
	ip -n "$host" link set eth0 up
	ip -n "$host" link set lo up
	ip -n "$host" route add default via "${address[$host]%.*}.1"
	plain_packets "$host" eth0
	plain_packets edge "p-$host"
}

network_up() {
	local host at_name more kinds
	while read -r host kinds at_name more; do
		names+=("$host")
		kind[$host]=$kinds address[$host]=$at_name fqdn[$host]=${more%% *} domains[$host]=$more
	done < <(hosts)
	ip netns add edge
	ip -n edge link add br-campus type bridge
	ip -n edge link add br-outside type bridge
	at_edge sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.disable_ipv6=1
	ip -n edge addr add 192.0.2.1/24 dev br-campus
	for host in 198.51.100.1/24 203.0.113.1/24; do ip -n edge addr add "$host" dev br-outside; done
	for host in br-campus br-outside lo; do ip -n edge link set "$host" up; done
	for host in "${names[@]}"; do
		join "$host"
		# shellcheck disable=SC2046 # a kind is one or two packages with + between them
		make_root "$host" $(tr + ' ' <<<"${kind[$host]#plain}")
	done
	for host in "${names[@]}"; do
		{
			echo '127.0.0.1 localhost'
			for more in "${names[@]}"; do echo "${address[$more]} ${domains[$more]}"; done
		} | put "$host" /etc/hosts
	done
}
