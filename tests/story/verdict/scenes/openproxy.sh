# A tinyproxy on campus that lets anybody CONNECT to port 25: a stranger's spam goes out under the campus host's address.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	ws   tinyproxy-bin 192.0.2.77   ws77.campus.example
	mx1  postfix       203.0.113.10 mx.example.net example.net
	mx2  postfix       203.0.113.20 mail.example.org example.org
	evil plain         198.51.100.66 host66.dialup.example
	EOS
}
servers() {
	mailbox mx1 example.net bill carol
	mailbox mx2 example.org
	put ws /etc/tinyproxy.conf <<-'EOS'
	Port 8080
	Timeout 60
	MaxClients 10
	ConnectPort 25
	ConnectPort 443
	EOS
	bg ws tinyproxy -d -c /etc/tinyproxy.conf
	within 10 listens ws 8080
}
scene() {
	spam evil 203.0.113.10 service@bank.example bill@example.net,carol@example.net,nobody@example.net --proxy 192.0.2.77:8080 --mails 4
	spam evil 203.0.113.20 service@bank.example mia@example.org --proxy 192.0.2.77:8080 --mails 4
}
check() {
	caused 192.0.2.77 'likely|listed' open-proxy '8080|CONNECT|proxy'
	advised 192.0.2.77 'SMTP_port|ConnectPort|[Pp]roxy'
}
