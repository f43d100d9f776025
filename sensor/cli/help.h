/* Help texts and the man page, from the table of commands: one source, so that they never differ.
 */
#ifndef HELOSCOPE_CLI_HELP_H
#define HELOSCOPE_CLI_HELP_H

#include <stdio.h>

#include "sensor/cli/cli.h"

extern const struct cli_command *const commands[];
extern const size_t commands_count;

void help_overview(FILE *out);
void help_command(const struct cli_command *command, FILE *out);
/* heloscope(1) in man(7) macros. */
void help_man_page(FILE *out);

#endif
