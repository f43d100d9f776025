#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/base/ptime.h"
#include "sensor/capture/capture_file.h"
#include "sensor/capture/capture_inner.h"

/* ---- for the kinds ---- */

void *
capture_new(size_t size, const struct capture_kind *kind, const char *name)
{
	struct capture *c = must_alloc(size);
	size_t name_size = strlen(name) + 1;

	memset(c, 0, size);
	c->kind = kind;
	c->file.fd = -1;
	c->name = must_alloc(name_size);
	memcpy(c->name, name, name_size);
	return c;
}

int64_t
capture_time(int64_t seconds, int64_t nanoseconds)
{
	if (seconds < 0)
		return 0;
	if (seconds >= CAPTURE_TIME_MAX / PTIME_SECOND)
		return CAPTURE_TIME_MAX;
	return seconds * PTIME_SECOND + nanoseconds;
}

void
capture_fill(struct capture *c, int64_t time, int linktype, uint32_t wire_len, struct slice data,
	struct frame *out)
{
	c->bytes += (int64_t)data.len;
	*out = (struct frame){
		.time = time,
		.number = ++c->frames,
		.linktype = linktype,
		.wire_len = wire_len > data.len ? wire_len : (uint32_t)data.len,
		.data = data,
	};
	if (out->wire_len > data.len) {
		c->cut.frames++;
		if (data.len > c->cut.snaplen)
			c->cut.snaplen = data.len;
	}
}

int
capture_refuse(struct capture *c, const char *what, const char *detail, const char *advice,
	struct err *err)
{
	const char *damage = c->file.damage.text;

	c->ended = true;
	if (damage[0] != '\0') {
		what = "damaged";
		detail = damage;
	}
	if (c->frames == 0)
		return err_set(err, "%s: %s before its first packet (%s)%s", c->name, what, detail,
			advice);
	return err_set(err, "%s: %s after packet %llu (%s)%s", c->name, what,
		(unsigned long long)c->frames, detail, advice);
}

/* ---- files ---- */

static int
open_file(const char *path, bool growing, struct capture **out, struct err *err)
{
	const char *name = capture_file_name(path);
	enum capture_format format;
	struct bytes bytes;
	int rc = capture_file_open(path, growing, &bytes, &format, err);

	if (rc <= 0)
		return rc;
	rc = format == CAPTURE_PCAP ? pcap_file_open(&bytes, name, out, err)
				    : pcapng_file_open(&bytes, name, out, err);
	if (rc <= 0)
		bytes_release(&bytes);
	else
		(*out)->file.patient = false;
	return rc;
}

int
capture_open_file(const char *path, struct capture **out, struct err *err)
{
	return open_file(path, false, out, err) == 1 ? 0 : -1;
}

int
capture_open_growing(const char *path, struct capture **out, struct err *err)
{
	return open_file(path, true, out, err);
}

void
capture_grown(struct capture *c)
{
	c->file.growing = false;
}

bool
capture_ended(const struct capture *c)
{
	return c->ended;
}

/* ---- every source ---- */

int
capture_next(struct capture *c, struct frame *out, struct err *err)
{
	return c->ended ? 0 : c->kind->next(c, out, err);
}

int
capture_linktype(const struct capture *c, size_t n)
{
	return c->kind->linktype(c, n);
}

int
capture_fd(const struct capture *c)
{
	return c->kind->fd == NULL || c->ended ? -1 : c->kind->fd(c);
}

void
capture_progress(const struct capture *c, int64_t *done, int64_t *size)
{
	*done = c->file.regular ? bytes_done(&c->file) : c->bytes;
	*size = c->file.size;
}

void
capture_stats(struct capture *c, struct capture_stats *out)
{
	*out = (struct capture_stats){ .received = (int64_t)c->frames };
	if (c->kind->stats != NULL)
		c->kind->stats(c, out);
}

struct capture_cut
capture_cut(const struct capture *c)
{
	return c->cut;
}

const char *
capture_name(const struct capture *c)
{
	return c->name;
}

void
capture_close(struct capture *c)
{
	if (!c)
		return;
	c->kind->close(c);
	bytes_release(&c->file);
	free(c->name);
	free(c);
}
