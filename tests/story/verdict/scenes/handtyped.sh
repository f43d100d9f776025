# Somebody tries out a mail server by hand: keys of uneven pace, slips of the finger, no header.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	ws   plain   192.0.2.77   ws77.campus.example
	mx1  postfix 203.0.113.10 mx.example.net example.net
	EOS
}
servers() { mailbox mx1 example.net; }
scene() {
	printf '%s\n' 'helo foo' 'mail form: ana@campus.example' 'mail from: ana@campus.example' 'rcpt to: bill@example.net' data 'Subject: test' '' \
		'just a tset\b\b\best' . quit | python_on ws typed.py mx.example.net crlf 1
}
check() {
	caused 192.0.2.77 'clean|unknown|watch' hand-typed 'hand'
}
