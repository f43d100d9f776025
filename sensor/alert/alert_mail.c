#include "sensor/alert/alert_mail.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sensor/alert/alert_text.h"
#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"

enum { LINE_CHARS = 75, TEXT_MAX = 1 << 20 };

bool
alert_mail_is_address(struct slice s)
{
	struct slice domain = s;
	struct slice local = slice_split(&domain, '@');

	if (local.len == 0 || local.len > 64 || domain.len == 0 || domain.len > 255)
		return false;
	for (size_t i = 0; i < local.len; i++)
		if (!chars_is(local.ptr[i], CHAR_ATEXT) && local.ptr[i] != '.')
			return false;
	for (size_t i = 0; i < domain.len; i++)
		if (!chars_is(domain.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && domain.ptr[i] != '.' &&
			domain.ptr[i] != '-')
			return false;
	return domain.ptr[0] != '.' && domain.ptr[0] != '-';
}

int
alert_mail_address(struct slice *rest, struct slice *out)
{
	while (rest->len > 0) {
		*out = slice_trim(slice_split(rest, ','));
		if (out->len > 0)
			return 1;
	}
	return 0;
}

/* "Thu, 12 Jun 2008 03:04:05 +0000"; names of days and months whatever the locale */
static void
add_date(struct buf *out, int64_t t)
{
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(t / PTIME_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_printf(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * tm.tm_wday,
		tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
}

static void
add_to(struct buf *out, const char *to)
{
	struct slice rest = slice_str(to), address;
	const char *joint = "To: ";

	while (alert_mail_address(&rest, &address)) {
		buf_printf(out, "%s%.*s", joint, (int)address.len, (const char *)address.ptr);
		joint = ",\r\n ";
	}
	buf_str(out, "\r\n");
}

/* One line without its end; trailing space, "=" and what is not ASCII are written as =XX. */
static void
add_quoted_line(struct buf *out, struct slice line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];
		bool last = i + 1 == line.len;
		bool plain = c >= ' ' && c < 0x7f && c != '=' && !(c == ' ' && last) &&
			     !(c == '.' && column == 0);
		if (column + (plain ? 1 : 3) > LINE_CHARS) {
			buf_str(out, "=\r\n");
			column = 0;
		}
		if (plain)
			buf_byte(out, c);
		else
			buf_printf(out, "=%02X", c);
		column += plain ? 1 : 3;
	}
	buf_str(out, "\r\n");
}

static bool
is_plain(struct slice text)
{
	size_t line = 0;

	for (size_t i = 0; i < text.len; i++) {
		line = text.ptr[i] == '\n' ? 0 : line + 1;
		if (text.ptr[i] >= 0x7f || line > LINE_CHARS + 1)
			return false;
	}
	return true;
}

static void
add_body(struct buf *out, struct slice text, bool plain)
{
	while (text.len > 0) {
		struct slice line = slice_split(&text, '\n');
		if (!plain) {
			add_quoted_line(out, line);
			continue;
		}
		buf_add(out, line);
		buf_str(out, "\r\n");
	}
}

void
alert_mail_write(const struct alert_target *t, const struct alert *a, struct buf *out)
{
	const char *domain = strchr(t->from, '@');
	struct buf text;

	buf_init(&text, TEXT_MAX);
	alert_text(a, &text);
	bool plain = is_plain(buf_slice(&text));
	add_date(out, a->time);
	buf_printf(out, "From: heloscope <%s>\r\n", t->from);
	add_to(out, t->to);
	buf_str(out, "Subject: heloscope: ");
	alert_sentence(a, out);
	buf_printf(
		out, "\r\nMessage-ID: <%s%s>\r\n", a->id, domain != NULL ? domain : "@localhost");
	buf_printf(out,
		"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n",
		plain ? "us-ascii" : "utf-8", plain ? "7bit" : "quoted-printable");
	add_body(out, buf_slice(&text), plain);
	buf_release(&text);
}
