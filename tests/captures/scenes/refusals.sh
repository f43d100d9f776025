# Every refusal that a campus meets, in the words of the servers that write them
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local from=ana@campus.example.edu i
	record refusals.pcap
	# unknown user, relaying
	swaks_from ws --server mx.example.net --from $from --to nobody.here@example.net
	swaks_from ws --server mail.example.org --from $from --to nobody.here@example.org
	swaks_from ws --server mx.example.net --from $from --to someone@elsewhere.example
	swaks_from ws --server mail.example.org --from $from --to someone@elsewhere.example
	# greylisting by postgrey; the second try comes late enough
	post mail $from 'Patience' gil@grey.example
	# sender's domain unknown to Postfix and to Exim, HELO unknown, no reverse name, refused at the greeting
	swaks_from ws --server mx.example.com --from ana@no-such-domain.example --to gil@example.com
	swaks_from ws --server mail.example.org --from ana@no-such-domain.example --to mia@example.org
	swaks_from ws --server mx.example.com --from $from --to gil@example.com --helo strict.cluster.local
	swaks_from ws --server mx.example.com --from $from --to lena@example.com --local-interface 192.0.2.78
	swaks_from ws --server mx.lists.example --from $from --to rita@lists.example --local-interface 192.0.2.79
	# too large, told before the text; refused after the text
	python_on ws program.py mx.example.net $from 'A large table' bill@example.net --bytes 70000 2>/dev/null
	swaks_from ws --server mx.example.net --from $from --to bill@example.net --h-Subject 'You won the lottery'
	# blocklists: a campus host at three outside servers, each with a list of its own, and an outside host at the campus
	blocklist add zen.spamhaus.org 192.0.2.77
	blocklist add bl.spamcop.net 192.0.2.77
	blocklist add b.barracudacentral.org 192.0.2.77
	swaks_from ws --server mx.example.net --from $from --to bill@example.net
	swaks_from ws --server mail.example.org --from $from --to mia@example.org
	swaks_from ws --server mx.example.com --from $from --to gil@example.com
	python_on ws program.py mx.example.net $from 'Three of you' bill@example.net carol@example.net dora@example.net 2>/dev/null
	swaks_from evil --server mail.campus.example.edu --from winner@example.net --to ana@campus.example.edu
	blocklist clear zen.spamhaus.org
	blocklist clear bl.spamcop.net
	blocklist clear b.barracudacentral.org
	# the greylisted mail again
	sleep 3
	at mail postqueue -f
	settle
	# too many connections
	postfix_set mx3 smtpd_client_connection_rate_limit=2
	for i in 1 2 3 4; do swaks_from ws --server mx.example.com --from $from --to gil@example.com --h-Subject "Number $i"; done
	postfix_reset mx3
	record_end
}
