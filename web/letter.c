#include "web/letter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "web/doc.h"
#include "web/site.h"

enum { PORTS_MAX = 8, SERVERS_MAX = 8 };

static const struct {
	const char *word, *title;
} kinds[LETTER_KINDS] = {
	[LETTER_ABUSE] = { "abuse", N_("To the network of the host") },
	[LETTER_ANSWER] = { "answer", N_("To somebody who complained about it") },
	[LETTER_OWNER] = { "owner", N_("To whoever runs the host") },
};

const char *
letter_kind_word(size_t i)
{
	return i < LETTER_KINDS ? kinds[i].word : NULL;
}

const char *
letter_kind_title(enum letter_kind kind)
{
	return kinds[kind].title;
}

int
letter_kind_parse(const char *word, enum letter_kind *out)
{
	for (size_t i = 0; i < LETTER_KINDS; i++) {
		if (strcmp(kinds[i].word, word) == 0) {
			*out = (enum letter_kind)i;
			return 0;
		}
	}
	return -1;
}

/* ---- what the letter speaks of ---- */

struct reason {
	const char *class, *text;
	int64_t count;
};

struct facts {
	char host[ADDR_TEXT_MAX];
	int64_t first, last, sessions, mails, refusals;
	int64_t ports[PORTS_MAX], server_ports[PORTS_MAX];
	size_t ports_count, server_ports_count;
	const char *servers[SERVERS_MAX];
	size_t servers_count;
	const char *samples[LETTER_SAMPLES];
	size_t samples_count;
	struct reason *reasons;
	bool more;
	struct arena *arena;
};

/* What a refusal of the class says about who was refused. */
static const struct reason reasons_known[] = {
	{ "user-unknown", N_("recipients that do not exist, refused"), 0 },
	{ "auth-fail", N_("passwords refused"), 0 },
	{ "relay-denied", N_("attempts to relay through our servers"), 0 },
	{ "content-spam", N_("mails refused as spam"), 0 },
	{ "listed-on-rbl", N_("refusals because a blocklist names it"), 0 },
	{ "private-reputation", N_("refusals because of its reputation"), 0 },
	{ "rate-limited", N_("refusals because it sends too much"), 0 },
	{ "no-rdns-helo", N_("refusals because of its name"), 0 },
};
#define REASONS (sizeof reasons_known / sizeof *reasons_known)

static const struct cell *
cell_of(const struct table *t, const struct cell *cells, const char *column)
{
	return &cells[table_column(t, column) - t->columns];
}

static void
add_number(int64_t *list, size_t *count, int64_t value)
{
	for (size_t i = 0; i < *count; i++) {
		if (list[i] == value) {
			return;
		}
	}
	if (*count < PORTS_MAX) {
		list[(*count)++] = value;
	}
}

static void
add_server(struct facts *f, struct slice server)
{
	for (size_t i = 0; i < f->servers_count; i++) {
		if (slice_eq(slice_str(f->servers[i]), server)) {
			return;
		}
	}
	if (f->servers_count < SERVERS_MAX) {
		f->servers[f->servers_count++] = arena_string(f->arena, server);
	}
}

static bool
on_session(void *ctx, const struct cell *cells)
{
	struct facts *f = ctx;
	const struct table *t = table_find("sessions");
	int64_t start = cell_of(t, cells, "start")->integer,
		end = cell_of(t, cells, "end")->integer;

	if (!slice_eq(cell_of(t, cells, "client")->text, slice_str(f->host))) {
		return true;
	}
	f->first = f->first == 0 || start < f->first ? start : f->first;
	f->last = end > f->last ? end : f->last;
	f->sessions++;
	f->mails += cell_of(t, cells, "mails")->integer;
	f->refusals += cell_of(t, cells, "refusals")->integer;
	add_number(f->ports, &f->ports_count, cell_of(t, cells, "client_port")->integer);
	add_number(
		f->server_ports, &f->server_ports_count, cell_of(t, cells, "server_port")->integer);
	add_server(f, cell_of(t, cells, "server")->text);
	return true;
}

/* "192.0.2.1:25", "[2001:db8::1]:25" */
static const char *
socket_text(struct arena *arena, struct slice address, int64_t port)
{
	bool v6 = slice_index(address, ':') < address.len;

	return arena_printf(arena, "%s%.*s%s:%" PRId64, v6 ? "[" : "", (int)address.len,
		(const char *)address.ptr, v6 ? "]" : "", port);
}

static bool
on_refusal(void *ctx, const struct cell *cells)
{
	struct facts *f = ctx;
	const struct table *t = table_find("evidence");
	char time[PTIME_TEXT_MAX];
	struct slice class = cell_of(t, cells, "class")->text;
	struct slice server = cell_of(t, cells, "dst_ip")->text,
		     reply = cell_of(t, cells, "reply")->text;

	if (!slice_eq(cell_of(t, cells, "src_ip")->text, slice_str(f->host))) {
		return true;
	}
	for (size_t i = 0; i < REASONS; i++) {
		if (slice_eq(class, slice_str(f->reasons[i].class))) {
			f->reasons[i].count += cell_of(t, cells, "count")->integer;
		}
	}
	if (f->samples_count < LETTER_SAMPLES) {
		ptime_format(cell_of(t, cells, "timestamp_first")->integer, time);
		f->samples[f->samples_count++] = arena_printf(f->arena,
			"%.19s+00:00 tcp %s -> %s %.*s", time,
			socket_text(f->arena, slice_str(f->host),
				cell_of(t, cells, "src_port")->integer),
			socket_text(f->arena, server, cell_of(t, cells, "dst_port")->integer),
			(int)(reply.len < 400 ? reply.len : 400), (const char *)reply.ptr);
	}
	return true;
}

static int
load(struct request *r, const struct letter *l, struct facts *f, struct err *err)
{
	const struct filter filter = { .host = l->host, .limit = LETTER_SESSIONS };

	*f = (struct facts){ .arena = &r->arena };
	addr_format(l->host, f->host);
	f->reasons = arena_alloc(&r->arena, sizeof reasons_known);
	if (f->reasons == NULL) {
		return err_set(err, "there is no memory for the letter");
	}
	memcpy(f->reasons, reasons_known, sizeof reasons_known);
	if (table_query(r->reader.store, table_find("sessions"), &filter, on_session, f, err) !=
		0) {
		return -1;
	}
	f->more = f->sessions == LETTER_SESSIONS;
	return table_query(r->reader.store, table_find("evidence"), &filter, on_refusal, f, err);
}

/* ---- writing ---- */

struct writer {
	const struct texts *texts;
	const struct site *site;
	struct arena *arena;
	struct buf *out;
	int *gaps;
};

/* A paragraph, wrapped between words; further lines are indented as the first one is after `hang`
 * spaces. */
static void
wrap(struct writer *w, const char *text, size_t hang)
{
	struct slice rest = slice_str(text_clean(w->arena, slice_str(text), 1u << 16));
	size_t column = 0;

	while (rest.len > 0) {
		struct slice word = slice_split(&rest, ' ');
		size_t width = 0;
		for (size_t i = 0; i < word.len; i++) {
			width += (word.ptr[i] & 0xc0) != 0x80; /* characters, not bytes, of UTF-8 */
		}
		if (column > 0 && column + 1 + width > LETTER_WIDTH) {
			buf_byte(w->out, '\n');
			for (column = 0; column < hang; column++) {
				buf_byte(w->out, ' ');
			}
		} else if (column > 0) {
			buf_byte(w->out, ' ');
			column++;
		}
		buf_add(w->out, word);
		column += width;
	}
	buf_byte(w->out, '\n');
}

static void say(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *
print(struct writer *w, const char *format, va_list args)
{
	struct buf b;
	char *text = NULL;

	buf_init(&b, 1u << 16);
	if (vasprintf(&text, format, args) >= 0) {
		buf_add(&b, slice_take(slice_str(text), 1u << 16));
		free(text);
	}
	const char *kept = text_clean(w->arena, buf_slice(&b), 1u << 16);
	buf_release(&b);
	return kept;
}

static void
say(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	wrap(w, print(w, format, args), 0);
	va_end(args);
}

static void
end_paragraph(struct writer *w)
{
	buf_byte(w->out, '\n');
}

/* "  Sessions:      12": a fact of one line. */
static void
fact(struct writer *w, const char *name, const char *value)
{
	if (value[0] != '\0') {
		wrap(w, arena_printf(w->arena, "- %s: %s", name, value), 2);
	}
}

/* What the sender has to fill in. */
static const char *
gap(struct writer *w, const char *words)
{
	++*w->gaps;
	return arena_printf(w->arena, "[%s]", texts_of(w->texts, words));
}

static const char *
contact(struct writer *w)
{
	const char *mail = w->site->contact.mail;

	return mail[0] != '\0' ? mail : gap(w, N_("YOUR CONTACT"));
}

static const char *
organisation(struct writer *w)
{
	const char *name = w->site->contact.organisation;

	return name[0] != '\0' ? name : gap(w, N_("YOUR ORGANISATION"));
}

static const char *
numbers(struct writer *w, const int64_t *list, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++) {
		text = arena_printf(w->arena, "%s%s%" PRId64, text, i > 0 ? ", " : "", list[i]);
	}
	return text;
}

static const char *
time_text(struct writer *w, int64_t t)
{
	char text[PTIME_TEXT_MAX];

	ptime_format(t, text);
	return t == 0 ? "" : arena_printf(w->arena, "%.19s+00:00", text);
}

static void
head(struct writer *w, const char *to, const char *subject)
{
	buf_printf(w->out, "%s: %s\n", T(w, "To"), to);
	buf_printf(w->out, "%s: %s\n", T(w, "From"), contact(w));
	buf_printf(w->out, "%s: %s\n\n", T(w, "Subject"), subject);
}

static void
observations(struct writer *w, const struct facts *f)
{
	const char *servers = "";

	for (size_t i = 0; i < f->servers_count; i++) {
		servers =
			arena_printf(w->arena, "%s%s%s", servers, i > 0 ? ", " : "", f->servers[i]);
	}
	fact(w, T(w, "Source address"), f->host);
	fact(w, T(w, "Source ports, some of them"), numbers(w, f->ports, f->ports_count));
	fact(w, T(w, "Destination addresses, some of them"), servers);
	fact(w, T(w, "Destination ports"), numbers(w, f->server_ports, f->server_ports_count));
	fact(w, T(w, "Protocol"), "TCP, SMTP");
	fact(w, T(w, "First seen"), time_text(w, f->first));
	fact(w, T(w, "Last seen"), time_text(w, f->last));
	fact(w, T(w, "Sessions"),
		arena_printf(w->arena, f->more ? T(w, "%" PRId64 ", the newest") : "%" PRId64,
			f->sessions));
	fact(w, T(w, "Mails"), arena_printf(w->arena, "%" PRId64, f->mails));
	fact(w, T(w, "Refusals"), arena_printf(w->arena, "%" PRId64, f->refusals));
	for (size_t i = 0; i < REASONS; i++) {
		if (f->reasons[i].count > 0) {
			fact(w, texts_of(w->texts, f->reasons[i].text),
				arena_printf(w->arena, "%" PRId64, f->reasons[i].count));
		}
	}
	end_paragraph(w);
}

static void
samples(struct writer *w, const struct facts *f)
{
	if (f->samples_count == 0) {
		return;
	}
	say(w, T(w, "Some of the refusals, as the servers wrote them:"));
	for (size_t i = 0; i < f->samples_count; i++) {
		wrap(w,
			arena_printf(w->arena, "- %s",
				text_clean(w->arena, slice_str(f->samples[i]), 600)),
			4);
	}
	end_paragraph(w);
}

static void
clock_note(struct writer *w)
{
	say(w, T(w, "All times are UTC (offset +00:00), from the clock of a passive sensor at the "
		    "edge of our "
		    "network."));
}

static void
close_letter(struct writer *w, const struct facts *f)
{
	end_paragraph(w);
	say(w, T(w, "Our reference: %s, %s"), f->host, time_text(w, f->last));
	say(w, "%s", organisation(w));
	say(w, "%s", contact(w));
}

/* ---- the three letters ---- */

static void
write_abuse(struct writer *w, const struct facts *f)
{
	head(w, gap(w, N_("ABUSE CONTACT OF THE NETWORK OF THE HOST")),
		arena_printf(w->arena, T(w, "Abuse by SMTP from %s"), f->host));
	say(w, T(w, "Hello,"));
	end_paragraph(w);
	say(w,
		T(w, "the host %s, which we believe to be in your network, abuses mail servers at "
		     "%s. This is "
		     "what we have seen:"),
		f->host, organisation(w));
	end_paragraph(w);
	observations(w, f);
	samples(w, f);
	clock_note(w);
	say(w, T(w, "Addresses of our users are replaced by keyed hashes. We keep no content of "
		    "mails; more of the "
		    "above can be had on request."));
	end_paragraph(w);
	say(w, T(w, "Please find the cause, stop it, and tell us what it was."));
	close_letter(w, f);
}

static void
cause_lines(struct writer *w, const struct node *host)
{
	for (size_t i = 0; i < node_count(host, "causes") && i < 2; i++) {
		const struct node *cause = node_item(host, "causes", i);
		say(w, T(w, "The likely cause is: %s"),
			texts_of(w->texts, node_text(cause, "cause")));
		for (size_t k = 0; k < node_count(cause, "evidence") && k < 6; k++) {
			wrap(w,
				arena_printf(w->arena, "- %s",
					TS(w, node_text(node_item(cause, "evidence", k), ""))),
				2);
		}
		end_paragraph(w);
	}
}

static void
write_answer(struct writer *w, const struct facts *f, const struct node *host)
{
	head(w, gap(w, N_("WHO COMPLAINED")),
		arena_printf(w->arena, T(w, "Your complaint about %s"), f->host));
	say(w, T(w, "Hello,"));
	end_paragraph(w);
	say(w,
		T(w, "thank you for your complaint about %s, a host of ours. We found in our "
		     "records:"),
		f->host);
	end_paragraph(w);
	observations(w, f);
	cause_lines(w, host);
	clock_note(w);
	end_paragraph(w);
	say(w, T(w, "What we have done: %s"), gap(w, N_("WHAT WAS DONE, AND WHEN")));
	say(w, T(w, "Please tell us if you see more of it."));
	close_letter(w, f);
}

static void
write_owner(struct writer *w, const struct facts *f, const struct node *host)
{
	head(w, gap(w, N_("WHO RUNS THE HOST")),
		arena_printf(w->arena, T(w, "Your host %s: %s"), f->host,
			texts_of(w->texts, node_text(host, "verdict"))));
	say(w, T(w, "Hello,"));
	end_paragraph(w);
	say(w, T(w, "the mail of your host %s has to be looked at. In one sentence:"), f->host);
	wrap(w, TS(w, node_text(host, "summary")), 0);
	end_paragraph(w);
	observations(w, f);
	cause_lines(w, host);
	samples(w, f);
	if (node_count(host, "advice") > 0) {
		say(w, T(w, "What to do, in this order:"));
	}
	for (size_t i = 0; i < node_count(host, "advice"); i++) {
		const struct node *step = node_item(host, "advice", i);
		wrap(w, arena_printf(w->arena, "%zu. %s", i + 1, TS(w, node_text(step, "step"))),
			3);
		if (node_text(step, "command")[0] != '\0') {
			buf_printf(w->out, "     %s\n", node_text(step, "command"));
		}
	}
	end_paragraph(w);
	clock_note(w);
	close_letter(w, f);
}

static int
write_of_host(struct request *r, const struct letter *l, struct writer *w, const struct facts *f,
	struct err *err)
{
	struct buf json;
	struct doc *doc = NULL;
	buf_init(&json, RECORD_MAX);
	int rc = query_host(r->reader.store, l->host, &json, err);

	if (rc == 1 && doc_parse(buf_slice(&json), &doc, err) != 0) {
		rc = -1;
	}
	if (rc >= 0) {
		const struct node *host = doc != NULL ? doc_root(doc) : NULL;
		(l->kind == LETTER_OWNER ? write_owner : write_answer)(w, f, host);
	}
	doc_free(doc);
	buf_release(&json);
	return rc < 0 ? -1 : 0;
}

int
letter_write(struct request *r, const struct letter *l, struct buf *out, int *gaps, struct err *err)
{
	struct facts *f = arena_alloc(&r->arena, sizeof *f);
	struct writer w = { l->texts, r->site, &r->arena, out, gaps };

	*gaps = 0;
	if (load(r, l, f, err) != 0) {
		return -1;
	}
	if (l->kind != LETTER_ABUSE) {
		return write_of_host(r, l, &w, f, err);
	}
	write_abuse(&w, f);
	return 0;
}
