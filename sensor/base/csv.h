/* CSV as in RFC 4180, UTF-8, CRLF line ends, safe against formulas: a cell that a spreadsheet would run (= + - @ tab CR at its front, numbers
 * excepted) gets an apostrophe in front. */
#ifndef HELOSCOPE_BASE_CSV_H
#define HELOSCOPE_BASE_CSV_H

#include "sensor/base/buf.h"

struct csv {
	struct buf *out;
	bool started; /* a cell stands on this line already */
};

void csv_init(struct csv *c, struct buf *out);
void csv_text(struct csv *c, struct slice s);
void csv_int(struct csv *c, int64_t v);
void csv_real(struct csv *c, double v);
void csv_time(struct csv *c, int64_t t); /* RFC 3339 UTC, empty for 0 */
void csv_empty(struct csv *c);
void csv_end(struct csv *c); /* end of the line */

#endif
