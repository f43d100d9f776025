#include "sensor/host/traits.h"

#include "sensor/base/chars.h"
#include "sensor/base/slice.h"

#define HOURS(n) ((n)*PTIME_HOUR)
#define DAYS(n) ((n)*PTIME_DAY)

/* First match wins, so the narrower name stands above the wider one. */
/* clang-format off */
static const struct traits rows[] = {
	/* lists of domains and addresses of the web, and what is one receiver's own */
	{ "Spamhaus DBL", SCOPE_OTHER, DAYS(7), "",
		"https://check.spamhaus.org/", "" },
	{ "Spamhaus ZRD", SCOPE_OTHER, DAYS(7), "",
		"https://check.spamhaus.org/", "" },
	{ "SURBL", SCOPE_OTHER, DAYS(7), "",
		"https://www.surbl.org/surbl-analysis", "" },
	{ "URIBL", SCOPE_OTHER, DAYS(7), "",
		"https://admin.uribl.com/", "" },
	{ "Invaluement URI", SCOPE_OTHER, DAYS(7), "",
		"https://www.invaluement.com/removal/", "" },
	{ "spamrl", SCOPE_OTHER, DAYS(7), "",
		"https://spamrl.com/", "" },
	{ "URL in body", SCOPE_OTHER, DAYS(7), "",
		"", "" },
	{ "country", SCOPE_OTHER, DAYS(7), "",
		"", "" },
	{ "recipient", SCOPE_OTHER, DAYS(7), "",
		"", "" },
	{ "Microsoft 365 customer block list", SCOPE_OTHER, DAYS(7), "",
		"", "" },
	/* lists that were closed (lists 1.5; techzine.eu 120916, heise.de/-10248714) */
	{ "SORBS", SCOPE_CLOSED, DAYS(7), "",
		"", "closed in June 2024" },
	{ "NiX Spam", SCOPE_CLOSED, DAYS(7), "",
		"", "closed in January 2025" },
	{ "NJABL", SCOPE_CLOSED, DAYS(7), "",
		"", "closed in March 2013" },
	{ "AHBL", SCOPE_CLOSED, DAYS(7), "",
		"", "closed in January 2015" },
	/* public lists of addresses (lists 1.1 to 1.5) */
	{ "Spamhaus PBL", SCOPE_HOST, DAYS(7), "",
		"https://check.spamhaus.org/", "Lists ranges that should not send straight to mail exchangers; a single address is taken out on request, or send through the campus mail server." },
	{ "Spamhaus CSS", SCOPE_HOST, HOURS(48), "48 h after the last spam",
		"https://check.spamhaus.org/", "Ends by itself one or two days after the last spam; early removal is self-service." },
	{ "Spamhaus SBL/XBL", SCOPE_HOST, DAYS(7), "",
		"https://check.spamhaus.org/", "Look up which of the two it is: XBL is self-service, SBL is asked for by the network's owner." },
	{ "Spamhaus SBL", SCOPE_HOST, DAYS(7), "",
		"https://check.spamhaus.org/", "Kept by hand: the network's owner asks for removal, with what was done." },
	{ "Spamhaus DROP", SCOPE_NETWORK, DAYS(7), "",
		"https://check.spamhaus.org/", "Lists hijacked networks; the network's owner asks for removal." },
	{ "Spamhaus AuthBL", SCOPE_HOST, HOURS(48), "some days after the last attack",
		"https://check.spamhaus.org/", "Ends by itself when the guessing of passwords stops." },
	{ "Spamhaus", SCOPE_HOST, DAYS(7), "",
		"https://check.spamhaus.org/", "Self-service on that page; a host that was not mended is listed again." },
	{ "SpamCop", SCOPE_HOST, HOURS(24), "24 h after the last report",
		"https://www.spamcop.net/bl.shtml", "Ends by itself 24 hours after the last report." },
	{ "Barracuda", SCOPE_HOST, DAYS(7), "",
		"https://www.barracudacentral.org/rbl/removal-request", "By form; takes 12 to 24 hours." },
	{ "UCEPROTECT L2", SCOPE_NETWORK, DAYS(7), "7 days after the last abuse in the network",
		"https://www.uceprotect.net/en/rblcheck.php", "Lists the network because of other hosts in it; ends with their listings." },
	{ "UCEPROTECT L3", SCOPE_NETWORK, DAYS(7), "7 days after the last abuse in the network",
		"https://www.uceprotect.net/en/rblcheck.php", "Lists the provider because of other hosts in it; ends with their listings." },
	{ "UCEPROTECT", SCOPE_HOST, DAYS(7), "7 days after the last abuse",
		"https://www.uceprotect.net/en/rblcheck.php", "Ends by itself 7 days after the last abuse; nothing need be paid." },
	{ "PSBL", SCOPE_HOST, DAYS(7), "",
		"https://psbl.org/remove", "Self-service at any time." },
	{ "Abusix", SCOPE_HOST, HOURS(125), "5.2 days after it was last seen",
		"https://lookup.abusix.com/", "Ends by itself about 5 days after it was last seen; self-service on that page." },
	{ "SpamRATS Auth", SCOPE_HOST, DAYS(7), "",
		"https://www.spamrats.com/removal.php", "Self-service, when the guessing of passwords has stopped." },
	{ "SpamRATS", SCOPE_HOST, DAYS(7), "",
		"https://www.spamrats.com/removal.php", "Only after the reverse name is right; self-service." },
	{ "Invaluement", SCOPE_HOST, DAYS(7), "",
		"https://www.invaluement.com/removal/", "By form, after the reverse name is right." },
	{ "Mailspike", SCOPE_HOST, DAYS(7), "",
		"https://www.mailspike.org/", "Follows its counts by itself." },
	{ "Truncate", SCOPE_HOST, DAYS(7), "some days after the last spam",
		"https://www.gbudb.com/truncate/", "Ends by itself: nobody is taken out by hand." },
	{ "Backscatterer", SCOPE_HOST, DAYS(28), "4 weeks after the last bounce to a stranger",
		"https://www.backscatterer.org/", "Ends by itself 4 weeks after the last bounce to a stranger; nothing need be paid." },
	{ "0spam", SCOPE_HOST, DAYS(7), "",
		"https://0spam.org/", "Self-service on that page." },
	{ "DroneBL", SCOPE_HOST, DAYS(7), "",
		"https://dronebl.org/lookup", "By form." },
	{ "blocklist.de", SCOPE_HOST, HOURS(48), "48 h after the last attack",
		"https://www.blocklist.de/en/delist.html", "Ends by itself 48 hours after the last attack." },
	{ "s5h.net", SCOPE_HOST, DAYS(7), "",
		"https://www.usenix.org.uk/content/rblremove", "Self-service, by HTTP from the host itself." },
	{ "Hostkarma", SCOPE_HOST, DAYS(7), "",
		"https://ipadmin.junkemailfilter.com/remove.php", "By form." },
	{ "SPFBL", SCOPE_HOST, DAYS(7), "",
		"https://spfbl.net/delist/", "Needs a reverse name in the owner's domain that leads back, and a living postmaster." },
	{ "Trend Micro ERS", SCOPE_HOST, DAYS(7), "",
		"https://servicecentral.trendmicro.com/en-us/ers/ip-lookup/", "By form." },
	{ "IBM Cobion", SCOPE_HOST, DAYS(7), "",
		"https://exchange.xforce.ibmcloud.com/", "By form." },
	{ "WPBL", SCOPE_HOST, DAYS(7), "",
		"https://www.wpbl.info/", "By form." },
	{ "rbldns.ru", SCOPE_HOST, DAYS(7), "",
		"https://www.rbldns.ru/", "By form." },
	{ "Cloudmark CSI", SCOPE_HOST, DAYS(7), "",
		"https://csi.cloudmark.com/reset/", "By form; a host that was not mended is listed again." },
	{ "SenderScore", SCOPE_HOST, DAYS(7), "",
		"https://senderscore.org/", "Follows its counts by itself." },
	/* providers' own (lists 1.6) */
	{ "Microsoft", SCOPE_HOST, DAYS(7), "",
		"https://sender.office.com/", "By form." },
	{ "Gmail", SCOPE_HOST, DAYS(7), "",
		"https://support.google.com/mail/contact/gmail_bulk_sender_escalation", "Lessens by itself when the mail that was complained about stops." },
	{ "Google", SCOPE_HOST, DAYS(7), "",
		"https://support.google.com/mail/contact/gmail_bulk_sender_escalation", "Lessens by itself when the mail that was complained about stops." },
	{ "Yahoo", SCOPE_HOST, DAYS(7), "",
		"https://senders.yahooinc.com/contact", "By form." },
	{ "AOL", SCOPE_HOST, DAYS(7), "",
		"https://senders.yahooinc.com/contact", "By Yahoo's form." },
	{ "Apple", SCOPE_HOST, DAYS(7), "",
		"https://support.apple.com/en-us/102322", "By mail to its postmaster; most refusals follow Proofpoint." },
	{ "Proofpoint", SCOPE_HOST, DAYS(7), "",
		"https://ipcheck.proofpoint.com/", "By form." },
	{ "AT&T", SCOPE_HOST, DAYS(7), "",
		"", "By mail to abuse_rbl@abuse-att.net." },
	{ "Comcast", SCOPE_HOST, DAYS(7), "",
		"https://postmaster.comcast.net/", "By form." },
	{ "Cox", SCOPE_HOST, DAYS(7), "",
		"https://postmaster.cox.net/", "By form." },
	{ "Charter", SCOPE_HOST, DAYS(7), "",
		"https://www.spectrum.net/support/internet/understanding-email-error-codes", "By form." },
	{ "Cisco Talos", SCOPE_HOST, DAYS(7), "",
		"https://talosintelligence.com/reputation_center", "By a ticket." },
	{ "GoDaddy", SCOPE_HOST, HOURS(24), "an hour to a day after the last spam",
		"https://unblock.secureserver.net/", "Ends by itself within a day." },
	{ "Hornetsecurity", SCOPE_HOST, DAYS(7), "",
		"", "By its support." },
	{ "Mimecast", SCOPE_HOST, DAYS(7), "",
		"https://www.mimecast.com/senderfeedback/", "By form." },
	{ "NetEase", SCOPE_HOST, DAYS(7), "",
		"https://mail.163.com/postmaster/", "By form." },
	{ "Orange", SCOPE_HOST, DAYS(7), "",
		"https://postmaster.orange.fr/", "By form." },
	{ "Symantec", SCOPE_HOST, DAYS(7), "",
		"https://ipremoval.sms.symantec.com/", "By form." },
	{ "T-Online", SCOPE_HOST, DAYS(7), "",
		"https://postmaster.t-online.de/", "By mail to tobr@rx.t-online.de; an address that it does not know needs a name and an imprint." },
	{ "Tencent QQ", SCOPE_HOST, DAYS(7), "",
		"https://open.mail.qq.com/", "By form." },
	{ "UOL", SCOPE_HOST, DAYS(7), "",
		"", "By mail to security@uol.com.br." },
	{ "United Internet", SCOPE_HOST, HOURS(24), "within a day",
		"https://postmaster.gmx.net/en/", "Ends by itself within a day." },
	{ "cloud-security.net", SCOPE_HOST, DAYS(7), "",
		"", "By the page that the reply names." },
	/* any other */
	{ "", SCOPE_HOST, DAYS(7), "", "", "See the page that the reply names." },
};
/* clang-format on */
#define ROWS (sizeof rows / sizeof rows[0])

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

/* The name, or its first words: "Spamhaus" is "Spamhaus ZEN", and not "spamhaus.example.net", which
 * a server may call its own list.  Most rows differ in the first letter. */
static bool
is_row(const struct traits *row, const char *name)
{
	const char *part = row->part;

	if (*part == '\0')
		return true;
	while (*part != '\0' && chars_lower((uint8_t)*part) == chars_lower((uint8_t)*name)) {
		part++;
		name++;
	}
	return *part == '\0' && (*name == '\0' || *name == ' ');
}

const struct traits *
traits_of(const char *list)
{
	size_t i = 0;

	while (!is_row(&rows[i], list))
		i++;
	return &rows[i];
}

bool
traits_known(const char *list)
{
	return traits_of(list) != &rows[ROWS - 1];
}

bool
traits_is_list(const char *list)
{
	return list[0] != '\0' && !slice_ieq(slice_str(list), SLICE("unnamed")) &&
	       traits_of(list)->scope != SCOPE_CLOSED;
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
