#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/limits.h"
#include "sensor/smtp/command.h"
#include "sensor/smtp/line.h"

/* What decides over a line lies within these bytes of it: SPACES_MAX, a verb, SPACES_MAX, a
 * mechanism. */
#define DECIDING 96
#define SPACES_MAX 32
#define MECHANISM_MAX 20 /* RFC 4422 3.1 */

void
line_init(struct line_reader *r, enum line_secrets secrets)
{
	*r = (struct line_reader){ .secrets = secrets };
	buf_init(&r->held, LIMIT_LINE);
	buf_init(&r->dropped, LIMIT_LINE);
}

static void
forget_secret(struct line_reader *r)
{
	if (r->dropped.len > 0)
		explicit_bzero(r->dropped.ptr, r->dropped.len);
	buf_clear(&r->dropped);
}

void
line_release(struct line_reader *r)
{
	forget_secret(r);
	buf_release(&r->held);
	buf_release(&r->dropped);
}

void
line_gap(struct line_reader *r)
{
	buf_clear(&r->held);
	forget_secret(r);
	r->unfinished = r->dropping = r->last_cr = false;
}

/* The line's bytes lie in two places, and must not be copied together before it is known what they
 * are. */
struct front {
	struct slice held, more;
};

static int
front_at(const struct front *f, size_t i)
{
	if (i < f->held.len)
		return f->held.ptr[i];
	i -= f->held.len;
	return i < f->more.len ? f->more.ptr[i] : -1;
}

static size_t
front_span(const struct front *f, size_t i, bool space)
{
	while (front_at(f, i) >= 0 && chars_is((uint8_t)front_at(f, i), CHAR_SPACE) == space)
		i++;
	return i;
}

/* IANA "SASL Mechanisms", and what Microsoft's and old servers offer besides. */
static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM",
	"GSSAPI", "GSS-SPNEGO", "GS2-KRB5", "XOAUTH", "XOAUTH2", "OAUTHBEARER", "OAUTH10A",
	"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512",
	"EXTERNAL", "ANONYMOUS", "KERBEROS_V4", "OTP", "SKEY", "SRP", "MSN", "SPA", "EXCHANGEAUTH",
	"X-NTLM" };

/* Length of the mechanism's name at `at`; 0 when it is none that we know, and may be the secret
 * itself.  Not `whole`: the front of one will do. */
static size_t
mechanism_length(const struct front *f, size_t at, bool whole)
{
	uint8_t name[MECHANISM_MAX];
	size_t n = 0;
	size_t length = front_span(f, at, false) - at;
	while (n < sizeof(name) && n < length) {
		name[n] = (uint8_t)front_at(f, at + n);
		n++;
	}
	bool known = false;
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		struct slice m = slice_str(mechanisms[i]);
		known |= whole ? slice_ieq(m, slice_of(name, n))
			       : slice_istarts(m, slice_of(name, n));
	}
	explicit_bzero(name, sizeof(name));
	return known && n == length ? n : 0;
}

/* How many bytes of the line may be kept, as far as its front is known. */
static size_t
line_visible(enum line_secrets secrets, const struct front *f, bool whole)
{
	size_t all = f->held.len + f->more.len;
	if (secrets == LINE_NONE || (f->held.len >= DECIDING && secrets == LINE_OPEN))
		return all;
	if (secrets == LINE_SECRET)
		return 0;
	size_t start = front_span(f, 0, true);
	if (start > SPACES_MAX)
		return 0;
	size_t end = front_span(f, start, false);
	uint8_t word[VERB_MAX];
	size_t n = 0;
	for (; n < sizeof(word) && start + n < end; n++)
		word[n] = (uint8_t)front_at(f, start + n);
	/* The verb is not complete: a few bytes, to be judged with the next. */
	if (n < sizeof(word) && start + n == all && !whole && verb_begins(slice_of(word, n)))
		return all;
	enum verb verb = end - start <= sizeof(word) ? verb_of(slice_of(word, n)) : VERB_UNKNOWN;
	explicit_bzero(word, sizeof(word));
	if (verb == VERB_AUTH || verb == VERB_EXPS) {
		size_t at = front_span(f, end, true);
		bool ends = whole || front_span(f, at, false) < all;
		n = at - end <= SPACES_MAX ? mechanism_length(f, at, ends) : 0;
		return n > 0 || (at == all && at - end <= SPACES_MAX) ? at + n : end;
	}
	return verb == VERB_UNKNOWN && secrets == LINE_AFTER_AUTH ? 0 : all;
}

static void
line_drop(struct line_reader *r, struct slice secret)
{
	if (r->lend_secrets)
		buf_add(&r->dropped, secret);
}

/* Keeps what may be kept of `more`. */
static void
line_keep(struct line_reader *r, struct slice more, bool whole)
{
	if (r->dropping) {
		line_drop(r, more);
		return;
	}
	struct front f = { buf_slice(&r->held), more };
	size_t visible = line_visible(r->secrets, &f, whole);
	if (visible < f.held.len) {
		line_drop(r, slice_skip(f.held, visible));
		line_drop(r, more);
		explicit_bzero(r->held.ptr + visible, f.held.len - visible);
		r->held.len = visible;
	} else {
		buf_add(&r->held, slice_take(more, visible - f.held.len));
		line_drop(r, slice_skip(more, visible - f.held.len));
	}
	r->dropping = visible < f.held.len + f.more.len;
}

static void
line_hold(struct line_reader *r, struct slice more)
{
	if (more.len == 0)
		return;
	if (r->last_cr)
		line_keep(r, SLICE("\r"), false);
	r->last_cr = more.ptr[more.len - 1] == '\r';
	line_keep(r, slice_take(more, more.len - r->last_cr), false);
	r->unfinished = true;
}

/* The whole line lies in the input: nothing is copied. */
static void
line_direct(const struct line_reader *r, struct slice text, struct line *out)
{
	out->crlf = text.len > 0 && text.ptr[text.len - 1] == '\r';
	text.len -= out->crlf;
	struct front f = { SLICE_EMPTY, text };
	size_t visible = line_visible(r->secrets, &f, true);
	out->secret = visible < text.len;
	if (r->lend_secrets)
		out->dropped = slice_skip(text, visible);
	text.len = visible;
	out->cut = text.len > LIMIT_LINE;
	out->text = slice_take(text, LIMIT_LINE);
}

static void
line_joined(struct line_reader *r, struct slice text, struct line *out)
{
	out->crlf = text.len > 0 ? text.ptr[text.len - 1] == '\r' : r->last_cr;
	if (text.len > 0 && r->last_cr)
		line_keep(r, SLICE("\r"), false);
	line_keep(r, slice_take(text, text.len - (text.len > 0 && out->crlf)), true);
	out->secret = r->dropping;
	out->dropped = buf_slice(&r->dropped);
	out->cut = r->held.lost > 0;
	out->text = buf_slice(&r->held);
	r->unfinished = false; /* the bytes stay until the next call */
}

int
line_next(struct line_reader *r, struct slice *in, struct line *out)
{
	if (!r->unfinished)
		line_gap(r);
	size_t end = slice_index(*in, '\n');
	struct slice text = slice_take(*in, end);
	if (end == in->len) {
		line_hold(r, text);
		*in = slice_skip(*in, end);
		return 0;
	}
	*in = slice_skip(*in, end + 1);
	*out = (struct line){ 0 };
	if (r->unfinished)
		line_joined(r, text, out);
	else
		line_direct(r, text, out);
	return 1;
}
