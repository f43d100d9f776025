#include "sensor/score/fault_rule.h"

#include "sensor/base/chars.h"
#include "sensor/mail/header_date.h"

#define BITS 31

static const char *
header_word(unsigned bit)
{
	return message_fault_name((enum message_fault)bit);
}

static const char *
part_word(unsigned bit)
{
	return part_fault_name((enum part_fault)bit);
}

static const char *
date_word(unsigned bit)
{
	return date_fault_name((enum date_fault)bit);
}

/* The bit of that name, or 0. */
static unsigned
bit_of(const char *(*word)(unsigned bit), struct slice name)
{
	for (unsigned i = 0; i < BITS; i++)
		if (name.len > 0 && slice_eq(name, slice_str(word(1U << i))))
			return 1U << i;
	return 0;
}

static bool
is_field(struct slice name)
{
	bool good = name.len > 0;
	for (size_t i = 0; good && i < name.len; i++)
		good = chars_is(name.ptr[i], CHAR_TOKEN);
	return good;
}

int
fault_test_parse(struct slice text, struct arena *arena, struct fault_test *out, struct err *err)
{
	struct slice fault = text, field = slice_split(&fault, ':');
	bool qualified = field.len < text.len;
	*out = (struct fault_test){ .of = FAULT_OF_HEADER, .field = "" };
	if (qualified && !slice_eq(field, SLICE("part"))) {
		out->of = FAULT_OF_FIELD;
		out->field = arena_string(arena, field);
		out->bit = is_field(field) ? bit_of(header_word, fault) : 0;
		if (out->bit == 0 && is_field(field)) {
			out->of = FAULT_OF_DATE;
			out->bit = bit_of(date_word, fault);
		}
	} else if (!qualified) {
		out->bit = bit_of(header_word, text);
		fault = text;
	}
	if (out->bit == 0 && *out->field == '\0') {
		out->of = FAULT_OF_PART;
		out->bit = bit_of(part_word, fault);
	}
	if (out->bit != 0)
		return 0;
	return err_set(err, "'%.*s' is no fault of a header, a field, a date or a part",
		(int)slice_take(text, 60).len, (const char *)text.ptr);
}

static bool
of_parts(unsigned bit, const struct message *m)
{
	for (size_t i = 0; i < m->entities_count; i++)
		if ((m->entities[i].faults & bit) != 0)
			return true;
	for (size_t i = 0; i < m->parts_count; i++)
		if ((m->parts[i].faults & bit) != 0)
			return true;
	return false;
}

static bool
of_field(const struct fault_test *test, const struct message *m)
{
	const struct header_field *f;
	for (size_t n = 0; (f = message_field(m, test->field, n)) != NULL; n++) {
		struct date_value date;
		if (test->of == FAULT_OF_FIELD && (f->faults & test->bit) != 0)
			return true;
		if (test->of == FAULT_OF_FIELD)
			continue;
		header_date_read(f->value, &date);
		if ((date.faults & test->bit) != 0)
			return true;
	}
	return false;
}

bool
fault_test(const struct fault_test *test, const struct message *m)
{
	switch (test->of) {
	case FAULT_OF_HEADER:
		return (m->faults & test->bit) != 0;
	case FAULT_OF_PART:
		return of_parts(test->bit, m);
	case FAULT_OF_FIELD:
	case FAULT_OF_DATE:
		return of_field(test, m);
	}
	return false;
}
