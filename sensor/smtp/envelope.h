/* One mail in the making: envelope, what was answered to it, content.
 *
 * Output: a mail_record and the front of the content.
 * Memory: an arena of its own (at most ENVELOPE_MEMORY), content on the heap within the session's
 * budget of LIMIT_MAIL_KEPT bytes. */
#ifndef HELOSCOPE_SMTP_ENVELOPE_H
#define HELOSCOPE_SMTP_ENVELOPE_H

#include "sensor/base/buf.h"
#include "sensor/base/digest.h"
#include "sensor/record.h"
#include "sensor/smtp/command.h"
#include "sensor/smtp/privacy.h"

/* 1024 recipients with their addresses need about 400 kB. */
#define ENVELOPE_MEMORY (2 * 1024 * 1024)

/* A reply as the session understands it. */
struct answer {
	int code; /* 0 = never seen */
	struct slice enhanced;
	struct slice text; /* lines separated by LF */
	enum reply_class class;
	const char *list; /* constant string */
	int64_t time;
};

struct envelope {
	struct envelope *next; /* in the session's list, oldest first */
	struct arena arena;
	struct mail_record record;
	struct buf content;
	struct digest_stream *digest;
	bool any_answer; /* the server said something to it */
	bool mail_ok;	 /* MAIL was accepted */
	bool mail_refused;
	bool data_refused;
	bool answered; /* the final reply came before the end of the data */
	bool unsure;   /* bytes of the dialogue were lost within it */
	bool lmtp;     /* RFC 2033: a reply per recipient */
	int chunks;    /* BDAT commands */
};

struct envelope *envelope_new(int32_t number, int64_t time);
void envelope_free(struct envelope *e);
/* A copy in the envelope's arena, marked as cut when there is no room. */
struct slice envelope_keep(struct envelope *e, struct slice s);

void envelope_sender(struct envelope *e, struct slice address, struct slice params);
/* Index of the new recipient, or -1 when there are too many. */
int32_t envelope_recipient(
	struct envelope *e, const struct privacy *privacy, const struct path *path);
/* The content is larger than the SIZE of MAIL said, by more than counting differently explains. */
bool envelope_exceeds_size(const struct envelope *e);
/* It had recipients, and each was refused or put off. */
bool envelope_none_left(const struct envelope *e);
/* Of one nobody saw what it was told. */
bool envelope_some_unknown(const struct envelope *e);

void envelope_mail_answer(struct envelope *e, const struct answer *a);
void envelope_rcpt_answer(struct envelope *e, int32_t index, const struct answer *a);
/* LMTP: what became of this recipient in the end, or of all (index -1), was never seen, and RCPT's
 * acceptance was not the last word. */
void envelope_rcpt_open(struct envelope *e, int32_t index);
/* DATA was refused, or a chunk of BDAT. */
void envelope_data_refused(struct envelope *e, const struct answer *a);
/* …and is accepted now. */
void envelope_data_again(struct envelope *e);
/* The reply to the end of the data. */
void envelope_final_answer(struct envelope *e, const struct answer *a);

/* More content; *budget is what the session may still keep. */
void envelope_content(struct envelope *e, struct slice piece, size_t *budget);
/* The content ended earlier: only its first `bytes` are of this mail, none of which went beyond
 * what is kept. */
void envelope_truncate(struct envelope *e, int64_t bytes, size_t *budget);
void envelope_gap(struct envelope *e, int64_t bytes);

/* It ends: outcome from what was answered, digest of the content.  `went_on`: the dialogue went on
 * after it, or ended in order. */
void envelope_finish(
	struct envelope *e, const struct privacy *privacy, bool server_seen, int64_t time);

#endif
