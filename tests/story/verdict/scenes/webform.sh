# A contact form that puts what a visitor types into the header of its mail: line breaks in it bring hidden recipients.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	web  postfix+php-cli 192.0.2.80   www.campus.example
	mx1  postfix         203.0.113.10 mx.example.net example.net
	mx2  postfix         203.0.113.20 mail.example.org example.org
	evil plain           198.51.100.66 host66.dialup.example
	user plain           198.51.100.70 reader.example
	EOS
}
servers() {
	printf 'mydestination = $myhostname\nlocal_recipient_maps =\n' | postfix web
	mailbox mx1 example.net
	mailbox mx2 example.org
	at web install -d -o www-data /var/www/dept
	put web /var/www/dept/contact.php <<-'EOS'
	<?php
	$sent = mail('webmaster@' . gethostname(), $_POST['subject'], $_POST['message'], 'From: ' . $_POST['email']);
	echo $sent ? "Thank you.\n" : "Please try again.\n";
	EOS
	at web chown -R www-data /var/www
	nsenter --net=/run/netns/web sysctl -qw net.ipv4.ip_unprivileged_port_start=80
	bg web setpriv --reuid=www-data --regid=www-data --clear-groups php8.2 -d mail.add_x_header=On -d sendmail_path='/usr/sbin/sendmail -t -i' \
		-S 0.0.0.0:80 -t /var/www
	within 10 listens web 80
}
visit() { # HOST EMAIL SUBJECT TEXT
	at "$1" curl -s --max-time 20 -o /dev/null --data-urlencode "email=$2" --data-urlencode "subject=$3" --data-urlencode "message=$4" \
		'http://192.0.2.80/dept/contact.php?token=secret' || true
}
scene() {
	local i
	visit user reader@example.net 'Opening hours' 'When is the help desk open?'
	for i in 1 2 3 4 5 6; do
		visit evil "offers$i@watches.example"$'\r\n'"Bcc: mia$i@example.org, noah$i@example.org, bill$i@example.net, carol$i@example.net, dora$i@example.net" \
			"You won the lottery, claim your prize NOW $i" \
			"Dear friend, you have won \$5,000,000 dollars. Viagra 90% off, replica watches: http://watches.example/win?$i Act now, this offer expires today!"
	done
}
check() {
	caused 192.0.2.80 'likely|listed' web-form 'contact.php'
	holds 192.0.2.80 "the POSTs just before are named, with the script's path" '.causes[0].evidence | any(test("post"; "i") and test("/dept/contact.php"))'
	holds 192.0.2.80 "its seven POSTs are counted, about" '.counts.in_posts >= 6 and .counts.in_posts <= 8'
	holds 192.0.2.80 "no query is kept" 'tostring | test("secret") | not'
	advised 192.0.2.80 'contact.php|php'
}
