/* Who would be cut off if egress were closed. */
#include "tale.h"

#include "sensor/host/aggregate_fields.h"

static void
judge_one(struct tale *t, struct aggregate *a)
{
	const struct verdict_config config = verdict_config_default();
	const struct hour_of_host hour = { NIGHT, a, NULL };

	t->services[t->services_count++] = (struct service){ 3128, "", NIGHT, NIGHT };
	t->services[t->services_count++] = (struct service){ 40000, "", NIGHT, NIGHT };
	verdict_host(&config,
		&(struct verdict_input){ .ip = an_addr(THE_HOST),
			.hours = &hour,
			.hours_count = 1,
			.services = t->services,
			.services_count = t->services_count,
			.now = NIGHT + PTIME_HOUR },
		&t->arena, &t->host);
}

static void
test_by_port(void **state)
{
	static struct tale t;
	struct aggregate *a = aggregate_new();
	char name[32];

	(void)state;
	tale_begin(&t);
	aggregate_add(a, SUM_port_25, 40);
	aggregate_add(a, SUM_accepted_25, 31);
	aggregate_add(a, SUM_port_587, 3);
	aggregate_add(a, SUM_accepted_other, 1); /* its session goes on */
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "d%02d.example", i);
		for (int k = 0; k <= i % 7; k++)
			aggregate_name(a, NAMES_accepted_domain, slice_str(name), NIGHT);
	}
	judge_one(&t, a);
	assert_int_equal(t.host.cut_off_count, 3);
	assert_int_equal(t.host.cut_off[0].port, 25);
	assert_int_equal(t.host.cut_off[0].sessions, 40);
	assert_int_equal(t.host.cut_off[0].accepted, 31);
	assert_int_equal(t.host.cut_off[0].domains_count, 20);
	assert_string_equal(t.host.cut_off[0].domains[0], "d06.example");
	assert_string_equal(t.host.cut_off[0].domains[1], "d13.example");
	assert_string_equal(t.host.cut_off[0].domains[4], "d05.example");
	assert_int_equal(t.host.cut_off[1].port, 587);
	assert_int_equal(t.host.cut_off[1].domains_count, 0);
	assert_int_equal(t.host.cut_off[2].port, 0);
	assert_int_equal(t.host.cut_off[2].sessions, 0);
	assert_int_equal(t.host.services_count, 2);
	assert_string_equal(t.host.services[0].name, "squid-http");
	assert_string_equal(t.host.services[1].name, "");
	aggregate_free(a);
	tale_over(&t);
}

static void
test_nobody(void **state)
{
	static struct tale t;
	struct aggregate *a = aggregate_new();

	(void)state;
	tale_begin(&t);
	aggregate_add(a, SUM_sessions, 10);
	judge_one(&t, a);
	assert_int_equal(t.host.cut_off_count, 0);
	aggregate_free(a);
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_port),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
