/* Whom a mail is counted for that a server sends on, and of whom a reply speaks. */
#include "tale.h"

#include "sensor/host/aggregate_fields.h"

static struct tale tale;

static struct session_record *
fresh_session(void)
{
	arena_release(&tale.arena);
	tale_begin(&tale);
	return a_session(&tale, "198.51.100.25");
}

static struct network
a_net(const char *text)
{
	struct network n;

	assert_int_equal(network_parse(slice_str(text), &n), 0);
	return n;
}

static void
hop(struct mail_record *m, const char *helo, const char *ip, const char *by, const char *id)
{
	struct received *r = ARENA_PUSH(&tale.arena, m->received, LIMIT_RECEIVED);

	*r = (struct received){ .from = "",
		.helo = helo,
		.ip = ip,
		.by = by,
		.with = "ESMTP",
		.id = id,
		.date = "",
		.for_address = "" };
}

/* ---- mails ---- */

#define SMARTHOST "200.136.80.25"
#define BEHIND "200.136.80.77"

static void
topmost(struct mail_record *m)
{
	hop(m, "pc77", BEHIND, "smtp.grid.example.edu", "1");
	hop(m, "x", "10.9.9.9", "somewhere.example", "2");
}

static void
private_behind(struct mail_record *m)
{
	hop(m, "pc77", "10.1.2.3", "SMTP.grid.example.edu", "1");
}

static void
name_beside(struct mail_record *m)
{
	hop(m, "pc77", BEHIND, "ex01.grid.example.edu", "1");
}

static void
round_a_filter(struct mail_record *m)
{
	hop(m, "localhost", "127.0.0.1", "smtp.grid.example.edu", "3");
	hop(m, "smtp.grid.example.edu", SMARTHOST, "localhost", "2");
	hop(m, "pc77", BEHIND, "smtp.grid.example.edu", "1");
}

static void
chain(struct mail_record *m)
{
	hop(m, "dept.grid.example.edu", "200.136.80.9", "smtp.grid.example.edu", "2");
	hop(m, "pc77", BEHIND, "dept.grid.example.edu", "1");
}

static void
list_of_ours(struct mail_record *m)
{
	chain(m);
	m->header.list_id = "club.grid.example.edu";
}

static void
forged_by_stranger(struct mail_record *m)
{
	hop(m, "pc77", BEHIND, "mail.bank.example", "1");
}

static void
from_outside(struct mail_record *m)
{
	hop(m, "mail.example", "198.51.100.1", "smtp.grid.example.edu", "2");
	hop(m, "pc77", BEHIND, "mail.example", "1");
}

static void
born_here(struct mail_record *m)
{
	hop(m, "", "", "smtp.grid.example.edu", "1");
}

static void
web_mail(struct mail_record *m)
{
	hop(m, "pc77", BEHIND, "smtp.grid.example.edu", "1");
	m->received[0].with = "HTTP";
}

static void
no_field(struct mail_record *m)
{
	(void)m;
}

static const struct {
	void (*make)(struct mail_record *m);
	const char *want;
} origins[] = {
	{ topmost, BEHIND },
	{ private_behind, "10.1.2.3" },
	{ name_beside, BEHIND },
	{ round_a_filter, BEHIND },
	{ chain, BEHIND },
	{ list_of_ours, "200.136.80.9" },
	{ forged_by_stranger, "" },
	{ from_outside, "" },
	{ born_here, "" },
	{ web_mail, "" },
	{ no_field, "" },
};

static void
test_origin(void **state)
{
	const struct network net = a_net("200.136.80.0/24");
	const struct campus campus = { .nets = &net, .nets_count = 1 };
	const struct campus unsaid = { .nets_count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
		struct session_record *s = fresh_session();
		struct mail_record *m = a_mail(&tale, s, "a@grid.example.edu", 0);
		char text[ADDR_TEXT_MAX];

		print_message("row %zu\n", i);
		s->client.addr = an_addr(SMARTHOST);
		s->helo_name = "smtp.grid.example.edu";
		origins[i].make(m);
		assert_string_equal(addr_format(mail_origin(&campus, s, m), text), origins[i].want);
		assert_int_equal(mail_origin(&unsaid, s, m).family, ADDR_NONE);
	}
}

/* Spam that passes counts at the host behind, and not against the server. */
static void
test_passed(void **state)
{
	struct session_record *s = fresh_session();
	struct mail_record *m = a_mail(&tale, s, "a@grid.example.edu", 9);
	struct aggregate *server = aggregate_new(), *behind = aggregate_new();

	(void)state;
	s->client.addr = an_addr(SMARTHOST);
	m->header.php_script = "33:form.php";
	m->header.message_id = "<1@grid.example.edu>";
	a_rcpt(&tale, m, "b@example.org", REPLY_OK);
	aggregate_passed(server, s, m, an_addr(BEHIND));
	aggregate_behind(behind, s, m);
	assert_int_equal(server->sums[SUM_mails], 1);
	assert_int_equal(server->sums[SUM_mails_scored], 1);
	assert_int_equal(server->sums[SUM_passed_scored], 1);
	assert_int_equal(server->sums[SUM_mails_judged], 0);
	assert_int_equal(server->sums[SUM_mails_over], 0);
	assert_int_equal(server->sums[SUM_mails_php], 0);
	assert_int_equal(server->sums[SUM_passed_mails], 1);
	assert_int_equal(server->sums[SUM_passed_spam], 1);
	assert_int_equal(server->names[NAMES_sender_spam].count, 0);
	assert_int_equal(server->names[NAMES_id_spam].count, 0);
	assert_string_equal(server->names[NAMES_origin_spam].items[0].text, BEHIND);
	assert_int_equal(behind->sums[SUM_mails], 0);
	assert_int_equal(behind->sums[SUM_mails_judged], 0);
	assert_int_equal(behind->sums[SUM_behind_mails], 1);
	assert_int_equal(behind->sums[SUM_behind_judged], 1);
	assert_int_equal(behind->sums[SUM_behind_spam], 1);
	assert_int_equal(behind->sums[SUM_mails_php], 1);
	assert_string_equal(behind->names[NAMES_script_spam].items[0].text, "33:form.php");
	assert_string_equal(behind->names[NAMES_passed_by].items[0].text, SMARTHOST);
	aggregate_free(server);
	aggregate_free(behind);
}

/* A mail that came in from a client of ours and left is found in both sets, however many there are:
 * the same Message-IDs stay. */
static void
test_ids_on_both_hops(void **state)
{
	struct session_record *in = fresh_session(), *out = a_session(&tale, "198.51.100.25");
	struct aggregate *a = aggregate_new();
	size_t found = 0;

	(void)state;
	in->client.addr = an_addr(BEHIND);
	in->direction = DIRECTION_INTERNAL;
	for (int i = 0; i < 1000; i++) {
		struct mail_record *m = a_mail(&tale, in, "a@grid.example.edu", 9);
		char id[40];

		snprintf(id, sizeof id, "<%d@grid.example.edu>", i);
		m->header.message_id = arena_string(&tale.arena, slice_str(id));
		a_rcpt(&tale, m, "b@example.org", REPLY_OK);
		aggregate_mail(a, in, m, false);
		aggregate_mail(a, out, m, true);
	}
	assert_int_equal(a->sums[SUM_in_internal], 1000);
	assert_int_equal(a->names[NAMES_id_in].count, LIMIT_HOST_NAMES);
	assert_int_equal(a->names[NAMES_id_spam].count, LIMIT_HOST_NAMES);
	for (size_t i = 0; i < LIMIT_HOST_NAMES; i++) {
		const char *text = a->names[NAMES_id_in].items[i].text;
		char id[17] = "";

		memcpy(id, text, 16);
		assert_string_equal(text + 16, NAMES_FROM BEHIND);
		found += names_find(&a->names[NAMES_id_spam], id) != NULL;
	}
	assert_int_equal(found, LIMIT_HOST_NAMES);
	aggregate_free(a);
}

/* ---- replies ---- */

static const struct {
	const char *client, *quoted, *want;
} subjects[] = {
	{ THE_HOST, "", THE_HOST },
	{ THE_HOST, THE_HOST, THE_HOST },
	{ THE_HOST, "200.136.80.9", "200.136.80.9" }, /* another of ours */
	{ THE_HOST, "198.51.100.1", "" },	      /* a stranger's */
	{ "10.1.2.3", "200.136.81.1", "10.1.2.3" },   /* public address of ours */
	{ "10.1.2.3", "200.136.80.9", "200.136.80.9" },
	{ "10.1.2.3", "8.8.8.8", "10.1.2.3" }, /* its NAT's */
	{ "10.1.2.3", "10.9.9.9", "" },
	{ THE_HOST, "200.136.81.1", "" },
};

static void
test_subject(void **state)
{
	const struct network net = a_net("200.136.80.0/24"), public = a_net("200.136.81.1");
	const struct campus campus = {
		.nets = &net, .nets_count = 1, .public = &public, .public_count = 1
	};

	(void)state;
	for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
		struct session_record *s = fresh_session();
		struct reply *r = a_reply(&tale, s, "RCPT", REPLY_LISTED, "SpamCop", "554 listed");
		char text[ADDR_TEXT_MAX];
		struct addr got;

		print_message("row %zu\n", i);
		if (subjects[i].quoted[0] != '\0')
			r->quoted = an_addr(subjects[i].quoted);
		got = reply_subject(&campus, r, an_addr(subjects[i].client));
		assert_string_equal(addr_format(got, text), subjects[i].want);
	}
}

static int
end(void **state)
{
	(void)state;
	arena_release(&tale.arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_ids_on_both_hops),
		cmocka_unit_test(test_subject),
	};

	tale_begin(&tale);
	return cmocka_run_group_tests(tests, NULL, end);
}
