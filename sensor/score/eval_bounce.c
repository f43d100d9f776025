/* Bounces of mails that we did send (SpamAssassin's VBounce). */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"

static const char relays_list[] = "welcomelist_bounce_relays";

static bool
test_have_relays(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return list_there(in, relays_list, SLICE_EMPTY);
}

/* "Received:" behind marks of quoting. */
static bool
is_received_line(struct slice line)
{
	while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' '))
		line = slice_skip(line, 1);
	return slice_istarts(line, SLICE("Received:"));
}

/* One of the words with a dot in the line is one of the relays. */
static bool
names_relay(const struct rule_input *in, struct slice line)
{
	while (line.len > 0) {
		struct slice word = slice_split(&line, ' ');
		size_t dot = slice_index(word, '.');
		if (dot > 0 && dot + 1 < word.len && listed(in, relays_list, SLICE_EMPTY, word))
			return true;
	}
	return false;
}

static bool
text_names_relay(const struct rule_input *in)
{
	const struct text_pieces *body = &input_text(in)->body;
	for (size_t i = 0; i < body->pieces_count; i++)
		if (is_received_line(body->pieces[i]) && names_relay(in, body->pieces[i]))
			return true;
	return false;
}

/* The Received fields of the message that came back, folds included. */
static bool
body_names_relay(const struct rule_input *in)
{
	struct slice rest = in->message->body;
	bool inside = false;
	while (rest.len > 0) {
		struct slice line = slice_split(&rest, '\n');
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		bool folded = line.len > 0 && chars_is(line.ptr[0], CHAR_SPACE);
		inside = is_received_line(line) || (inside && folded);
		if (inside && names_relay(in, line))
			return true;
	}
	return false;
}

static bool
test_welcome_relays(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return test_have_relays(in, arguments) && (text_names_relay(in) || body_names_relay(in));
}

const struct eval evals_bounce[] = {
	{ "have_any_bounce_relays", 0, 0, 0, test_have_relays },
	{ "check_welcomelist_bounce_relays", 0, 0, 0, test_welcome_relays },
	{ "check_whitelist_bounce_relays", 0, 0, 0, test_welcome_relays },
	{ NULL, 0, 0, 0, NULL },
};
