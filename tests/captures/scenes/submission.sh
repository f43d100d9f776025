# A laptop outside hands mail to the campus server: 587 with STARTTLS and AUTH, 587 with the password in clear, a wrong
# password, 465 with TLS from the first byte. The campus server passes the mails on. The password is made up: see lib.sh.
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local s=mail.campus.example.edu
	record submission.pcap
	letter ana@campus.example.edu bill@example.net 'From the train' |
		at road msmtp --host=$s --port=587 --auth=on --user=ana --passwordeval="echo $password" --tls=on --tls-starttls=on \
			--tls-certcheck=off --domain=laptop.example.net --from=ana@campus.example.edu bill@example.net
	letter ana@campus.example.edu mia@example.org 'From the train again' |
		at road msmtp --host=$s --port=465 --auth=on --user=ana --passwordeval="echo $password" --tls=on --tls-starttls=off \
			--tls-certcheck=off --domain=laptop.example.net --from=ana@campus.example.edu mia@example.org
	swaks_from road --server $s --port 587 --from ana@campus.example.edu --to carol@example.net -tls --tls-protocol tlsv1_2 \
		--auth PLAIN --auth-user ana --auth-password "$password"
	swaks_from road --server $s --port 465 --tls-on-connect --from ana@campus.example.edu --to noah@example.org \
		--auth LOGIN --auth-user ana --auth-password "$password"
	# in clear: two steps, one step, by library, and wrong
	swaks_from road --server $s --port 587 --from ana@campus.example.edu --to dora@example.net \
		--auth LOGIN --auth-user ana --auth-password "$password"
	swaks_from road --server $s --port 587 --from ana@campus.example.edu --to eric@example.net \
		--auth PLAIN --auth-user ana --auth-password "$password"
	python_on road program.py $s:587 ana@campus.example.edu 'Report by library' fay@example.net --helo laptop.example.net \
		--auth LOGIN ana "$password"
	swaks_from road --server $s --port 587 --from ana@campus.example.edu --to eric@example.net \
		--auth PLAIN --auth-user ana --auth-password "wrong-$password"
	# no AUTH at all
	swaks_from road --server $s --port 587 --from ana@campus.example.edu --to eric@example.net
	record_end
}
