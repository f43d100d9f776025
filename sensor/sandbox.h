/* What a process gives up before it touches a byte from outside.
 *
 * Source: capabilities(7), seccomp(2), prctl(2); libseccomp.
 * Nothing given up here comes back: not by a later call, not by running another program. */
#ifndef HELOSCOPE_SANDBOX_H
#define HELOSCOPE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sensor/base/err.h"

struct sandbox_user {
	uid_t uid;
	gid_t gid;
};

/* By name, 0, or -1 and err. */
int sandbox_user_named(const char *name, struct sandbox_user *out, struct err *err);
/* Who owns that folder. 0, or -1 and err. */
int sandbox_user_of_folder(const char *path, struct sandbox_user *out, struct err *err);

struct sandbox {
	struct sandbox_user user; /* for one who is not root now: stays who it is */
	bool only_compute;	  /* no files, sockets or processes from here on (seccomp) */
	size_t memory;		  /* bytes of address space; 0 = as it is */
	bool ends_with_parent;	  /* SIGTERM when the parent dies */
	bool asks;		  /* …but internet sockets of its own, and locks on files
				     that are open */
	bool runs_nothing;	  /* no other program (seccomp) */
	bool attaches_filters;	  /* …but a filter to a socket that is open (SO_ATTACH_FILTER) */
};

/* Always: no capabilities, no new privileges, no core dumps (they would hold mail). Sanitizers need
 * files and address space: under them only_compute and memory do nothing.
 * 0, or -1 and err: then the process must end. */
int sandbox_enter(const struct sandbox *sandbox, struct err *err);
/* The filter of only_compute alone, for one who has entered without it to open files as that user.
 */
int sandbox_close(const struct sandbox *sandbox, struct err *err);

#endif
