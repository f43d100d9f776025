/* heloscope's own tests: what is wrong with addresses, encoded words and Message-IDs, by the words
 * of sensor/mail/header_address.h, encoded_word.h and message_id.h. */
#include <string.h>

#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header.h"
#include "sensor/mail/header_address.h"
#include "sensor/mail/message_id.h"
#include "sensor/score/eval_fields.h"

/* address_fault('From', 'no-at'): of any mailbox in these fields. */
static bool
test_address_fault(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct mailboxes boxes = { 0 };
	mailboxes_of(in->message, arena_string(in->arena, arguments->words[0]), in->arena, &boxes);
	for (unsigned bit = 1; bit != 0 && bit <= boxes.faults; bit <<= 1)
		if ((boxes.faults & bit) != 0 &&
			slice_eq(arguments->words[1],
				slice_str(mailbox_fault_name((enum mailbox_fault)bit))))
			return true;
	return false;
}

/* encoded_word_fault('Subject', 'split'): without the second, any that RFC 2047 forbids. */
static bool
test_encoded_word_fault(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const unsigned harmless = WORD_PRESENT | WORD_LANGUAGE | WORD_RAW_8BIT | WORD_NEEDLESS;
	const struct message *m = in->message;
	unsigned faults = 0;
	for (size_t i = 0; i < m->fields_count; i++)
		if (slice_ieq(m->fields[i].name, arguments->words[0]))
			header_decoded(m->fields[i].value, m->charsets, in->arena, &faults);
	if (arguments->count < 2)
		return (faults & ~harmless) != 0;
	for (unsigned bit = 1; bit != 0 && bit <= faults; bit <<= 1)
		if ((faults & bit) != 0 &&
			slice_eq(arguments->words[1],
				slice_str(word_fault_name((enum word_fault)bit))))
			return true;
	return false;
}

/* message_id_shape('localhost'): a fault of Message-ID, or the name of the program whose form it
 * has
 * ("exim", "outlook", …; "unknown" is none's). */
static bool
test_message_id_shape(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct header_field *f = message_field(in->message, "Message-ID", 0);
	struct message_id id;
	if (f == NULL)
		return false;
	message_id_read(f->value, &id);
	if (slice_eq(arguments->words[0], slice_str(id.form)) ||
		(id.form[0] == '\0' && slice_eq(arguments->words[0], SLICE("unknown"))))
		return true;
	for (unsigned bit = 1; bit != 0 && bit <= id.faults; bit <<= 1)
		if ((id.faults & bit) != 0 &&
			slice_eq(arguments->words[0],
				slice_str(message_id_fault_name((enum id_fault)bit))))
			return true;
	return false;
}

const struct eval evals_own_fault[] = {
	{ "address_fault", 2, 2, 0, test_address_fault },
	{ "encoded_word_fault", 1, 2, 0, test_encoded_word_fault },
	{ "message_id_shape", 1, 1, 0, test_message_id_shape },
	{ NULL, 0, 0, 0, NULL },
};
