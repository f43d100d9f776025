/* SpamAssassin's RelayEval. */
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/relays_network.h"

static bool
test_all_trusted(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	return r->relays_count > 0 && r->trusted_count == r->relays_count && r->unparseable == 0;
}

static bool
test_no_relays(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	return r->relays_count == 0 && r->unparseable == 0;
}

static bool
test_unparseable(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return input_relays(in)->unparseable > 0;
}

static bool
is_v4(const char *text, struct addr *out)
{
	return addr_parse(slice_str(text), out) == 0 && out->family == ADDR_V4;
}

/* An untrusted relay whose HELO is an address, and of another network than its own. */
static bool
test_ip_mismatch(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	for (size_t i = r->trusted_count; i < r->relays_count; i++) {
		struct addr helo, ip;
		const struct relay *relay = &r->relays[i];
		if (!is_v4(relay->helo, &helo) || !is_v4(relay->ip, &ip) || relay->private ||
			relay_is_private(slice_str(relay->helo)))
			continue;
		if (memcmp(helo.bytes, ip.bytes, 3) != 0)
			return true;
	}
	return false;
}

/* An untrusted relay with a HELO that is an address of the Internet, without brackets. */
static bool
test_numeric_helo(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	for (size_t i = r->trusted_count; i < r->relays_count; i++) {
		struct addr helo;
		if (is_v4(r->relays[i].helo, &helo) &&
			!relay_is_private(slice_str(r->relays[i].helo)))
			return true;
	}
	return false;
}

static bool
test_no_rdns_dotcom(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	static const char *const providers[] = { "lycos.com", "lycos.co.uk", "hotmail.com",
		"localhost.com", "excite.com", "caramail.com", "cs.com", "aol.com", "msn.com",
		"yahoo.com", "drizzle.com" };
	const struct relays *r = input_relays(in);
	bool last = false; /* the oldest relay decides, as in SpamAssassin */
	for (size_t i = r->trusted_count; i < r->relays_count; i++) {
		struct slice helo = slice_str(r->relays[i].helo);
		if (r->relays[i].private)
			continue;
		last = false;
		for (size_t k = 0; k < sizeof providers / sizeof *providers; k++) {
			struct slice p = slice_str(providers[k]);
			if (slice_iends(helo, p) &&
				(helo.len == p.len || helo.ptr[helo.len - p.len - 1] == '.'))
				last = r->relays[i].no_rdns;
		}
	}
	return last;
}

/* The domain of a name by its looks: the last two labels, or three where the last is short. */
static struct slice
domain_by_looks(struct slice name)
{
	static const char *const short_ones[] = { "ie", "fr", "de" };
	bool letters = false;
	size_t labels = 1, last = 0;
	for (size_t i = 0; i < name.len; i++) {
		letters = letters || chars_is(name.ptr[i], CHAR_ALPHA);
		labels += name.ptr[i] == '.';
		last = name.ptr[i] == '.' ? i + 1 : last;
	}
	if (!letters || labels < 2)
		return name;
	struct slice top = slice_skip(name, last);
	bool two = top.len >= 3;
	for (size_t i = 0; i < 3; i++)
		two = two || slice_find(top, slice_str(short_ones[i])) < top.len;
	for (size_t keep = two ? 2 : 3; labels > keep; labels--)
		slice_split(&name, '.');
	return name;
}

/* Letters, then labels of two or more bytes. */
static bool
is_domain_name(struct slice name)
{
	bool word = true;
	size_t dots = 0;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		word = word && (chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || strchr("_.-", c) != NULL);
		dots += c == '.';
	}
	if (!word || dots == 0 || strchr(".-", name.ptr[0]) != NULL)
		return false;
	size_t first = slice_index(name, '.');
	return name.len > 2 && first > 1 && strchr(".-", name.ptr[name.len - 1]) == NULL;
}

/* How often a relay's name is unlike the one that its successor says to be: "by" of one, rDNS of
 * the one above. */
static bool
test_forged_trail(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	size_t mismatches = 0;
	for (size_t i = r->trusted_count + 1; i < r->relays_count; i++) {
		struct slice by = domain_by_looks(slice_str(r->relays[i].by));
		const struct relay *above = &r->relays[i - 1];
		struct slice from = domain_by_looks(slice_str(above->rdns));
		if (!is_domain_name(by) || !is_domain_name(from) || slice_ieq(by, from) ||
			(strcmp(above->ip, "127.0.0.1") == 0 &&
				slice_ieq(from, SLICE("localhost.localdomain"))))
			continue;
		mismatches +=
			!(slice_ieq(by, SLICE("msn.com")) && slice_ieq(from, SLICE("hotmail.com")));
	}
	return mismatches > 1;
}

/* An untrusted relay whose HELO is an address of another /16 than its own. */
static bool
test_forged_ip_helo(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	for (size_t i = r->trusted_count; i < r->relays_count; i++) {
		struct addr helo, ip;
		if (is_v4(r->relays[i].helo, &helo) && is_v4(r->relays[i].ip, &ip) &&
			!relay_is_private(slice_str(r->relays[i].helo)) &&
			memcmp(helo.bytes, ip.bytes, 2) != 0 &&
			is_domain_name(domain_by_looks(slice_str(r->relays[i].by))))
			return true;
	}
	return false;
}

/* check_for_sender_no_reverse(): the oldest relay has a name, and no private address. */
static bool
test_sender_no_reverse(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct relays *r = input_relays(in);
	if (r->trusted_count == r->relays_count)
		return false;
	const struct relay *oldest = &r->relays[r->relays_count - 1];
	return strchr(oldest->rdns, '.') != NULL && !oldest->private;
}

const struct eval evals_relay[] = {
	{ "check_all_trusted", 0, 0, 0, test_all_trusted },
	{ "check_no_relays", 0, 0, 0, test_no_relays },
	{ "check_relays_unparseable", 0, 0, 0, test_unparseable },
	{ "helo_ip_mismatch", 0, 0, 0, test_ip_mismatch },
	{ "check_for_numeric_helo", 0, 0, 0, test_numeric_helo },
	{ "check_for_no_rdns_dotcom_helo", 0, 0, 0, test_no_rdns_dotcom },
	{ "check_for_forged_received_trail", 0, 0, 0, test_forged_trail },
	{ "check_for_forged_received_ip_helo", 0, 0, 0, test_forged_ip_helo },
	{ "check_for_sender_no_reverse", 0, 0, 0, test_sender_no_reverse },
	{ NULL, 0, 0, 0, NULL },
};
