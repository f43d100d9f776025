#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/clock.h"
#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "store/inside.h"
#include "store/query.h"

/* Campaigns: mails whose texts differ in a few words, put together when they are asked for.
 *
 * The texts that most hosts sent (then those of most mails) are compared each with each: two are of
 * one campaign if few bits of their near digests differ, or if texts between them lead from one to
 * the other.  That depends on which texts there are, and on nothing else: not on their order.
 * Comparing all pairs of so many takes some milliseconds; an index by bands of the bits would save
 * nothing. */
enum {
	CAMPAIGN_TEXTS = 2000,
	CAMPAIGN_NEAR = 10, /* bits: SIMILAR_NEAR of sensor/mail/similar.h, where it was measured */
	CAMPAIGN_RULES = 50,
	CAMPAIGN_RULE_MAILS = 1000, /* newest ones that are looked at */
	DIGEST_MAX = 64,
	GROUPS_BYTES_MAX = 8 * 1024 * 1024,
};

#define CAMPAIGNS_KEPT (5 * PTIME_SECOND)

/* The order of the statements' cells. */
enum sum {
	SUM_MAILS,
	SUM_HOSTS,
	SUM_SENDERS,
	SUM_RCPTS,
	SUM_REFUSED,
	SUM_ACCEPTED,
	SUM_REJECTED,
	SUM_DEFERRED,
	SUMS
};
static const char *const sum_names[SUMS] = { "mails", "hosts", "senders", "rcpts", "rcpts_refused",
	"accepted", "rejected", "deferred" };

struct text {
	char digest[DIGEST_MAX + 1];
	bool has_near;
	uint64_t near;
	size_t campaign; /* index of the first text of it; as a tree while they are put together */
	int64_t sums[SUMS];
	double score_sum, score_max;
	int64_t first, last;
	char *subject, *session;
	int64_t number;
};

struct texts {
	struct text items[CAMPAIGN_TEXTS + 1];
	size_t count;
};

static bool
read_near(const char *digest, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < 16; i++) {
		int digit = digest[i] == '\0' ? -1 : chars_hex((uint8_t)digest[i]);
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return digest[16] == '\0';
}

static char *
copy_of(struct slice s)
{
	char *copy = must_alloc(s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static void
read_text(struct db_statement *st, struct text *t)
{
	struct slice digest = slice_take(db_text(st, 0), DIGEST_MAX);

	*t = (struct text){ .score_sum = db_real(st, 6),
		.score_max = db_real(st, 7),
		.first = db_int(st, 8),
		.last = db_int(st, 9),
		.number = db_int(st, 15) };
	memcpy(t->digest, digest.ptr, digest.len);
	for (int i = 0; i < 5; i++)
		t->sums[SUM_MAILS + i] = db_int(st, 1 + i);
	for (int i = 0; i < 3; i++)
		t->sums[SUM_ACCEPTED + i] = db_int(st, 10 + i);
	t->subject = copy_of(db_text(st, 13));
	t->session = copy_of(db_text(st, 14));
	t->has_near = read_near(t->digest, &t->near);
}

static int
read_texts(struct db_statement *st, struct texts *texts, struct err *err)
{
	int got;

	while (texts->count <= CAMPAIGN_TEXTS && (got = db_step(st, err)) == 1)
		read_text(st, &texts->items[texts->count++]);
	db_reset(st);
	return texts->count <= CAMPAIGN_TEXTS && got < 0 ? -1 : 0;
}

static void
texts_free(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		free(texts->items[i].subject);
		free(texts->items[i].session);
	}
	free(texts);
}

/* The biggest texts of the range, and the one that is asked for, however small it is. */
static int
load(struct store *s, const struct db_values *args, struct texts *texts, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CAMPAIGN_TEXTS, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, args->values[0].integer);
	db_bind_int(st, 2, args->values[1].integer == 0 ? INT64_MAX : args->values[1].integer);
	db_bind_int(st, 3, CAMPAIGN_TEXTS);
	if (read_texts(st, texts, err) != 0)
		return -1;
	struct slice wanted = args->values[2].text;
	for (size_t i = 0; i < texts->count; i++)
		if (slice_eq(slice_str(texts->items[i].digest), wanted))
			return 0;
	st = wanted.len == 0 ? NULL : store_statement(s, STATEMENT_CAMPAIGN_TEXT, err);
	if (st == NULL)
		return wanted.len == 0 ? 0 : -1;
	db_bind_slice(st, 1, wanted);
	return read_texts(st, texts, err);
}

static size_t
first_of(const struct texts *texts, size_t i)
{
	while (texts->items[i].campaign != i)
		i = texts->items[i].campaign;
	return i;
}

/* The smaller index leads: texts come biggest first. */
static void
join(struct texts *texts, size_t a, size_t b)
{
	a = first_of(texts, a);
	b = first_of(texts, b);
	if (a < b)
		texts->items[b].campaign = a;
	else
		texts->items[a].campaign = b;
}

static void
put_together(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		texts->items[i].campaign = i;
	for (size_t i = 0; i < texts->count; i++) {
		const struct text *a = &texts->items[i];
		for (size_t k = i + 1; a->has_near && k < texts->count; k++) {
			const struct text *b = &texts->items[k];
			if (b->has_near && __builtin_popcountll(a->near ^ b->near) <= CAMPAIGN_NEAR)
				join(texts, i, k);
		}
	}
	for (size_t i = 0; i < texts->count; i++)
		texts->items[i].campaign = first_of(texts, i);
}

/* Which mail is the sample: the earliest one. */
static bool
is_earlier(const struct text *a, const struct text *b)
{
	int order = a->first != b->first ? (a->first < b->first ? -1 : 1)
					 : strcmp(a->session, b->session);
	return order != 0 ? order < 0 : a->number < b->number;
}

/* All of a campaign's texts as JSON, and their sums; hosts and senders of several texts are not
 * counted here. */
static size_t
add_up(const struct texts *texts, size_t leader, struct text *sum, struct json *members)
{
	const struct text *sample = &texts->items[leader];
	size_t count = 0;

	*sum = *sample;
	json_array(members);
	for (size_t i = leader; i < texts->count; i++) {
		const struct text *t = &texts->items[i];
		if (t->campaign != leader)
			continue;
		json_string(members, t->digest);
		if (count++ > 0) {
			for (size_t k = 0; k < SUMS; k++)
				sum->sums[k] += t->sums[k];
			sum->score_sum += t->score_sum;
			sum->score_max =
				t->score_max > sum->score_max ? t->score_max : sum->score_max;
			sum->last = t->last > sum->last ? t->last : sum->last;
			if (is_earlier(t, sample))
				sample = t;
		}
	}
	json_array_end(members);
	sum->first = sample->first;
	sum->subject = sample->subject;
	sum->session = sample->session;
	sum->number = sample->number;
	return count;
}

/* How many different hosts and senders several texts have. */
static int
count_names(struct store *s, const struct buf *members, struct text *sum, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CAMPAIGN_NAMES, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_slice(st, 1, buf_slice(members));
	while ((got = db_step(st, err)) == 1) {
		bool hosts = slice_eq(db_text(st, 0), SLICE("host"));
		sum->sums[hosts ? SUM_HOSTS : SUM_SENDERS] = db_int(st, 1);
	}
	db_reset(st);
	return got;
}

static void
write_campaign(struct json *j, const struct text *sum, size_t texts, const struct buf *members)
{
	json_object(j);
	json_key(j, "campaign");
	json_string(j, sum->digest);
	json_key(j, "texts");
	json_int(j, (int64_t)texts);
	for (size_t i = 0; i < SUMS; i++) {
		json_key(j, sum_names[i]);
		json_int(j, sum->sums[i]);
	}
	json_key(j, "score");
	json_double(
		j, sum->score_sum / (double)(sum->sums[SUM_MAILS] > 0 ? sum->sums[SUM_MAILS] : 1));
	json_key(j, "score_max");
	json_double(j, sum->score_max);
	json_key(j, "first_ns");
	json_int(j, sum->first);
	json_key(j, "last_ns");
	json_int(j, sum->last);
	json_key(j, "subject");
	json_string(j, sum->subject);
	json_key(j, "session");
	json_string(j, sum->session);
	json_key(j, "number");
	json_int(j, sum->number);
	json_key(j, "members");
	json_raw_trusted(j, buf_slice(members));
	json_object_end(j);
}

static int
write_campaigns(struct store *s, const struct texts *texts, struct slice wanted, struct buf *out,
	struct err *err)
{
	struct json j, list;
	struct buf members;
	size_t only = texts->count;
	int done = 0;

	for (size_t i = 0; i < texts->count && wanted.len > 0; i++)
		if (slice_eq(slice_str(texts->items[i].digest), wanted))
			only = texts->items[i].campaign;
	buf_init(&members, GROUPS_BYTES_MAX);
	json_init(&j, out);
	json_array(&j);
	for (size_t i = 0; i < texts->count && done == 0; i++) {
		struct text sum;
		if (texts->items[i].campaign != i || (wanted.len > 0 && i != only))
			continue;
		buf_clear(&members);
		json_init(&list, &members);
		size_t count = add_up(texts, i, &sum, &list);
		if (sum.sums[SUM_MAILS] < 2 && wanted.len == 0)
			continue;
		done = count > 1 ? count_names(s, &members, &sum, err) : 0;
		write_campaign(&j, &sum, count, &members);
	}
	json_array_end(&j);
	buf_release(&members);
	return done;
}

static int
make_campaigns(struct store *s, const struct db_values *args, struct buf *out, struct err *err)
{
	struct texts *texts = must_alloc(sizeof *texts);
	int done;

	texts->count = 0;
	done = load(s, args, texts, err);
	if (done == 0) {
		put_together(texts);
		done = write_campaigns(s, texts, args->values[2].text, out, err);
	}
	texts_free(texts);
	return done;
}

static bool
is_kept(const struct campaigns_kept *kept, const struct db_values *args, int64_t now)
{
	return kept->made != 0 && now - kept->made < CAMPAIGNS_KEPT &&
	       kept->since == args->values[0].integer && kept->until == args->values[1].integer &&
	       slice_eq(slice_str(kept->digest), args->values[2].text);
}

static void
keep(struct campaigns_kept *kept, const struct db_values *args, const struct buf *json, int64_t now)
{
	struct slice digest = args->values[2].text;

	kept->made = 0;
	if (!kept->may || digest.len >= sizeof kept->digest)
		return;
	buf_release(&kept->json);
	buf_init(&kept->json, GROUPS_BYTES_MAX);
	buf_add(&kept->json, buf_slice(json));
	memset(kept->digest, 0, sizeof kept->digest);
	if (digest.len > 0)
		memcpy(kept->digest, digest.ptr, digest.len);
	kept->since = args->values[0].integer;
	kept->until = args->values[1].integer;
	kept->made = kept->json.lost == 0 ? now : 0;
}

/* campaigns(since, until, digest): a JSON array of all with two mails or more, or of the one that
 * has a text of that digest; a reader may give one that is CAMPAIGNS_KEPT old. */
int
campaigns_function(void *ctx, const struct db_values *args, struct buf *out, struct err *err)
{
	struct store *s = ctx;
	int64_t now = clock_ns(CLOCK_MONOTONIC);

	if (is_kept(&s->kept, args, now)) {
		buf_add(out, buf_slice(&s->kept.json));
		return 0;
	}
	int done = make_campaigns(s, args, out, err);
	if (done == 0)
		keep(&s->kept, args, out, now);
	return done;
}

int
query_campaign_rules(struct store *s, const char *digest,
	void (*fn)(void *ctx, const struct campaign_rule *rule), void *ctx, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CAMPAIGN_RULES, err);
	int got;

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, digest);
	db_bind_int(st, 2, CAMPAIGN_RULE_MAILS);
	db_bind_int(st, 3, CAMPAIGN_RULES);
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct campaign_rule){ .rule = db_text(st, 0),
				.mails = db_int(st, 1),
				.points = db_real(st, 2),
				.why = db_text(st, 3),
				.of = db_int(st, 4) });
	}
	db_reset(st);
	return got;
}
