/* The hosts that the collector knows: aggregates per hour, services, verdicts.
 *
 * Memory: at most LIMIT_HOSTS hosts; the least risky that was idle longest is forgotten first,
 * counted, and fetched again when it returns. */
#ifndef HELOSCOPE_HOST_HOSTS_H
#define HELOSCOPE_HOST_HOSTS_H

#include "sensor/counters.h"
#include "sensor/host/verdict.h"
#include "sensor/sink.h"

struct hosts;

/* `sink` may be NULL (nothing stored); else stored hours of a host are fetched when the host is
 * first seen. */
struct hosts *hosts_new(const struct campus *campus, const struct verdict_config *config,
	const struct sink *sink, struct counters *counters);
void hosts_free(struct hosts *h);

/* Sets session->direction is the caller's; these count a record once for each campus host that it
 * concerns. */
void hosts_session(struct hosts *h, const struct session_record *session);
void hosts_mail(
	struct hosts *h, const struct session_record *session, const struct mail_record *mail);
/* First and last time are kept in whole minutes. */
void hosts_service(struct hosts *h, struct endpoint server, int64_t time);
/* An HTTP POST that a server was sent; of its path the query is not kept. */
void hosts_post(struct hosts *h, struct endpoint server, int64_t time, struct slice path);
/* What a blocklist answered when it was asked about a host. */
void hosts_lookup(struct hosts *h, const struct lookup_result *lookup);
/* The rules that the configuration points to are others now. */
void hosts_rules_changed(struct hosts *h);
/* Loads every host that the sink has since `since` (start of a collector). */
int hosts_load(struct hosts *h, int64_t since, struct err *err);
/* Writes what changed since the last call into the sink (hours, verdicts, services); no commit. 0
 * or -1. */
int hosts_flush(struct hosts *h, int64_t now, struct err *err);
/* The same for all hosts, whether they changed or not, and as hosts_each() if fn is not NULL: the
 * end of a reading, after which the sink holds what any other order of the same input would have
 * left there. */
int hosts_finish(struct hosts *h, int64_t now,
	void (*fn)(void *ctx, const struct host_record *host), void *ctx, struct err *err);
/* Latest time at which anything was counted; 0 = nothing was. */
int64_t hosts_latest(const struct hosts *h);
/* Calls fn for every host, riskiest first (ties: by address); the record lives until fn returns. */
void hosts_each(struct hosts *h, int64_t now, void (*fn)(void *ctx, const struct host_record *host),
	void *ctx);

#endif
