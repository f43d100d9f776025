/* Senders, recipients and subjects that the administrator lists (SpamAssassin's WLBLEval,
 * WelcomeListSubject).
 *
 * Source: Mail::SpamAssassin::Conf(3), "welcomelist_from", "welcomelist_from_rcvd", … */
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"
#include "sensor/score/target_text.h"

static bool
any_listed(const struct rule_input *in, const char *list, struct slice group,
	const struct eval_addresses *addresses)
{
	for (size_t i = 0; i < addresses->items_count; i++)
		if (listed(in, list, group, addresses->items[i]))
			return true;
	return false;
}

static bool
from_listed(const struct rule_input *in, const char *list, struct slice group)
{
	return list_there(in, list, group) && any_listed(in, list, group, addresses_from(in));
}

static bool
to_listed(const struct rule_input *in, const char *list)
{
	return list_there(in, list, SLICE_EMPTY) &&
	       any_listed(in, list, SLICE_EMPTY, addresses_to(in));
}

static bool
test_from_blocked(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return from_listed(in, "blocklist_from", SLICE_EMPTY);
}

static bool
test_to_blocked(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return to_listed(in, "blocklist_to");
}

static bool
test_to_welcome(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return to_listed(in, "welcomelist_to");
}

static bool
test_to_more_spam(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return to_listed(in, "more_spam_to");
}

static bool
test_to_all_spam(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return to_listed(in, "all_spam_to");
}

/* check_from_in_list('GROUP'): of enlist_addrlist (GROUP). */
static bool
test_from_in_list(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return from_listed(in, "enlist_addrlist", arguments->words[0]);
}

static bool
test_to_in_list(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return list_there(in, "enlist_addrlist", arguments->words[0]) &&
	       any_listed(in, "enlist_addrlist", arguments->words[0], addresses_to(in));
}

static bool
test_replyto_in_list(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice address = field_get(in, "Reply-To:addr");
	return address.len > 0 && listed(in, "enlist_addrlist", arguments->words[0], address);
}

/* The relays that may speak for a sender: the newest untrusted one, or else all trusted ones. */
static size_t
speaking_relays(const struct rule_input *in, const struct relay **first)
{
	const struct relays *r = input_relays(in);
	*first = r->relays + (r->trusted_count < r->relays_count ? r->trusted_count : 0);
	return r->trusted_count < r->relays_count ? 1 : r->relays_count;
}

/* "[192.0.2]", "[2001:db8::]/32", or a domain that the relay's name is of. */
static bool
relay_matches(const struct relay *relay, struct slice want)
{
	struct slice rdns = slice_str(relay->rdns), ip = slice_str(relay->ip);
	if (want.len == 0 || want.ptr[0] != '[')
		return slice_iends(rdns, want) &&
		       (rdns.len == want.len || rdns.ptr[rdns.len - want.len - 1] == '.');
	size_t close = slice_index(want, ']');
	struct slice inside = slice_skip(slice_take(want, close), 1);
	struct network network;
	struct addr addr;
	char text[ADDR_TEXT_MAX + 8];
	struct slice bits = slice_skip(want, close + 1);
	if (inside.len + bits.len < sizeof text && addr_parse(ip, &addr) == 0) {
		memcpy(text, inside.ptr, inside.len);
		memcpy(text + inside.len, bits.len > 0 ? (const char *)bits.ptr : "", bits.len);
		if (network_parse(slice_of(text, inside.len + bits.len), &network) == 0)
			return network_has(network, addr);
	}
	while (inside.len > 0 && inside.ptr[inside.len - 1] == '.')
		inside.len--;
	return inside.len > 0 && slice_starts(ip, inside) && ip.len > inside.len &&
	       ip.ptr[inside.len] == '.';
}

enum welcome { WELCOME_NOT_LISTED, WELCOME_YES, WELCOME_FORGED };

/* A list of lines: address, and the relay that it comes by. */
static enum welcome
welcome_by_relay(const struct rule_input *in, const char *list, struct slice address)
{
	const struct relay *first;
	size_t relays = speaking_relays(in, &first);
	struct slice line;
	enum welcome result = WELCOME_NOT_LISTED;
	for (size_t n = 0; relays > 0 && settings_word(in->settings, list, SLICE_EMPTY, n, &line);
		n++) {
		struct slice glob = slice_split(&line, ' ');
		if (!shape_glob(address, glob))
			continue;
		for (size_t i = 0; i < relays; i++)
			if (relay_matches(&first[i], slice_trim(line)))
				return WELCOME_YES;
		result = WELCOME_FORGED;
	}
	if (result == WELCOME_FORGED &&
		listed(in, "welcomelist_allows_relays", SLICE_EMPTY, address))
		return WELCOME_NOT_LISTED;
	return result;
}

/* plain: a list of addresses that are welcome by any relay; or NULL */
static enum welcome
welcome(const struct rule_input *in, const char *by_relay, const char *plain)
{
	enum welcome result = WELCOME_NOT_LISTED;
	bool any = plain != NULL && list_there(in, plain, SLICE_EMPTY);
	if (!any && !list_there(in, by_relay, SLICE_EMPTY))
		return result;
	const struct eval_addresses *from = addresses_from(in);
	for (size_t i = 0; i < from->items_count && result != WELCOME_YES; i++) {
		enum welcome one = any && listed(in, plain, SLICE_EMPTY, from->items[i])
					   ? WELCOME_YES
					   : welcome_by_relay(in, by_relay, from->items[i]);
		if (one != WELCOME_NOT_LISTED)
			result = one;
	}
	return result;
}

static enum welcome
welcome_own(const struct rule_input *in)
{
	return welcome(in, "welcomelist_from_rcvd", "welcomelist_from");
}

static enum welcome
welcome_default(const struct rule_input *in)
{
	return welcome(in, "def_welcomelist_from_rcvd", NULL);
}

static bool
test_from_welcome(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return welcome_own(in) == WELCOME_YES;
}

static bool
test_from_welcome_default(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return welcome_default(in) == WELCOME_YES;
}

static bool
test_forged_welcome(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return welcome_own(in) == WELCOME_FORGED && welcome_default(in) == WELCOME_NOT_LISTED;
}

static bool
test_forged_welcome_default(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return welcome_default(in) == WELCOME_FORGED && welcome_own(in) == WELCOME_NOT_LISTED;
}

/* The envelope's sender and the relay's name are of one registered domain. */
static bool
test_mailfrom_matches(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice domain = address_domain(field_get(in, "EnvelopeFrom:addr"));
	const struct relay *first;
	size_t relays = speaking_relays(in, &first), dot = slice_index(domain, '.');
	if (dot == 0 || dot + 1 >= domain.len)
		return false;
	domain = target_text_domain(in, domain);
	for (size_t i = 0; i < relays; i++) {
		struct slice rdns = slice_str(first[i].rdns);
		if (rdns.len > 0 && slice_ieq(target_text_domain(in, rdns), domain))
			return true;
	}
	return false;
}

/* A list's line is one text, anywhere in the Subject. */
static bool
subject_listed(const struct rule_input *in, const char *list)
{
	struct slice subject = field_get(in, "Subject"), text;
	for (size_t n = 0; in->settings != NULL && subject.len > 0 &&
			   settings_word(in->settings, list, SLICE_EMPTY, n, &text);
		n++) {
		const char *anywhere =
			arena_printf(in->arena, "*%.*s*", (int)text.len, (const char *)text.ptr);
		if (shape_glob(subject, slice_str(anywhere)))
			return true;
	}
	return false;
}

static bool
test_subject_welcome(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return subject_listed(in, "welcomelist_subject");
}

static bool
test_subject_blocked(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return subject_listed(in, "blocklist_subject");
}

const struct eval evals_lists[] = {
	{ "check_from_in_blocklist", 0, 0, 0, test_from_blocked },
	{ "check_from_in_blacklist", 0, 0, 0, test_from_blocked },
	{ "check_to_in_blocklist", 0, 0, 0, test_to_blocked },
	{ "check_to_in_blacklist", 0, 0, 0, test_to_blocked },
	{ "check_to_in_welcomelist", 0, 0, 0, test_to_welcome },
	{ "check_to_in_whitelist", 0, 0, 0, test_to_welcome },
	{ "check_to_in_more_spam", 0, 0, 0, test_to_more_spam },
	{ "check_to_in_all_spam", 0, 0, 0, test_to_all_spam },
	{ "check_from_in_list", 1, 1, 0, test_from_in_list },
	{ "check_to_in_list", 1, 1, 0, test_to_in_list },
	{ "check_replyto_in_list", 1, 1, 0, test_replyto_in_list },
	{ "check_from_in_welcomelist", 0, 0, 0, test_from_welcome },
	{ "check_from_in_whitelist", 0, 0, 0, test_from_welcome },
	{ "check_forged_in_welcomelist", 0, 0, 0, test_forged_welcome },
	{ "check_forged_in_whitelist", 0, 0, 0, test_forged_welcome },
	{ "check_from_in_default_welcomelist", 0, 0, 0, test_from_welcome_default },
	{ "check_from_in_default_whitelist", 0, 0, 0, test_from_welcome_default },
	{ "check_forged_in_default_welcomelist", 0, 0, 0, test_forged_welcome_default },
	{ "check_forged_in_default_whitelist", 0, 0, 0, test_forged_welcome_default },
	{ "check_mailfrom_matches_rcvd", 0, 0, 0, test_mailfrom_matches },
	{ "check_subject_in_welcomelist", 0, 0, 0, test_subject_welcome },
	{ "check_subject_in_whitelist", 0, 0, 0, test_subject_welcome },
	{ "check_subject_in_blocklist", 0, 0, 0, test_subject_blocked },
	{ "check_subject_in_blacklist", 0, 0, 0, test_subject_blocked },
	{ NULL, 0, 0, 0, NULL },
};
