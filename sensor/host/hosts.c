#include "sensor/host/hosts_table.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/aggregate_fields.h"

#define RECORD_MAX (8u << 20) /* bytes of one host record */

/* Hosts that are judged again in one flush although nothing new came: hours leave the window, lists
 * let go. Once an hour for each. */
#define AGED_PER_FLUSH 4096

struct hosts *
hosts_new(const struct campus *campus, const struct verdict_config *config, const struct sink *sink,
	struct counters *counters)
{
	struct hosts *h = must_alloc(sizeof *h);

	*h = (struct hosts){
		.campus = *campus, .config = *config, .sink = sink, .counters = counters
	};
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

/* The hour of a host in which something is counted, until end_count(). */
static struct hour *
begin_count(struct hosts *h, struct addr addr, int64_t time)
{
	struct host *host = hosts_need(h, addr);
	struct hour *hour = host_hour(h, host, time);

	hour->changed = true;
	host->changed = true;
	if (time > host->last)
		host->last = time;
	h->bytes -= aggregate_bytes(hour->aggregate);
	return hour;
}

static void
end_count(struct hosts *h, const struct hour *hour)
{
	h->bytes += aggregate_bytes(hour->aggregate);
}

/* A record of one host: mail, or session alone. */
static void
count_for(struct hosts *h, const struct session_record *session, const struct mail_record *mail,
	bool as_client)
{
	struct addr addr = as_client ? session->client.addr : session->server.addr;
	int64_t time = mail != NULL ? mail->end : session->end;
	struct addr origin = { .family = ADDR_NONE };
	struct hour *hour;

	if (!is_judged(h, addr, as_client))
		return;
	if (time <= 0)
		time = session->start;
	if (mail != NULL && as_client)
		origin = mail_origin(&h->campus, session, mail);
	hour = begin_count(h, addr, time);
	if (mail == NULL)
		aggregate_session_in(hour->aggregate, &h->campus, session, as_client);
	else if (as_client && origin.family != ADDR_NONE)
		aggregate_passed(hour->aggregate, session, mail, origin);
	else
		aggregate_mail(hour->aggregate, session, mail, as_client);
	end_count(h, hour);
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
		struct hour *hour;

		if (subject.family == ADDR_NONE || addr_eq(subject, session->client.addr))
			continue;
		hour = begin_count(h, subject, reply->time > 0 ? reply->time : session->end);
		aggregate_quoted(hour->aggregate, reply, session->server.addr);
		end_count(h, hour);
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
	struct hour *hour;

	if (origin.family == ADDR_NONE || session->direction != DIRECTION_OUTBOUND)
		return;
	hour = begin_count(h, origin, mail->end > 0 ? mail->end : mail->start);
	aggregate_behind(hour->aggregate, session, mail);
	end_count(h, hour);
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
	struct hour *hour;

	if (!campus_has(&h->campus, server.addr))
		return;
	hour = begin_count(h, server.addr, time);
	aggregate_post(hour->aggregate, path, time);
	end_count(h, hour);
}

void
hosts_lookup(struct hosts *h, const struct lookup_result *lookup)
{
	struct hour *hour;

	if (lookup->answer == LOOKUP_ERROR || !is_judged(h, lookup->host, true))
		return;
	hour = begin_count(h, lookup->host, lookup->time);
	aggregate_lookup(hour->aggregate, lookup);
	end_count(h, hour);
}

static struct service_key
key_of(struct endpoint server)
{
	struct service_key key = { .family = server.addr.family,
		.port = { (uint8_t)(server.port >> 8), (uint8_t)server.port } };

	memcpy(key.bytes, server.addr.bytes, sizeof key.bytes);
	return key;
}

/* A service is often seen before its host sends: without nets all are kept, and the judged ones
 * written. */
void
hosts_service(struct hosts *h, struct endpoint server, int64_t time)
{
	struct service_key key = key_of(server);
	struct service_seen *seen;

	if (h->campus.nets_count > 0 && !campus_has(&h->campus, server.addr))
		return;
	HASH_FIND(hh, h->services, &key, sizeof key, seen);
	if (seen == NULL) {
		if (HASH_COUNT(h->services) >= LIMIT_SERVICES) {
			COUNT(h->counters, services_refused);
			return;
		}
		seen = must_alloc(sizeof *seen);
		*seen = (struct service_seen){
			.key = key, .server = server, .first = time, .last = time
		};
		seen->changed = true;
		HASH_ADD(hh, h->services, key, sizeof seen->key, seen);
		return;
	}
	seen->changed |= time < seen->first || ptime_hour(time) > ptime_hour(seen->last);
	if (time < seen->first)
		seen->first = time;
	if (time > seen->last)
		seen->last = time;
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

/* ---- what goes out ---- */

static int
service_order(const void *a, const void *b)
{
	const struct service_seen *x = *(struct service_seen *const *)a,
				  *y = *(struct service_seen *const *)b;
	int order = addr_cmp(x->server.addr, y->server.addr);

	return order != 0 ? order : (int)x->server.port - (int)y->server.port;
}

/* All services by address and port, so that those of one host stand together. */
struct sorted {
	struct service_seen **items;
	size_t count;
};

static struct sorted
sort_services(const struct hosts *h)
{
	struct sorted s = { must_alloc((HASH_COUNT(h->services) + 1) * sizeof *s.items), 0 };
	struct service_seen *service, *next;

	HASH_ITER(hh, h->services, service, next)
	s.items[s.count++] = service;
	qsort(s.items, s.count, sizeof *s.items, service_order);
	return s;
}

static struct service *
services_of(const struct sorted *all, struct addr addr, struct arena *arena, size_t *count)
{
	size_t low = 0, high = all->count, n = 0;
	struct service *out;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_cmp(all->items[middle]->server.addr, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < all->count && addr_eq(all->items[low + n]->server.addr, addr))
		n++;
	out = arena_array(arena, n + 1, sizeof *out);
	*count = out != NULL ? n : 0;
	for (size_t i = 0; i < *count; i++) {
		const struct service_seen *seen = all->items[low + i];

		out[i] = (struct service){ .port = seen->server.port,
			.name = "",
			.first = seen->first,
			.last = seen->last };
	}
	return out;
}

static void
judge(struct hosts *h, struct host *host, const struct sorted *services, int64_t now,
	struct arena *arena, struct host_record *out)
{
	struct hour_of_host *hours = must_alloc((host->hours_count + 1) * sizeof *hours);
	size_t services_count;
	struct service *mine = services_of(services, host->addr, arena, &services_count);

	for (size_t i = 0; i < host->hours_count; i++)
		hours[i] = (struct hour_of_host){ host->hours[i].hour, host->hours[i].aggregate };
	const struct verdict_input in = { .ip = host->addr,
		.hours = hours,
		.hours_count = host->hours_count,
		.services = mine,
		.services_count = services_count,
		.now = now };

	verdict_host(&h->config, &in, arena, out);
	host->risk = out->risk;
	free(hours);
}

static int
by_address(const void *a, const void *b)
{
	return addr_cmp((*(struct host *const *)a)->addr, (*(struct host *const *)b)->addr);
}

static int
by_risk(const void *a, const void *b)
{
	const struct host *x = *(struct host *const *)a, *y = *(struct host *const *)b;

	if (x->risk < y->risk || x->risk > y->risk)
		return x->risk > y->risk ? -1 : 1;
	return addr_cmp(x->addr, y->addr);
}

static struct host **
sort_hosts(struct hosts *h, int (*order)(const void *, const void *), size_t *count)
{
	struct host **all = must_alloc((HASH_COUNT(h->table) + 1) * sizeof *all);
	struct host *host, *next;

	*count = 0;
	HASH_ITER(hh, h->table, host, next)
	all[(*count)++] = host;
	qsort(all, *count, sizeof *all, order);
	return all;
}

static int
flush_services(struct hosts *h, const struct sorted *services, struct err *err)
{
	for (size_t i = 0; i < services->count; i++) {
		struct service_seen *seen = services->items[i];
		struct host *host;

		HASH_FIND(hh, h->table, &seen->server.addr, sizeof seen->server.addr, host);
		if (!seen->changed || (h->campus.nets_count == 0 && host == NULL))
			continue;
		if (h->sink->service(h->sink->ctx, seen->server, seen->first, seen->last, err) < 0)
			return -1;
		seen->changed = false;
		if (host != NULL)
			host->changed = true;
	}
	return 0;
}

static int
flush_host(struct hosts *h, struct host *host, const struct sorted *services, int64_t now,
	struct arena *arena, struct err *err)
{
	struct host_record record;

	if (host_write_hours(h, host, err) < 0)
		return -1;
	judge(h, host, services, now, arena, &record);
	if (h->sink->host(h->sink->ctx, &record, err) < 0)
		return -1;
	host->changed = false;
	host->judged = now;
	host_trim(h, host, now);
	return 0;
}

static bool
is_due(const struct host *host, int64_t now, size_t *aged)
{
	if (host->changed)
		return true;
	if (ptime_hour(now) <= host->judged || *aged == AGED_PER_FLUSH)
		return false;
	++*aged;
	return true;
}

int
hosts_flush(struct hosts *h, int64_t now, struct err *err)
{
	struct sorted services;
	struct arena arena;
	struct host **all;
	size_t count, aged = 0;
	int result;

	if (h->sink == NULL)
		return 0;
	services = sort_services(h);
	all = sort_hosts(h, by_address, &count);
	arena_init(&arena, RECORD_MAX);
	result = flush_services(h, &services, err);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (is_due(all[i], now, &aged))
			result = flush_host(h, all[i], &services, now, &arena, err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	free(all);
	free(services.items);
	return result;
}

/* Twice over all: once for the order, once for the records, so that only one is in memory. */
void
hosts_each(struct hosts *h, int64_t now, void (*fn)(void *ctx, const struct host_record *host),
	void *ctx)
{
	struct sorted services = sort_services(h);
	struct host_record record;
	struct arena arena;
	size_t count;
	struct host **all = sort_hosts(h, by_address, &count);

	arena_init(&arena, RECORD_MAX);
	for (size_t i = 0; i < count; i++) {
		judge(h, all[i], &services, now, &arena, &record);
		arena_reset(&arena);
	}
	qsort(all, count, sizeof *all, by_risk);
	for (size_t i = 0; i < count; i++) {
		judge(h, all[i], &services, now, &arena, &record);
		fn(ctx, &record);
		arena_reset(&arena);
	}
	arena_release(&arena);
	free(all);
	free(services.items);
}
