#include <string.h>

#include "sensor/smtp/data.h"

void
data_init(struct data_reader *d, bool any_crlf)
{
	*d = (struct data_reader){ .state = DATA_LINE, .any_crlf = any_crlf };
}

void
data_gap(struct data_reader *d)
{
	d->state = DATA_MIDDLE;
	d->last_cr = d->cr_dot = false;
	d->line = 0;
}

bool
data_end_here(const struct data_reader *d)
{
	return d->state == DATA_DOT_LF || d->state == DATA_LF_DOT_LF ||
	       d->state == DATA_LF_DOT_CRLF;
}

/* CRs in a line that stand alone: those among its first `inside` bytes.  In CR.CR the first may
 * have come with the chunk before. */
static void
count_crs(struct data_reader *d, struct slice line, size_t inside)
{
	const uint8_t *p = line.ptr, *end = p + line.len;
	d->bare_cr += d->last_cr;
	d->doubtful += d->cr_dot && p[0] == '\r';
	d->doubtful += d->last_cr && line.len > 1 && p[0] == '.' && p[1] == '\r';
	for (const uint8_t *cr = p; (cr = memchr(cr, '\r', (size_t)(p + inside - cr))) != NULL;
		cr++) {
		d->bare_cr++;
		d->doubtful += end - cr > 2 && cr[1] == '.' && cr[2] == '\r';
	}
}

/* A line end at ptr[i]; `start` is where the line began in this chunk. */
static void
count_line_end(struct data_reader *d, const uint8_t *ptr, size_t start, size_t i)
{
	bool crlf = i > start ? ptr[i - 1] == '\r' : d->last_cr;
	d->state = crlf ? DATA_LINE : DATA_LINE_LF;
	d->any_crlf |= crlf;
	d->long_lines += d->line + (i - start) > DATA_LINE_MAX + (size_t)crlf;
	d->line = 0;
	d->bare_lf += !crlf;
	if (i > start)
		count_crs(d, slice_of(ptr + start, i - start), i - start - crlf);
	d->last_cr = d->cr_dot = false;
}

/* The unfinished line at the end of the chunk. */
static void
count_line_tail(struct data_reader *d, struct slice tail)
{
	const uint8_t *end = tail.ptr + tail.len;
	count_crs(d, tail, tail.len - 1);
	d->line += tail.len;
	d->state = DATA_MIDDLE;
	d->cr_dot =
		tail.len == 1 ? d->last_cr && end[-1] == '.' : end[-1] == '.' && end[-2] == '\r';
	d->last_cr = end[-1] == '\r';
}

/* As many lines as there are up to one that begins with a dot. */
static void
take_lines(struct data_reader *d, struct slice *in, struct slice *out)
{
	size_t i = 0;
	while (i < in->len && (d->state == DATA_MIDDLE || in->ptr[i] != '.')) {
		const uint8_t *lf = memchr(in->ptr + i, '\n', in->len - i);
		if (lf == NULL) {
			count_line_tail(d, slice_skip(*in, i));
			i = in->len;
			break;
		}
		size_t end = (size_t)(lf - in->ptr);
		count_line_end(d, in->ptr, i, end);
		i = end + 1;
	}
	*out = slice_take(*in, i);
	*in = slice_skip(*in, i);
}

/* What a dot line in doubt becomes when it turns out to be none: after CRLF its dot is stuffing
 * (RFC 5321 4.5.2), after a bare LF, which is no line end for a server that keeps to the RFC, it is
 * text. */
static struct slice
flush(struct data_reader *d, enum data_state next, struct slice held)
{
	d->state = next;
	return held;
}

/* One byte of a line that begins with a dot. */
static enum data_result
step(struct data_reader *d, struct slice *in, struct slice *out)
{
	uint8_t c = in->ptr[0];
	bool eat = c == '\r' || c == '\n';
	enum data_result result = DATA_PIECE;
	*out = SLICE_EMPTY;
	switch (d->state) {
	case DATA_LINE:
	case DATA_LINE_LF:
		eat = true; /* the dot */
		d->state = d->state == DATA_LINE ? DATA_DOT : DATA_LF_DOT;
		break;
	case DATA_DOT:
		d->state = c == '\r' ? DATA_DOT_CR : c == '\n' ? DATA_DOT_LF : DATA_MIDDLE;
		break;
	case DATA_DOT_CR:
		eat = c == '\n';
		if (eat)
			return *in = slice_skip(*in, 1), DATA_END;
		*out = flush(d, DATA_MIDDLE, SLICE("\r"));
		d->last_cr = true;
		d->doubtful++;
		break;
	case DATA_LF_DOT:
		if (eat)
			d->state = c == '\r' ? DATA_LF_DOT_CR : DATA_LF_DOT_LF;
		else
			*out = flush(d, DATA_MIDDLE, d->any_crlf ? SLICE(".") : SLICE_EMPTY);
		break;
	case DATA_LF_DOT_CR:
		eat = c == '\n';
		if (eat) {
			d->state = DATA_LF_DOT_CRLF;
		} else {
			*out = flush(d, DATA_MIDDLE, SLICE(".\r"));
			d->last_cr = true;
			d->doubtful++;
		}
		break;
	case DATA_DOT_LF:
	case DATA_LF_DOT_LF:
	case DATA_LF_DOT_CRLF:
	case DATA_MIDDLE:
		eat = false;
		break;
	}
	*in = slice_skip(*in, eat);
	if (!d->any_crlf && data_end_here(d)) {
		d->state = DATA_LINE;
		result = DATA_END;
	}
	return result;
}

/* More bytes came behind a dot line that was held back. */
static struct slice
go_on(struct data_reader *d)
{
	d->doubtful++;
	switch (d->state) {
	case DATA_DOT_LF:
		d->bare_lf++;
		return flush(d, DATA_LINE_LF, SLICE("\n"));
	case DATA_LF_DOT_LF:
		d->bare_lf++;
		return flush(d, DATA_LINE_LF, SLICE(".\n"));
	case DATA_LF_DOT_CRLF:
		d->any_crlf = true;
		return flush(d, DATA_LINE, SLICE(".\r\n"));
	case DATA_LINE:
	case DATA_LINE_LF:
	case DATA_MIDDLE:
	case DATA_DOT:
	case DATA_DOT_CR:
	case DATA_LF_DOT:
	case DATA_LF_DOT_CR:
		break;
	}
	return SLICE_EMPTY;
}

enum data_result
data_next(struct data_reader *d, struct slice *in, struct slice *out)
{
	*out = SLICE_EMPTY;
	if (in->len == 0)
		return DATA_MORE;
	if (data_end_here(d)) {
		*out = go_on(d);
		return DATA_PIECE;
	}
	bool line = d->state == DATA_LINE || d->state == DATA_LINE_LF;
	if (d->state == DATA_MIDDLE || (line && in->ptr[0] != '.')) {
		take_lines(d, in, out);
		return DATA_PIECE;
	}
	return step(d, in, out);
}
