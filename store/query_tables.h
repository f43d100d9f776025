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
	FILTER_STATE,
	FILTER_USER,
	FILTER_TEXT,  /* these have no condition here: they look into every visible column of text */
	FILTER_WORDS,
	FILTERS,
};

/* What a question asks for. */
enum wanted { WANT_CELLS, WANT_COUNT, WANT_RECORD };

struct column_sql {
	const char *cell;
	const char *sort; /* where the order is not that of the cell; else NULL */
};

struct table_sql {
	const struct column_sql *columns; /* as many as the table has, in the same order */
	const char *from;
	const char *order;  /* the table's own */
	const char *last;   /* what settles ties, so that pages never overlap */
	const char *record; /* JSON, and the session whose mails belong in it; NULL = the rows are
			       all there is */
	const char *where[FILTERS]; /* NULL = that filter says nothing about this table */
};

const struct table_sql *table_sql(const struct table *t);

/* The statement with its filter bound and nothing stepped yet, to be freed; or NULL and err. */
struct db_statement *table_ask(struct store *s, const struct table *t, const struct filter *f,
	enum wanted wanted, struct err *err);

#endif
