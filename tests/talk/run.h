/* What came of a dialogue: its mails and its session, and the same as the lines of a .talk file.
 *
 * Memory: the struct's own, until run_release. */
#ifndef TESTS_TALK_RUN_H
#define TESTS_TALK_RUN_H

#include "sensor/base/digest.h"
#include "talk/script.h"

struct run_mail {
	struct mail_record record;
	struct slice content; /* the front that is kept */
	char digest[2 * DIGEST_SHA256 + 1]; /* that the analyst would make; "-" = none */
};

struct run {
	struct smtp_config config;
	struct arena arena;
	struct run_mail *mails;
	size_t mails_count, mails_cap;
	struct session_record session; /* the last one that was told */
	int sessions;
	struct buf text; /* as in a .talk file, behind "--" */
};

void run_init(struct run *r, const struct talk *t);
void run_release(struct run *r);
/* Deep copies. */
void run_mail(struct run *r, const struct mail_record *mail, struct slice content);
void run_session(struct run *r, const struct session_record *session, bool is_smtp);

/* print.c: appends the lines. */
void print_mail(struct buf *out, const struct run_mail *m);
void print_session(struct buf *out, const struct session_record *r, bool is_smtp);

/* parser_run.c: straight through smtp_session, in pieces of `chunk` bytes, 0 = as in the file. */
void parser_run(const struct talk *t, size_t chunk, struct run *out);

#endif
