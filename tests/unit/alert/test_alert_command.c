/* Commands: what they get, what their end means, and that none holds us up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/alert/alert_text.h"
#include "sensor/base/clock.h"

static char folder[64];

static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
write_script(const char *body)
{
	FILE *f = fopen(path_of("hook"), "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\ncd '%s' || exit 9\n%s\n", folder, body);
	fclose(f);
	assert_int_equal(chmod(path_of("hook"), 0755), 0);
}

static struct alert_result
run_script(const char *body)
{
	const uint8_t bytes[4] = { 192, 0, 2, 9 };
	char big[8192];
	struct change change = { .seq = 7,
		.sensor = "gate",
		.host = addr_v4(bytes),
		.noted = PTIME_SECOND,
		.before = "clean",
		.verdict = VERDICT_LISTED,
		.cause = "web-form",
		.summary = big };
	char id[ALERT_ID_MAX];
	const struct alert alert = { .id = alert_id(&change, 1, id),
		.sensor = "gate",
		.attempt = 1,
		.changes = &change,
		.changes_count = 1,
		.report = "" };
	const struct alert_target target = { .name = "hook",
		.kind = ALERT_COMMAND,
		.address = path_of("hook"),
		.limit = PTIME_SECOND };
	struct alert_result result;

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	memcpy(big, "$(touch here); `id` \"'", 22);
	if (body != NULL)
		write_script(body);
	alert_deliver(&target, &alert, &result);
	return result;
}

static void
want_file(const char *name, const char *part)
{
	char text[32768];
	FILE *f = fopen(path_of(name), "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	if (strstr(text, part) == NULL)
		fail_msg("%s is not in %s: %s", part, name, text);
}

static void
what_it_gets(void **state)
{
	(void)state;
	assert_int_equal(
		run_script("cat >in; env >env; echo \"$#|$1|$2\" >args; ls -l /proc/self/fd >fds")
			.outcome,
		ALERT_DELIVERED);
	want_file("in", "{\"type\":\"alert\",\"id\":\"gate-7-1\"");
	want_file("in", "\"summary\":\"$(touch here); `id` \\\"'");
	want_file("env", "HELOSCOPE_HOST=192.0.2.9\n");
	want_file("env", "HELOSCOPE_SUMMARY=$(touch here); `id` \"'");
	want_file("args", "2|change|gate-7-1\n");
	assert_int_equal(access(path_of("here"), F_OK), -1);
}

static void
how_it_ends(void **state)
{
	static const struct {
		const char *body;
		enum alert_outcome want;
		const char *reason;
	} rows[] = {
		{ "exit 0", ALERT_DELIVERED, "" }, /* though it reads nothing */
		{ "echo it is\necho full; exit 3", ALERT_FAILED,
			"ended by exit status 3: it is full" },
		{ "kill -9 $$", ALERT_FAILED, "ended by signal 9" },
		{ "exec /nonexistent", ALERT_FAILED, "ended by exit status 127" },
		{ "head -c 1000000 /dev/zero | tr '\\0' x; exit 1", ALERT_FAILED,
			"ended by exit status 1: xxxx" },
		{ "printf 'a\\033[31mb'; exit 1", ALERT_FAILED,
			"ended by exit status 1: a\\x1b[31mb" },
		{ "sleep 9 & exit 0", ALERT_DELIVERED, "" }, /* what it leaves behind */
		{ "sleep 9", ALERT_FAILED, "not done after 1 s, and killed" },
		{ "trap '' TERM; while :; do :; done", ALERT_FAILED,
			"not done after 1 s, and killed" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t start = clock_ns(CLOCK_MONOTONIC);
		struct alert_result got = run_script(rows[i].body);
		if (got.outcome != rows[i].want ||
			strncmp(got.reason, rows[i].reason, strlen(rows[i].reason)) != 0)
			fail_msg("%s: %d, %s", rows[i].body, got.outcome, got.reason);
		assert_true(clock_ns(CLOCK_MONOTONIC) - start < 6 * PTIME_SECOND);
	}
	unlink(path_of("hook"));
	assert_non_null(strstr(run_script(NULL).reason, "it cannot be run: No such file"));
}

static int
begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/heloscope-hook-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
end(void **state)
{
	char command[128];
	(void)state;

	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_gets),
		cmocka_unit_test(how_it_ends),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
