#include "sensor/host/hosts_table.h"

#include <assert.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/aggregate_fields.h"

#define PACKED_MAX                                                                                 \
	(8u << 20) /* bytes of one stored hour: above what the bounds of its parts allow */

/* One pass through all hosts makes room for many. */
#define FORGET_SHARE 16

/* ---- one hour: open, or packed ---- */

static size_t
hour_bytes(const struct hour *hour)
{
	return hour->aggregate != NULL ? aggregate_bytes(hour->aggregate) : hour->packed_len;
}

static void
hour_pack(struct hosts *h, struct hour *hour)
{
	struct buf packed;

	if (hour->aggregate == NULL)
		return;
	h->bytes -= hour_bytes(hour);
	buf_init(&packed, PACKED_MAX);
	aggregate_pack(hour->aggregate, &packed);
	hour->packed = must_alloc(packed.len);
	memcpy(hour->packed, packed.ptr, packed.len);
	hour->packed_len = packed.len;
	buf_release(&packed);
	aggregate_free(hour->aggregate);
	hour->aggregate = NULL;
	h->bytes += hour_bytes(hour);
}

struct aggregate *
hour_load(const struct hour *hour)
{
	struct aggregate *a;
	int result;

	if (hour->aggregate != NULL)
		return hour->aggregate;
	a = aggregate_new();
	result = aggregate_unpack(a, slice_of(hour->packed, hour->packed_len));
	assert(result == 0); /* we packed it */
	(void)result;
	return a;
}

void
hour_unload(const struct hour *hour, struct aggregate *loaded)
{
	if (loaded != hour->aggregate)
		aggregate_free(loaded);
}

static void
hour_open(struct hosts *h, struct hour *hour)
{
	struct aggregate *a = hour_load(hour);

	if (a == hour->aggregate)
		return;
	h->bytes -= hour_bytes(hour);
	free(hour->packed);
	hour->packed = NULL;
	hour->packed_len = 0;
	hour->aggregate = a;
	h->bytes += hour_bytes(hour);
}

static void
hours_free(struct hosts *h, struct host *host, size_t from, size_t count)
{
	for (size_t i = from; i < from + count; i++) {
		h->bytes -= hour_bytes(&host->hours[i]);
		aggregate_free(host->hours[i].aggregate);
		free(host->hours[i].packed);
	}
}

void
host_free(struct hosts *h, struct host *host)
{
	hours_free(h, host, 0, host->hours_count);
	free(host->hours);
	free(host);
}

/* ---- the hours of a host ---- */

void
host_forget_words(struct host *host, size_t from)
{
	for (size_t i = from; i < host->hours_count; i++)
		host->hours[i].word = VERDICTS;
}

void
host_saw(struct host *host, const struct aggregate *a)
{
	if (a->last > host->last)
		host->last = a->last;
	host->behind_spam |= a->sums[SUM_behind_spam] > 0;
}

static struct hour *
hour_at(struct hosts *h, struct host *host, int64_t start)
{
	size_t at = host->hours_count;

	while (at > 0 && host->hours[at - 1].hour > start)
		at--;
	if (at > 0 && host->hours[at - 1].hour == start)
		return &host->hours[at - 1];
	if (host->hours_count == host->hours_cap) {
		host->hours_cap = host->hours_cap == 0 ? 2 : host->hours_cap * 2;
		host->hours = must_realloc(host->hours, host->hours_cap * sizeof *host->hours);
	}
	memmove(&host->hours[at + 1], &host->hours[at],
		(host->hours_count - at) * sizeof *host->hours);
	host->hours[at] =
		(struct hour){ .hour = start, .aggregate = aggregate_new(), .word = VERDICTS };
	host->hours_count++;
	h->bytes += aggregate_bytes(host->hours[at].aggregate);
	return &host->hours[at];
}

struct fetching {
	struct hosts *hosts;
	struct host *host;
};

/* What is in memory already is newer than what is stored. */
static void
fetched_hour(void *ctx, int64_t start, struct slice packed)
{
	struct fetching *f = ctx;
	size_t before = f->host->hours_count;
	struct hour *hour = hour_at(f->hosts, f->host, start);

	if (f->host->hours_count == before)
		return;
	f->hosts->bytes -= aggregate_bytes(hour->aggregate);
	if (aggregate_unpack(hour->aggregate, packed) < 0)
		COUNT(f->hosts->counters, store_errors);
	f->hosts->bytes += aggregate_bytes(hour->aggregate);
	host_saw(f->host, hour->aggregate);
	hour_pack(f->hosts, hour);
}

static void
fetched_service(void *ctx, int32_t port, int64_t first, int64_t last)
{
	struct fetching *f = ctx;
	struct endpoint server = { f->host->addr, (uint16_t)port };

	if (port > 0 && port <= UINT16_MAX)
		hosts_service_stored(f->hosts, server, first, last);
}

static void
fetch(struct hosts *h, struct host *host)
{
	struct fetching f = { h, host };
	struct err err = { "" };

	host->complete_from = 0;
	if (h->sink == NULL)
		return;
	if (h->sink->fetch_hours(h->sink->ctx, host->addr, fetched_hour, &f, &err) < 0)
		COUNT(h->counters, store_errors);
	if (h->sink->fetch_services != NULL &&
		h->sink->fetch_services(h->sink->ctx, host->addr, fetched_service, &f, &err) < 0)
		COUNT(h->counters, store_errors);
	host_forget_words(host, 0);
}

/* Least risky first, then idle longest, then by address. */
static int
forget_order(const void *a, const void *b)
{
	const struct host *x = *(struct host *const *)a, *y = *(struct host *const *)b;

	if (x->risk < y->risk || x->risk > y->risk)
		return x->risk < y->risk ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return addr_cmp(x->addr, y->addr);
}

static void
forget_some(struct hosts *h)
{
	size_t count = HASH_COUNT(h->table), n = 0;
	struct host **order = must_alloc((count + 1) * sizeof *order);
	struct host *host, *next;
	struct err err = { "" };

	HASH_ITER(hh, h->table, host, next)
	order[n++] = host;
	qsort(order, n, sizeof *order, forget_order);
	for (size_t i = 0; i < n / FORGET_SHARE + 1 && i < n; i++) {
		if (host_write_hours(h, order[i], &err) < 0)
			COUNT(h->counters, store_errors);
		HASH_DEL(h->table, order[i]);
		host_free(h, order[i]);
		COUNT(h->counters, hosts_forgotten);
	}
	free(order);
}

struct host *
hosts_need(struct hosts *h, struct addr addr)
{
	struct host *host;

	if (h->bytes > h->bytes_max)
		forget_some(h);
	HASH_FIND(hh, h->table, &addr, sizeof addr, host);
	if (host != NULL)
		return host;
	if (HASH_COUNT(h->table) >= LIMIT_HOSTS)
		forget_some(h);
	host = must_alloc(sizeof *host);
	memset(host, 0, sizeof *host);
	host->addr = addr;
	HASH_ADD(hh, h->table, addr, sizeof host->addr, host);
	fetch(h, host);
	return host;
}

struct hour *
host_hour(struct hosts *h, struct host *host, int64_t time)
{
	int64_t start = ptime_hour(time);
	struct hour *hour;

	/* it was written and dropped from memory: it would be overwritten */
	if (start < host->complete_from)
		fetch(h, host);
	hour = hour_at(h, host, start);
	hour_open(h, hour);
	for (size_t i = 0; i + 1 < host->hours_count; i++) {
		if (&host->hours[i] != hour)
			hour_pack(h, &host->hours[i]);
	}
	return hour;
}

int
host_write_hours(struct hosts *h, struct host *host, struct err *err)
{
	struct count plain[SUMS + SKETCHES + 1];
	struct buf packed;
	int result = 0;

	buf_init(&packed, PACKED_MAX);
	for (size_t i = 0; i < host->hours_count && result >= 0 && h->sink != NULL; i++) {
		struct hour *hour = &host->hours[i];
		struct aggregate *loaded;
		size_t count;

		if (!hour->changed)
			continue;
		loaded = hour_load(hour);
		buf_clear(&packed);
		aggregate_pack(loaded, &packed);
		count = aggregate_counts(loaded, plain, SUMS + SKETCHES + 1);
		hour_unload(hour, loaded);
		result = h->sink->host_hour(h->sink->ctx, host->addr, hour->hour,
			buf_slice(&packed), plain, count, err);
		hour->changed = result < 0;
	}
	buf_release(&packed);
	return result < 0 ? -1 : 0;
}

void
host_trim(struct hosts *h, struct host *host, int64_t now)
{
	/* an hour at the edge may count for a verdict at a slightly earlier `now` */
	int64_t keep_from = ptime_hour(now - h->config.window_ns) - PTIME_DAY;
	size_t n = 0;

	for (size_t i = 0; i < host->hours_count && host->hours[i].hour < ptime_hour(now); i++)
		hour_pack(h, &host->hours[i]);
	while (n < host->hours_count && host->hours[n].hour < keep_from && !host->hours[n].changed)
		n++;
	if (n == 0)
		return;
	hours_free(h, host, 0, n);
	host->hours_count -= n;
	memmove(host->hours, &host->hours[n], host->hours_count * sizeof *host->hours);
	host->complete_from = keep_from;
}
