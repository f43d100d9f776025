/* The collector: owns the hosts' state and is the only one who writes the store.
 *
 * Input:  records from the analyst, each once.
 * Output: the sink (store), and an observer that sees sessions with their mails and, at the end,
 * the hosts. Memory: the hosts' limit, and intervals of loss up to theirs; mails wait for the end
 * of their session only where there is an observer. */
#ifndef HELOSCOPE_COLLECTOR_H
#define HELOSCOPE_COLLECTOR_H

#include "sensor/host/hosts.h"
#include "sensor/loss.h"

struct collector_observer {
	void *ctx;
	void (*session)(
		void *ctx, const struct session_record *session); /* ended, with its mails */
	void (*host)(void *ctx, const struct host_record *host);  /* riskiest first, at the end */
};

struct collector_config {
	const char *sensor;
	const char *sources; /* files or interfaces, for the state */
	bool live;
	struct campus campus;
	struct verdict_config verdict;
	const struct sink *sink;		   /* NULL = nothing is stored */
	const struct collector_observer *observer; /* NULL = none */
};

struct collector;

/* Loads the hosts that the sink knows (live). NULL and err if the sink cannot be read. */
struct collector *collector_new(
	const struct collector_config *config, struct counters *counters, struct err *err);
/* All: 0, or -1 and err when the sink refused; the record is then not counted either. */
int collector_mail(struct collector *c, const struct session_record *session,
	const struct mail_record *mail, struct err *err);
int collector_session(struct collector *c, const struct session_record *session, struct err *err);
int collector_service(struct collector *c, struct endpoint server, int64_t time, struct err *err);
int collector_post(struct collector *c, struct endpoint server, int64_t time, struct slice path,
	struct err *err);
int collector_lookup(struct collector *c, const struct lookup_result *l, struct err *err);
int collector_delivery(struct collector *c, const struct delivery *d, struct err *err);
int collector_audit(struct collector *c, const struct audit_entry *e, struct err *err);
int collector_event(
	struct collector *c, int64_t time, const char *kind, const char *text, struct err *err);
/* The rules of hosts are others now. */
void collector_rules_changed(struct collector *c);
/* Packet time, before its packet is counted: what was counted so far was lost or seen before it.
 * Live, the commits tell it.  The first one is the identity of the run. */
int collector_time(struct collector *c, int64_t time, struct err *err);
/* What others had counted before this run began: it is in the counters, and in no interval. */
void collector_before(struct collector *c, const struct counters *counters);
/* Loss of this run so far. */
void collector_loss(struct collector *c, struct loss_sum *out);
/* Verdicts, state and a commit: what came before is durable after it. `counters` is what the
 * workers have counted. */
int collector_commit(struct collector *c, int64_t now, struct err *err);
/* The last commit, and the hosts to the observer. */
int collector_finish(struct collector *c, int64_t now, struct err *err);
void collector_free(struct collector *c);

#endif
