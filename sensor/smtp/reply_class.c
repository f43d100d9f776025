#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/reply_words.h"

/* Words that make the mention of a list a listing; without them a list's name may stand in a
 * signature or a help text. */
#define LISTING_WORDS                                                                              \
	"list|block|database|rbl|dnsbl|bl.shtml|query|lookup|reputation|reject|refus|sending "     \
	"spam|denied|banned|bl?|?ip=|reset-request|aup#|"                                          \
	"rbl+|accepted|bl0000|bl0001|ib105|spamrats|see http|see: http|see"
/* Without such a word next to it, a text about the recipient or the mail is not a listing, whatever
 * page it points to. */
#define STRONG_LISTING                                                                             \
	"blocked using|blocked by|listed|blacklist|black list|blocklist|rbl|dnsbl|?ip=|/query/"

/* Enhanced codes that say enough where the text does not: RFC 3463, RFC 5248 registry. */
static const struct {
	const char *code; /* without the class */
	enum reply_class class;
} enhanced_rows[] = {
	{ ".1.1", REPLY_USER_UNKNOWN },
	{ ".1.2", REPLY_USER_UNKNOWN },
	{ ".1.6", REPLY_USER_UNKNOWN },
	{ ".1.10", REPLY_USER_UNKNOWN },
	{ ".2.1", REPLY_USER_UNKNOWN },
	{ ".2.2", REPLY_SIZE_QUOTA },
	{ ".2.3", REPLY_SIZE_QUOTA },
	{ ".3.4", REPLY_SIZE_QUOTA },
	{ ".7.8", REPLY_AUTH_FAIL },
	{ ".7.9", REPLY_AUTH_FAIL },
	{ ".7.20", REPLY_AUTH_FAIL },
	{ ".7.21", REPLY_AUTH_FAIL },
	{ ".7.22", REPLY_AUTH_FAIL },
	{ ".7.23", REPLY_AUTH_FAIL },
	{ ".7.24", REPLY_AUTH_FAIL },
	{ ".7.25", REPLY_NO_RDNS_HELO },
	{ ".7.26", REPLY_AUTH_FAIL },
	{ ".7.27", REPLY_OTHER },
	{ ".7.28", REPLY_RATE_LIMITED },
	{ ".4.5", REPLY_RATE_LIMITED },
};

static enum reply_class
class_of_codes(int code, struct slice enhanced, const char *command)
{
	struct slice tail = slice_skip(enhanced, 1);
	for (size_t i = 0; i < sizeof(enhanced_rows) / sizeof(enhanced_rows[0]); i++)
		if (slice_eq(tail, slice_str(enhanced_rows[i].code)))
			return enhanced_rows[i].class;
	if (code == 535 || code == 534 || code == 538 || strcmp(command, "AUTH") == 0)
		return REPLY_AUTH_FAIL; /* RFC 4954 6 */
	if (code == 530 && strcmp(command, "AUTH") != 0)
		return REPLY_RELAY_DENIED;
	if (code == 552)
		return REPLY_SIZE_QUOTA; /* RFC 5321 4.2.2 */
	if (code == 551 || (code == 550 && enhanced.len == 0 && strcmp(command, "RCPT") == 0))
		return REPLY_USER_UNKNOWN;
	return REPLY_OTHER;
}

/* Postfix, Exim, Sendmail and Exchange name the zone behind one of these. */
static const char *const zone_marks[] = { "blocked using ", "blocked by ", "listed at ",
	"listed in ", "listed by ", "listed on ", "found in ", "blacklisted at ", "blacklisted by ",
	"blacklisted in ", "blacklist at ", "rejected using ", "rbl: " };

static bool
is_zone_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT) || c == '.' || c == '-' || c == '_';
}

/* A domain name behind the mark, with a letter in its last label. */
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
	bool letters = n > 0 && chars_is((uint8_t)at[n - 1], CHAR_ALPHA);
	return dots > 0 && letters && !is_zone_byte(at[n]) ? n : 0;
}

static bool
find_zone(const char *text, struct reply_meaning *out)
{
	for (size_t i = 0; i < sizeof(zone_marks) / sizeof(zone_marks[0]); i++) {
		const char *at = strstr(text, zone_marks[i]);
		if (at == NULL)
			continue;
		at += strlen(zone_marks[i]);
		size_t n = zone_length(at);
		if (n == 0)
			continue;
		memcpy(out->zone, at, n);
		out->zone[n] = '\0';
		out->list = out->zone;
		return true;
	}
	return false;
}

/* A blocklist of addresses is named, or the text says that there is one. */
static bool
is_listing(const struct reply_words *w, struct reply_meaning *out)
{
	const struct list_name *name = list_names_find(w->plain);
	if (name != NULL && words_have(w->plain, LISTING_WORDS)) {
		out->list = name->list;
		return true;
	}
	if (find_zone(w->plain, out))
		return true;
	return words_have(w->plain,
		"dnsbl|dns blacklist|dns blocklist|in an rbl|the rbl|an rbl|iprbl|real-time "
		"block|realtime block|realtime black|"
		"real-time black|dns-based block|dns block list|blackhole list");
}

static void
classify_text(int code, struct slice enhanced, const struct reply_words *w, const char *command,
	struct reply_meaning *out)
{
	const struct reply_row *mark = reply_rows_find(&reply_rows_marks, w->plain);
	const struct reply_row *text = reply_rows_find(&reply_rows_texts, w->plain);
	bool about_mail =
		text != NULL &&
		(text->class == REPLY_USER_UNKNOWN || text->class == REPLY_SIZE_QUOTA ||
			text->class == REPLY_RELAY_DENIED || text->class == REPLY_AUTH_FAIL);
	if (mark == NULL && (!about_mail || words_have(w->plain, STRONG_LISTING)) &&
		is_listing(w, out)) {
		out->class = REPLY_LISTED;
		return;
	}
	const struct reply_row *row = mark != NULL ? mark : text;
	enum reply_class by_codes = class_of_codes(code, enhanced, command);
	if (row == NULL) {
		out->class = by_codes;
		return;
	}
	out->class = row->class;
	out->list = row->list;
	/* A text of few words is what the code says it is. */
	if (row == text && row->class == REPLY_PRIVATE_REPUTATION && by_codes == REPLY_NO_RDNS_HELO)
		out->class = by_codes;
}

void
reply_classify(int code, struct slice enhanced, struct slice text, const char *command,
	struct reply_meaning *out)
{
	struct reply_words words;
	*out = (struct reply_meaning){ .class = REPLY_OTHER, .list = "" };
	if (code > 0 && code < 400) {
		out->class = REPLY_OK;
		return;
	}
	reply_words(text, &words);
	classify_text(code, enhanced, &words, command, out);
	if (out->class == REPLY_LISTED || out->class == REPLY_PRIVATE_REPUTATION)
		out->quoted = reply_address(&words, out->class == REPLY_LISTED);
}
