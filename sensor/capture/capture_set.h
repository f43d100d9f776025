/* Many captures as one: files, folders, patterns and standard input, their frames in the order of
 * time.
 *
 * Input:  places of the user (capture_places.h); the files are hostile.
 * Output: frames as capture.h gives them, merged by time: two interfaces of one path that were
 *         captured into two files come out interleaved.  Within a file the order is the file's.
 *         A file waits closed until its first packet is due, so that a thousand files in a row are
 *         read one after another.
 *         Following: files that grow are read on as they grow, and files that appear in a folder or
 *         match a pattern are taken up (tcpdump -C, -G, -W; dumpcap -b).  A file is left when it
 *         has been still for QUIET and a later one is there; when it grows after that, it is taken
 *         up again where it was left.  Frames of one file wait for those of another that grows, at
 *         most as long.
 * Memory: LIMIT_CAPTURES_OPEN captures at once, a row for each of LIMIT_CAPTURE_FILES. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_SET_H
#define HELOSCOPE_CAPTURE_CAPTURE_SET_H

#include "sensor/capture/capture.h"

enum capture_note {
	CAPTURE_NOTE_SKIPPED, /* in a folder: no capture, or not readable */
	CAPTURE_NOTE_EMPTY,   /* a capture without packets */
	CAPTURE_NOTE_CUT,     /* its snaplen was too short */
	CAPTURE_NOTE_FOLLOW,  /* rotation: begun anew, left with half a record */
};

struct capture_set_config {
	bool follow;
	/* Whether an opened capture can be read (its link types): 0, or -1 and err. */
	int (*check)(const struct capture *c, struct err *err);
	/* Words for a person, which name the file. */
	void (*note)(void *ctx, enum capture_note kind, const char *text);
	void *ctx;
};

struct capture_now {
	int64_t monotonic, wall; /* ns; both may be 0 where nothing is followed */
};

struct capture_set;

/* Looks at the front of every file. 0 and *out, or -1 and err: a file that was named cannot be
 * read, or a folder holds none that can. */
int capture_set_open(const struct capture_set_config *config, const char *const *places,
	size_t count, struct capture_now now, struct capture_set **out, struct err *err);
/* True if there is a packet. */
bool capture_set_has_frames(const struct capture_set *s);
/* 1 = the next frame, whose data lives until the next call; 0 = the end, or (following) nothing for
 * now; -1 = one of the files is damaged: err; the next call goes on with the others. */
int capture_set_next(
	struct capture_set *s, struct capture_now now, struct frame *out, struct err *err);
/* True when nothing will come any more. */
bool capture_set_ended(const struct capture_set *s);
/* Bytes read and bytes in all files (0 = unknown), and the file that gave the last frame. */
void capture_set_progress(const struct capture_set *s, int64_t *done, int64_t *size);
const char *capture_set_name(const struct capture_set *s);
void capture_set_close(struct capture_set *s); /* NULL does nothing */

#endif
