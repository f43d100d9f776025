#include "web/params.h"

#include <stdarg.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"

/* ---- the target ---- */

/* Percent-decoding (RFC 3986 2.1) into the arena; NULL and err when the result could not be shown.
 */
static const char *
decode(struct slice in, bool plus, struct arena *arena, struct err *err)
{
	char *out = arena_alloc(arena, in.len + 1);
	size_t n = 0;
	if (out == NULL) {
		err_set(err, "the address is too long");
		return NULL;
	}
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		if (c == '%') {
			int high = i + 2 < in.len ? chars_hex(in.ptr[i + 1]) : -1;
			int low = i + 2 < in.len ? chars_hex(in.ptr[i + 2]) : -1;
			if (high < 0 || low < 0) {
				err_set(err,
					"a %% in the address is not followed by two hex digits");
				return NULL;
			}
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[n++] = (char)c;
	}
	if (memchr(out, 0, n) != NULL || !text_is_clean(slice_of(out, n))) {
		err_set(err, "the address holds control characters or is not UTF-8");
		return NULL;
	}
	return out;
}

static int
parse_path(struct slice path, struct arena *arena, struct uri *out, struct err *err)
{
	while (path.len > 0) {
		struct slice part = slice_split(&path, '/');
		const char *text = decode(part, false, arena, err);
		if (text == NULL) {
			return -1;
		}
		if (out->segments_count < URI_SEGMENTS_MAX) {
			out->segments[out->segments_count++] = text;
		} else {
			out->segments_count = URI_SEGMENTS_MAX + 1;
			return 0;
		}
	}
	return 0;
}

static int
parse_query(struct slice query, struct arena *arena, struct uri *out, struct err *err)
{
	while (query.len > 0) {
		struct slice value = slice_split(&query, '&');
		struct slice name = slice_split(&value, '=');
		if (name.len == 0) {
			continue;
		}
		if (out->params_count == URI_PARAMS_MAX) {
			return err_set(err, "more than %d parameters", URI_PARAMS_MAX);
		}
		struct param *p = &out->params[out->params_count];
		p->name = decode(name, true, arena, err);
		p->value = decode(value, true, arena, err);
		if (p->name == NULL || p->value == NULL) {
			return -1;
		}
		for (size_t i = 0; i < out->params_count; i++) {
			if (strcmp(out->params[i].name, p->name) == 0) {
				return err_set(err, "the parameter %s is given twice", p->name);
			}
		}
		out->params_count++;
	}
	return 0;
}

int
uri_parse(struct slice raw, struct arena *arena, struct uri *out, struct err *err)
{
	*out = (struct uri){ 0 };
	if (raw.len > URI_MAX) {
		return err_set(err, "the address is longer than %d bytes", URI_MAX);
	}
	/* RFC 9112 3.2.2: a server must accept the absolute form, and its authority counts instead
	 * of Host. */
	if (slice_istarts(raw, SLICE("http://"))) {
		struct slice rest = slice_skip(raw, 7);
		struct slice authority = slice_take(rest, slice_index(rest, '/'));
		out->authority = decode(authority, false, arena, err);
		if (out->authority == NULL) {
			return -1;
		}
		raw = slice_skip(rest, authority.len);
	}
	if (raw.len == 0 || raw.ptr[0] != '/') {
		return err_set(err, "the address does not begin with /");
	}
	raw = slice_skip(raw, 1);
	struct slice path = slice_split(&raw, '?');
	if (path.len > 0 && path.ptr[path.len - 1] == '/') {
		path.len--;
	}
	if (parse_path(path, arena, out, err) != 0) {
		return -1;
	}
	return parse_query(raw, arena, out, err);
}

const char *
uri_param(const struct uri *uri, const char *name)
{
	for (size_t i = 0; i < uri->params_count; i++) {
		if (strcmp(uri->params[i].name, name) == 0) {
			return uri->params[i].value[0] != '\0' ? uri->params[i].value : NULL;
		}
	}
	return NULL;
}

/* ---- the filter ---- */

/* "30m", "24h", "7d": so long before `now`. 0 or -1. */
static int
parse_ago(struct slice text, int64_t now, int64_t *out)
{
	static const struct {
		uint8_t letter;
		int64_t unit, most;
	} units[] = {
		{ 'm', 60 * PTIME_SECOND, 1000000 },
		{ 'h', PTIME_HOUR, 100000 },
		{ 'd', PTIME_DAY, 10000 },
	};
	int64_t n;
	if (text.len < 2 || slice_number(slice_take(text, text.len - 1), &n) != 0) {
		return -1;
	}
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (text.ptr[text.len - 1] == units[i].letter && n <= units[i].most) {
			*out = now - n * units[i].unit;
			return 0;
		}
	}
	return -1;
}

/* A moment, a day, or how long ago. */
static int
parse_when(const char *value, int64_t now, int64_t *out)
{
	struct slice text = slice_str(value);
	return parse_ago(text, now, out) == 0 ? 0 : ptime_parse(text, out);
}

/* ---- words, for checking and for the choices of a form ---- */

static const char *
word_of_verdict(size_t i)
{
	/* Worst first. */
	return i < VERDICTS ? verdict_word((enum verdict)(VERDICTS - 1 - i)) : NULL;
}

static const char *
word_of_cause(size_t i)
{
	return i < CAUSES ? cause_word((enum cause)i) : NULL;
}

static const char *
word_of_class(size_t i)
{
	return i < REPLY_CLASSES ? reply_class_word((enum reply_class)i) : NULL;
}

static const char *
word_of_outcome(size_t i)
{
	return i <= OUTCOME_ABORTED ? outcome_word((enum outcome)i) : NULL;
}

#define FILTER(field) offsetof(struct view, filter.field)

static const char when_wanted[] = "24h, 7d, 2008-06-12 or 2008-06-12T03:00:00Z";

static const struct view_param view_params[] = {
	{ "host", "Host", "192.0.2.1", VIEW_ADDR, 0, NULL, "an IP address" },
	{ "since", "Since", "24h, 7d, 2008-06-12", VIEW_SINCE, 0, NULL, when_wanted },
	{ "until", "Until", "2008-06-13", VIEW_UNTIL, 0, NULL, when_wanted },
	{ "verdict", "Verdict", NULL, VIEW_WORD, FILTER(verdict), word_of_verdict,
		"the word for a verdict, as listed" },
	{ "cause", "Cause", NULL, VIEW_WORD, FILTER(cause), word_of_cause,
		"the word for a cause, as open-relay" },
	{ "outcome", "Outcome", NULL, VIEW_WORD, FILTER(outcome), word_of_outcome,
		"the word for an outcome, as rejected" },
	{ "class", "Reply", NULL, VIEW_WORD, FILTER(class), word_of_class,
		"the word for a kind of reply, as listed-on-rbl" },
	{ "list", "List", "Spamhaus ZEN", VIEW_TEXT, FILTER(list), NULL, "the name of a list" },
	{ "rule", "Rule", "its name", VIEW_TEXT, FILTER(rule), NULL, "the name of a rule" },
	{ "session", "Session", "its id", VIEW_TEXT, FILTER(session), NULL, "the id of a session" },
	{ "port", "Port", "25", VIEW_PORT, 0, NULL, "a number from 1 to 65535" },
	{ "text", "Text", "in any column", VIEW_TEXT, FILTER(text), NULL, "some text" },
	{ "sort", NULL, NULL, VIEW_SORT, 0, NULL, "the name of a column of this table" },
	{ "order", NULL, NULL, VIEW_ORDER, 0, NULL, "asc or desc" },
	{ "page", NULL, NULL, VIEW_PAGE, 0, NULL, "a number from 1" },
	{ "rows", NULL, NULL, VIEW_ROWS, 0, NULL, "a number from 1 to 500" },
};

const struct view_param *
view_param_at(size_t i)
{
	return i < sizeof view_params / sizeof view_params[0] ? &view_params[i] : NULL;
}

/* ---- values ---- */

static int
set_text(const struct view_param *p, const char *value, struct view *out)
{
	const char **field = (const char **)((char *)out + p->offset);
	*field = value;
	if (p->word == NULL) {
		return 0;
	}
	const char *word;
	for (size_t i = 0; (word = p->word(i)) != NULL; i++) {
		if (strcmp(word, value) == 0) {
			return 0;
		}
	}
	return -1;
}

static int
set_until(const char *value, int64_t now, struct view *out)
{
	if (parse_when(value, now, &out->filter.until) != 0) {
		return -1;
	}
	if (strlen(value) == strlen("2008-06-12")) { /* a day: with all of it */
		out->filter.until += PTIME_DAY;
	}
	return 0;
}

static int
set_number(const char *value, int64_t most, int64_t *out)
{
	return slice_number(slice_str(value), out) == 0 && *out >= 1 && *out <= most ? 0 : -1;
}

static int
set_port(const char *value, struct view *out)
{
	int64_t port = 0;
	int rc = set_number(value, UINT16_MAX, &port);
	out->filter.port = (int)port;
	return rc;
}

static int
set_order(const char *value, struct view *out)
{
	out->filter.descending = strcmp(value, "desc") == 0;
	return out->filter.descending || strcmp(value, "asc") == 0 ? 0 : -1;
}

static int
set_value(const struct view_param *p, const char *value, const struct table *table, int64_t now,
	struct view *out)
{
	switch (p->kind) {
	case VIEW_TEXT:
	case VIEW_WORD:
		return set_text(p, value, out);
	case VIEW_ADDR:
		return addr_parse(slice_str(value), &out->filter.host);
	case VIEW_SINCE:
		return parse_when(value, now, &out->filter.since);
	case VIEW_UNTIL:
		return set_until(value, now, out);
	case VIEW_PORT:
		return set_port(value, out);
	case VIEW_SORT:
		out->filter.sort = value;
		return table_column(table, value) != NULL ? 0 : -1;
	case VIEW_ORDER:
		return set_order(value, out);
	case VIEW_PAGE:
		return set_number(value, VIEW_PAGE_MAX, &out->page);
	case VIEW_ROWS:
		return set_number(value, VIEW_ROWS_MAX, &out->rows);
	}
	return -1;
}

static const struct view_param *
view_param_find(const char *name)
{
	const struct view_param *p;
	for (size_t i = 0; (p = view_param_at(i)) != NULL; i++) {
		if (strcmp(p->name, name) == 0) {
			return p;
		}
	}
	return NULL;
}

int
view_parse(const struct uri *uri, const struct table *table, int64_t now, struct view *out,
	struct err *err)
{
	*out = (struct view){ .page = 1, .rows = VIEW_ROWS_USUAL };
	for (size_t i = 0; i < uri->params_count; i++) {
		const struct param *given = &uri->params[i];
		const struct view_param *p = view_param_find(given->name);
		if (p == NULL) {
			return err_set(err, "there is no parameter %s", given->name);
		}
		if (given->value[0] != '\0' && set_value(p, given->value, table, now, out) != 0) {
			return err_set(err, "%s=%s: it should be %s", given->name, given->value,
				p->wanted);
		}
	}
	out->filter.limit = out->rows;
	out->filter.offset = (out->page - 1) * out->rows;
	return 0;
}

/* ---- writing addresses ---- */

void
url_escape(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (chars_is(c, CHAR_ALPHA | CHAR_DIGIT) ||
			(c != 0 && strchr("-._~:", c) != NULL)) {
			buf_byte(out, c);
		} else {
			buf_printf(out, "%%%02X", c);
		}
	}
}

static const char *
finish(struct arena *arena, struct buf *b)
{
	const char *text = arena_string(arena, buf_slice(b));
	buf_release(b);
	return text;
}

const char *
url_path(struct arena *arena, const char *first, ...)
{
	struct buf b;
	va_list args;
	buf_init(&b, 4 * URI_MAX);
	va_start(args, first);
	for (const char *part = first; part != NULL; part = va_arg(args, const char *)) {
		buf_byte(&b, '/');
		url_escape(&b, slice_str(part));
	}
	va_end(args);
	return finish(arena, &b);
}

static void
add_param(struct buf *b, char *separator, const struct param *p)
{
	if (p->value == NULL || p->value[0] == '\0') {
		return;
	}
	buf_byte(b, (uint8_t)*separator);
	url_escape(b, slice_str(p->name));
	buf_byte(b, '=');
	url_escape(b, slice_str(p->value));
	*separator = '&';
}

static bool
is_set(const char *name, const struct param *set, size_t set_count)
{
	for (size_t i = 0; i < set_count; i++) {
		if (strcmp(set[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

const char *
url_with(struct arena *arena, const char *path, const struct uri *keep, const struct param *set,
	size_t set_count)
{
	struct buf b;
	char separator = '?';
	buf_init(&b, 4 * URI_MAX);
	buf_str(&b, path);
	for (size_t i = 0; keep != NULL && i < keep->params_count; i++) {
		if (!is_set(keep->params[i].name, set, set_count)) {
			add_param(&b, &separator, &keep->params[i]);
		}
	}
	for (size_t i = 0; i < set_count; i++) {
		add_param(&b, &separator, &set[i]);
	}
	return finish(arena, &b);
}

/* ---- the Host field ---- */

bool
host_is_loopback(struct addr a)
{
	static const uint8_t one[16] = { [15] = 1 };
	return (a.family == ADDR_V4 && a.bytes[0] == 127) ||
	       (a.family == ADDR_V6 && memcmp(a.bytes, one, sizeof one) == 0);
}

bool
host_allowed(const char *host, struct endpoint listen)
{
	if (!host_is_loopback(listen.addr)) {
		return true; /* which names point to a public address, only its administrator knows
			      */
	}
	struct slice name = slice_str(host);
	struct addr a;
	if (name.len > 0 && name.ptr[0] == '[') {
		name = slice_skip(name, 1);
		name = slice_split(&name, ']');
	} else {
		name = slice_split(&name, ':'); /* any port: a tunnel may use another one */
	}
	return slice_ieq(name, SLICE("localhost")) ||
	       (addr_parse(name, &a) == 0 && host_is_loopback(a));
}
