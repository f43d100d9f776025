/* What the analysis of mails costs, stage by stage, and which mail costs most.
 *
 * usage: mail_speed [--runs N] [--limit-ms N] [--rules DIR | --stock DIR]... < LIST-OF-PATHS
 *
 * Reads all files first; then each stage goes over all of them, and the median of the runs counts.
 * Processor time.  With --limit-ms the exit status is 1 if a mail takes longer in its best run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/analyst.h"
#include "sensor/base/buf.h"
#include "sensor/mail/message_file.h"
#include "sensor/mail/text.h"
#include "sensor/record_layout.h"
#include "tests/processor_time.h"

#define SOURCES_MAX 8
#define RUNS_MAX 99
#define SLOWEST 3 /* mails that are named */

enum stage { STAGE_SPLIT, STAGE_TEXT, STAGE_ALL, STAGES };

static const char *const stage_names[STAGES] = { "split", "split, text", "whole analysis" };

struct mail {
	char *path;
	struct slice content; /* what the client sent */
	struct session_record session;
	const char *mail_from;
	int64_t time;
	double best[STAGES]; /* seconds */
};

struct bench {
	struct rule_source sources[SOURCES_MAX];
	size_t sources_count;
	int runs;
	double limit; /* seconds; 0 = none */
	struct analyst *analyst;
	struct counters counters;
	struct arena kept, arena;
	struct mail *mails;
	size_t mails_count;
	double bytes;
};

/* ---- the mails ---- */

static int
read_mail(struct bench *b, const char *path)
{
	struct message_trace trace;
	uint8_t block[65536];
	struct buf file;
	size_t n;
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return -1;
	}
	b->mails = must_realloc(b->mails, (b->mails_count + 1) * sizeof *b->mails);
	struct mail *m = &b->mails[b->mails_count++];
	*m = (struct mail){ .path = arena_string(&b->kept, slice_str(path)) };
	buf_init(&file, LIMIT_MAIL_KEPT);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&file, slice_of(block, n));
	fclose(f);
	record_init(&layout_session, &m->session);
	arena_reset(&b->arena);
	message_file_trace(message_file_wire(buf_slice(&file), &b->arena), &b->arena, &trace);
	m->content = arena_copy(&b->kept, slice_take(trace.content, LIMIT_MAIL_KEPT));
	m->time = trace.time;
	m->mail_from = arena_string(&b->kept, slice_str(trace.mail_from));
	m->session.helo_verb = "EHLO";
	m->session.helo_name = arena_string(&b->kept, slice_str(trace.received.helo));
	addr_parse(slice_str(trace.received.ip), &m->session.client.addr);
	b->bytes += (double)m->content.len;
	buf_release(&file);
	return 0;
}

static int
read_list(struct bench *b)
{
	char line[4096];
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (*line != '\0' && read_mail(b, line) < 0)
			return -1;
	}
	return b->mails_count > 0 ? 0 : -1;
}

/* ---- the stages ---- */

static void
work(struct bench *b, enum stage stage, struct mail *m)
{
	struct message message;
	struct mail_text text;
	struct mail_record record = { 0 };
	arena_reset(&b->arena);
	if (stage == STAGE_ALL) {
		record_init(&layout_mail, &record);
		record.mail_from = m->mail_from;
		record.start = m->time;
		record.bytes = (int64_t)m->content.len;
		analyst_mail(b->analyst, &m->session, &record, m->content, &b->arena);
		return;
	}
	analyst_split(b->analyst, m->content, &b->arena, &message);
	if (stage == STAGE_TEXT) {
		mail_text(&message, &b->arena, &text);
	}
}

static double
one_run(struct bench *b, enum stage stage, int run)
{
	double start = processor_time(), before = start, now = start;
	for (size_t i = 0; i < b->mails_count; i++) {
		struct mail *m = &b->mails[i];
		work(b, stage, m);
		now = processor_time();
		if (run == 0 || now - before < m->best[stage])
			m->best[stage] = now - before;
		before = now;
	}
	return now - start;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
measure(struct bench *b, enum stage stage)
{
	double times[RUNS_MAX];
	for (int i = 0; i < b->runs; i++)
		times[i] = one_run(b, stage, i);
	qsort(times, (size_t)b->runs, sizeof *times, compare_doubles);
	double each = times[b->runs / 2] / (double)b->mails_count;
	printf("%-16s %9.1f us/mail %9.0f mails/s\n", stage_names[stage], each * 1e6, 1 / each);
}

static int
by_time(const void *a, const void *b)
{
	const struct mail *x = a, *y = b;
	return compare_doubles(&y->best[STAGE_ALL], &x->best[STAGE_ALL]);
}

static int
name_slowest(struct bench *b)
{
	int late = 0;
	qsort(b->mails, b->mails_count, sizeof *b->mails, by_time);
	for (size_t i = 0; i < b->mails_count; i++) {
		const struct mail *m = &b->mails[i];
		bool over = b->limit > 0 && m->best[STAGE_ALL] > b->limit;
		late += over;
		if (i < SLOWEST || over)
			printf("%9.3f ms %8zu bytes (split %.3f, text %.3f) %s%s\n",
				m->best[STAGE_ALL] * 1e3, m->content.len,
				m->best[STAGE_SPLIT] * 1e3, m->best[STAGE_TEXT] * 1e3, m->path,
				over ? " TOO LONG" : "");
	}
	return late;
}

static int
take_arguments(struct bench *b, int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		bool stock = strcmp(argv[i], "--stock") == 0;
		if (strcmp(argv[i], "--runs") == 0)
			b->runs = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--limit-ms") == 0)
			b->limit = strtod(argv[i + 1], NULL) / 1e3;
		else if ((stock || strcmp(argv[i], "--rules") == 0) &&
			 b->sources_count < SOURCES_MAX)
			b->sources[b->sources_count++] = (struct rule_source){ argv[i + 1], stock };
		else
			return -1;
	}
	return argc % 2 == 1 && b->runs > 0 && b->runs <= RUNS_MAX ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct bench b = { .runs = 5 };
	struct err err = { "" };
	int late = 0;
	if (take_arguments(&b, argc, argv) < 0) {
		fprintf(stderr, "usage: mail_speed [--runs N] [--limit-ms N] [--rules DIR | "
				"--stock DIR]... < LIST\n");
		return 2;
	}
	arena_init(&b.kept, SIZE_MAX);
	arena_init(&b.arena, LIMIT_MAIL_MEMORY);
	const struct analyst_config config = { .rules = b.sources,
		.rules_count = b.sources_count,
		.hash_key = SLICE("a key of thirty-two bytes it is.") };
	b.analyst = analyst_new(&config, &b.counters, &err);
	if (b.analyst == NULL)
		fprintf(stderr, "mail_speed: %s\n", err.text);
	if (b.analyst == NULL || read_list(&b) < 0)
		return 3;
	printf("%zu mails, %.0f bytes each, %zu rules, median of %d runs\n", b.mails_count,
		b.bytes / (double)b.mails_count, rules_count(analyst_rules(b.analyst)), b.runs);
	for (int stage = 0; stage < STAGES; stage++)
		measure(&b, (enum stage)stage);
	late = name_slowest(&b);
	printf("%lld expressions gave up at a limit\n",
		(long long)b.counters.value[COUNTER_rules_gave_up] / b.runs);
	analyst_free(b.analyst);
	free(b.mails);
	arena_release(&b.arena);
	arena_release(&b.kept);
	return late > 0;
}
