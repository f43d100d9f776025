/* What the table of hosts costs: bytes for each hour of a host, packed and not, and the time of a
 * flush in which all of many hosts changed.  Usage: hosts [HOSTS [HOURS]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/aggregate_fields.h"
#include "sensor/host/hosts_table.h"
#include "sensor/record_layout.h"
#include "tests/processor_time.h"

#define NOON (INT64_C(1213272000) * PTIME_SECOND)

static int
put_hour(void *ctx, struct addr host, int64_t hour, struct slice packed, const struct count *plain,
	size_t plain_count, struct err *err)
{
	int64_t *bytes = ctx;

	(void)host;
	(void)hour;
	(void)plain;
	(void)plain_count;
	(void)err;
	*bytes += (int64_t)packed.len;
	return 0;
}

static int
put_host(void *ctx, const struct host_record *host, struct err *err)
{
	(void)ctx;
	(void)host;
	(void)err;
	return 0;
}

static int
fetch_hours(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx, struct err *err)
{
	(void)ctx;
	(void)host;
	(void)fn;
	(void)fn_ctx;
	(void)err;
	return 0;
}

/* Mails of one host in one hour, each in a session of its own to a server of its own. */
static void
tell_hour(struct hosts *h, unsigned host, int64_t time, unsigned mails)
{
	struct arena arena;

	arena_init(&arena, 1u << 20);
	for (unsigned i = 0; i < mails; i++) {
		struct session_record *s = arena_alloc(&arena, sizeof *s);
		struct mail_record *m = arena_alloc(&arena, sizeof *m);
		struct recipient r = { .class = REPLY_OK,
			.code = 250,
			.disposition = DISPOSITION_ACCEPTED,
			.list = "",
			.enhanced = "" };
		unsigned n = host * 7919 + i * 31 + (unsigned)(time / PTIME_HOUR) * 17;

		record_init(&layout_session, s);
		record_init(&layout_mail, m);
		s->start = time + i;
		s->end = s->start + PTIME_SECOND;
		s->client = (struct endpoint){ addr_v4_number(0x0a000000u + host), 40000 };
		s->server = (struct endpoint){ addr_v4_number(0xcb007100u + n % 4000), 25 };
		s->direction = DIRECTION_OUTBOUND;
		s->visibility = VISIBILITY_CONTENT;
		s->helo_name = "mail.campus.example.edu";
		s->dialect = "EHLO *|MAIL FROM:<_> SIZE=*+RCPT TO:<_>*+DATA|QUIT crlf";
		s->mails_count_total = 1;
		m->start = s->start;
		m->end = s->end;
		m->mail_from = arena_printf(&arena, "user%u@campus.example.edu", n % 300);
		m->outcome = OUTCOME_ACCEPTED;
		m->bytes = 4000;
		m->header.message_id = arena_printf(&arena, "<%u.%u@campus>", host, n);
		m->subject_key = arena_printf(&arena, "%016x", n);
		r.address = arena_printf(&arena, "h-%016x@d%u.example", n, n % 700);
		m->rcpts = &r;
		m->rcpts_count = 1;
		hosts_mail(h, s, m);
		hosts_session(h, s);
		arena_reset(&arena);
	}
	arena_release(&arena);
}

static struct hosts *
tell(unsigned hosts, unsigned hours, unsigned mails, int64_t *stored, struct counters *counters)
{
	static struct sink sink;
	static const struct campus campus = { .nets_count = 0 };
	static struct verdict_config config;

	config = verdict_config_default();
	sink = (struct sink){
		.ctx = stored, .host = put_host, .host_hour = put_hour, .fetch_hours = fetch_hours
	};
	struct hosts *h = hosts_new(&campus, &config, &sink, counters);

	for (unsigned hour = 0; hour < hours; hour++) {
		for (unsigned i = 0; i < hosts; i++)
			tell_hour(h, i, NOON + hour * PTIME_HOUR, mails);
	}
	return h;
}

static void
measure(const char *name, unsigned hosts, unsigned hours, unsigned mails)
{
	struct counters counters = { { 0 } };
	int64_t stored = 0, now = NOON + (hours - 1) * PTIME_HOUR;
	struct hosts *h = tell(hosts, hours, mails, &stored, &counters);
	double bytes = (double)h->bytes / hosts / hours, began;
	struct err err = { "" };
	double times[2];

	for (int i = 0; i < 2; i++) {
		for (unsigned k = 0; k < hosts; k++)
			tell_hour(h, k, now, 1);
		began = processor_time();
		if (hosts_flush(h, now, &err) < 0)
			exit(1);
		times[i] = processor_time() - began;
	}
	printf("%-14s %6u hosts %4u hours %5u mails an hour: %7.0f bytes in memory for each hour "
	       "of a host, "
	       "%6.0f after a flush, %6.0f stored; flush %.2f s, %.2f s, %.3f ms a host\n",
		name, hosts, hours, mails, bytes, (double)h->bytes / hosts / hours,
		(double)stored / hosts / (hours + 1), times[0], times[1], 1000 * times[1] / hosts);
	hosts_free(h);
}

int
main(int argc, char **argv)
{
	unsigned hosts = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000;
	unsigned hours = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 24;

	measure("busy MTA", 20, hours, 2000);
	measure("small MTA", 200, hours, 50);
	measure("quiet client", hosts, hours, 2);
	return 0;
}
