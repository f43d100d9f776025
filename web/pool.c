#include "web/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct pool {
	char *path;
	pthread_mutex_t lock;
	struct store *idle[POOL_MAX];
	size_t idle_count, taken;
	dev_t device; /* of the file that the idle connections have open */
	ino_t inode;
	unsigned generation;
};

struct pool *
pool_new(const char *path)
{
	struct pool *p = must_alloc(sizeof *p);
	*p = (struct pool){ .path = strdup(path) };
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

static void
drop_idle(struct pool *p)
{
	while (p->idle_count > 0) {
		store_close(p->idle[--p->idle_count]);
	}
}

void
pool_free(struct pool *p)
{
	if (p == NULL) {
		return;
	}
	drop_idle(p);
	pthread_mutex_destroy(&p->lock);
	free(p->path);
	free(p);
}

const char *
pool_path(const struct pool *p)
{
	return p->path;
}

/* With the lock held.  1 = *out is an idle connection, 0 = open a new one, -1. */
static int
take_idle(struct pool *p, struct reader *out, struct err *err)
{
	struct stat st;
	if (stat(p->path, &st) != 0) {
		drop_idle(p);
		return err_set(err, "there is no store at %s", p->path);
	}
	if (st.st_dev != p->device || st.st_ino != p->inode) {
		drop_idle(p); /* another file now: restored, or made anew */
		p->device = st.st_dev;
		p->inode = st.st_ino;
		p->generation++;
	}
	if (p->taken == POOL_MAX) {
		return err_set(err,
			"%d requests and downloads are running already: try again in a moment",
			POOL_MAX);
	}
	p->taken++;
	*out = (struct reader){ .generation = p->generation };
	if (p->idle_count == 0) {
		return 0;
	}
	out->store = p->idle[--p->idle_count];
	return 1;
}

int
pool_take(struct pool *p, struct reader *out, struct err *err)
{
	*out = (struct reader){ 0 };
	pthread_mutex_lock(&p->lock);
	int found = take_idle(p, out, err);
	pthread_mutex_unlock(&p->lock);
	if (found != 0) {
		return found > 0 ? 0 : -1;
	}
	if (store_open_reader(p->path, &out->store, err) == 0) {
		return 0;
	}
	out->store = NULL;
	pthread_mutex_lock(&p->lock);
	p->taken--;
	pthread_mutex_unlock(&p->lock);
	return -1;
}

void
pool_give(struct pool *p, struct reader *r, bool sound)
{
	if (r->store == NULL) {
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->taken--;
	if (sound && r->generation == p->generation) {
		p->idle[p->idle_count++] = r->store;
		r->store = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	store_close(r->store); /* NULL when it was kept */
	r->store = NULL;
}
