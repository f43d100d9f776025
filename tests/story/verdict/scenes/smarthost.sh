# A workstation spams through the campus relay, a real Postfix that others use too: it is the culprit, and not the relay.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	relay postfix 192.0.2.25   mail.campus.example campus.example
	ws    plain   192.0.2.77   ws77.campus.example
	good  postfix 192.0.2.80   www.campus.example
	mx1   postfix 203.0.113.10 mx.example.net example.net
	mx2   postfix 203.0.113.20 mail.example.org example.org
	EOS
}
servers() {
	printf 'mynetworks = 127.0.0.0/8 192.0.2.0/24\nmydestination = campus.example\nlocal_recipient_maps =\n' | postfix relay
	printf 'mydestination =\nrelayhost = [192.0.2.25]\n' | postfix good
	mailbox mx1 example.net
	mailbox mx2 example.org
}
scene() {
	local i
	for i in 1 2 3 4 5 6; do
		printf 'From: ana@campus.example\nTo: kim@example.net\nSubject: Minutes of meeting %s\n\nThe minutes are ready, Kim. See you on Monday.\n' "$i" |
			at good sendmail -i -f ana@campus.example kim@example.net
	done
	spam ws 192.0.2.25 offers@watches.example mia@example.org,bill@example.net --mails 8
}
check() {
	holds 192.0.2.77 "the workstation is the culprit" '.verdict | test("^(likely|listed)$")'
	holds 192.0.2.77 "it is a spam bot, or an account of others" '.causes[0].cause | test("^(bot|spam-bot|compromised-account)$")'
	holds 192.0.2.25 "the relay names the host behind" '.behind | any(.ip == "192.0.2.77" and .spam > 0)'
	# Lists name who hands the mail over: the relay may well be listed, but what is to be mended is another host.
	holds 192.0.2.25 "the relay is not accused" '(.causes[0].cause // "") | test("bot|relay|account") | not'
	holds 192.0.2.25 "the relay says whose mail it is" '.summary | test("192.0.2.77")'
	holds 192.0.2.80 "nor is who uses it well" '.verdict | test("^(clean|unknown)$")'
}
