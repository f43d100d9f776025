/* What leaves the report as a file: rows and records in the formats of other programs, complaints about a host or a mail,
 * and bundles of evidence.  The web (download.c) and `heloscope export` ask the same functions.
 *
 * Source: RFC 4180 (CSV), RFC 8259 (JSON), Zeek's smtp.log, Suricata's EVE, RFC 5965, 6590, 6591 and 6692 (ARF), X-ARF 0.2,
 *         XARF v4.
 * Input:  records of the store, of which every text came from the wire (hostile).
 * Output: bytes into a buffer, piece by piece: the memory that an export takes does not grow with it.  Every time is UTC and
 *         says so.  Never a body of a mail: there is none.
 * Memory: a job is copied; its filter's texts, its session and the texts of `about` live until export_close. */
#ifndef HELOSCOPE_WEB_EXPORT_H
#define HELOSCOPE_WEB_EXPORT_H

#include "store/query.h"
#include "web/site.h"

/* What an export is of. */
enum export_subject {
	EXPORT_ROWS,	/* of a table and its filter */
	EXPORT_HOST,	/* one host */
	EXPORT_MAIL,	/* one mail */
	EXPORT_SESSION, /* one session, with its mails */
	EXPORT_SUBJECTS
};

struct export_job;
struct export;

struct export_format {
	const char *name;      /* "csv": in URLs and behind --format */
	const char *title;     /* "CSV": a key of texts.h */
	const char *type;      /* media type */
	const char *extension; /* of the file, without a dot */
	unsigned subjects;     /* bits, 1 << enum export_subject */
	const char *tables;    /* of EXPORT_ROWS: " mails sessions "; NULL = all */
	int (*open)(struct store *s, const struct export_job *job, struct export **out, struct err *err);
};
const struct export_format *export_format_at(size_t i); /* NULL at the end */
const struct export_format *export_format_find(const char *name);

/* Who says it, with what, when. */
struct export_about {
	struct site_contact contact;
	const char *sensor, *version; /* of heloscope */
	int64_t now;		      /* wall clock, ns */
	uint8_t id[16];		      /* random: reports and boundaries are named by it */
};

struct export_job {
	const struct export_format *format;
	enum export_subject subject;
	const struct table *table; /* EXPORT_ROWS */
	struct filter filter;	   /* EXPORT_ROWS */
	bool cells;		   /* EXPORT_ROWS as JSON: cells of the table, not whole records */
	struct addr host;	   /* EXPORT_HOST */
	const char *session;	   /* EXPORT_SESSION, EXPORT_MAIL */
	int number;		   /* EXPORT_MAIL */
	struct export_about about;
};

/* 0, or -1 and err says what this format is of, and which formats there are for the rest. */
int export_check(const struct export_job *job, struct err *err);
/* 1 and *out; 0 = there is no such host, mail or session; -1 and err. */
int export_open(struct store *s, const struct export_job *job, struct export **out, struct err *err);
/* Appends the next piece: 1 = go on; 0 = that was all, with what was appended; -1 and err. */
int export_more(struct export *x, struct buf *out, struct err *err);
/* Rows, lines or reports so far. */
int64_t export_rows(const struct export *x);
void export_close(struct export *x); /* NULL does nothing */
/* "heloscope-mails.csv", "heloscope-192.0.2.1.eml"; in the arena. */
const char *export_file_name(const struct export_job *job, struct arena *arena);

#endif
