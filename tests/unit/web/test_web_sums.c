/* Pages of rules, domains and campaigns, and the hits of a mail, with hostile names in them. */
#include "pages.h"

#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "store/query.h"

#define T0 (INT64_C(1213000000) * PTIME_SECOND)
#define NEAR "00000000000000ff"

static void
put(struct sink *sink, int i)
{
	struct err err = { "" };
	struct session_record s = { 0 };
	struct mail_record m = { 0 };
	const char *gave_up[] = { "SLOW_<i>" };
	const char *labels[] = { "php" };
	struct hit hits[] = {
		{ "GOODS", 7, "The subject names <b>goods</b>", "RFC <i>1</i>", 3, "10-<u>.cf:7",
			"Subject: <script>alert(1)</script> pills" },
		{ "A\"<x>", -1.25, "Odd", "", 1, "a.cf:1",
			"From: \"><img src=x> <ann@one.example>" },
	};
	char id[17];

	snprintf(id, sizeof id, "%016d", i);
	record_init(&layout_session, &s);
	s.sensor = "test";
	s.id = id;
	s.start = T0 + i * PTIME_SECOND;
	s.end = s.start + PTIME_SECOND;
	assert_int_equal(addr_parse(SLICE("192.0.2.1"), &s.client.addr), 0);
	assert_int_equal(addr_parse(SLICE("198.51.100.1"), &s.server.addr), 0);
	s.client.addr.bytes[3] = (uint8_t)(1 + i);
	record_init(&layout_mail, &m);
	m.session = id;
	m.number = 1;
	m.start = s.start;
	m.end = s.end;
	m.mail_from = "ann@<script>alert(2)</script>.example";
	m.header.subject = "<script>alert(1)</script> pills";
	m.similar.near = NEAR;
	m.hits = hits;
	m.hits_count = 2;
	m.labels = labels;
	m.labels_count = 1;
	m.gave_up = gave_up;
	m.gave_up_count = 1;
	m.score = 5.75;
	assert_int_equal(sink->session(sink->ctx, &s, &err), 1);
	assert_int_equal(sink->mail(sink->ctx, &s, &m, &err), 1);
}

static void
fill(const char *path)
{
	struct err err = { "" };
	struct store *store;

	assert_int_equal(store_open(path, "test", &store, &err), 0);
	struct sink sink = store_sink(store);
	for (int i = 0; i < 3; i++)
		put(&sink, i);
	assert_int_equal(sink.commit(sink.ctx, &err), 0);
	store_close(store);
}

#define MAIL "/mail/0000000000000001/1"

static const struct {
	const char *target;
	enum access access;
	unsigned status;
	const char *has, *lacks;
} asked[] = {
	{ "/rules", ACCESS_ADMIN, 200, "href=\"/rule/GOODS\"", "<b>goods" },
	{ "/rules", ACCESS_ADMIN, 200, "10-&lt;u&gt;.cf:7", "<x>" },
	{ "/rules", ACCESS_ADMIN, 200, "A rule that never hit is not stored", NULL },
	{ "/rules?sort=mails&order=desc", ACCESS_READER, 200, "100.0 %", NULL },
	{ "/rules?verdict=listed", ACCESS_ADMIN, 400, "verdict", NULL },
	{ "/rule/GOODS", ACCESS_ADMIN, 200, "192.0.2.3", "<b>goods" },
	{ "/rule/GOODS", ACCESS_ADMIN, 200, "names &lt;b&gt;goods", "<script>alert" },
	{ "/rule/A%22%3Cx%3E", ACCESS_ADMIN, 200, "A&quot;&lt;x&gt;", "<x>" },
	{ "/rule/NO_SUCH", ACCESS_ADMIN, 200, "This rule hit no mail", NULL },
	{ "/rule/%3Cimg%3E", ACCESS_ADMIN, 200, "&lt;img&gt;", "<img>" },
	{ "/domains", ACCESS_READER, 200, "&lt;script&gt;alert(2)", "<script>alert" },
	{ "/domain/%3Cscript%3Ealert(2)%3C%2Fscript%3E.example", ACCESS_ADMIN, 200, "192.0.2.2",
		"<script>alert" },
	{ "/domain/none.example", ACCESS_ADMIN, 200, "No mail was sent as this domain", NULL },
	{ "/senders", ACCESS_ADMIN, 200, "192.0.2.1", NULL },
	{ "/campaigns", ACCESS_ADMIN, 200, "href=\"/campaign/" NEAR "\"", "<script>alert" },
	{ "/campaigns", ACCESS_ADMIN, 200, "pills", NULL },
	{ "/campaigns", ACCESS_READER, 200, "href=\"/campaign/" NEAR "\"", "pills" },
	{ "/campaign/" NEAR, ACCESS_ADMIN, 200, "GOODS", "<script>alert" },
	{ "/campaign/" NEAR, ACCESS_ADMIN, 200, "192.0.2.3", NULL },
	{ "/campaign/" NEAR, ACCESS_READER, 200, "Rules in common", "pills" },
	{ "/campaign/0", ACCESS_ADMIN, 200, "No mail that is kept has a text of this digest",
		NULL },
	{ "/mails?campaign=" NEAR, ACCESS_ADMIN, 200, "3 rows", NULL },
	{ "/campaign_hosts?campaign=" NEAR, ACCESS_ADMIN, 200, "192.0.2.3", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "href=\"/rule/GOODS\"", "<script>alert" },
	{ MAIL, ACCESS_ADMIN, 200, "Subject: &lt;script&gt;alert(1)&lt;/script&gt; pills", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "+7.00", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "-1.25", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "+5.75", NULL }, /* the sum */
	{ MAIL, ACCESS_ADMIN, 200, "Score 5.75", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "(3 times)", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "SLOW_&lt;i&gt;", NULL },
	{ MAIL, ACCESS_ADMIN, 200, "ann@one.example", "<img src" },
	{ MAIL, ACCESS_READER, 200, "GOODS", "pills" },
	{ MAIL, ACCESS_READER, 200, "@one.example", "ann@" },
};

static void
pages_of_sums(void **state)
{
	struct pages p;

	(void)state;
	pages_begin(&p);
	fill(p.path);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		unsigned status = pages_ask(&p, asked[i].target, asked[i].access, T0 + PTIME_HOUR);
		const char *body = buf_cstr(&p.body);
		if (status != asked[i].status)
			fail_msg("%s: %u\n%s", asked[i].target, status, body);
		if (strstr(body, asked[i].has) == NULL)
			fail_msg("%s lacks %s:\n%s", asked[i].target, asked[i].has, body);
		if (asked[i].lacks != NULL && strstr(body, asked[i].lacks) != NULL)
			fail_msg("%s has %s:\n%s", asked[i].target, asked[i].lacks, body);
	}
	pages_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pages_of_sums) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
