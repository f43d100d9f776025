/* What must hold when a dialogue is captured in another way: a table of checks (README.md has them
 * in words). */
#ifndef TESTS_TALK_CHECKS_H
#define TESTS_TALK_CHECKS_H

#include "talk/run.h"

enum check_bit {
	CHECK_SAME = 1,	      /* the lines that the file expects */
	CHECK_SESSION = 2,    /* one session, where the file's is one of SMTP */
	CHECK_GAPS = 4,	      /* as many bytes are missing as were lost */
	CHECK_FLAGS = 8,      /* midstream, one-sided, close */
	CHECK_MAILS = 16,     /* each mail is explained by one of the file's */
	CHECK_ANOMALIES = 32, /* nobody is accused of what the file does not say */
	CHECK_REPLIES = 64,   /* each reply belongs to its command, or is said to belong to none */
	CHECK_SILENT = 128,   /* nothing that only the unseen side could tell */
};

/* One run of a dialogue in one variant. */
struct trial {
	const struct talk *talk;
	const struct run *whole; /* straight through the parser */
	const struct run *got;
	unsigned checks;	 /* set of check_bit */
	const char *extra; /* an anomaly that must be there besides; NULL = none */
	const char *differs; /* an anomaly that may differ: it is about the server's address */
	int64_t gap_bytes;
	bool midstream, one_sided;
	bool ends;  /* the capture ends before the stream does, or begins after */
	int close;  /* enum close_reason, or -1: not looked at */
	int speaks; /* CHECK_SILENT: the enum smtp_side that is seen */
};

/* Words what does not hold into `why`, and returns the bits. */
unsigned checks_run(const struct trial *t, struct buf *why);
const char *check_name(unsigned bit);

#endif
