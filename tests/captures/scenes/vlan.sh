# The mirror of a trunk: VLAN 110 for offices and servers, VLAN 120 in service tag 1000 for compute nodes; pcapng
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	record_tagged vlan.pcapng
	post mail ana@campus.example.edu Minutes bill@example.net mia@example.org
	swaks_from ws --server mx.example.com --from ana@campus.example.edu --to hana@example.com
	at batch mail -s 'Slurm Job_id=48301 Name=sweep Failed, Run time 00:00:02, FAILED, ExitCode 127' ivo@example.com </dev/null >/dev/null 2>&1
	post mx2 mia@example.org 'Re: Minutes' ana@campus.example.edu
	post batch bruno@node01.campus.example.edu 'Is this still valid?' nobody.here@example.net
	record_end
}
