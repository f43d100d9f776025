#include <string.h>
#include <time.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "sensor/mail/header.h"
#include "sensor/mail/message_file.h"

#define MAIL_FROM_MAX 320 /* bytes: local part 64, "@", domain 255 (RFC 5321 4.5.3.1) */

/* Fields that servers write above the session's own Received field. */
static const char *const delivery_fields[] = {
	"Return-Path",
	"Delivered-To",
	"X-Original-To",
	"Envelope-To",
	"Delivery-Date",
	"Received",
};

static const char *const inside[] = {
	"127.0.0.0/8",
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"::1/128",
};

struct slice
message_file_wire(struct slice file, struct arena *arena)
{
	if (slice_starts(file, SLICE("From ")))
		file = slice_skip(file, slice_index(file, '\n') + 1);
	if (slice_find(file, SLICE("\r\n")) < file.len)
		return file;
	size_t lines = 0;
	for (size_t i = 0; i < file.len; i++)
		lines += file.ptr[i] == '\n';
	uint8_t *out = arena_alloc(arena, file.len + lines + 1);
	if (out == NULL)
		return file;
	size_t n = 0;
	for (size_t i = 0; i < file.len; i++) {
		if (file.ptr[i] == '\n')
			out[n++] = '\r';
		out[n++] = file.ptr[i];
	}
	return slice_of(out, n);
}

static bool
from_outside(const struct received *r)
{
	struct addr addr;
	struct slice text = slice_str(r->ip);
	if (slice_istarts(text, SLICE("IPv6:")))
		text = slice_skip(text, 5);
	if (addr_parse(text, &addr) < 0)
		return false;
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		struct network n;
		if (network_parse(slice_str(inside[i]), &n) == 0 && network_has(n, addr))
			return false;
	}
	return true;
}

static bool
delivery_field(struct slice name)
{
	for (size_t i = 0; i < sizeof delivery_fields / sizeof *delivery_fields; i++)
		if (slice_ieq(name, slice_str(delivery_fields[i])))
			return true;
	return false;
}

void
message_trace_find(const struct message *m, struct arena *arena, struct message_trace *out)
{
	*out = (struct message_trace){ .content = m->raw };
	out->received = (struct received){ "", "", "", "", "", "", "", "" };
	const struct header_field *path = message_field(m, "Return-Path", 0);
	if (path == NULL)
		return;
	struct slice address = SLICE_EMPTY;
	header_addresses(path->value, &address, 1);
	out->mail_from = text_clean(arena, address, MAIL_FROM_MAX);
	for (size_t i = 0; i < m->fields_count && delivery_field(m->fields[i].name); i++) {
		const struct header_field *f = &m->fields[i];
		struct received r;
		if (!slice_ieq(f->name, SLICE("Received")))
			continue;
		header_received(f->value, arena, &r);
		if (!from_outside(&r))
			continue;
		bool strict;
		out->received = r;
		if (header_date(slice_str(r.date), &out->time, &strict) < 0)
			out->time = 0;
		out->fields = i + 1;
		out->content =
			slice_skip(m->raw, (size_t)(f->whole.ptr - m->raw.ptr) + f->whole.len);
		return;
	}
}

void
message_file_trace(struct slice wire, struct arena *arena, struct message_trace *out)
{
	struct message m = { .raw = wire };
	header_split(wire, arena, &m);
	message_trace_find(&m, arena, out);
}

/* ---- the other way round ---- */

/* Of the client's making: one word without controls, brackets and line ends. */
static const char *
word(const char *text, const char *fallback, struct arena *arena)
{
	struct slice s = slice_take(slice_str(text), MAIL_FROM_MAX);
	if (s.len == 0)
		return fallback;
	char *out = arena_string(arena, s);
	for (size_t i = 0; out[i] != '\0'; i++)
		if (chars_is((uint8_t)out[i], CHAR_CTL | CHAR_SPACE) || strchr("()<>;", out[i]))
			out[i] = '?';
	return out;
}

static const char *
name_of(const struct message_delivery *d, const char *helo)
{
	bool domain = strchr(helo, '.') != NULL && helo[0] != '[' &&
		      strspn(helo, "0123456789.") < strlen(helo);
	return d->rdns == NULL && domain ? helo : "unknown";
}

/* Thu, 12 Jun 2008 13:15:02 +0000 (UTC) */
static const char *
date_text(int64_t time, struct arena *arena)
{
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(time / PTIME_SECOND);
	struct tm t;
	if (gmtime_r(&seconds, &t) == NULL)
		return "";
	return arena_printf(arena, "%.3s, %d %.3s %d %02d:%02d:%02d +0000 (UTC)",
		days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour,
		t.tm_min, t.tm_sec);
}

struct slice
message_delivered(
	const struct message_delivery *d, struct slice sent, struct arena *arena, size_t *fields)
{
	char ip[ADDR_TEXT_MAX];
	const char *path = word(d->mail_from, "", arena);
	const char *helo = word(d->helo, "unknown", arena);
	const char *rdns = word(d->rdns, name_of(d, helo), arena);
	const char *head = arena_printf(arena,
		"%s%s%sReceived: from %s (%s [%s%s])\r\n\tby %s (Postfix)"
		" with %s id 0%s%s%s; %s\r\n",
		d->mail_from == NULL ? "" : "Return-Path: <", path,
		d->mail_from == NULL ? "" : ">\r\n", helo, rdns,
		d->ip.family == ADDR_V6 ? "IPv6:" : "", addr_format(d->ip, ip),
		word(d->by, "localhost", arena), word(d->with, "SMTP", arena),
		d->rcpt == NULL ? "" : "\r\n\tfor <", word(d->rcpt, "", arena),
		d->rcpt == NULL ? "" : ">", date_text(d->time, arena));
	*fields = d->mail_from == NULL ? 1 : 2;
	size_t top = strlen(head);
	uint8_t *out = arena_alloc(arena, top + sent.len);
	if (out == NULL || top == 0) {
		*fields = 0;
		return sent;
	}
	memcpy(out, head, top);
	if (sent.len > 0)
		memcpy(out + top, sent.ptr, sent.len);
	return slice_of(out, top + sent.len);
}
