/* A rule file up to the first NUL byte, and the message after it that the rules are tried on. */
#include <stdlib.h>
#include <string.h>

#include "sensor/record_layout.h"
#include "sensor/score/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_rules(const struct rules *r, struct slice input)
{
	struct arena arena;
	struct counters counters = { 0 };
	struct session_record session = { 0 };
	struct mail_record record = { 0 };
	struct mail_privacy privacy = { true, SLICE_EMPTY };
	struct message m;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &session);
	record_init(&layout_mail, &record);
	session.helo_name = "pc.example";
	message_split(input, NULL, &arena, &m);
	message_to_record(&m, &privacy, &arena, &record);
	const struct rule_input in = { .session = &session,
		.message = &m,
		.delivered = &m,
		.mail = &record,
		.arena = &arena };
	rules_score(r, &in, &record, &counters);
	if (record.hits_count > rules_count(r))
		abort();
	arena_release(&arena);
}

static void
judge_host(const struct rules *r)
{
	const struct list_rules lists = rules_of_lists(&r);
	double numbers[HOST_NUMBERS_COUNT] = { 3, 70000 };
	struct host_record host = { .counts_count = 0 };
	struct list_reason reasons[64];
	int64_t sums[LIMIT_LISTS] = { 0 }, again[LIMIT_LISTS] = { 0 };
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	rules_judge_host(r, numbers, &host, &arena);
	lists.add(lists.ctx, numbers, sums);
	size_t n = lists.weigh(lists.ctx, numbers, &arena, reasons, 64);
	for (size_t i = 0; i < n; i++)
		again[reasons[i].list] += reasons[i].log_odds;
	if (n < 64 && memcmp(sums, again, sizeof sums) != 0)
		abort();
	arena_release(&arena);
}

/* Of a stock set every text is taken, and what is wrong in it is said. */
static void
read_text(struct slice text, struct slice rest, bool stock)
{
	struct err err = { "" };
	struct rules *r = rules_new();
	r->stock = stock;
	bool good = rules_read(r, "fuzz", text, &err) == 0 && rules_finish(r, &err) == 0;
	if (good) {
		try_rules(r, rest);
		judge_host(r);
	} else if (err.text[0] == '\0' || (stock && !r->arena.full)) {
		abort();
	}
	for (size_t i = 0; i < rules_notices_count(r); i++)
		if (*rules_notice_at(r, i)->text == '\0' || rules_notice_at(r, i)->line <= 0)
			abort();
	rules_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), text = slice_split(&rest, '\0');
	read_text(text, rest, false);
	read_text(text, rest, true);
	return 0;
}
