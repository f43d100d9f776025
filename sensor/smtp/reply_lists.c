#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/smtp/reply_words.h"

/* Blocklists of addresses by the zones, pages and names that replies use; in order: the narrower
 * name first. */
static const struct {
	const char *needle, *list;
} names[] = {
	{ "sbl-xbl.spamhaus", "Spamhaus SBL/XBL" }, { "spamhaus sbl-xbl", "Spamhaus SBL/XBL" },
	{ "spl-xbl", "Spamhaus XBL" }, /* a typing error of a filter in wide use */
	{ "zen.spamhaus", "Spamhaus ZEN" }, { "zen.dq.spamhaus", "Spamhaus ZEN" },
	{ "spamhaus.org/zen", "Spamhaus ZEN" }, { "spamhaus zen", "Spamhaus ZEN" },
	{ "spamhaus-zen", "Spamhaus ZEN" }, { "xbl.spamhaus", "Spamhaus XBL" },
	{ "xbl.dq.spamhaus", "Spamhaus XBL" }, { "spamhaus xbl", "Spamhaus XBL" },
	{ "spamhaus-xbl", "Spamhaus XBL" }, { "spamhaus-sbl", "Spamhaus SBL" },
	{ "spamhaus-pbl", "Spamhaus PBL" }, { "spamhaus-css", "Spamhaus CSS" },
	{ "spamhaus.org/xbl", "Spamhaus XBL" },
	{ "cbl.abuseat.org", "Spamhaus XBL" }, /* the CBL became the XBL */
	{ "abuseat.org/lookup", "Spamhaus XBL" }, { "css.spamhaus", "Spamhaus CSS" },
	{ "spamhaus css", "Spamhaus CSS" }, { "spamhaus.org/css", "Spamhaus CSS" },
	{ "pbl.spamhaus", "Spamhaus PBL" }, { "spamhaus pbl", "Spamhaus PBL" },
	{ "spamhaus.org/pbl", "Spamhaus PBL" }, { "sbl.spamhaus", "Spamhaus SBL" },
	{ "sbl.dq.spamhaus", "Spamhaus SBL" }, { "spamhaus sbl", "Spamhaus SBL" },
	{ "spamhaus.org/sbl", "Spamhaus SBL" }, { "spamhaus drop", "Spamhaus DROP" },
	{ "authbl.dq.spamhaus", "Spamhaus AuthBL" }, { "dnsbl-1.uceprotect", "UCEPROTECT L1" },
	{ "uceprotect-level 1", "UCEPROTECT L1" }, { "uceprotect level 1", "UCEPROTECT L1" },
	{ "uceprotect level 2", "UCEPROTECT L2" }, { "uceprotect level 3", "UCEPROTECT L3" },
	{ "uceprotect-level1", "UCEPROTECT L1" }, { "dnsbl-2.uceprotect", "UCEPROTECT L2" },
	{ "uceprotect-level2", "UCEPROTECT L2" }, { "uceprotect-level 2", "UCEPROTECT L2" },
	{ "dnsbl-3.uceprotect", "UCEPROTECT L3" }, { "uceprotect-level3", "UCEPROTECT L3" },
	{ "uceprotect-level 3", "UCEPROTECT L3" }, { "uceprotect", "UCEPROTECT" },
	{ "csi.cloudmark", "Cloudmark CSI" }, { "cm-csi", "Cloudmark CSI" },
	{ "cloudmark csi", "Cloudmark CSI" }, { "cloudmark poor", "Cloudmark CSI" },
	{ "cloudmark sender", "Cloudmark CSI" }, { "cloudmark ip", "Cloudmark CSI" },
	{ "cloudmark black", "Cloudmark CSI" },
	{ "aup#ipbl1", "Cloudmark CSI" }, /* Cox: AUP#IPBLdcba, a ZEN, b SenderScore, c ivmSIP, d
					     Cloudmark */
	{ "aup#ipbl01", "Invaluement" }, { "aup#ipbl001", "SenderScore" },
	{ "aup#ipbl0001", "Spamhaus ZEN" },
	{ "aup#i-1200", "Cloudmark CSI" }, /* Charter and Spectrum */
	{ "aup#i-1210", "Cloudmark CSI" }, { "aup#i-122", "Spamhaus" }, { "aup#i-123", "Spamhaus" },
	{ "aup#i-124", "Spamhaus" }, { "aup#i-125", "Spamhaus" },
	{ "bl000001", "Spamhaus ZEN" }, /* Comcast: BL000abc, a SenderScore, b Cloudmark, c ZEN */
	{ "bl000011", "Cloudmark CSI" }, { "bl000010", "Cloudmark CSI" },
	{ "bl0001", "SenderScore" }, { "[bl21]", "Spamhaus" },	   /* Yahoo */
	{ "[bl23]", "Spamhaus XBL" }, { "ib105", "Spamhaus XBL" }, /* GoDaddy */
	{ "spamhaus", "Spamhaus" }, { "spamcop", "SpamCop" }, { "barracudacentral", "Barracuda" },
	{ "barracudanetworks.com/reputation", "Barracuda" },
	{ "barracuda reputation", "Barracuda" }, { "barracuda rbl", "Barracuda" },
	{ "barracuda black", "Barracuda" }, { "barracuda block", "Barracuda" },
	{ "barracuda central", "Barracuda" }, { "barracuda bl", "Barracuda" },
	{ "barracuda brbl", "Barracuda" }, { "psbl.surriel", "PSBL" }, { "psbl.org", "PSBL" },
	{ "sorbs", "SORBS" }, /* closed in June 2024; old servers name it on */
	{ "abusix", "Abusix" }, { "noptr.spamrats", "SpamRATS NoPtr" },
	{ "dyna.spamrats", "SpamRATS Dyna" }, { "auth.spamrats", "SpamRATS Auth" },
	{ "spam.spamrats", "SpamRATS Spam" }, { "spamrats noptr", "SpamRATS NoPtr" },
	{ "spamrats dyna", "SpamRATS Dyna" }, { "spamrats", "SpamRATS" },
	{ "invaluement", "Invaluement" }, { "ivmsip", "Invaluement" }, { "mailspike", "Mailspike" },
	{ "truncate.gbudb", "Truncate" }, { "backscatterer", "Backscatterer" },
	{ "ix.dnsbl.manitu", "NiX Spam" }, /* closed in January 2025 */
	{ "bl.0spam", "0spam" }, { "0spam.org", "0spam" }, { "dronebl", "DroneBL" },
	{ "blocklist.de", "blocklist.de" }, { "all.s5h.net", "s5h.net" },
	{ "hostkarma", "Hostkarma" }, { "junkemailfilter", "Hostkarma" },
	{ "dnsbl.spfbl", "SPFBL" }, { "spfbl.net/dnsbl", "SPFBL" },
	{ "mail-abuse.com", "Trend Micro ERS" }, { "mail-abuse.org", "Trend Micro ERS" },
	{ "trend micro rbl", "Trend Micro ERS" }, { "trend micro ers", "Trend Micro ERS" },
	{ "trend micro email rep", "Trend Micro ERS" }, { "trend micro ip", "Trend Micro ERS" },
	{ "trend micro network rep", "Trend Micro ERS" }, { "dnsbl.cobion", "IBM Cobion" },
	{ "spamrl.com", "spamrl" }, { "senderscore", "SenderScore" },
	{ "score.senderscore", "SenderScore" }, { "wpbl.info", "WPBL" },
	{ "rbl.rbldns.ru", "rbldns.ru" }, { "njabl", "NJABL" }, /* closed in 2013 */
	{ "ahbl", "AHBL" },					/* closed in 2015 */
};

/* Where these names are parts of a host's name, it must be one of the operators: anybody may call
 * his own host "spamcop.example.net". */
static const char *const operators[] = { "spamhaus.org", "spamhaus.net", "spamhaus.com",
	"abuseat.org", "uceprotect.net", "cloudmark.com", "spamcop.net", "barracudacentral.org",
	"barracudanetworks.com", "surriel.com", "psbl.org", "sorbs.net", "abusix.zone",
	"abusix.com", "abusix.org", "spamrats.com", "invaluement.com", "mailspike.net",
	"mailspike.org", "mailspike.io", "gbudb.net", "gbudb.com", "backscatterer.org",
	"manitu.net", "0spam.org", "dronebl.org", "blocklist.de", "s5h.net", "junkemailfilter.com",
	"spfbl.net", "mail-abuse.com", "mail-abuse.org", "trendmicro.com", "cobion.com",
	"spamrl.com", "senderscore.com", "senderscore.org", "validity.com", "wpbl.info",
	"rbldns.ru", "njabl.org", "ahbl.org", "ivmsip.com" };

static bool
is_letter(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA | CHAR_HIGH);
}

static bool
is_zone_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT) || c == '.' || c == '-' || c == '_';
}

static bool
is_operator(struct slice host)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		struct slice domain = slice_str(operators[i]);
		if (slice_iends(host, domain) &&
			(host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.'))
			return true;
	}
	return false;
}

/* The word round a hit, of the bytes of host names; a full stop at its end is none of it. */
static struct slice
host_around(const char *text, const char *at)
{
	const char *start = at, *end = at;
	while (start > text && is_zone_byte(start[-1]))
		start--;
	while (is_zone_byte(*end))
		end++;
	while (end > start && end[-1] == '.')
		end--;
	return slice_of(start, (size_t)(end - start));
}

static bool
is_name_at(const char *text, const char *at, size_t n)
{
	char before = at > text ? at[-1] : ' ';
	char last = at[n - 1];
	if (is_letter(before) || before == '_' || chars_is((uint8_t)before, CHAR_DIGIT))
		return false;
	if (is_letter(last) && (is_letter(at[n]) || at[n] == '_'))
		return false;
	struct slice host = host_around(text, at);
	bool dotted = slice_index(host, '.') < host.len && is_letter((char)host.ptr[host.len - 1]);
	return !dotted || is_operator(host);
}

static const char *
find_name(const struct words *words, const char *name)
{
	size_t n = strlen(name);
	const char *text = words->text, *at = text;
	if (!words_have(words, name))
		return NULL;
	while ((at = strstr(at, name)) != NULL) {
		if (is_name_at(text, at, n))
			return at;
		at++;
	}
	return NULL;
}

/* ---- how a list is spoken of ---- */

#define AROUND_MAX 160

/* These words in front of a list's name, in the same sentence, or behind it, make it a listing. */
#define VERBS                                                                                      \
	"listed|lists|blocked|blacklist|blocklist|black list|block list|blocks|rejected|refused|"  \
	"reject|refuse|denied|found|banned|appears|is on|is in|are on|are in|in the|on the|due "   \
	"to|"                                                                                      \
	"hit "                                                                                     \
	"on|rbl|dnsbl|figura|consta|steht|gelistet|gesperrt|bloque|bloqu|listad|liste|presente|"   \
	"entry|*?ip=|flagged|deferred|dnsrbl|lookup site|provider|according to|black listed|"      \
	"*черном|*списке|*заблокирован"
#define BEHIND                                                                                     \
	"list|blacklist|blocklist|block list|black list|rbl|dnsbl|blocks|database|returned|"       \
	"black|reputation"
/* Anything of these in the whole text; without them a list's name may stand in a signature. */
#define ANYWHERE                                                                                   \
	"list|block|black|database|rbl|dnsbl|*bl.shtml|query|lookup|reputation|reject|refus|"      \
	"sending spam|denied|banned|bl?|*?ip=|*reset-request|aup#|accepted|bl0000|bl0001|ib105|"   \
	"spamrats|see|bloqu|gesperrt|abgelehnt|rechaz|rejeit|rifiut|deferred|not allowed|"         \
	"*отклонен|*заблокирован|*черном"

/* "blocked senders see www.": the name is only where to read more. */
static bool
is_pointer(const char *before)
{
	static const char *const words[] = { "see", "see:", "visit", "visit:", "read", "check",
		"contact", "for" };
	size_t end = strlen(before);
	while (end > 0 && before[end - 1] != ' ') /* the front of an address of the web */
		end--;
	while (end > 0 && before[end - 1] == ' ')
		end--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);
		if (end > n && before[end - n - 1] == ' ' &&
			memcmp(before + end - n, words[i], n) == 0)
			return true;
	}
	return false;
}

/* The sentence that the hit stands in. */
static bool
has_verb(const char *text, const char *at, size_t n)
{
	char around[AROUND_MAX + 1];
	const char *start = at;
	while (start > text && at - start < AROUND_MAX &&
		!(strchr(".;!?", start[-1]) != NULL && start[0] == ' '))
		start--;
	memcpy(around, start, (size_t)(at - start));
	around[at - start] = '\0';
	if (text_has(around, VERBS) && !is_pointer(around))
		return true;
	while (is_zone_byte(at[n]))
		n++;
	size_t behind = strcspn(at + n, ".;!?");
	behind = behind < 30 ? behind : 30;
	memcpy(around, at + n, behind);
	around[behind] = '\0';
	return text_has(around, BEHIND);
}

/* A link to the operator's page about one address. */
static bool
has_address_in_link(const char *at)
{
	size_t n = strcspn(at, " \"'>,;");
	for (size_t i = 1; i < n; i++) {
		struct addr a;
		size_t len = strspn(at + i, "0123456789abcdef:.");
		bool starts = strchr("/?=&", at[i - 1]) != NULL;
		while (len > 0 && strchr(".:", at[i + len - 1]) != NULL)
			len--;
		if (starts && len >= 7 && addr_parse(slice_of(at + i, len), &a) == 0)
			return true;
	}
	return false;
}

/* Postfix, Exim, Sendmail and Exchange name the zone behind one of these. */
static const struct {
	const char *mark;
	bool sure; /* else the domain may be the server that blocks, and must look like a zone */
} zone_marks[] = {
	{ "blocked using ", true },
	{ "rejected using ", true },
	{ "deferred using ", true },
	{ "listed at ", true },
	{ "listed in ", true },
	{ "listed by ", true },
	{ "listed on ", true },
	{ "blacklisted at ", true },
	{ "blacklisted by ", true },
	{ "blacklisted in ", true },
	{ "blacklisted on ", true },
	{ "blocklisted at ", true },
	{ "black list at ", true },
	{ "blacklist at ", true },
	{ "blacklist ", false },
	{ "rbl: ", true },
	{ "rbl ", false },
	{ "dnsbl ", false },
	{ "dnsbl: ", true },
	{ "found in ", false },
	{ "found on ", false },
	{ "blocked by ", false },
	{ "rejected by ", false },
	{ "refused by ", false },
	{ "listed on https://", false },
	{ "listed in https://", false },
	{ "listed at https://", false },
};

#define ZONE_LABELS "bl|*bl.|rbl|*rbl|dnsbl|*list|block|black|spam|zen|dul|drop|abuse|bad|dyn|grey"

/* A domain name at the start, with a letter in its last label. */
static size_t
zone_length(const char *at)
{
	size_t n = 0;
	size_t dots = 0;
	while (is_zone_byte(at[n]) && n < REPLY_ZONE_MAX - 1)
		dots += at[n++] == '.';
	while (n > 0 && at[n - 1] == '.') {
		n--;
		dots--;
	}
	return dots > 0 && n > 0 && is_letter(at[n - 1]) && !is_zone_byte(at[n]) ? n : 0;
}

static bool
looks_like_zone(const char *at, size_t n)
{
	char zone[REPLY_ZONE_MAX];
	memcpy(zone, at, n);
	zone[n] = '\0';
	return text_has(zone, ZONE_LABELS);
}

static bool
find_zone(const struct words *words, struct list_mention *out)
{
	for (size_t i = 0; i < sizeof(zone_marks) / sizeof(zone_marks[0]); i++) {
		const char *at = words->text;
		if (!words_have(words, zone_marks[i].mark))
			continue;
		while ((at = text_behind(at, zone_marks[i].mark)) != NULL) {
			size_t n = zone_length(at);
			if (n == 0 || !(zone_marks[i].sure || looks_like_zone(at, n)))
				continue;
			*out = (struct list_mention){
				.zone = true, .at = at, .len = n, .strong = true
			};
			return true;
		}
	}
	return false;
}

#define UNNAMED                                                                                    \
	"dnsbl|dns blacklist|dns blocklist|dns block list|dns black list|dns based b|dns-based b|" \
	"in an rbl|the rbl|an rbl|a rbl|in rbl|on rbl|by rbl|rbl hit|rbl list|rbl block|listed "   \
	"in "                                                                                      \
	"rbl|iprbl|badiprbl|real-time b|realtime b|real time b|blackhole list|rbl restriction|"    \
	"several rbls|multiple rbls|rbls$|public blacklist|public blocklist|multiple blacklists|"  \
	"international blacklist"

/* What a list answers for an address that is on it. */
#define ANSWERS "127.0.0.1|127.0.0.2|127.0.0.3|127.0.0.4|127.0.0.7|127.0.0.9"

/* Providers' numbers for a listing: they stand for nothing else. */
static bool
is_number(const char *needle)
{
	return strchr("[#", needle[0]) != NULL || strchr(needle, '#') != NULL ||
	       strncmp(needle, "bl0", 3) == 0 || strncmp(needle, "ib1", 3) == 0;
}

bool
list_mentioned(const struct reply_words *w, struct list_mention *out)
{
	*out = (struct list_mention){ .list = NULL };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *linked = find_name(&w->plain, names[i].needle);
		bool link = linked != NULL && has_address_in_link(linked);
		const char *at = link ? linked : find_name(&w->said, names[i].needle);
		if (at == NULL)
			continue;
		out->strong = link || is_number(names[i].needle) || words_have(&w->said, ANSWERS) ||
			      has_verb(w->said.text, at, strlen(names[i].needle));
		if (!out->strong && !words_have(&w->said, ANYWHERE) &&
			reply_address(w, true).family == ADDR_NONE)
			continue;
		out->list = names[i].list;
		out->at = at;
		return true;
	}
	if (find_zone(&w->said, out))
		return true;
	out->strong = words_have(&w->said, UNNAMED);
	return out->strong;
}
