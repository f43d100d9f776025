# Mail servers of a scene, each a few settings over a common part. Sourced by world.sh.
# shellcheck shell=bash disable=SC2154,SC2016 # names that come from world.sh and the scene; settings have $ of their own

# postfix HOST, settings from stdin.  Mail goes to who has the domain in /etc/hosts; what is accepted for here is thrown away.
postfix() {
	local host=$1 root=$work/roots/$1/root
	{
		cat <<-EOS
		compatibility_level = 3.6
		maillog_file = /var/log/mail.log
		myhostname = ${fqdn[$host]}
		myorigin = ${fqdn[$host]}
		inet_protocols = ipv4
		mynetworks = 127.0.0.0/8
		smtp_dns_support_level = disabled
		smtp_host_lookup = native
		local_transport = discard:
		alias_maps =
		alias_database =
		biff = no
		max_use = 1
		smtpd_error_sleep_time = 0
		smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
		smtp_tls_security_level = none
		EOS
		cat
	} | put "$host" /etc/postfix/main.cf
	sed -E 's/^([a-z]+ +(inet|unix) +[-yn] +[-yn] +)y/\1n/' "$root/usr/share/postfix/master.cf.dist" | put "$host" /etc/postfix/master.cf
	touch "$root/etc/postfix/dynamicmaps.cf"
	at "$host" chown postfix /var/lib/postfix
	at "$host" chgrp postdrop /usr/sbin/postqueue /usr/sbin/postdrop
	at "$host" chmod g+s /usr/sbin/postqueue /usr/sbin/postdrop
	at "$host" postfix start >>"$work/logs/$host" 2>&1
	listening+=("$host")
}

# exim HOST DOMAIN LISTS: takes mail for all of that domain's people that are in no LISTS
exim() {
	put "$1" /etc/exim4/exim4.conf <<-EOS
	primary_hostname = ${fqdn[$1]}
	acl_smtp_rcpt = rcpt
	tls_advertise_hosts =
	daemon_smtp_ports = 25
	never_users =
	keep_environment =
	rfc1413_query_timeout = 0s
	begin acl
	rcpt:
	  deny message = rejected because \$sender_host_address is in a black list at \$dnslist_domain\n\$dnslist_text
	       dnslists = $3
	  require message = relay not permitted
	          domains = $2
	  accept
	begin routers
	sink:
	  driver = redirect
	  data = :blackhole:
	EOS
	at "$1" install -d -o Debian-exim -g Debian-exim /var/log/exim4 /var/spool/exim4 /run/exim4
	bg "$1" exim4 -bdf
	listening+=("$1")
}

# mailbox HOST DOMAIN [NAME...]: a Postfix that takes mail for these people of its domain, for anybody without names
mailbox() {
	local people="static:x" host=$1 domain=$2
	shift 2
	if (($#)); then people="inline:{ $(printf '%s=x, ' "$@")postmaster=x }"; fi
	postfix "$host" <<-EOS
	mydestination = $domain
	local_recipient_maps = $people
	EOS
}

# blocklist ZONE [ADDRESS...]: who is on it from now on; the server reads the file again within two seconds
blocklist() {
	local zone=$1 path=$work/roots/dns/root/var/rbl/$1
	shift
	mkdir -p "${path%/*}"
	{
		printf '$SOA 300 ns.example.net hostmaster.example.net 0 600 300 86400 300\n$NS 300 ns.example.net\n'
		printf ':127.0.0.2:https://%s/query/$\n127.0.0.2\n' "$zone"
		printf '%s\n' "$@"
	} >"$path.new"
	mv "$path.new" "$path"
}
# serve_blocklists ZONE...: host dns answers for them
serve_blocklists() {
	local zone zones=()
	for zone; do
		blocklist "$zone"
		zones+=("$zone:ip4set:$zone")
	done
	bg dns rbldnsd -n -f -t 1s -c 1s -u nobody -b 198.51.100.53/53 -w /var/rbl "${zones[@]}"
}

listening=()
listens() { nsenter --net="/run/netns/$1" ss -Hltn "sport = :$2" | grep -q .; }
# servers_up: those of the scene
servers_up() {
	local host
	servers
	for host in "${listening[@]}"; do within 15 listens "$host" 25; done
}

# python_on HOST PROGRAM WORDS...: a program of this folder, or of the captures' own, runs there
python_on() {
	local host=$1 program=$2
	shift 2
	cat "$here/$program" 2>/dev/null >"$work/roots/$host/root/tmp/$program" || cp "$captures/conf/$program" "$work/roots/$host/root/tmp/$program"
	at "$host" timeout 60 python3 "/tmp/$program" "$@" >>"$work/logs/$host" 2>&1
}
spam() { python_on "$1" spam.py "${@:2}"; }
