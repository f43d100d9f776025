# Several mails in one session, by three clients, with recipients that are accepted in part; nanosecond times
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local i
	record pipelined.pcap --time-stamp-precision=nano
	# Postfix keeps the connection and sends the next mail on it
	postfix_set mail smtp_connection_cache_destinations=example.net smtp_destination_concurrency_limit=1
	for i in 1 2 3 4; do
		post mail ana@campus.example.edu "Number $i" bill@example.net carol@example.net "gone$i@example.net"
	done
	settle
	sleep 2
	postfix_reset mail
	# Exim passes the connection from one delivery to the next
	for i in 1 2 3; do
		letter nils@physics.example.edu dora@example.net "Queued $i" | at relay exim4 -i -odq -f nils@physics.example.edu dora@example.net
	done
	at relay exim4 -qq
	# a library: RSET after a refusal, the next mail in the same session
	python_on ws program.py mx.example.net ana@campus.example.edu 'One|A lottery|Two|Three' eric@example.net fay@example.net gone@example.net 2>/dev/null
	# a test tool that sends its commands in one go
	swaks_from ws --server mail.example.org --from ana@campus.example.edu --to mia@example.org,gone@example.org,otto@example.org --pipeline
	record_end
}
