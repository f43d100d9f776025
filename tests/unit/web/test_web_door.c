/* The file of users, attempts to come in, and sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "web/door.h"

#define NOW (INT64_C(1213326000) * PTIME_SECOND)
#define HASH                                                                                       \
	"$y$j9T$lLxATCRJniHikkRkqoD0mgqkzY5UBpTztTxwSgqNjaB$"                                      \
	"ZyfaAbv8prawWzpixuGcCINg4bQYsnj8HM1edDDQ6i3"

static char path[] = "/tmp/heloscope-users-XXXXXX";

static int
make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd >= 0 ? close(fd) : -1;
}

static int
drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
bad_lines_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* how the refusal goes on after FILE; NULL: it is good */
	} rows[] = {
		{ "# nobody\n\n", NULL },
		{ "alice:admin:" HASH "\n", NULL },
		{ "alice:admin:" HASH, NULL },
		{ "a.b-c_d@x:reader:" HASH "\r\n", NULL },
		{ "\nalice:boss:" HASH "\n", ":2: the role of alice" },
		{ "alice:admin\n", ":1: alice has no hash" },
		{ "alice:admin:secret\n", ":1: alice has no hash" },
		{ "alice:admin:$1$abc$0123456789012345678901\n", ":1: alice has no hash" },
		{ "alice:admin:" HASH ":x\n", ":1: alice has no hash" },
		{ "al ice:admin:" HASH "\n", ":1: a name has" },
		{ ":admin:" HASH "\n", ":1: a name has" },
		{ "alice:admin:" HASH "\nalice:reader:" HASH "\n", ":2: alice is there twice" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct users *u = NULL;
		struct err err = { "" };
		write_file(rows[i].text);
		int rc = users_load(path, &u, &err);
		const char *rest = strncmp(err.text, path, strlen(path)) == 0
					   ? err.text + strlen(path)
					   : err.text;
		if (rc != (rows[i].want == NULL ? 0 : -1) ||
			(rc != 0 && strncmp(rest, rows[i].want, strlen(rows[i].want)) != 0)) {
			fail_msg("%s: %s", rows[i].text, err.text);
		}
		users_free(u);
	}
	struct users *u;
	struct err err = { "" };
	assert_int_equal(users_load("/nowhere/users", &u, &err), -1);
}

static void
the_file_is_written_whole(void **state)
{
	(void)state;
	struct err err = { "" };
	struct users *u;
	struct stat st;
	write_file("# old\nbob:reader:" HASH "\n");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(users_load(path, &u, &err), 0);
	assert_false(u->open_to_all);
	assert_int_equal(users_put(u, "alice", ACCESS_ADMIN, HASH, &err), 0);
	assert_int_equal(users_put(u, "bob", ACCESS_ANALYST, NULL, &err), 0);
	assert_int_equal(users_put(u, "eve", ACCESS_ANALYST, NULL, &err), -1);
	assert_int_equal(users_save(u, path, &err), 0);
	users_free(u);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(users_load(path, &u, &err), 0);
	assert_int_equal(u->count, 2);
	assert_int_equal(users_find(u, "bob")->access, ACCESS_ANALYST);
	assert_string_equal(users_find(u, "alice")->hash, HASH);
	assert_true(users_remove(u, "bob"));
	assert_false(users_remove(u, "bob"));
	assert_null(users_find(u, "bob"));
	users_free(u);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(users_load(path, &u, &err), 0);
	assert_true(u->open_to_all);
	users_free(u);
}

/* alice:secret-pass, an analyst. */
static struct users *
some_users(const char *password)
{
	struct users *u = users_new();
	struct err err = { "" };
	char hash[USERS_HASH_MAX];
	assert_int_equal(password_hash(password, hash, &err), 0);
	assert_true(strncmp(hash, "$y$", 3) == 0);
	assert_int_equal(users_put(u, "alice", ACCESS_ANALYST, hash, &err), 0);
	return u;
}

static enum door_result
attempt(struct door *d, const char *name, const char *password, const char *from, int64_t now,
	unsigned *wait)
{
	struct door_attempt a = { .name = name, .password = password, .now = now };
	assert_int_equal(addr_parse(slice_str(from), &a.from), 0);
	enum door_result result = door_try(d, &a);
	if (wait != NULL) {
		*wait = a.wait_s;
	}
	return result;
}

static void
attempts_are_counted(void **state)
{
	(void)state;
	struct door *d = door_new(some_users("secret-pass"));
	unsigned wait = 0, before = 0;
	int64_t now = NOW;
	assert_int_equal(attempt(d, "alice", "secret-pass", "192.0.2.1", now, NULL), DOOR_IN);
	assert_int_equal(attempt(d, "alice", "secret-pas", "192.0.2.1", now, NULL), DOOR_WRONG);
	assert_int_equal(attempt(d, "alice", "", "192.0.2.1", now, NULL), DOOR_WRONG);
	assert_int_equal(attempt(d, "nobody", "secret-pass", "192.0.2.1", now, NULL), DOOR_WRONG);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(attempt(d, "mallory", "x", "192.0.2.1", now, NULL), DOOR_WRONG);
	}
	/* The address has had its tries: even the right password waits, and longer each time. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			attempt(d, "alice", "secret-pass", "192.0.2.1", now, &wait), DOOR_LATER);
		assert_true(wait > before);
		before = wait;
		now += wait * PTIME_SECOND;
		assert_int_equal(attempt(d, "mallory", "x", "192.0.2.1", now, NULL), DOOR_WRONG);
	}
	/* From elsewhere alice comes in; so does she after a while. */
	assert_int_equal(attempt(d, "alice", "secret-pass", "192.0.2.9", now, NULL), DOOR_IN);
	assert_int_equal(
		attempt(d, "alice", "secret-pass", "192.0.2.1", now + 3600 * PTIME_SECOND, NULL),
		DOOR_IN);
	/* Neighbours of a /64 are one, and a name is counted from wherever it is tried. */
	now += 7200 * PTIME_SECOND;
	static const char *const froms[] = { "2001:db8::1", "2001:db8::2", "2001:db8:1::1",
		"2001:db8:2::1", "2001:db8:3::1", "2001:db8:4::1" };
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(attempt(d, "alice", "wrong", froms[i], now, NULL), DOOR_WRONG);
	}
	assert_int_equal(
		attempt(d, "alice", "secret-pass", "198.51.100.1", now, &wait), DOOR_LATER);
	assert_true(wait <= 60);
	door_free(d);
}

static void
sessions_end(void **state)
{
	(void)state;
	struct door *d = door_new(some_users("secret-pass"));
	char id[DOOR_ID_MAX], other[DOOR_ID_MAX], name[AUDIT_USER_MAX] = "";
	door_open_session(d, "alice", NOW, id);
	door_open_session(d, "alice", NOW, other);
	assert_int_equal(strlen(id), DOOR_ID_MAX - 1);
	assert_string_not_equal(id, other);
	assert_true(door_session(d, slice_str(id), NOW, name));
	assert_string_equal(name, "alice");
	assert_int_equal(door_access_of(d, name), ACCESS_ANALYST);
	id[3] ^= 1;
	assert_false(door_session(d, slice_str(id), NOW, name));
	id[3] ^= 1;
	assert_false(door_session(d, SLICE(""), NOW, name));
	/* idle, and in all */
	assert_true(door_session(d, slice_str(id), NOW + DOOR_IDLE_NS - 1, name));
	assert_false(door_session(d, slice_str(other), NOW + DOOR_IDLE_NS + 1, name));
	for (int64_t t = DOOR_IDLE_NS - 1; t <= DOOR_WHOLE_NS; t += DOOR_IDLE_NS) {
		assert_true(door_session(d, slice_str(id), NOW + t, name));
	}
	assert_false(door_session(d, slice_str(id), NOW + DOOR_WHOLE_NS + 1, name));
	/* signed out; another password; gone */
	door_open_session(d, "alice", NOW, id);
	door_close_session(d, slice_str(id));
	assert_false(door_session(d, slice_str(id), NOW, name));
	door_open_session(d, "alice", NOW, id);
	door_set_users(d, some_users("other-pass"));
	assert_false(door_session(d, slice_str(id), NOW, name));
	door_open_session(d, "alice", NOW, id);
	assert_true(door_session(d, slice_str(id), NOW, name));
	door_set_users(d, users_new());
	assert_false(door_session(d, slice_str(id), NOW, name));
	assert_int_equal(door_access_of(d, "alice"), ACCESS_ANYBODY);
	/* more than there is room for: the oldest go, the newest stay */
	door_set_users(d, some_users("secret-pass"));
	for (int i = 0; i < 1500; i++) {
		door_open_session(d, "alice", NOW + i, id);
	}
	assert_true(door_session(d, slice_str(id), NOW + 1500, name));
	door_free(d);
}

/* Who does not wait fills no log: one entry for each wait. */
static void
a_flood_is_noted_once(void **state)
{
	(void)state;
	struct door *d = door_new(some_users("secret-pass"));
	struct door_attempt a = { .name = "alice", .password = "x", .now = NOW };
	assert_int_equal(addr_parse(SLICE("192.0.2.1"), &a.from), 0);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(door_try(d, &a), DOOR_WRONG);
		assert_false(a.quiet);
	}
	assert_int_equal(door_try(d, &a), DOOR_LATER);
	assert_false(a.quiet);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(door_try(d, &a), DOOR_LATER);
		assert_true(a.quiet);
		a.name = i == 0 ? "bob" : "carol"; /* the address is told already */
	}
	a.now += 600 * PTIME_SECOND;
	assert_int_equal(door_try(d, &a), DOOR_WRONG);
	assert_false(a.quiet);
	char longest[2 * AUDIT_USER_MAX];
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	a.name = longest;
	assert_int_equal(door_try_basic(d, &a), DOOR_WRONG);
	assert_true(a.quiet);
	door_free(d);
}

static void
basic_is_believed_for_a_minute(void **state)
{
	(void)state;
	struct door *d = door_new(some_users("secret-pass"));
	struct door_attempt a = { .name = "alice", .password = "secret-pass", .now = NOW };
	assert_int_equal(addr_parse(SLICE("192.0.2.1"), &a.from), 0);
	assert_int_equal(door_try_basic(d, &a), DOOR_IN);
	/* The address is shut by others' attempts, but this one is known. */
	for (int i = 0; i < 6; i++) {
		attempt(d, "mallory", "x", "192.0.2.1", NOW, NULL);
	}
	assert_int_equal(attempt(d, "alice", "secret-pass", "192.0.2.1", NOW, NULL), DOOR_LATER);
	assert_int_equal(door_try_basic(d, &a), DOOR_IN);
	a.now = NOW + 60 * PTIME_SECOND;
	a.password = "secret-pasS";
	assert_int_not_equal(door_try_basic(d, &a), DOOR_IN);
	a.password = "secret-pass";
	a.now = NOW + 1;
	door_set_users(d, some_users("other-pass"));
	assert_int_not_equal(door_try_basic(d, &a), DOOR_IN);
	door_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_lines_are_refused),
		cmocka_unit_test(the_file_is_written_whole),
		cmocka_unit_test(attempts_are_counted),
		cmocka_unit_test(sessions_end),
		cmocka_unit_test(a_flood_is_noted_once),
		cmocka_unit_test(basic_is_believed_for_a_minute),
	};
	return cmocka_run_group_tests(tests, make_file, drop_file);
}
