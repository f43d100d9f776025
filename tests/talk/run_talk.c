/* Runs dialogues: tests/talk/NAME.talk says what both sides send, then what must come of it
 * (README.md).
 *
 *   run_talk FILE.talk...            each straight through the parser: whole, byte by byte, and in
 *                                    pieces of 2, 3, 5 and 11 bytes
 *   run_talk --renew FILE.talk...    writes what comes of it into the files (read the difference
 *                                    before you believe it)
 *   run_talk --captured[=VARIANT] FILE.talk...
 *                                    each as a capture, in each variant or in that one: a table
 *   run_talk --captured --all FILE.talk...
 *                                    …which are all there are: what is tolerated (known.c) must
 * occur run_talk --verbose …             shows the records of what fails run_talk --pcap=FILE
 * [--json=FILE] FILE.talk... all as one capture, each from a host of its own, an hour after the
 * other; and the records that must come of it */
#include <stdio.h>
#include <string.h>

#include "talk/export.h"
#include "talk/known.h"
#include "talk/run.h"
#include "talk/variants.h"

static int
check_parser(const struct talk *t)
{
	static const size_t chunks[] = { 0, 1, 2, 3, 5, 11 };
	int failed = 0;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]) && failed == 0; i++) {
		struct run run;
		parser_run(t, chunks[i], &run);
		const char *got = buf_cstr(&run.text);
		if (strcmp(got, t->want) != 0) {
			printf("%s, chunks of %zu (0 = whole)\n--- wanted\n%s--- got\n%s", t->name,
				chunks[i], t->want, got);
			failed = 1;
		}
		run_release(&run);
	}
	return failed;
}

static int
renew(const char *path, const struct talk *t)
{
	struct run run;
	parser_run(t, 0, &run);
	int failed = talk_renew(path, t, buf_cstr(&run.text)) != 0;
	run_release(&run);
	return failed;
}

/* ---- the table ---- */

#define VARIANTS_MAX 16

struct table {
	const struct variant *only; /* NULL = all */
	bool verbose;
	struct tally sums[VARIANTS_MAX];
};

static bool
is_shown(const struct table *t, size_t i)
{
	return t->only == NULL || t->only == &variants[i];
}

static void
table_head(const struct table *t)
{
	printf("%-36s", "dialogue");
	for (size_t i = 0; i < variants_count; i++)
		if (is_shown(t, i))
			printf(" %14s", variants[i].name);
	printf("\n");
}

static void
table_cell(struct tally tally)
{
	char text[32];
	snprintf(text, sizeof(text), "%d/%d%s", tally.passed, tally.total,
		tally.known > 0 ? "*" : "");
	printf(" %14s", text);
}

static int
table_row(struct table *t, const struct talk *talk)
{
	struct run whole;
	struct tally tallies[VARIANTS_MAX] = { { 0, 0, 0 } };
	int failed = 0;
	struct rig *rig = rig_new(talk);
	parser_run(talk, 0, &whole);
	for (size_t i = 0; i < variants_count; i++) {
		struct column c = { .talk = talk,
			.whole = &whole,
			.variant = &variants[i],
			.rig = rig,
			.verbose = t->verbose };
		if (!is_shown(t, i))
			continue;
		variants[i].run(&c);
		tallies[i] = c.tally;
		t->sums[i].total += c.tally.total;
		t->sums[i].passed += c.tally.passed;
		t->sums[i].known += c.tally.known;
		failed |= c.tally.passed < c.tally.total;
	}
	printf("%-36s", talk->name);
	for (size_t i = 0; i < variants_count; i++)
		if (is_shown(t, i))
			table_cell(tallies[i]);
	printf("\n");
	run_release(&whole);
	rig_free(rig);
	return failed;
}

static void
table_foot(const struct table *t)
{
	printf("%-36s", "all");
	for (size_t i = 0; i < variants_count; i++)
		if (is_shown(t, i))
			table_cell(t->sums[i]);
	printf("\n");
}

/* ---- main ---- */

enum mode { MODE_PARSER, MODE_RENEW, MODE_CAPTURED, MODE_EXPORT };

struct options {
	enum mode mode;
	const char *pcap, *json; /* NULL = none */
	struct table table;
	struct export export;
	bool all; /* the dialogues are all there are */
};

static int
run_one(struct options *o, const char *path)
{
	struct talk t;
	struct err err = { "" };
	int failed = 1;
	if (talk_read(path, &t, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		talk_free(&t);
		return 1;
	}
	switch (o->mode) {
	case MODE_PARSER:
		failed = check_parser(&t);
		break;
	case MODE_RENEW:
		failed = renew(path, &t);
		break;
	case MODE_CAPTURED:
		failed = table_row(&o->table, &t);
		break;
	case MODE_EXPORT:
		export_add(&o->export, &t);
		failed = 0;
		break;
	}
	talk_free(&t);
	return failed;
}

/* 0, or -1: not one of ours. */
static int
take_option(struct options *o, const char *text)
{
	if (strcmp(text, "--renew") == 0)
		o->mode = MODE_RENEW;
	else if (strcmp(text, "--all") == 0)
		o->all = true;
	else if (strcmp(text, "--verbose") == 0)
		o->table.verbose = true;
	else if (strcmp(text, "--captured") == 0)
		o->mode = MODE_CAPTURED;
	else if (strncmp(text, "--captured=", 11) == 0) {
		o->mode = MODE_CAPTURED;
		o->table.only = variant_find(text + 11);
		return o->table.only != NULL ? 0 : -1;
	} else if (strncmp(text, "--pcap=", 7) == 0) {
		o->mode = MODE_EXPORT;
		o->pcap = text + 7;
	} else if (strncmp(text, "--json=", 7) == 0)
		o->json = text + 7;
	else
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .mode = MODE_PARSER };
	int failed = 0, run = 0, i = 1;
	for (; i < argc && argv[i][0] == '-'; i++)
		if (take_option(&o, argv[i]) < 0) {
			fprintf(stderr, "run_talk: %s is no option\n", argv[i]);
			return 2;
		}
	export_init(&o.export);
	if (o.mode == MODE_CAPTURED)
		table_head(&o.table);
	for (; i < argc; i++, run++)
		failed += run_one(&o, argv[i]);
	if (o.mode == MODE_CAPTURED) {
		table_foot(&o.table);
		failed += o.table.only == NULL && o.all && !known_report();
	}
	if (o.mode == MODE_EXPORT && export_write(&o.export, o.pcap, o.json) < 0)
		failed++;
	export_release(&o.export);
	printf("%d of %d dialogues as expected\n", run - failed, run);
	return failed > 0 || run == 0;
}
