/* TLS handshakes: the first byte says how the rest is cut into pieces. */
#include <assert.h>
#include <string.h>

#include "sensor/tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t chunk = data[0] % 64 + 1u;
	struct slice rest = slice_of(data + 1, size - 1);
	struct tls_reader reader;
	struct tls_event event;
	tls_init(&reader);
	while (rest.len > 0) {
		struct slice piece = slice_take(rest, chunk);
		rest = slice_skip(rest, piece.len);
		while (tls_next(&reader, &piece, &event) == 1)
			assert(strlen(event.name) < TLS_NAME_MAX &&
				strlen(event.ja4) < TLS_JA4_MAX && event.version != NULL);
	}
	tls_release(&reader);
	return 0;
}
