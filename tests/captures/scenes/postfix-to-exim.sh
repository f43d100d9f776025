# Postfix on campus sends to Exim outside: plain mails, three recipients at once, one of them unknown, a mail to nobody
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record postfix-to-exim.pcap
	post mail ana@campus.example.edu Minutes mia@example.org
	post mail bruno@campus.example.edu 'Three of you' noah@example.org otto@example.org pia@example.org
	post mail clara@campus.example.edu 'One of you is gone' quin@example.org nobody.here@example.org
	post mail ana@campus.example.edu Subscription rita@lists.example
	settle
	post mail davi@campus.example.edu 'Hello?' nobody.at.all@example.org
	record_end
}
