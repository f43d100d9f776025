# A program on campus guesses names: sorted local parts, most of them unknown, and no mail.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	ws   plain   192.0.2.77   ws77.campus.example
	mx1  postfix 203.0.113.10 mx.example.net example.net
	mx2  postfix 203.0.113.20 mail.example.org example.org
	EOS
}
servers() {
	mailbox mx1 example.net bill carol
	mailbox mx2 example.org mia
}
scene() {
	python_on ws dictionary.py 203.0.113.10 example.net
	python_on ws dictionary.py 203.0.113.20 example.org
}
check() {
	caused 192.0.2.77 'likely|watch' dictionary-attack 'unknown|do not exist'
	advised 192.0.2.77 '25'
}
