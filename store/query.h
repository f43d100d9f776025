/* Questions to the store: tables for pages and exports, and single records.  Reads only; each call
 * sees one consistent state.
 *
 * Input:  filters come from URLs: values are always bound, never written into SQL; order and
 * columns are picked from tables here.  A filter that says nothing about a table is passed over.
 * Output: rows as cells, or a record's JSON as in the contract.  A reader's step that takes longer
 * than 5 s fails in words. Memory: slices live until the next row, or until fn returns. */
#ifndef HELOSCOPE_STORE_QUERY_H
#define HELOSCOPE_STORE_QUERY_H

#include "sensor/base/buf.h"
#include "sensor/record_change.h"
#include "store/store.h"

/* CELL_TIME: ns since 1970 UTC in .integer */
enum cell_type { CELL_TEXT, CELL_INT, CELL_REAL, CELL_TIME };

struct column {
	const char *name;  /* "mail_from": in CSV heads, JSON keys and ?sort= */
	const char *title; /* "From": on pages */
	enum cell_type type;
	const char *note; /* what it is, unit; for tool tips and documents */
	bool hidden;	  /* in exports, not on pages */
};

struct cell {
	bool null;
	struct slice text;
	int64_t integer;
	double real;
};

#define FILTER_WORDS_MAX 8

struct filter {
	struct addr host;     /* ADDR_NONE = any; client or server for sessions */
	int64_t since, until; /* ns; 0 = open; sessions, mails and refusals by when they began */
	const char *verdict, *cause, *list, *rule, *class, *session, *outcome; /* NULL = any */
	const char *text;   /* part of a visible column, any case of ASCII letters; NULL = any */
	int port;	    /* 0 = any */
	struct network net; /* family ADDR_NONE = any; client or server within it, or the host */
	const char *domain; /* of the sender or first recipient (sessions, mails), or of the HELO name (hosts,
				refusals); NULL = any */
	const char *tls;    /* "yes", "no", or a version ("TLS 1.2"); NULL = any */
	const char *kind;   /* of a listing ("list", "reputation", "throttle") or an event; NULL = any */
	const char *words[FILTER_WORDS_MAX]; /* each is part of a visible column, as text is */
	size_t words_count;
	const char *state; /* of a case; NULL = any */
	const char *user;  /* who did it, or to whom a case is given; NULL = any */
	const char *sort;   /* column name; NULL = the table's own order */
	bool descending;
	int64_t limit, offset; /* limit 0 = all */
	int64_t change;	       /* number of a change of a verdict; 0 = any */
	const char *campaign; /* digest of one of its texts; NULL = any */
	/* What table_extent said of the same filter: the question is bounded so, as for a page. NULL =
	 * all rows, however long it takes. */
	const struct table_extent *extent;
};

struct table {
	const char *name; /* "hosts" "sessions" "mails" "listings" "services" "evidence" "loss"
			     "events" "changes" "deliveries" "lookups" "abuse" */
	const char *title;
	const struct column *columns;
	size_t columns_count;
	bool by_clock;	 /* its times are of the clock, not of packets */
	bool for_admins; /* who did what: the report shows it to no others */
};

const struct table *table_find(const char *name); /* NULL if there is none */
const struct table *table_at(size_t i);		  /* NULL at the end */
const struct column *table_column(const struct table *t, const char *name);
/* Whether a filter says something about the table; key: the name of a field of struct filter. */
bool table_has_filter(const struct table *t, const char *key);

/* Names that the store knows, each once, sorted, at most `limit`: for completion. 0 or -1. */
enum store_names { NAMES_NONE, NAMES_LISTS, NAMES_RULES };
int query_names(struct store *s, enum store_names which, int64_t limit,
	void (*fn)(void *ctx, struct slice name), void *ctx, struct err *err);

/* Calls row for each row; row returns false to stop. 0 or -1. */
int table_query(struct store *s, const struct table *t, const struct filter *f,
	bool (*row)(void *ctx, const struct cell *cells), void *ctx, struct err *err);
/* How many rows the filter gives, without limit and offset. */
int table_count(struct store *s, const struct table *t, const struct filter *f, int64_t *count,
	struct err *err);

/* How far a page looks in a table that may have millions of rows. */
struct table_extent {
	int64_t count;	 /* rows found */
	bool more;	 /* and there are more: counting ended at EXTENT_COUNTED */
	int64_t back_to; /* older rows were not looked at (since this time, ns); 0 = all were */
	int64_t looked;	 /* at so many rows, then */
	int64_t sorted;	 /* only so many of the newest rows are put into the order; 0 = all */
	int driver;	 /* the filter whose index finds the rows, for store/; -1 = none */
};
/* What is counted, or found by an index and put into any order; what is put into order where there
 * are more; what is looked through where no index helps, by columns of an index, or row by row. */
enum {
	EXTENT_COUNTED = 3000,
	EXTENT_SORTED = 2000,
	EXTENT_LOOKED = 20000,
	EXTENT_LOOKED_ROWS = 2000,
};
/* For pages: then ask with filter.extent = out. 0 or -1. */
int table_extent(struct store *s, const struct table *t, const struct filter *f,
	struct table_extent *out, struct err *err);

/* A table as text: the head line and a row of CSV (base/csv.h), and a row as one JSON object with a
 * line end. Appended to out. */
void table_csv_head(const struct table *t, struct buf *out);
void table_csv_row(const struct table *t, const struct cell *cells, struct buf *out);
void table_json_row(const struct table *t, const struct cell *cells, struct buf *out);

/* A cursor over the same rows, for streaming: next = 1 row, 0 end, -1. */
struct table_cursor;
int table_open(struct store *s, const struct table *t, const struct filter *f,
	struct table_cursor **out, struct err *err);
int table_next(struct table_cursor *c, const struct cell **cells, struct err *err);
void table_close(struct table_cursor *c);

/* JSON of one record as in the contract: 1 and appended to out, 0 = no such record, -1. */
int query_host(struct store *s, struct addr host, struct buf *out, struct err *err);
int query_session(
	struct store *s, const char *id, struct buf *out, struct err *err); /* with its mails */
int query_mail(struct store *s, const char *session, int number, struct buf *out, struct err *err);
/* The session as it is stored: without its mails. */
int query_session_alone(struct store *s, const char *id, struct buf *out, struct err *err);
/* Tables whose rows are records: hosts, sessions, mails. */
bool table_has_records(const struct table *t);
/* JSON of each record that the filter gives, in the table's order; a cursor as for rows. */
struct record_cursor;
int records_open(struct store *s, const struct table *t, const struct filter *f,
	struct record_cursor **out, struct err *err);
int records_next(struct record_cursor *c, struct slice *json, struct err *err);
void records_close(struct record_cursor *c); /* NULL does nothing */
/* The same, by a call for each. */
int query_records(struct store *s, const struct table *t, const struct filter *f,
	bool (*record)(void *ctx, struct slice json), void *ctx, struct err *err);
/* The same host as a struct, for those who do not read JSON: everything in the arena.  Listings and
 * services are those of the store, which remembers longer than the verdict does.  1, 0, -1. */
int query_host_record(struct store *s, struct addr host, struct arena *arena,
	struct host_record *out, struct err *err);

/* Mails that are known by a queue id: the server's own, or one in a Received field. How many, or
 * -1; the slices live until fn returns. */
struct queued_mail {
	struct slice session, client, server;
	int number;
	int64_t start; /* ns */
};
int query_queue_id(struct store *s, struct slice id,
	void (*fn)(void *ctx, const struct queued_mail *mail), void *ctx, struct err *err);

/* Hourly numbers of one host (or of all, ADDR_NONE), oldest first. */
struct hour_row {
	int64_t hour; /* ns */
	int64_t sessions, mails, rcpts, accepted, rejected, deferred;
	int64_t listed; /* replies that name a list */
	double score_max;
};
int query_hours(struct store *s, struct addr host, int64_t since, int64_t until,
	void (*fn)(void *ctx, const struct hour_row *row), void *ctx, struct err *err);

/* Loss by interval, summed over runs and sensors: the newest `limit` of them, newest first. */
int query_loss(struct store *s, int64_t limit,
	void (*fn)(void *ctx, const struct loss_interval *interval), void *ctx, struct err *err);

/* Changes of verdicts that wait for a target (record_change.h), of live runs, oldest first. 0, -1.
 */
int query_changes_waiting(struct store *s, const struct change_question *q,
	void (*fn)(void *ctx, const struct change_waiting *waiting), void *ctx, struct err *err);
/* The change behind which the target is told of changes: 1; 0 = it is new, *from = the newest
 * change that was noted before that time (0 = none); -1. */
int query_changes_from(
	struct store *s, const char *target, int64_t before, int64_t *from, struct err *err);
/* The newest change. 0, -1. */
int query_changes_newest(struct store *s, int64_t *seq, struct err *err);
/* What is known of out->change and out->target: 1 and state, attempts, time, next; 0 = nothing, -1.
 */
int query_delivery(struct store *s, struct delivery *out, struct err *err);

/* Hosts of at least that risk and last seen since then, riskiest first, at most `limit`, with what
 * is predicted of each list (predicted below 0: nothing). 0 or -1. */
struct host_risk {
	struct addr host;
	double risk;
	enum verdict verdict;
	int64_t last; /* ns */
	const struct list_predicted {
		const char *list;
		double predicted;
	} * lists;
	size_t lists_count;
};
struct risk_question {
	double above;
	int64_t since, limit;
};
int query_risky(struct store *s, const struct risk_question *q,
	void (*fn)(void *ctx, const struct host_risk *host), void *ctx, struct err *err);
/* What blocklists answered since then, oldest first; or, of each host, list and day the last answer
 * that is none of errors, by list. 0 or -1. */
int query_lookups(struct store *s, int64_t since,
	void (*fn)(void *ctx, const struct lookup_result *lookup), void *ctx, struct err *err);
int query_lookups_daily(struct store *s, int64_t since,
	void (*fn)(void *ctx, const struct lookup_result *lookup), void *ctx, struct err *err);

/* Whom a host spoke with, under which names, and what was refused: of its newest sessions, so that the page of a mail server
 * with millions of them is as fast as any.  0 or -1. */
struct peer_question {
	struct addr host;
	bool as_server;	      /* sessions that others opened to it; else those that it opened */
	int64_t since, until; /* when they began, ns; 0 = open */
	int64_t sessions;     /* the newest so many of them are looked at */
	int64_t limit;	      /* rows */
};
struct sessions_looked {
	int64_t count, from, until; /* how many there are to look at; when the first and the last began */
	bool more; /* there may be others, earlier ones */
};
int query_sessions_looked(struct store *s, const struct peer_question *q, struct sessions_looked *out,
	struct err *err);
struct peer {
	struct slice address;
	int64_t sessions;
	int64_t accepted, refusals; /* mails; replies 4xx and 5xx */
	int64_t auth_failed;	    /* sessions with a password that was refused */
	int64_t first, last;	    /* ns */
	int64_t peers;		    /* how many there are, beyond the limit too */
};
/* Those with most sessions first. */
int query_peers(struct store *s, const struct peer_question *q,
	void (*fn)(void *ctx, const struct peer *peer), void *ctx, struct err *err);
/* How it spoke, as a client: names in HELO, or dialects (with a program that speaks so, or ""); most sessions first. */
enum spoken_kind { SPOKEN_HELO, SPOKEN_DIALECT };
struct spoken {
	struct slice text, software;
	int64_t sessions, first, last;
	int64_t kinds; /* how many there are, beyond the limit too */
};
int query_spoken(struct store *s, const struct peer_question *q, enum spoken_kind kind,
	void (*fn)(void *ctx, const struct spoken *spoken), void *ctx, struct err *err);
/* What was refused to it, or as a server by it: by class and list, most first, with the latest of each in its words. */
struct refusals {
	struct slice class, list, text, session;
	int64_t count, sessions, last;
};
int query_refusals(struct store *s, const struct peer_question *q,
	void (*fn)(void *ctx, const struct refusals *refusals), void *ctx, struct err *err);

/* The case of a host: what people made of it.  1, 0 = nobody did anything, -1. */
struct host_case {
	enum case_state state;
	bool came_back; /* resolved, and its verdict has become worse since */
	int64_t since;	/* of the state, ns */
	int64_t since_seq;
	int64_t muted_until;		    /* 0 = not muted; may be over */
	int64_t opened, changed;	    /* first and latest entry */
	char assignee[AUDIT_USER_MAX];	    /* "" = nobody */
	char muted_by[AUDIT_USER_MAX], changed_by[AUDIT_USER_MAX];
	char note[AUDIT_TEXT_MAX]; /* the latest one */
};
int query_case(struct store *s, struct addr host, struct host_case *out, struct err *err);
/* Its newest `limit` entries, in the order in which they came. 0 or -1. */
struct case_entry {
	int64_t time, until;
	struct slice user, text;
	enum audit_kind kind;
};
int query_case_entries(struct store *s, struct addr host, int64_t limit,
	void (*fn)(void *ctx, const struct case_entry *entry), void *ctx, struct err *err);
/* Whether the entry of that id is stored: 1, 0, -1. */
int query_audit_known(struct store *s, const char *id, struct err *err);
/* Who did something lately, and to whom cases were given; sorted. 0 or -1. */
int query_users(struct store *s, int64_t limit, void (*fn)(void *ctx, struct slice user), void *ctx,
	struct err *err);

/* What is new within a range of time.  0 or -1. */
struct range_question {
	int64_t since, until; /* ns; until 0 = open */
	int64_t limit;	      /* rows */
};
/* Of the hosts seen in it: how many have each verdict now. */
int query_verdicts(struct store *s, const struct range_question *q, int64_t out[VERDICTS],
	struct err *err);
/* Listings that began in it, newest first. */
struct listing_new {
	struct slice host, name, list, kind;
	int64_t since, until; /* until 0 = goes on as far as seen */
};
int query_listings_new(struct store *s, const struct range_question *q,
	void (*fn)(void *ctx, const struct listing_new *listing), void *ctx, struct err *err);
/* Hosts whose verdict is another one than before it, of the newest QUERY_CHANGES_LOOKED changes noted in it; newest first.
 * before "" = there was none. */
#define QUERY_CHANGES_LOOKED 500
struct verdict_changed {
	struct slice host, name, before, verdict, cause, summary;
	int64_t time; /* since when */
};
int query_verdicts_changed(struct store *s, const struct range_question *q,
	void (*fn)(void *ctx, const struct verdict_changed *changed), void *ctx, struct err *err);
/* When the file was last written, by the clock; 0 = not known. */
int64_t query_written(const struct store *s);

/* Rules that the newest mails of the campaign with that digest have: how many of those that were
 * looked at; most first. 0 or -1. */
struct campaign_rule {
	struct slice rule, why;
	double points;
	int64_t mails, of;
};
int query_campaign_rules(struct store *s, const char *digest,
	void (*fn)(void *ctx, const struct campaign_rule *rule), void *ctx, struct err *err);

/* The state of the sensor: what it last said of itself, and what the store holds. */
struct store_totals {
	int64_t hosts, sessions, mails, rcpts, sessions_encrypted;
	int64_t rcpts_refused; /* rejected; not those deferred */
	int64_t hosts_by_verdict[VERDICTS];
	int64_t first, last; /* times of the sessions stored */
	int64_t file_bytes;
	int schema;
};
int query_state(struct store *s, struct sensor_state *state, struct arena *arena,
	struct err *err); /* 1, 0 = never ran, -1 */
int query_totals(struct store *s, struct store_totals *out, struct err *err);

#endif
