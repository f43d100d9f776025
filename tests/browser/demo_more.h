/* What pages beside those of mail show: look-ups, alerts, and what people did.  For the program; tests that count use
 * demo_store alone. */
#ifndef HELOSCOPE_TESTS_BROWSER_DEMO_MORE_H
#define HELOSCOPE_TESTS_BROWSER_DEMO_MORE_H

#include "browser/demo.h"

static inline void
demo_lookups(struct sink *s, struct err *err)
{
	static const struct lookup_result rows[] = {
		{ .list = "Spamhaus ZEN", .zone = "zen.spamhaus.org", .answer = LOOKUP_LISTED,
			.codes = "127.0.0.4 127.0.0.10", .predicted = 0.91 },
		{ .list = "SpamCop", .zone = "bl.spamcop.net", .answer = LOOKUP_CLEAR, .codes = "",
			.predicted = 0.62 },
		{ .list = "PSBL", .zone = "psbl.surriel.com", .answer = LOOKUP_ERROR,
			.codes = "no answer " DEMO_HOSTILE, .predicted = LOOKUP_NOT_PREDICTED },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int64_t hours = 1; hours < 40; hours += 12) {
			struct lookup_result row = rows[i];
			row.host = demo_addr(DEMO_HOST);
			row.time = DEMO_END - hours * PTIME_HOUR;
			row.verdict = VERDICT_LISTED;
			demo_must(s->lookup(s->ctx, &row, err), err);
		}
	}
}

static inline void
demo_deliveries(struct sink *s, struct err *err)
{
	static const struct delivery rows[] = {
		{ .change = 1, .target = "team", .state = DELIVERY_DONE, .attempts = 1, .error = "" },
		{ .change = 2, .target = "team", .state = DELIVERY_GIVEN_UP, .attempts = 9,
			.error = "the server answers 500 " DEMO_HOSTILE },
		{ .change = 3, .target = "team", .state = DELIVERY_SUPPRESSED, .error = "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct delivery row = rows[i];
		row.time = DEMO_END - (int64_t)(i + 1) * PTIME_HOUR;
		demo_must(s->delivery(s->ctx, &row, err), err);
	}
}

static inline void
demo_people(struct sink *s, struct err *err)
{
	static const struct {
		enum audit_kind kind;
		const char *host, *object, *text;
	} rows[] = {
		{ AUDIT_SIGN_IN, NULL, "", "" },
		{ AUDIT_ACKNOWLEDGE, DEMO_HOST, "", "" },
		{ AUDIT_ASSIGN, DEMO_HOST, "", "ana" },
		{ AUDIT_NOTE, DEMO_HOST, "", "The form is off; its owner knows. " DEMO_HOSTILE },
		{ AUDIT_MUTE, "192.0.2.140", "", "" },
		{ AUDIT_ACKNOWLEDGE, "192.0.2.8", "", "" },
		{ AUDIT_RESOLVE, "192.0.2.8", "", "The jobs write into a file now." },
		{ AUDIT_LOOK, NULL, "/session/" DEMO_SESSION, "" },
		{ AUDIT_EXPORT, NULL, "/csv/mails?q=" DEMO_FORMULA, "" },
		{ AUDIT_REFUSED, NULL, "", "" },
	};
	char id[AUDIT_ID_MAX];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(id, sizeof id, "%032zx", i + 1);
		const struct audit_entry entry = { .id = id,
			.time = DEMO_END - (int64_t)(60 - i) * 60 * PTIME_SECOND,
			.user = "ana",
			.from = demo_addr("2001:db8:77::1"),
			.kind = rows[i].kind,
			.host = rows[i].host != NULL ? demo_addr(rows[i].host) : (struct addr){ 0 },
			.object = rows[i].object,
			.text = rows[i].text,
			.until = rows[i].kind == AUDIT_MUTE ? DEMO_END + 48 * PTIME_HOUR : 0 };
		demo_must(s->audit(s->ctx, &entry, err), err);
	}
}

/* Into a store of demo_store's. */
static inline void
demo_more(const char *path)
{
	struct err err = { "" };
	struct store *store;
	demo_must(store_open(path, "demo", &store, &err), &err);
	struct sink sink = store_sink(store);
	demo_lookups(&sink, &err);
	demo_deliveries(&sink, &err);
	demo_people(&sink, &err);
	demo_must(sink.commit(sink.ctx, &err), &err);
	store_close(store);
}

#endif
