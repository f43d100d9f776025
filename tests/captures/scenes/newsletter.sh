# A campus mailing list: one message to many recipients, VERP, MIME with text, HTML and attachment, dots at line starts, a few
# addresses that are gone
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local all=(bill@example.net carol@example.net dora@example.net left@example.net mia@example.org noah@example.org moved@example.org
		gil@example.com hana@example.com rita@lists.example) to
	put mail /usr/local/lib/lab/newsletter.py <"$here/conf/newsletter.py"
	record newsletter.pcap
	at mail sh -c 'python3 /usr/local/lib/lab/newsletter.py 41 | sendmail -i -f readers-bounces@campus.example.edu "$@"' sh "${all[@]}"
	settle
	at mail sh -c 'python3 /usr/local/lib/lab/newsletter.py 42 | sendmail -i -XV -f readers-bounces@campus.example.edu "$@"' sh "${all[@]}"
	record_end
}
