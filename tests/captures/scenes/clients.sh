# One mail by each kind of client: test tool, library, web script, cron, batch systems, command line, small submission client
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local cron_pid
	record clients.pcap
	swaks_from ws --server mx.example.net --from ana@campus.example.edu --to bill@example.net
	swaks_from ws --server mail.example.org --from ana@campus.example.edu --to mia@example.org --h-Subject 'swaks, second try'
	python_on ws program.py mx.example.com ana@campus.example.edu 'Nightly comparison' gil@example.com
	at ws curl -s --max-time 20 --url smtp://mx.lists.example/ws77.campus.example.edu --mail-from ana@campus.example.edu \
		--mail-rcpt sam@lists.example --upload-file - < <(letter ana@campus.example.edu sam@lists.example 'By curl')
	letter ana@campus.example.edu tom@lists.example 'By msmtp' |
		at ws msmtp --host=mx.lists.example --port=25 --auth=off --tls=off --domain=ws77.campus.example.edu \
			--from=ana@campus.example.edu tom@lists.example

	put web /var/www/notify.php <"$here/conf/notify.php"
	chown -R 33:33 /lab/hosts/web/var/www
	as_www web php -d mail.add_x_header=On /var/www/notify.php

	# the cron daemon itself; @reboot jobs run when it starts
	printf 'MAILTO=carol@example.net\n@reboot root echo "backup: 3 files could not be read"; uptime -p\n' |
		put batch /etc/cron.d/lab-backup
	rm -f /lab/hosts/batch/run/crond.reboot
	bg batch cron -f
	cron_pid=$!

	# slurmctld hands subject and address to its MailProg, /usr/bin/mail
	at batch mail -s 'Slurm Job_id=48213 Name=relax Ended, Run time 02:13:40, COMPLETED, ExitCode 0' kim@example.com </dev/null >/dev/null 2>&1
	at batch mail -s 'Slurm Job_id=48214 Name=relax Failed, Run time 00:00:04, FAILED, ExitCode 1' kim@example.com </dev/null >/dev/null 2>&1
	# pbs_server writes to sendmail
	at batch sendmail -f adm@node01.campus.example.edu dora@example.net <<-'EOF'
		To: dora@example.net
		From: adm@node01.campus.example.edu
		Subject: PBS JOB 1432.node01.campus.example.edu

		PBS Job Id: 1432.node01.campus.example.edu
		Job Name:   lattice
		Exec host:  node07/0
		Execution terminated
		Exit_status=0
		resources_used.cput=11:02:51
		resources_used.mem=812340kb
		resources_used.walltime=11:04:02
	EOF
	letter bruno@node01.campus.example.edu willi@lists.example 'By sendmail -t' | at batch sendmail -t -f bruno@node01.campus.example.edu
	sleep 3
	kill "$cron_pid" 2>/dev/null || true
	record_end
}
