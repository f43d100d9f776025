/* What goes out: verdicts on the hosts, and who among them is a bad neighbour of the others.
 *
 * A verdict depends on the host's own hours and services, on the time, and on how many of the
 * others a list of single addresses has or will have.  Whether it will have one does not depend on
 * its neighbours, so all that changed are judged first, then the bad ones are counted, and then
 * those are judged again whose counts are others than they were judged with. */
#include "sensor/host/hosts_table.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/traits.h"

#define RECORD_MAX (8u << 20) /* bytes of one host record */

/* Hosts that are judged again in one flush although nothing new came: hours leave the window, lists
 * let go, a host somewhere in our networks turns bad. Once an hour for each. */
#define AGED_PER_FLUSH 4096

/* ---- services ---- */

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

/* ---- neighbours ---- */

/* How many of one /24 or /64 are bad. */
struct bad_network {
	struct addr addr; /* key */
	int32_t hosts;
	UT_hash_handle hh;
};

struct bad {
	struct bad_network *networks;
	int32_t all;
};

static struct addr
neighbourhood(struct addr a)
{
	return network_of(a, 24, 64).addr;
}

/* A list of single addresses has it, or is likely to have it soon: UCEPROTECT's first level, from
 * which its others are drawn.  Private addresses are on no list. */
static bool
is_bad(const struct host_record *r)
{
	if (addr_is_inside(r->ip))
		return false;
	for (size_t i = 0; i < r->listings_count; i++) {
		const struct listing *l = &r->listings[i];

		if (l->until == 0 && l->kind == LISTING_PUBLIC &&
			traits_of(l->list)->scope == SCOPE_HOST)
			return true;
	}
	for (size_t i = 0; i < r->lists_count; i++) {
		if (slice_istarts(slice_str(r->lists[i].list), SLICE("UCEPROTECT")) &&
			strchr(r->lists[i].list, '1') != NULL &&
			r->lists[i].predicted >= NEIGHBOUR_FROM)
			return true;
	}
	return false;
}

static void
bad_count(struct bad *bad, struct host **all, size_t count)
{
	*bad = (struct bad){ NULL, 0 };
	for (size_t i = 0; i < count; i++) {
		struct addr key = neighbourhood(all[i]->addr);
		struct bad_network *network;

		if (!all[i]->bad)
			continue;
		bad->all++;
		HASH_FIND(hh, bad->networks, &key, sizeof key, network);
		if (network == NULL) {
			network = must_alloc(sizeof *network);
			*network = (struct bad_network){ .addr = key };
			HASH_ADD(hh, bad->networks, addr, sizeof network->addr, network);
		}
		network->hosts++;
	}
}

static void
bad_release(struct bad *bad)
{
	struct bad_network *network, *next;

	HASH_ITER(hh, bad->networks, network, next)
	{
		HASH_DEL(bad->networks, network);
		free(network);
	}
}

/* The others: without networks of ours there is no "all" to speak of. */
static struct neighbours
neighbours_of(const struct hosts *h, const struct bad *bad, const struct host *host)
{
	struct addr key = neighbourhood(host->addr);
	struct bad_network *network;
	struct neighbours n = { 0, 0 };

	HASH_FIND(hh, bad->networks, &key, sizeof key, network);
	if (network != NULL)
		n.in_24 = network->hosts - host->bad;
	if (h->campus.nets_count > 0)
		n.in_all = bad->all - host->bad;
	return n;
}

/* ---- verdicts ---- */

/* One flush. */
struct judging {
	struct hosts *hosts;
	struct sorted services;
	struct host **all;
	size_t count;
	struct bad bad;
	struct arena arena;
	int64_t now;
};

/* Words of hours that hang on something else than now are forgotten. */
static void
check_words(struct judging *j, struct host *host, size_t services_count)
{
	const int64_t from = ptime_hour(j->now - j->hosts->config.window_ns);
	struct words_key key = {
		.services = services_count, .neighbours = host->neighbours, .rules = j->hosts->rules
	};

	for (size_t i = host->hours_count; i-- > 0 && host->hours[i].hour >= from;)
		key.first = host->hours[i].hour;
	if (key.first != host->words.first || key.services != host->words.services ||
		key.neighbours.in_24 != host->words.neighbours.in_24 ||
		key.neighbours.in_all != host->words.neighbours.in_all ||
		key.rules != host->words.rules)
		host_forget_words(host, 0);
	host->words = key;
}

static void
judge(struct judging *j, struct host *host, struct host_record *out)
{
	struct hour_of_host *hours = must_alloc((host->hours_count + 1) * sizeof *hours);
	struct aggregate **loaded = must_alloc((host->hours_count + 1) * sizeof *loaded);
	size_t services_count;
	struct service *mine = services_of(&j->services, host->addr, &j->arena, &services_count);

	host->neighbours = neighbours_of(j->hosts, &j->bad, host);
	check_words(j, host, services_count);
	for (size_t i = 0; i < host->hours_count; i++) {
		struct hour *hour = &host->hours[i];

		loaded[i] = hour_load(hour);
		hours[i] = (struct hour_of_host){ hour->hour, loaded[i], &hour->word };
	}
	const struct verdict_input in = { .ip = host->addr,
		.hours = hours,
		.hours_count = host->hours_count,
		.services = mine,
		.services_count = services_count,
		.neighbours = host->neighbours,
		.now = j->now };

	verdict_host(&j->hosts->config, &in, &j->arena, out);
	host->risk = out->risk;
	host->bad = is_bad(out);
	for (size_t i = 0; i < host->hours_count; i++)
		hour_unload(&host->hours[i], loaded[i]);
	free(loaded);
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

static void
judging_begin(struct judging *j, struct hosts *h, int64_t now)
{
	*j = (struct judging){ .hosts = h, .now = now, .services = sort_services(h) };
	j->all = sort_hosts(h, by_address, &j->count);
	arena_init(&j->arena, RECORD_MAX);
	bad_count(&j->bad, j->all, j->count);
}

static void
judging_end(struct judging *j)
{
	bad_release(&j->bad);
	arena_release(&j->arena);
	free(j->all);
	free(j->services.items);
}

static void
count_bad_again(struct judging *j)
{
	bad_release(&j->bad);
	bad_count(&j->bad, j->all, j->count);
}

static int
flush_services(struct hosts *h, const struct sorted *services, bool all, struct err *err)
{
	for (size_t i = 0; i < services->count; i++) {
		struct service_seen *seen = services->items[i];
		struct host *host;

		HASH_FIND(hh, h->table, &seen->server.addr, sizeof seen->server.addr, host);
		if (!(seen->changed || (all && seen->newer)) ||
			(h->campus.nets_count == 0 && host == NULL))
			continue;
		if (h->sink->service(h->sink->ctx, seen->server, seen->first, seen->last, err) < 0)
			return -1;
		seen->changed = seen->newer = false;
		if (host != NULL)
			host->changed = true;
	}
	return 0;
}

/* A private address that only Received fields of ours name is told of if it has spam to answer for:
 * there are as many of them as people with a mail program. */
static bool
is_told(const struct hosts *h, const struct host *host)
{
	return h->campus.nets_count == 0 || campus_has(&h->campus, host->addr) || host->behind_spam;
}

static int
tell_sink(struct judging *j, const struct host *host, const struct host_record *record,
	struct err *err)
{
	const struct sink *sink = j->hosts->sink;

	return is_told(j->hosts, host) && sink->host(sink->ctx, record, err) < 0 ? -1 : 0;
}

static int
flush_host(struct judging *j, struct host *host, struct err *err)
{
	struct host_record record;
	int result;

	if (host_write_hours(j->hosts, host, err) < 0)
		return -1;
	judge(j, host, &record);
	result = tell_sink(j, host, &record, err);
	arena_reset(&j->arena);
	if (result < 0)
		return -1;
	host->changed = false;
	host->judged = j->now;
	host_trim(j->hosts, host, j->now);
	return 0;
}

/* Others of its network turned bad, or were mended. */
static bool
has_new_neighbours(const struct judging *j, const struct host *host)
{
	return neighbours_of(j->hosts, &j->bad, host).in_24 != host->neighbours.in_24;
}

static bool
is_due(const struct judging *j, const struct host *host, size_t *aged)
{
	if (host->changed)
		return true;
	if (ptime_hour(j->now) <= host->judged || *aged == AGED_PER_FLUSH)
		return false;
	++*aged;
	return true;
}

int
hosts_flush(struct hosts *h, int64_t now, struct err *err)
{
	struct judging j;
	size_t aged = 0;
	int result;

	if (h->sink == NULL)
		return 0;
	judging_begin(&j, h, now);
	result = flush_services(h, &j.services, false, err);
	for (size_t i = 0; i < j.count && result == 0; i++) {
		if (is_due(&j, j.all[i], &aged))
			result = flush_host(&j, j.all[i], err);
	}
	count_bad_again(&j);
	for (size_t i = 0; i < j.count && result == 0; i++) {
		if (has_new_neighbours(&j, j.all[i]))
			result = flush_host(&j, j.all[i], err);
	}
	judging_end(&j);
	return result;
}

/* Everything at one time: who is bad, then what each one's neighbours say of it, so that the risk
 * and with it the order are final. */
static void
judge_all(struct judging *j)
{
	struct host_record record;

	for (size_t i = 0; i < j->count; i++) {
		judge(j, j->all[i], &record);
		arena_reset(&j->arena);
	}
	count_bad_again(j);
	for (size_t i = 0; i < j->count; i++) {
		struct neighbours n = neighbours_of(j->hosts, &j->bad, j->all[i]);

		if (n.in_24 == j->all[i]->neighbours.in_24 &&
			n.in_all == j->all[i]->neighbours.in_all)
			continue;
		judge(j, j->all[i], &record);
		arena_reset(&j->arena);
	}
	qsort(j->all, j->count, sizeof *j->all, by_risk);
}

/* What is done with each host at the end. */
struct telling {
	bool write;
	void (*fn)(void *ctx, const struct host_record *host); /* NULL = nobody looks */
	void *ctx;
};

/* All were judged before, and each is judged again when it is told, so that one record is in
 * memory.  A sink that refuses takes no more of them; who looks sees all. */
static int
tell_all(struct judging *j, const struct telling *to, struct err *err)
{
	int result = to->write ? flush_services(j->hosts, &j->services, true, err) : 0;

	for (size_t i = 0; i < j->count; i++) {
		struct host *host = j->all[i];
		struct host_record record;

		judge(j, host, &record);
		if (to->fn != NULL && is_told(j->hosts, host))
			to->fn(to->ctx, &record);
		if (to->write && result == 0)
			result = host_write_hours(j->hosts, host, err);
		if (to->write && result == 0)
			result = tell_sink(j, host, &record, err);
		if (to->write && result == 0) {
			host->changed = false;
			host->judged = j->now;
		}
		arena_reset(&j->arena);
	}
	return result;
}

void
hosts_each(struct hosts *h, int64_t now, void (*fn)(void *ctx, const struct host_record *host),
	void *ctx)
{
	const struct telling to = { .write = false, .fn = fn, .ctx = ctx };
	struct err err = { "" };
	struct judging j;

	judging_begin(&j, h, now);
	judge_all(&j);
	(void)tell_all(&j, &to, &err);
	judging_end(&j);
}

int
hosts_finish(struct hosts *h, int64_t now, void (*fn)(void *ctx, const struct host_record *host),
	void *ctx, struct err *err)
{
	const struct telling to = { .write = h->sink != NULL, .fn = fn, .ctx = ctx };
	struct judging j;
	int result;

	judging_begin(&j, h, now);
	judge_all(&j);
	result = tell_all(&j, &to, err);
	judging_end(&j);
	return result;
}
