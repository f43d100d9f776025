/* heloscope's own tests on a message as sent: its fields.  More in eval_own_*.c. */
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/header_date.h"
#include "sensor/score/eval_fields.h"

/* RFC 5322 3.6: at most one of each. */
static const char *const unique_fields[] = { "Date", "From", "Sender", "Reply-To", "To", "Cc",
	"Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding" };

static bool
date_of(const struct rule_input *in, struct date_value *out)
{
	const struct header_field *f = message_field(in->message, "Date", 0);
	*out = (struct date_value){ .faults = 0 };
	return f != NULL && header_date_read(f->value, out);
}

static bool
test_date_invalid(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct date_value date;
	return message_field(in->message, "Date", 0) != NULL && !date_of(in, &date);
}

static bool
test_date_loose(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct date_value date;
	return date_of(in, &date) && (date.faults & ~(unsigned)DATE_ALLOWED) != 0;
}

/* date_fault('weekday-wrong'): what is wrong with the date (sensor/mail/header_date.h). */
static bool
test_date_fault(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct date_value date;
	date_of(in, &date);
	for (unsigned bit = 1; bit != 0 && bit <= date.faults; bit <<= 1)
		if ((date.faults & bit) != 0 &&
			slice_eq(arguments->words[0],
				slice_str(date_fault_name((enum date_fault)bit))))
			return true;
	return false;
}

/* Hours from the session to the Date field; false where either is unknown. */
static bool
date_skew(const struct rule_input *in, double *hours)
{
	struct date_value date;
	if (in->mail->start == 0 || !date_of(in, &date))
		return false;
	*hours = ((double)date.time - (double)in->mail->start) / (double)PTIME_HOUR;
	return true;
}

/* date_before(hours): older than the session by more than that. */
static bool
test_date_before(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double hours;
	return date_skew(in, &hours) && hours < -eval_number(arguments, 0, 96);
}

/* date_after(hours): of a time that is still to come. */
static bool
test_date_after(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double hours;
	return date_skew(in, &hours) && hours > eval_number(arguments, 0, 12);
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
		struct slice domain = address_domain(slice_str(in->mail->rcpts[i].address));
		struct slice from = address_domain(slice_str(in->mail->mail_from));
		if (slice_ieq(helo, domain) && !same_organisation(domain, from, in))
			return true;
	}
	return false;
}

/* An address literal as HELO name that is another than the client's (RFC 5321 4.1.3). */
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

/* The body begins with header fields: a field with line ends in it pushed the rest of the header
 * down. */
static bool
test_body_starts_with_header(const struct rule_input *in, const struct eval_arguments *arguments)
{
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
	return (double)found >= eval_number(arguments, 0, 2);
}

/* A value with a line end that was encoded for a web form, and a field behind it. */
static bool
has_encoded_field(struct slice value)
{
	static const char *const ends[] = { "%0a", "%0d" };
	static const char *const fields[] = { "bcc:", "cc:", "to:", "from:", "subject:",
		"reply-to:", "content-type:", "mime-version:" };
	for (size_t at = slice_index(value, '%'); at < value.len;
		at += 1 + slice_index(slice_skip(value, at + 1), '%')) {
		struct slice rest = slice_skip(value, at);
		while (slice_istarts(rest, slice_str(ends[0])) ||
			slice_istarts(rest, slice_str(ends[1])))
			rest = slice_skip(rest, 3);
		for (size_t i = 0; rest.ptr != value.ptr + at && i < sizeof fields / sizeof *fields;
			i++)
			if (slice_istarts(rest, slice_str(fields[i])))
				return true;
	}
	return false;
}

/* Fields that somebody wrote into another one, through a web form: blind copies that were never
 * taken out (RFC 5322 3.6.3), a lone line end among whole ones and a doubled field, or such a line
 * end still encoded. */
static bool
test_injected_header(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct message *m = in->message;
	if (sent_get(in, "Bcc:addr").len > 0)
		return true;
	for (size_t i = 0; i < m->fields_count; i++)
		if (has_encoded_field(m->fields[i].value))
			return true;
	bool some_lf = (m->faults & FAULT_BARE_LF) != 0, some_crlf = false;
	for (size_t i = 0; some_lf && i < m->fields_count && !some_crlf; i++) {
		struct slice whole = m->fields[i].whole;
		some_crlf = whole.len > 1 && whole.ptr[whole.len - 2] == '\r';
	}
	return some_lf && some_crlf && test_duplicate_unique(in, arguments);
}

/* List-Id is what names a list (RFC 2919); fields of RFC 2369 and "Precedence: list" without it,
 * or a one-click unsubscription without its address (RFC 8058 3.1). */
static bool
test_list_fields_incomplete(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice precedence = slice_trim(sent_get(in, "Precedence"));
	struct slice id = slice_trim(sent_get(in, "List-Id"));
	bool claims = slice_ieq(precedence, SLICE("list")) || sent_there(in, "List-Post") ||
		      sent_there(in, "List-Help") || sent_there(in, "List-Subscribe");
	if (sent_there(in, "List-Unsubscribe-Post") && !sent_there(in, "List-Unsubscribe"))
		return true;
	if (sent_there(in, "List-Id") && slice_index(id, '<') == id.len)
		return true;
	return claims && !sent_there(in, "List-Id");
}

/* An automatic answer has no sender in its envelope, lest two of them talk for ever (RFC 3834 3.3).
 */
static bool
test_auto_reply_with_sender(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice automatic = slice_trim(sent_get(in, "Auto-Submitted"));
	bool replies = slice_istarts(automatic, SLICE("auto-replied")) ||
		       sent_there(in, "X-Autoreply") || sent_there(in, "X-Autorespond");
	return replies && in->mail->mail_from[0] != '\0';
}

const struct eval evals_own[] = {
	{ "date_invalid", 0, 0, 0, test_date_invalid },
	{ "date_loose", 0, 0, 0, test_date_loose },
	{ "date_fault", 1, 1, 0, test_date_fault },
	{ "date_before", 0, 1, 0, test_date_before },
	{ "date_after", 0, 1, 0, test_date_after },
	{ "duplicate_unique", 0, 0, 0, test_duplicate_unique },
	{ "helo_is_target", 0, 0, 0, test_helo_is_target },
	{ "helo_address_differs", 0, 0, 0, test_helo_address_differs },
	{ "body_starts_with_header", 0, 1, 0, test_body_starts_with_header },
	{ "injected_header", 0, 0, 0, test_injected_header },
	{ "list_fields_incomplete", 0, 0, 0, test_list_fields_incomplete },
	{ "auto_reply_with_sender", 0, 0, 0, test_auto_reply_with_sender },
	{ NULL, 0, 0, 0, NULL },
};
