#include <stdlib.h>
#include <string.h>

#include "sensor/smtp/estimate_fit.h"

#define SIX 6		 /* "DATA\r\n", RFC 5321 4.1.1 */
#define EHLO_ROUND 7	 /* "EHLO " and CRLF around the name */
#define ADDRESS_LEAST 14 /* "MAIL FROM:<>\r\n" */
#define NO_RECIPIENTS                                                                              \
	38	      /* "554 5.5.1 Error: no valid recipients\r\n": what Postfix says to a DATA   \
			 behind refused recipients; others are near */
#define GROUP_MAX 100 /* recipients of one turn that are thought of */
#define UNKNOWN_PROGRAM 12   /* what it costs to assume a server that nothing is known of */
#define ANOTHER_PROGRAM 30   /* or another one than the banner names */
#define NOT_ITS_REPLY 40     /* a reply that this server never gives */
#define NOT_AS_BEFORE 14     /* one that differs from what it gave before */
#define AS_BEFORE_REFUSED 14 /* a refusal as long as the consent before */

struct range {
	uint16_t least, most;
};

/* What servers reply, with CRLF.  Where an address or a host's name is in the reply: 0, 0. */
static const struct {
	const char *name;
	struct range reply[REPLY_KINDS];
} programs[] = {
	{ "", { { 0, 0 } } },
	{ "Postfix", { [OK_MAIL] = { 14, 14 },
			     [OK_RCPT] = { 14, 14 },
			     [OK_RESET] = { 14, 14 },
			     [GO_AHEAD] = { 37, 37 },
			     [QUEUED] = { 31, 46 } } },
	{ "Exim", { [OK_MAIL] = { 8, 8 },
			  [OK_RCPT] = { 14, 14 },
			  [OK_RESET] = { 8, 14 },
			  [GO_AHEAD] = { 56, 56 },
			  [QUEUED] = { 28, 35 } } },
	{ "OpenSMTPD", { [OK_MAIL] = { 14, 14 },
			       [OK_RCPT] = { 51, 51 },
			       [OK_RESET] = { 23, 23 },
			       [GO_AHEAD] = { 50, 50 },
			       [QUEUED] = { 50, 50 } } },
	{ "Sendmail", { [OK_RESET] = { 23, 23 }, [GO_AHEAD] = { 50, 50 }, [QUEUED] = { 50, 62 } } },
	{ "Exchange", { [OK_MAIL] = { 21, 21 },
			      [OK_RCPT] = { 24, 24 },
			      [OK_RESET] = { 21, 21 },
			      [GO_AHEAD] = { 46, 46 },
			      [QUEUED] = { 60, 400 } } },
	{ "qmail", { [OK_MAIL] = { 8, 8 },
			   [OK_RCPT] = { 8, 8 },
			   [OK_RESET] = { 13, 13 },
			   [GO_AHEAD] = { 14, 14 },
			   [QUEUED] = { 20, 40 } } },
	{ "aiosmtpd", { [OK_MAIL] = { 8, 8 },
			      [OK_RCPT] = { 8, 8 },
			      [OK_RESET] = { 8, 8 },
			      [GO_AHEAD] = { 37, 37 },
			      [QUEUED] = { 8, 60 } } },
};

size_t
fit_programs(void)
{
	return sizeof(programs) / sizeof(programs[0]);
}

int
fit_program_cost(size_t program, const char *name)
{
	if (name[0] == '\0')
		return program == 0 ? UNKNOWN_PROGRAM - 4 : UNKNOWN_PROGRAM;
	for (size_t i = 1; i < fit_programs(); i++)
		if (strcmp(programs[i].name, name) == 0)
			return i == program ? 0 : program == 0 ? UNKNOWN_PROGRAM : ANOTHER_PROGRAM;
	return program == 0 ? 0 : ANOTHER_PROGRAM;
}

/* Up to `most` bytes it costs that much. */
struct price {
	int64_t most;
	int cost;
};

static int
price_of(const struct price *list, int64_t bytes)
{
	while (bytes > list->most)
		list++;
	return list->cost;
}

static bool
may_be(struct estimate_span s, int64_t bytes)
{
	return s.least <= bytes && bytes <= s.most;
}

static bool
within(struct estimate_span s, int64_t least, int64_t most)
{
	return s.least <= most && s.most >= least;
}

/* ---- the client's turn ---- */

int
fit_nothing(const struct exchange *x)
{
	return x->client->records == 0 ? 0 : ESTIMATE_NEVER;
}

int
fit_any(const struct exchange *x)
{
	return x->client->records > 0 ? 0 : ESTIMATE_NEVER;
}

int
fit_hello(const struct exchange *x)
{
	static const struct price prices[] = { { 7, ESTIMATE_NEVER }, { 11, 6 }, { 80, 0 },
		{ 270, 10 }, { INT64_MAX, ESTIMATE_NEVER } };
	if (x->client->records != 1)
		return x->client->records == 0 ? ESTIMATE_NEVER : 20;
	if (x->hints->helo_len > 0)
		return may_be(x->client->all, (int64_t)x->hints->helo_len + EHLO_ROUND) ? 0 : 12;
	return price_of(prices, x->client->all.most);
}

/* RFC 4954: AUTH and what follows.  A server on port 25 is seldom asked for it. */
int
fit_auth(const struct exchange *x)
{
	static const struct price prices[] = { { 3, ESTIMATE_NEVER }, { 200, 0 }, { 3000, 4 },
		{ 12288, 20 }, { INT64_MAX, ESTIMATE_NEVER } };
	if (x->client->records != 1)
		return ESTIMATE_NEVER;
	return (x->hints->submission ? 2 : 24) + price_of(prices, x->client->all.most);
}

int
fit_address(const struct exchange *x)
{
	static const struct price prices[] = { { ADDRESS_LEAST - 1, ESTIMATE_NEVER }, { 20, 4 },
		{ 100, 0 }, { 200, 5 }, { 400, 14 }, { 600, 40 }, { INT64_MAX, ESTIMATE_NEVER } };
	if (x->client->records != 1)
		return x->client->records == 0 ? ESTIMATE_NEVER : 20;
	return price_of(prices, x->client->all.most);
}

int
fit_six(const struct exchange *x)
{
	if (x->client->records == 0)
		return ESTIMATE_NEVER;
	/* 5: typed, with LF alone */
	return may_be(x->client->all, SIX)		  ? 0
	       : within(x->client->all, SIX - 1, SIX + 1) ? 12
							  : ESTIMATE_NEVER;
}

/* Bytes of the addresses of a group, as a price for n recipients behind a MAIL. */
static int
group_price(int64_t bytes, int64_t n)
{
	static const struct price prices[] = { { ADDRESS_LEAST, ESTIMATE_NEVER }, { 22, 4 },
		{ 55, 0 }, { 75, 3 }, { 110, 10 }, { INT64_MAX, ESTIMATE_NEVER } };
	return price_of(prices, bytes / (n + 1));
}

static int
group_bytes(const struct exchange *x, int64_t bytes)
{
	int best = ESTIMATE_NEVER;
	for (int64_t n = 1; n < GROUP_MAX; n++) {
		int cost = group_price(bytes, n);
		if (cost < best)
			best = cost;
	}
	return x->client->records == 0 ? ESTIMATE_NEVER : best;
}

int
fit_group(const struct exchange *x)
{
	return group_bytes(x, x->client->all.most);
}

int
fit_group_data(const struct exchange *x)
{
	if (x->client->records > 1 && !may_be(x->client->last, SIX))
		return ESTIMATE_NEVER;
	return group_bytes(x, x->client->all.most - SIX);
}

int
fit_content(const struct exchange *x)
{
	static const struct price prices[] = { { 2, ESTIMATE_NEVER }, { 20, 24 }, { 60, 9 },
		{ 200, 3 }, { INT64_MAX, 0 } };
	if (x->client->records == 0)
		return ESTIMATE_NEVER;
	return price_of(prices, x->client->all.most);
}

int
fit_content_quit(const struct exchange *x)
{
	struct exchange less = *x;
	struct turn client = *x->client;
	client.all.most -= SIX;
	less.client = &client;
	return fit_content(&less);
}

/* MAIL, RCPT and BDAT with a content behind them. */
int
fit_group_content(const struct exchange *x)
{
	static const struct price prices[] = { { 100, ESTIMATE_NEVER }, { 250, 8 },
		{ INT64_MAX, 0 } };
	return x->client->records == 0 ? ESTIMATE_NEVER : price_of(prices, x->client->all.most);
}

/* ---- the server's ---- */

int
fit_silent(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)m;
	(void)refusals;
	return x->server->records == 0 ? 0 : ESTIMATE_NEVER;
}

int
fit_said(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)m;
	(void)refusals;
	return x->server->records > 0 ? 0 : ESTIMATE_NEVER;
}

/* What a consent of unknown wording costs. */
static const struct price consent[] = { { 5, ESTIMATE_NEVER }, { 7, 10 }, { 30, 2 }, { 60, 6 },
	{ 80, 12 }, { 150, 24 }, { INT64_MAX, 40 } };
static const struct price go_ahead[] = { { 5, ESTIMATE_NEVER }, { 9, 6 }, { 70, 2 }, { 100, 8 },
	{ INT64_MAX, 30 } };
static const struct price queued[] = { { 5, ESTIMATE_NEVER }, { 120, 0 }, { 400, 4 },
	{ INT64_MAX, 30 } };
static const struct price *const wordings[REPLY_KINDS] = { [OK_MAIL] = consent,
	[OK_RCPT] = consent,
	[OK_RESET] = consent,
	[GO_AHEAD] = go_ahead,
	[QUEUED] = queued };

static void
remember(struct memory *m, enum reply_kind kind, int64_t length, int64_t command)
{
	if (length > INT16_MAX || command > INT16_MAX)
		return;
	m->length[kind] = (uint16_t)length;
	m->echo[kind] = (int16_t)(length - command);
}

static bool
as_before(const struct memory *m, enum reply_kind kind, int64_t length, int64_t command)
{
	return m->length[kind] == length || m->echo[kind] == length - command;
}

/* One reply that agrees. */
static int
fit_reply(const struct exchange *x, struct memory *m, enum reply_kind kind)
{
	struct estimate_span s = x->server->all;
	struct range known = programs[m->program].reply[kind];
	int64_t command = kind == QUEUED ? 0 : x->client->all.most;
	bool first = m->length[kind] == 0;
	if (x->server->records == 0)
		return ESTIMATE_NEVER;
	if (known.most > 0)
		return within(s, known.least, known.most) ? 0 : NOT_ITS_REPLY;
	int cost = 0;
	if (first)
		cost = price_of(wordings[kind], s.most);
	else if (!as_before(m, kind, s.most, command))
		cost = kind == QUEUED ? 2 : NOT_AS_BEFORE;
	remember(m, kind, s.most, command);
	return cost;
}

int
fit_ok_mail(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return fit_reply(x, m, OK_MAIL);
}

int
fit_ok_rcpt(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return fit_reply(x, m, OK_RCPT);
}

int
fit_ok_reset(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return fit_reply(x, m, OK_RESET);
}

int
fit_go(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return fit_reply(x, m, GO_AHEAD);
}

int
fit_queued(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return fit_reply(x, m, QUEUED);
}

int
fit_bye(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	static const struct price prices[] = { { 5, ESTIMATE_NEVER }, { 120, 0 },
		{ INT64_MAX, 12 } };
	(void)m;
	(void)refusals;
	return x->server->records == 0 ? 2 : price_of(prices, x->server->all.most);
}

/* Refusals explain themselves: they are longer than consent. */
static int
refusal_price(int64_t bytes)
{
	static const struct price prices[] = { { 8, ESTIMATE_NEVER }, { 14, 24 }, { 20, 10 },
		{ 28, 4 }, { 250, 0 }, { 700, 4 }, { INT64_MAX, 20 } };
	return price_of(prices, bytes);
}

int
fit_refused(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	if (x->server->records == 0)
		return ESTIMATE_NEVER;
	int cost = refusal_price(x->server->all.most);
	enum reply_kind consents[] = { OK_MAIL, OK_RCPT, GO_AHEAD };
	for (size_t i = 0; i < sizeof(consents) / sizeof(consents[0]); i++) {
		struct range known = programs[m->program].reply[consents[i]];
		if (m->length[consents[i]] == x->server->all.most ||
			(known.most > 0 && may_be(x->server->all, known.most)))
			return cost + AS_BEFORE_REFUSED;
	}
	return cost;
}

/* With its farewell behind it. */
static int
with_bye(const struct exchange *x, struct memory *m, fit_server *fit)
{
	enum { BYE = 15 }; /* "221 2.0.0 Bye\r\n"; others add a host's name */
	struct exchange less = *x;
	struct turn server = *x->server;
	int32_t unused = 0;
	if (server.records > 1)
		server.all = (struct estimate_span){ server.all.least - server.last.least,
			server.all.most - server.last.most };
	else
		server.all = (struct estimate_span){ server.all.least - 60, server.all.most - BYE };
	less.server = &server;
	return server.records == 0 ? 4 : fit(&less, m, &unused);
}

int
fit_queued_bye(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return with_bye(x, m, fit_queued);
}

int
fit_refused_bye(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	(void)refusals;
	return with_bye(x, m, fit_refused);
}

/* ---- replies to a group of commands ---- */

/* How long each consent is in this server's words; what is not known is a span. */
struct wording {
	int64_t mail_least, mail_most, rcpt_least, rcpt_most, go_least, go_most;
	bool known;
};

static void
wording_of(const struct memory *m, enum reply_kind kind, int64_t *least, int64_t *most)
{
	struct range known = programs[m->program].reply[kind];
	*least = m->length[kind] > 0 ? m->length[kind] : known.most > 0 ? known.least : 8;
	*most = m->length[kind] > 0 ? m->length[kind] : known.most > 0 ? known.most : 64;
}

static struct wording
wording(const struct memory *m)
{
	struct wording w;
	wording_of(m, OK_MAIL, &w.mail_least, &w.mail_most);
	wording_of(m, OK_RCPT, &w.rcpt_least, &w.rcpt_most);
	wording_of(m, GO_AHEAD, &w.go_least, &w.go_most);
	w.known = w.rcpt_least == w.rcpt_most;
	return w;
}

/* The recipients of a turn: its records say it when each command has its own, else its bytes do.
 * The least cost over all numbers of recipients, of which `refused` were refused. */
struct group {
	const struct exchange *x;
	struct wording w;
	bool data; /* DATA was the last command */
	bool go;   /* and answered by 354 */
};

static int
recipients_price(const struct group *g, int64_t n)
{
	int64_t records = g->x->client->records - (g->data ? 1 : 0);
	int64_t bytes = g->x->client->all.most - (g->data ? SIX : 0);
	if (records > 1)
		return records == n + 1 ? 0 : ESTIMATE_NEVER;
	return group_price(bytes, n);
}

/* Of n recipients k were refused. */
static int
replies_price(const struct group *g, int64_t n, int64_t k)
{
	struct estimate_span s = g->x->server->all;
	int64_t least = g->w.mail_least + (n - k) * g->w.rcpt_least;
	int64_t most = g->w.mail_most + (n - k) * g->w.rcpt_most;
	if (g->go) {
		least += g->w.go_least;
		most += g->w.go_most;
	} else if (g->data) {
		least += 20;
		most += 2 * NO_RECIPIENTS;
	}
	if (k == 0)
		return within(s, least, most) ? (g->w.known ? 0 : 4) : NOT_ITS_REPLY;
	int64_t rest = s.most - (least + most) / 2;
	return rest <= 0 ? ESTIMATE_NEVER : refusal_price(rest / k) + 2 * (int)(k - 1);
}

static int
group_best(const struct group *g, bool some, bool all, int32_t *refusals)
{
	int best = ESTIMATE_NEVER;
	for (int64_t n = 1; n < GROUP_MAX; n++) {
		int for_n = recipients_price(g, n);
		if (for_n >= best)
			continue;
		int64_t from = all ? n : some ? 1 : 0, to = all ? n : some ? n - 1 : 0;
		for (int64_t k = from; k <= to; k++) {
			int cost = for_n + replies_price(g, n, k);
			if (cost < best) {
				best = cost;
				*refusals = (int32_t)k;
			}
		}
	}
	return g->x->server->records == 0 ? ESTIMATE_NEVER : best;
}

int
fit_group_ok(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct group g = { .x = x, .w = wording(m) };
	return group_best(&g, false, false, refusals);
}

int
fit_group_some(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct group g = { .x = x, .w = wording(m) };
	return group_best(&g, true, false, refusals);
}

int
fit_group_go(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct group g = { .x = x, .w = wording(m), .data = true, .go = true };
	return group_best(&g, false, false, refusals);
}

int
fit_group_some_go(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct group g = { .x = x, .w = wording(m), .data = true, .go = true };
	return group_best(&g, true, false, refusals);
}

int
fit_group_refused(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct group g = { .x = x, .w = wording(m) };
	g.data = x->client->records > 1 ? may_be(x->client->last, SIX) : x->client->all.most > 50;
	return group_best(&g, false, true, refusals);
}

/* BDAT: the replies to MAIL and RCPT, and the one to the content. */
int
fit_group_queued(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	struct wording w = wording(m);
	int64_t least, most;
	(void)refusals;
	wording_of(m, QUEUED, &least, &most);
	least += w.mail_least + w.rcpt_least;
	most += w.mail_most + GROUP_MAX * w.rcpt_most;
	if (x->server->records == 0)
		return ESTIMATE_NEVER;
	return within(x->server->all, least, most) ? 0 : NOT_ITS_REPLY;
}
