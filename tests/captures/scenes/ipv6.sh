# IPv6 only: Postfix and Exim as clients and servers, in both directions, one unknown user
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record ipv6.pcap
	post mail ana@campus.example.edu Minutes ana@v6.example bill@v6.example
	post mail bruno@campus.example.edu Minutes mia@v6.test
	post mx1 bill@example.net 'Re: Minutes' clara@v6.example.edu stranger@v6.example.edu
	post mx2 mia@example.org 'Re: Minutes' davi@v6.example.edu
	post relay olga@physics.example.edu Minutes carol@v6.example
	swaks_from ws --server mx6.example.net -6 --from ana@campus.example.edu --to dora@v6.example
	record_end
}
