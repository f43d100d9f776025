#include <string.h>

#include "sensor/smtp/reply_words.h"

/* Enhanced codes that say enough where the text does not: RFC 3463, the registry of RFC 5248, and
 * what Exchange Online and Gmail give to numbers of their own. */
static const struct {
	const char *code; /* without the class; the lowest of a range */
	int last;	  /* of the range's last number; 0 = it is one code */
	enum reply_class class;
} enhanced_rows[] = {
	{ ".1.1", 0, REPLY_USER_UNKNOWN },
	{ ".1.2", 0, REPLY_USER_UNKNOWN },
	{ ".1.3", 0, REPLY_USER_UNKNOWN },  /* bad syntax of the recipient */
	{ ".1.4", 0, REPLY_USER_UNKNOWN },  /* ambiguous */
	{ ".1.6", 0, REPLY_USER_UNKNOWN },  /* moved */
	{ ".1.10", 0, REPLY_USER_UNKNOWN }, /* RFC 7505: null MX */
	{ ".2.1", 0, REPLY_USER_UNKNOWN },  /* disabled */
	{ ".2.2", 0, REPLY_SIZE_QUOTA },
	{ ".2.3", 0, REPLY_SIZE_QUOTA },
	{ ".3.1", 0, REPLY_SIZE_QUOTA },
	{ ".3.4", 0, REPLY_SIZE_QUOTA },
	{ ".4.5", 0, REPLY_RATE_LIMITED }, /* congestion */
	{ ".5.3", 0, REPLY_RATE_LIMITED }, /* too many recipients */
	{ ".7.8", 0, REPLY_AUTH_FAIL },
	{ ".7.9", 0, REPLY_AUTH_FAIL },
	{ ".7.12", 0, REPLY_AUTH_FAIL },
	{ ".7.13", 0, REPLY_USER_UNKNOWN }, /* account disabled */
	{ ".7.14", 0, REPLY_AUTH_FAIL },
	{ ".7.16", 0, REPLY_SIZE_QUOTA },    /* RFC 6710: too large for its priority */
	{ ".7.17", 18, REPLY_USER_UNKNOWN }, /* RFC 7293: has another owner */
	{ ".7.20", 24, REPLY_AUTH_FAIL },    /* RFC 7372: DKIM, SPF */
	{ ".7.25", 0, REPLY_NO_RDNS_HELO },
	{ ".7.26", 27, REPLY_AUTH_FAIL }, /* 27 is RFC 7505's null MX, and Gmail's SPF */
	{ ".7.28", 0, REPLY_RATE_LIMITED },
	{ ".7.29", 0, REPLY_AUTH_FAIL }, /* RFC 8617: ARC */
	{ ".7.54", 0, REPLY_RELAY_DENIED },
	{ ".7.57", 0, REPLY_RELAY_DENIED },
	{ ".7.64", 0, REPLY_RELAY_DENIED },
	{ ".7.508", 0, REPLY_RATE_LIMITED },
	{ ".7.509", 0, REPLY_AUTH_FAIL },
	{ ".7.501", 503, REPLY_PRIVATE_REPUTATION },
	{ ".7.511", 0, REPLY_PRIVATE_REPUTATION },
	{ ".7.606", 649, REPLY_PRIVATE_REPUTATION },
	{ ".7.650", 0, REPLY_RATE_LIMITED },
	{ ".7.705", 0, REPLY_RATE_LIMITED },
	{ ".7.708", 0, REPLY_PRIVATE_REPUTATION },
	{ ".7.500", 0, REPLY_RATE_LIMITED },
};

static int
last_number(struct slice code, struct slice *front)
{
	size_t dot = code.len;
	int64_t number;
	while (dot > 0 && code.ptr[dot - 1] != '.')
		dot--;
	*front = slice_take(code, dot);
	return slice_number(slice_skip(code, dot), &number) < 0 || number > 999 ? -1 : (int)number;
}

static bool
class_of_enhanced(struct slice enhanced, enum reply_class *class)
{
	struct slice front, row_front;
	int number = last_number(slice_skip(enhanced, 1), &front);
	for (size_t i = 0; i < sizeof(enhanced_rows) / sizeof(enhanced_rows[0]); i++) {
		int first = last_number(slice_str(enhanced_rows[i].code), &row_front);
		int last = enhanced_rows[i].last > 0 ? enhanced_rows[i].last : first;
		if (slice_eq(front, row_front) && number >= first && number <= last) {
			*class = enhanced_rows[i].class;
			return true;
		}
	}
	return false;
}

static enum reply_class
class_of_codes(int code, struct slice enhanced, const char *command)
{
	enum reply_class class;
	if (class_of_enhanced(enhanced, &class))
		return class;
	if (code == 535 || code == 534 || code == 538 || strcmp(command, "AUTH") == 0)
		return REPLY_AUTH_FAIL; /* RFC 4954 6 */
	if (code == 530)
		return REPLY_RELAY_DENIED;
	if (code == 552 || (code == 452 && enhanced.len == 0))
		return REPLY_SIZE_QUOTA; /* RFC 5321 4.2.2 */
	if (code == 551 || code == 556 || code == 511 ||
		(code == 550 && enhanced.len == 0 && strcmp(command, "RCPT") == 0))
		return REPLY_USER_UNKNOWN;
	return REPLY_OTHER;
}

/* What a domain list, or a text about one, speaks of; and the words for the client beside it. */
#define ABOUT_DOMAIN                                                                               \
	"domain$|domains$|url$|urls$|uri|link$|links$|website|web site|hyperlink|sender address [" \
	"|recipient address [|helo command [|reverse hostname [|mailfrom|from address"
#define ABOUT_CLIENT                                                                               \
	"your ip|client host [|client [|ip address|sending ip|connecting|your server|your host|"   \
	"mail server|mailserver|from ip|this host|host listed|the ip|ip is|*?ip=|/ip/"

static bool
is_about_domain(const struct reply_words *w)
{
	return words_have(&w->said, ABOUT_DOMAIN) && !words_have(&w->said, ABOUT_CLIENT) &&
	       reply_address(w, false).family == ADDR_NONE;
}

/* Texts of these classes mention lists for other reasons than a listing. */
static bool
has_reason(const struct reply_row *text)
{
	return text != NULL && text->class != REPLY_PRIVATE_REPUTATION;
}

/* Nothing but an address, and that it is refused. */
static bool
refuses_address(const struct reply_words *w)
{
	return words_have(&w->said, "block|banned|refused|rejected|denied|abus|not welcome|deny") &&
	       reply_address(w, false).family != ADDR_NONE;
}

static void
take_mention(const struct list_mention *m, struct reply_meaning *out)
{
	out->class = REPLY_LISTED;
	if (m->list != NULL)
		out->list = m->list;
	if (!m->zone)
		return;
	memcpy(out->zone, m->at, m->len);
	out->zone[m->len] = '\0';
	out->list = out->zone;
}

/* False when the text says nothing, and the codes decided. */
static bool
classify_text(const struct reply_words *w, enum reply_class by_codes, struct reply_meaning *out)
{
	struct list_mention m;
	const struct reply_row *mark = reply_rows_find(&reply_rows_marks, &w->plain);
	const struct reply_row *text = reply_rows_find(&reply_rows_texts, &w->plain);
	if (mark == NULL && list_mentioned(w, &m) && (m.strong || !has_reason(text))) {
		take_mention(&m, out);
		if (!is_about_domain(w))
			return true;
		*out = (struct reply_meaning){ .class = REPLY_CONTENT_SPAM, .list = "" };
		return true;
	}
	const struct reply_row *row = mark != NULL ? mark : text;
	if (row == NULL && by_codes == REPLY_OTHER)
		row = reply_rows_find(&reply_rows_hints, &w->plain);
	if (row == NULL && refuses_address(w)) {
		out->class = REPLY_PRIVATE_REPUTATION;
		return true;
	}
	if (row == NULL) {
		out->class = by_codes;
		return false;
	}
	out->class = row->class;
	out->list = row->list;
	/* A text of few words is what the code says it is. */
	if (row == text && row->class == REPLY_PRIVATE_REPUTATION && by_codes == REPLY_NO_RDNS_HELO)
		out->class = by_codes;
	return true;
}

/* As replies stand in logs and bounces: "host mx.example[192.0.2.1] said: 550 text", "smtp; 550
 * text" (RFC 3464 2.3.6). */
static void
skip_said(int *code, struct slice *enhanced, struct slice *text)
{
	static const char *const marks[] = { " said: ", "smtp;", "talk to me: ", "smtp error: " };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && *code == 0; i++) {
		struct slice mark = slice_str(marks[i]);
		size_t at = slice_ifind(*text, mark);
		struct slice rest = slice_trim(slice_skip(*text, at + mark.len));
		if (at < text->len && rest.len > 0)
			reply_split(rest, code, enhanced, text);
	}
	*text = slice_take(*text, slice_ifind(*text, SLICE(" (in reply to ")));
}

void
reply_classify(int code, struct slice enhanced, struct slice text, const char *command,
	struct reply_meaning *out)
{
	struct reply_words words;
	*out = (struct reply_meaning){ .class = REPLY_OTHER, .list = "" };
	skip_said(&code, &enhanced, &text);
	if (code > 0 && code < 400) {
		out->class = REPLY_OK;
		return;
	}
	enum reply_class by_codes = class_of_codes(code, enhanced, command);
	reply_words(text, code, false, &words);
	/* Lines that are broken inside of words say nothing until they are put together. */
	if (!classify_text(&words, by_codes, out)) {
		reply_words(text, code, true, &words);
		classify_text(&words, by_codes, out);
	}
	if (out->class == REPLY_LISTED || out->class == REPLY_PRIVATE_REPUTATION)
		out->quoted = reply_address(&words, out->class == REPLY_LISTED);
}
