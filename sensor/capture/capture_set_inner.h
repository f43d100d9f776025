/* Inside the set: its sources, and what looking for new ones (capture_set_scan.c) and reading them
 * (capture_set.c) share. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_SET_INNER_H
#define HELOSCOPE_CAPTURE_CAPTURE_SET_INNER_H

#include <sys/stat.h>
#include <sys/types.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/capture/capture_set.h"
#include "sensor/limits.h"

#define QUIET (2 * PTIME_SECOND)
#define RETRY (50 * PTIME_MS)
#define RESCAN (500 * PTIME_MS)
#define DAMAGED INT64_MIN /* first: read at once, so that the damage is said */

enum source_state { SOURCE_WAITING, SOURCE_OPEN, SOURCE_DONE };

struct source_key {
	uint64_t dev, ino;
};

struct source {
	struct source_key key; /* 0, 0 = no regular file */
	char *path;
	size_t index; /* order in which they were named */
	enum source_state state;
	bool listed;		/* of a folder or pattern */
	bool refused;		/* no capture, so far */
	int64_t first;		/* time of its first frame */
	uint64_t frames;	/* taken from it so far */
	int64_t size, modified; /* when it was closed, or looked at */
	struct capture *capture;
	struct frame frame;
	bool has_frame;
	int64_t grown, retry; /* monotonic */
	UT_hash_handle hh;
};

struct capture_set {
	struct capture_set_config config;
	const char *const *places;
	size_t places_count;
	struct source *by_key;
	struct source **sources; /* all */
	size_t count, cap;
	struct source **waiting; /* by first time, the next one last */
	size_t waiting_count, waiting_cap;
	struct source *open[LIMIT_CAPTURES_OPEN];
	size_t open_count;
	struct source *current; /* gave the last frame */
	int64_t scan_due;
	size_t skipped;	    /* notes of that kind */
	int64_t done_bytes; /* of closed files */
	bool frames;	    /* one has a packet */
	bool full;	    /* said that there are too many files */
	struct capture_now now;
};

void set_note(struct capture_set *s, enum capture_note kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What the file is like now; another look tells by it whether it has changed. */
int64_t set_modified(const struct stat *st);
void set_remember(struct source *source, const struct stat *st);
/* A file with frames that are understood: 1; 0 = following, and too short for now; -1 and err. */
int set_open_file(
	const struct capture_set *s, const char *path, struct capture **out, struct err *err);
/* The source waits for its turn. */
void set_wait(struct capture_set *s, struct source *source);
/* Opens it (at the front; as many frames as it gave already are passed over). 0, or -1 and err. */
int set_open(struct capture_set *s, struct source *source, struct err *err);
/* Closes an open source. */
void set_finish(struct capture_set *s, struct source *source);
/* Looks for files. 0, or -1 and err: one that was named cannot be read. */
int set_scan(struct capture_set *s, struct err *err);

#endif
