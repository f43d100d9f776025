/* One side of a TLS stream: the first byte says how the rest is cut into pieces, and whether one of
 * them is missing. */
#include <assert.h>

#include "sensor/tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct tls_event *e)
{
	struct slice names = e->names;
	struct tls_name name;
	struct tls_overhead overhead;
	size_t ja4 = 0, bytes = 0;
	while (ja4 < TLS_JA4_MAX && e->ja4[ja4] != '\0')
		ja4++;
	assert(ja4 < TLS_JA4_MAX && e->name.len <= TLS_NAME_MAX && e->alpn.len <= TLS_NAME_MAX);
	while (tls_names_next(&names, &name))
		for (size_t i = 0; i < name.text.len; i++)
			bytes += name.text.ptr[i];
	assert(bytes <= (size_t)LIMIT_TLS_HANDSHAKE * UINT8_MAX);
	assert(tls_version_name(e->version) != NULL);
	tls_overhead(e->version, e->cipher, &overhead);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t chunk = data[0] % 64 + 1u;
	bool gap = data[0] & 0x40;
	struct slice rest = slice_of(data + 1, size - 1);
	struct tls_reader reader;
	struct tls_event event;
	tls_init(&reader);
	for (size_t i = 0; rest.len > 0; i++) {
		struct slice piece = slice_take(rest, chunk);
		rest = slice_skip(rest, piece.len);
		if (gap && i == 3) {
			tls_gap(&reader, (int64_t)piece.len);
			continue;
		}
		while (tls_next(&reader, &piece, &event) == 1)
			check(&event);
	}
	tls_release(&reader);
	return 0;
}
