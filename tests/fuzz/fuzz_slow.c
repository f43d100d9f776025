/* A message as it comes from the wire, judged by our rules: how long does it take?
 *
 * What it costs is shown to libFuzzer as if it were code that was reached, so that it looks for
 * slower and slower messages.  One that needs more than the limit, in the best of three runs, ends
 * it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sensor/analyst.h"
#include "sensor/record_layout.h"

#define LIMIT_NS 50000000LL /* HACKING.md; sanitizers make it slower */
#define SLOWED 20
#define LEVELS 64 /* of cost, each a quarter more than the one below */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libFuzzer reads this section after each input. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t levels[LEVELS];

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The rules are read once: they take a hundred times as long as a message. */
static struct analyst *
the_analyst(void)
{
	static struct analyst *analyst;
	static struct counters counters;
	static const struct rule_source rules = { SOURCE_DIR "/rules", false };
	struct err err = { "" };
	const struct analyst_config config = {
		.rules = &rules, .rules_count = 1, .hash_key = SLICE("key")
	};
	if (analyst == NULL)
		analyst = analyst_new(&config, &counters, &err);
	if (analyst == NULL) {
		fprintf(stderr, "%s\n", err.text);
		exit(77);
	}
	return analyst;
}

static int64_t
cost_of(struct slice content)
{
	struct arena arena;
	struct session_record session = { 0 };
	struct mail_record mail = { 0 };
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &session);
	record_init(&layout_mail, &mail);
	session.helo_name = "pc.example";
	int64_t start = now_ns();
	analyst_mail(the_analyst(), &session, &mail, content, &arena);
	int64_t cost = now_ns() - start;
	arena_release(&arena);
	return cost;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice content = slice_of(data, size);
	the_analyst();
	int64_t best = cost_of(content);
	for (int i = 0; i < 2 && best > LIMIT_NS * SLOWED; i++) {
		int64_t again = cost_of(content);
		best = again < best ? again : best;
	}
	if (best > LIMIT_NS * SLOWED) {
		fprintf(stderr, "%zu bytes take %lld ns\n", size, (long long)best);
		abort();
	}
	size_t level = 0;
	for (int64_t ns = 10000; ns < best && level + 1 < LEVELS; ns += ns / 4)
		level++;
	levels[level] = 1;
	return 0;
}
