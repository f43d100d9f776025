/* From what a person names to capture files: a file, a folder, a pattern.
 *
 * Input:  paths of the user.  A folder stands for the files directly in it, but not for those of
 *         folders below and those whose name begins with a dot; a name that is no file and holds *,
 *         ? or [ is a pattern (quoted from the shell, so that it also finds what comes later).
 * Output: paths, in no order. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_PLACES_H
#define HELOSCOPE_CAPTURE_CAPTURE_PLACES_H

#include <stdbool.h>

#include "sensor/base/err.h"

/* True if the place may hold several files: a folder or a pattern. */
bool place_is_several(const char *place);
/* Calls fn for each path; 0, or -1 and err when the folder cannot be read. */
int place_list(
	const char *place, void (*fn)(void *ctx, const char *path), void *ctx, struct err *err);

#endif
