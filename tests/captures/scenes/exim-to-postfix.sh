# Exim on campus sends to Postfix outside, Exim outside sends to Postfix on campus (DATA, not BDAT: see bdat)
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record exim-to-postfix.pcap
	post relay ana@physics.example.edu Minutes bill@example.net
	post relay nils@physics.example.edu 'Two of you' carol@example.net dora@example.net
	post relay olga@physics.example.edu 'One of you is gone' eric@example.net nobody.here@example.net
	post mx2 mia@example.org 'Re: Minutes' ana@campus.example.edu
	post mx2 noah@example.org 'Re: Three of you' bruno@campus.example.edu stranger@campus.example.edu
	record_end
}
