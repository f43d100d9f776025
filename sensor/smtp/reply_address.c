#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/reply_words.h"

#define CANDIDATES 8

/* What stands right before or after an address, or before the name that it follows, and how much it
 * says that the address is the one that is refused. */
struct hint {
	const char *text;
	int weight;
};

static const struct hint before[] = {
	{ "client host [", 4 },
	{ "client host ", 4 },
	{ "client [", 4 },
	{ "client ", 3 },
	{ "client address [", 4 },
	{ "connecting host [", 4 },
	{ "bl.shtml?", 4 },
	{ "lookup.shtml?", 4 },
	{ "lookup?", 4 },
	{ "/bl?", 4 },
	{ "521< ", 4 },
	{ "ip=[", 3 },
	{ "ip=", 3 },
	{ "ip:", 3 },
	{ "ip: ", 3 },
	{ "ip [", 3 },
	{ "ip (", 3 },
	{ "ip ", 3 },
	{ "adresse ", 3 },
	{ "address [", 4 },
	{ "address (", 3 },
	{ "address ", 3 },
	{ "address: ", 3 },
	{ "addresses ", 3 },
	{ "messages from [", 4 },
	{ "messages from ", 4 },
	{ "mail from [", 3 },
	{ "mail from ", 3 },
	{ "connections from ", 3 },
	{ "connection from ", 3 },
	{ "connection from [", 3 },
	{ "connect from [", 3 },
	{ "from [", 2 },
	{ "from (", 2 },
	{ "from ", 1 },
	{ "from, ", 1 },
	{ "sender[", 3 },
	{ "sender [", 3 },
	{ "sender ", 2 },
	{ "sorry ", 2 },
	{ "host [", 2 },
	{ "host (", 2 },
	{ "host ", 2 },
	{ "server [", 2 },
	{ "server ", 2 },
	{ "mta ", 2 },
	{ "proxy ", 2 },
	{ "mta [", 2 },
	{ "you (", 2 },
	{ "you [", 2 },
	{ "you are ", 2 },
	{ "your ip ", 4 },
	{ "your server ", 4 },
	{ "source ", 2 },
	{ "source [", 2 },
	{ "lists ", 2 },
	{ "hit on ", 2 },
	{ "rejected ", 1 },
	{ "rejected: ", 1 },
	{ "refused ", 1 },
	{ "blocked: ", 1 },
	{ "blocked ", 1 },
	{ "listed: ", 1 },
	{ "list: ", 1 },
	{ "blocklist: ", 1 },
	{ "blacklist: ", 1 },
	{ "for ", 1 },
};

static const struct hint after[] = {
	{ "is listed", 3 },
	{ "is currently listed", 3 },
	{ "listed", 3 },
	{ "is blacklisted", 3 },
	{ "is blocklisted", 3 },
	{ "is black listed", 3 },
	{ "blacklisted", 3 },
	{ "found on", 3 },
	{ "found in", 3 },
	{ "was found", 3 },
	{ "appears ", 3 },
	{ "is on ", 3 },
	{ "is in ", 3 },
	{ "is rejected", 3 },
	{ "is refused", 3 },
	{ "blocked", 3 },
	{ "is blocked", 3 },
	{ ">_is_blocked", 4 },
	{ "was rejected", 3 },
	{ "has been rejected", 3 },
	{ "has been blocked", 3 },
	{ "rejected", 3 },
	{ "refused", 2 },
	{ "refuses", -1 },
	{ "rejects", -1 },
	{ "deferred", 2 },
	{ "not allowed", 2 },
	{ "has been", 2 },
	{ "has sent", 2 },
	{ "figura", 3 },
	{ "consta", 3 },
	{ "esta listad", 3 },
	{ "esta en", 3 },
	{ "est liste", 3 },
	{ "est bloque", 3 },
	{ "ist gelistet", 3 },
	{ "steht auf", 3 },
	{ "risulta", 3 },
	{ "foi bloquead", 3 },
	{ "on blacklist", 3 },
	{ ": client host rejected", 4 },
	{ ">: client host rejected", 4 },
	{ "esmtp", -1 },
};

/* Other addresses: the remote resolver's, the server's own, numbers of versions and tickets,
 * answers of a list. */
static const char *const not_before[] = { "dns ip: ", "dns ip:", "resolver ", "resolver (",
	"resolver [", "nameserver ", "name server ", "version ", " v", "ticket ", "id ", "code ",
	"returned ", "returns ", "result ", "answer ", "([", "connection to ", "connect to ",
	"connected to ", "sent to ", "message to ", " at [", "relay to ", "release ",
	"mx=", "queue ", "rule ", "returnc/pub/", "returnc/vol/", "mx ", "this server ",
	"our server ", "; server address ", ", server address " };

static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);
	return n <= len && memcmp(text + len - n, end, n) == 0;
}

static bool
is_address_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_HEX) || c == '.' || c == ':';
}

static bool
is_word_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA | CHAR_DIGIT) || c == '-' || c == '.' || c == '_';
}

/* In front of the name that stands before an address: another host than the client. */
static const char *const not_before_name[] = { " by ", " at ", " via ", " through ", " to ", " on ",
	"behind " };

/* "?ip=192.0.2.1" and "/192.0.2.1" of a link. */
static bool
is_in_link(const char *text, size_t at)
{
	size_t start = at;
	while (start > 0 && text[start - 1] != ' ')
		start--;
	return at > start && strchr("/?=&", text[at - 1]) != NULL &&
	       (memmem(text + start, at - start, "://", 3) != NULL ||
		       memmem(text + start, at - start, "www.", 4) != NULL ||
		       memmem(text + start, at - start, "?", 1) != NULL);
}

static int
weigh_before(const char *text, size_t at)
{
	int weight = 0;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *hint = before[i].text;
		size_t n = strlen(hint);
		bool whole = n < at && is_word_byte(text[at - n - 1]) && is_word_byte(hint[0]);
		if (before[i].weight > weight && !whole && ends_with(text, at, hint))
			weight = before[i].weight;
	}
	return weight;
}

/* "host mx.example (192.0.2.1": where the name in front of the bracket begins, or `at`. */
static size_t
name_before(const char *text, size_t at)
{
	size_t end = at;
	if (end == 0 || strchr("([", text[end - 1]) == NULL)
		return at;
	end--;
	end -= end > 0 && text[end - 1] == ' ';
	size_t start = end;
	while (start > 0 && is_word_byte(text[start - 1]))
		start--;
	return start < end ? start : at;
}

static int
weigh(const char *text, size_t at, size_t len)
{
	for (size_t i = 0; i < sizeof(not_before) / sizeof(not_before[0]); i++)
		if (ends_with(text, at, not_before[i]))
			return -1;
	/* Gmail and others begin with the client: "[192.0.2.1      12] Our system …". */
	bool front = at == 1 && text[0] == '[';
	int weight = is_in_link(text, at) ? 4 : front ? 2 : weigh_before(text, at);
	size_t name = name_before(text, at);
	for (size_t i = 0; i < sizeof(not_before_name) / sizeof(not_before_name[0]); i++)
		if (name < at && weight < 3 && ends_with(text, name, not_before_name[i]))
			return -1;
	int named = name < at ? weigh_before(text, name) : 0;
	weight = named > weight ? named : weight;
	const char *behind = text + at + len;
	behind += strspn(behind, ")]\"'");
	behind += *behind == ' ';
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		if (strncmp(behind, after[i].text, strlen(after[i].text)) != 0)
			continue;
		if (after[i].weight < 0)
			return -1;
		weight = after[i].weight > weight ? after[i].weight : weight;
	}
	if (weight == 0 && name > 0 && text[at - 1] == '[')
		weight = 1;
	/* "mx.example (192.0.2.1)" at the very front, and no more said: the server itself. */
	return weight == 0 && name == 0 && at > 0 ? -1 : weight;
}

/* The address at the front of the run, without the punctuation behind it; 0 = none. */
static size_t
address_at(const char *text, size_t len, struct addr *out)
{
	while (len > 0 && (text[len - 1] == '.' || text[len - 1] == ':'))
		len--;
	if (len >= 2 && addr_parse(slice_of(text, len), out) == 0)
		return len;
	/* "192.0.2.10:41784" */
	const char *colon = memchr(text, ':', len);
	if (colon != NULL && addr_parse(slice_of(text, (size_t)(colon - text)), out) == 0)
		return (size_t)(colon - text);
	return 0;
}

/* Loopback stands for a list's answer code (127.0.0.2); a network is no host. */
static bool
is_host(struct addr a, const char *behind)
{
	bool network = behind[0] == '/' && chars_is((uint8_t)behind[1], CHAR_DIGIT);
	bool code =
		a.family == ADDR_V4 && (a.bytes[0] == 127 || a.bytes[0] == 0 || a.bytes[0] == 255);
	return !network && !code;
}

/* RFC 1918, 4193, link-local: an address inside of the server's network, if others are named. */
static bool
is_inside(struct addr a)
{
	const uint8_t *b = a.bytes;
	if (a.family == ADDR_V6)
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
	return b[0] == 10 || (b[0] == 192 && b[1] == 168) || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	       (b[0] == 169 && b[1] == 254);
}

/* "9.113.0.203.zen.example" is how a list is asked about 203.0.113.9 (RFC 5782 2.1). */
static bool
is_question(const char *behind, struct addr *a)
{
	char zone[64];
	size_t n = strcspn(behind, " ;,:)]=");
	if (a->family != ADDR_V4 || behind[0] != '.' || n >= sizeof(zone))
		return false;
	memcpy(zone, behind, n);
	zone[n] = '\0';
	if (!text_has(zone, "zen.|*bl.|*rbl|*list|*block|*black|*spam"))
		return false;
	uint8_t turned[4] = { a->bytes[3], a->bytes[2], a->bytes[1], a->bytes[0] };
	*a = addr_v4(turned);
	return true;
}

struct candidate {
	struct addr addr;
	int weight;
	size_t end; /* in the text */
};

/* "192.0.2.1 and 192.0.2.2": what is said of one is said of both. */
static bool
is_joined(const char *text, size_t end, size_t start)
{
	static const char *const joins[] = { " and ", ", ", ",", " / ", "/", " or ", " & ", "; " };
	size_t n = start - end;
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++)
		if (strlen(joins[i]) == n && memcmp(text + end, joins[i], n) == 0)
			return true;
	return false;
}

/* The same address again makes it no less likely: the heaviest hint counts. */
static void
add_candidate(struct candidate *list, size_t *count, struct candidate c)
{
	for (size_t i = 0; i < *count; i++)
		if (addr_eq(list[i].addr, c.addr)) {
			list[i].weight = c.weight > list[i].weight ? c.weight : list[i].weight;
			list[i].end = c.end;
			return;
		}
	if (*count < CANDIDATES)
		list[(*count)++] = c;
}

/* Length of the address that begins at `at`, 0 = none does. */
static size_t
candidate_at(const char *text, size_t at, size_t run, struct addr *a)
{
	bool glued = at > 0 && is_word_byte(text[at - 1]) &&
		     !(at > 1 && text[at - 1] == '.' && text[at - 2] == '.');
	size_t len = run == 0 || glued ? 0 : address_at(text + at, run, a);
	if (len == 0)
		return 0;
	const char *behind = text + at + len;
	if (is_question(behind, a))
		return len;
	bool name = behind[0] == '.' && is_word_byte(behind[1]) && behind[1] != '.';
	return (is_word_byte(behind[0]) && behind[0] != '.') || name || !is_host(*a, behind) ? 0
											     : len;
}

static size_t
find_candidates(const struct reply_words *w, struct candidate *list)
{
	const char *text = w->plain.text;
	size_t count = 0;
	for (size_t i = 0; i < w->plain.len;) {
		size_t run = 0;
		struct addr a;
		if (text[i] == '.' ||
			(text[i] == ':' && text[i + 1] != ':')) { /* "IP:192.0.2.10" */
			i++;
			continue;
		}
		while (is_address_byte(text[i + run]))
			run++;
		size_t len = candidate_at(text, i, run, &a);
		int weight = len > 0 ? weigh(text, i, len) : -1;
		if (weight >= 0) {
			struct candidate c = { a, weight, i + len };
			if (count > 0 && is_joined(text, list[count - 1].end, i) &&
				!addr_eq(list[count - 1].addr, a)) {
				int most = list[count - 1].weight > weight ? list[count - 1].weight
									   : weight;
				list[count - 1].weight = c.weight = most;
			}
			add_candidate(list, &count, c);
		}
		/* "denied...192.0.2.1": the run began too early. */
		const char *dots = len == 0 ? memmem(text + i, run, "..", 2) : NULL;
		i = dots != NULL ? (size_t)(dots - text) + 1 : i + (run > 0 ? run : 1);
	}
	return count;
}

struct addr
reply_address(const struct reply_words *w, bool sure)
{
	struct candidate list[CANDIDATES];
	size_t count = find_candidates(w, list);
	struct candidate best = { .weight = -1 };
	bool tie = false;
	for (size_t i = 0; i < count; i++) {
		int weight = count > 1 && is_inside(list[i].addr) ? 0 : list[i].weight;
		tie = weight == best.weight || (tie && weight < best.weight);
		if (weight > best.weight) {
			best = list[i];
			best.weight = weight;
		}
	}
	/* Two that are equally likely, or one that nothing points to: better none than a wrong one.
	 */
	if (tie || best.weight < (sure && count == 1 ? 0 : 1))
		return (struct addr){ .family = ADDR_NONE };
	return best.addr;
}
