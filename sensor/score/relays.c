#include <stdio.h>
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/mail/header_received.h"
#include "sensor/score/relays.h"
#include "sensor/score/relays_network.h"

/* What is read from the top on. */
struct chain {
	const struct settings *settings;
	struct arena *arena;
	struct relays *out;
	bool in_trusted, in_internal, found_msa;
	bool named;		  /* the settings name networks */
	bool fetch_counts;	  /* a mailbox's fetcher here means that all above is storage */
	const char *scanner_from; /* qmail-scanner's field tells the sender of the one below */
	bool has_scanner_from;
};

/* What would break the pseudo-header apart becomes "!". */
static const char *
plain(struct slice s, struct arena *arena)
{
	char *out = arena_string(arena, s);
	for (char *c = out; *c != '\0'; c++)
		if (strchr(" \t\r\n\f\v#[]()<>|", *c) != NULL)
			*c = '!';
	return out;
}

static struct slice
without_brackets(struct slice s)
{
	while (s.len > 0 && (s.ptr[0] == '<' || s.ptr[0] == ' '))
		s = slice_skip(s, 1);
	while (s.len > 0 && (s.ptr[s.len - 1] == '>' || s.ptr[s.len - 1] == ' '))
		s.len--;
	return s;
}

static void
relay_fill(struct chain *c, const struct received_field *f, struct relay *r)
{
	struct slice rdns = f->rdns;
	while (rdns.len > 0 && rdns.ptr[rdns.len - 1] == '.')
		rdns.len--;
	if (slice_ieq(rdns, SLICE("unknown")) || (rdns.len > 0 && rdns.ptr[0] == '['))
		rdns = SLICE_EMPTY;
	r->ip = plain(f->ip, c->arena);
	r->rdns = plain(rdns, c->arena);
	r->helo = plain(f->helo, c->arena);
	r->by = plain(f->by, c->arena);
	r->ident = plain(f->ident, c->arena);
	r->id = arena_string(c->arena, f->id);
	r->auth = arena_string(c->arena, f->auth);
	r->has_envfrom = f->envelope_from.ptr != NULL;
	r->envfrom = plain(without_brackets(f->envelope_from), c->arena);
	r->no_rdns = rdns.len == 0 && (f->facts & RECEIVED_LOOKED_UP) != 0;
	r->private = relay_is_private(slice_str(r->ip));
	if (c->has_scanner_from) {
		r->envfrom = c->scanner_from;
		r->has_envfrom = true;
	}
}

/* The first relay that is not trusted ends the trusted ones; behind a submission server all are.
 */
static void
relay_trust(struct chain *c, struct relay *r)
{
	if (!c->in_trusted || c->found_msa)
		return;
	bool authenticated = *r->auth != '\0';
	if (!c->named) {
		c->in_trusted = r->private || authenticated;
		c->in_internal = c->in_trusted;
		return;
	}
	if (!authenticated && !networks_have(c->settings, NETWORKS_TRUSTED, r->ip)) {
		c->in_trusted = c->in_internal = false;
		return;
	}
	if (!authenticated && !networks_have(c->settings, NETWORKS_INTERNAL, r->ip))
		c->in_internal = false;
	if (networks_have(c->settings, NETWORKS_MSA, r->ip))
		c->found_msa = r->msa = true;
}

static void
relay_add(struct chain *c, const struct received_field *f)
{
	struct relays *out = c->out;
	struct relay *r = ARENA_PUSH(c->arena, out->relays, LIMIT_RECEIVED + ORIGIN_FIELDS);
	if (r == NULL)
		return;
	relay_fill(c, f, r);
	relay_trust(c, r);
	r->trusted = c->in_trusted;
	r->internal = c->in_internal;
	out->trusted_count += r->trusted;
	out->trusted_fields += r->trusted;
	out->internal_count += r->internal;
	out->internal_fields += r->internal;
	c->fetch_counts = r->trusted;
}

/* Fields that tell of no relay. */
static void
field_skip(struct chain *c, const struct received_field *f)
{
	c->out->trusted_fields += c->in_trusted;
	c->out->internal_fields += c->in_internal;
	if (f->kind == RECEIVED_UNREADABLE)
		c->out->unparseable++;
	if (f->kind == RECEIVED_FETCHED && c->fetch_counts) {
		c->out->relays_count = 0;
		c->out->trusted_count = c->out->internal_count = 0;
	}
	c->has_scanner_from = f->kind == RECEIVED_LOCAL && f->envelope_from.ptr != NULL &&
			      slice_starts(f->with, SLICE("qmail-scanner"));
	if (c->has_scanner_from)
		c->scanner_from = plain(without_brackets(f->envelope_from), c->arena);
}

static void
field_add(struct chain *c, const struct received_field *f)
{
	if (f->kind != RECEIVED_RELAY) {
		field_skip(c, f);
		return;
	}
	relay_add(c, f);
	c->has_scanner_from = false;
}

/* Fields of mail programs on the web that tell where their user sits: as if they were the oldest
 * Received. */
static void
origin_fields(struct chain *c, const struct message *m)
{
	struct slice name;
	for (size_t n = 0;
		c->settings != NULL && n < ORIGIN_FIELDS &&
		settings_word(c->settings, "originating_ip_headers", SLICE_EMPTY, n, &name);
		n++) {
		const struct header_field *last = NULL;
		for (size_t i = 0; i < m->fields_count; i++)
			if (slice_ieq(m->fields[i].name, name))
				last = &m->fields[i];
		struct slice ip = last == NULL ? SLICE_EMPTY : address_in(last->value);
		if (ip.len == 0)
			continue;
		const struct received_field made = { .ip = ip, .kind = RECEIVED_RELAY };
		field_add(c, &made);
	}
}

static size_t
format(const struct relay *r, char *out, size_t size)
{
	int n = snprintf(out, size,
		"[ ip=%s rdns=%s helo=%s by=%s ident=%s envfrom=%s intl=%d id=%s auth=%s msa=%d ]",
		r->ip, r->rdns, r->helo, r->by, r->ident, r->envfrom, r->internal, r->id, r->auth,
		r->msa);
	return n < 0 ? 0 : (size_t)n;
}

static const char *
pseudo_header(const struct relays *r, size_t from, size_t to, struct arena *arena)
{
	size_t size = 1, n = 0;
	for (size_t i = from; i < to; i++)
		size += format(&r->relays[i], NULL, 0) + 1;
	char *out = arena_alloc(arena, size + 1);
	if (out == NULL || from == to)
		return "";
	for (size_t i = from; i < to; i++) {
		n += format(&r->relays[i], out + n, size - n);
		if (i + 1 < to)
			out[n++] = ' ';
	}
	return out;
}

void
relays_read(const struct message *delivered, const struct settings *settings, struct arena *arena,
	struct relays *out)
{
	struct chain c = { .settings = settings,
		.arena = arena,
		.out = out,
		.in_trusted = true,
		.in_internal = true,
		.fetch_counts = true,
		.named = networks_named(settings) };
	*out = (struct relays){ 0 };
	size_t fields = 0;
	for (size_t i = 0; i < delivered->fields_count && fields < LIMIT_RECEIVED; i++) {
		struct received_field f;
		if (!slice_ieq(delivered->fields[i].name, SLICE("Received")))
			continue;
		fields++;
		header_received_field(delivered->fields[i].value, arena, &f);
		field_add(&c, &f);
	}
	origin_fields(&c, delivered);
	size_t all = out->relays_count;
	out->trusted = pseudo_header(out, 0, out->trusted_count, arena);
	out->untrusted = pseudo_header(out, out->trusted_count, all, arena);
	out->internal = pseudo_header(out, 0, out->internal_count, arena);
	out->external = pseudo_header(out, out->internal_count, all, arena);
}
