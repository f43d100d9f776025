/* The made store (browser/demo.h) in a folder of its own, for the tests of one file: make_store and
 * drop_store are their setup and teardown, `path` is the store. */
#ifndef HELOSCOPE_TESTS_WEB_DEMO_FOLDER_H
#define HELOSCOPE_TESTS_WEB_DEMO_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "browser/demo.h"

static char folder[] = "/tmp/heloscope-demo-XXXXXX";
static char path[sizeof folder + 16];

static inline int
make_store(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	snprintf(path, sizeof path, "%s/demo.db", folder);
	demo_store(path);
	return 0;
}

static inline int
drop_store(void **state)
{
	(void)state;
	static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock" };
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		char name[sizeof path + 16];
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	return rmdir(folder);
}

#endif
