/* What may stand out at a host, by name: the signs from which causes and likelihoods follow.  Each
 * has a strength 0..1, which `host` rules call by the name of its function: sign_spam,
 * sign_helo_bad. */
#ifndef HELOSCOPE_HOST_SIGNS_H
#define HELOSCOPE_HOST_SIGNS_H

/* name, its function observe_…, concern (by itself a reason to watch the host), what it is and
 * where its numbers come from */
#define OBSERVABLES(X)                                                                             \
	X(LISTED, listed, true, "public lists named in refusals, still in force")                  \
	X(NETWORK_LISTED, network_listed, true, "lists that name the neighbourhood")               \
	X(DELISTED, delisted, true, "public lists that let go within the window")                  \
	X(PRIVATE, private, true, "providers' own reputation, and lists without a name")           \
	X(THROTTLED, throttled, true, "rate limits")                                               \
	X(GREYLISTED, greylisted, false, "greylisting: every new sender meets it")                 \
	X(NO_RDNS, no_rdns, true, "refused for its reverse name or HELO")                          \
	X(CONTENT_REFUSED, content_refused, true, "refused as spam by content")                    \
	X(USER_UNKNOWN, user_unknown, true, "unknown recipients; ordinary servers stay below 5 %") \
	X(DICTIONARY, dictionary, true, "most recipients unknown, or VRFY and EXPN")               \
	X(UNAUTHENTICATED, unauthenticated, false, "refused for SPF, DKIM or DMARC")               \
	X(RELAY_REFUSED, relay_refused, false, "tried to relay through others")                    \
	X(SPAM, spam, true, "sequential test over scored mails")                                   \
	X(SENDER_SPAM, sender_spam, true, "the same for one envelope sender at a mail server")     \
	X(SCRIPT_SPAM, script_spam, true, "the same for one PHP script")                           \
	X(HELO_BAD, helo_bad, true, "HELO localhost, address, no dot, private name")               \
	X(HELO_MANY, helo_many, true,                                                              \
		"more than 2.2 HELO names a week (Cambridge, dotat.at 2009)")                      \
	X(HELO_TARGET, helo_target, true, "HELO with the server's own name")                       \
	X(BOT, bot, true, "faults of the dialogue that no mail server makes")                      \
	X(MANY_SERVERS, many_servers, false,                                                       \
		"straight to many networks without being a mail server")                           \
	X(AUTH_GUESSING, auth_guessing, true, "failed AUTH at others")                             \
	X(PHP, php, false, "mails of PHP scripts")                                                 \
	X(PHP_FANOUT, php_fanout, true, "PHP mails to others than the To field says")              \
	X(INJECTED, injected, true, "injected header fields")                                      \
	X(BATCH, batch, false, "mails of cron and batch systems")                                  \
	X(TYPED, typed, true, "mails typed by hand: one false positive is enough for some lists")  \
	X(LIST, list, false, "mails of mailing lists")                                             \
	X(BOUNCE, bounce, true, "bounces and automatic answers to many strangers")                 \
	X(FORWARD, forward, false, "mail that came in and left for somebody else")                 \
	X(RELAY, relay, true, "a stranger's mail that came in and left for strangers")             \
	X(RELAY_HINT, relay_hint, false, "strangers' mail for strangers accepted")                 \
	X(HTTP, http, true, "HTTP inside SMTP")                                                    \
	X(PROXY_PORT, proxy_port, false, "a proxy's port answers")                                 \
	X(AUTH_NETWORKS, auth_networks, false, "AUTH at this host from many networks")             \
	X(MAIL_SERVER, mail_server, false, "it is a mail server")                                  \
	X(SENDER_PRIVATE, sender_private, false,                                                   \
		"envelope senders under names that exist only inside")

#endif
