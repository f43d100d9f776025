#include "sensor/base/chars.h"
#include "sensor/smtp/queue_id.h"

enum where {
	AFTER,	     /* the word behind the mark */
	AFTER_COMMA, /* the word behind the next comma */
	AFTER_AS,    /* the word behind the next " as " */
	BEFORE,	     /* the word in front of the mark */
	UP_TO_PAREN, /* what stands behind the mark up to a closing parenthesis */
	UP_TO_BRACKET,
	UP_TO_ANGLE,
	ALONE, /* the word behind the mark, which begins the text, when nothing follows it */
};

/* In order: the first that gives an id decides. */
static const struct {
	const char *mark;
	enum where where;
	size_t least; /* bytes of an id; 0 = any word is one */
	const char *server;
} rows[] = {
	{ "[InternalId=", AFTER, 1,
		"Exchange: 2.6.0 <id> [InternalId=1234, Hostname=x] Queued mail for delivery" },
	{ "mail ok queued as ", AFTER_COMMA, 5, "NetEase: Mail OK queued as smtp1,id 1700000000" },
	{ "queued on ", AFTER_AS, 5, "Yandex: Ok: queued on host as 1700000000-abcd" },
	{ "Ok: queued as ", AFTER, 0, "Postfix: nothing but an id stands there" },
	{ "queued as ", AFTER, 4,
		"Postfix: 2.0.0 Ok: queued as 4ABC; Amavis and others that pass it on; Barracuda, "
		"SendGrid" },
	{ "queued with id ", AFTER, 4, "Stalwart: Message queued with id 1234abcd." },
	{ "envelope id ", AFTER, 5, "Oracle, Apple: 2.5.0 Ok, envelope id 0RAB00C@host" },
	{ "SESSIONID=<", UP_TO_ANGLE, 5, "Cyrus LMTP: 2.1.5 Ok SESSIONID=<host-1-2-3>" },
	{ "OK id=", AFTER, 5,
		"Exim: OK id=1abcde-0000Xy-2Z, from 4.97 on 1abcde-0000000AbCd-0Xyz; Mail.ru" },
	{ "completed: id=", AFTER, 5, "GMX: Requested mail action okay, completed: id=1Mab-cd" },
	{ "OK ids=", AFTER, 5, "KumoMTA: OK ids=8a54...; the first of them" },
	{ " Message accepted for delivery", BEFORE, 3,
		"Sendmail, OpenSMTPD, Proofpoint, CommuniGate, Kerio: id Message accepted for "
		"delivery" },
	{ " mail accepted for delivery", BEFORE, 4,
		"Cloudmark Gateway (Comcast, Orange, Libero): 2.0.0 id mail accepted for "
		"delivery" },
	{ "Message Queued (", UP_TO_PAREN, 4, "Haraka: Message Queued (uuid.1)" },
	{ " qp ", AFTER, 1, "qmail: ok 1700000000 qp 1234; MessageLabs" },
	{ " - gsmtp", BEFORE, 5, "Gmail: OK  1700000000 a1-b2.3 - gsmtp" },
	{ "Received OK [", UP_TO_BRACKET, 5, "Mimecast: SmtpThread-... Received OK [id.uk1]" },
	{ " - [", UP_TO_BRACKET, 5, "Mimecast: ... - [id.us2]" },
	{ "ok:  Message ", AFTER, 1, "IronPort: ok:  Message 12345 accepted" },
	{ "ok: Message ", AFTER, 1, "the same, with its blanks put together" },
	{ " Saved", BEFORE, 8, "Dovecot LMTP: <user> id Saved" },
	{ "Ok. ", ALONE, 8, "Courier: Ok. 0000000000012345.0000000065A1.00001234" },
	{ "OK ", ALONE, 12, "Amazon SES: Ok 0100018...-000000; Momentum: OK B4/2A-27398-57A0DAC5" },
	{ "queued: ", AFTER, 5, "various appliances" },
	{ "id=", AFTER, 8, "various: Ok, id=12345-06" },
};

static bool
is_id_byte(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '-' || c == '_' || c == '.' ||
	       c == '+' || c == '/' || c == '=';
}

static struct slice
word_at(struct slice s)
{
	size_t n = 0;
	/* "queued as <id>" */
	s = slice_skip(s, s.len > 0 && (s.ptr[0] == '<' || s.ptr[0] == '['));
	while (n < s.len && is_id_byte(s.ptr[n]))
		n++;
	while (n > 0 && s.ptr[n - 1] == '.')
		n--;
	return slice_take(s, n);
}

static struct slice
word_before(struct slice s)
{
	size_t n = s.len;
	while (n > 0 && is_id_byte(s.ptr[n - 1]))
		n--;
	return slice_skip(s, n);
}

/* What stands up to the closing mark, if it is one word. */
static struct slice
word_up_to(struct slice s, uint8_t close)
{
	size_t end = slice_index(s, close);
	struct slice word = slice_take(s, end);
	for (size_t i = 0; i < word.len; i++)
		if (chars_is(word.ptr[i], CHAR_SPACE | CHAR_CTL | CHAR_HIGH))
			return SLICE_EMPTY;
	return end < s.len ? word : SLICE_EMPTY;
}

static struct slice
word_behind(struct slice s, struct slice mark)
{
	size_t at = slice_ifind(s, mark);
	return at < s.len ? word_at(slice_skip(s, at + mark.len)) : SLICE_EMPTY;
}

static struct slice
word_alone(size_t at, struct slice behind)
{
	struct slice word = word_at(behind);
	return at == 0 && word.len == slice_trim(behind).len ? word : SLICE_EMPTY;
}

/* Postfix' short ids may lack a digit: they are hexadecimal in capitals. */
static bool
is_id(struct slice word, size_t least)
{
	if (least == 0)
		return word.len > 0;
	bool digit = false, hex = word.len >= 6;
	for (size_t i = 0; i < word.len; i++) {
		digit |= chars_is(word.ptr[i], CHAR_DIGIT);
		hex &= word.ptr[i] >= 'A' && word.ptr[i] <= 'F';
	}
	return word.len >= least && (digit || hex);
}

/* The last place of the mark: what a server behind this one said stands last. */
static size_t
find_last(struct slice text, struct slice mark)
{
	size_t found = text.len;
	for (size_t at = 0; at < text.len;) {
		at += slice_ifind(slice_skip(text, at), mark);
		if (at < text.len)
			found = at++;
	}
	return found;
}

static struct slice
word_of(struct slice text, enum where where, size_t at, size_t mark)
{
	struct slice behind = slice_skip(text, at + mark);
	switch (where) {
	case AFTER:
		return word_at(behind);
	case AFTER_COMMA:
		return word_behind(behind, SLICE(","));
	case AFTER_AS:
		return word_behind(behind, SLICE(" as "));
	case BEFORE:
		return word_before(slice_take(text, at));
	case UP_TO_PAREN:
		return word_up_to(behind, ')');
	case UP_TO_BRACKET:
		return word_up_to(behind, ']');
	case UP_TO_ANGLE:
		return word_up_to(behind, '>');
	case ALONE:
		return word_alone(at, behind);
	}
	return SLICE_EMPTY;
}

struct slice
queue_id_of(struct slice text)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice mark = slice_str(rows[i].mark);
		size_t at = find_last(text, mark);
		if (at == text.len)
			continue;
		struct slice word = word_of(text, rows[i].where, at, mark.len);
		if (is_id(word, rows[i].least))
			return word;
	}
	return SLICE_EMPTY;
}
