# time: 2008
# The night of 10 June 2008: a grid head node mails job results; its contact form is found and abused; three lists notice;
# in the morning the head node's honest mail is refused. Campus neighbours mail as on any day.
# shellcheck shell=bash disable=SC2154,SC2034

head=osg-ce.cluster.example.edu

job_ended() { # NUMBER NAME TO: as pbs_server writes it
	at osg sendmail -i -f "adm@$head" "$3" <<-EOF
		To: $3
		From: adm@$head
		Subject: PBS JOB $1.$head

		PBS Job Id: $1.$head
		Job Name:   $2
		Exec host:  compute-0-$(($1 % 8))/0
		Execution terminated
		Exit_status=0
		resources_used.cput=0$(($1 % 9)):12:51
		resources_used.walltime=0$(($1 % 9)):20:02
	EOF
}

condor_ended() { # NUMBER TO
	at osg sendmail -i -f "condor@$head" "$2" <<-EOF
		To: $2
		From: condor@$head
		Subject: [Condor] Condor Job $1.0

		This is an automated email from the Condor system
		on machine "$head".  Do not reply.

		Your Condor job $1.0
		    /home/grid/bin/simulate.sh
		exited with status 0
	EOF
}

# visit EMAIL SUBJECT TEXT: somebody fills in the contact form
visit() {
	at evil curl -s --max-time 30 -o /dev/null -A 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)' \
		--data-urlencode "email=$1" --data-urlencode "subject=$2" --data-urlencode "message=$3" "http://$head/contact.php"
}

# abuse ROUNDS: each visit brings a list of hidden recipients, some of whom do not exist; MEMBER numbers them through the night
member=10
abuse() {
	local i j bcc d nl=$'\r\n'
	for ((i = 0; i < $1; i++)); do
		bcc=
		for d in example.net example.org example.com lists.example; do
			for ((j = 0; j < 4; j++)); do
				bcc+="member$member@$d, "
				member=$((member + 1))
			done
			bcc+="no$member@$d, "
		done
		visit "offers$member@watches.example${nl}Bcc: ${bcc%, }" "Replica watches, seventy percent off $member" \
			"Dear customer,

the finest watches for a small price, sent in a plain box within a day.
See http://watches.example/?c=$member

Reply STOP to be left alone."
		sleep 0.3
	done
}

neighbours() { # NUMBER: what the others do meanwhile
	post mail ana@campus.example.edu "Minutes $1" mia@example.org
	post mail bruno@campus.example.edu "Room plan $1" bill@example.net gil@example.com
	post relay olga@physics.example.edu "Seminar $1" rita@lists.example
	post mx1 bill@example.net "Re: Room plan $1" bruno@campus.example.edu
	post mx2 mia@example.org "Re: Minutes $1" ana@campus.example.edu
}

type_test() { # SEED
	printf '%s\n' 'helo foo' 'mail from: davi@campus.example.edu' 'rcpt to: dora@example.net' data 'test' . quit |
		python_on ws typed.py mx.example.net crlf "$1"
}

scene() {
	local cron_pid
	put osg /var/www/contact.php <"$here/conf/contact.php"
	chown -R 33:33 /lab/hosts/osg/var/www
	ip netns exec osg sysctl -qw net.ipv4.ip_unprivileged_port_start=80
	as_www osg php -d mail.add_x_header=On -S "${host_ip4[osg]}:80" -t /var/www \
		</dev/null >>/lab/logs/osg.php 2>&1 &
	wait_port osg 80
	record raw.incident.pcap
	record_file=incident.pcap

	say "20:00 an ordinary evening"
	job_ended 5121 lattice gil@example.com
	job_ended 5122 lattice mia@example.org
	condor_ended 88 sam@lists.example
	neighbours 1
	post mail clara@campus.example.edu 'First contact' ivo@grey.example
	printf 'MAILTO=bill@example.net\n@reboot root echo "/scratch is 91 percent full"\n' | put osg /etc/cron.d/scratch
	bg osg cron -f
	cron_pid=$!
	settle
	kill "$cron_pid" || true

	clock_set 2008-06-10T21:40:00Z
	at mail postqueue -f
	job_ended 5130 spectrum hana@example.com
	at batch mail -s 'SLURM Job_id=771 Name=sweep Ended' kim@example.com </dev/null >/dev/null 2>&1
	at batch mail -s 'SLURM Job_id=772 Name=sweep Failed' kim@example.com </dev/null >/dev/null 2>&1
	type_test 5
	visit 'reader@example.com' 'Opening hours' 'When is the help desk open?'
	settle

	clock_set 2008-06-11T02:10:00Z
	say "02:10 somebody tries the form"
	visit $'probe1171@osg-ce.cluster.example.edu\r\nContent-Type: text/plain\r\nBcc: member1@lists.example' probe1171 'probe1171'
	settle

	clock_set 2008-06-11T02:50:00Z
	say "02:50 and uses it"
	abuse 5
	visit $'offers@watches.example\r\nBcc: jana@grey.example, member2@example.net' 'Replica watches' 'See http://watches.example/'
	settle
	clock_set 2008-06-11T03:45:00Z
	at osg postqueue -f
	abuse 6
	neighbours 2
	settle
	clock_set 2008-06-11T04:35:00Z
	abuse 6
	settle

	clock_set 2008-06-11T05:05:00Z
	say "05:05 the lists notice, one after the other"
	blocklist add zen.spamhaus.org "${host_ip4[osg]}"
	abuse 3
	settle
	clock_set 2008-06-11T05:40:00Z
	blocklist add bl.spamcop.net "${host_ip4[osg]}"
	abuse 3
	settle
	clock_set 2008-06-11T06:20:00Z
	blocklist add b.barracudacentral.org "${host_ip4[osg]}"
	abuse 3
	settle

	clock_set 2008-06-11T08:15:00Z
	say "08:15 the job mail comes back"
	job_ended 5144 lattice gil@example.com
	job_ended 5145 lattice mia@example.org
	job_ended 5146 lattice bill@example.net
	condor_ended 93 sam@lists.example
	neighbours 3
	at batch mail -s 'SLURM Job_id=790 Name=sweep Ended' kim@example.com </dev/null >/dev/null 2>&1
	type_test 6
	record_end 20
	python3 "$here/restamp.py" /lab/logs/clock.tsv /lab/out/raw.incident.pcap /lab/out/incident.pcap
	rm /lab/out/raw.incident.pcap
	cp "$(log_of osg)" /lab/out/incident.mail.log
}
