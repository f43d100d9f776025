/* The case of a host on its page: forms, what they do, and what they refuse. */
#include "unit/web/pages.h"

#include "browser/demo.h"
#include "web/desk.h"

#define NOW (DEMO_END + PTIME_HOUR)
#define TOKEN "0123456789abcdef"

enum told { TOLD_STORED, TOLD_REFUSED, TOLD_LOST, TOLD_SECOND };

struct world {
	struct pages pages;
	enum told how;
	int tries;
	char location[128];
};

/* What the collector does. */
static int
take(void *ctx, const struct audit_entry *entry, struct err *err)
{
	struct world *w = ctx;
	struct store *store;

	w->tries++;
	if (w->how == TOLD_REFUSED)
		return err_set(err, "the disk is full");
	if (w->how == TOLD_LOST || (w->how == TOLD_SECOND && w->tries == 1))
		return 0;
	if (store_open(w->pages.path, "demo", &store, err) != 0)
		return -1;
	struct sink sink = store_sink(store);
	int rc = sink.audit(sink.ctx, entry, err);
	if (rc >= 0)
		rc = sink.commit(sink.ctx, err);
	store_close(store);
	return rc < 0 ? -1 : 0;
}

static void
begin(struct world *w)
{
	*w = (struct world){ .how = TOLD_STORED };
	pages_begin(&w->pages);
	demo_store(w->pages.path);
}

/* Status; the body is in w->pages.body. form NULL = GET. */
static unsigned
ask(struct world *w, const char *target, const char *form, enum access access)
{
	struct site site = site_usual;
	struct request r;
	struct answer a;
	struct err err = { "" };

	site.tell = take;
	site.tell_ctx = w;
	request_init(&r, w->pages.pool, "test", NOW);
	r.site = &site;
	r.viewer = (struct viewer){ .access = access, .name = "mia", .token = TOKEN };
	if (form != NULL) {
		r.method = METHOD_POST;
		if (form_parse(slice_str(form), &r.arena, &r.form, &err) != 0)
			fail_msg("%s", err.text);
	}
	answer_init(&a);
	route_answer(&r, slice_str(target), &a);
	buf_clear(&w->pages.body);
	buf_add(&w->pages.body, buf_slice(&a.body));
	snprintf(w->location, sizeof w->location, "%s", a.location != NULL ? a.location : "");
	unsigned status = a.status;
	buf_release(&a.body);
	request_release(&r);
	stream_free(a.stream);
	return status;
}

#define CASE "/case/" DEMO_HOST
#define HOST "/host/" DEMO_HOST

static void
what_forms_do(void **state)
{
	static const struct {
		const char *form;
		unsigned status;
		const char *has, *lacks; /* on the host's page afterwards */
	} rows[] = {
		{ "token=" TOKEN "&action=acknowledge", 303, "mia works on it.", "I work on it" },
		{ "token=" TOKEN "&action=assign&text=Zoe", 303, "mia gave it to Zoe.", NULL },
		{ "token=" TOKEN "&action=note&text=%3Cscript%3Ealert(1)%3C/script%3E", 303,
			"&lt;script&gt;alert(1)", "<script>alert" },
		{ "token=" TOKEN "&action=note&text=+a%0D%0A%0D%0Anext%09line+", 303,
			">a next line<", NULL },
		{ "token=" TOKEN "&action=mute&until=day", 303,
			"mia muted its alerts until 2008-06-14 04:00 UTC.", NULL },
		{ "token=" TOKEN "&action=mute&until=date&date=2008-07-01", 303,
			"until 2008-07-01 00:00 UTC.", NULL },
		{ "token=" TOKEN "&action=mute&until=end", 303, "let its alerts sound again",
			"End the mute" },
		{ "token=" TOKEN "&action=resolve&text=cleaned", 303, "mia resolved it.",
			"What was done" },
		{ "token=" TOKEN "&action=reopen", 303, "mia opened it again.", NULL },
		{ "token=" TOKEN "&action=note&text=", 400, NULL, NULL },
		{ "token=" TOKEN "&action=note", 400, NULL, NULL },
		{ "token=" TOKEN "&action=mute", 400, NULL, NULL },
		{ "token=" TOKEN "&action=mute&until=date", 400, NULL, NULL },
		{ "token=" TOKEN "&action=mute&until=date&date=2008-06-01", 400, NULL, NULL },
		{ "token=" TOKEN "&action=mute&until=date&date=2038-01-01", 400, NULL, NULL },
		{ "token=" TOKEN "&action=look", 400, NULL, NULL },
		{ "token=" TOKEN "&action=sign-in", 400, NULL, NULL },
		{ "token=" TOKEN, 400, NULL, NULL },
		{ "action=acknowledge", 403, NULL, NULL },
		{ "token=0123456789abcdee&action=acknowledge", 403, NULL, NULL },
	};
	struct world w;

	(void)state;
	begin(&w);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned status = ask(&w, CASE, rows[i].form, ACCESS_ANALYST);

		if (status != rows[i].status)
			fail_msg("%s: %u", rows[i].form, status);
		if (status != 303)
			continue;
		assert_string_equal(w.location, HOST "#case");
		assert_int_equal(ask(&w, HOST, NULL, ACCESS_ANALYST), 200);
		if (!pages_say(&w.pages, rows[i].has) ||
			(rows[i].lacks != NULL && pages_say(&w.pages, rows[i].lacks)))
			fail_msg("%s: the page", rows[i].form);
	}
	pages_end(&w.pages);
}

static void
long_texts_are_refused_in_words(void **state)
{
	static const struct {
		const char *action;
		size_t len;
		unsigned status;
	} rows[] = { { "note", 2047, 303 }, { "note", 2048, 400 }, { "resolve", 5000, 400 },
		{ "assign", 63, 303 }, { "assign", 64, 400 } };
	struct world w;
	char form[6000];

	(void)state;
	begin(&w);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int n = snprintf(
			form, sizeof form, "token=" TOKEN "&action=%s&text=", rows[i].action);

		memset(form + n, 'x', rows[i].len);
		form[(size_t)n + rows[i].len] = '\0';
		assert_int_equal(ask(&w, CASE, form, ACCESS_ANALYST), rows[i].status);
		if (rows[i].status == 400)
			assert_true(pages_say(&w.pages, "too long"));
	}
	pages_end(&w.pages);
}

static void
who_may_what(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(ask(&w, CASE, "token=" TOKEN "&action=note&text=from+a@example.org",
				 ACCESS_ANALYST),
		303);
	assert_int_equal(ask(&w, HOST, NULL, ACCESS_ANALYST), 200);
	assert_true(pages_say(&w.pages, "action=\"/case/"));
	assert_true(pages_say(&w.pages, "from a@example.org"));
	/* Readers see it masked, and have no forms. */
	assert_int_equal(ask(&w, HOST, NULL, ACCESS_READER), 200);
	assert_true(pages_say(&w.pages, "mia wrote:"));
	assert_false(pages_say(&w.pages, "a@example.org"));
	assert_false(pages_say(&w.pages, "action=\"/case/"));
	assert_int_equal(ask(&w, CASE, "token=" TOKEN "&action=acknowledge", ACCESS_READER), 403);
	assert_int_equal(ask(&w, "/cases", NULL, ACCESS_READER), 200);
	assert_true(pages_say(&w.pages, DEMO_HOST));
	assert_int_equal(ask(&w, "/cases?state=resolved", NULL, ACCESS_READER), 200);
	assert_false(pages_say(&w.pages, "href=\"/host/" DEMO_HOST));
	assert_int_equal(ask(&w, "/cases?state=open&user=Zoe", NULL, ACCESS_READER), 200);
	assert_int_equal(ask(&w, "/cases?state=bad", NULL, ACCESS_READER), 400);
	/* Who did what is for administrators, by whatever way. */
	assert_int_equal(ask(&w, "/audit", NULL, ACCESS_ANALYST), 403);
	assert_int_equal(ask(&w, "/csv/audit", NULL, ACCESS_ANALYST), 403);
	assert_int_equal(ask(&w, "/json/audit", NULL, ACCESS_ANALYST), 403);
	assert_int_equal(ask(&w, "/audit?kind=note&user=mia", NULL, ACCESS_ADMIN), 200);
	assert_true(pages_say(&w.pages, "a@example.org"));
	assert_int_equal(ask(&w, "/csv/audit", NULL, ACCESS_ADMIN), 200);
	pages_end(&w.pages);
}

static void
hosts_that_are_none(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(ask(&w, "/case/x", "token=" TOKEN "&action=reopen", ACCESS_ADMIN), 404);
	assert_int_equal(
		ask(&w, "/case/192.0.2.254", "token=" TOKEN "&action=reopen", ACCESS_ADMIN), 404);
	assert_int_equal(w.tries, 0);
	/* The address of the form is a way to the host. */
	assert_int_equal(ask(&w, CASE, NULL, ACCESS_ADMIN), 303);
	assert_string_equal(w.location, HOST "#case");
	pages_end(&w.pages);
}

static void
what_is_not_stored_is_said(void **state)
{
	static const struct {
		enum told how;
		unsigned status;
		const char *says;
	} rows[] = { { TOLD_REFUSED, 503, "the disk is full" },
		{ TOLD_LOST, 503, "has not taken it within three seconds" },
		{ TOLD_SECOND, 303, "" } };
	struct world w;

	(void)state;
	begin(&w);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		w.how = rows[i].how;
		w.tries = 0;
		assert_int_equal(
			ask(&w, CASE, "token=" TOKEN "&action=note&text=once", ACCESS_ADMIN),
			rows[i].status);
		assert_true(rows[i].status == 303 || pages_say(&w.pages, rows[i].says));
		assert_true(w.how == TOLD_REFUSED || w.tries > 1);
	}
	pages_end(&w.pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_forms_do),
		cmocka_unit_test(long_texts_are_refused_in_words),
		cmocka_unit_test(who_may_what),
		cmocka_unit_test(hosts_that_are_none),
		cmocka_unit_test(what_is_not_stored_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
