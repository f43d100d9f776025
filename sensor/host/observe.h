/* What stands out at a host, each with a strength and sentences: the observations from which causes
 * and likelihoods follow.
 *
 * Input:  facts (facts.h). Texts in them are clean, but the attacker's.
 * Output: strength 0..1 and at most OBSERVED_SAID sentences of less than OBSERVED_TEXT bytes each;
 * none when facts are quiet. */
#ifndef HELOSCOPE_HOST_OBSERVE_H
#define HELOSCOPE_HOST_OBSERVE_H

#include "sensor/host/facts.h"

#define OBSERVED_SAID 3
#define OBSERVED_TEXT 400 /* bytes */

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

enum observable {
#define X(name, function, concern, text) OBS_##name,
	OBSERVABLES(X)
#undef X
		OBS_COUNT
};

struct observation {
	double strength;
	const char *said[OBSERVED_SAID];
	size_t said_count;
};

struct observed {
	struct observation of[OBS_COUNT];
};

void observe(const struct facts *f, struct observed *out);
bool observable_is_concern(enum observable which);

/* For the files that observe: adds a sentence; nothing when quiet. */
void observe_say(const struct facts *f, struct observation *o, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define OBSERVED_TIME 32
/* "2008-06-12 03:04 UTC"; returns out. */
const char *observe_time(int64_t time, char out[OBSERVED_TIME]);
/* 0 at or below low, 1 at or above high, straight between. */
double ramp(double value, double low, double high);
double share_of(int64_t part, int64_t whole);

/* The observers: observe_refusals.c, observe_content.c, observe_dialogue.c, observe_passage.c. */
#define X(name, function, concern, text)                                                           \
	void observe_##function(const struct facts *f, struct observation *o);
OBSERVABLES(X)
#undef X

#endif
