# Two people type a mail by hand: telnet with CR LF to Postfix, netcat with bare LF to Exim; slips of the finger, no header
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local first
	record typed.pcap
	printf '%s\n' 'helo fop\bo' 'mail from: ana@campus.example.edu' 'rcpt to: bill@example.net' data 'Subject: test' '' 'just a tset\b\b\best' . quit |
		python_on ws typed.py mx.example.net crlf 1 &
	first=$!
	printf '%s\n' 'helo foo bar' 'hlo foo' 'helo foo' 'mail from: <ana@campus.example.edu>' 'rcpt to: mia@exmaple.test' 'rcpt to: <mia@example.org>' \
		data 'is this working?' . quit | python_on batch typed.py mail.example.org lf 2
	wait "$first"
	record_end
}
