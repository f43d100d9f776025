#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/target_address.h"
#include "sensor/score/target_text.h"

#define ADDRESSES_KEPT 1000

struct slice
field_get(const struct rule_input *in, const char *name)
{
	bool present;
	return target_get(in, name, &present);
}

bool
field_there(const struct rule_input *in, const char *name)
{
	bool present;
	target_get(in, name, &present);
	return present;
}

struct slice
sent_get(const struct rule_input *in, const char *name)
{
	bool present;
	return target_get_sent(in, name, &present);
}

bool
sent_there(const struct rule_input *in, const char *name)
{
	bool present;
	target_get_sent(in, name, &present);
	return present;
}

bool
same_organisation(struct slice a, struct slice b, const struct rule_input *in)
{
	struct slice longer = a.len >= b.len ? a : b, shorter = a.len >= b.len ? b : a;
	if (shorter.len == 0)
		return false;
	if (slice_ieq(longer, shorter))
		return true;
	if (slice_iends(longer, shorter) && slice_index(shorter, '.') < shorter.len &&
		longer.ptr[longer.len - shorter.len - 1] == '.')
		return true;
	struct slice of_a = target_text_domain(in, a), of_b = target_text_domain(in, b);
	return of_a.len > 0 && slice_ieq(of_a, of_b);
}

struct slice
field_received(const struct rule_input *in)
{
	struct eval_kept *kept = eval_kept(in);
	if (kept->received_known)
		return kept->received;
	struct slice text = field_get(in, "Received");
	uint8_t *out = arena_alloc(in->arena, text.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < text.len; i++) {
		bool space = text.ptr[i] == ' ' || (text.ptr[i] >= '\t' && text.ptr[i] <= '\r');
		if (!space)
			out[n++] = text.ptr[i];
		else if (n == 0 || out[n - 1] != ' ')
			out[n++] = ' ';
	}
	kept->received_known = true;
	kept->received = slice_of(out, n);
	return kept->received;
}

struct slice
address_domain(struct slice address)
{
	size_t at = address.len;
	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return at == 0 ? SLICE_EMPTY : slice_skip(address, at);
}

static void
add(struct eval_addresses *list, struct slice address, struct arena *arena)
{
	if (address.len == 0)
		return;
	uint8_t *copy = arena_alloc(arena, address.len);
	size_t n = 0;
	for (size_t i = 0; copy != NULL && i < address.len; i++)
		if (address.ptr[i] != '.' || n == 0 || copy[n - 1] != '.')
			copy[n++] = chars_lower(address.ptr[i]);
	struct slice made = slice_of(copy, n);
	/* a list that long is nobody's: what is behind may be there twice */
	for (size_t i = 0; i < list->items_count && i < 64; i++)
		if (slice_eq(list->items[i], made))
			return;
	struct slice *to = ARENA_PUSH(arena, list->items, ADDRESSES_KEPT);
	if (to != NULL)
		*to = made;
}

static void
add_all(struct eval_addresses *list, const struct rule_input *in, const char *const *targets)
{
	for (; *targets != NULL; targets++) {
		struct target_values values;
		target_get_all(in, *targets, &values);
		for (size_t i = 0; i < values.items_count; i++)
			add(list, values.items[i], in->arena);
	}
}

const struct eval_addresses *
addresses_from(const struct rule_input *in)
{
	static const char *const resent[] = { "Resent-From:first:addr", NULL };
	static const char *const usual[] = { "From:addr", "Envelope-Sender:addr",
		"Resent-Sender:addr", "X-Envelope-From:addr", "EnvelopeFrom", NULL };
	struct eval_addresses *list = &eval_kept(in)->from;
	if (list->known)
		return list;
	list->known = true;
	add_all(list, in, resent);
	if (list->items_count == 0)
		add_all(list, in, usual);
	return list;
}

/* " for <user@host>;" of the three newest Received fields. */
static void
add_received_for(struct eval_addresses *list, const struct rule_input *in)
{
	struct target_values received;
	target_get_all(in, "Received", &received);
	for (size_t i = 0; i < received.items_count && i < 3; i++) {
		struct slice rest = received.items[i];
		for (;;) {
			rest = slice_skip(rest, slice_find(rest, SLICE(" for ")));
			if (rest.len == 0)
				break;
			rest = slice_skip(rest, 5);
			struct slice word = slice_take(rest, slice_index(rest, ';'));
			if (word.len == rest.len || slice_index(word, ' ') < word.len)
				continue;
			word = slice_skip(word, word.len > 0 && word.ptr[0] == '<');
			if (word.len > 0 && word.ptr[word.len - 1] == '>')
				word.len--;
			if (domain_valid(address_domain(word)))
				add(list, word, in->arena);
			break;
		}
	}
}

const struct eval_addresses *
addresses_to(const struct rule_input *in)
{
	static const char *const resent[] = { "Resent-To:first:addr", "Resent-Cc:first:addr",
		NULL };
	static const char *const usual[] = { "To:addr", "Apparently-To:addr", "Delivered-To:addr",
		"Envelope-Recipients:addr", "Apparently-Resent-To:addr", "X-Envelope-To:addr",
		"Envelope-To:addr", "X-Delivered-To:addr", "X-Original-To:addr", "X-Rcpt-To:addr",
		"X-Real-To:addr", "Cc:addr", NULL };
	struct eval_addresses *list = &eval_kept(in)->to;
	if (list->known)
		return list;
	list->known = true;
	add_all(list, in, resent);
	if (list->items_count > 0)
		return list;
	add_received_for(list, in);
	add_all(list, in, usual);
	return list;
}

bool
listed(const struct rule_input *in, const char *list, struct slice group, struct slice word)
{
	return in->settings != NULL && settings_matches(in->settings, list, group, word);
}

bool
list_there(const struct rule_input *in, const char *list, struct slice group)
{
	struct slice ignored;
	return in->settings != NULL && settings_word(in->settings, list, group, 0, &ignored);
}
