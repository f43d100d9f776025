#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/score/eval.h"

/* RFC 5322 3.6: at most one of each. */
static const char *const unique_fields[] = { "Date", "From", "Sender", "Reply-To", "To", "Cc",
	"Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding" };

static struct slice
domain_of(struct slice address)
{
	size_t at = address.len;
	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return at == 0 ? SLICE_EMPTY : slice_skip(address, at);
}

/* One name inside the other, or the same: mail.example.edu and example.edu.  Siblings count as
 * strangers. */
static bool
same_organisation(struct slice a, struct slice b)
{
	struct slice longer = a.len >= b.len ? a : b, shorter = a.len >= b.len ? b : a;
	if (shorter.len == 0)
		return false;
	if (slice_ieq(longer, shorter))
		return true;
	return slice_iends(longer, shorter) && slice_index(shorter, '.') < shorter.len &&
	       longer.ptr[longer.len - shorter.len - 1] == '.';
}

static bool
date_of(const struct rule_input *in, int64_t *out, bool *strict)
{
	const struct header_field *f = message_field(in->message, "Date", 0);
	return f != NULL && header_date(f->value, out, strict) == 0;
}

static bool
test_date_invalid(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	int64_t date;
	bool strict;
	return message_field(in->message, "Date", 0) != NULL && !date_of(in, &date, &strict);
}

static bool
test_date_loose(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	int64_t date;
	bool strict;
	return date_of(in, &date, &strict) && !strict;
}

/* Hours from the session to the Date field; false where either is unknown. */
static bool
date_skew(const struct rule_input *in, double *hours)
{
	int64_t date;
	bool strict;
	if (in->mail->start == 0 || !date_of(in, &date, &strict))
		return false;
	*hours = ((double)date - (double)in->mail->start) / (double)PTIME_HOUR;
	return true;
}

static bool
test_date_before(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 96);
	double hours;
	return date_skew(in, &hours) && hours < -number;
}

static bool
test_date_after(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 12);
	double hours;
	return date_skew(in, &hours) && hours > number;
}

static bool
test_duplicate_unique(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	for (size_t i = 0; i < sizeof unique_fields / sizeof *unique_fields; i++)
		if (message_count(in->message, unique_fields[i]) > 1)
			return true;
	return false;
}

#define ADDRESSES_LOOKED_AT 64

static size_t
recipients_of(const struct rule_input *in, struct slice out[ADDRESSES_LOOKED_AT])
{
	const struct header_field *to = message_field(in->message, "To", 0);
	const struct header_field *cc = message_field(in->message, "Cc", 0);
	size_t n = to == NULL ? 0 : header_addresses(to->value, out, ADDRESSES_LOOKED_AT);
	return cc == NULL ? n : n + header_addresses(cc->value, out + n, ADDRESSES_LOOKED_AT - n);
}

static int
compare_addresses(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	for (size_t i = 0; i < n; i++) {
		int d = (int)chars_lower(a.ptr[i]) - (int)chars_lower(b.ptr[i]);
		if (d != 0)
			return d;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static bool
test_recipients_sorted(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 5);
	struct slice list[ADDRESSES_LOOKED_AT];
	size_t n = recipients_of(in, list);
	for (size_t i = 1; i < n; i++)
		if (compare_addresses(list[i - 1], list[i]) >= 0)
			return false;
	return (double)n >= number;
}

/* At least `number` recipients that begin with the same three letters: a list that was harvested
 * and cut into slices. */
static bool
test_recipients_alike(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 5);
	struct slice list[ADDRESSES_LOOKED_AT];
	size_t n = recipients_of(in, list), alike = 0;
	for (size_t i = 1; i < n; i++)
		alike += list[i].len > 3 && list[0].len > 3 &&
			 slice_ieq(slice_take(list[i], 3), slice_take(list[0], 3)) &&
			 !slice_ieq(list[i], list[0]);
	return n > 0 && (double)(alike + 1) >= number && alike + 1 == n;
}

/* The HELO name is the server's: what its greeting begins with, its address, or the domain of the
 * recipients. */
static bool
test_helo_is_target(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	char ip[ADDR_TEXT_MAX];
	if (in->session == NULL)
		return false;
	struct slice helo = slice_str(in->session->helo_name);
	struct slice banner = slice_str(in->session->banner);
	if (helo.len > 2 && helo.ptr[0] == '[')
		helo = slice_take(slice_skip(helo, 1), helo.len - 2);
	if (slice_index(helo, '.') == helo.len)
		return false;
	if (slice_ieq(helo, slice_split(&banner, ' ')))
		return true;
	if (slice_eq(helo, slice_str(addr_format(in->session->server.addr, ip))))
		return true;
	for (size_t i = 0; i < in->mail->rcpts_count; i++) {
		struct slice domain = domain_of(slice_str(in->mail->rcpts[i].address));
		struct slice from = domain_of(slice_str(in->mail->mail_from));
		if (slice_ieq(helo, domain) && !same_organisation(domain, from))
			return true;
	}
	return false;
}

static bool
test_helo_address_differs(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct addr addr;
	if (in->session == NULL || in->session->client.addr.family == ADDR_NONE)
		return false;
	struct slice helo = slice_str(in->session->helo_name);
	if (helo.len > 2 && helo.ptr[0] == '[')
		helo = slice_take(slice_skip(helo, 1), helo.len - 2);
	if (slice_istarts(helo, SLICE("IPv6:")))
		helo = slice_skip(helo, 5);
	return addr_parse(helo, &addr) == 0 && !addr_eq(addr, in->session->client.addr);
}

/* None of the envelope's recipients stands in To or Cc.  Compared as in the record, where both are
 * hashed or neither is; a list that was cut says nothing. */
static bool
test_recipients_unlike_envelope(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 1);
	const char *lists[] = { in->mail->header.to, in->mail->header.cc };
	bool named = false;
	for (size_t l = 0; l < 2; l++) {
		struct slice list = slice_str(lists[l]);
		named = named || slice_index(list, '@') < list.len;
		if (list.len > LIMIT_HEADER_TEXT / 2)
			return false;
		for (size_t i = 0; i < in->mail->rcpts_count; i++) {
			struct slice address = slice_str(in->mail->rcpts[i].address);
			if (slice_ifind(list, address) < list.len)
				return false;
		}
	}
	return named && (double)in->mail->rcpts_count >= number;
}

static bool
test_from_unlike_envelope(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from;
	const struct header_field *f = message_field(in->message, "From", 0);
	if (f == NULL || header_addresses(f->value, &from, 1) == 0)
		return false;
	struct slice header = domain_of(from), envelope = domain_of(slice_str(in->mail->mail_from));
	return header.len > 0 && envelope.len > 0 && !same_organisation(header, envelope);
}

static bool
test_from_name_is_address(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice from, inside;
	const struct header_field *f = message_field(in->message, "From", 0);
	if (f == NULL || header_addresses(f->value, &from, 1) == 0)
		return false;
	struct slice name = header_display_name(f->value);
	while (name.len > 0 && strchr("\"'<", name.ptr[0]) != NULL)
		name = slice_skip(name, 1);
	while (name.len > 0 && strchr("\"'>", name.ptr[name.len - 1]) != NULL)
		name.len--;
	if (slice_index(name, '@') == name.len || header_addresses(name, &inside, 1) == 0)
		return false;
	struct slice domain = domain_of(inside);
	return slice_index(domain, '.') < domain.len && !same_organisation(domain, domain_of(from));
}

/* A message has several authors only if Sender says who of them sent it (RFC 5322 3.6.2). */
static bool
test_from_several(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice list[2];
	const struct header_field *f = message_field(in->message, "From", 0);
	return f != NULL && header_addresses(f->value, list, 2) > 1 &&
	       message_field(in->message, "Sender", 0) == NULL;
}

/* The body begins with header fields: a field with line ends in it pushed the rest of the header
 * down. */
static bool
test_body_starts_with_header(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 2);
	static const char *const fields[] = { "MIME-Version:", "Content-Type:",
		"Content-Transfer-Encoding:", "Bcc:", "Cc:", "Subject:", "From:", "To:",
		"Reply-To:", "X-Mailer:", "Message-ID:" };
	struct slice rest = slice_take(in->message->body, 2048);
	size_t found = 0;
	for (bool more = true; more && rest.len > 0;) {
		struct slice line = slice_trim(slice_split(&rest, '\n'));
		more = false;
		for (size_t i = 0; i < sizeof fields / sizeof *fields && !more; i++)
			more = slice_istarts(line, slice_str(fields[i]));
		found += more;
	}
	return (double)found >= number;
}

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

/* A multipart without boundary, or one whose boundary never comes (RFC 2046 5.1.1). */
static bool
test_multipart_broken(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	for (size_t i = 0; i < in->message->parts_count; i++)
		if (slice_starts(slice_str(in->message->parts[i].type), SLICE("multipart/")))
			return true;
	const struct header_field *f = message_field(in->message, "Content-Type", 0);
	return f != NULL && slice_istarts(slice_trim(f->value), SLICE("multipart/")) &&
	       in->message->parts_count == 0 && in->message->body.len > 0;
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
	double number = eval_number(arguments, 0, 64);
	return (double)slice_trim(in->message->body).len < number;
}

static bool
test_urls_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 1);
	return (double)in->message->urls_count >= number;
}

static bool
test_received_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double number = eval_number(arguments, 0, 1);
	return (double)message_count(in->message, "Received") >= number;
}

const struct eval evals_own[] = {
	{ "date_invalid", 0, 0, 0, test_date_invalid },
	{ "date_loose", 0, 0, 0, test_date_loose },
	{ "date_before", 0, 1, 0, test_date_before },
	{ "date_after", 0, 1, 0, test_date_after },
	{ "duplicate_unique", 0, 0, 0, test_duplicate_unique },
	{ "recipients_sorted", 0, 1, 0, test_recipients_sorted },
	{ "recipients_alike", 0, 1, 0, test_recipients_alike },
	{ "recipients_unlike_envelope", 0, 1, 0, test_recipients_unlike_envelope },
	{ "helo_is_target", 0, 0, 0, test_helo_is_target },
	{ "helo_address_differs", 0, 0, 0, test_helo_address_differs },
	{ "from_unlike_envelope", 0, 0, 0, test_from_unlike_envelope },
	{ "from_name_is_address", 0, 0, 0, test_from_name_is_address },
	{ "from_several", 0, 0, 0, test_from_several },
	{ "body_starts_with_header", 0, 1, 0, test_body_starts_with_header },
	{ "body_8bit_undeclared", 0, 0, 0, test_body_8bit_undeclared },
	{ "multipart_broken", 0, 0, 0, test_multipart_broken },
	{ "text_hidden", 0, 1, 0, test_text_hidden },
	{ "shorter_than", 0, 1, 0, test_shorter_than },
	{ "urls_at_least", 0, 1, 0, test_urls_at_least },
	{ "received_at_least", 0, 1, 0, test_received_at_least },
	{ NULL, 0, 0, 0, NULL },
};
