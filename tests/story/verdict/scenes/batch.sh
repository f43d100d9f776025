# A head node of a cluster: cron's and SLURM's mails by Postfix, under a name that exists only inside, and msmtp's on a compute node.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	batch postfix 192.0.2.190  node01.campus.example
	mx1   postfix 203.0.113.10 mx.example.net example.net
	mx2   postfix 203.0.113.20 mail.example.org example.org
	EOS
}
servers() {
	printf 'smtp_helo_name = node01.cluster.local\nmydestination = $myhostname\n' | postfix batch
	mailbox mx1 example.net
	mailbox mx2 example.org
}
letter() { # FROM TO SUBJECT, further fields and text from stdin
	{
		printf 'From: %s\nTo: %s\nSubject: %s\n' "$@"
		cat
	} | at batch sendmail -i -f root@node01.campus.example "$2" >>"$work/logs/batch" 2>&1
}
scene() {
	local i
	for i in 1 2 3 4 5; do
		letter 'root (Cron Daemon)' kim@example.net "Cron <root@node01> /usr/local/bin/backup --level $i" <<-EOS
		MIME-Version: 1.0
		Content-Type: text/plain; charset=UTF-8
		Auto-Submitted: auto-generated
		X-Cron-Env: <SHELL=/bin/sh>
		X-Cron-Env: <LOGNAME=root>

		backup: /home is $((80 + i)) % full
		EOS
		letter slurm ivo@example.org "Slurm Job_id=4830$i Name=sweep Failed, Run time 00:0$i:02, FAILED, ExitCode 127" </dev/null
	done
}
check() {
	caused 192.0.2.190 'clean|unknown|watch' batch-jobs 'cron|Cron|batch'
	advised 192.0.2.190 'MAILTO|relayhost|MailProg|nullmailer|msmtp'
}
