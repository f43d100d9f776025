# STARTTLS on port 25: Postfix to Postfix (TLS 1.3), a client with TLS 1.2 whose server certificate can be read, an inbound one,
# and a server that does not know STARTTLS
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record starttls.pcap
	post mail ana@campus.example.edu Minutes jana@secure.example
	swaks_from ws --server mx.example.com --from ana@campus.example.edu --to kim@example.com -tls --tls-protocol tlsv1_2
	swaks_from mx1 --server mail.campus.example.edu --from bill@example.net --to bruno@campus.example.edu -tls
	swaks_from ws --server mx.example.net --from ana@campus.example.edu --to bill@example.net --tls-optional
	record_end
}
