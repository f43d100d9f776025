/* Addresses at providers that give them to anybody (SpamAssassin's FreeMail).
 *
 * Source: Mail::SpamAssassin::Plugin::FreeMail(3): freemail_domains, freemail_welcomelist. */
#include <math.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"

enum {
	USER_MOST = 64,	  /* bytes */
	SEEN_MOST = 40,	  /* addresses of a text that are looked at */
	LINKS_MOST = 100, /* that the text may show or not */
	KEPT_MOST = 20,	  /* of these at freemail providers */
};

/* Users of providers that are no people. */
static bool
is_role(struct slice address)
{
	static const char *const exact[] = { "abuse@", "support@", "sales@", "info@", "helpdesk@",
		"contact@", "kontakt@", "postmaster@", "hostmaster@", "domainmaster@", "bounce-@",
		"bounced-@" };
	struct slice user = slice_take(address, slice_index(address, '@'));
	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
		if (slice_istarts(address, slice_str(exact[i])))
			return true;
	if (slice_istarts(user, SLICE("undisclosed")))
		return true;
	size_t digits = 0, equals = 0, first = slice_index(user, '=');
	for (size_t i = 0; i < user.len; i++) {
		digits += chars_is(user.ptr[i], CHAR_HEX);
		equals += user.ptr[i] == '=';
	}
	/* message ids: request-16, 8.8, or 8-4-4-4-12 */
	if ((slice_istarts(user, SLICE("request-")) && user.len == 24 && digits >= 18) ||
		(user.len == 17 && digits == 16 && user.ptr[8] == '.') ||
		(user.len == 36 && digits == 32 && user.ptr[8] == '-'))
		return true;
	return equals >= 2 && first > 0 && user.ptr[user.len - 1] != '=';
}

static bool
is_freemail(const struct rule_input *in, struct slice address)
{
	struct slice domain = address_domain(address);
	return domain.len > 0 && !listed(in, "freemail_welcomelist", SLICE_EMPTY, address) &&
	       !listed(in, "freemail_welcomelist", SLICE_EMPTY, domain) && !is_role(address) &&
	       listed(in, "freemail_domains", SLICE_EMPTY, domain);
}

static double
setting(const struct rule_input *in, const char *name, double usual)
{
	return in->settings == NULL ? usual : settings_number(in->settings, name, usual);
}

static struct slice
lower(struct slice s, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, s.len + 1);
	for (size_t i = 0; out != NULL && i < s.len; i++)
		out[i] = chars_lower(s.ptr[i]);
	return slice_of(out, out == NULL ? 0 : s.len);
}

static bool
matches(const struct rule_input *in, const struct eval_arguments *arguments, struct slice address)
{
	return arguments->pattern == NULL || pattern_match(in->patterns, arguments->pattern,
						     lower(address, in->arena)) == PATTERN_HIT;
}

/* check_freemail_header('Field' [, regex]) */
static bool
test_header(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct target t;
	struct err ignored;
	struct target_values values;
	if (target_parse(arguments->words[0], in->arena, &t, &ignored) < 0)
		return false;
	t.delivered = true;
	t.part = TARGET_ADDR;
	target_values(&t, in, &values);
	for (size_t i = 0; i < values.items_count; i++)
		if (is_freemail(in, values.items[i]) && matches(in, arguments, values.items[i]))
			return true;
	return false;
}

/* check_freemail_from([regex]) */
static bool
test_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct eval_addresses *from = addresses_from(in);
	for (size_t i = 0; i < from->items_count; i++)
		if (is_freemail(in, from->items[i]) && matches(in, arguments, from->items[i]))
			return true;
	return false;
}

static bool
is_user_byte(uint8_t c)
{
	return chars_is(c, CHAR_ATEXT);
}

/* Bytes before the "@" at `at` that are a user's name: dots only between others. */
static size_t
user_length(struct slice text, size_t at)
{
	size_t n = 0;
	while (n < at && n <= USER_MOST) {
		uint8_t c = text.ptr[at - n - 1];
		if (c == '.' && (n == 0 || text.ptr[at - n] == '.'))
			break;
		if (c != '.' && !is_user_byte(c))
			break;
		n++;
	}
	while (n > 0 && text.ptr[at - n] == '.')
		n--;
	return n <= USER_MOST ? n : 0;
}

/* Bytes behind the "@" that are a host's name of at least two labels. */
static size_t
host_length(struct slice text, size_t from)
{
	size_t n = from, labels = 0, end = 0;
	while (n < text.len && labels < 5) {
		size_t start = n;
		while (n < text.len &&
			(chars_is(text.ptr[n], CHAR_ALPHA | CHAR_DIGIT) || text.ptr[n] == '-'))
			n++;
		if (n == start || text.ptr[start] == '-')
			break;
		labels++;
		if (labels > 1)
			end = n;
		if (n >= text.len || text.ptr[n] != '.')
			break;
		n++;
	}
	while (end > from && text.ptr[end - 1] == '-')
		end--;
	return end > from ? end - from : 0;
}

/* In "<…>" without mailto:, before "wrote:", or in a URL: an address that is only cited. */
static bool
is_cited(struct slice text, size_t start, size_t end)
{
	static const char *const said[] = { "fax", "facsi", "tel", "phone", "email", "e-mail",
		"mail" };
	size_t word = start;
	while (word > 0 && text.ptr[word - 1] > ' ' && start - word < 255)
		word--;
	struct slice before = slice_skip(slice_take(text, start), word);
	if (slice_ifind(before, SLICE("http://")) < before.len ||
		slice_ifind(before, SLICE("https://")) < before.len)
		return true;
	if (before.len >= 7 && slice_iends(before, SLICE("mailto:")))
		return false;
	if (end < text.len && text.ptr[end] == '>')
		return true;
	size_t n = end;
	while (n < text.len && n - end < 10 && text.ptr[n] <= ' ')
		n++;
	struct slice rest = slice_skip(text, n);
	size_t letters = 0;
	while (letters < rest.len && chars_is(rest.ptr[letters], CHAR_ALPHA))
		letters++;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (slice_istarts(rest, slice_str(said[i])))
			return false;
	return n > end && letters >= 2 && letters <= 11 && letters < rest.len &&
	       rest.ptr[letters] == ':';
}

/* Lists of people are no answer's address: freemail_max_body_emails, …_freemails. */
struct body_scan {
	const struct rule_input *in;
	struct slice seen[SEEN_MOST];
	size_t seen_count;
	double all_most, freemail_most;
	struct freemail_facts *facts;
};

static void
scan_address(struct body_scan *s, struct slice address)
{
	struct freemail_facts *f = s->facts;
	address = lower(address, s->in->arena);
	for (size_t i = 0; i < s->seen_count; i++)
		if (slice_eq(s->seen[i], address))
			return;
	if (s->seen_count == SEEN_MOST)
		return;
	s->seen[s->seen_count++] = address;
	f->too_many = (double)s->seen_count >= s->all_most;
	if (f->too_many || !is_freemail(s->in, address))
		return;
	f->too_many = (double)f->items_count + 1 >= s->freemail_most;
	struct slice *to = ARENA_PUSH(s->in->arena, f->items, KEPT_MOST);
	if (to != NULL)
		*to = address;
}

static void
scan_text(struct body_scan *s, struct slice text)
{
	for (size_t at = slice_index(text, '@'); at < text.len;
		at += 1 + slice_index(slice_skip(text, at + 1), '@')) {
		size_t user = user_length(text, at), host = host_length(text, at + 1);
		if (user == 0 || host == 0 || is_cited(text, at - user, at + 1 + host))
			continue;
		scan_address(s, slice_take(slice_skip(text, at - user), user + 1 + host));
		if (s->facts->too_many)
			return;
	}
}

static const struct freemail_facts *
body_facts(const struct rule_input *in)
{
	struct freemail_facts *f = &eval_kept(in)->freemail;
	if (f->known)
		return f;
	struct body_scan scan = { .in = in, .facts = f };
	const struct mail_text *text = input_text(in);
	bool skips = setting(in, "freemail_skip_when_over_max", 1) != 0;
	scan.all_most = skips ? setting(in, "freemail_max_body_emails", 5) : INFINITY;
	scan.freemail_most = skips ? setting(in, "freemail_max_body_freemails", 3) : INFINITY;
	f->known = true;
	/* links that the text does not show */
	for (size_t i = 0, mails = 0; i < text->uris_count && mails < LINKS_MOST; i++) {
		struct slice address = slice_skip(text->uris[i], 7);
		if (!slice_istarts(text->uris[i], SLICE("mailto:")))
			continue;
		mails++;
		if (slice_ifind(text->body.all, address) == text->body.all.len)
			scan_text(&scan, address);
	}
	for (size_t i = 0; i < text->body.pieces_count && !f->too_many; i++)
		scan_text(&scan, text->body.pieces[i]);
	return f;
}

/* check_freemail_body([regex]) */
static bool
test_body(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct freemail_facts *f = body_facts(in);
	for (size_t i = 0; i < f->items_count && !f->too_many; i++)
		if (matches(in, arguments, f->items[i]))
			return true;
	return false;
}

/* Lists, robots and bounces: their Reply-To says nothing. */
static bool
is_bulk_sender(struct slice from)
{
	static const char *const starts[] = { "postmaster@", "hostmaster@", "domainmaster@",
		"double-bounce@" };
	static const char *const prefixes[] = { "sentto-", "owner-", "return-", "bounce-",
		"bounced-", "grbounce-", "grbounced-" };
	static const char *const ends[] = { "-request", "-bounce", "-bounces", "-admin", "-owner",
		"noreply", "no-reply", "no_reply", "no.reply", "noreplies", "no-replies",
		"no_replies", "no.replies" };
	struct slice user = slice_take(from, slice_index(from, '@'));
	if (user.len == from.len)
		return false;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (slice_istarts(from, slice_str(starts[i])))
			return true;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (slice_istarts(user, slice_str(prefixes[i])) && user.len > strlen(prefixes[i]))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_iends(user, slice_str(ends[i])))
			return true;
	size_t equals = slice_index(user, '=');
	return equals > 0 && equals + 1 < user.len;
}

static bool
any_freemail(const struct rule_input *in, const struct target_values *addresses)
{
	for (size_t i = 0; i < addresses->items_count; i++)
		if (is_freemail(in, addresses->items[i]))
			return true;
	return false;
}

static bool
share_one(const struct target_values *a, const struct target_values *b)
{
	for (size_t i = 0; i < a->items_count; i++)
		for (size_t k = 0; k < b->items_count; k++)
			if (slice_ieq(a->items[i], b->items[k]))
				return true;
	return false;
}

/* check_freemail_replyto('replyto' or 'reply'): an answer would go to another freemail address than
 * the sender's, or than one in the text. */
static bool
test_replyto(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct target_values from, to;
	bool any = arguments->count > 0 && slice_eq(arguments->words[0], SLICE("reply"));
	if (setting(in, "freemail_skip_bulk_envfrom", 1) != 0 &&
		is_bulk_sender(field_get(in, "EnvelopeFrom")))
		return false;
	target_get_all(in, "From:addr", &from);
	target_get_all(in, "Reply-To:addr", &to);
	bool from_free = any_freemail(in, &from), to_free = any_freemail(in, &to);
	if (from_free && to_free && !share_one(&from, &to))
		return true;
	if (any ? (to.items_count > 0 && !to_free) || !from_free : !to_free)
		return false;
	const struct freemail_facts *f = body_facts(in);
	const struct target_values *answer = to_free ? &to : &from;
	for (size_t i = 0; i < f->items_count && !f->too_many; i++)
		for (size_t k = 0; k < answer->items_count; k++)
			if (!slice_ieq(f->items[i], answer->items[k]))
				return true;
	return false;
}

const struct eval evals_freemail[] = {
	{ "check_freemail_header", 1, 2, 2, test_header },
	{ "check_freemail_from", 0, 1, 1, test_from },
	{ "check_freemail_body", 0, 1, 1, test_body },
	{ "check_freemail_replyto", 0, 1, 0, test_replyto },
	{ NULL, 0, 0, 0, NULL },
};
