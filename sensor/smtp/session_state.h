/* Inside of a session: shared by the session_*.c files only.
 *
 * The server is the judge.  A command of the client is put into the queue `pending` and changes
 * nothing by itself but what the client's own side must know (which mail a RCPT belongs to); the
 * reply that answers it changes the envelope.  So pipelined dialogues, refused commands and replies
 * that come late are all the same case. */
#ifndef HELOSCOPE_SMTP_SESSION_STATE_H
#define HELOSCOPE_SMTP_SESSION_STATE_H

#include "sensor/limits.h"
#include "sensor/smtp/anomaly.h"
#include "sensor/smtp/clients.h"
#include "sensor/smtp/command.h"
#include "sensor/smtp/data.h"
#include "sensor/smtp/dialect.h"
#include "sensor/smtp/envelope.h"
#include "sensor/smtp/estimate.h"
#include "sensor/smtp/extension.h"
#include "sensor/smtp/foreign.h"
#include "sensor/smtp/front.h"
#include "sensor/smtp/line.h"
#include "sensor/smtp/reply_lines.h"
#include "sensor/smtp/server_software.h"
#include "sensor/smtp/session.h"
#include "sensor/smtp/typing.h"
#include "sensor/tls/tls.h"

/* What the client's next bytes are. */
enum client_mode {
	CLIENT_COMMAND,
	CLIENT_HOLD, /* behind DATA or STARTTLS: held back until the reply, or they themselves,
			decide */
	CLIENT_DATA,
	CLIENT_BDAT,
	CLIENT_LOST, /* after a gap: lines are passed over until a sure point (lost_commands: or a
			RCPT or DATA) */
	CLIENT_TLS,
	CLIENT_FOREIGN, /* no SMTP: everything is passed over */
	CLIENT_FRONT,	/* before the dialogue: a balancer's or a proxy's (front.h) */
};

/* A command that waits for its reply. */
struct pending {
	enum verb verb;
	bool last;	       /* BDAT LAST; the last of the replies to the end of data */
	int32_t rcpt;	       /* index in mail's recipients, or -1 */
	struct envelope *mail; /* NULL = belongs to none, or the mail has ended */
	struct slice local; /* RCPT: local part as sent, in the mail's arena, to take it out of the
			       reply */
};

/* What follows the hellos. */
struct session_tls {
	uint16_t version; /* that the server has chosen; 0 = not yet */
	struct tls_overhead overhead;
	uint8_t flight; /* TLS 1.3: records of the client's that belong to the handshake */
	bool finished;	/* and it has ended */
	bool gap;
	struct estimate *estimate; /* NULL = the lengths of records say nothing */
};

#define STEP_KEPT 64 /* replies of a burst that wait until it is known what they answer */

struct kept_reply {
	int code;
	char enhanced[ENHANCED_MAX];
	struct buf text;
	bool changed, cut;
	int64_t time;
};

/* Commands or replies of a burst were lost: session_step.c. */
struct step {
	bool lost;
	bool silent;	/* no reply was seen since */
	bool torn;	/* lines of the reply that comes next may be missing */
	bool bursts;	/* the client does not wait for each reply */
	size_t aligned; /* of the commands that wait, the first so many lost nothing */
	size_t kept_count;
	struct kept_reply *kept; /* STEP_KEPT of them, on the heap once there is one */
};

/* What every segment of content needs stands first, in few cache lines. */
struct smtp_session {
	struct slice rest; /* what the last call left, when it gave out a mail */
	bool resumed;
	enum client_mode mode;
	int64_t now;
	struct typing typing;
	struct data_reader data;
	struct envelope *data_mail; /* CLIENT_DATA, CLIENT_BDAT: whose content it is; NULL = of an
				       unknown mail */
	struct envelope *current;   /* of the open mails, the one that the client is at; or NULL */
	struct envelope *open;	    /* mails that have not ended, oldest first */
	struct envelope *done;	    /* ended, not yet fetched, oldest first */
	struct envelope *fetched;   /* given out by the last call */
	size_t kept;		    /* bytes of content that may still be kept */
	int64_t bdat_left;	    /* bytes of the chunk still to come */
	bool bdat_last;

	bool smtp;	   /* it looked like SMTP */
	bool greeted;	   /* the greeting was seen or lost */
	bool client_spoke; /* before the greeting */
	bool server_alive; /* replies are seen: no gap since the last one */
	bool server_seen;
	bool ehlo_answered; /* the last EHLO's extensions are known */
	bool lmtp;
	bool crlf_seen;	  /* the client ends lines with CRLF */
	bool after_dot;	  /* the last thing of the client was the end of data */
	bool after_chunk; /* the last thing of the client was a chunk of BDAT */
	bool starttls_accepted;
	bool data_resumes;  /* in the data, right behind a gap: perhaps at the start of a line */
	bool doubtful;	    /* the last mail had a dot line that some servers take for its end */
	bool unsure;	    /* something of the dialogue was lost */
	bool lost_commands; /* CLIENT_LOST: a few commands, and no content, were lost */
	bool quit, ended;
	unsigned offers;		 /* set of EXTENSION_BITs */
	int32_t junk;			 /* lines of the server that are no reply */
	int32_t auth_step, auth_refused; /* responses so far; refusals in a row */
	int64_t lost_bytes;		 /* of the commands that were lost before CLIENT_LOST */
	int64_t last_gap;		 /* bytes of the client's last gap */
	int64_t gap_at; /* CLIENT_DATA: bytes of content that stand before the last gap */

	struct front *front;	       /* CLIENT_FRONT; else NULL */
	enum client_mode behind_front; /* the mode then */
	bool fronted;		       /* it is past */
	bool client_line_seen;	       /* the first one */
	bool odd_greeting;	       /* FTP's, or of a code that no SMTP server greets with */
	const char *foreign;	       /* what it is for sure; NULL = not known */
	struct first_words {
		uint8_t bytes[FOREIGN_BYTES], len;
	} first[2]; /* by enum smtp_side; until it is SMTP */

	struct endpoint xclient; /* that XCLIENT asked for */
	struct buf doubt;    /* raw bytes behind a dot line that some servers take for the end */
	int64_t doubt_bytes; /* content of the mail up to that line */
	bool doubting;	     /* within the data: there was such a line */
	bool suspect_answered;
	struct envelope *suspect; /* of which the data went on behind such a line, with commands */
	struct buf held;	  /* CLIENT_HOLD */
	size_t held_at;		  /* bytes of it that are done */
	enum verb held_for;	  /* VERB_DATA or VERB_STARTTLS */
	struct line_reader client_lines, server_lines;
	struct reply_reader replies;
	struct pending *pending; /* ring on the heap */
	size_t pending_first, pending_count, pending_cap;

	struct arena arena;
	struct session_record record;
	struct smtp_config config;
	struct counters *counters;
	unsigned version;
	struct privacy privacy;
	struct anomalies anomalies;
	struct dialect dialect;
	struct clients_said said;
	int64_t refused, accepted; /* recipients */
	struct server_guess software;

	struct tls_reader tls[2]; /* by enum smtp_side */
	bool tls_first[2];	  /* the side's first byte under TLS was seen */
	struct session_tls secured;

	struct step step;

	void (*trace)(void *ctx, const char *text);
	void *trace_ctx;
};

/* ---- session.c ---- */
void session_anomaly(struct smtp_session *s, enum anomaly which, int64_t times);
void session_trace(struct smtp_session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* It speaks SMTP. */
void session_is_smtp(struct smtp_session *s);
const char *session_text(struct smtp_session *s, struct slice text, size_t max);
void session_changed(struct smtp_session *s);
/* Reads what was held back, as far as its fate is decided. */
void session_drain(struct smtp_session *s);

/* ---- session_mail.c: mails from MAIL to their end ---- */
struct envelope *session_mail_new(struct smtp_session *s);
/* The mail that the client is at, or one of which the beginning was lost: from an unknown sender.
 */
struct envelope *session_mail_here(struct smtp_session *s);
void session_mail_end(struct smtp_session *s, struct envelope *e);
/* It and all that are older. NULL = none. */
void session_mail_end_through(struct smtp_session *s, struct envelope *e);
/* MAIL was answered "bad sequence" inside of an open mail: what was pipelined behind it belongs to
 * that one. */
void session_mail_merge(struct smtp_session *s, struct envelope *into, struct envelope *from);
struct envelope *session_mail_before(const struct smtp_session *s, const struct envelope *e);

/* ---- session_pending.c ---- */
/* NULL when there are too many: the dialogue is out of step then. */
struct pending *pending_push(struct smtp_session *s, enum verb verb, struct envelope *mail);
struct pending *pending_at(const struct smtp_session *s, size_t i);
void pending_pop(struct smtp_session *s);
/* In front of all others: one more reply to what was just answered.  NULL as pending_push. */
struct pending *pending_again(struct smtp_session *s, enum verb verb, struct envelope *mail);
/* A response that was sent behind the AUTH at the front: true if there was one, and it is taken
 * out.
 */
bool pending_take_secret(struct smtp_session *s);
/* All but the last n of them will never be answered. */
void pending_lost(struct smtp_session *s, size_t keep);
/* Takes the command that this code answers; false when there is none.  What it passes over counts
 * as lost. */
bool pending_match(struct smtp_session *s, int code);

/* ---- session_step.c: in step again behind a gap ---- */
void step_release(struct smtp_session *s);
/* A gap in the client's commands. */
void step_lost_commands(struct smtp_session *s);
/* A gap in the server's replies. */
void step_lost_replies(struct smtp_session *s);
/* More commands wait than are kept: those that follow are not the first that wait. */
void step_too_many(struct smtp_session *s);
/* The client sends a command: if it has waited, what is unanswered stays so. */
void step_command(struct smtp_session *s);
/* True if the reply is kept until more is known. */
bool step_reply(struct smtp_session *s, const struct reply_whole *whole);
/* The client has waited for all replies: the last is the last command's. */
void step_align(struct smtp_session *s);
/* Nothing that waits will be answered. */
void step_over(struct smtp_session *s);

/* ---- session_client.c, session_command.c: the client's lines ---- */
void client_line(struct smtp_session *s, const struct line *line);
void client_lost_line(struct smtp_session *s, const struct line *line);
/* A command that came at its place. */
void client_command(struct smtp_session *s, const struct command *c);

/* ---- session_server.c, session_reply.c: the server's ---- */
void server_line(struct smtp_session *s, const struct line *line);
/* A whole reply; `unasked`: it is known to answer nothing that waits. */
void server_reply(struct smtp_session *s, const struct reply_whole *whole, bool unasked);
/* What the reply `a` does to the command `p`; code 0 = its reply was lost. */
void reply_apply(struct smtp_session *s, const struct pending *p, const struct answer *a);

/* ---- session_data.c: content ---- */
void data_begin(struct smtp_session *s, struct envelope *mail);
void data_eat(struct smtp_session *s, struct slice *in);
void bdat_eat(struct smtp_session *s, struct slice *in);
/* RFC 2033 4.2: the reply to the end of a mail is the first of one for each accepted recipient; the
 * others are put in front of what waits.  Index of the first recipient. */
int32_t lmtp_replies(struct smtp_session *s, struct envelope *mail);
/* A reply that answers no command came while data was being sent.  True if it was the answer to the
 * data. */
bool data_reply(struct smtp_session *s, const struct answer *a);
/* Refused after the client had begun already. */
void data_refused(struct smtp_session *s);
void data_count_anomalies(struct smtp_session *s);
/* The data has ended, and perhaps in a gap or right behind it: what came then is no content if it
 * is the dot line or a command.  True: it is taken off, and the commands are held. */
bool data_end_behind_gap(struct smtp_session *s);

/* ---- session_smuggle.c: ends of data that only this server sees ---- */
/* The data goes on behind a dot line that some servers take for its end; then all its bytes. */
void smuggle_begin(struct smtp_session *s);
void smuggle_keep(struct smtp_session *s, struct slice raw);
/* The data's true end was seen. */
void smuggle_end(struct smtp_session *s, struct envelope *mail);
/* The data was answered: true if the mail stays open, until more is known. */
bool smuggle_answered(struct smtp_session *s, const struct envelope *mail);
/* The client goes on: nothing was smuggled. */
void smuggle_clear(struct smtp_session *s);
/* A reply that answers no command: true if the commands that it answers were smuggled, and wait
 * now.
 */
bool smuggle_reply(struct smtp_session *s);
/* A reply in the midst of the data: true if it was the answer to the front of it. */
bool smuggle_in_data(struct smtp_session *s, const struct answer *a);

/* ---- session_hold.c: bytes that wait for a reply ---- */
void hold_begin(struct smtp_session *s, enum verb verb);
void hold_eat(struct smtp_session *s, struct slice *in);
/* Nobody else will decide: by content.  `force`: even if little has come. */
void hold_decide(struct smtp_session *s, bool force);
bool hold_draining(const struct smtp_session *s);
/* Held bytes still to be read; then say how many are left of them. */
struct slice hold_slice(const struct smtp_session *s);
void hold_left(struct smtp_session *s, size_t left);

/* ---- session_tls.c ---- */
void session_tls_begin(struct smtp_session *s);
/* True if this can be the first byte of a side that speaks TLS. */
bool session_tls_byte(uint8_t first);
/* Bytes of the server where TLS should begin are lines: its replies go on. */
bool session_tls_is_plain(const struct smtp_session *s, struct slice in);
void session_tls_eat(struct smtp_session *s, enum smtp_side from, struct slice *in);
void session_tls_gap(struct smtp_session *s, enum smtp_side from, int64_t bytes);
void session_tls_end(struct smtp_session *s);
void session_tls_release(struct smtp_session *s);

/* ---- session_front.c ---- */
/* Before anything else is made of bytes of a side. */
void session_first(struct smtp_session *s, enum smtp_side from, struct slice in);
void session_front_client(struct smtp_session *s, struct slice *in);
void session_front_server(struct smtp_session *s, struct slice *in);
void session_front_gap(struct smtp_session *s, enum smtp_side from);
void session_front_release(struct smtp_session *s);
/* The first line of a side shows that this is another protocol: nothing more is read. */
bool session_foreign_server(struct smtp_session *s, const struct line *line);
bool session_foreign_client(struct smtp_session *s, const struct line *line);
/* It never was SMTP: the record gets the name of what it was. */
void session_foreign_end(struct smtp_session *s);

/* ---- session_gap.c ---- */
void gap_client(struct smtp_session *s, int64_t bytes);
void gap_server(struct smtp_session *s);
/* The client's place is lost: lines are passed over until a sure point. */
void client_lose(struct smtp_session *s, bool middle_of_line);

#endif
