/* SpamAssassin's HeaderEval, but for what is in eval_date.c, eval_forged.c, eval_recipients.c. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/charset.h"
#include "sensor/score/eval_charset.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"
#include "sensor/score/target_text.h"

#define IGNORED(a) (void)(a)

static bool
test_missing_to(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	return field_get(in, "To").len == 0 && field_get(in, "Apparently-To").len == 0;
}

/* check_header_count_range('Field', least, most): fields of that name whose values differ. */
static bool
test_count_range(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct target_values values;
	struct target t;
	struct err ignored;
	if (target_parse(arguments->words[0], in->arena, &t, &ignored) < 0)
		return false;
	t.delivered = true;
	target_values(&t, in, &values);
	size_t count = 0;
	for (size_t i = 0; i < values.items_count && i < LIMIT_HEADER_FIELDS; i++) {
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = slice_eq(values.items[k], values.items[i]);
		count += !again;
	}
	return (double)count >= eval_number(arguments, 1, 0) &&
	       (double)count <= eval_number(arguments, 2, 0);
}

static bool
is_control(uint8_t c)
{
	return c < ' ' && c != '\t' && c != '\n' && c != '\r';
}

/* check_illegal_chars('Field', ratio, count): bytes that RFC 5322 does not allow there; UTF-8 is
 * what RFC 6532 does. */
static bool
test_illegal_chars(const struct rule_input *in, const struct eval_arguments *arguments)
{
	static const struct {
		const char *field, *raw;
	} known[] = { { "ALL", "ALL:raw" }, { "Subject", "Subject:raw" }, { "From", "From:raw" } };
	const char *name = NULL;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_ieq(arguments->words[0], slice_str(known[i].field)))
			name = known[i].raw;
	if (name == NULL)
		return false;
	struct slice text = field_get(in, name);
	size_t high = 0, controls = 0, exempt = 0, utf8_controls = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		high += c >= 0x7f;
		controls += is_control(c);
		utf8_controls += is_control(c);
		exempt += c == 0xa2 || c == 0xa3 || c == 0xae;
	}
	bool beyond;
	if (slice_trim(text).len == 0 ||
		(charset_is_utf8(text, &beyond) && beyond && utf8_controls == 0))
		return false;
	size_t illegal = high + controls;
	/* one cent, pound or registered sign in a subject is nothing */
	if (illegal > 0 && exempt == 1 && strcmp(name, "Subject:raw") == 0)
		illegal--;
	return (double)illegal / (double)text.len >= eval_number(arguments, 1, 0) &&
	       (double)illegal >= eval_number(arguments, 2, 0);
}

/* Behind "Re:", "Fwd:" and what other languages have for them. */
static struct slice
without_reply_marks(struct slice subject)
{
	static const char *const marks[] = {
		"Re:", "Fwd:", "Fw:", "Aw:", "Antwort:", "WG:", "SV:", "VB:", "VS:", "VL:"
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (!slice_istarts(subject, slice_str(marks[i])))
			continue;
		subject = slice_skip(subject, strlen(marks[i]));
		while (subject.len > 0 && chars_is_white(subject.ptr[0]))
			subject = slice_skip(subject, 1);
		i = (size_t)-1; /* from the first again */
	}
	return subject;
}

static bool
test_all_caps(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	struct slice subject = without_reply_marks(slice_trim(field_get(in, "Subject")));
	size_t capitals = 0, small = 0, spaces = 0;
	for (size_t i = 0; i < subject.len; i++) {
		capitals += subject.ptr[i] >= 'A' && subject.ptr[i] <= 'Z';
		small += subject.ptr[i] >= 'a' && subject.ptr[i] <= 'z';
		spaces += chars_is_white(subject.ptr[i]);
	}
	if (spaces == 0 || subject.len < 10 || capitals == 0 || small > 0)
		return false;
	return !charset_caps_likely_in_words(field_get(in, "Subject:raw"));
}

static bool
edge(struct slice s, size_t at)
{
	return (at > 0 && chars_is_word(s.ptr[at - 1])) != (at < s.len && chars_is_word(s.ptr[at]));
}

static bool
has_word(struct slice text, struct slice word)
{
	for (size_t at = 0; at < text.len; at++) {
		at += slice_ifind(slice_skip(text, at), word);
		if (at < text.len && edge(text, at) && edge(text, at + word.len))
			return true;
	}
	return false;
}

static bool
one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* "re: NAME", "re: hello NAME", "NAME, …" in the same case, "NAME", ", NAME!" */
static bool
addresses_by_name(struct slice subject, struct slice name)
{
	struct slice s = subject;
	if (s.len > 0 && s.ptr[s.len - 1] == '\n')
		s.len--;
	if (slice_ieq(s, name))
		return true;
	if (slice_starts(s, name)) {
		struct slice rest = slice_skip(s, name.len);
		while (rest.len > 0 && chars_is_white(rest.ptr[0]))
			rest = slice_skip(rest, 1);
		if (rest.len > 0 && one_of(rest.ptr[0], ",:;!?-") &&
			(rest.len == 1 || chars_is_white(rest.ptr[1])))
			return true;
	}
	if (s.len > 0 && s.ptr[0] == ',') {
		struct slice rest = slice_skip(s, 1);
		while (rest.len > 0 && chars_is_white(rest.ptr[0]))
			rest = slice_skip(rest, 1);
		return rest.len == name.len + 1 && slice_istarts(rest, name) &&
		       one_of(rest.ptr[name.len], ",:;!?-");
	}
	if (!slice_istarts(s, SLICE("re:")) && !slice_istarts(s, SLICE("fw:")))
		return false;
	s = slice_skip(s, 3);
	while (s.len > 0 && chars_is_white(s.ptr[0]))
		s = slice_skip(s, 1);
	if (slice_ieq(s, name))
		return true;
	size_t n = 0;
	while (n < s.len && chars_is_word(s.ptr[n]))
		n++;
	struct slice rest = slice_skip(s, n);
	if (n == 0 || rest.len == 0 || !chars_is_white(rest.ptr[0]))
		return false;
	while (rest.len > 0 && chars_is_white(rest.ptr[0]))
		rest = slice_skip(rest, 1);
	return slice_ieq(rest, name);
}

/* check_for_to_in_subject('address' or 'user') */
static bool
test_to_in_subject(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice to = field_get(in, "To:addr"), subject = field_get(in, "Subject");
	if (to.len == 0)
		return false;
	if (slice_eq(arguments->words[0], SLICE("address")))
		return has_word(subject, to);
	struct slice user = slice_take(to, slice_index(to, '@'));
	return slice_eq(arguments->words[0], SLICE("user")) && addresses_by_name(subject, user);
}

/* "%RND_WORD" in a field that has no business with percent signs. */
static bool
test_unresolved_template(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	static const char *const may[] = { "X-VMS-To:", "X-UIDL:", "X-Face:", "To:", "Cc:", "From:",
		"Subject:", "References:", "In-Reply-To:", "Message-Id:", "X-Message-Id:",
		"Resent-Message-Id:", "X-Original-Message-Id:" };
	struct slice all = field_get(in, "ALL");
	while (all.len > 0) {
		struct slice line = slice_split(&all, '\n'), rest = line;
		bool found = false, allowed = false;
		while (rest.len > 2 && !found) {
			slice_split(&rest, '%');
			found = rest.len > 1 && rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z' &&
				((rest.ptr[1] >= 'A' && rest.ptr[1] <= 'Z') ||
					one_of(rest.ptr[1], "_-"));
		}
		for (size_t i = 0; found && i < sizeof may / sizeof *may && !allowed; i++)
			allowed = slice_istarts(line, slice_str(may[i]));
		if (found && !allowed)
			return true;
	}
	return false;
}

/* Message-ID <28 capitals.ADDRESS> and From "Name" <ADDRESS> */
static bool
test_ratware_name_id(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	struct slice id = field_get(in, "MESSAGEID"), from = field_get(in, "From");
	for (;;) {
		id = slice_skip(id, slice_index(id, '<'));
		if (id.len == 0)
			return false;
		id = slice_skip(id, 1);
		size_t n = 0;
		while (n < id.len && id.ptr[n] >= 'A' && id.ptr[n] <= 'Z')
			n++;
		if (n == 28 && n < id.len && id.ptr[n] == '.')
			break;
	}
	struct slice address = slice_skip(id, 29);
	address = slice_take(address, slice_index(address, '>') + 1);
	size_t at = slice_index(from, '<');
	if (address.len < 2 || !slice_starts(slice_skip(from, at + 1), address))
		return false;
	while (at > 0 && chars_is_white(from.ptr[at - 1]))
		at--;
	return at > 2 && from.ptr[at - 1] == '"' && from.ptr[at - 2] != '"' &&
	       slice_index(from, '"') < at - 1;
}

/* The envelope's sender was made from the recipient: DOMAIN?USER@… */
static bool
test_ratware_envelope_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	struct slice to = field_get(in, "To:addr"), from = field_get(in, "EnvelopeFrom:addr");
	struct slice user = slice_take(to, slice_index(to, '@'));
	if (from.len == 0 || user.len == 0 || user.len == to.len ||
		(slice_istarts(from, SLICE("SRS")) && from.len > 4 &&
			chars_is(from.ptr[3], CHAR_DIGIT) && one_of(from.ptr[4], "=+-")))
		return false;
	struct slice domain = target_text_domain(in, slice_skip(to, user.len + 1));
	if (slice_index(domain, '.') == domain.len)
		return false;
	for (size_t at = 0; at < from.len; at++) {
		at += slice_ifind(slice_skip(from, at), domain);
		struct slice rest = slice_skip(from, at + domain.len + 1);
		if (at < from.len && edge(from, at) && slice_istarts(rest, user) &&
			rest.len > user.len && rest.ptr[user.len] == '@')
			return true;
	}
	return false;
}

static bool
test_matching_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	return slice_ieq(field_get(in, "EnvelopeFrom:addr"), field_get(in, "From:addr"));
}

/* The last two labels. */
static struct slice
second_level(struct slice domain)
{
	size_t dots = 0, at = domain.len;
	while (at > 0 && (domain.ptr[at - 1] != '.' || ++dots < 2))
		at--;
	bool whole = at < 2 || slice_index(slice_skip(domain, at), '.') == 0 ||
		     domain.ptr[domain.len - 1] == '.';
	return whole ? domain : slice_skip(domain, at);
}

static bool
test_equal_from_domains(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	struct slice from = second_level(address_domain(field_get(in, "From:addr")));
	struct slice envelope = second_level(address_domain(field_get(in, "EnvelopeFrom:addr")));
	return from.len > 0 && envelope.len > 0 && !slice_ieq(from, envelope);
}

/* A character set of From or Subject that none of ok_locales uses. */
static bool
test_faraway(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	static const char *const names[] = { "From:raw", "Subject:raw" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice rest = field_get(in, names[i]);
		for (;;) {
			rest = slice_skip(rest, slice_find(rest, SLICE("=?")));
			if (rest.len == 0)
				break;
			rest = slice_skip(rest, 2);
			struct slice charset = slice_take(rest, slice_index(rest, '?'));
			if (charset.len < rest.len && charset_faraway(in, charset))
				return true;
		}
	}
	return false;
}

/* Mailing lists and gateways that take the Message-ID away, or make a new one. */
static bool
test_messageid_not_usable(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(arguments);
	struct slice leave = field_get(in, "List-Unsubscribe");
	struct slice received = field_get(in, "Received");
	return shape_ifind(leave, "<mailto:leave-+@+>") ||
	       shape_ifind(leave, "<mailto:+-unsubscribe@+>") || gated_through_remover(in) ||
	       shape_find(received, "/CWT/DCE)") ||
	       shape_find(received, "iPlanet Messaging Server");
}

/* check_for_unique_subject_id: SpamAssassin has given it up, it says no. */
static bool
test_never(const struct rule_input *in, const struct eval_arguments *arguments)
{
	IGNORED(in);
	IGNORED(arguments);
	return false;
}

const struct eval evals_header[] = {
	{ "check_for_missing_to_header", 0, 0, 0, test_missing_to },
	{ "check_header_count_range", 3, 3, 0, test_count_range },
	{ "check_illegal_chars", 3, 3, 0, test_illegal_chars },
	{ "subject_is_all_caps", 0, 0, 0, test_all_caps },
	{ "check_for_to_in_subject", 1, 1, 0, test_to_in_subject },
	{ "check_unresolved_template", 0, 0, 0, test_unresolved_template },
	{ "check_ratware_name_id", 0, 0, 0, test_ratware_name_id },
	{ "check_ratware_envelope_from", 0, 0, 0, test_ratware_envelope_from },
	{ "check_for_matching_env_and_hdr_from", 0, 0, 0, test_matching_from },
	{ "check_equal_from_domains", 0, 0, 0, test_equal_from_domains },
	{ "check_for_faraway_charset_in_headers", 0, 0, 0, test_faraway },
	{ "check_messageid_not_usable", 0, 0, 0, test_messageid_not_usable },
	{ "check_for_unique_subject_id", 0, 0, 0, test_never },
	{ NULL, 0, 0, 0, NULL },
};
