#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/base/digest.h"
#include "sensor/smtp/auth.h"

#define RESPONSE_MAX 12288 /* RFC 4954 4, decoded no more than that */

/* Name behind `mark` up to one of `ends`. */
static struct slice
between(struct slice s, const char *mark, const char *ends)
{
	struct slice m = slice_str(mark);
	size_t at = slice_ifind(s, m);
	if (at == s.len)
		return SLICE_EMPTY;
	s = slice_skip(s, at + m.len);
	size_t n = 0;
	while (n < s.len && strchr(ends, s.ptr[n]) == NULL)
		n++;
	return slice_take(s, n);
}

/* [authzid] NUL authcid NUL passwd */
static struct slice
user_plain(struct slice s, int step)
{
	(void)step;
	slice_split(&s, '\0');
	return slice_split(&s, '\0');
}

static struct slice
user_login(struct slice s, int step)
{
	return step == 0 ? s : SLICE_EMPTY;
}

/* user SP digest in hex: the last space divides. */
static struct slice
user_cram(struct slice s, int step)
{
	(void)step;
	size_t n = s.len;
	while (n > 0 && s.ptr[n - 1] != ' ')
		n--;
	return slice_take(s, n > 0 ? n - 1 : 0);
}

static struct slice
user_digest(struct slice s, int step)
{
	(void)step;
	return between(s, "username=\"", "\"");
}

/* gs2-header "n=" user "," "r=" nonce */
static struct slice
user_scram(struct slice s, int step)
{
	return step == 0 ? between(s, ",n=", ",") : SLICE_EMPTY;
}

/* "user=" name ^A "auth=Bearer …" */
static struct slice
user_xoauth2(struct slice s, int step)
{
	return step == 0 ? between(s, "user=", "\1") : SLICE_EMPTY;
}

/* gs2-header with "a=" name "," */
static struct slice
user_oauthbearer(struct slice s, int step)
{
	return step == 0 ? between(s, "a=", ",\1") : SLICE_EMPTY;
}

/* AUTHENTICATE_MESSAGE: signature, type 3, then fields {len16, max16, offset32} of the LM and NT
 * responses, domain, user, workstation.  UTF-16 in little endian, made ASCII where it is. */
static struct slice
user_ntlm(struct slice s, int step)
{
	(void)step;
	struct cursor c = cursor_of(s);
	struct slice signature = cursor_bytes(&c, 8);
	if (!slice_eq(signature, slice_of((const uint8_t *)"NTLMSSP", 8)) || cursor_le32(&c) != 3)
		return SLICE_EMPTY;
	cursor_skip(&c, 24); /* LM, NT, domain */
	size_t length = cursor_le16(&c);
	cursor_le16(&c);
	size_t offset = cursor_le32(&c);
	if (c.bad || offset > s.len || length > s.len - offset)
		return SLICE_EMPTY;
	return slice_take(slice_skip(s, offset), length);
}

static const struct {
	const char *front; /* of the mechanism's name */
	struct slice (*user)(struct slice response, int step);
	bool utf16;
} rows[] = {
	{ "PLAIN", user_plain, false },
	{ "LOGIN", user_login, false },
	{ "CRAM-MD5", user_cram, false },
	{ "DIGEST-MD5", user_digest, false },
	{ "SCRAM-", user_scram, false },
	{ "XOAUTH2", user_xoauth2, false },
	{ "OAUTHBEARER", user_oauthbearer, false },
	{ "NTLM", user_ntlm, true },
};

static void
add_name(struct buf *out, struct slice name, bool utf16)
{
	name = slice_take(name, utf16 ? 2 * AUTH_USER_MAX : AUTH_USER_MAX);
	for (size_t i = 0; i < name.len; i += 1 + utf16) {
		bool ascii = !utf16 || (i + 1 < name.len && name.ptr[i + 1] == 0);
		buf_byte(out, ascii ? name.ptr[i] : '?');
	}
}

bool
auth_user(struct slice mechanism, int step, struct slice response, struct buf *out)
{
	uint8_t plain[RESPONSE_MAX];
	size_t before = out->len;
	int n = digest_base64_decode(slice_trim(response), plain, sizeof(plain));
	for (size_t i = 0; n > 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_istarts(mechanism, slice_str(rows[i].front))) {
			struct slice name = rows[i].user(slice_of(plain, (size_t)n), step);
			add_name(out, name, rows[i].utf16);
		}
	explicit_bzero(plain, sizeof(plain));
	return out->len > before;
}
