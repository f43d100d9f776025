/* GMime, for decoding only: encoded words, parameters, base64, quoted-printable.
 *
 * Source: RFC 2045, 2047, 2183, 2231.
 * Input:  one header value or one leaf body at a time, hostile; values beyond the caps in the .c
 *         file pass through undecoded.
 * Output: decoded text and bytes.
 * Memory: results in the caller's arena.
 *
 * The walk over the parts is ours (parts.c): GMime's parser would hand the address fields of an
 * embedded message to its address parser, whose stack nested groups ("g:g:g:…") overflow, and
 * g_mime_multipart_get_boundary() never returns on a 70-byte parameter name (both 3.2.13).  Neither
 * is ever called.  Only character sets of a fixed list reach iconv, which loads a module for each:
 * see mail_gmime_preload(). */
#ifndef HELOSCOPE_MAIL_GMIME_H
#define HELOSCOPE_MAIL_GMIME_H

#include "sensor/base/arena.h"

/* An unfolded value with its encoded words decoded; as it is if they are not within the caps. */
struct slice mail_gmime_words(struct slice value, struct arena *arena);
/* A parameter of an unfolded Content-Type or Content-Disposition value: decoded, or empty. */
struct mail_parameters {
	struct slice boundary, name, filename;
};
void mail_gmime_parameters(struct slice value, struct arena *arena, struct mail_parameters *out);
/* encoding in lower case; the input itself if it is neither base64 nor quoted-printable, or the
 * arena is full. */
struct slice mail_gmime_decode(struct slice encoding, struct slice in, struct arena *arena);

/* Opens every character set of the list and holds them, so that none has to be loaded once files
 * cannot be opened any more. */
struct mail_charsets;
struct mail_charsets *mail_gmime_preload(void);
void mail_gmime_release(struct mail_charsets *charsets);

#endif
