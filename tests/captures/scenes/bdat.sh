# Exim as a client uses BDAT where the server offers CHUNKING: to Exim, to Postfix, several chunks, an inbound one
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record bdat.pcap
	post relay ana@physics.example.edu Minutes sam@lists.example
	post relay nils@physics.example.edu Minutes gil@example.com hana@example.com nobody.here@example.com
	post_text=$(for ((i = 0; i < 420; i++)); do printf 'row %03d: the value lies within the expected band\n' "$i"; done)
	post relay olga@physics.example.edu 'A long table' vera@lists.example
	post_text=
	post mx4 rita@lists.example 'Re: Minutes' ana@campus.example.edu
	record_end
}
