# An open relay on campus: a stranger outside hands it mail for strangers outside, it takes it and passes it on;
# a second server, which is closed, is probed in the usual ways and refuses
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local to
	record openrelay.pcap
	postfix_set web 'mynetworks = 0.0.0.0/0 [::]/0'
	for to in mia@example.org rita@lists.example gil@example.com; do
		swaks_from evil --server www.campus.example.edu --from offers@watches.example --to $to --h-Subject 'Cheap watches'
	done
	swaks_from evil --server www.campus.example.edu --from offers@watches.example --to sam@lists.example,tom@lists.example,none@lists.example
	settle
	postfix_reset web
	for to in mia@example.org 'mia%example.org@campus.example.edu' '@mail.campus.example.edu:mia@example.org' '"mia@example.org"'; do
		swaks_from evil --server mail.campus.example.edu --from offers@watches.example --to "$to" --local-interface 203.0.113.67
	done
	record_end
}
