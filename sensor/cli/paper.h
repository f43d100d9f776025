/* Text for a person: as wide as the terminal, coloured only where colour can be seen.
 *
 * Source: no-color.org.  Width: COLUMNS, else the terminal's, else 100 characters; a character
 * counts as one cell. */
#ifndef HELOSCOPE_CLI_PAPER_H
#define HELOSCOPE_CLI_PAPER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum ink { INK_PLAIN, INK_BOLD, INK_BAD, INK_WARN, INK_GOOD };

struct paper {
	FILE *out;
	int width; /* characters */
	bool colour;
	bool terminal; /* what is too long is cut; else all is written */
};

struct paper paper_of(FILE *out);
/* Ends on its own: the next text is plain again. */
void paper_ink(const struct paper *p, enum ink ink, const char *text);
/* Words from the column `indent` on, wrapped; `first` stands before the first line, within the
 * indent. Ends with a newline. */
void paper_text(const struct paper *p, int indent, const char *first, const char *text);
/* A heading after an empty line. */
void paper_head(const struct paper *p, const char *text);
/* Cell of a table: `width` characters and two spaces after; negative: right-aligned; 0: what is
 * left of the line, `used` of which is written. */
void paper_cell(const struct paper *p, enum ink ink, int width, int used, const char *text);
/* "2008-06-12 03:04"; "-" for 0. Returns out. */
#define PAPER_TIME_MAX 40
const char *paper_time(int64_t t, char out[PAPER_TIME_MAX]);

#endif
