#include "web/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "web/health.h"
#include "web/page.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

static void
head(struct buf *out, const char *name, enum metric_kind kind, const char *help)
{
	buf_printf(out, "# HELP heloscope_%s %s\n# TYPE heloscope_%s %s\n", name, help, name,
		kind == METRIC_COUNTER ? "counter" : "gauge");
}

static void
value(struct buf *out, const char *name, const char *labels, int64_t n)
{
	buf_printf(out, "heloscope_%s%s %" PRId64 "\n", name, labels, n);
}

static void
single(struct buf *out, const char *name, enum metric_kind kind, const char *help, int64_t n)
{
	head(out, name, kind, help);
	value(out, name, "", n);
}

/* ---- counters of the sensor ---- */

/* Those that have a name of their own; what counts kinds of one thing shares it.  The rest is
 * heloscope_sensor_NAME_total. */
static const struct metric_row {
	const char *name, *labels, *help;
	enum counter counter;
} rows[] = {
	{ "packets_received_total", "", "Packets read from the capture.", COUNTER_packets },
	{ "packets_dropped_total", "{where=\"kernel\"}", "Packets lost before they could be read.",
		COUNTER_packets_dropped },
	{ "packets_dropped_total", "{where=\"interface\"}", "", COUNTER_packets_if_dropped },
	{ "tcp_streams_total", "", "TCP streams followed.", COUNTER_streams },
	{ "tcp_gap_bytes_total", "", "Bytes of streams that the mirror never delivered.",
		COUNTER_gap_bytes },
	{ "smtp_sessions_total", "", "SMTP sessions.", COUNTER_sessions },
	{ "smtp_sessions_encrypted_total", "", "SMTP sessions that went on under TLS.",
		COUNTER_sessions_encrypted },
	{ "messages_total", "{parse=\"partial\"}", "Mails by how much of them was judged.",
		COUNTER_mails_cut },
	{ "messages_total", "{parse=\"refused\"}", "", COUNTER_mails_refused },
	{ "rule_gave_up_total", "", "Regular expressions that reached their limit.",
		COUNTER_rules_gave_up },
	{ "queue_lost_total", "", "Messages between processes that were lost or damaged.",
		COUNTER_frames_lost },
};
#define ROWS (sizeof rows / sizeof *rows)

static bool
has_name(enum counter c)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].counter == c) {
			return true;
		}
	}
	return c == COUNTER_mails;
}

static void
add_counters(struct buf *out, const struct counters *c)
{
	int64_t whole = c->value[COUNTER_mails] - c->value[COUNTER_mails_cut] -
			c->value[COUNTER_mails_refused];
	char name[96];

	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].help[0] != '\0') {
			head(out, rows[i].name, METRIC_COUNTER, rows[i].help);
		}
		if (strcmp(rows[i].labels, "{parse=\"partial\"}") == 0) {
			value(out, rows[i].name, "{parse=\"full\"}", whole > 0 ? whole : 0);
		}
		value(out, rows[i].name, rows[i].labels, c->value[rows[i].counter]);
	}
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		if (!has_name((enum counter)i)) {
			snprintf(name, sizeof name, "sensor_%s_total",
				counter_name((enum counter)i));
			single(out, name, METRIC_COUNTER, counter_text((enum counter)i),
				c->value[i]);
		}
	}
}

/* ---- hosts, store, rules ---- */

static void
add_totals(struct buf *out, const struct store_totals *t)
{
	head(out, "hosts_at_risk", METRIC_GAUGE, "Hosts by verdict.");
	for (int v = VERDICTS - 1; v >= 0; v--) {
		buf_printf(out, "heloscope_hosts_at_risk{outlook=\"%s\"} %" PRId64 "\n",
			verdict_word((enum verdict)v), t->hosts_by_verdict[v]);
	}
	single(out, "database_bytes", METRIC_GAUGE, "Size of the store.", t->file_bytes);
}

static void
add_sight(struct buf *out, const struct health_seen *seen)
{
	single(out, "blind", METRIC_GAUGE,
		"1 when hosts may look better than they are: the report says why.",
		seen->health.blind);
	if (seen->known) {
		single(out, "sensor_live", METRIC_GAUGE,
			"1 when the latest run listens on an interface, 0 when it read files.",
			seen->state.live);
		head(out, "last_packet_timestamp_seconds", METRIC_GAUGE,
			"Time of the latest packet.");
		buf_printf(out, "heloscope_last_packet_timestamp_seconds %.3f\n",
			(double)seen->state.now / 1e9);
		single(out, "run_start_timestamp_seconds", METRIC_GAUGE, "Start of the latest run.",
			seen->state.run / PTIME_SECOND);
	}
}

/* A label's value: clean text, or one damaged name would cost the whole scrape; backslash and quote
 * are escaped. */
static void
label(struct buf *out, struct slice text)
{
	char clean[256];

	text_clean_into(clean, sizeof clean, text);
	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == '\\' || *p == '"') {
			buf_byte(out, '\\');
		}
		buf_byte(out, (uint8_t)*p);
	}
}

struct rule_lines {
	struct buf *out;
	size_t name, mails;
};

static bool
add_rule(void *ctx, const struct cell *cells)
{
	struct rule_lines *lines = ctx;

	buf_str(lines->out, "heloscope_rule_hits_total{rule=\"");
	label(lines->out, cells[lines->name].text);
	buf_printf(lines->out, "\"} %" PRId64 "\n", cells[lines->mails].integer);
	return true;
}

/* Of the mails that the store keeps; retention takes from it, which Prometheus reads as a reset. */
static int
add_rules(struct request *r, struct buf *out, struct err *err)
{
	const struct table *t = table_find("rules");
	const struct column *name = t != NULL ? table_column(t, "rule") : NULL,
			    *mails = t != NULL ? table_column(t, "mails") : NULL;

	if (name == NULL || mails == NULL) {
		return 0;
	}
	const struct filter f = { .sort = "mails", .descending = true, .limit = METRICS_RULES_MAX };
	struct rule_lines lines = { out, (size_t)(name - t->columns),
		(size_t)(mails - t->columns) };
	head(out, "rule_hits_total", METRIC_COUNTER,
		"Mails that a rule matched, of those that are kept.");
	return table_query(r->reader.store, t, &f, add_rule, &lines, err);
}

/* ---- the process itself: names of the client libraries ---- */

static void
add_process(struct buf *out, int64_t now)
{
	unsigned long long user = 0, system = 0, start = 0, pages = 0;
	double ticks = (double)sysconf(_SC_CLK_TCK), uptime = 0;
	long fds = -2; /* "." and ".." */
	FILE *f = fopen("/proc/self/stat", "re");
	DIR *dir = opendir("/proc/self/fd");

	if (f != NULL) {
		if (fscanf(f,
			    "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu "
			    "%*d %*d %*d %*d %*d %*d %llu %*u %llu",
			    &user, &system, &start, &pages) != 4) {
			pages = 0;
		}
		fclose(f);
	}
	f = fopen("/proc/uptime", "re");
	if (f != NULL) {
		if (fscanf(f, "%lf", &uptime) != 1) {
			uptime = 0;
		}
		fclose(f);
	}
	for (; dir != NULL && readdir(dir) != NULL; fds++) {
	}
	if (dir != NULL) {
		closedir(dir);
		buf_printf(out,
			"# HELP process_open_fds Open file descriptors.\n# TYPE process_open_fds "
			"gauge\nprocess_open_fds %ld\n",
			fds);
	}
	if (pages > 0) {
		buf_printf(out,
			"# HELP process_cpu_seconds_total Processor time of user and system.\n# "
			"TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total "
			"%.2f\n",
			(double)(user + system) / ticks);
		buf_printf(out,
			"# HELP process_resident_memory_bytes Resident memory.\n# TYPE "
			"process_resident_memory_bytes gauge\nprocess_resident_memory_bytes "
			"%llu\n",
			pages * (unsigned long long)sysconf(_SC_PAGESIZE));
		buf_printf(out,
			"# HELP process_start_time_seconds Start of the process, since 1970.\n# "
			"TYPE process_start_time_seconds gauge\nprocess_start_time_seconds "
			"%.2f\n",
			(double)now / 1e9 - uptime + (double)start / ticks);
	}
}

static void
add_http(struct buf *out, const struct http_counts *counts)
{
	if (counts == NULL) {
		return;
	}
	head(out, "http_requests_total", METRIC_COUNTER, "Answers of the report, by status.");
	for (size_t i = 0; i < sizeof counts->answers / sizeof counts->answers[0]; i++) {
		int64_t n = counts->answers[i];
		if (n > 0) {
			buf_printf(out, "heloscope_http_requests_total{code=\"%zu\"} %" PRId64 "\n",
				i, n);
		}
	}
}

void
metrics_answer(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct store_totals totals;
	const struct health_seen *seen = health_load(r->reader.store, r->now, &r->arena, &err);

	if (seen == NULL || query_totals(r->reader.store, &totals, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	a->type = TYPE_METRICS;
	head(&a->body, "build_info", METRIC_GAUGE, "Version of the program.");
	buf_printf(&a->body, "heloscope_build_info{version=\"%s\"} 1\n", r->version);
	add_sight(&a->body, seen);
	add_totals(&a->body, &totals);
	if (seen->known) {
		add_counters(&a->body, &seen->state.counters);
	}
	if (add_rules(r, &a->body, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	add_http(&a->body, r->counts);
	add_process(&a->body, r->now);
}
