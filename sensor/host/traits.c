#include "sensor/host/traits.h"

#include "sensor/base/ptime.h"

#define HOURS(n) ((n)*PTIME_HOUR)
#define DAYS(n) ((n)*PTIME_DAY)

/* First match wins, so the narrower name stands above the wider one. */
static const struct traits rows[] = {
	{ "DBL", SCOPE_OTHER, DAYS(7), "https://check.spamhaus.org/", "" },
	{ "SURBL", SCOPE_OTHER, DAYS(7), "https://www.surbl.org/surbl-analysis", "" },
	{ "URIBL", SCOPE_OTHER, DAYS(7), "https://admin.uribl.com/", "" },
	{ "URL in body", SCOPE_OTHER, DAYS(7), "", "" },
	{ "country", SCOPE_OTHER, DAYS(7), "", "" },
	{ "Spamhaus PBL", SCOPE_HOST, DAYS(7), "https://check.spamhaus.org/",
		"Lists ranges that should not send straight to mail exchangers; a single address "
		"is "
		"taken out on request, or send through the campus mail server." },
	{ "Spamhaus CSS", SCOPE_HOST, DAYS(2), "https://check.spamhaus.org/",
		"Ends by itself one or two days after the last spam; early removal is "
		"self-service." },
	{ "Spamhaus SBL", SCOPE_HOST, DAYS(7), "https://check.spamhaus.org/",
		"Kept by hand: the network's owner asks for removal, with what was done." },
	{ "Spamhaus", SCOPE_HOST, DAYS(7), "https://check.spamhaus.org/",
		"Self-service on that page; a host that was not mended is listed again." },
	{ "SpamCop", SCOPE_HOST, DAYS(2), "https://www.spamcop.net/bl.shtml",
		"Ends by itself 24 hours after the last report." },
	{ "Barracuda", SCOPE_HOST, DAYS(7), "https://www.barracudacentral.org/rbl/removal-request",
		"By form; takes 12 to 24 hours." },
	{ "UCEPROTECT L2", SCOPE_NETWORK, DAYS(7), "https://www.uceprotect.net/en/rblcheck.php",
		"Lists the network because of other hosts in it; ends with their listings." },
	{ "UCEPROTECT L3", SCOPE_NETWORK, DAYS(7), "https://www.uceprotect.net/en/rblcheck.php",
		"Lists the provider because of other hosts in it; ends with their listings." },
	{ "UCEPROTECT", SCOPE_HOST, DAYS(7), "https://www.uceprotect.net/en/rblcheck.php",
		"Ends by itself 7 days after the last abuse." },
	{ "PSBL", SCOPE_HOST, DAYS(7), "https://psbl.org/remove", "Self-service at any time." },
	{ "Abusix", SCOPE_HOST, DAYS(6), "https://lookup.abusix.com/",
		"Ends by itself about 5 days after it was last seen; self-service on that page." },
	{ "SpamRATS", SCOPE_HOST, DAYS(7), "https://www.spamrats.com/removal.php",
		"Only after the reverse name is right; self-service." },
	{ "Backscatterer", SCOPE_HOST, DAYS(28), "https://www.backscatterer.org/",
		"Ends by itself 4 weeks after the last bounce to a stranger." },
	{ "DroneBL", SCOPE_HOST, DAYS(7), "https://dronebl.org/lookup", "By form." },
	{ "blocklist.de", SCOPE_HOST, DAYS(2), "https://www.blocklist.de/en/delist.html",
		"Ends by itself 48 hours after the last attack." },
	{ "SPFBL", SCOPE_HOST, DAYS(7), "https://spfbl.net/delist/",
		"Needs a reverse name in the owner's domain that leads back, and a living "
		"postmaster." },
	{ "Microsoft", SCOPE_HOST, DAYS(7), "https://sender.office.com/", "By form." },
	{ "Gmail", SCOPE_HOST, DAYS(7),
		"https://support.google.com/mail/contact/gmail_bulk_sender_escalation",
		"Lessens by itself when the mail that was complained about stops." },
	{ "Google", SCOPE_HOST, DAYS(7),
		"https://support.google.com/mail/contact/gmail_bulk_sender_escalation",
		"Lessens by itself when the mail that was complained about stops." },
	{ "Yahoo", SCOPE_HOST, DAYS(7), "https://senders.yahooinc.com/contact", "By form." },
	{ "", SCOPE_HOST, DAYS(7), "", "See the page that the reply names." },
};

/* Names of sensor/smtp/anomaly.h.  Postscreen's tests, and what a program does that never reads the
 * server's answers; libraries and people do the other ones too. */
static const struct {
	const char *name;
	enum anomaly_kind kind;
} anomaly_rows[] = {
	{ "http-in-smtp", ANOMALY_HTTP },
	{ "hand-typed", ANOMALY_TYPED },
	{ "early-talker", ANOMALY_BOT },
	{ "pipelining-not-offered", ANOMALY_BOT },
	{ "data-before-354", ANOMALY_BOT },
	{ "smuggling", ANOMALY_BOT },
	{ "no-helo", ANOMALY_BOT },
	{ "source-route", ANOMALY_RELAY_PROBE },
	{ "percent-hack", ANOMALY_RELAY_PROBE },
};

static bool
contains(const char *text, const char *part)
{
	struct slice s = slice_str(text), needle = slice_str(part);

	return needle.len == 0 || slice_ifind(s, needle) < s.len;
}

const struct traits *
traits_of(const char *list)
{
	size_t i = 0;

	while (!contains(list, rows[i].part))
		i++;
	return &rows[i];
}

bool
traits_is_list(const char *list)
{
	return list[0] != '\0' && !slice_ieq(slice_str(list), SLICE("unnamed"));
}

enum anomaly_kind
anomaly_kind(const char *name)
{
	for (size_t i = 0; i < sizeof anomaly_rows / sizeof anomaly_rows[0]; i++) {
		if (slice_eq(slice_str(name), slice_str(anomaly_rows[i].name)))
			return anomaly_rows[i].kind;
	}
	return ANOMALY_OTHER;
}
