#include "store/query.h"

#include "store/row.h"

/* Of statements that look at the newest sessions of a host: ?1 its address, ?2 and ?3 from when
 * until when they began, ?4 how many of them, ?5 how many rows. */
static struct db_statement *
ask(struct store *s, enum statement which, const struct peer_question *q, struct err *err)
{
	struct db_statement *st = store_statement(s, which, err);
	uint8_t key[ADDR_KEY_BYTES];

	if (st == NULL)
		return NULL;
	db_bind_blob(st, 1, addr_key(q->host, key));
	db_bind_int(st, 2, q->since);
	db_bind_int(st, 3, q->until == 0 ? INT64_MAX : q->until);
	db_bind_int(st, 4, q->sessions);
	db_bind_int(st, 5, q->limit);
	return st;
}

int
query_peers(struct store *s, const struct peer_question *q,
	void (*fn)(void *ctx, const struct peer *peer), void *ctx, struct err *err)
{
	struct db_statement *st = ask(
		s, q->as_server ? STATEMENT_PEERS_OF_SERVER : STATEMENT_PEERS_OF_CLIENT, q, err);
	int got;

	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct peer){
				.address = db_text(st, 0),
				.sessions = db_int(st, 1),
				.accepted = db_int(st, 2),
				.refusals = db_int(st, 3),
				.auth_failed = db_int(st, 4),
				.first = db_int(st, 5),
				.last = db_int(st, 6),
				.peers = db_int(st, 7),
			});
	}
	db_reset(st);
	return got;
}

int
query_spoken(struct store *s, const struct peer_question *q, enum spoken_kind kind,
	void (*fn)(void *ctx, const struct spoken *spoken), void *ctx, struct err *err)
{
	struct db_statement *st = ask(
		s, kind == SPOKEN_HELO ? STATEMENT_SPOKEN_HELO : STATEMENT_SPOKEN_DIALECT, q, err);
	int got;

	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct spoken){
				.text = db_text(st, 0),
				.software = db_text(st, 1),
				.sessions = db_int(st, 2),
				.first = db_int(st, 3),
				.last = db_int(st, 4),
				.kinds = db_int(st, 5),
			});
	}
	db_reset(st);
	return got;
}

int
query_refusals(struct store *s, const struct peer_question *q,
	void (*fn)(void *ctx, const struct refusals *refusals), void *ctx, struct err *err)
{
	struct db_statement *st = ask(s,
		q->as_server ? STATEMENT_REFUSALS_OF_SERVER : STATEMENT_REFUSALS_OF_CLIENT, q, err);
	int got;

	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		fn(ctx, &(struct refusals){
				.class = db_text(st, 0),
				.list = db_text(st, 1),
				.count = db_int(st, 2),
				.sessions = db_int(st, 3),
				.last = db_int(st, 4),
				.text = db_text(st, 5),
				.session = db_text(st, 6),
			});
	}
	db_reset(st);
	return got;
}

int
query_sessions_looked(struct store *s, const struct peer_question *q, struct sessions_looked *out,
	struct err *err)
{
	struct db_statement *st = ask(
		s, q->as_server ? STATEMENT_LOOKED_OF_SERVER : STATEMENT_LOOKED_OF_CLIENT, q, err);

	*out = (struct sessions_looked){ 0 };
	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	if (got == 1) {
		out->count = db_int(st, 0);
		out->from = db_int(st, 1);
		out->until = db_int(st, 2);
		out->more = db_int(st, 3) >= q->sessions;
	}
	db_reset(st);
	return got < 0 ? -1 : 0;
}
