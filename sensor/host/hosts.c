#include "sensor/host/hosts_table.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/aggregate_fields.h"
#include "sensor/limits.h"

struct hosts *
hosts_new(const struct campus *campus, const struct verdict_config *config, const struct sink *sink,
	struct counters *counters)
{
	struct hosts *h = must_alloc(sizeof *h);

	*h = (struct hosts){ .campus = *campus,
		.config = *config,
		.sink = sink,
		.counters = counters,
		.bytes_max = LIMIT_HOST_MEMORY };
	return h;
}

void
hosts_free(struct hosts *h)
{
	struct host *host, *next;
	struct service_seen *service, *after;

	if (h == NULL)
		return;
	HASH_ITER(hh, h->table, host, next)
	{
		HASH_DEL(h->table, host);
		host_free(h, host);
	}
	HASH_ITER(hh, h->services, service, after)
	{
		HASH_DEL(h->services, service);
		free(service);
	}
	free(h);
}

/* ---- what comes in ---- */

/* Without nets every client is judged, and no server: an outside mail exchanger is nobody's
 * concern. */
static bool
is_judged(const struct hosts *h, struct addr a, bool as_client)
{
	return h->campus.nets_count == 0 ? as_client : campus_has(&h->campus, a);
}

/* Something is counted in an hour of a host, until end_count(). */
struct counting {
	struct host *host;
	struct hour *hour;
	struct aggregate *a;
};

static struct counting
begin_count(struct hosts *h, struct addr addr, int64_t time)
{
	struct counting c = { .host = hosts_need(h, addr) };

	c.hour = host_hour(h, c.host, time);
	c.a = c.hour->aggregate;
	h->bytes -= aggregate_bytes(c.a);
	return c;
}

static void
end_count(struct hosts *h, const struct counting *c)
{
	h->bytes += aggregate_bytes(c->a);
	c->hour->changed = true;
	c->host->changed = true;
	host_forget_words(c->host, (size_t)(c->hour - c->host->hours));
	host_saw(c->host, c->a);
}

/* A record of one host: mail, or session alone. */
static void
count_for(struct hosts *h, const struct session_record *session, const struct mail_record *mail,
	bool as_client)
{
	struct addr addr = as_client ? session->client.addr : session->server.addr;
	int64_t time = mail != NULL ? mail->end : session->end;
	struct addr origin = { .family = ADDR_NONE };
	struct counting c;

	if (!is_judged(h, addr, as_client))
		return;
	if (time <= 0)
		time = session->start;
	if (mail != NULL && as_client)
		origin = mail_origin(&h->campus, session, mail);
	c = begin_count(h, addr, time);
	if (mail == NULL)
		aggregate_session_in(c.a, &h->campus, session, as_client);
	else if (as_client && origin.family != ADDR_NONE)
		aggregate_passed(c.a, session, mail, origin);
	else
		aggregate_mail(c.a, session, mail, as_client);
	end_count(h, &c);
}

/* Replies that speak of a host of ours that is not the client. */
static void
count_quoted(struct hosts *h, const struct session_record *session)
{
	if (!campus_has(&h->campus, session->client.addr))
		return;
	for (size_t i = 0; i < session->replies_count; i++) {
		const struct reply *reply = &session->replies[i];
		struct addr subject = reply_subject(&h->campus, reply, session->client.addr);
		struct counting c;

		if (subject.family == ADDR_NONE || addr_eq(subject, session->client.addr))
			continue;
		c = begin_count(h, subject, reply->time > 0 ? reply->time : session->end);
		aggregate_quoted(c.a, reply, session->server.addr);
		end_count(h, &c);
	}
}

void
hosts_session(struct hosts *h, const struct session_record *session)
{
	if (!session_speaks_smtp(session))
		return;
	count_for(h, session, NULL, true);
	count_for(h, session, NULL, false);
	count_quoted(h, session);
}

/* At the host behind the client, which may have no session that we see. */
static void
count_behind(struct hosts *h, const struct session_record *session, const struct mail_record *mail)
{
	struct addr origin = mail_origin(&h->campus, session, mail);
	struct counting c;

	if (origin.family == ADDR_NONE || session->direction != DIRECTION_OUTBOUND)
		return;
	c = begin_count(h, origin, mail->end > 0 ? mail->end : mail->start);
	aggregate_behind(c.a, session, mail);
	end_count(h, &c);
}

void
hosts_mail(struct hosts *h, const struct session_record *session, const struct mail_record *mail)
{
	count_for(h, session, mail, true);
	count_for(h, session, mail, false);
	count_behind(h, session, mail);
}

void
hosts_post(struct hosts *h, struct endpoint server, int64_t time, struct slice path)
{
	struct counting c;

	if (!campus_has(&h->campus, server.addr))
		return;
	c = begin_count(h, server.addr, time);
	aggregate_post(c.a, path, time);
	end_count(h, &c);
}

void
hosts_lookup(struct hosts *h, const struct lookup_result *lookup)
{
	struct counting c;

	if (lookup->answer == LOOKUP_ERROR || !is_judged(h, lookup->host, true))
		return;
	c = begin_count(h, lookup->host, lookup->time);
	aggregate_lookup(c.a, lookup);
	end_count(h, &c);
}

static struct service_key
key_of(struct endpoint server)
{
	struct service_key key = { .family = server.addr.family,
		.port = { (uint8_t)(server.port >> 8), (uint8_t)server.port } };

	memcpy(key.bytes, server.addr.bytes, sizeof key.bytes);
	return key;
}

static struct service_seen *
service_need(struct hosts *h, struct endpoint server, int64_t time)
{
	struct service_key key = key_of(server);
	struct service_seen *seen;

	HASH_FIND(hh, h->services, &key, sizeof key, seen);
	if (seen != NULL)
		return seen;
	if (HASH_COUNT(h->services) >= LIMIT_SERVICES) {
		COUNT(h->counters, services_refused);
		return NULL;
	}
	seen = must_alloc(sizeof *seen);
	*seen = (struct service_seen){ .key = key, .server = server };
	seen->first = seen->last = time;
	HASH_ADD(hh, h->services, key, sizeof seen->key, seen);
	return seen;
}

/* A service is often seen before its host sends: without nets all are kept, and the judged ones
 * written. */
void
hosts_service(struct hosts *h, struct endpoint server, int64_t time)
{
	size_t before = HASH_COUNT(h->services);
	struct service_seen *seen;

	/* in whole minutes: it is told once in each, not by all packets */
	time -= time % (60 * PTIME_SECOND);
	if (h->campus.nets_count > 0 && !campus_has(&h->campus, server.addr))
		return;
	seen = service_need(h, server, time);
	if (seen == NULL)
		return;
	seen->changed |= HASH_COUNT(h->services) > before || time < seen->first ||
			 ptime_hour(time) > ptime_hour(seen->last);
	seen->newer |= time > seen->last;
	if (time < seen->first)
		seen->first = time;
	if (time > seen->last)
		seen->last = time;
}

void
hosts_service_stored(struct hosts *h, struct endpoint server, int64_t first, int64_t last)
{
	struct service_seen *seen = service_need(h, server, first);

	if (seen == NULL)
		return;
	if (first < seen->first)
		seen->first = first;
	if (last > seen->last)
		seen->last = last;
}

void
hosts_rules_changed(struct hosts *h)
{
	h->rules++;
}

struct loading {
	struct hosts *hosts;
};

static void
loaded_host(void *ctx, struct addr addr)
{
	struct loading *l = ctx;

	if (HASH_COUNT(l->hosts->table) < LIMIT_HOSTS)
		hosts_need(l->hosts, addr);
}

int
hosts_load(struct hosts *h, int64_t since, struct err *err)
{
	struct loading l = { h };

	if (h->sink == NULL)
		return 0;
	return h->sink->fetch_hosts(h->sink->ctx, since, loaded_host, &l, err) < 0 ? -1 : 0;
}

int64_t
hosts_latest(const struct hosts *h)
{
	int64_t latest = 0;

	for (const struct host *host = h->table; host != NULL; host = host->hh.next) {
		if (host->last > latest)
			latest = host->last;
	}
	return latest;
}
