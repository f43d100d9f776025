/* A store in a folder of its own, and pages asked of it without HTTP. */
#ifndef HELOSCOPE_TESTS_WEB_PAGES_H
#define HELOSCOPE_TESTS_WEB_PAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store.h"
#include "web/request.h"

struct pages {
	char folder[32];
	char path[64];
	struct pool *pool;
	struct buf body;
};

/* Without a store yet; then pages_open. */
static inline void
pages_begin(struct pages *p)
{
	snprintf(p->folder, sizeof p->folder, "/tmp/heloscope-pages-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof p->path, "%s/pages.db", p->folder);
	buf_init(&p->body, PAGE_MAX);
	p->pool = pool_new(p->path);
}

static inline void
pages_end(struct pages *p)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock" };
	pool_free(p->pool);
	buf_release(&p->body);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		char name[sizeof p->path + 16];
		snprintf(name, sizeof name, "%s%s", p->path, ends[i]);
		unlink(name);
	}
	assert_int_equal(rmdir(p->folder), 0);
}

/* Status; the body in p->body. */
static inline unsigned
pages_ask(struct pages *p, const char *target, enum access access, int64_t now)
{
	struct request r;
	struct answer a;
	request_init(&r, p->pool, "test", now);
	r.viewer.access = access;
	answer_init(&a);
	route_answer(&r, slice_str(target), &a);
	buf_clear(&p->body);
	buf_add(&p->body, buf_slice(&a.body));
	unsigned status = a.status;
	buf_release(&a.body);
	request_release(&r);
	stream_free(a.stream);
	return status;
}

static inline bool
pages_say(const struct pages *p, const char *text)
{
	return slice_find(buf_slice(&p->body), slice_str(text)) < p->body.len;
}

#endif
