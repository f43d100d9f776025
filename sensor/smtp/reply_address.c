#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/reply_words.h"

#define CANDIDATES 8

/* What stands right before or after an address, and how much it says that the address is the one
 * that is refused. */
struct hint {
	const char *text;
	int weight;
};

static const struct hint before[] = {
	{ "client host [", 4 },
	{ "client host ", 4 },
	{ "client [", 4 },
	{ "client ", 2 },
	{ "client address [", 4 },
	{ "connecting host [", 4 },
	{ "?ip=", 4 },
	{ "&ip=", 4 },
	{ "ip_address=", 4 },
	{ "?ipr=", 4 },
	{ "/ip/", 4 },
	{ "bl.shtml?", 4 },
	{ "lookup.shtml?", 4 },
	{ "lookup?", 4 },
	{ "/bl?", 4 },
	{ "/dnsbl/", 4 },
	{ "521< ", 4 },
	{ "ip=[", 3 },
	{ "ip=", 3 },
	{ "ip:", 3 },
	{ "ip [", 3 },
	{ "ip (", 3 },
	{ "ip ", 3 },
	{ "ip address [", 4 },
	{ "ip address ", 4 },
	{ "messages from [", 4 },
	{ "messages from ", 4 },
	{ "mail from ", 3 },
	{ "connections from ", 3 },
	{ "connection from ", 3 },
	{ "connection from [", 3 },
	{ "connect from [", 3 },
	{ "from [", 2 },
	{ "from ", 1 },
	{ "sender[", 3 },
	{ "sender [", 3 },
	{ "sender ", 2 },
	{ "sorry ", 2 },
	{ "host [", 2 },
	{ "server ", 2 },
	{ "your ip ", 4 },
	{ "sending ip (", 4 },
	{ "for ", 1 },
};

static const struct hint after[] = {
	{ " is listed", 3 },
	{ "] is listed", 3 },
	{ " listed", 3 },
	{ " is blacklisted", 3 },
	{ " blacklisted", 3 },
	{ " found on", 3 },
	{ " found in", 3 },
	{ " is on ", 3 },
	{ " is in ", 3 },
	{ "] is in ", 3 },
	{ " blocked", 3 },
	{ "] blocked", 3 },
	{ " >_is_blocked", 4 },
	{ " was rejected", 3 },
	{ " rejected", 3 },
	{ " deferred", 2 },
	{ " not allowed", 2 },
	{ " has been", 2 },
	{ ") is listed", 3 },
	{ "]:", 1 },
	{ " on blacklist", 3 },
};

/* The remote resolver's own address. */
static const char *const not_before[] = { "dns ip: ", "dns ip:", "resolver ", "nameserver ",
	"version ", " v", "([" };

static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);
	return n <= len && memcmp(text + len - n, end, n) == 0;
}

static int
weigh(const char *text, size_t at, size_t len)
{
	int weight = 0;
	for (size_t i = 0; i < sizeof(not_before) / sizeof(not_before[0]); i++)
		if (ends_with(text, at, not_before[i]))
			return -1;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (before[i].weight > weight && ends_with(text, at, before[i].text))
			weight = before[i].weight;
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (after[i].weight > weight &&
			strncmp(text + at + len, after[i].text, strlen(after[i].text)) == 0)
			weight = after[i].weight;
	return weight;
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

struct candidate {
	struct addr addr;
	int weight;
};

/* The same address again makes it no less likely: the heaviest hint counts. */
static void
add_candidate(struct candidate *list, size_t *count, struct addr a, int weight)
{
	for (size_t i = 0; i < *count; i++)
		if (addr_eq(list[i].addr, a)) {
			list[i].weight = weight > list[i].weight ? weight : list[i].weight;
			return;
		}
	if (*count < CANDIDATES)
		list[(*count)++] = (struct candidate){ a, weight };
}

struct addr
reply_address(const struct reply_words *w, bool sure)
{
	struct candidate list[CANDIDATES];
	size_t count = 0;
	const char *text = w->plain;
	for (size_t i = 0; i < w->len;) {
		size_t n = 0;
		if (text[i] == ':' && text[i + 1] != ':') { /* "IP:192.0.2.10" */
			i++;
			continue;
		}
		while (is_address_byte(text[i + n]))
			n++;
		struct addr a;
		size_t len = n == 0 || (i > 0 && is_word_byte(text[i - 1]))
				     ? 0
				     : address_at(text + i, n, &a);
		bool glued = len > 0 && is_word_byte(text[i + len]) && text[i + len] != '.';
		int weight =
			len > 0 && !glued && is_host(a, text + i + len) ? weigh(text, i, len) : -1;
		if (weight >= 0)
			add_candidate(list, &count, a, weight);
		i += n > 0 ? n : 1;
	}
	struct candidate best = { .weight = -1 };
	bool tie = false;
	for (size_t i = 0; i < count; i++) {
		tie = list[i].weight == best.weight || (tie && list[i].weight < best.weight);
		if (list[i].weight > best.weight)
			best = list[i];
	}
	/* Two that are equally likely, or one that nothing points to: better none than a wrong one.
	 */
	if (tie || best.weight < (sure && count == 1 ? 0 : 1))
		return (struct addr){ .family = ADDR_NONE };
	return best.addr;
}
