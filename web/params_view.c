/* Parameters and the words of the filter box -> the filter of a table. */
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/params.h"
#include "web/query_words.h"
#include "web/texts.h"

/* ---- times ---- */

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

static const struct {
	const char *word;
	int64_t span; /* ns; 0 = all of the time */
} ranges[] = {
	{ "hour", PTIME_HOUR },
	{ "day", PTIME_DAY },
	{ "week", 7 * PTIME_DAY },
	{ "month", 30 * PTIME_DAY },
	{ "all", 0 },
};
#define RANGES (sizeof ranges / sizeof ranges[0])

/* ---- words, for checking and for the choices of a form ---- */

static const char *
word_of_range(size_t i)
{
	return i < RANGES ? ranges[i].word : NULL;
}

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

static const char *
word_of_case(size_t i)
{
	static const char *const words[] = { "open", "came-back", "new", "acknowledged",
		"resolved" };
	return i < sizeof words / sizeof words[0] ? words[i] : NULL;
}

static const char *
word_of_tls(size_t i)
{
	static const char *const words[] = { "yes", "no", "TLS 1.3", "TLS 1.2", "TLS 1.1",
		"TLS 1.0" };
	return i < sizeof words / sizeof words[0] ? words[i] : NULL;
}

#define FILTER(field) offsetof(struct view, filter.field)

#define WHEN_WANTED N_("24h, 7d, 2008-06-12 or 2008-06-12T03:00:00Z")

static const struct view_param view_params[] = {
	{ .name = "q", .kind = VIEW_QUERY, .wanted = N_("words as host:192.0.2.1") },
	{ "host", N_("Host"), "192.0.2.1", VIEW_ADDR, .key = true, .wanted = N_("an IP address") },
	{ "net", N_("Network"), "192.0.2.0/24", VIEW_NET, .key = true,
		.wanted = N_("a network, as 192.0.2.0/24 or 2001:db8::/32") },
	{ "range", N_("Time"), "week", VIEW_RANGE, .key = true, .word = word_of_range,
		.wanted = N_("hour, day, week, month or all") },
	{ "since", N_("Since"), "24h, 7d, 2008-06-12", VIEW_SINCE, .key = true,
		.wanted = WHEN_WANTED },
	{ "until", N_("Until"), "2008-06-13", VIEW_UNTIL, .key = true, .wanted = WHEN_WANTED },
	{ "verdict", N_("Verdict"), "listed", VIEW_WORD, true, FILTER(verdict), word_of_verdict,
		.wanted = N_("the word for a verdict, as listed") },
	{ "cause", N_("Cause"), "open-relay", VIEW_WORD, true, FILTER(cause), word_of_cause,
		.wanted = N_("the word for a cause, as open-relay") },
	{ "outcome", N_("Outcome"), "rejected", VIEW_WORD, true, FILTER(outcome), word_of_outcome,
		.wanted = N_("the word for an outcome, as rejected") },
	{ "class", N_("Reply"), "listed-on-rbl", VIEW_WORD, true, FILTER(class), word_of_class,
		.wanted = N_("the word for a kind of reply, as listed-on-rbl") },
	{ "list", N_("List"), "Spamhaus ZEN", VIEW_TEXT, true, FILTER(list), .names = NAMES_LISTS,
		.wanted = N_("the name of a list") },
	{ "rule", N_("Rule"), N_("its name"), VIEW_TEXT, true, FILTER(rule), .names = NAMES_RULES,
		.wanted = N_("the name of a rule") },
	{ "domain", N_("Domain"), "example.com", VIEW_TEXT, true, FILTER(domain),
		.wanted = N_("a domain of a sender, a recipient or a HELO name") },
	{ "session", N_("Session"), N_("its id"), VIEW_TEXT, true, FILTER(session),
		.wanted = N_("the id of a session") },
	{ "port", N_("Port"), "25", VIEW_PORT, .key = true,
		.wanted = N_("a number from 1 to 65535") },
	{ "tls", N_("TLS"), "no", VIEW_TLS, true, FILTER(tls), word_of_tls,
		.wanted = N_("yes, no, or a version, as TLS 1.2") },
	{ "kind", N_("Kind"), "restart", VIEW_TEXT, true, FILTER(kind),
		.wanted = N_("a kind, as reputation (of listings) or restart (of events)") },
	{ "campaign", N_("Campaign"), N_("a digest"), VIEW_TEXT, true, FILTER(campaign),
		.wanted = N_("the digest of a text, as campaigns have it") },
	{ "state", N_("Case"), "open", VIEW_WORD, true, FILTER(state), word_of_case,
		.wanted = N_("the state of a case, as open") },
	{ "user", N_("User"), "mia", VIEW_TEXT, true, FILTER(user),
		.wanted = N_("the name of a user") },
	{ "text", N_("Text"), N_("in any column"), VIEW_TEXT, true, FILTER(text),
		.wanted = N_("some text") },
	{ .name = "sort", .kind = VIEW_SORT, .wanted = N_("the name of a column of this table") },
	{ .name = "order", .kind = VIEW_ORDER, .wanted = N_("asc or desc") },
	{ .name = "page", .kind = VIEW_PAGE, .wanted = N_("a number from 1") },
	{ .name = "rows", .kind = VIEW_ROWS, .wanted = N_("a number from 1 to 500") },
};

const struct view_param *
view_param_at(size_t i)
{
	return i < sizeof view_params / sizeof view_params[0] ? &view_params[i] : NULL;
}

const struct view_param *
view_param_find(struct slice name)
{
	const struct view_param *p;
	for (size_t i = 0; (p = view_param_at(i)) != NULL; i++) {
		if (slice_eq(name, slice_str(p->name))) {
			return p;
		}
	}
	return NULL;
}

/* ---- keys of the filter box ---- */

/* A range is since and until by a word. */
static bool
is_known_to(const struct table *table, const struct view_param *p)
{
	return p->title == NULL ||
	       table_has_filter(table, p->kind == VIEW_RANGE ? "since" : p->name);
}

const struct view_param *
filter_key_next(const struct table *table, size_t *i)
{
	const struct view_param *p;
	while ((p = view_param_at((*i)++)) != NULL) {
		if (p->key && is_known_to(table, p)) {
			return p;
		}
	}
	return NULL;
}

int
filter_values(const struct view_param *p, struct store *s, int64_t limit,
	void (*fn)(void *ctx, struct slice value), void *ctx, struct err *err)
{
	const char *word;
	if (p->names != NAMES_NONE) {
		return query_names(s, p->names, limit, fn, ctx, err);
	}
	for (int64_t i = 0; p->word != NULL && i < limit && (word = p->word((size_t)i)) != NULL;
		i++) {
		fn(ctx, slice_str(word));
	}
	return 0;
}

/* "host, net, since": for the words that say what would be known. */
static const char *
known_keys(const struct table *table, struct arena *arena)
{
	const struct view_param *p;
	const char *text = "";
	size_t i = 0;
	while ((p = filter_key_next(table, &i)) != NULL) {
		text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ", p->name);
	}
	return text;
}

/* ---- values ---- */

static int
set_text(const struct view_param *p, const char *value, struct view *out)
{
	const char **field = (const char **)((char *)out + p->offset);
	const char *word;
	*field = value;
	if (p->word == NULL) {
		return 0;
	}
	for (size_t i = 0; (word = p->word(i)) != NULL; i++) {
		if (slice_ieq(slice_str(word), slice_str(value))) {
			*field = word;
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
set_range(const char *value, int64_t now, struct view *out)
{
	for (size_t i = 0; i < RANGES; i++) {
		if (strcmp(ranges[i].word, value) == 0) {
			out->range = ranges[i].span != 0 ? ranges[i].word : NULL;
			out->filter.since = ranges[i].span != 0 ? now - ranges[i].span : 0;
			return 0;
		}
	}
	return -1;
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

/* What is being read: values, and where each came from. */
struct parsing {
	const struct table *table;
	int64_t now;
	struct view *out;
	struct arena *arena;
	const char *given[sizeof view_params / sizeof view_params[0]]; /* NULL = not yet */
	const char *query;
	struct err *err;
};

static int
set_value(struct parsing *g, const struct view_param *p, const char *value)
{
	switch (p->kind) {
	case VIEW_TEXT:
	case VIEW_WORD:
	case VIEW_TLS:
		return set_text(p, value, g->out);
	case VIEW_ADDR:
		return addr_parse(slice_str(value), &g->out->filter.host);
	case VIEW_NET:
		return network_parse(slice_str(value), &g->out->filter.net);
	case VIEW_SINCE:
		return parse_when(value, g->now, &g->out->filter.since);
	case VIEW_UNTIL:
		return set_until(value, g->now, g->out);
	case VIEW_RANGE:
		return set_range(value, g->now, g->out);
	case VIEW_PORT:
		return set_port(value, g->out);
	case VIEW_QUERY: /* its words come behind the other parameters */
		g->query = g->out->query = value;
		return 0;
	case VIEW_SORT:
		g->out->filter.sort = value;
		return table_column(g->table, value) != NULL ? 0 : -1;
	case VIEW_ORDER:
		return set_order(value, g->out);
	case VIEW_PAGE:
		return set_number(value, VIEW_PAGE_MAX, &g->out->page);
	case VIEW_ROWS:
		return set_number(value, VIEW_ROWS_MAX, &g->out->rows);
	}
	return -1;
}

/* `where`: "" or the word of q. */
static int
take(struct parsing *g, const struct view_param *p, const char *value, const char *where)
{
	const char **given = &g->given[p - view_params];
	if (*given != NULL && strcmp(*given, value) != 0) {
		return err_set(
			g->err, "%s%s is given twice: %s and %s", where, p->name, *given, value);
	}
	*given = value;
	if (set_value(g, p, value) != 0) {
		return err_set(
			g->err, "%s%s=%s: it should be %s", where, p->name, value, p->wanted);
	}
	if (!is_known_to(g->table, p)) {
		return err_set(g->err, "%sthe table %s cannot be filtered by %s, but by: %s", where,
			g->table->name, p->name, known_keys(g->table, g->arena));
	}
	return 0;
}

static int
take_free_word(struct parsing *g, const struct query_word *word, const char *where)
{
	struct filter *f = &g->out->filter;
	if (!table_has_filter(g->table, "text")) {
		return err_set(g->err,
			"%sthe table %s has no text to look for “%s” in; its keys: %s", where,
			g->table->name, word->value, known_keys(g->table, g->arena));
	}
	if (f->words_count == FILTER_WORDS_MAX) {
		return err_set(g->err, "%smore than %d words of text", where, FILTER_WORDS_MAX);
	}
	f->words[f->words_count++] = word->value;
	return 0;
}

static int
take_word(struct parsing *g, const struct query_word *word)
{
	const char *where = arena_printf(
		g->arena, "the filter's word %zu (at character %zu): ", word->number, word->at);
	if (word->key == NULL) {
		return take_free_word(g, word, where);
	}
	const struct view_param *p = view_param_find(slice_str(word->key));
	if (p == NULL || !p->key) {
		return err_set(g->err,
			"%sthere is no key %s; keys are: %s; quotes around the word make it text",
			where, word->key, known_keys(g->table, g->arena));
	}
	if (word->value[0] == '\0') {
		return err_set(g->err, "%s%s: lacks its value: %s", where, word->key, p->wanted);
	}
	return take(g, p, word->value, where);
}

static int
take_query(struct parsing *g)
{
	struct query_words words;
	if (g->query == NULL) {
		return 0;
	}
	if (query_words_parse(g->query, g->arena, &words, g->err) != 0) {
		return -1;
	}
	for (size_t i = 0; i < words.count; i++) {
		if (take_word(g, &words.words[i]) != 0) {
			return -1;
		}
	}
	return 0;
}

static const char *
given(const struct parsing *g, const char *name)
{
	return g->given[view_param_find(slice_str(name)) - view_params];
}

static int
check_times(const struct parsing *g)
{
	const char *range = given(g, "range");
	const char *other = given(g, "since") != NULL ? "since" : "until";
	if (range != NULL && strcmp(range, "all") != 0 && given(g, other) != NULL) {
		return err_set(g->err, "range and %s are both given: one of them is enough", other);
	}
	return 0;
}

static int
parse_all(struct parsing *g, const struct uri *uri)
{
	for (size_t i = 0; i < uri->params_count; i++) {
		const struct param *given = &uri->params[i];
		const struct view_param *p = view_param_find(slice_str(given->name));
		if (p == NULL) {
			return err_set(g->err, "there is no parameter %s", given->name);
		}
		if (given->value[0] != '\0' && take(g, p, given->value, "") != 0) {
			return -1;
		}
	}
	return take_query(g) == 0 ? check_times(g) : -1;
}

int
view_parse(const struct uri *uri, const struct table *table, int64_t now, struct arena *arena,
	struct view *out, struct err *err)
{
	struct parsing g = { .table = table, .now = now, .out = out, .arena = arena, .err = err };
	*out = (struct view){ .page = 1, .rows = VIEW_ROWS_USUAL };
	int rc = parse_all(&g, uri);
	out->filter.limit = out->rows;
	out->filter.offset = (out->page - 1) * out->rows;
	return rc;
}
