# The laboratory: hosts, cables, servers, and how a scene is recorded. Sourced by make.sh.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # $ is for others; names are used by, or come from, make.sh and scenes
#
#   campus hosts --- br-campus [edge] up0 ======= up1 [inet] br-outside --- outside hosts
#                                      | tc mirror, both directions
#                                     span0 --- span1 [sensor] tcpdump

# name | kind | side | IPv4 | IPv6 (last group) | host name
# kind: postfix (Postfix runs), exim (Exim runs), plain (no mail server of its own)
declare -A host_kind host_side host_ip4 host_ip6 host_fqdn
while read -r n kind side ip4 ip6 fqdn; do
	host_kind[$n]=$kind host_side[$n]=$side host_ip4[$n]=$ip4 host_ip6[$n]=$ip6 host_fqdn[$n]=$fqdn
done <<'EOF'
mail  postfix campus  192.0.2.25      25 mail.campus.example.edu
relay exim    campus  192.0.2.35      35 relay.physics.example.edu
web   postfix campus  192.0.2.80      80 www.campus.example.edu
batch postfix campus  192.0.2.190     90 node01.campus.example.edu
ws    plain   campus  192.0.2.77      77 ws77.campus.example.edu
osg   postfix campus  200.136.80.4    -  osg-ce.cluster.example.edu
mx1   postfix outside 203.0.113.10    10 mx.example.net
mx2   exim    outside 203.0.113.20    20 mail.example.org
mx3   postfix outside 198.51.100.10   -  mx.example.com
mx4   exim    outside 198.51.100.20   -  mx.lists.example
dns   plain   outside 198.51.100.53   -  ns.example.net
road  plain   outside 203.0.113.77    77 laptop.example.net
evil  plain   outside 203.0.113.66    -  host66.dialup.example
EOF

# at HOST COMMAND...: run a command on a host (its network, its name, its files)
at() {
	local h=$1
	shift
	nsenter --net="/run/netns/$h" unshare --uts -- /bin/sh -c 'hostname "$1"; shift; exec chroot "$@"' sh \
		"${host_fqdn[$h]}" "/lab/hosts/$h" "$@"
}

# bg HOST COMMAND...: the same in the background; the laboratory's end ends it
bg() {
	at "$@" </dev/null >>"/lab/logs/$1.out" 2>&1 &
}

# put HOST PATH: a file on a host from stdin
put() {
	mkdir -p "/lab/hosts/$1$(dirname "$2")"
	cat >"/lab/hosts/$1$2"
}

# ---- cables -----------------------------------------------------------------------------------------------------------------

quiet_link() { # NETNS DEVICE: packets as they are on a wire, checksums right and no segment larger than the MTU
	ip netns exec "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null 2>&1 || true
}

# mirror NETNS FROM TO DIRECTION: matchall where the kernel has it, u32 that matches all where it has not
mirror() {
	ip netns exec "$1" tc filter add dev "$2" "$4" matchall action mirred egress mirror dev "$3" 2>/dev/null ||
		ip netns exec "$1" tc filter add dev "$2" "$4" protocol all u32 match u32 0 0 action mirred egress mirror dev "$3"
}

network_up() {
	local n br gw h
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	for n in edge inet sensor "${!host_kind[@]}"; do
		ip netns add "$n"
		ip -n "$n" link set lo up
	done
	ip link add up0 netns edge type veth peer name up1 netns inet
	ip link add span0 netns edge type veth peer name span1 netns sensor
	ip link add tag0 netns sensor type veth peer name tag1 netns sensor
	ip -n edge link add br-campus type bridge
	ip -n inet link add br-outside type bridge
	for n in edge inet sensor "${!host_kind[@]}"; do
		ip netns exec "$n" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 net.ipv4.ip_forward=0 || true
	done
	for n in edge inet; do
		ip netns exec "$n" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	ip netns exec sensor sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip netns exec edge sysctl -qw net.ipv6.conf.span0.disable_ipv6=1
	ip -n edge addr add 10.255.0.1/30 dev up0
	ip -n inet addr add 10.255.0.2/30 dev up1
	ip -n edge addr add 2001:db8:0:ffff::1/64 dev up0 nodad
	ip -n inet addr add 2001:db8:0:ffff::2/64 dev up1 nodad
	for gw in 192.0.2.1/24 200.136.80.1/24; do ip -n edge addr add "$gw" dev br-campus; done
	ip -n edge addr add 2001:db8:1::1/64 dev br-campus nodad
	for gw in 203.0.113.1/24 198.51.100.1/24; do ip -n inet addr add "$gw" dev br-outside; done
	ip -n inet addr add 2001:db8:2::1/64 dev br-outside nodad
	ip -n edge link set br-campus up
	ip -n inet link set br-outside up
	for n in up0 span0; do ip -n edge link set "$n" up; quiet_link edge "$n"; done
	ip -n inet link set up1 up
	quiet_link inet up1
	for n in span1 tag0 tag1; do ip -n sensor link set "$n" up; quiet_link sensor "$n"; done
	ip -n edge route add default via 10.255.0.2
	ip -n inet route add default via 10.255.0.1
	ip -n edge -6 route add 2001:db8:2::/64 via 2001:db8:0:ffff::2
	ip -n inet -6 route add 2001:db8:1::/64 via 2001:db8:0:ffff::1

	for h in "${!host_kind[@]}"; do
		if [[ ${host_side[$h]} == campus ]]; then n=edge br=br-campus; else n=inet br=br-outside; fi
		ip link add eth0 netns "$h" type veth peer name "p-$h" netns "$n"
		ip -n "$n" link set "p-$h" master "$br" up
		ip -n "$h" addr add "${host_ip4[$h]}/24" dev eth0
		ip -n "$h" link set eth0 up
		ip -n "$h" route add default via "${host_ip4[$h]%.*}.1"
		if [[ ${host_ip6[$h]} != - ]]; then
			if [[ $n == edge ]]; then gw=2001:db8:1; else gw=2001:db8:2; fi
			ip -n "$h" addr add "$gw::${host_ip6[$h]}/64" dev eth0 nodad
			ip -n "$h" -6 route add default via "$gw::1"
		fi
		quiet_link "$h" eth0
		quiet_link "$n" "p-$h"
	done

	# two more addresses of ws: .78 has no reverse name, .79 is not welcome at mx4
	ip -n ws addr add 192.0.2.78/24 dev eth0
	ip -n ws addr add 192.0.2.79/24 dev eth0

	# a second address of evil that no list names
	ip -n evil addr add 203.0.113.67/24 dev eth0

	ip netns exec edge tc qdisc add dev up0 clsact
	mirror edge up0 span0 ingress
	mirror edge up0 span0 egress
}

# ---- servers ----------------------------------------------------------------------------------------------------------------

password=made-up-Secret-42

# postfix_conf HOST LINE...: main.cf and master.cf; each LINE is a setting of this host
postfix_conf() {
	local h=$1 line
	shift
	{
		cat "$here/conf/main.cf"
		printf 'myhostname = %s\n' "${host_fqdn[$h]}"
		for line in "$@"; do printf '%s\n' "$line"; done
	} | put "$h" /etc/postfix/main.cf
	cp "/lab/hosts/$h/usr/share/postfix/master.cf.dist" "/lab/hosts/$h/etc/postfix/master.cf"
	# no service in a chroot: it would need copies of the resolver's files
	sed -i -E 's/^([a-z]+ +(inet|unix) +[-yn] +[-yn] +)y/\1n/' "/lab/hosts/$h/etc/postfix/master.cf"
}

# exim_conf HOST LINE...: exim4.conf; each LINE is a macro or a setting that comes before the common part
exim_conf() {
	local h=$1 line
	shift
	{
		printf 'HOSTNAME = %s\n' "${host_fqdn[$h]}"
		for line in "$@"; do printf '%s\n' "$line"; done
		cat "$here/conf/exim4.conf"
	} | put "$h" /etc/exim4/exim4.conf
	chown root:root "/lab/hosts/$h/etc/exim4/exim4.conf"
}

dns_up() {
	local h p=203.0.113.66
	mkdir -p /lab/hosts/dns/etc/rbl
	for h in zen.spamhaus.org bl.spamcop.net b.barracudacentral.org; do
		cp "$here/conf/$h.rbl" "/lab/hosts/dns/etc/rbl/$h"
	done
	{
		cat "$here/conf/dnsmasq.conf"
		for h in "${!host_kind[@]}"; do
			if [[ $h == evil ]]; then
				printf 'address=/%s/%s\n' "${host_fqdn[$h]}" "$p" # a name, but no reverse name
			else
				printf 'host-record=%s,%s\n' "${host_fqdn[$h]}" "${host_ip4[$h]}"
			fi
		done
	} | put dns /etc/dnsmasq.lab.conf
	bg dns rbldnsd -n -f -c 1s -b 127.0.0.1/5353 -r /etc/rbl \
		zen.spamhaus.org:ip4set:zen.spamhaus.org bl.spamcop.net:ip4set:bl.spamcop.net \
		b.barracudacentral.org:ip4set:b.barracudacentral.org
	bg dns dnsmasq --keep-in-foreground --conf-file=/etc/dnsmasq.lab.conf --pid-file
	for h in "${!host_kind[@]}"; do
		rm -f "/lab/hosts/$h/etc/resolv.conf"
		printf 'nameserver %s\noptions timeout:2 attempts:2\n' "${host_ip4[dns]}" | put "$h" /etc/resolv.conf
		printf '127.0.0.1 localhost\n%s %s %s\n' "${host_ip4[$h]}" "${host_fqdn[$h]}" "${host_fqdn[$h]%%.*}" |
			put "$h" /etc/hosts
		printf '%s\n' "${host_fqdn[$h]}" | put "$h" /etc/hostname
		printf '%s\n' "${host_fqdn[$h]}" | put "$h" /etc/mailname
	done
}

servers_conf() {
	local grey='smtpd_restriction_classes = greylist' no_tls='smtpd_tls_security_level = none' h
	postfix_conf mail 'myorigin = campus.example.edu' 'mydestination = campus.example.edu, v6.example.edu, $myhostname' \
		'local_recipient_maps = inline:{ ana=x, bruno=x, clara=x, davi=x, postmaster=x, root=x }' \
		'virtual_alias_maps = inline:{ old-list@campus.example.edu=gone@example.net }' \
		'smtp_tls_policy_maps = inline:{ secure.example=may }' \
		'smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_rbl_client zen.spamhaus.org' \
		'smtpd_tls_security_level = may' 'smtpd_tls_cert_file = /etc/postfix/cert.pem' \
		'smtpd_tls_key_file = /etc/postfix/key.pem' 'smtpd_sasl_local_domain = campus.example.edu' \
		'smtpd_sasl_security_options = noanonymous'
	postfix_conf web 'myorigin = $myhostname' 'mydestination = $myhostname' \
		'local_recipient_maps = inline:{ root=x, www-data=x }'
	postfix_conf batch 'myorigin = node01.campus.example.edu' 'smtp_helo_name = node01.cluster.local' \
		'mydestination = $myhostname, localhost' 'local_recipient_maps ='
	postfix_conf osg 'myorigin = $myhostname' 'mydestination = $myhostname' 'local_recipient_maps ='
	postfix_conf mx1 'myorigin = example.net' 'members = regexp:{ {/^member[0-9]+@/ x} }' 'mydestination = example.net, v6.example' "$no_tls" \
		'local_recipient_maps = inline:{ ana=x, bill=x, carol=x, dora=x, eric=x, fay=x, info=x, postmaster=x }, $members' \
		'smtpd_client_restrictions = reject_rbl_client zen.spamhaus.org' \
		'smtpd_discard_ehlo_keywords = chunking' 'message_size_limit = 60000' \
		'header_checks = regexp:{ { /^Subject:.*lottery/ REJECT Message content looks like spam } }'
	postfix_conf mx3 'myorigin = example.com' 'members = regexp:{ {/^member[0-9]+@/ x} }' 'mydestination = example.com, grey.example, secure.example' \
		'local_recipient_maps = inline:{ gil=x, hana=x, ivo=x, jana=x, kim=x, lena=x, postmaster=x }, $members' \
		'smtpd_client_restrictions = reject_rbl_client b.barracudacentral.org' "$grey" \
		'greylist = check_policy_service inet:127.0.0.1:10023' \
		'smtpd_tls_security_level = may' 'smtpd_tls_cert_file = /etc/postfix/cert.pem' \
		'smtpd_tls_key_file = /etc/postfix/key.pem' \
		'smtpd_sender_restrictions = reject_non_fqdn_sender, reject_unknown_sender_domain' \
		'smtpd_helo_restrictions = check_helo_access inline:{ {strict.cluster.local = reject_unknown_helo_hostname} }' \
		'smtpd_recipient_restrictions = check_recipient_access inline:{ {grey.example = greylist}, {lena@example.com = reject_unknown_client_hostname} }'
	for h in mail mx3; do
		at "$h" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=${host_fqdn[$h]}" \
			-keyout /etc/postfix/key.pem -out /etc/postfix/cert.pem 2>/dev/null
	done

	# Submission for people on the road: 587 offers AUTH without TLS too, so that a password in clear can be recorded
	cat "$here/conf/submission.cf" >>/lab/hosts/mail/etc/postfix/master.cf
	put mail /etc/postfix/sasl/smtpd.conf <<-EOF
		pwcheck_method: auxprop
		auxprop_plugin: sasldb
		mech_list: PLAIN LOGIN
	EOF
	printf '%s' "$password" | at mail saslpasswd2 -p -c -u campus.example.edu ana
	at mail chown postfix /etc/sasldb2

	exim_conf relay 'QUALIFY = physics.example.edu' 'LOCAL_DOMAINS = physics.example.edu' 'LOCAL_PARTS = ana : nils : olga : postmaster' \
		'RELAY_FROM = 127.0.0.1' 'BLOCKLISTS =' 'CHUNKING_SERVER = :' 'CHUNKING_CLIENT = *'
	exim_conf mx2 'QUALIFY = example.org' 'LOCAL_DOMAINS = example.org : v6.test' 'LOCAL_PARTS = mia : noah : otto : pia : quin : info : postmaster : ^member[0-9]+\$' \
		'RELAY_FROM = 127.0.0.1' 'BLOCKLISTS = bl.spamcop.net' 'CHUNKING_SERVER = :' 'CHUNKING_CLIENT = :'
	exim_conf mx4 'QUALIFY = lists.example' 'LOCAL_DOMAINS = lists.example' 'LOCAL_PARTS = rita : sam : tom : uma : vera : willi : postmaster : ^member[0-9]+\$' \
		'RELAY_FROM = 127.0.0.1' 'BLOCKLISTS =' 'CHUNKING_SERVER = *' 'CHUNKING_CLIENT = *' 'REFUSED = 192.0.2.79'
}

servers_up() {
	local h
	for h in "${!host_kind[@]}"; do
		mkdir -p "/lab/hosts/$h/var/log"
		case ${host_kind[$h]} in
		postfix)
			: >"/lab/hosts/$h/var/log/mail.log"
			rm -rf "/lab/hosts/$h/var/spool/postfix/pid/"*
			at "$h" postfix start >>"/lab/logs/$h.out" 2>&1 || die "Postfix does not start on $h: $(cat "/lab/logs/$h.out")"
			;;
		exim)
			at "$h" install -d -o Debian-exim -g adm /var/log/exim4 /var/spool/exim4 /run/exim4
			at "$h" exim4 -bV >>"/lab/logs/$h.out" 2>&1 || die "bad Exim configuration on $h: $(tail -3 "/lab/logs/$h.out")"
			bg "$h" exim4 -bdf -q1m
			;;
		plain) ;;
		esac
	done
	at mx3 install -d -o postgrey /var/lib/postgrey
	bg mx3 postgrey --inet=127.0.0.1:10023 --user=postgrey --dbdir=/var/lib/postgrey --delay="$grey_seconds"
	for h in mail web batch osg mx1 mx3 relay mx2 mx4; do wait_port "$h" 25; done
	wait_port mail 587
	wait_port mail 465
	wait_port mx3 10023
}

wait_port() { # HOST PORT
	local i
	for ((i = 0; i < 100; i++)); do
		if at "$1" ss -Hltn "sport = :$2" | grep -q .; then return 0; fi
		sleep 0.2
	done
	die "nobody listens on port $2 of $1"
}

grey_seconds=5

world_up() { # CLOCK
	local h
	if [[ $1 == 2008 ]]; then
		clock_start
		grey_seconds=300
	fi
	network_up
	dns_up
	servers_conf
	servers_up
	# Everybody knows everybody's Ethernet address from here on, as on a network that has run for a while
	for h in "${!host_kind[@]}"; do
		if [[ $h != dns ]]; then at "$h" getent ahostsv4 mx.example.net >/dev/null || die "no name service on $h"; fi
	done
}

# ---- a clock of its own for a story that takes hours ----------------------------------------------------------------------------
# libfaketime gives every program of the laboratory the same offset from real time; moving the offset is how the night passes.
# The moves are written down, and the packets get the same offset afterwards (restamp.py).

clock_start() {
	local h lib
	lib=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
	[[ -n $lib ]] || die "no libfaketime"
	clock_lib=$lib
	clock_set 2008-06-10T20:00:00Z
	for h in "${!host_kind[@]}"; do
		printf '%s\n' "$lib" | put "$h" /etc/ld.so.preload
	done
}

clock_set() { # TIME: from now on it is TIME in the laboratory
	local h now offset
	now=$(date +%s)
	offset=$(($(date -d "$1" +%s) - now))
	printf '%s\t%s\n' "$now" "$offset" >>/lab/logs/clock.tsv
	for h in "${!host_kind[@]}"; do printf '%+d\n' "$offset" | put "$h" /etc/faketimerc; done
	sleep 11 # libfaketime reads its file at most every ten seconds
}

# ---- recording ----------------------------------------------------------------------------------------------------------------

log_of() {
	case ${host_kind[$1]} in
	postfix) printf '/lab/hosts/%s/var/log/mail.log' "$1" ;;
	exim) printf '/lab/hosts/%s/var/log/exim4/mainlog' "$1" ;;
	plain) ;;
	esac
}

tagger_pid=
declare -A log_mark
record_marks() {
	local h f
	for h in "${!host_kind[@]}"; do
		f=$(log_of "$h")
		if [[ -n $f && -f $f ]]; then log_mark[$h]=$(wc -l <"$f"); else log_mark[$h]=0; fi
	done
}

# record FILE [OPTION...]: tcpdump on the mirror; OPTION goes to tcpdump
record() {
	local file=$1
	shift
	record_at sensor span1 "$file" "$@"
}

record_at() { # NETNS DEVICE FILE [OPTION...]
	local netns=$1 dev=$2 file=$3
	shift 3
	record_marks
	record_file=$file
	ip netns exec "$netns" tcpdump -n --immediate-mode -U -s 0 -i "$dev" -w "/lab/out/$file" -Z root "$@" \
		2>"/lab/logs/$file.recorder" &
	record_pid=$!
	record_wait "/lab/logs/$file.recorder"
}

# record_tagged FILE: the mirror as a switch delivers it that keeps the VLAN tags; pcapng
record_tagged() {
	record_marks
	record_file=$1
	ip netns exec sensor python3 "$here/tagspan.py" span1 tag0 &
	tagger_pid=$!
	ip netns exec sensor dumpcap -q -n -i tag1 -w "/lab/out/$1" 2>"/lab/logs/$1.recorder" &
	record_pid=$!
	record_wait "/lab/logs/$1.recorder"
}

record_wait() {
	local i
	for ((i = 0; i < 50; i++)); do
		if grep -qE 'listening on|Capturing on|^File:' "$1" 2>/dev/null; then sleep 0.3; return 0; fi
		sleep 0.1
	done
	die "the recorder does not start: $(cat "$1")"
}

busy() { # is any mail still on its way, or any SMTP connection open?
	local h
	for h in "${!host_kind[@]}"; do
		if ip netns exec "$h" ss -Htn state established '( sport = :25 or sport = :587 or sport = :465 )' | grep -q .; then
			return 0
		fi
		case ${host_kind[$h]} in
		postfix)
			if find "/lab/hosts/$h/var/spool/postfix/"{maildrop,incoming,active} -type f 2>/dev/null | grep -q .; then return 0; fi
			;;
		exim)
			if find "/lab/hosts/$h/var/spool/exim4/input" -name '*-H' 2>/dev/null | grep -q .; then return 0; fi
			;;
		plain) ;;
		esac
	done
	return 1
}

settle() { # [SECONDS]: until everything is delivered; mail that is deferred for good must not hold us
	local i quiet=0
	for ((i = 0; i < ${1:-20} * 4; i++)); do
		if busy; then quiet=0; else quiet=$((quiet + 1)); fi
		if ((quiet >= 4)); then return 0; fi
		sleep 0.25
	done
}

# record_end: stop, cut the servers' logs to this scene, count the truth from them, forget mail that was deferred
record_end() {
	local h f logs="/lab/logs/${record_file%.pcap*}"
	settle "${1:-20}"
	sleep 0.5
	kill -INT "$record_pid"
	wait "$record_pid" || true
	if [[ -n $tagger_pid ]]; then
		kill "$tagger_pid"
		wait "$tagger_pid" 2>/dev/null || true
		tagger_pid=
	fi
	mkdir -p "$logs"
	for h in "${!host_kind[@]}"; do
		f=$(log_of "$h")
		if [[ -n $f && -f $f ]]; then tail -n "+$((log_mark[$h] + 1))" "$f" >"$logs/$h.${host_kind[$h]}.log"; fi
		case ${host_kind[$h]} in
		postfix) at "$h" postsuper -d ALL >/dev/null 2>&1 || true ;;
		exim) find "/lab/hosts/$h/var/spool/exim4/input" "/lab/hosts/$h/var/spool/exim4/db" -type f -delete ;;
		plain) ;;
		esac
	done
	python3 "$here/truth.py" "$record_file" "$logs"/*.log >"/lab/out/${record_file%.pcap*}.truth"
}

# ---- what scenes say and do ----------------------------------------------------------------------------------------------------

# letter FROM TO SUBJECT [TEXT]: a plain message on stdout for sendmail
letter() {
	printf 'From: %s\nTo: %s\nSubject: %s\n\n%s\n' "$1" "$2" "$3" \
		"${4:-Good morning,

the minutes of yesterday are in the usual folder. Please look at point four
before Friday; if nobody objects, it is decided.

Thank you.}"
}

# post HOST FROM SUBJECT TO...: hand a letter to the host's own mail server, through its sendmail command
post() {
	local h=$1 from=$2 subject=$3 to
	shift 3
	to=$(printf ', %s' "$@")
	letter "$from" "${to#, }" "$subject" "${post_text-}" | at "$h" sendmail -i -f "$from" "$@"
}

# swaks_from HOST OPTION...: what the server answers is the point, so refusals are no failure
swaks_from() {
	local h=$1
	shift
	timeout 60 nsenter --net="/run/netns/$h" chroot "/lab/hosts/$h" swaks --helo "${host_fqdn[$h]}" --timeout 20 "$@" \
		>>"/lab/logs/$h.swaks" 2>&1 || true
}

# python_on HOST SCRIPT ARGUMENT...: a script of conf/ on a host
python_on() {
	local h=$1 script=$2
	shift 2
	put "$h" "/usr/local/lib/lab/$script" <"$here/conf/$script"
	timeout 240 nsenter --net="/run/netns/$h" chroot "/lab/hosts/$h" python3 "/usr/local/lib/lab/$script" "$@"
}

# as_www HOST COMMAND...: as the web server's user
as_www() {
	local h=$1
	shift
	nsenter --net="/run/netns/$h" unshare --uts -- /bin/sh -c 'hostname "$1"; shift; exec chroot --userspec=33:33 "$@"' sh \
		"${host_fqdn[$h]}" "/lab/hosts/$h" "$@"
}

blocklist() { # add|clear ZONE [ADDRESS]; rbldnsd looks every second
	case $1 in
	add) printf '%s\n' "$3" >>"/lab/hosts/dns/etc/rbl/$2" ;;
	clear) cp "$here/conf/$2.rbl" "/lab/hosts/dns/etc/rbl/$2" ;;
	esac
	sleep 2.2
}

# postfix_set HOST SETTING...: change main.cf for a scene; postfix_reset takes it back
postfix_set() {
	local h=$1
	shift
	cp "/lab/hosts/$h/etc/postfix/main.cf" "/lab/hosts/$h/etc/postfix/main.cf.saved"
	at "$h" postconf -e "$@"
	at "$h" postfix reload >/dev/null 2>&1
	sleep 1
}

postfix_reset() {
	mv "/lab/hosts/$1/etc/postfix/main.cf.saved" "/lab/hosts/$1/etc/postfix/main.cf"
	at "$1" postfix reload >/dev/null 2>&1
	sleep 1
}
