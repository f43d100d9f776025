/* Sources: manuals of Postfix (postqueue(1), postsuper(1), qshape(1), postconf(5)), Exim
 * (specification, chapters 5, 43 and 54), Sendmail (operations guide; cf/README on anti-spam),
 * OpenSMTPD (smtpctl(8), smtpd.conf(5)), qmail, Exchange's cmdlets; PHP manual (mail.configuration,
 * ini.core); nft(8), iptables-extensions(8); Squid FAQ, tinyproxy.conf(5), sockd.conf(5);
 * crontab(5), slurm.conf(5); facts about causes. */
#include "sensor/host/advice.h"

#define ANY ADVICE_ANY
#define NONE ADVICE_NONE
#define SIZE(rows) (sizeof rows / sizeof rows[0])

#define NFT_CHAIN(hook)                                                                            \
	"nft add table inet heloscope; nft add chain inet heloscope " hook                         \
	" '{ type filter hook " hook " priority -10; }'; nft add rule inet heloscope " hook
#define NFT_PORTS " tcp dport '{ 25, 465, 587 }' counter reject with tcp reset"
#define TABLES_PORTS " -p tcp -m multiport --dports 25,465,587"
#define TABLES_REJECT " -j REJECT --reject-with tcp-reset"

/* On the host: only the mail server's user may send.  To itself everybody may. */
#define ONLY(user) NFT_CHAIN("output") " oifname != lo meta skuid != " user NFT_PORTS
#define ONLY_TABLES(user)                                                                          \
	"iptables -A OUTPUT ! -o lo" TABLES_PORTS " -m owner ! --uid-owner " user TABLES_REJECT
#define ONLY_TABLES_6(user)                                                                        \
	"ip6tables -A OUTPUT ! -o lo" TABLES_PORTS " -m owner ! --uid-owner " user TABLES_REJECT
#define ONLY_STEP "On the host: let no program but the mail server send (nftables)"
#define ONLY_TABLES_STEP "iptables: the same on the host"
#define ONLY_TABLES_6_STEP "ip6tables: the same on the host"

#define FIND_SENDER "ss -tnp 'dport = :25 or dport = :465 or dport = :587'; lsof -nP -i TCP:25"
#define PHP_INI                                                                                    \
	"php.ini, until it is mended: mail.add_x_header = On; mail.log = "                         \
	"/var/log/phpmail.log; disable_functions = mail where no site needs it"
#define BREAK_IN "chkrootkit; rkhunter --check --sk"

/* Stop the mail, at the gateway and at the host; then look. */
const struct advice_row advice_first[] = {
	{ CAUSES, ANY, "Stop the host's mail at the gateway while you look (nftables)",
		NFT_CHAIN("forward") " ip saddr {ip}" NFT_PORTS },
	{ CAUSES, ANY, "Stop the host's mail at the gateway while you look (nftables)",
		NFT_CHAIN("forward") " ip6 saddr {ip}" NFT_PORTS },
	{ CAUSES, ANY, "The same at a gateway with iptables",
		"iptables -I FORWARD -s {ip}" TABLES_PORTS TABLES_REJECT },
	{ CAUSES, ANY, "The same at a gateway with ip6tables",
		"ip6tables -I FORWARD -s {ip}" TABLES_PORTS TABLES_REJECT },

	{ CAUSES, "Postfix", ONLY_STEP, ONLY("postfix") },
	{ CAUSES, "Postfix", ONLY_TABLES_STEP, ONLY_TABLES("postfix") },
	{ CAUSES, "Postfix", ONLY_TABLES_6_STEP, ONLY_TABLES_6("postfix") },
	{ CAUSES, "Exim", ONLY_STEP " (the user is exim where it is not Debian's)",
		ONLY("Debian-exim") },
	{ CAUSES, "Exim", ONLY_TABLES_STEP, ONLY_TABLES("Debian-exim") },
	{ CAUSES, "Exim", ONLY_TABLES_6_STEP, ONLY_TABLES_6("Debian-exim") },
	{ CAUSES, "Sendmail", ONLY_STEP, ONLY("root") },
	{ CAUSES, "Sendmail", ONLY_TABLES_STEP, ONLY_TABLES("root") },
	{ CAUSES, "Sendmail", ONLY_TABLES_6_STEP, ONLY_TABLES_6("root") },
	{ CAUSES, "OpenSMTPD", ONLY_STEP " (the user is _smtpd where it is not Debian's)",
		ONLY("opensmtpd") },
	{ CAUSES, "qmail", ONLY_STEP, ONLY("qmailr") },
	{ CAUSES, NONE, "On the host: let no program send but root's (nftables)", ONLY("root") },
	{ CAUSES, NONE, ONLY_TABLES_STEP, ONLY_TABLES("root") },
	{ CAUSES, NONE, ONLY_TABLES_6_STEP, ONLY_TABLES_6("root") },

	{ CAUSES, NONE, "See which mail server runs there, if any",
		"ss -tlnp 'sport = :25 or sport = :465 or sport = :587'; ls -d /etc/postfix "
		"/etc/exim4 /etc/mail /etc/smtpd.conf /var/qmail 2>/dev/null" },
	{ CAUSES, "Postfix", "Postfix: see how much waits and from whom, then hold it",
		"postqueue -p | tail -1; qshape -s incoming active deferred; postsuper -h ALL" },
	{ CAUSES, "Exim", "Exim: see how much waits and for whom, then freeze it",
		"exim -bpc; exim -bp | exiqsumm; exiqgrep -i | xargs -r exim -Mf" },
	{ CAUSES, "Sendmail", "Sendmail: see the queues, then stop it",
		"mailq; mailq -Ac; mailstats; systemctl stop sendmail" },
	{ CAUSES, "OpenSMTPD", "OpenSMTPD: see the queue, then pause delivery",
		"smtpctl show queue; smtpctl pause mta" },
	{ CAUSES, "qmail", "qmail: see the queue, then stop delivery",
		"qmail-qstat; qmail-qread; svc -d /service/qmail-send" },
	{ CAUSES, "Exchange", "Exchange: see the queues, then suspend them (PowerShell)",
		"Get-Queue | Sort-Object MessageCount; Suspend-Queue -Filter {MessageCount -gt 0} "
		"-Confirm:$false" },

	{ CAUSES, ANY,
		"Find the lines of its mail log that belong to the mails seen here, by queue id",
		"heloscope match --host {ip} /var/log/mail.log" },
	{ CAUSES, "Postfix", "See in the mail log whether it sends in masses, and for whom",
		"grep -h 'from=<' /var/log/mail.log | sed 's/.*from=<\\([^>]*\\)>.*/\\1/' | sort | "
		"uniq -c | sort -n | tail" },
	{ CAUSES, "Exim", "See in the mail log whether it sends in masses, and for whom",
		"grep -h ' <= ' /var/log/exim4/mainlog | awk '{ print $5 }' | sort | uniq -c | "
		"sort -n | tail" },
	{ CAUSES, "Sendmail", "See in the mail log whether it sends in masses, and for whom",
		"grep -h ' from=' /var/log/mail.log | sed 's/.* from=\\([^,]*\\),.*/\\1/' | sort | "
		"uniq -c | sort -n | tail" },
	{ CAUSES, "Exchange", "See who sends in masses (PowerShell)",
		"Get-MessageTrackingLog -Start (Get-Date).AddHours(-24) -EventId SEND -ResultSize "
		"Unlimited | Group-Object Sender | Sort-Object Count | Select-Object -Last 10" },
};
const size_t advice_first_count = SIZE(advice_first);

const struct advice_row advice_by_cause[] = {
	{ CAUSE_OPEN_RELAY, "Postfix",
		"Postfix: relay only for your own; mynetworks must hold neither the whole campus "
		"nor the address of a NAT or proxy",
		"postconf -e 'smtpd_relay_restrictions = permit_mynetworks, "
		"permit_sasl_authenticated, reject_unauth_destination'; postfix reload; postconf "
		"mynetworks relay_domains" },
	{ CAUSE_OPEN_RELAY, "Exim",
		"Exim: acl_check_rcpt must end in 'deny message = relay not permitted'; see which "
		"hosts and domains it relays for",
		"exim -bP acl_smtp_rcpt; exim -bP +relay_from_hosts; exim -bP +relay_to_domains" },
	{ CAUSE_OPEN_RELAY, "Sendmail",
		"Sendmail: remove FEATURE(promiscuous_relay), relay_entire_domain and "
		"loose_relay_check from sendmail.mc, and RELAY lines that are too wide from the "
		"access table; then make the files anew",
		"grep -nE 'promiscuous_relay|relay_entire_domain|loose_relay_check' "
		"/etc/mail/sendmail.mc; grep -n RELAY /etc/mail/access; make -C /etc/mail" },
	{ CAUSE_OPEN_RELAY, "OpenSMTPD",
		"OpenSMTPD: 'match from any' only 'for domain' your own; 'for any action' a relay "
		"only 'from local' or 'auth'",
		"grep -n match /etc/smtpd.conf; smtpd -n" },
	{ CAUSE_OPEN_RELAY, "qmail",
		"qmail: without control/rcpthosts it relays for everybody; RELAYCLIENT only for "
		"your own networks",
		"cat /var/qmail/control/rcpthosts; grep -rn RELAYCLIENT /etc/tcp.smtp "
		"/service/qmail-smtpd" },
	{ CAUSE_OPEN_RELAY, "Exchange",
		"Exchange: anonymous users must not have the right to send to any recipient "
		"(PowerShell)",
		"Get-ReceiveConnector | Get-ADPermission | Where-Object {$_.ExtendedRights -like "
		"'*Accept-Any-Recipient*'}" },
	{ CAUSE_OPEN_RELAY, ANY, "Test from outside the campus that it is closed",
		"swaks --server {ip} --from test@example.org --to test@example.net --quit-after "
		"RCPT" },

	{ CAUSE_OPEN_PROXY, ANY, "See which program reaches mail servers, and what listens",
		"ss -tnp 'dport = :25'; ss -tlnp" },
	{ CAUSE_OPEN_PROXY, ANY,
		"Squid, above the first 'http_access allow': acl SMTP_port port 25 465 587; "
		"http_access deny SMTP_port; http_access deny !Safe_ports; http_access deny "
		"CONNECT !SSL_ports; and allow nobody but localnet",
		"grep -nE '^(acl|http_access)' /etc/squid/squid.conf; squid -k parse && squid -k "
		"reconfigure" },
	{ CAUSE_OPEN_PROXY, ANY,
		"tinyproxy: Allow only your own network, and ConnectPort 443 as the only one",
		"grep -nE '^(Allow|ConnectPort|Listen)' /etc/tinyproxy/tinyproxy.conf" },
	{ CAUSE_OPEN_PROXY, ANY, "Apache: ProxyRequests Off; it is a proxy for nobody",
		"grep -rniE '^[[:space:]]*(ProxyRequests|AllowCONNECT)' /etc/apache2 /etc/httpd "
		"2>/dev/null" },
	{ CAUSE_OPEN_PROXY, ANY,
		"SOCKS (Dante), as the first rule: socks block { from: 0/0 to: 0/0 port = 25 }",
		"grep -nE 'socks|client' /etc/danted.conf" },
	{ CAUSE_OPEN_PROXY, ANY,
		"A transparent proxy must be given port 80 alone, and the CONNECT of nobody",
		"nft list ruleset; iptables -t nat -S" },

	{ CAUSE_WEB_FORM, ANY, "Find the script",
		"find / -xdev -type f -name {script} -exec ls -la {} + 2>/dev/null" },
	{ CAUSE_WEB_FORM, ANY,
		"Switch the form off until it is mended: it must refuse CR and LF in what a "
		"visitor types for header fields, name its recipient itself, and have a rate "
		"limit or a CAPTCHA",
		"" },
	{ CAUSE_WEB_FORM, ANY, "See in the web server's log who used it",
		"grep -hF {script} /var/log/apache2/*access.log /var/log/nginx/access.log "
		"2>/dev/null | awk '/POST/ { print $1 }' | sort | uniq -c | sort -n | tail" },
	{ CAUSE_WEB_FORM, ANY, "PHP: is the script of every mail named and logged?",
		"php -i | grep -E "
		"'mail.add_x_header|mail.log|sendmail_path|disable_functions|mail.force_extra'" },
	{ CAUSE_WEB_FORM, ANY, PHP_INI, "" },
	{ CAUSE_WEB_FORM, ANY, "Find other forms that give mail() what a visitor sent",
		"grep -rnE 'mail[[:space:]]*\\(.*_(POST|GET|REQUEST)' /var/www --include='*.php'" },

	{ CAUSE_PHP_SCRIPT, ANY, "Find the script; its time and owner tell when it came and how",
		"find / -xdev -type f -name {script} -exec ls -la {} + 2>/dev/null" },
	{ CAUSE_PHP_SCRIPT, ANY, "See in the web server's log who calls it",
		"grep -hF {script} /var/log/apache2/*access.log /var/log/nginx/access.log "
		"2>/dev/null | awk '{ print $1 }' | sort | uniq -c | sort -n | tail" },
	{ CAUSE_PHP_SCRIPT, ANY, "Look for code that hides itself, and for files that are new",
		"grep -rlE 'eval\\(base64_decode|gzinflate|str_rot13' /var/www --include='*.php'; "
		"find /var/www -name '*.php' -mtime -7" },
	{ CAUSE_PHP_SCRIPT, ANY, "PHP: is the script of every mail named and logged?",
		"php -i | grep -E "
		"'mail.add_x_header|mail.log|sendmail_path|disable_functions|mail.force_extra'" },
	{ CAUSE_PHP_SCRIPT, ANY, PHP_INI, "" },
	{ CAUSE_PHP_SCRIPT, "Postfix",
		"Postfix: keep the web server's account from submitting mail",
		"postconf -e 'authorized_submit_users = !www-data, static:all'" },
	{ CAUSE_PHP_SCRIPT, ANY,
		"Update the CMS and its plugins; change the passwords of CMS, FTP and data base",
		"" },
	{ CAUSE_PHP_SCRIPT, ANY, "Look for a break-in", BREAK_IN },

	{ CAUSE_SPAM_BOT, ANY, "Find the process that sends", FIND_SENDER },
	{ CAUSE_SPAM_BOT, ANY, "Look for a break-in (Linux)", BREAK_IN },
	{ CAUSE_SPAM_BOT, ANY,
		"Look where intruders keep their programs, and how these start again",
		"ls -la /tmp /var/tmp /dev/shm; cat /etc/crontab /etc/cron.d/* "
		"/var/spool/cron/crontabs/* 2>/dev/null; systemctl list-timers --all" },
	{ CAUSE_SPAM_BOT, ANY,
		"Windows: TCPView shows the process that talks to port 25; then scan the disk with "
		"an antivirus that starts from a medium of its own",
		"" },
	{ CAUSE_SPAM_BOT, ANY,
		"If somebody had root or was administrator: reinstall from nothing, and change "
		"every password that was used there",
		"" },

	{ CAUSE_COMPROMISED_ACCOUNT, ANY,
		"Lock the account, end its sessions and application passwords, look at its "
		"forwards, identities and Sieve rules",
		"passwd -l USER; doveadm kick USER; doveadm sieve list -u USER" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Postfix", "Postfix: which account sends most",
		"grep -h sasl_username= /var/log/mail.log | sed 's/.*sasl_username=//' | sort | "
		"uniq -c | sort -n | tail" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Postfix", "Postfix: hold what waits from that sender",
		"postqueue -j | jq -r 'select(.sender == \"SENDER\").queue_id' | postsuper -h -" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Postfix",
		"Postfix: a rate limit for every client; and reject_sender_login_mismatch in "
		"smtpd_sender_restrictions, with smtpd_sender_login_maps",
		"postconf -e smtpd_client_message_rate_limit=100; postconf "
		"smtpd_sender_restrictions smtpd_sender_login_maps" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Exim", "Exim: which account sends most",
		"grep -ho 'A=[a-z_]*:[^ ]*' /var/log/exim4/mainlog | sort | uniq -c | sort -n | "
		"tail" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Exim", "Exim: freeze what waits from that sender",
		"exiqgrep -i -f SENDER | xargs -r exim -Mf" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Exim",
		"Exim, in acl_check_rcpt: deny ratelimit = 100 / 1h / per_rcpt / "
		"$authenticated_id",
		"" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Sendmail", "Sendmail: quarantine what waits from that sender",
		"sendmail -qSSENDER -Qcompromised" },
	{ CAUSE_COMPROMISED_ACCOUNT, "Exchange",
		"Exchange: take that sender's mail from the queues (PowerShell)",
		"Get-Message -Filter {FromAddress -eq 'SENDER'} | Suspend-Message "
		"-Confirm:$false" },
	{ CAUSE_COMPROMISED_ACCOUNT, ANY,
		"Tell the user, who may have told others the password; a second factor keeps it "
		"from happening again",
		"" },

	{ CAUSE_BATCH_JOBS, ANY, "See which jobs write mail, and to whom",
		"grep -rn '^MAILTO' /etc/crontab /etc/cron.d /var/spool/cron 2>/dev/null; scontrol "
		"show config | grep -iE 'MailProg|MailDomain'" },
	{ CAUSE_BATCH_JOBS, ANY,
		"Let the nodes send through the campus mail server, with a full name (Postfix; "
		"elsewhere nullmailer or msmtp)",
		"postconf -e 'relayhost = [smtp.example.edu]:587' 'myhostname = node.example.edu' "
		"'myorigin = example.edu'; postfix reload" },
	{ CAUSE_BATCH_JOBS, ANY,
		"Less mail: MAILTO=\"\" in crontabs; --mail-type=FAIL and no mail for each task "
		"of an array in jobs; MailDomain in slurm.conf; and close port 25 for compute "
		"nodes",
		"" },

	{ CAUSE_HAND_TYPED, ANY,
		"Ask who tests there. Test with a program that writes a whole mail, to an address "
		"of your own: one odd mail is enough for some lists",
		"swaks --server mx.example.edu --from you@example.edu --to you@example.edu" },

	{ CAUSE_MAILING_LIST, ANY,
		"Only subscriptions that were confirmed; take out addresses that bounce, by VERP "
		"or the list software's bounce handling; one-click unsubscribe (RFC 8058); a rate "
		"limit per domain; less than 0.3 % complaints at Gmail",
		"" },
	{ CAUSE_MAILING_LIST, "Postfix", "Postfix: slower to each domain",
		"postconf -e default_destination_rate_delay=1s; postfix reload" },

	{ CAUSE_BACKSCATTER, "Postfix",
		"Postfix: refuse unknown users at RCPT, so that nothing must be bounced",
		"postconf -e smtpd_reject_unlisted_recipient=yes; postfix reload; postconf "
		"relay_recipient_maps" },
	{ CAUSE_BACKSCATTER, "Exim",
		"Exim, in acl_check_rcpt: require verify = recipient, with callout for domains "
		"that another server keeps",
		"exim -bt nobody-of-that-name@example.edu" },
	{ CAUSE_BACKSCATTER, "Exchange", "Exchange: refuse unknown recipients (PowerShell)",
		"Set-RecipientFilterConfig -RecipientValidationEnabled $true" },
	{ CAUSE_BACKSCATTER, ANY,
		"Never bounce after accepting; no notices of virus scanners to senders; automatic "
		"answers by RFC 3834 only; no sender callouts",
		"" },

	{ CAUSE_FORWARDING, ANY,
		"Forward only what passed the spam filter, rewrite the envelope sender (SRS) and "
		"seal with ARC, or let users fetch their mail",
		"" },
	{ CAUSE_FORWARDING, ANY, "See who forwards outside",
		"grep -rn '@' /etc/aliases; find /home -maxdepth 2 -name .forward" },

	{ CAUSE_DICTIONARY_ATTACK, ANY, "Find the process that guesses addresses", FIND_SENDER },
	{ CAUSE_DICTIONARY_ATTACK, ANY,
		"If it is a list of members: take out what bounced. If not: look for a break-in",
		BREAK_IN },

	{ CAUSE_MISCONFIGURED_MTA, ANY,
		"The reverse name must lead back to the address, and the server must greet with it",
		"dig -x {ip} +short; hostname -f" },
	{ CAUSE_MISCONFIGURED_MTA, "Postfix", "Postfix: the name that it greets with",
		"postconf myhostname smtp_helo_name" },
	{ CAUSE_MISCONFIGURED_MTA, "Exim", "Exim: the name that it greets with",
		"exim -bP primary_hostname" },
	{ CAUSE_MISCONFIGURED_MTA, "Postfix", "Postfix: use TLS where it is offered",
		"postconf -e smtp_tls_security_level=may; postfix reload" },
	{ CAUSE_MISCONFIGURED_MTA, ANY, "Or let it send through the campus mail server (Postfix)",
		"postconf -e 'relayhost = [smtp.example.edu]:587'; postfix reload" },
};
const size_t advice_by_cause_count = SIZE(advice_by_cause);

/* Clean up, and see that it stays so. */
const struct advice_row advice_last[] = {
	{ CAUSES, "Postfix", "Postfix: delete what is not wanted, release the rest",
		"postsuper -d QUEUE-ID; postsuper -H ALL" },
	{ CAUSES, "Exim", "Exim: delete what is not wanted, thaw the rest",
		"exim -Mrm MESSAGE-ID; exiqgrep -z -i | xargs -r exim -Mt" },
	{ CAUSES, "Sendmail",
		"Sendmail: see what waits from whom, delete what is not wanted, start",
		"grep -l '^S' /var/spool/mqueue/qf*; systemctl start sendmail" },
	{ CAUSES, "OpenSMTPD", "OpenSMTPD: delete what is not wanted, resume",
		"smtpctl remove MESSAGE-ID; smtpctl resume mta" },
	{ CAUSES, "qmail", "qmail: start delivery again", "svc -u /service/qmail-send" },
	{ CAUSES, "Exchange", "Exchange: delete what is not wanted, resume the queues (PowerShell)",
		"Remove-Message -Filter {FromAddress -eq 'SENDER'} -WithNDR $false; Resume-Queue "
		"-Filter {Status -eq 'Suspended'} -Confirm:$false" },
	{ CAUSES, ANY, "Watch that it is quiet now: to which servers, from whom, for whom",
		"tcpdump -ni any -w smtp.pcap host {ip} and tcp port 25; heloscope read "
		"smtp.pcap" },
	{ CAUSES, ANY, "Then open the gateway again (nftables; elsewhere -D instead of -I)",
		"nft delete table inet heloscope" },
};
const size_t advice_last_count = SIZE(advice_last);
