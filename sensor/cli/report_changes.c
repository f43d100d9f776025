#include "sensor/cli/report_changes.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sensor/cli/report_host.h"

#define CHANGES_SHOWN 8

static const struct cell *
cell_of(const struct cell *cells, const char *column)
{
	const struct table *t = table_find("changes");
	return &cells[table_column(t, column) - t->columns];
}

static bool
print_change(void *ctx, const struct cell *cells)
{
	const struct paper *p = ctx;
	struct slice before = cell_of(cells, "before")->text;
	struct slice verdict = cell_of(cells, "verdict")->text;
	struct slice cause = cell_of(cells, "cause")->text;
	char when[PAPER_TIME_MAX], word[32];

	fprintf(p->out, "  %s  %.*s%s", paper_time(cell_of(cells, "noted")->integer, when),
		(int)before.len, (const char *)before.ptr, before.len > 0 ? " -> " : "first ");
	snprintf(word, sizeof word, "%.*s", (int)verdict.len, (const char *)verdict.ptr);
	paper_ink(p, report_ink(verdict), word);
	fprintf(p->out, "%s%.*s\n", cause.len > 0 ? ", " : "", (int)cause.len,
		(const char *)cause.ptr);
	return true;
}

int
report_changes(const struct paper *p, struct store *s, struct addr host, struct err *err)
{
	const struct filter f = { .host = host, .limit = CHANGES_SHOWN };
	const struct table *t = table_find("changes");
	struct paper paper = *p;
	char ip[ADDR_TEXT_MAX];
	int64_t count;

	if (table_count(s, t, &f, &count, err) != 0)
		return -1;
	if (count < 2)
		return 0;
	paper_head(p, "Changes of the verdict, newest first");
	if (table_query(s, t, &f, print_change, &paper, err) != 0)
		return -1;
	if (count > CHANGES_SHOWN)
		fprintf(p->out, "  … of %" PRId64 ": `heloscope export changes --host %s`\n", count,
			addr_format(host, ip));
	return 0;
}
