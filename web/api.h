/* /api/1/: what the pages show, as JSON, for programs.
 *
 * Source: RFC 8259 (JSON), RFC 9457 (problems), OpenAPI 3.1 (the description, made from the same
 * tables as the answers). Answers of version 1 only gain keys.  Times are RFC 3339, UTC; words are
 * those of sensor/record.h. For a reader (viewer.h) mail addresses and subjects are masked, as on
 * pages. */
#ifndef HELOSCOPE_WEB_API_H
#define HELOSCOPE_WEB_API_H

#include "web/request.h"

#define TYPE_PROBLEM "application/problem+json"
#define API_HOURS_MAX 9000 /* rows of /api/1/hours: a year */

/* Whether the address is one of the API, so that what is wrong is told as JSON. */
bool api_asked(const struct request *r);
/* Replaces what the answer holds: {"status":…,"title":…,"detail":…}, in English. */
void api_problem(struct answer *a, unsigned status, const char *title, const char *detail);

/* One call; the description and the tests know them from here.  Those of tables ("hosts", "mails",
 * …) are not among them: they follow from table_at(). */
struct api_call {
	const char *path; /* "/api/1/host/{address}" */
	const char *summary;
	const char *schema;	   /* of its answer, in the description */
	const char *parameters[4]; /* of the query: names of view_param_at */
	const char *type;	   /* media type of its answer */
};
const struct api_call *api_call_at(size_t i); /* NULL at the end */
/* The description, as OpenAPI 3.1. */
void api_describe(struct buf *out, const char *version);

/* Routes. */
void api_index(struct request *r, struct answer *a);
void api_summary(struct request *r, struct answer *a);
void api_sensor(struct request *r, struct answer *a);
void api_hours(struct request *r, struct answer *a);
void api_record(struct request *r, struct answer *a); /* host, session, mail */
void api_table(struct request *r, struct answer *a);
void api_description(struct request *r, struct answer *a);
void events_answer(struct request *r, struct answer *a);

#endif
