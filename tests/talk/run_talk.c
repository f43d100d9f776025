/* Runs dialogues: tests/talk/NAME.talk says what both sides send, then what must come of it
 * (README.md).
 *
 *   run_talk FILE.talk...            each straight through the parser: whole, byte by byte, and in
 *                                    pieces of 2, 3, 5 and 11 bytes
 *   run_talk --renew FILE.talk...    writes what comes of it into the files (read the difference
 *                                    before you believe it) */
#include <stdio.h>
#include <string.h>

#include "talk/run.h"

static int
check_parser(const struct talk *t)
{
	static const size_t chunks[] = { 0, 1, 2, 3, 5, 11 };
	int failed = 0;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]) && failed == 0; i++) {
		struct run run;
		parser_run(t, chunks[i], &run);
		const char *got = buf_cstr(&run.text);
		if (strcmp(got, t->want) != 0) {
			printf("%s, chunks of %zu (0 = whole)\n--- wanted\n%s--- got\n%s", t->name,
				chunks[i], t->want, got);
			failed = 1;
		}
		run_release(&run);
	}
	return failed;
}

static int
renew(const char *path, const struct talk *t)
{
	struct run run;
	parser_run(t, 0, &run);
	int failed = talk_renew(path, t, buf_cstr(&run.text)) != 0;
	run_release(&run);
	return failed;
}

int
main(int argc, char **argv)
{
	bool renewing = argc > 1 && strcmp(argv[1], "--renew") == 0;
	int failed = 0, run = 0;
	for (int i = 1 + renewing; i < argc; i++, run++) {
		struct talk t;
		struct err err = { "" };
		if (talk_read(argv[i], &t, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			failed++;
		} else {
			failed += renewing ? renew(argv[i], &t) : check_parser(&t);
		}
		talk_free(&t);
	}
	printf("%d of %d dialogues as expected\n", run - failed, run);
	return failed > 0 || run == 0;
}
