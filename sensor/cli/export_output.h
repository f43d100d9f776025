/* Where an export goes: standard output, a device, or a file that comes into being whole.
 *
 * Errors: in words, with the file's name. */
#ifndef HELOSCOPE_CLI_EXPORT_OUTPUT_H
#define HELOSCOPE_CLI_EXPORT_OUTPUT_H

#include <stdio.h>

#include "sensor/base/err.h"

/* Calls write with the open file: 0, or -1 and err.  `path` NULL or "-": standard output, whose own
 * faults main looks after. */
int export_output(const char *path, int (*write)(void *ctx, FILE *out, struct err *err), void *ctx,
	struct err *err);

#endif
