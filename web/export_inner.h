/* What the files export_*.c share; for them alone. */
#ifndef HELOSCOPE_WEB_EXPORT_INNER_H
#define HELOSCOPE_WEB_EXPORT_INNER_H

#include "sensor/base/json.h"
#include "web/doc.h"
#include "web/export.h"

#define EXPORT_RECORD_MAX (64u << 20) /* bytes of a record's JSON */

/* The first member of what each format makes. */
struct export {
	int (*more)(struct export *x, struct buf *out, struct err *err);
	void (*close)(struct export *x);
	struct export_job job;
	struct store *store;
	int64_t rows;
};

int export_open_csv(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_json(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_document(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_zeek(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_eve(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_arf(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_xarf_02(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_xarf(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_headers(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_capture(struct store *s, const struct export_job *job, struct export **out, struct err *err);
int export_open_bundle(struct store *s, const struct export_job *job, struct export **out, struct err *err);

/* ---- one line a mail (export_lines.c) ---- */

/* A mail with its session; or a session without a mail: mail NULL, number 0. */
struct mail_line {
	const struct node *session, *mail;
	int64_t number;
	const struct export_job *job;
};
struct line_writer {
	void (*head)(const struct export_job *job, struct buf *out); /* NULL = none */
	void (*line)(const struct mail_line *m, struct buf *out);
	void (*foot)(const struct export_job *job, struct buf *out); /* NULL = none */
};
int export_open_lines(const struct line_writer *writer, struct store *s, const struct export_job *job,
	struct export **out, struct err *err);
/* The last reply that the server gave to a mail, or NULL.  number 0: of the session. */
const struct node *export_last_reply(const struct node *session, int64_t number);
/* "550 5.7.1 text" */
void export_reply_text(const struct node *reply, struct buf *out);
/* The value of a Received field of the records; "" parts left out. */
void export_received_text(const struct node *received, struct buf *out);
/* Whether the sensor saw the header of the mail. */
bool export_has_header(const struct node *mail);

/* ---- times ---- */

#define EXPORT_TIME_MAX 64
/* "Tue, 10 Jun 2008 20:00:20 +0000" (RFC 5322 3.3). */
const char *export_mail_time(int64_t t, char out[EXPORT_TIME_MAX]);
/* By strftime's format, UTC. */
const char *export_time(int64_t t, const char *format, char out[EXPORT_TIME_MAX]);

/* ---- lines of mail-like formats (export_eml.c) ---- */

/* "Name: value", as one field of RFC 5322: whatever the value is, it is one field.  Controls become visible text, what is no
 * ASCII encoded words (RFC 2047), a long value is cut; nothing at all for an empty value. */
void eml_field(struct buf *out, const char *name, const char *value);
/* A line of text (UTF-8) that cannot be taken for anything else: no controls, no dots or dashes at its front, CRLF. */
void eml_line(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The header block that can be made from a mail's record, and what it does not say. */
void eml_headers(struct buf *out, const struct node *session, const struct node *mail);

/* ---- what a complaint is about (export_incident.c) ---- */

#define INCIDENT_REFUSALS 20

struct incident {
	const struct export_job *job;
	struct doc *session_doc, *mail_doc, *host_doc; /* NULL = not known */
	const struct node *session, *mail, *host;      /* their roots; NULL = not known */
	char source[ADDR_TEXT_MAX];
	int64_t source_port, first, last; /* ns */
	int64_t mails, rcpts, rejected;
	enum cause cause;
	double confidence;
	struct buf refusals; /* a line each: time, server, reply */
	bool has_contact;
	const char *organisation, *contact, *domain; /* the marked gap where not configured */
	char id[33];				     /* hex */
};
#define INCIDENT_GAP "[YOUR CONTACT]"
#define INCIDENT_NOBODY "your-contact@example.invalid"
#define INCIDENT_NOWHERE "example.invalid"

/* A report of one piece, by `write`. 1, 0 = there is no such host or mail, -1. */
int export_open_report(void (*write)(const struct incident *i, struct buf *out), struct store *s,
	const struct export_job *job, struct export **out, struct err *err);
/* The fields From, To and Message-ID of a complaint that is sent by mail. */
void incident_address(const struct incident *i, struct buf *out);
/* What happened as lines of text, for people. */
void incident_story(const struct incident *i, struct buf *out);

#endif
