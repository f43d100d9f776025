#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/smtp/estimate_fit.h"

#include <stdlib.h>

/* Where a dialogue is, behind an exchange. */
enum place {
	AT_BEGIN, /* no EHLO yet */
	AT_HELLO, /* EHLO was answered; AUTH may follow */
	AT_READY, /* a mail was taken */
	AT_SPENT, /* one was refused: clients like to say RSET then */
	AT_MAIL,  /* MAIL was taken, no recipient yet */
	AT_RCPT,  /* a recipient was taken */
	AT_DATA,  /* 354 */
	AT_END,	  /* QUIT */
	PLACES
};

#define FROM(place) (1u << AT_##place)

/* A way through the dialogue. */
struct way {
	struct memory memory;
	uint8_t place;
	int32_t cost, mails, refusals;
};

#define WAYS 40

struct estimate {
	struct estimate_hints hints;
	struct turn client, server; /* the exchange that is going on */
	int64_t exchanges;
	int64_t paid; /* what the cheapest way had cost when costs were last taken down to it */
	size_t count;
	struct way ways[WAYS];
};

enum { COUNTED = -1 }; /* refusals: as many as the fit says */

#define IDLE (FROM(HELLO) | FROM(READY) | FROM(SPENT))
#define OPEN (FROM(MAIL) | FROM(RCPT))

/* One row per thing that an exchange may be.  `cost` is how seldom it happens there. */
static const struct {
	unsigned from;
	fit_client *client;
	fit_server *server;
	uint8_t to;
	int8_t mails, refusals;
	int16_t cost;
	unsigned how;
} rows[] = {
	/* the greeting of implicit TLS, or tickets */
	{ FROM(BEGIN), fit_nothing, fit_said, AT_BEGIN, 0, 0, 0, 0 },
	{ FROM(BEGIN), fit_hello, fit_said, AT_HELLO, 0, 0, 0, 0 },
	{ FROM(HELLO), fit_hello, fit_said, AT_HELLO, 0, 0, 24,
		0 }, /* HELO behind a refused EHLO */
	{ FROM(HELLO), fit_auth, fit_challenge, AT_HELLO, 0, 0, 0, 0 },

	/* one command, one reply */
	{ IDLE, fit_address, fit_ok_mail, AT_MAIL, 0, 0, 0, 0 },
	{ IDLE, fit_address, fit_refused, AT_SPENT, 0, 1, 14, 0 },
	{ OPEN, fit_address, fit_ok_rcpt, AT_RCPT, 0, 0, 0, 0 },
	{ FROM(MAIL), fit_address, fit_refused, AT_MAIL, 0, 1, 6, 0 },
	{ FROM(RCPT), fit_address, fit_refused, AT_RCPT, 0, 1, 6, 0 },
	{ FROM(RCPT), fit_six, fit_go, AT_DATA, 0, 0, 0, 0 },
	{ FROM(RCPT), fit_six, fit_refused, AT_SPENT, 0, 1, 24, 0 },
	{ FROM(SPENT), fit_six, fit_ok_reset, AT_READY, 0, 0, 0, 0 },
	{ FROM(MAIL), fit_six, fit_ok_reset, AT_READY, 0, 0, 0, 0 },
	{ FROM(RCPT), fit_six, fit_ok_reset, AT_READY, 0, 0, 12, 0 },
	{ FROM(HELLO) | FROM(READY), fit_six, fit_ok_reset, AT_READY, 0, 0, 10, 0 },

	/* pipelined, RFC 2920; what was replied to before all of it was sent is a turn of its own
	 */
	{ IDLE, fit_group, fit_replies, AT_RCPT, 0, 0, 3, WITH_MAIL | ALL_TAKEN },
	{ IDLE, fit_group, fit_replies, AT_RCPT, 0, COUNTED, 8, WITH_MAIL },
	{ IDLE, fit_group, fit_replies, AT_MAIL, 0, COUNTED, 8, WITH_MAIL | ALL_REFUSED },
	{ OPEN, fit_group, fit_replies, AT_RCPT, 0, 0, 6, ALL_TAKEN },
	{ OPEN, fit_group, fit_replies, AT_RCPT, 0, COUNTED, 12, 0 },
	{ IDLE, fit_group, fit_replies, AT_DATA, 0, 0, 1,
		WITH_MAIL | WITH_DATA | ALL_TAKEN | GOES_AHEAD },
	{ IDLE, fit_group, fit_replies, AT_DATA, 0, COUNTED, 6,
		WITH_MAIL | WITH_DATA | GOES_AHEAD },
	{ IDLE, fit_group, fit_replies, AT_SPENT, 0, COUNTED, 6,
		WITH_MAIL | WITH_DATA | ALL_REFUSED },
	{ OPEN, fit_group, fit_replies, AT_DATA, 0, 0, 4, WITH_DATA | ALL_TAKEN | GOES_AHEAD },
	{ OPEN, fit_group, fit_replies, AT_DATA, 0, COUNTED, 9, WITH_DATA | GOES_AHEAD },
	{ FROM(MAIL), fit_group, fit_replies, AT_SPENT, 0, COUNTED, 9, WITH_DATA | ALL_REFUSED },
	{ FROM(MAIL), fit_six, fit_go, AT_DATA, 0, 0, 12, 0 },

	/* contents */
	{ FROM(DATA), fit_content, fit_queued, AT_READY, 1, 0, 0, 0 },
	{ FROM(DATA), fit_content, fit_refused, AT_SPENT, 0, 1, 9, 0 },
	{ FROM(DATA), fit_content_quit, fit_queued_bye, AT_END, 1, 0, 0, 0 },
	{ FROM(DATA), fit_content_quit, fit_refused_bye, AT_END, 0, 1, 9, 0 },

	/* BDAT, RFC 3030 */
	{ FROM(RCPT), fit_content, fit_queued, AT_READY, 1, 0, 0, WITH_CONTENT },
	{ FROM(RCPT), fit_content, fit_refused, AT_SPENT, 0, 1, 12, WITH_CONTENT },
	{ FROM(RCPT), fit_content, fit_ok_reset, AT_RCPT, 0, 0, 10,
		WITH_CONTENT }, /* not the last */
	{ IDLE, fit_group, fit_replies, AT_READY, 1, 0, 2,
		WITH_MAIL | WITH_CONTENT | ALL_TAKEN | CONTENT_TAKEN },
	{ IDLE, fit_group, fit_replies, AT_READY, 1, COUNTED, 10,
		WITH_MAIL | WITH_CONTENT | CONTENT_TAKEN },
	{ IDLE, fit_group, fit_replies, AT_SPENT, 0, COUNTED, 10,
		WITH_MAIL | WITH_CONTENT | CONTENT_REFUSED | ALL_TAKEN },
	{ IDLE, fit_group, fit_replies, AT_SPENT, 0, COUNTED, 8,
		WITH_MAIL | WITH_CONTENT | ALL_REFUSED },
	/* the replies to MAIL and RCPT came while the content was sent */
	{ IDLE, fit_group, fit_replies, AT_RCPT, 0, 0, 4, WITH_MAIL | WITH_CONTENT | ALL_TAKEN },
	{ IDLE, fit_group, fit_replies, AT_RCPT, 0, COUNTED, 9, WITH_MAIL | WITH_CONTENT },

	/* the end */
	{ IDLE | FROM(MAIL), fit_six, fit_bye, AT_END, 0, 0, 0, 0 },
	{ FROM(RCPT), fit_six, fit_bye, AT_END, 0, 0, 10, 0 },
	/* Postfix, behind a refusal */
	{ FROM(SPENT) | FROM(MAIL), fit_reset_quit, fit_bye, AT_END, 0, 0, 1, 0 },
	{ FROM(BEGIN), fit_six, fit_bye, AT_END, 0, 0, 6, 0 },
	{ FROM(END), fit_nothing, fit_said, AT_END, 0, 0, 4, 0 },
	{ FROM(BEGIN) | IDLE | OPEN | FROM(DATA), fit_any, fit_silent, AT_END, 0, 0, 12, 0 },

	/* what nobody has thought of */
	{ IDLE, fit_any, fit_said, AT_READY, 0, 0, 40, 0 },
	{ FROM(MAIL), fit_any, fit_said, AT_MAIL, 0, 0, 40, 0 },
	{ FROM(RCPT), fit_any, fit_said, AT_RCPT, 0, 0, 40, 0 },
};

/* A dialogue that ends there was cut off. */
static const int end_cost[PLACES] = { [AT_BEGIN] = 8,
	[AT_HELLO] = 6,
	[AT_READY] = 4,
	[AT_SPENT] = 6,
	[AT_MAIL] = 12,
	[AT_RCPT] = 12,
	[AT_DATA] = 16,
	[AT_END] = 0 };

struct estimate *
estimate_new(const struct estimate_hints *hints)
{
	struct estimate *e = must_alloc(sizeof(*e));
	*e = (struct estimate){ .hints = *hints, .count = fit_programs() };
	for (size_t i = 0; i < e->count && i < WAYS; i++)
		e->ways[i] = (struct way){ .memory.program = (uint8_t)i,
			.place = AT_BEGIN,
			.cost = fit_program_cost(i, hints->program) };
	e->hints.program = NULL; /* it is the caller's */
	return e;
}

void
estimate_free(struct estimate *e)
{
	free(e);
}

static bool
same_future(const struct way *a, const struct way *b)
{
	return a->place == b->place && a->mails == b->mails && a->refusals == b->refusals &&
	       a->memory.program == b->memory.program;
}

/* Keeps the cheapest ways, one for each future. */
static void
ways_add(struct way *ways, size_t *count, const struct way *one)
{
	size_t worst = 0;
	for (size_t i = 0; i < *count; i++) {
		if (same_future(&ways[i], one)) {
			if (one->cost < ways[i].cost)
				ways[i] = *one;
			return;
		}
		if (ways[i].cost > ways[worst].cost)
			worst = i;
	}
	if (*count < WAYS)
		ways[(*count)++] = *one;
	else if (one->cost < ways[worst].cost)
		ways[worst] = *one;
}

static void
try_row(struct exchange *x, const struct way *way, size_t row, struct estimate *next)
{
	struct way to = *way;
	int32_t refused = 0;
	x->how = rows[row].how;
	if (!(rows[row].from & 1u << way->place))
		return;
	int cost = rows[row].cost + rows[row].client(x);
	if (cost >= ESTIMATE_NEVER)
		return;
	cost += rows[row].server(x, &to.memory, &refused);
	if (cost >= ESTIMATE_NEVER)
		return;
	to.place = rows[row].to;
	to.cost += cost;
	to.mails += rows[row].mails;
	to.refusals += rows[row].refusals == COUNTED ? refused : rows[row].refusals;
	/* A greeting that refuses the session: the client only leaves. */
	to.refusals += x->hints->implicit && way->place == AT_BEGIN && to.place == AT_END &&
		       x->server->records > 0;
	ways_add(next->ways, &next->count, &to);
}

static int32_t
cheapest(const struct estimate *e)
{
	int32_t least = INT32_MAX;
	for (size_t i = 0; i < e->count; i++)
		if (e->ways[i].cost < least)
			least = e->ways[i].cost;
	return least;
}

/* The exchange is complete. */
static void
step(struct estimate *e)
{
	struct exchange x = { &e->client, &e->server, &e->hints, 0 };
	struct estimate next = { .count = 0 };
	for (size_t i = 0; i < e->count; i++)
		for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
			try_row(&x, &e->ways[i], row, &next);
	e->count = next.count;
	memcpy(e->ways, next.ways, sizeof(e->ways));
	e->exchanges++;
	e->client = e->server = (struct turn){ 0 };
	int32_t least = cheapest(e);
	for (size_t i = 0; i < e->count; i++)
		e->ways[i].cost -= least;
	e->paid += least;
}

void
estimate_record(struct estimate *e, bool server, struct estimate_span content)
{
	if (content.least < 0)
		content.least = 0;
	if (content.most <= 0) /* the empty records of TLS 1.0 */
		return;
	if (!server && e->server.records > 0)
		step(e);
	struct turn *t = server ? &e->server : &e->client;
	if (t->records < TURN_RECORDS)
		t->each[t->records] = content;
	t->records++;
	t->last = content;
	t->all.least += content.least;
	t->all.most += content.most;
}

bool
estimate_end(struct estimate *e, struct estimate_counts *out)
{
	if (e->client.records > 0 || e->server.records > 0)
		step(e);
	const struct way *best = NULL;
	for (size_t i = 0; i < e->count; i++) {
		e->ways[i].cost += end_cost[e->ways[i].place];
		if (best == NULL || e->ways[i].cost < best->cost)
			best = &e->ways[i];
	}
	if (best == NULL || e->exchanges == 0)
		return false;
	*out = (struct estimate_counts){ .mails = best->mails,
		.refusals = best->refusals,
		.doubt = (int32_t)((e->paid + best->cost) / e->exchanges),
		.margin = INT32_MAX };
	for (size_t i = 0; i < e->count; i++) {
		const struct way *w = &e->ways[i];
		if ((w->mails != best->mails || w->refusals != best->refusals) &&
			w->cost - best->cost < out->margin)
			out->margin = w->cost - best->cost;
	}
	return out->doubt <= ESTIMATE_DOUBT_MAX;
}
