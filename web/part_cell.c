#include "web/part_cell.h"

#include <inttypes.h>
#include <string.h>

#include "web/page.h"

enum look {
	LOOK_TEXT,
	LOOK_LONG,
	LOOK_HOST,
	LOOK_SESSION,
	LOOK_NUMBER,
	LOOK_VERDICT,
	LOOK_SHARE,
	LOOK_PERCENT,
	LOOK_FLAG,
	LOOK_CODE,
	LOOK_WORD, /* of the contract */
	LOOK_SAID, /* a sentence of the sensor */
	LOOK_RULE,
	LOOK_RULES,  /* joined by blanks */
	LOOK_LABELS, /* likewise */
	LOOK_DOMAIN,
	LOOK_CAMPAIGN,
	LOOK_LIST,
	LOOK_POINTS
};

/* How columns look that are more than their type; the names are those of the store. */
static const struct {
	const char *column;
	enum look look;
} looks[] = {
	{ "host", LOOK_HOST },
	{ "client", LOOK_HOST },
	{ "server", LOOK_HOST },
	{ "src_ip", LOOK_HOST },
	{ "dst_ip", LOOK_HOST },
	{ "session", LOOK_SESSION },
	{ "number", LOOK_NUMBER },
	{ "verdict", LOOK_VERDICT },
	{ "risk", LOOK_SHARE },
	{ "confidence", LOOK_SHARE },
	{ "mirror_loss", LOOK_PERCENT },
	{ "kernel_loss", LOOK_PERCENT },
	{ "one_sided_share", LOOK_PERCENT },
	{ "summary", LOOK_SAID },
	{ "ended_by", LOOK_SAID },
	{ "error", LOOK_SAID },
	{ "text", LOOK_LONG },
	{ "reply", LOOK_LONG },
	{ "subject", LOOK_LONG },
	{ "why", LOOK_SAID },
	{ "rules", LOOK_RULES },
	{ "labels", LOOK_LABELS },
	{ "rule", LOOK_RULE },
	{ "domain", LOOK_DOMAIN },
	{ "campaign", LOOK_CAMPAIGN },
	{ "list", LOOK_LIST },
	{ "points", LOOK_POINTS },
	{ "share", LOOK_PERCENT },
	{ "place", LOOK_CODE },
	{ "encrypted", LOOK_FLAG },
	{ "queue_id", LOOK_CODE },
	{ "cause", LOOK_WORD },
	{ "role", LOOK_WORD },
	{ "kind", LOOK_WORD },
	{ "class", LOOK_WORD },
	{ "outcome", LOOK_WORD },
	{ "direction", LOOK_WORD },
	{ "visibility", LOOK_WORD },
	{ "before", LOOK_WORD },
	{ "state", LOOK_WORD },
	{ "answer", LOOK_WORD },
};

static enum look
look_of(const struct column *column)
{
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		if (strcmp(looks[i].column, column->name) == 0) {
			return looks[i].look;
		}
	}
	return LOOK_TEXT;
}

static void
cell_plain(struct html *h, const struct column *column, const struct cell *cell)
{
	switch (column->type) {
	case CELL_TEXT:
		h_text(h, strcmp(column->name, "subject") == 0
				  ? viewer_subject(h->viewer, cell->text)
				  : cell->text);
		break;
	case CELL_INT:
		h_int(h, cell->integer);
		break;
	case CELL_REAL:
		h_format(h, "%.1f", cell->real);
		break;
	case CELL_TIME:
		part_time(h, cell->integer);
		break;
	}
}

static void
cell_linked(struct html *h, const char *first, const char *second, const char *text)
{
	if (first[0] == '\0') {
		return;
	}
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, text, first, second, NULL));
	h_str(h, second != NULL ? second : first);
	h_close(h);
}

static void
cell_rules(struct html *h, struct slice names)
{
	while (names.len > 0) {
		cell_linked(h, arena_string(h->arena, slice_split(&names, ' ')), NULL, "rule");
		h_str(h, names.len > 0 ? " " : "");
	}
}

static void
cell_labels(struct html *h, struct slice labels)
{
	for (bool first = true; labels.len > 0; first = false) {
		const char *label = arena_string(h->arena, slice_split(&labels, ' '));
		h_str(h, first ? "" : ", ");
		h_str(h, T(h, label));
	}
}

static void
cell_list(struct html *h, const char *name)
{
	const struct param list = { "list", name };
	if (name[0] != '\0') {
		h_link(h, url_with(h->arena, "/listings", NULL, &list, 1), name);
	}
}

/* "7" of its session, if the row has one. */
static void
cell_number(struct html *h, const struct table *table, const struct column *column,
	const struct cell *cells)
{
	const struct column *session = table_column(table, "session");
	const struct cell *cell = &cells[column - table->columns];
	if (session == NULL) {
		cell_plain(h, column, cell);
		return;
	}
	cell_linked(h, arena_string(h->arena, cells[session - table->columns].text),
		arena_printf(h->arena, "%" PRId64, cell->integer), "mail");
}

void
part_cell(struct html *h, const struct table *table, size_t i, const struct cell *cells)
{
	const struct column *column = &table->columns[i];
	if (cells[i].null) {
		return;
	}
	const char *text = column->type == CELL_TEXT ? arena_string(h->arena, cells[i].text) : "";
	enum look look = look_of(column);
	/* what people wrote stays */
	if (strcmp(table->name, "events") == 0 && strcmp(column->name, "text") == 0) {
		look = LOOK_SAID;
	}
	switch (look) {
	case LOOK_HOST:
		cell_linked(h, text, NULL, "host");
		break;
	case LOOK_SESSION:
		cell_linked(h, text, NULL, "session");
		break;
	case LOOK_RULE:
		cell_linked(h, text, NULL, "rule");
		break;
	case LOOK_DOMAIN:
		cell_linked(h, text, NULL, "domain");
		break;
	case LOOK_CAMPAIGN:
		cell_linked(h, text, NULL, "campaign");
		break;
	case LOOK_RULES:
		cell_rules(h, slice_str(text));
		break;
	case LOOK_LABELS:
		cell_labels(h, slice_str(text));
		break;
	case LOOK_LIST:
		cell_list(h, text);
		break;
	case LOOK_NUMBER:
		cell_number(h, table, column, cells);
		break;
	case LOOK_VERDICT:
		part_verdict(h, text);
		break;
	case LOOK_SHARE:
		h_format(h, "%.0f %%", 100 * cells[i].real);
		break;
	case LOOK_PERCENT:
		h_str(h, part_percent(h, cells[i].real, 1));
		break;
	case LOOK_POINTS:
		h_format(h, "%+.2f", cells[i].real);
		break;
	case LOOK_FLAG:
		h_str(h, cells[i].integer != 0 ? T(h, "yes") : "");
		break;
	case LOOK_CODE:
		h_element(h, "code", NULL, text);
		break;
	case LOOK_WORD:
		h_str(h, T(h, text));
		break;
	case LOOK_SAID:
		h_str(h, TS(h, text));
		break;
	case LOOK_TEXT:
	case LOOK_LONG:
		cell_plain(h, column, &cells[i]);
		break;
	}
}

const char *
part_cell_class(const struct column *column)
{
	enum look look = look_of(column);
	switch (column->type) {
	case CELL_INT:
	case CELL_REAL:
		return "num";
	case CELL_TIME:
		return "time";
	case CELL_TEXT:
		break;
	}
	return look == LOOK_LONG || look == LOOK_SAID || look == LOOK_RULES ? "long" : "text";
}
