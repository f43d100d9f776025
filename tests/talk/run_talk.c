/* Runs dialogues: tests/talk/NAME.talk says what both sides send, then what must come of it
 * (README.md).
 *
 *   run_talk FILE.talk...            each straight through the parser: whole, byte by byte, and in
 *                                    pieces of 2, 3, 5 and 11 bytes
 *   run_talk --renew FILE.talk...    writes what comes of it into the files (read the difference
 *                                    before you believe it)
 *   run_talk --captured[=VARIANT] FILE.talk...
 *                                    each as a capture, in each variant or in that one: a table
 *   run_talk --verbose …             shows the records of what fails */
#include <stdio.h>
#include <string.h>

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

enum mode { MODE_PARSER, MODE_RENEW, MODE_CAPTURED };

static int
run_one(enum mode mode, struct table *table, const char *path)
{
	struct talk t;
	struct err err = { "" };
	int failed = 1;
	if (talk_read(path, &t, &err) < 0)
		fprintf(stderr, "%s\n", err.text);
	else if (mode == MODE_CAPTURED)
		failed = table_row(table, &t);
	else
		failed = mode == MODE_RENEW ? renew(path, &t) : check_parser(&t);
	talk_free(&t);
	return failed;
}

/* 0, or -1: not one of ours. */
static int
take_option(const char *text, enum mode *mode, struct table *table)
{
	if (strcmp(text, "--renew") == 0)
		*mode = MODE_RENEW;
	else if (strcmp(text, "--verbose") == 0)
		table->verbose = true;
	else if (strncmp(text, "--captured", 10) == 0) {
		*mode = MODE_CAPTURED;
		if (text[10] == '=' && (table->only = variant_find(text + 11)) == NULL)
			return -1;
	} else
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	enum mode mode = MODE_PARSER;
	struct table table = { .only = NULL };
	int failed = 0, run = 0, i = 1;
	for (; i < argc && argv[i][0] == '-'; i++)
		if (take_option(argv[i], &mode, &table) < 0) {
			fprintf(stderr, "run_talk: %s is no option\n", argv[i]);
			return 2;
		}
	if (mode == MODE_CAPTURED)
		table_head(&table);
	for (; i < argc; i++, run++)
		failed += run_one(mode, &table, argv[i]);
	if (mode == MODE_CAPTURED)
		table_foot(&table);
	printf("%d of %d dialogues as expected\n", run - failed, run);
	return failed > 0 || run == 0;
}
