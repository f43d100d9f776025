/* Internationalised names, by libidn2 (RFC 5891, UTS 46). */
#include <idn2.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/mail/text_space.h"

static struct slice
lower(struct slice host, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, host.len + 1);
	for (size_t i = 0; out != NULL && i < host.len; i++)
		out[i] = chars_lower(host.ptr[i]);
	return out == NULL ? host : slice_of(out, host.len);
}

struct slice
domain_ascii(struct slice host, struct arena *arena)
{
	char name[DOMAIN_MOST + 1];
	char *out = NULL;
	bool short_enough = host.len > 0 && host.len <= DOMAIN_MOST;
	if (!short_enough || !text_has_8bit(host) || slice_index(host, '\0') < host.len)
		return lower(host, arena);
	memcpy(name, host.ptr, host.len);
	name[host.len] = '\0';
	int got = idn2_to_ascii_8z(name, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	struct slice ascii =
		got == IDN2_OK ? arena_copy(arena, slice_str(out)) : lower(host, arena);
	idn2_free(out);
	return ascii;
}
