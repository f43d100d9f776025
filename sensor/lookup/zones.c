#include "sensor/lookup/zones.h"

#include <string.h>

#define SPAMHAUS_CODES                                                                             \
	{                                                                                          \
		{ 2, 2, "Spamhaus SBL" }, { 3, 3, "Spamhaus CSS" }, { 4, 7, "Spamhaus XBL" },      \
			{ 9, 9, "Spamhaus DROP" },                                                 \
		{                                                                                  \
			10, 11, "Spamhaus PBL"                                                     \
		}                                                                                  \
	}

#define SPAMHAUS_FREE                                                                              \
	"free for non-commercial use below 100,000 SMTP connections and 300,000 questions a day, " \
	"through a resolver of one's own"

/* Who asks by default must not have signed anything, and must not cost the operator anything: 30
 * questions a minute are 43,200 a day, which is below every limit here. */
static const struct zone rows[] = {
	/* docs.spamhaus.com, datasets 040-zones; SBL and XBL with IPv6 as in rspamd's rbl.conf */
	{ .name = "zen.spamhaus.org",
		.list = "Spamhaus ZEN",
		.by_default = true,
		.ipv6 = true,
		.terms = SPAMHAUS_FREE,
		.codes = SPAMHAUS_CODES },
	{ .name = "zen.dq.spamhaus.net",
		.list = "Spamhaus ZEN",
		.ipv6 = true,
		.terms = "needs a key: KEY.zen.dq.spamhaus.net",
		.codes = SPAMHAUS_CODES },
	{ .name = "xbl.spamhaus.org",
		.list = "Spamhaus XBL",
		.ipv6 = true,
		.terms = SPAMHAUS_FREE,
		.codes = { { 4, 7, "Spamhaus XBL" } } },
	{ .name = "sbl.spamhaus.org",
		.list = "Spamhaus SBL",
		.ipv6 = true,
		.terms = SPAMHAUS_FREE,
		.codes = { { 2, 2, "Spamhaus SBL" }, { 3, 3, "Spamhaus CSS" },
			{ 9, 9, "Spamhaus DROP" } } },
	{ .name = "pbl.spamhaus.org",
		.list = "Spamhaus PBL",
		.ipv6 = true,
		.terms = SPAMHAUS_FREE,
		.codes = { { 10, 11, "Spamhaus PBL" } } },
	{ .name = "bl.spamcop.net", .list = "SpamCop", .by_default = true, .terms = "free" },
	/* uceprotect.net, m=3&s=3 to 5 */
	{ .name = "dnsbl-1.uceprotect.net",
		.list = "UCEPROTECT L1",
		.as = "UCEPROTECT-1",
		.by_default = true,
		.terms = "free" },
	{ .name = "dnsbl-2.uceprotect.net",
		.list = "UCEPROTECT L2",
		.as = "UCEPROTECT-2",
		.by_default = true,
		.terms = "free" },
	{ .name = "dnsbl-3.uceprotect.net",
		.list = "UCEPROTECT L3",
		.as = "UCEPROTECT-3",
		.by_default = true,
		.terms = "free" },
	{ .name = "psbl.surriel.com", .list = "PSBL", .by_default = true, .terms = "free" },
	{ .name = "ips.backscatterer.org",
		.list = "Backscatterer",
		.by_default = true,
		.terms = "free" },
	/* spfbl.net/dnsbl: 2 complaints; 3 and 4 no mail server, or one that breaks the rules.
	 * More than one question in 100 ms from a network is refused. */
	{ .name = "dnsbl.spfbl.net",
		.list = "SPFBL",
		.by_default = true,
		.ipv6 = true,
		.terms = "free up to 10 questions a second",
		.codes = { { 2, 2, "SPFBL" }, { 3, 4, "SPFBL policy" } } },
	{ .name = "bl.blocklist.de",
		.list = "blocklist.de",
		.by_default = true,
		.ipv6 = true,
		.terms = "free" },
	/* dronebl.org/docs/howtouse: a class each, and 1 is a test */
	{ .name = "dnsbl.dronebl.org",
		.list = "DroneBL",
		.by_default = true,
		.ipv6 = true,
		.terms = "free, also for companies" },
	/* Those that want to know who asks. */
	{ .name = "b.barracudacentral.org",
		.list = "Barracuda",
		.terms = "the resolver's address must be registered" },
	{ .name = "combined.mail.abusix.zone",
		.list = "Abusix",
		.ipv6 = true,
		.terms = "needs a key: KEY.combined.mail.abusix.zone" },
	{ .name = "all.spamrats.com",
		.list = "SpamRATS",
		.terms = "large or shared resolvers need a key" },
	{ .name = "all.s5h.net", .list = "s5h.net", .ipv6 = true, .terms = "free" },
	/* rep.mailspike.net answers for good ones, too: 13 to 16 neutral, 17 to 20 good */
	{ .name = "bl.mailspike.net",
		.list = "Mailspike",
		.only_codes = true,
		.terms = "free below 100,000 questions a day",
		.codes = { { 2, 2, "Mailspike" }, { 10, 12, "Mailspike" } } },
	{ .name = "rep.mailspike.net",
		.list = "Mailspike",
		.only_codes = true,
		.terms = "free below 100,000 questions a day",
		.codes = { { 10, 12, "Mailspike" } } },
};

const struct zone *
zone_at(size_t i)
{
	return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct zone *
zone_known(struct slice name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice row = slice_str(rows[i].name);

		if (slice_iends(name, row) &&
			(name.len == row.len || name.ptr[name.len - row.len - 1] == '.'))
			return &rows[i];
	}
	return NULL;
}

static bool
has_codes(const struct zone *row)
{
	return row != NULL && row->codes[0].list != NULL;
}

const char *
zone_meaning(const struct zone *row, const char *list, uint8_t code)
{
	if (!has_codes(row))
		return list;
	for (size_t i = 0; i < ZONE_CODES_MAX && row->codes[i].list != NULL; i++)
		if (code >= row->codes[i].low && code <= row->codes[i].high)
			return row->codes[i].list;
	return row->only_codes ? NULL : list;
}

const char *
zone_list(const struct zone *row, const char *list, size_t i)
{
	size_t found = 0;

	if (!has_codes(row))
		return i == 0 ? list : NULL;
	for (size_t k = 0; k < ZONE_CODES_MAX && row->codes[k].list != NULL; k++) {
		bool again = k > 0 && strcmp(row->codes[k].list, row->codes[k - 1].list) == 0;

		if (!again && found++ == i)
			return row->codes[k].list;
	}
	return NULL;
}
