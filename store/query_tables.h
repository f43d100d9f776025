/* The tables that can be asked for: their columns for people, and the SQL behind each.  For store/
 * alone.
 *
 * A question is put together from these texts only; every value of a filter is bound to its
 * parameter (":host", …). */
#ifndef HELOSCOPE_STORE_QUERY_TABLES_H
#define HELOSCOPE_STORE_QUERY_TABLES_H

#include "store/db.h"
#include "store/query.h"

enum filter_key {
	FILTER_HOST,
	FILTER_SINCE,
	FILTER_UNTIL,
	FILTER_VERDICT,
	FILTER_CAUSE,
	FILTER_LIST,
	FILTER_RULE,
	FILTER_CLASS,
	FILTER_SESSION,
	FILTER_OUTCOME,
	FILTER_PORT,
	FILTER_CHANGE,
	FILTER_NET,
	FILTER_DOMAIN,
	FILTER_ENCRYPTED, /* tls: yes, no */
	FILTER_TLS,	  /* tls: a version */
	FILTER_KIND,
	FILTER_CAMPAIGN,
	FILTER_STATE,
	FILTER_USER,
	FILTER_TEXT, /* these have no condition here: they look into every visible column of text */
	FILTER_WORDS,
	FILTERS,
};

/* What a question asks for. */
enum wanted { WANT_CELLS, WANT_COUNT, WANT_RECORD };

struct column_sql {
	const char *cell;
	const char *sort; /* where the order is not that of the cell; else NULL */
};

/* The rows that pass a filter, as an index finds them. */
struct few_sql {
	const char *probe;     /* as many or more, counted without looking at the rows; NULL = the
				  halves are */
	const char *halves[2]; /* "FROM … WHERE …", no row in both */
	bool ordered;	       /* each half comes newest first from an index */
};

/* Of a table with millions of rows: how its questions are bounded (query_ask.c). */
struct big_sql {
	const char *key, *at; /* "s.seq"; "s.start_ns", by which the newest are found */
	struct few_sql few[FILTERS];
};

#define HOSTS_OF(what) "(SELECT host_key FROM hosts WHERE " what ")"
/* The domain of the sender, or of the first recipient: as the indexes have them. */
#define FROM_DOMAIN "m.from_domain = :domain COLLATE NOCASE"
#define RCPT_DOMAIN "substr(m.rcpt, instr(m.rcpt, '@') + 1) = :domain COLLATE NOCASE"

extern const struct big_sql big_sessions, big_mails, big_evidence; /* query_few.c */

struct table_sql {
	const struct column_sql *columns; /* as many as the table has, in the same order */
	const char *from;
	const char *order;  /* the table's own */
	const char *last;   /* what settles ties, so that pages never overlap */
	const char *record; /* JSON, and the session whose mails belong in it; NULL = the rows are
			       all there is */
	const char *where[FILTERS]; /* NULL = that filter says nothing about this table */
	const struct big_sql *big;  /* NULL = a small one */
	const char *late; /* key of long rows: a page of them is found by an index alone; NULL =
			     they are short */
};

const struct table_sql *table_sql(const struct table *t);

/* Whether the filter says something about the table. */
bool table_has_condition(const struct table *t, enum filter_key key);
bool filter_is_set(const struct filter *f, enum filter_key key);
const char *filter_parameter(enum filter_key key); /* ":host" */
/* Every value that the statement asks for, limit and offset among them. */
void filter_bind(struct db_statement *st, const struct filter *f);

/* The statement with its filter bound and nothing stepped yet, to be freed; or NULL and err. */
struct db_statement *table_ask(struct store *s, const struct table *t, const struct filter *f,
	enum wanted wanted, struct err *err);

#endif
