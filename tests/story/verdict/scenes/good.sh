# Nobody does harm: a mail server of people who write to each other, one of them to an address that is gone; a web server whose form
# tells its department of bookings.
# shellcheck shell=bash disable=SC2154,SC2016
hosts() {
	cat <<-'EOS'
	mail   postfix         192.0.2.25    mail.campus.example campus.example
	web    postfix+php-cli 192.0.2.80    www.campus.example
	mx1    postfix         203.0.113.10  mx.example.net example.net
	mx2    postfix         203.0.113.20  mail.example.org example.org
	reader plain           198.51.100.70 reader.example
	EOS
}
servers() {
	printf 'mydestination = campus.example\nlocal_recipient_maps = static:x\n' | postfix mail
	printf 'mydestination = $myhostname\nlocal_recipient_maps =\n' | postfix web
	mailbox mx1 example.net bill carol kim
	mailbox mx2 example.org
	put web /var/www/booking.php <<-'EOS'
	<?php
	$room = (int)$_POST['room'];
	mail('rooms@example.org', "Booking for room $room", "Room $room is asked for, Thursday 14:00 to 16:00.\n", "From: booking@www.campus.example");
	EOS
	nsenter --net=/run/netns/web sysctl -qw net.ipv4.ip_unprivileged_port_start=80
	bg web setpriv --reuid=www-data --regid=www-data --clear-groups php8.2 -d mail.add_x_header=On \
		-d sendmail_path='/usr/sbin/sendmail -t -i -f booking@www.campus.example' -S 0.0.0.0:80 -t /var/www
	within 10 listens web 80
}
letter() { # HOST FROM TO SUBJECT
	printf 'From: %s\nTo: %s\nSubject: %s\n\nDear colleague,\n\nthe minutes of our meeting are ready; please tell me what I have missed.\n\nYours\n' "${@:2}" |
		at "$1" sendmail -i -f "$2" "$3"
}
scene() {
	local i to
	for i in 1 2 3 4; do
		for to in bill@example.net carol@example.net mia@example.org; do letter mail "ana$i@campus.example" "$to" "Minutes $i"; done
		letter mx1 bill@example.net "ana$i@campus.example" "Re: Minutes $i"
		at reader curl -s --max-time 20 -o /dev/null --data-urlencode "room=$i" http://192.0.2.80/booking.php
	done
	letter mail ana1@campus.example gone@example.net 'Are you there?'
}
check() {
	holds 192.0.2.25 "the mail server is clean" '.verdict == "clean" and .role == "mta"'
	holds 192.0.2.80 "so is the web server, and its form" '.verdict == "clean"'
	holds 192.0.2.25 "nobody is on a list" '.listings == []'
}
