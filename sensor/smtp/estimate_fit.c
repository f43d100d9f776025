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
#define UNKNOWN_PROGRAM 12 /* what it costs to assume a server that nothing is known of */
#define NOT_NAMED 30	   /* or that the banner's name is no help */
#define ANOTHER_PROGRAM 40 /* or another one than the banner names */
#define NOT_ITS_REPLY 40   /* a reply that this server never gives */
#define NOT_AS_BEFORE 14   /* one that differs from what it gave before */

struct range {
	uint16_t least, most;
};

/* What servers reply, with CRLF.  Where an address or a host's name is in the reply: 0, 0. */
static const struct {
	const char *name;
	struct range reply[REPLY_KINDS];
	int16_t echo[REPLY_KINDS]; /* the reply repeats the command's address, and is that longer */
} programs[] = {
	{ "", { { 0, 0 } }, { 0 } },
	{ "Postfix",
		{ [OK_MAIL] = { 14, 14 },
			[OK_RCPT] = { 14, 14 },
			[OK_RESET] = { 14, 14 },
			[GO_AHEAD] = { 37, 37 },
			[QUEUED] = { 31, 46 } },
		{ 0 } },
	{ "Exim",
		{ [OK_MAIL] = { 8, 8 },
			[OK_RCPT] = { 14, 14 },
			[OK_RESET] = { 8, 14 },
			[GO_AHEAD] = { 56, 56 },
			[QUEUED] = { 28, 35 } },
		{ 0 } },
	{ "OpenSMTPD",
		{ [OK_MAIL] = { 14, 14 },
			[OK_RCPT] = { 51, 51 },
			[OK_RESET] = { 23, 23 },
			[GO_AHEAD] = { 50, 50 },
			[QUEUED] = { 50, 50 } },
		{ 0 } },
	{ "Sendmail", { [OK_RESET] = { 23, 23 }, [GO_AHEAD] = { 50, 50 }, [QUEUED] = { 50, 62 } },
		{ [OK_RCPT] = 18 } },
	{ "Exchange",
		{ [OK_MAIL] = { 21, 21 },
			[OK_RCPT] = { 24, 24 },
			[OK_RESET] = { 21, 21 },
			[GO_AHEAD] = { 46, 46 },
			[QUEUED] = { 60, 400 } },
		{ 0 } },
	{ "qmail",
		{ [OK_MAIL] = { 8, 8 },
			[OK_RCPT] = { 8, 8 },
			[OK_RESET] = { 13, 13 },
			[GO_AHEAD] = { 14, 14 },
			[QUEUED] = { 20, 40 } },
		{ 0 } },
	{ "aiosmtpd",
		{ [OK_MAIL] = { 8, 8 },
			[OK_RCPT] = { 8, 8 },
			[OK_RESET] = { 8, 8 },
			[GO_AHEAD] = { 37, 37 },
			[QUEUED] = { 8, 60 } },
		{ 0 } },
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
			return i == program ? 0 : program == 0 ? NOT_NAMED : ANOTHER_PROGRAM;
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

/* RFC 4954: "AUTH LOGIN", "AUTH PLAIN", "AUTH CRAM-MD5", or base64, alone or behind the command.  A
 * server on port 25 is seldom asked for it. */
int
fit_auth(const struct exchange *x)
{
	static const struct price prices[] = { { 3, ESTIMATE_NEVER }, { 200, 0 }, { 3000, 4 },
		{ 12288, 20 }, { INT64_MAX, ESTIMATE_NEVER } };
	enum { COMMAND = 12, CRAM = 15, RESIDUE_ALONE = 2, RESIDUE_BEHIND = 1 };
	struct estimate_span s = x->client->all;
	if (x->client->records != 1)
		return ESTIMATE_NEVER;
	int64_t residue = s.most % 4;
	bool shape = s.least < s.most || s.most == COMMAND || s.most == CRAM ||
		     residue == RESIDUE_ALONE || residue == RESIDUE_BEHIND;
	return (x->hints->submission ? 3 : 24) + (shape ? 0 : 8) + price_of(prices, s.most);
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

int
fit_reset_quit(const struct exchange *x)
{
	return x->client->records > 0 && may_be(x->client->all, (int64_t)SIX * 2) ? 0
										  : ESTIMATE_NEVER;
}

/* Bytes of the addresses of a group, as a price for that many commands. */
static int
commands_price(int64_t bytes, int64_t commands)
{
	static const struct price prices[] = { { ADDRESS_LEAST, ESTIMATE_NEVER }, { 22, 4 },
		{ 64, 0 }, { 80, 3 }, { 110, 10 }, { INT64_MAX, ESTIMATE_NEVER } };
	return price_of(prices, bytes / commands);
}

/* For n recipients.  A client that writes each command for itself shows their number. */
static int
recipients_price(const struct exchange *x, int64_t n)
{
	bool data = x->how & WITH_DATA;
	int64_t commands = n + (x->how & WITH_MAIL ? 1 : 0);
	int64_t records = x->client->records;
	if (x->how & WITH_CONTENT)
		return n < 6 ? (int)n - 1 : 5;
	if (records > 1 && records != commands + (data ? 1 : 0))
		return ESTIMATE_NEVER;
	return commands_price(x->client->all.most - (data ? SIX : 0), commands);
}

int
fit_group(const struct exchange *x)
{
	/* MAIL, RCPT, BDAT and a header at least */
	static const struct price with_content[] = { { 100, ESTIMATE_NEVER }, { 250, 8 },
		{ INT64_MAX, 0 } };
	bool data = x->how & WITH_DATA;
	if (x->client->records == 0)
		return ESTIMATE_NEVER;
	if (x->how & WITH_CONTENT)
		return price_of(with_content, x->client->all.most) + (x->hints->chunking ? 0 : 30);
	/* One recipient alone is no group. */
	if (!(x->how & WITH_MAIL) && !data && x->client->records < 2)
		return ESTIMATE_NEVER;
	return x->client->records > 1 && data && !may_be(x->client->last, SIX) ? ESTIMATE_NEVER : 0;
}

int
fit_content(const struct exchange *x)
{
	static const struct price prices[] = { { 2, ESTIMATE_NEVER }, { 20, 24 }, { 60, 9 },
		{ 200, 3 }, { INT64_MAX, 0 } };
	if (x->client->records == 0)
		return ESTIMATE_NEVER;
	int bdat = x->how & WITH_CONTENT ? (x->hints->chunking ? 6 : 30) : 0;
	return bdat + price_of(prices, x->client->all.most);
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
remember(struct memory *m, enum reply_kind kind, struct estimate_span s, int64_t command)
{
	enum { BLOCK = 16 }; /* a wider span is of more than one reply */
	if (s.most > INT16_MAX || command > INT16_MAX || s.most - s.least >= BLOCK)
		return;
	m->length[kind] = (uint16_t)s.most;
	m->echo[kind] = (int16_t)(s.most - command);
}

static bool
as_before(const struct memory *m, enum reply_kind kind, struct estimate_span s, int64_t command)
{
	enum { QUEUE_ID_VARIES = 6 };
	int64_t length = m->length[kind];
	if (kind == QUEUED)
		return within(s, length - QUEUE_ID_VARIES, length + QUEUE_ID_VARIES);
	return length == s.most || m->echo[kind] == s.most - command;
}

/* A consent of that length, to a command of that one; 0 = it is not known. */
static int
consent_price(const struct memory *m, enum reply_kind kind, struct estimate_span s, int64_t command)
{
	struct range known = programs[m->program].reply[kind];
	int16_t echo = programs[m->program].echo[kind];
	if (known.most > 0)
		return within(s, known.least, known.most) ? 0 : NOT_ITS_REPLY;
	if (echo > 0 && command > 0)
		return may_be(s, command + echo) ? 0 : NOT_ITS_REPLY;
	if (m->length[kind] > 0)
		return as_before(m, kind, s, command) ? 0 : NOT_AS_BEFORE;
	/* Many have the same words for a sender, a recipient and RSET. */
	if ((kind == OK_RCPT || kind == OK_RESET) && m->length[OK_MAIL] == s.most)
		return 0;
	return price_of(wordings[kind], s.most);
}

/* One reply that agrees. */
static int
fit_reply(const struct exchange *x, struct memory *m, enum reply_kind kind)
{
	if (x->server->records == 0)
		return ESTIMATE_NEVER;
	struct estimate_span s = x->server->all;
	int64_t command = x->client->all.most;
	int cost = consent_price(m, kind, s, command);
	if (cost < NOT_ITS_REPLY)
		remember(m, kind, s, command);
	return cost;
}

/* RFC 4954 4: 334, 235, 535. */
int
fit_challenge(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	static const struct price prices[] = { { 5, ESTIMATE_NEVER }, { 90, 0 }, { 200, 6 },
		{ INT64_MAX, 20 } };
	(void)m;
	(void)refusals;
	return x->server->records == 0 ? ESTIMATE_NEVER : price_of(prices, x->server->all.most);
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
	(void)m;
	(void)refusals;
	return x->server->records == 0 ? ESTIMATE_NEVER : refusal_price(x->server->all.most);
}

/* With its farewell behind it. */
static int
with_bye(const struct exchange *x, struct memory *m, fit_server *fit)
{
	enum { BYE = 15, BYE_MOST = 80 }; /* "221 2.0.0 Bye\r\n"; others add a host's name */
	struct exchange less = *x;
	struct turn server = *x->server;
	int32_t unused = 0;
	if (server.records > 1)
		server.all = (struct estimate_span){ server.all.least - server.last.least,
			server.all.most - server.last.most };
	else
		server.all = (struct estimate_span){ server.all.least - BYE_MOST,
			server.all.most - BYE };
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

/* How long a consent is in this server's words; what is not known is a span. */
static struct range
wording(const struct memory *m, enum reply_kind kind)
{
	struct range known = programs[m->program].reply[kind];
	int16_t echo = programs[m->program].echo[kind];
	if (echo > 0)
		return (struct range){ (uint16_t)(echo + 14), (uint16_t)(echo + 60) };
	if (m->length[kind] > 0 && kind != QUEUED)
		known.least = known.most = m->length[kind];
	return known.most > 0 ? known : (struct range){ 8, 64 };
}

/* The replies in one record: n recipients, k of them refused. */
static int
sum_price(const struct exchange *x, const struct memory *m, int64_t n, int64_t k)
{
	struct range rcpt = wording(m, OK_RCPT), mail = wording(m, OK_MAIL);
	struct range go = wording(m, GO_AHEAD), queued_as = wording(m, QUEUED);
	struct estimate_span s = x->server->all;
	int64_t least = (n - k) * rcpt.least, most = (n - k) * rcpt.most;
	if (x->how & WITH_MAIL) {
		least += mail.least;
		most += mail.most;
	}
	if (x->how & GOES_AHEAD) {
		least += go.least;
		most += go.most;
	} else if (x->how & CONTENT_REFUSED) {
		int64_t rest = s.most - (least + most) / 2;
		return rest <= 0 ? ESTIMATE_NEVER : refusal_price(rest);
	} else if (x->how & CONTENT_TAKEN) {
		least += queued_as.least;
		most += queued_as.most;
	} else if (x->how & (WITH_DATA | WITH_CONTENT) && k == n) {
		least += NO_RECIPIENTS / 2;
		most += NO_RECIPIENTS * 2;
	}
	if (k > 0) {
		int64_t rest = s.most - (least + most) / 2;
		return rest <= 0 ? ESTIMATE_NEVER : refusal_price(rest / k) + 2 * (int)(k - 1);
	}
	if (!within(s, least, most))
		return NOT_ITS_REPLY;
	if (rcpt.least == rcpt.most)
		return 0;
	if (m->group > 0 && m->group_size == n)
		return m->group == s.most ? 0 : NOT_AS_BEFORE;
	return 4;
}

/* Each reply in a record of its own: *k of the recipients were refused.  *m learns. */
static int
each_price(const struct exchange *x, struct memory *m, int64_t *k)
{
	const struct turn *t = x->server;
	bool apart = x->client->records == t->records; /* as are the commands */
	int64_t first = x->how & WITH_MAIL ? 1 : 0;
	int64_t end = t->records - (x->how & (WITH_DATA | WITH_CONTENT) ? 1 : 0);
	int cost = 0;
	*k = 0;
	if (first > 0) {
		cost = consent_price(m, OK_MAIL, t->each[0], apart ? x->client->each[0].most : 0);
		remember(m, OK_MAIL, t->each[0], 0);
	}
	for (int64_t i = first; i < end; i++) {
		int64_t command = apart ? x->client->each[i].most : 0;
		int taken = consent_price(m, OK_RCPT, t->each[i], command);
		int refused = refusal_price(t->each[i].most) + 4;
		*k += refused < taken;
		cost += refused < taken ? refused : taken;
		if (taken <= refused)
			remember(m, OK_RCPT, t->each[i], command);
	}
	if (x->how & GOES_AHEAD)
		cost += consent_price(m, GO_AHEAD, t->last, 0);
	return cost;
}

static bool
allowed(const struct exchange *x, int64_t n, int64_t k)
{
	return x->how & ALL_TAKEN ? k == 0 : x->how & ALL_REFUSED ? k == n : k > 0 && k < n;
}

static int
replies_price(const struct exchange *x, struct memory *m, int64_t n, int64_t *k)
{
	int64_t replies = n + (x->how & WITH_MAIL ? 1 : 0) +
			  (x->how & (WITH_DATA | CONTENT_TAKEN | CONTENT_REFUSED) ? 1 : 0);
	if (x->server->records == replies && replies > 1 && replies <= TURN_RECORDS) {
		int cost = each_price(x, m, k);
		return allowed(x, n, *k) ? cost : ESTIMATE_NEVER;
	}
	int best = ESTIMATE_NEVER;
	int64_t from = x->how & ALL_TAKEN ? 0 : x->how & ALL_REFUSED ? n : 1;
	for (int64_t i = from; i <= n && allowed(x, n, i); i++) {
		int cost = sum_price(x, m, n, i);
		if (cost < best) {
			best = cost;
			*k = i;
		}
	}
	if (x->how & ALL_TAKEN && x->how & WITH_DATA && x->server->all.most <= UINT16_MAX) {
		m->group = (uint16_t)x->server->all.most;
		m->group_size = (uint8_t)n;
	}
	return best;
}

int
fit_replies(const struct exchange *x, struct memory *m, int32_t *refusals)
{
	int best = ESTIMATE_NEVER;
	struct memory learned = *m;
	if (x->server->records == 0)
		return best;
	for (int64_t n = 1; n < GROUP_MAX; n++) {
		int cost = recipients_price(x, n);
		struct memory after = *m;
		int64_t k = 0;
		if (cost >= best)
			continue;
		cost += replies_price(x, &after, n, &k);
		if (cost < best) {
			best = cost;
			learned = after;
			*refusals = (int32_t)k + (x->how & CONTENT_REFUSED ? 1 : 0);
		}
	}
	*m = learned;
	return best;
}
