#include "sensor/alert/alert_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

enum { WIDTH = 76, STEPS = 3, LISTINGS = 8, EVIDENCE = 4, ADDRESS_MAX = 512 };

const char *
alert_id(const struct change *changes, size_t count, char out[ALERT_ID_MAX])
{
	int n = snprintf(out, ALERT_ID_MAX - 64, "%s", changes[0].sensor);
	size_t len = n < ALERT_ID_MAX - 64 ? (size_t)n : ALERT_ID_MAX - 65;

	for (size_t i = 0; i < len; i++)
		if (!chars_is((uint8_t)out[i], CHAR_ALPHA | CHAR_DIGIT) &&
			strchr("._-", out[i]) == NULL)
			out[i] = '_';
	n = snprintf(out + len, ALERT_ID_MAX - len, "-%" PRId64 "-%" PRIx64, changes[0].seq,
		(uint64_t)(changes[0].noted / PTIME_SECOND));
	if (count > 1)
		snprintf(out + len + n, ALERT_ID_MAX - len - (size_t)n, "-%zu", count);
	return out;
}

const char *
alert_word(const struct alert *a)
{
	return a->test ? "test" : a->changes_count > 1 ? "digest" : "change";
}

/* ---- the sentence ---- */

static void
sentence_of_change(const struct change *c, struct buf *out)
{
	enum verdict before = VERDICT_UNKNOWN;
	char ip[ADDR_TEXT_MAX];
	bool known = verdict_parse(slice_str(c->before), &before) == 0;

	buf_printf(out, "%s is %s%s", addr_format(c->host, ip), verdict_word(c->verdict),
		known && c->verdict < before ? " again" : "");
	if (known)
		buf_printf(out, " (was %s)", c->before);
}

static void
sentence_of_digest(const struct alert *a, struct buf *out)
{
	size_t by_word[VERDICTS] = { 0 };
	const char *joint = ": ";

	for (size_t i = 0; i < a->changes_count; i++)
		by_word[a->changes[i].verdict]++;
	buf_printf(out, "%zu verdicts changed", a->changes_count);
	for (size_t v = VERDICTS; v-- > 0;) {
		if (by_word[v] == 0)
			continue;
		buf_printf(out, "%s%zu %s", joint, by_word[v], verdict_word((enum verdict)v));
		joint = ", ";
	}
}

void
alert_sentence(const struct alert *a, struct buf *out)
{
	if (a->test)
		buf_str(out, "this is a test: no verdict has changed");
	else if (a->changes_count == 1)
		sentence_of_change(&a->changes[0], out);
	else
		sentence_of_digest(a, out);
}

static const char *
report_of_host(const struct alert *a, char out[ADDRESS_MAX])
{
	char ip[ADDR_TEXT_MAX];
	size_t len = strlen(a->report);

	while (len > 0 && a->report[len - 1] == '/')
		len--;
	if (a->test || a->changes_count != 1)
		snprintf(out, ADDRESS_MAX, "%s", a->report);
	else
		snprintf(out, ADDRESS_MAX, "%.*s/host/%s", (int)len, a->report,
			addr_format(a->changes[0].host, ip));
	if (len == 0)
		out[0] = '\0';
	return out;
}

/* ---- plain text ---- */

/* Words behind the column `indent`, wrapped; `first` stands before the first line, within the
 * indent. */
static void
add_wrapped(struct buf *out, int indent, const char *first, const char *text)
{
	struct slice rest = slice_str(text);
	int column = indent;

	buf_printf(out, "%-*s", indent, first);
	while (rest.len > 0) {
		struct slice word = slice_split(&rest, ' ');
		if (word.len == 0)
			continue;
		if (column > indent && column + 1 + (int)word.len > WIDTH) {
			buf_printf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			buf_byte(out, ' ');
			column++;
		}
		buf_add(out, word);
		column += (int)word.len;
	}
	buf_byte(out, '\n');
}

/* "2008-06-12 03:04 UTC" */
static const char *
minute_text(int64_t t, char out[PTIME_TEXT_MAX])
{
	char full[PTIME_TEXT_MAX];

	ptime_format(t, full);
	snprintf(out, PTIME_TEXT_MAX, "%.10s %.5s UTC", full, strlen(full) > 16 ? full + 11 : "");
	return out;
}

static void
add_listings(const struct host_record *h, struct buf *out)
{
	char since[PTIME_TEXT_MAX], server[ADDR_TEXT_MAX], text[512];
	size_t shown = 0;

	for (size_t i = 0; i < h->listings_count && shown < LISTINGS; i++) {
		const struct listing *l = &h->listings[i];
		if (l->until != 0)
			continue;
		if (shown++ == 0)
			buf_str(out, "\nLists that servers name when they refuse it:\n");
		snprintf(text, sizeof text, "%s, since %s%s%s", l->list,
			minute_text(l->since, since),
			l->server.family != ADDR_NONE ? ", first said by " : "",
			l->server.family != ADDR_NONE ? addr_format(l->server, server) : "");
		add_wrapped(out, 4, "  -", text);
		if (*l->reply != '\0')
			add_wrapped(out, 6, "", l->reply);
	}
}

static void
add_cause(const struct host_record *h, struct buf *out)
{
	if (h->causes_count == 0)
		return;
	buf_printf(out, "\nMain cause: %s (%.0f %%)\n", cause_word(h->causes[0].cause),
		h->causes[0].confidence * 100);
	for (size_t i = 0; i < h->causes[0].evidence_count && i < EVIDENCE; i++)
		add_wrapped(out, 4, "  -", h->causes[0].evidence[i]);
}

static void
add_advice(const struct host_record *h, struct buf *out)
{
	char number[16];

	if (h->advice_count == 0)
		return;
	buf_str(out, "\nWhat to do first:\n");
	for (size_t i = 0; i < h->advice_count && i < STEPS; i++) {
		snprintf(number, sizeof number, "%3zu.", i + 1);
		add_wrapped(out, 5, number, h->advice[i].step);
		if (*h->advice[i].command != '\0')
			buf_printf(out, "       %s\n", h->advice[i].command);
	}
}

static void
add_change(const struct alert *a, struct buf *out)
{
	const struct change *c = &a->changes[0];
	char since[PTIME_TEXT_MAX];

	if (*c->summary != '\0')
		add_wrapped(out, 0, "", c->summary);
	buf_printf(
		out, "\nSince: %s\nRisk:  %.0f %%\n", minute_text(c->time, since), c->risk * 100);
	if (a->host == NULL)
		return;
	if (*a->host->name != '\0')
		buf_printf(out, "Name:  %s\n", a->host->name);
	/* it may have gone on changing since */
	if (a->host->verdict != c->verdict)
		buf_printf(out, "Now:   %s\n", verdict_word(a->host->verdict));
	if (c->verdict <= VERDICT_CLEAN)
		return;
	add_listings(a->host, out);
	add_cause(a->host, out);
	add_advice(a->host, out);
}

static void
add_changes(const struct alert *a, struct buf *out)
{
	buf_byte(out, '\n');
	for (size_t i = 0; i < a->changes_count; i++) {
		const struct change *c = &a->changes[i];
		buf_str(out, "  - ");
		sentence_of_change(c, out);
		if (*c->cause != '\0')
			buf_printf(out, ", %s", c->cause);
		buf_byte(out, '\n');
	}
}

void
alert_text(const struct alert *a, struct buf *out)
{
	char report[ADDRESS_MAX];

	alert_sentence(a, out);
	buf_str(out, ".\n");
	if (a->test)
		buf_str(out, "Where this is read, alerts arrive.\n");
	else if (a->changes_count == 1)
		add_change(a, out);
	else
		add_changes(a, out);
	if (*report_of_host(a, report) != '\0')
		buf_printf(out, "\nReport: %s\n", report);
	buf_printf(out, "\nSensor %s, alert %s\n", a->sensor, a->id);
}

/* ---- JSON ---- */

static void
json_time(struct json *j, int64_t t)
{
	char text[PTIME_TEXT_MAX];

	if (t == 0)
		json_null(j);
	else
		json_string(j, ptime_format(t, text));
}

static void
json_change(struct json *j, const struct change *c)
{
	char ip[ADDR_TEXT_MAX];

	json_object(j);
	json_key(j, "change");
	json_int(j, c->seq);
	json_key(j, "host");
	json_string(j, addr_format(c->host, ip));
	json_key(j, "before");
	json_string(j, c->before);
	json_key(j, "verdict");
	json_string(j, verdict_word(c->verdict));
	json_key(j, "since");
	json_time(j, c->time);
	json_key(j, "noted");
	json_time(j, c->noted);
	json_key(j, "risk");
	json_double(j, c->risk);
	json_key(j, "cause");
	json_string(j, c->cause);
	json_key(j, "summary");
	json_string(j, c->summary);
	json_object_end(j);
}

static void
json_head(struct json *j, const struct alert *a)
{
	char report[ADDRESS_MAX];
	struct buf sentence;

	buf_init(&sentence, 512);
	alert_sentence(a, &sentence);
	json_key(j, "type");
	json_string(j, "alert");
	json_key(j, "id");
	json_string(j, a->id);
	json_key(j, "sensor");
	json_string(j, a->sensor);
	json_key(j, "kind");
	json_string(j, alert_word(a));
	json_key(j, "time");
	json_time(j, a->time);
	json_key(j, "attempt");
	json_int(j, a->attempt);
	json_key(j, "text");
	json_text(j, buf_slice(&sentence));
	json_key(j, "report");
	json_string(j, report_of_host(a, report));
	buf_release(&sentence);
}

void
alert_json(const struct alert *a, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_object(&j);
	json_head(&j, a);
	json_key(&j, "changes");
	json_array(&j);
	for (size_t i = 0; i < a->changes_count; i++)
		json_change(&j, &a->changes[i]);
	json_array_end(&j);
	json_key(&j, "host");
	if (a->host != NULL)
		record_json(&j, &layout_host, a->host, true);
	else
		json_null(&j);
	json_object_end(&j);
}

/* ---- fields ---- */

static void
change_fields(const struct change *c, void (*fn)(void *ctx, const char *name, const char *value),
	void *ctx)
{
	char text[PTIME_TEXT_MAX + ADDR_TEXT_MAX];

	fn(ctx, "HELOSCOPE_HOST", addr_format(c->host, text));
	fn(ctx, "HELOSCOPE_VERDICT", verdict_word(c->verdict));
	fn(ctx, "HELOSCOPE_BEFORE", c->before);
	fn(ctx, "HELOSCOPE_CAUSE", c->cause);
	snprintf(text, sizeof text, "%.2f", c->risk);
	fn(ctx, "HELOSCOPE_RISK", text);
	fn(ctx, "HELOSCOPE_SINCE", ptime_format(c->time, text));
	fn(ctx, "HELOSCOPE_SUMMARY", c->summary);
}

void
alert_fields(const struct alert *a, void (*fn)(void *ctx, const char *name, const char *value),
	void *ctx)
{
	char text[ADDRESS_MAX];
	struct buf sentence;

	fn(ctx, "HELOSCOPE_ALERT", a->id);
	fn(ctx, "HELOSCOPE_KIND", alert_word(a));
	fn(ctx, "HELOSCOPE_SENSOR", a->sensor);
	snprintf(text, sizeof text, "%d", (int)a->attempt);
	fn(ctx, "HELOSCOPE_ATTEMPT", text);
	snprintf(text, sizeof text, "%zu", a->changes_count);
	fn(ctx, "HELOSCOPE_CHANGES", text);
	buf_init(&sentence, 512);
	alert_sentence(a, &sentence);
	fn(ctx, "HELOSCOPE_TEXT", buf_cstr(&sentence));
	buf_release(&sentence);
	fn(ctx, "HELOSCOPE_REPORT", report_of_host(a, text));
	if (!a->test && a->changes_count == 1)
		change_fields(&a->changes[0], fn, ctx);
}
