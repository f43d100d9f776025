#include "sensor/base/chars.h"
#include "sensor/smtp/queue_id.h"

enum where {
	AFTER,	   /* the word behind the mark */
	BEFORE,	   /* the word in front of the mark */
	IN_PARENS, /* what stands in parentheses behind the mark */
};

/* In order: the first that is found decides. */
static const struct {
	const char *mark;
	enum where where;
	const char *server;
} rows[] = {
	{ "[InternalId=", AFTER,
		"Exchange: 2.6.0 <id> [InternalId=1234, Hostname=x] Queued mail for delivery" },
	{ "queued as ", AFTER, "Postfix: 2.0.0 Ok: queued as 4ABC; also Amavis and many others" },
	{ "OK id=", AFTER, "Exim: OK id=1abcde-0000Xy-2Z" },
	{ " Message accepted for delivery", BEFORE,
		"Sendmail and OpenSMTPD: 2.0.0 id Message accepted for delivery" },
	{ "Message Queued (", IN_PARENS, "Haraka" },
	{ " qp ", AFTER, "qmail: ok 1213243545 qp 1234" },
	{ " - gsmtp", BEFORE, "Google: OK  1213243545 a1-b2.3 - gsmtp" },
	{ "queued: ", AFTER, "various appliances" },
};

static bool
is_id(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '-' || c == '_' || c == '.';
}

static struct slice
word_at(struct slice s)
{
	size_t n = 0;
	while (n < s.len && is_id(s.ptr[n]))
		n++;
	while (n > 0 && s.ptr[n - 1] == '.')
		n--;
	return slice_take(s, n);
}

static struct slice
word_before(struct slice s)
{
	size_t n = s.len;
	while (n > 0 && is_id(s.ptr[n - 1]))
		n--;
	return slice_skip(s, n);
}

struct slice
queue_id_of(struct slice text)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice mark = slice_str(rows[i].mark);
		size_t at = slice_ifind(text, mark);
		if (at == text.len)
			continue;
		struct slice behind = slice_skip(text, at + mark.len);
		switch (rows[i].where) {
		case AFTER:
			return word_at(behind);
		case BEFORE:
			return word_before(slice_take(text, at));
		case IN_PARENS:
			return slice_take(behind, slice_index(behind, ')'));
		}
	}
	return SLICE_EMPTY;
}
