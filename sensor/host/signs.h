/* What may stand out at a host, by name: the signs from which causes and likelihoods follow.  Each
 * has a strength 0..1, which `host` rules call by the name of its function: sign_spam,
 * sign_helo_bad. */
#ifndef HELOSCOPE_HOST_SIGNS_H
#define HELOSCOPE_HOST_SIGNS_H

/* name, its function observe_…, concern (by itself a reason to watch the host), basis (what must be
 * seen for it: VISIBILITY_…), what it is and where its numbers come from */
#define OBSERVABLES(X)                                                                             \
	X(LISTED, listed, true, ENVELOPE, "public lists named in refusals, still in force")        \
	X(NETWORK_LISTED, network_listed, true, ENVELOPE, "lists that name the neighbourhood")     \
	X(DELISTED, delisted, true, ENVELOPE, "public lists that let go within the window")        \
	X(PRIVATE, private, true, ENVELOPE,                                                        \
		"providers' own reputation, and lists without a name")                             \
	X(THROTTLED, throttled, true, ENVELOPE, "rate limits")                                     \
	X(GREYLISTED, greylisted, false, ENVELOPE, "greylisting: every new sender meets it")       \
	X(NO_RDNS, no_rdns, true, ENVELOPE, "refused for its reverse name or HELO")                \
	X(CONTENT_REFUSED, content_refused, true, ENVELOPE, "refused as spam by content")          \
	X(USER_UNKNOWN, user_unknown, true, ENVELOPE,                                              \
		"unknown recipients; ordinary servers stay below 5 %")                             \
	X(DICTIONARY, dictionary, true, ENVELOPE, "most recipients unknown, or VRFY and EXPN")     \
	X(UNAUTHENTICATED, unauthenticated, false, ENVELOPE, "refused for SPF, DKIM or DMARC")     \
	X(RELAY_REFUSED, relay_refused, false, ENVELOPE, "tried to relay through others")          \
	X(SPAM, spam, true, CONTENT, "sequential test over scored mails")                          \
	X(SENDER_SPAM, sender_spam, true, CONTENT,                                                 \
		"the same for one envelope sender at a mail server")                               \
	X(SCRIPT_SPAM, script_spam, true, CONTENT, "the same for one PHP script")                  \
	X(HELO_BAD, helo_bad, true, ENVELOPE, "HELO localhost, address, no dot, private name")     \
	X(HELO_MANY, helo_many, true, ENVELOPE,                                                    \
		"more than 2.2 HELO names a week (Cambridge, dotat.at 2009)")                      \
	X(HELO_TARGET, helo_target, true, ENVELOPE, "HELO with the server's own name")             \
	X(BOT, bot, true, ENVELOPE, "faults of the dialogue that no mail server makes")            \
	X(MANY_SERVERS, many_servers, false, FLOW,                                                 \
		"straight to many networks without being a mail server")                           \
	X(AUTH_GUESSING, auth_guessing, true, ENVELOPE, "failed AUTH at others")                   \
	X(PHP, php, false, CONTENT, "mails of PHP scripts")                                        \
	X(PHP_FANOUT, php_fanout, true, CONTENT, "PHP mails to others than the To field says")     \
	X(INJECTED, injected, true, CONTENT, "injected header fields")                             \
	X(BATCH, batch, false, CONTENT, "mails of cron and batch systems")                         \
	X(TYPED, typed, true, ENVELOPE,                                                            \
		"mails typed by hand: one false positive is enough for some lists")                \
	X(LIST, list, false, CONTENT, "mails of mailing lists")                                    \
	X(BOUNCE, bounce, true, ENVELOPE, "bounces and automatic answers to many strangers")       \
	X(FORWARD, forward, false, CONTENT, "mail that came in and left for somebody else")        \
	X(RELAY, relay, true, ENVELOPE,                                                            \
		"a stranger's mail that came in and left for strangers")                           \
	X(RELAY_HINT, relay_hint, false, ENVELOPE, "strangers' mail for strangers accepted")       \
	X(HTTP, http, true, ENVELOPE, "HTTP inside SMTP")                                          \
	X(PROXY_PORT, proxy_port, false, FLOW, "a proxy's port answers")                           \
	X(AUTH_NETWORKS, auth_networks, false, ENVELOPE, "AUTH at this host from many networks")   \
	X(MAIL_SERVER, mail_server, false, ENVELOPE, "it is a mail server")                        \
	X(SENDER_PRIVATE, sender_private, true, ENVELOPE,                                         \
		"envelope senders under names that exist only inside")                             \
	X(HIDDEN_REFUSALS, hidden_refusals, true, FLOW,                                            \
		"sequential test over refusals where the content is not seen")                     \
	X(FAN_OUT, fan_out, true, FLOW,                                                            \
		"many networks of servers within minutes, from what is no mail server")            \
	X(NO_RETRY, no_retry, false, ENVELOPE, "what was deferred is never tried again")           \
	X(TEMPLATE, template, false, CONTENT,                                                      \
		"one text to many unrelated domains, without the fields of a list")                \
	X(SPEAKER_SPAM, speaker_spam, true, CONTENT,                                               \
		"sequential test for one of several clients behind this address")                  \
	X(PASSES_SPAM, passes_spam, true, CONTENT,                                                 \
		"sequential test for one host whose mail this one sends on")                       \
	X(BEHIND_SPAM, behind_spam, true, CONTENT,                                                 \
		"sequential test over mail of this host that another sent on")                     \
	X(PROXIED, proxied, true, ENVELOPE,                                                        \
		"asked as a proxy for a mail server from outside, and mail left")                  \
	X(ACCOUNT, account, true, CONTENT,                                                         \
		"mails of a right password in wrong hands, or written in a webmail as spam")       \
	X(THROUGH, through, false, FLOW,                                                           \
		"encrypted sessions come in from few, and go out to many in the same hours")       \
	X(POSTED, posted, false, CONTENT, "PHP mails in the minutes of HTTP POSTs")                \
	X(LOOP, loop, true, CONTENT, "mails that go round")                                        \
	X(NO_TLS, no_tls, false, ENVELOPE, "TLS is offered to it and never taken")                 \
	X(CALLOUT, callout, true, ENVELOPE, "<> asks for recipients and sends nothing")            \
	X(SPFBL, spfbl, true, ENVELOPE, "refusals by which SPFBL gives negative points")           \
	X(TRAPS, traps, false, ENVELOPE,                                                           \
		"recipients that do not exist, beyond the usual 5 %, as traps are hit")            \
	X(NEIGHBOURS, neighbours, false, FLOW,                                                     \
		"hosts of the same network that are listed or likely to be")                       \
	X(LOOKED_UP, looked_up, true, FLOW, "a look-up found it on a list")                        \
	X(NAT, nat, false, ENVELOPE, "many clients behind one address")                            \
	X(SORTED, sorted, false, ENVELOPE, "recipients in the order of the alphabet")              \
	X(HELO_INSIDE, helo_inside, false, ENVELOPE, "HELO with a private address in brackets")

#endif
