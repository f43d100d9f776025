# A SOCKS proxy on campus that asks nobody for a name: a stranger's spam goes out under the campus host's address.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	ws   microsocks 192.0.2.77   ws77.campus.example
	mx1  postfix    203.0.113.10 mx.example.net example.net
	mx2  postfix    203.0.113.20 mail.example.org example.org
	evil plain      198.51.100.66 host66.dialup.example
	EOS
}
servers() {
	mailbox mx1 example.net
	mailbox mx2 example.org
	bg ws microsocks -p 1080
	within 10 listens ws 1080
}
scene() {
	spam evil 203.0.113.10 service@bank.example bill@example.net,carol@example.net --socks 192.0.2.77:1080 --mails 4
	spam evil 203.0.113.20 service@bank.example mia@example.org --socks 192.0.2.77:1080 --mails 4
}
check() {
	caused 192.0.2.77 'likely|listed' open-proxy 'through this host as a proxy'
	advised 192.0.2.77 'socks|SOCKS|[Pp]roxy'
}
