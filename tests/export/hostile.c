/* hostile FILE: makes a store in which every text of every record tries to break out: of a line, of
 * a cell, of a field, of a part of a mail, of a formula, of a length.  One session for each text,
 * each with a mail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "store/store.h"

#define START (INT64_C(1213326000) * PTIME_SECOND)

static const char *const texts[] = {
	"plain",
	"a\r\nBcc: everybody@example.org\r\n\r\nbody",
	"a\n--heloscope-00000000000000000000000000000000--\n",
	"\r\n.\r\nQUIT\r\n",
	"=HYPERLINK(\"http://198.51.100.9/\",\"win\")",
	"+1+cmd|' /C calc'!A0",
	"-2+3",
	"@SUM(1)",
	"\t=1",
	"＝1+1",
	"a\tb,c;d\"e'f\\g|h",
	"\xe2\x80\xae"
	"txt.exe \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
	"\x01\x02\x1b[31m\x7f\xc2\x85",
	"\xff\xfe\xc3 not UTF-8",
	"-",
	"(empty)",
	"=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
	": # - [x] {y}: 'z' \"w\" !!python/object",
	"Grüße über Zeilen: ÄÖÜ und 漢字が続く長い題名で、折り返しが要るもの",
	"a@b.example, \"x, y\" <c@d.example>,, ,",
	"%s%n%x",
	"\\x0d\\x0a",
};
#define TEXTS (sizeof texts / sizeof *texts)

static void
must(int rc, const struct err *err)
{
	if (rc < 0) {
		fprintf(stderr, "hostile store: %s\n", err->text);
		exit(1);
	}
}

/* Every text of the record is this one. */
static void
fill(const struct layout *layout, void *record, const char *text)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		if (f->type == FIELD_STRING) {
			memcpy((char *)record + f->offset, &text, sizeof text);
		}
	}
}

static void
put(struct sink *sink, size_t number, const char *text, struct err *err)
{
	char id[17];
	uint8_t low = (uint8_t)(number + 1);
	struct session_record s = { .direction = DIRECTION_OUTBOUND,
		.visibility = VISIBILITY_CONTENT };
	struct reply replies[] = { { .code = 220 }, { .code = 250 }, { .code = 250 },
		{ .code = 550 }, { .code = 354 }, { .code = 554, .class = REPLY_LISTED } };
	static const char *const to[] = { "greeting", "EHLO", "MAIL", "RCPT", "DATA", "data-end" };
	struct mail_record m = {
		.number = 1, .transfer = TRANSFER_DATA, .outcome = OUTCOME_REJECTED, .code = 554
	};
	struct recipient rcpt = { .code = 550, .disposition = DISPOSITION_REJECTED };
	struct received received = { 0 };
	struct name_value param = { "SIZE", text };
	struct host_record h = {
		.verdict = VERDICT_LISTED, .risk = 1, .first = START, .last = START
	};
	struct cause_found cause = { .cause = number % 2 == 0 ? CAUSE_SPAM_BOT : CAUSE_PHP_SCRIPT,
		.confidence = 0.5 };

	snprintf(id, sizeof id, "%016zx", number + 1);
	record_init(&layout_session, &s);
	record_init(&layout_mail, &m);
	record_init(&layout_host, &h);
	fill(&layout_session, &s, text);
	fill(&layout_mail, &m, text);
	fill(&layout_host, &h, text);
	fill(&layout_recipient, &rcpt, text);
	received = (struct received){ text, text, text, text, text, text, text, text };
	s.id = m.session = id;
	s.sensor = h.sensor = "hostile";
	s.protocol = "smtp";
	s.helo_verb = "EHLO";
	s.start = m.start = START + (int64_t)number * PTIME_SECOND;
	s.end = m.end = s.start + PTIME_SECOND;
	s.client = (struct endpoint){ { ADDR_V4, { 192, 0, 2, low } }, 40000 };
	s.server = (struct endpoint){ { ADDR_V4, { 198, 51, 100, 1 } }, 25 };
	h.ip = s.client.addr;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		replies[i].to = to[i];
		replies[i].text = replies[i].list = text;
		replies[i].enhanced = "";
		replies[i].time = s.start;
	}
	s.replies = replies;
	s.replies_count = sizeof replies / sizeof *replies;
	s.mails_count_total = 1;
	rcpt.params = m.params = &param;
	rcpt.params_count = m.params_count = 1;
	m.rcpts = &rcpt;
	m.rcpts_count = 1;
	m.received = &received;
	m.received_count = 1;
	h.causes = &cause;
	h.causes_count = 1;
	must(sink->session(sink->ctx, &s, err), err);
	must(sink->mail(sink->ctx, &s, &m, err), err);
	must(sink->host(sink->ctx, &h, err), err);
}

int
main(int argc, char **argv)
{
	struct err err = { "" };
	struct store *store;
	static char long_name[65536];

	if (argc != 2) {
		fprintf(stderr, "usage: hostile FILE\n");
		return 2;
	}
	must(store_open(argv[1], "hostile", &store, &err), &err);
	struct sink sink = store_sink(store);
	for (size_t i = 0; i < TEXTS; i++)
		put(&sink, i, texts[i], &err);
	memset(long_name, 'x', sizeof long_name - 1);
	put(&sink, TEXTS, long_name, &err);
	for (size_t i = 0; i + 1 < sizeof long_name; i += 2)
		memcpy(long_name + i, "\xc3\xa9", 2);
	long_name[sizeof long_name - 2] = '\0';
	put(&sink, TEXTS + 1, long_name, &err);
	must(sink.commit(sink.ctx, &err), &err);
	store_close(store);
	return 0;
}
