#include <string.h>

#include "sensor/base/addr.h"
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
message_file_trace(struct slice wire, struct arena *arena, struct message_trace *out)
{
	struct message m = { 0 };
	*out = (struct message_trace){ .content = wire };
	out->received = (struct received){ "", "", "", "", "", "", "", "" };
	header_split(wire, HEADER_KEEP_ALL, arena, &m);
	const struct header_field *path = message_field(&m, "Return-Path", 0);
	if (path == NULL)
		return;
	struct slice address = SLICE_EMPTY;
	header_addresses(path->value, &address, 1);
	out->mail_from = text_clean(arena, address, MAIL_FROM_MAX);
	for (size_t i = 0; i < m.fields_count && delivery_field(m.fields[i].name); i++) {
		const struct header_field *f = &m.fields[i];
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
		size_t end = (size_t)(f->whole.ptr - wire.ptr) + f->whole.len;
		out->content = slice_skip(wire, end);
		return;
	}
}
