/* heloscope's own tests: how a message as sent is put together, and what is in it. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"

static bool
has_8bit(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= 0x80)
			return true;
	return false;
}

/* Bytes beyond US-ASCII in a message that says nothing about them (RFC 2045 2.7, 6.2). */
static bool
test_body_8bit_undeclared(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct message *m = in->message;
	return m->parts_count == 1 && m->parts[0].encoding[0] == '\0' &&
	       message_field(m, "Content-Type", 0) == NULL && has_8bit(m->body);
}

static bool
any_part_fault(const struct message *m, unsigned faults)
{
	for (size_t i = 0; i < m->entities_count; i++)
		if ((m->entities[i].faults & faults) != 0)
			return true;
	return false;
}

/* A multipart without boundary, or one whose boundary never comes (RFC 2046 5.1.1). */
static bool
test_multipart_broken(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return in->message->body.len > 0 &&
	       any_part_fault(in->message, PART_NO_BOUNDARY | PART_BOUNDARY_ABSENT);
}

/* part_fault('boundary-doubled'): what is wrong with any of the parts (sensor/mail/message.h). */
static bool
test_part_fault(const struct rule_input *in, const struct eval_arguments *arguments)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = part_fault_name((enum part_fault)(1u << bit));
		if (*name != '\0' && slice_eq(arguments->words[0], slice_str(name)))
			return any_part_fault(in->message, 1u << bit);
	}
	return false;
}

/* parts_at_least('image/png', n): parts of that type; with ? and * for what varies. */
static bool
test_parts_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	size_t count = 0;
	for (size_t i = 0; i < in->message->entities_count; i++)
		count += shape_glob(slice_str(in->message->entities[i].type), arguments->words[0]);
	return (double)count >= eval_number(arguments, 1, 1);
}

/* attachment_named(regex): the name of a file in it, also of one that TNEF or UUENCODE carries. */
static bool
test_attachment_named(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct message *m = in->message;
	for (size_t i = 0; arguments->pattern != NULL && i < m->parts_count; i++) {
		const struct message_part *p = &m->parts[i];
		if (p->name[0] != '\0' && pattern_match(in->patterns, arguments->pattern,
						  slice_str(p->name)) == PATTERN_HIT)
			return true;
		for (size_t k = 0; k < p->files_count; k++)
			if (pattern_match(in->patterns, arguments->pattern,
				    slice_str(p->files[k].name)) == PATTERN_HIT)
				return true;
	}
	return false;
}

/* Base64 around text that is all plain ASCII: hides words from filters, and nothing else. */
static bool
test_text_hidden(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 64);
	for (size_t i = 0; i < in->message->parts_count; i++) {
		const struct message_part *p = &in->message->parts[i];
		if (slice_starts(slice_str(p->type), SLICE("text/")) && !p->attachment &&
			strcmp(p->encoding, "base64") == 0 && (double)p->decoded.len >= number &&
			!has_8bit(p->decoded))
			return true;
	}
	return false;
}

static bool
test_shorter_than(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return (double)slice_trim(in->message->body).len < eval_number(arguments, 0, 64);
}

static const struct message_part *
part_of_type(const struct message *m, const char *type)
{
	for (size_t i = 0; i < m->parts_count; i++)
		if (strcmp(m->parts[i].type, type) == 0)
			return &m->parts[i];
	return NULL;
}

/* A field of one of the groups in a delivery status: at the front of a line. */
static bool
status_has(struct slice status, const char *name)
{
	struct slice want = slice_str(name);
	while (status.len > 0)
		if (slice_istarts(slice_split(&status, '\n'), want))
			return true;
	return false;
}

/* A report of a delivery that lacks what it must have: the status (RFC 3462 2), in it the server, a
 * recipient, what became of him and why (RFC 3464 2.2.2, 2.3); or one that has a sender in its
 * envelope (RFC 5321 4.5.5). */
static bool
test_bounce_malformed(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	static const char *const fields[] = {
		"Reporting-MTA:", "Final-Recipient:", "Action:", "Status:"
	};
	struct slice type = sent_get(in, "Content-Type");
	if (!slice_istarts(type, SLICE("multipart/report")))
		return false;
	if (slice_ifind(type, SLICE("delivery-status")) == type.len)
		return false;
	const struct message_part *status = part_of_type(in->message, "message/delivery-status");
	if (status == NULL || (in->session != NULL && in->mail->mail_from[0] != '\0'))
		return true;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (!status_has(status->decoded, fields[i]))
			return true;
	return false;
}

const struct eval evals_own_parts[] = {
	{ "body_8bit_undeclared", 0, 0, 0, test_body_8bit_undeclared },
	{ "multipart_broken", 0, 0, 0, test_multipart_broken },
	{ "part_fault", 1, 1, 0, test_part_fault },
	{ "parts_at_least", 1, 2, 0, test_parts_at_least },
	{ "attachment_named", 1, 1, 1, test_attachment_named },
	{ "text_hidden", 0, 1, 0, test_text_hidden },
	{ "shorter_than", 0, 1, 0, test_shorter_than },
	{ "bounce_malformed", 0, 0, 0, test_bounce_malformed },
	{ NULL, 0, 0, 0, NULL },
};
