/* Sources: manuals of Postfix (postqueue, postsuper, smtpd_relay_restrictions), Exim
 * (specification, chapters 5 and 42), Sendmail, OpenSMTPD (smtpctl(8)), qmail, Exchange; PHP manual
 * (mail.configuration); nft(8), iptables(8); Squid FAQ; facts about causes. */
#include "sensor/host/advice.h"

#define ANY ""
#define SIZE(rows) (sizeof rows / sizeof rows[0])

/* Stop the mail, at the gateway and at the host. */
const struct advice_row advice_first[] = {
	{ CAUSES, ANY, "Stop the host's mail at the gateway while you look (nftables)",
		"nft insert rule inet filter forward ip saddr {ip} tcp dport '{ 25, 587 }' counter "
		"reject" },
	{ CAUSES, ANY, "Stop the host's mail at the gateway while you look (nftables)",
		"nft insert rule inet filter forward ip6 saddr {ip} tcp dport '{ 25, 587 }' "
		"counter "
		"reject" },
	{ CAUSES, ANY, "The same with iptables",
		"iptables -I FORWARD -s {ip} -p tcp -m multiport --dports 25,587 -j REJECT "
		"--reject-with tcp-reset" },
	{ CAUSES, ANY, "The same with ip6tables",
		"ip6tables -I FORWARD -s {ip} -p tcp -m multiport --dports 25,587 -j REJECT "
		"--reject-with tcp-reset" },
	{ CAUSES, "Postfix", "Postfix: see the queue by sender, then hold it",
		"postqueue -p | tail -1; qshape -s incoming active deferred; postsuper -h ALL" },
	{ CAUSES, "Exim", "Exim: see the queue, then freeze it",
		"exim -bpc; exim -bp | exiqsumm; exiqgrep -i | xargs exim -Mf" },
	{ CAUSES, "Sendmail", "Sendmail: see the queue, and stop the queue runner",
		"mailq; mailstats; systemctl stop sendmail" },
	{ CAUSES, "OpenSMTPD", "OpenSMTPD: see the queue, then pause delivery",
		"smtpctl show queue; smtpctl pause mta" },
	{ CAUSES, "qmail", "qmail: see the queue", "qmail-qstat; qmail-qread" },
	{ CAUSES, "Exchange", "Exchange: see the queues (PowerShell)",
		"Get-Queue; Get-Message -Queue unreachable" },
	{ CAUSES, ANY, "See in the mail log whether the host sends in masses, and for whom",
		"grep -h 'from=<' /var/log/mail.log | sed 's/.*from=<\\([^>]*\\)>.*/\\1/' | sort | "
		"uniq -c | sort -n | tail" },
};
const size_t advice_first_count = SIZE(advice_first);

const struct advice_row advice_by_cause[] = {
	{ CAUSE_OPEN_RELAY, "Postfix",
		"Postfix: relay only for your own; mynetworks must not hold the whole campus",
		"postconf -e 'smtpd_relay_restrictions = permit_mynetworks, "
		"permit_sasl_authenticated, reject_unauth_destination'; postconf mynetworks "
		"relay_domains" },
	{ CAUSE_OPEN_RELAY, "Exim",
		"Exim: see that acl_check_rcpt ends in a refusal, and what relay_from_hosts holds",
		"exim -bP acl_smtp_rcpt; exim -bP hostlist relay_from_hosts" },
	{ CAUSE_OPEN_RELAY, "Sendmail",
		"Sendmail: remove FEATURE(promiscuous_relay), relay_entire_domain and "
		"loose_relay_check, and RELAY lines of the access table",
		"grep -nE 'promiscuous_relay|relay_entire_domain|loose_relay_check' "
		"/etc/mail/sendmail.mc; grep -n RELAY /etc/mail/access" },
	{ CAUSE_OPEN_RELAY, "OpenSMTPD",
		"OpenSMTPD: 'match from any' only 'for domain' your own; 'action relay' only from "
		"local or auth",
		"grep -n match /etc/smtpd.conf" },
	{ CAUSE_OPEN_RELAY, "Exchange",
		"Exchange: anonymous users must not have the right to send to any recipient "
		"(PowerShell)",
		"Get-ReceiveConnector | Get-ADPermission | where {$_.ExtendedRights -like "
		"'*Accept-Any-Recipient*'}" },
	{ CAUSE_OPEN_RELAY, ANY, "Test from outside the campus that it is closed",
		"swaks --server {ip} --from test@example.org --to test@example.net --quit-after "
		"RCPT" },

	{ CAUSE_OPEN_PROXY, ANY, "See who uses the proxy to reach port 25, and which program it is",
		"ss -tnp 'dport = :25'; ss -tlnp" },
	{ CAUSE_OPEN_PROXY, ANY,
		"Squid: refuse mail ports and CONNECT to all but web ports, let in only the local "
		"network",
		"grep -nE '^(acl|http_access)' /etc/squid/squid.conf; squid -k parse" },
	{ CAUSE_OPEN_PROXY, ANY,
		"Squid, above the first 'http_access allow': acl SMTP_port port 25 465 587; "
		"http_access deny SMTP_port; http_access deny CONNECT !SSL_ports",
		"" },
	{ CAUSE_OPEN_PROXY, ANY, "Apache: ProxyRequests Off",
		"grep -rn ProxyRequests /etc/apache2 /etc/httpd" },
	{ CAUSE_OPEN_PROXY, ANY, "A transparent proxy must forward port 80 alone, and not port 25",
		"nft list ruleset; iptables -t nat -S" },

	{ CAUSE_WEB_FORM, ANY,
		"Switch the form off until it is mended: it must strip CR and LF from what a "
		"visitor types into header fields, and have a rate limit",
		"" },
	{ CAUSE_WEB_FORM, ANY, "PHP: name and log the script of every mail (php.ini)",
		"php -i | grep -E 'mail.add_x_header|mail.log|sendmail_path'" },
	{ CAUSE_WEB_FORM, ANY,
		"php.ini: mail.add_x_header = On; mail.log = /var/log/phpmail.log; "
		"disable_functions = mail where no site needs it",
		"" },
	{ CAUSE_WEB_FORM, ANY, "Find forms that call mail() with what a visitor sent",
		"grep -rnE 'mail\\s*\\(.*\\$_(POST|GET|REQUEST)' /var/www --include='*.php'" },
	{ CAUSE_WEB_FORM, ANY, "See in the web server's log who used the form",
		"grep -h 'POST ' /var/log/apache2/access.log | awk '{print $1, $7}' | sort | uniq "
		"-c | sort -n | tail" },

	{ CAUSE_PHP_SCRIPT, ANY, "Look for code that hides itself, and for files that are new",
		"grep -rlE 'eval\\(base64_decode|gzinflate|str_rot13' /var/www --include='*.php'; "
		"find /var/www -name '*.php' -mtime -7" },
	{ CAUSE_PHP_SCRIPT, ANY,
		"PHP: name and log the script of every mail (php.ini: mail.add_x_header = On; "
		"mail.log = /var/log/phpmail.log)",
		"php -i | grep -E 'mail.add_x_header|mail.log|sendmail_path'" },
	{ CAUSE_PHP_SCRIPT, ANY,
		"Until it is clean: disable_functions = mail in php.ini; update the CMS and its "
		"plugins; change its passwords",
		"" },
	{ CAUSE_PHP_SCRIPT, "Postfix",
		"Postfix: keep the web server's account from submitting mail",
		"postconf -e 'authorized_submit_users = !www-data, static:all'" },

	{ CAUSE_PHP_SCRIPT, ANY, "Look for a break-in", "chkrootkit; rkhunter --check --sk" },

	{ CAUSE_SPAM_BOT, ANY, "Find the process that sends",
		"ss -tnp 'dport = :25'; lsof -nP -i :25" },
	{ CAUSE_SPAM_BOT, ANY, "Look for a break-in (Linux)",
		"chkrootkit; rkhunter --check --sk; ls -la /tmp /dev/shm /var/tmp; cat "
		"/etc/crontab /var/spool/cron/crontabs/*" },
	{ CAUSE_SPAM_BOT, ANY, "Windows: TCPView, then a virus scan from a medium of its own", "" },
	{ CAUSE_SPAM_BOT, ANY,
		"If somebody had root: reinstall from nothing, and change every password that was "
		"used there",
		"" },
	{ CAUSE_SPAM_BOT, ANY, "Let no other program than the mail server send (on the host)",
		"iptables -A OUTPUT -p tcp --dport 25 -m owner ! --uid-owner postfix -j REJECT" },
	{ CAUSE_SPAM_BOT, ANY, "Let no other program than the mail server send (on the host)",
		"ip6tables -A OUTPUT -p tcp --dport 25 -m owner ! --uid-owner postfix -j REJECT" },

	{ CAUSE_COMPROMISED_ACCOUNT, ANY,
		"Lock the account, end its sessions and application passwords, look at its "
		"forwards and Sieve rules",
		"" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Postfix", "Postfix: count mails by account",
		"grep -h sasl_username= /var/log/mail.log | sed 's/.*sasl_username=//' | sort | "
		"uniq -c | sort -n | tail" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Postfix",
		"Postfix: a rate limit for every client, and no sender but one's own",
		"postconf -e smtpd_client_message_rate_limit=100; postconf "
		"smtpd_sender_restrictions" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Exim",
		"Exim: in the ACL, ratelimit = 100 / 1h / per_rcpt / $authenticated_id", "" },
	{ CAUSE_COMPROMISED_ACCOUNT, ANY,
		"Tell the user; a second factor keeps it from happening again", "" },

	{ CAUSE_BATCH_JOBS, ANY,
		"Let the nodes send through the campus mail server, with a full name",
		"postconf -e 'relayhost = [smtp.example.edu]:587' 'myhostname = node.example.edu' "
		"'myorigin = example.edu'" },
	{ CAUSE_BATCH_JOBS, ANY,
		"Less mail: MAILTO=\"\" in crontabs, --mail-type=FAIL in jobs; slurm.conf: "
		"MailDomain",
		"" },

	{ CAUSE_HAND_TYPED, ANY,
		"Ask who tests there. Test with a program that writes a whole mail, to an address "
		"of your own: one odd mail is enough for some lists",
		"swaks --server mx.example.edu --from you@example.edu --to you@example.edu" },

	{ CAUSE_MAILING_LIST, ANY,
		"Confirmed subscriptions only; take out addresses that bounce; one-click "
		"unsubscribe (RFC 8058); a rate limit per domain",
		"" },

	{ CAUSE_BACKSCATTER, "Postfix",
		"Postfix: refuse unknown users at RCPT, so that nothing must be bounced",
		"postconf -e smtpd_reject_unlisted_recipient=yes; postconf relay_recipient_maps" },
	{ CAUSE_BACKSCATTER, ANY,
		"Never bounce after accepting; no notices of virus scanners; automatic answers by "
		"RFC 3834 only",
		"" },

	{ CAUSE_FORWARDING, ANY,
		"Forward after the spam filter, rewrite the envelope sender (SRS) and seal with "
		"ARC, or let users fetch their mail",
		"" },

	{ CAUSE_DICTIONARY_ATTACK, ANY, "Find the process that guesses addresses",
		"ss -tnp 'dport = :25'; lsof -nP -i :25" },
	{ CAUSE_DICTIONARY_ATTACK, ANY,
		"If it is a list of members: take out what bounced. If not: look for a break-in",
		"chkrootkit; rkhunter --check --sk" },

	{ CAUSE_MISCONFIGURED_MTA, ANY,
		"The reverse name must lead back to the address, and the server must greet with it",
		"dig -x {ip} +short; postconf myhostname; hostname -f" },
	{ CAUSE_MISCONFIGURED_MTA, ANY, "Or let it send through the campus mail server",
		"postconf -e 'relayhost = [smtp.example.edu]:587'" },
};
const size_t advice_by_cause_count = SIZE(advice_by_cause);

/* Clean up, and see that it stays so. */
const struct advice_row advice_last[] = {
	{ CAUSES, "Postfix", "Postfix: delete what is not wanted, release the rest",
		"postsuper -d QUEUE-ID; postsuper -H ALL" },
	{ CAUSES, "Exim", "Exim: delete what is not wanted, thaw the rest",
		"exim -Mrm MESSAGE-ID; exim -Mt MESSAGE-ID" },
	{ CAUSES, "OpenSMTPD", "OpenSMTPD: delete what is not wanted, resume",
		"smtpctl remove MESSAGE-ID; smtpctl resume mta" },
	{ CAUSES, ANY, "Watch that it is quiet now", "tcpdump -ni any host {ip} and port 25" },
	{ CAUSES, ANY, "Close services that nobody needs", "ss -tlnp" },
};
const size_t advice_last_count = SIZE(advice_last);
