#!/bin/bash
# Servers and clients that write to each other, in name spaces of their own; peers.sh starts it there.
#
# usage: world.sh WORK PEERS
# WORK: an empty folder, for all that is written; PEERS: the unpacked servers (deploy/packages.sh peers).
# Leaves in WORK: peers.pcap, expect.tsv (client, server, TLS, sender, number of the mail, "recipient=code" ...) and logs/.
# Each server runs twice, as a server and as a client, in a root of its own: what is unpacked, over the machine's own files.
set -euo pipefail
work=$1 peers=$2
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mount -t tmpfs tmpfs "$work/roots"
ip link set lo up mtu 1500
ethtool -K lo tso off gso off gro off >/dev/null 2>&1 || true

# name | server's package | role | address
hosts() {
	cat <<-'ROWS'
	postfix-in    postfix            192.0.2.10
	exim-in       exim4-daemon-light 192.0.2.20
	opensmtpd-in  opensmtpd          192.0.2.30
	postfix-out   postfix            192.0.2.110
	exim-out      exim4-daemon-light 192.0.2.120
	opensmtpd-out opensmtpd          192.0.2.130
	ROWS
}
root() { echo "$work/roots/$1/root"; }
at() { # HOST COMMAND...
	local host=$1
	shift
	chroot "$(root "$host")" "$@"
}
put() { # HOST PATH, from stdin
	mkdir -p "$(root "$1")$(dirname "$2")"
	cat >"$(root "$1")$2"
}

make_root() { # HOST PACKAGE
	local dir=$work/roots/$1 root
	mkdir -p "$dir/work" "$dir/root"
	cp -r "$peers/$2" "$dir/upper"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
	root=$dir/root
	mount --bind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	mount -t tmpfs tmpfs "$root/tmp" -o mode=1777
	mount -t tmpfs tmpfs "$root/run"
	printf '127.0.0.1 localhost\n' | put "$1" /etc/hosts
	printf '%s\n' "$1.example" | put "$1" /etc/mailname
	rm -f "$root/etc/resolv.conf"
	: | put "$1" /etc/resolv.conf
	grep -vE '^(postfix|Debian-exim|opensmtp)' /etc/passwd >"$root/etc/passwd"
	grep -vE '^(postfix|postdrop|Debian-exim|opensmtp)' /etc/group >"$root/etc/group"
	cat >>"$root/etc/passwd" <<-'EOS'
	postfix:x:60101:60101::/var/spool/postfix:/usr/sbin/nologin
	Debian-exim:x:60103:60103::/var/spool/exim4:/usr/sbin/nologin
	opensmtpd:x:60104:60104::/var/empty:/usr/sbin/nologin
	opensmtpq:x:60105:60105::/var/empty:/usr/sbin/nologin
	EOS
	cat >>"$root/etc/group" <<-'EOS'
	postfix:x:60101:
	postdrop:x:60102:
	Debian-exim:x:60103:
	opensmtpd:x:60104:
	opensmtpq:x:60105:
	EOS
	mkdir -p "$root/var/log" "$root/var/spool" "$root/var/empty" "$root/etc/tls"
	cp "$work/cert.pem" "$work/key.pem" "$root/etc/tls/"
	chmod 600 "$root/etc/tls/key.pem"
}

# ---- servers ----------------------------------------------------------------------------------------------------------------
# Each takes mail for ana and bea, refuses gone for good and later for now, in a domain that is its own, and its twin tls-.

postfix_conf() { # HOST ADDRESS, settings from stdin
	{
		cat <<-EOS
		compatibility_level = 3.6
		maillog_file = /var/log/mail.log
		myhostname = $1.example
		inet_interfaces = $2
		inet_protocols = ipv4
		smtp_host_lookup = native
		smtp_bind_address = $2
		alias_maps =
		alias_database =
		EOS
		cat
	} | put "$1" /etc/postfix/main.cf
	sed -E 's/^([a-z]+ +(inet|unix) +[-yn] +[-yn] +)y/\1n/' "$(root "$1")/usr/share/postfix/master.cf.dist" | put "$1" /etc/postfix/master.cf
	touch "$(root "$1")/etc/postfix/dynamicmaps.cf"
	at "$1" chown postfix /var/lib/postfix
	at "$1" chgrp postdrop /usr/sbin/postqueue /usr/sbin/postdrop
	at "$1" chmod g+s /usr/sbin/postqueue /usr/sbin/postdrop
}

start_postfix_in() { # ADDRESS
	postfix_conf postfix-in "$1" <<-'EOS'
	mydestination = p.example, tls-p.example
	local_recipient_maps = inline:{ ana=x, bea=x, later=x }
	local_transport = discard:
	smtpd_tls_security_level = may
	smtpd_tls_cert_file = /etc/tls/cert.pem
	smtpd_tls_key_file = /etc/tls/key.pem
	smtpd_recipient_restrictions = check_recipient_access inline:{ {later@p.example = 450 4.7.1 come back later}, {later@tls-p.example = 450 4.7.1 come back later} }, permit
	EOS
	at postfix-in postfix start
}

start_postfix_out() {
	postfix_conf postfix-out "$1" <<-'EOS'
	mydestination =
	smtp_tls_policy_maps = inline:{ {tls-p.example=encrypt}, {tls-e.example=encrypt}, {tls-o.example=encrypt} }
	smtp_connection_cache_on_demand = no
	transport_maps = inline:{ {p.example=smtp:[192.0.2.10]}, {e.example=smtp:[192.0.2.20]}, {o.example=smtp:[192.0.2.30]}, {tls-p.example=tls:[192.0.2.10]}, {tls-e.example=tls:[192.0.2.20]}, {tls-o.example=tls:[192.0.2.30]} }
	EOS
	printf 'tls unix - - n - - smtp\n\t-o smtp_tls_security_level=encrypt\n' >>"$(root postfix-out)/etc/postfix/master.cf"
	at postfix-out postfix start
}

exim_dirs() {
	at "$1" install -d -o Debian-exim -g Debian-exim /var/log/exim4 /var/spool/exim4 /run/exim4
}

start_exim_in() {
	put exim-in /etc/exim4/exim4.conf <<-EOS
	primary_hostname = exim-in.example
	local_interfaces = $1
	acl_smtp_rcpt = rcpt
	tls_advertise_hosts = *
	tls_certificate = /etc/tls/cert.pem
	tls_privatekey = /etc/tls/key.pem
	chunking_advertise_hosts = *
	never_users =
	keep_environment =
	begin acl
	rcpt:
	  defer local_parts = later
	        message = 4.7.1 come back later
	  require domains = e.example : tls-e.example
	          verify = recipient
	  accept
	begin routers
	sink:
	  driver = redirect
	  local_parts = ana : bea : later
	  data = :blackhole:
	EOS
	exim_dirs exim-in
	at exim-in chown Debian-exim /etc/tls/key.pem
	at exim-in exim4 -bdf -oX 25 </dev/null >>"$work/logs/exim-in.out" 2>&1 &
}

start_exim_out() {
	put exim-out /etc/exim4/exim4.conf <<-EOS
	primary_hostname = exim-out.example
	local_interfaces = $1
	never_users =
	keep_environment =
	trusted_users = root
	begin routers
	plain:
	  driver = manualroute
	  domains = p.example : e.example : o.example
	  transport = plain
	  route_list = p.example 192.0.2.10 ; e.example 192.0.2.20 ; o.example 192.0.2.30
	  self = send
	tls:
	  driver = manualroute
	  transport = tls
	  route_list = tls-p.example 192.0.2.10 ; tls-e.example 192.0.2.20 ; tls-o.example 192.0.2.30
	  self = send
	begin transports
	plain:
	  driver = smtp
	  interface = $1
	  hosts_avoid_tls = *
	tls:
	  driver = smtp
	  interface = $1
	  hosts_require_tls = *
	  tls_verify_hosts =
	  tls_try_verify_hosts =
	begin retry
	* * F,2h,1h
	EOS
	exim_dirs exim-out
}

start_opensmtpd() { # HOST, smtpd.conf from stdin
	put "$1" /etc/smtpd.conf
	at "$1" install -d -m 711 /var/spool/smtpd
	at "$1" chgrp opensmtpq /usr/sbin/smtpctl
	at "$1" chmod g+s /usr/sbin/smtpctl
	at "$1" chown root:root /etc/tls/key.pem
	at "$1" smtpd -d </dev/null >>"$work/logs/$1.log" 2>&1 &
}

start_opensmtpd_in() {
	start_opensmtpd opensmtpd-in <<-EOS
	pki me cert "/etc/tls/cert.pem"
	pki me key "/etc/tls/key.pem"
	table people { "ana@o.example" = "nobody", "bea@o.example" = "nobody", "ana@tls-o.example" = "nobody", "bea@tls-o.example" = "nobody" }
	table late { "later@o.example", "later@tls-o.example" }
	filter "late" phase rcpt-to match rcpt-to <late> reject "451 4.7.1 come back later"
	listen on $1 tls pki me hostname opensmtpd-in.example filter "late"
	action "in" mda "/bin/true" virtual <people>
	match from any for domain { "o.example", "tls-o.example" } action "in"
	EOS
}

start_opensmtpd_out() {
	{
		printf 'listen on socket\n'
		local name address
		while read -r name address; do
			printf 'action "%s" relay host smtp+notls://%s src %s helo opensmtpd-out.example\n' "$name" "$address" "$1"
			printf 'action "tls-%s" relay host smtp+tls://%s tls no-verify src %s helo opensmtpd-out.example\n' "$name" "$address" "$1"
			printf 'match from local for domain "%s.example" action "%s"\nmatch from local for domain "tls-%s.example" action "tls-%s"\n' \
				"$name" "$name" "$name" "$name"
		done <<-'EOS'
		p 192.0.2.10
		e 192.0.2.20
		o 192.0.2.30
		EOS
	} | start_opensmtpd opensmtpd-out
}

wait_port() { # ADDRESS
	local i
	for ((i = 0; i < 150; i++)); do
		ss -Hltn "src $1:25" | grep -q . && return 0
		sleep 0.1
	done
	echo "nobody listens on $1:25" >&2
	return 1
}

# ---- clients ----------------------------------------------------------------------------------------------------------------

letter() { # SENDER RECIPIENT
	printf 'From: %s\nTo: %s\nSubject: a letter\nMessage-ID: <%s>\n\nIt is written.\n' "$1" "$2" "$1"
}

# Which code each recipient gets of each server: taken, refused for good, put off.
declare -A code=([p:ana]=250 [p:bea]=250 [p:gone]=550 [p:later]=450 [e:ana]=250 [e:bea]=250 [e:gone]=550 [e:later]=451
	[o:ana]=250 [o:bea]=250 [o:gone]=524 [o:later]=451)

expect() { # CLIENT SERVER TLS SENDER MAIL RECIPIENT...: a row of expect.tsv
	local client=$1 server=$2 tls=$3 sender=$4 mail=$5 row one
	shift 5
	row=$client$'\t'$server$'\t'$tls$'\t'$sender$'\t'$mail$'\t'
	for one; do row+="$one=${code[$server:${one%@*}]} "; done
	printf '%s\n' "${row% }" >>"$work/expect.tsv"
}

# One client's mail to one server; $tls is 0 or 1, the recipients are $to, the sender is $from.
by_swaks() {
	local encrypt=()
	if ((tls)); then encrypt=(-tls); fi
	swaks --silent 3 --server "$address" --local-interface 192.0.2.140 --ehlo swaks.example --from "$from" --to "$(IFS=,; echo "${to[*]}")" \
		"${encrypt[@]}"
}
by_smtplib() { python3 "$here/by_smtplib.py" "$address" 192.0.2.150 "$tls" "$from" "${to[@]}"; }
by_curl() {
	local rcpt=() one encrypt=()
	if ((tls)); then encrypt=(--ssl-reqd -k); fi
	for one in "${to[@]}"; do rcpt+=(--mail-rcpt "$one"); done
	letter "$from" "${to[0]}" >"$work/letter"
	curl -sS --max-time 20 --interface 192.0.2.160 --url "smtp://$address/curl.example" --mail-from "$from" "${rcpt[@]}" \
		--mail-rcpt-allowfails --upload-file - "${encrypt[@]}" <"$work/letter"
}
by_msmtp() {
	letter "$from" "${to[0]}" | msmtp --host="$address" --port=25 --source-ip=192.0.2.170 --domain=msmtp.example --auth=off \
		--tls="$( ((tls)) && echo on || echo off)" --tls-starttls=on --tls-certcheck=off --from="$from" "${to[@]}"
}
by_postfix() { letter "$from" "${to[0]}" | at postfix-out sendmail -f "$from" "${to[@]}"; }
by_exim() { letter "$from" "${to[0]}" | at exim-out exim4 -i -odq -f "$from" "${to[@]}"; }
by_opensmtpd() { letter "$from" "${to[0]}" | at opensmtpd-out sendmail -f "$from" "${to[@]}"; }

# write CLIENT MAILS LOCAL...: to all servers, in clear and encrypted; the mails of a session have senders that end in their number
write() {
	local client=$1 mails=$2 server domain address tls from name to n prefix=('' tls-)
	shift 2
	while read -r server address; do
		for tls in 0 1; do
			domain=${prefix[tls]}$server.example
			to=()
			for name; do to+=("$name@$domain"); done
			for ((n = 1; n <= mails; n++)); do
				from=$client-$server-$tls-$n@client.example
				expect "$client" "$server" "$tls" "$from" "$n" "${to[@]}"
				[[ $client == smtplib && $n -gt 1 ]] && continue # sent by the first call
				"by_$client" >>"$work/logs/$client.out" 2>&1 </dev/null ||
					echo "$client to $server (tls $tls): status $?" >>"$work/logs/$client.out"
			done
		done
	done <<-'EOS'
	p 192.0.2.10
	e 192.0.2.20
	o 192.0.2.30
	EOS
}

# ---- all of it --------------------------------------------------------------------------------------------------------------

mkdir -p "$work/logs"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=peers.example \
	-keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
while read -r host package address; do
	make_root "$host" "$package"
	ip addr add "$address/32" dev lo
done < <(hosts)
for host in 140 150 160 170; do ip addr add "192.0.2.$host/32" dev lo; done

start_postfix_in 192.0.2.10
start_exim_in 192.0.2.20
start_opensmtpd_in 192.0.2.30
start_postfix_out 192.0.2.110
start_exim_out 192.0.2.120
start_opensmtpd_out 192.0.2.130
for host in 10 20 30; do wait_port "192.0.2.$host"; done

tcpdump -n -U -s 0 -i lo -w "$work/peers.pcap" -Z root port 25 2>"$work/logs/tcpdump" &
recorder=$!
for ((i = 0; i < 50; i++)); do grep -q 'listening on' "$work/logs/tcpdump" && break; sleep 0.1; done

# What waits at the servers first: they take their time, and OpenSMTPD keeps a connection for ten seconds.
write opensmtpd 2 ana gone bea later
write postfix 1 ana gone bea later
write exim 2 ana gone bea later
at exim-out exim4 -qqff &
running=$!
write swaks 1 ana gone bea later
write curl 1 ana gone bea later
write smtplib 2 ana gone bea later
write msmtp 1 ana bea
wait "$running" || true

quiet=0
for ((i = 0; i < 200 && quiet < 4; i++)); do
	if ss -Htn state established 'dport = :25' | grep -q .; then quiet=0; else quiet=$((quiet + 1)); fi
	sleep 0.25
done
kill -INT "$recorder"
wait "$recorder" || true
cp "$(root postfix-in)/var/log/mail.log" "$work/logs/postfix-in.log"
cp "$(root exim-in)/var/log/exim4/mainlog" "$work/logs/exim-in.log"
cp "$(root postfix-out)/var/log/mail.log" "$work/logs/postfix-out.log"
cp "$(root exim-out)/var/log/exim4/mainlog" "$work/logs/exim-out.log"
