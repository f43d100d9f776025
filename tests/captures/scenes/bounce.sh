# Delivery status notifications: a campus address forwards to one that is gone, the campus server tells the sender (from <>);
# then the same with a forged sender, which is how backscatter comes about
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record bounce.pcap
	post mx4 rita@lists.example 'Are you still there?' old-list@campus.example.edu
	settle
	swaks_from evil --server mail.campus.example.edu --from otto@example.org --to old-list@campus.example.edu \
		--local-interface 203.0.113.67 --helo mail.example.org --h-Subject 'Cheap watches'
	swaks_from evil --server mail.campus.example.edu --from invented@example.org --to old-list@campus.example.edu \
		--local-interface 203.0.113.67 --helo mail.example.org --h-Subject 'Cheap watches'
	record_end
}
