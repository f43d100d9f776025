# What an administrator records on the mail server itself: tcpdump -i any, Linux cooked frames (SLL2)
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record_at mail any cooked.pcap port 25
	post mail ana@campus.example.edu Minutes bill@example.net mia@example.org
	post mx2 mia@example.org 'Re: Minutes' ana@campus.example.edu stranger@campus.example.edu
	record_end
}
