# A host is on a list of a real rbldnsd: Postfix and Exim, which ask it, refuse; then the list lets go, and both take its mail again.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	ws   postfix            192.0.2.77   ws77.campus.example
	mx1  postfix            203.0.113.10 mx.example.net example.net
	mx2  exim4-daemon-light 203.0.113.20 mail.example.org example.org
	dns  rbldnsd            198.51.100.53 ns.example.net
	EOS
}
servers() {
	serve_blocklists zen.spamhaus.org bl.spamcop.net
	printf 'mydestination =\n' | postfix ws
	postfix mx1 <<-'EOS'
	mydestination = example.net
	local_recipient_maps = static:x
	smtpd_client_restrictions = reject_rbl_client zen.spamhaus.org
	EOS
	exim mx2 example.org bl.spamcop.net
}
write() { # SUBJECT
	local to
	for to in bill@example.net mia@example.org; do
		printf 'From: ana@ws77.campus.example\nTo: %s\nSubject: %s\n\nThe table is ready.\n' "$to" "$1" |
			at ws sendmail -i -f ana@ws77.campus.example "$to"
	done
	settle
}
scene() {
	write 'The first table'
	blocklist zen.spamhaus.org 192.0.2.77
	blocklist bl.spamcop.net 192.0.2.77
	sleep 2.5
	write 'The second table'
	write 'The third table'
	blocklist zen.spamhaus.org
	blocklist bl.spamcop.net
	sleep 61 # who accepts within a minute of a refusal may only have refused another recipient
	write 'The fourth table'
}
check() {
	local list server
	while IFS=/ read -r list server; do
		holds 192.0.2.77 "$list named by $server" ".listings | any(.list == \"$list\" and (.servers | index(\"$server\")) and .server == \"$server\")"
		holds 192.0.2.77 "$list: since, last and the exact reply" \
			".listings | any(.list == \"$list\" and .since != null and .last > .since and (.reply | test(\"192.0.2.77\")) and .count >= 2)"
		holds 192.0.2.77 "$list let go, as an acceptance by $server says" \
			".listings | any(.list == \"$list\" and .until != null and (.ended_by | test(\"accepted by $server\")))"
	done <<-'EOS'
	Spamhaus ZEN/203.0.113.10
	SpamCop/203.0.113.20
	EOS
	holds 192.0.2.77 "not listed any more" '.verdict != "listed"'
}
