/* kill -9 of the writer at random moments: what was committed is there, the file is sound, the next
 * writer goes on.
 *
 *   store_kill [SEED [ROUNDS]]
 *
 * The writer puts batches of records and, after each commit, tells the number of the batch through
 * a pipe. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sensor/record_layout.h"
#include "store/query.h"

#define BATCH 20
#define TIME INT64_C(1213000000000000000)

static void
die(const char *what, const struct err *err)
{
	fprintf(stderr, "store_kill: %s: %s\n", what, err->text);
	exit(1);
}

static void
put_batch(struct sink *sink, int batch, struct err *err)
{
	char id[17];

	for (int i = 0; i < BATCH; i++) {
		struct session_record s = { 0 };
		struct mail_record m = { 0 };

		record_init(&layout_session, &s);
		record_init(&layout_mail, &m);
		snprintf(id, sizeof id, "%08x%08x", (unsigned)batch, (unsigned)i);
		s.id = m.session = id;
		s.start = s.end = m.start = m.end = TIME + batch;
		m.number = 1;
		if (sink->mail(sink->ctx, &s, &m, err) < 0 || sink->session(sink->ctx, &s, err) < 0)
			die("put", err);
	}
}

static void
write_for_ever(const char *path, int first, int out)
{
	struct err err = { 0 };
	struct store *store;

	if (store_open(path, "test", &store, &err) != 0)
		die("open", &err);

	struct sink sink = store_sink(store);

	for (int batch = first;; batch++) {
		put_batch(&sink, batch, &err);
		if (sink.commit(sink.ctx, &err) != 0)
			die("commit", &err);
		if (write(out, &batch, sizeof batch) != sizeof batch)
			exit(1);
	}
}

static int64_t
count_rows(struct store *store, const char *table)
{
	struct err err = { 0 };
	int64_t n;

	if (table_count(store, table_find(table), &(struct filter){ 0 }, &n, &err) != 0)
		die("count", &err);
	return n;
}

static void
say(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "store_kill: %s\n", text);
}

/* How many batches are there; whole ones only, and at least those that were told. */
static int
look(const char *path, int told)
{
	struct err err = { 0 };
	struct store *store;

	if (store_open(path, "test", &store, &err) != 0)
		die("open after the kill", &err);

	int64_t sessions = count_rows(store, "sessions"), mails = count_rows(store, "mails");

	store_close(store);
	if (store_check(path, say, NULL, &err) != 0)
		die("check after the kill", &err);
	if (sessions != mails || sessions % BATCH != 0 || sessions < (int64_t)told * BATCH) {
		fprintf(stderr, "store_kill: %lld sessions, %lld mails after %d batches of %d\n",
			(long long)sessions, (long long)mails, told, BATCH);
		exit(1);
	}
	return (int)(sessions / BATCH);
}

/* Number of batches that the writer told of before it was killed. */
static int
write_and_kill(const char *path, int first, unsigned *seed)
{
	int ends[2], batch, told = first;

	if (pipe2(ends, O_CLOEXEC) != 0)
		exit(1);

	pid_t child = fork();

	if (child == 0) {
		close(ends[0]);
		write_for_ever(path, first, ends[1]);
	}
	close(ends[1]);
	usleep((useconds_t)(rand_r(seed) % 60000));
	kill(child, SIGKILL);
	while (read(ends[0], &batch, sizeof batch) == sizeof batch)
		told = batch + 1;
	close(ends[0]);
	waitpid(child, NULL, 0);
	return told;
}

int
main(int argc, char **argv)
{
	unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : (unsigned)time(NULL);
	long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 40;
	char folder[] = "/tmp/heloscope-kill-XXXXXX", path[64], command[64];
	int batches = 0, beyond = 0;

	printf("seed %u\n", seed);
	fflush(stdout);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/heloscope.db", folder);
	for (long round = 0; round < rounds; round++) {
		int told = write_and_kill(path, batches, &seed);

		batches = look(path, told);
		beyond += batches > told;
	}
	printf("%ld kills, %d batches, %d of them committed but not told\n", rounds, batches,
		beyond);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command) == 0 && batches > 0 ? 0 : 1;
}
