# A Postfix on campus whose mynetworks is the whole world: a stranger hands it mail for strangers, it takes it and passes it on.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	web  postfix 192.0.2.80   www.campus.example
	mx1  postfix 203.0.113.10 mx.example.net example.net
	mx2  postfix 203.0.113.20 mail.example.org example.org
	evil plain   198.51.100.66 host66.dialup.example
	EOS
}
servers() {
	printf 'mynetworks = 0.0.0.0/0\nmydestination = $myhostname\n' | postfix web
	mailbox mx1 example.net
	mailbox mx2 example.org
}
scene() { spam evil 192.0.2.80 offers@watches.example mia@example.org,bill@example.net --mails 6; }
check() {
	caused 192.0.2.80 'likely|listed' open-relay 'left again'
	advised 192.0.2.80 'reject_unauth_destination|mynetworks'
}
