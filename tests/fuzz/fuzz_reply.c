/* Reply texts: class, list and address of anything. */
#include <assert.h>
#include <string.h>

#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/reply_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	struct reply_reader reader;
	struct reply_whole whole;
	reply_reader_init(&reader);
	while (rest.len > 0) {
		struct slice line = slice_split(&rest, '\n');
		if (reply_next(&reader, line, &whole) != 1)
			continue;
		struct reply_meaning m;
		reply_classify(whole.code, whole.enhanced, whole.text, "RCPT", &m);
		assert(m.list != NULL && strlen(m.list) < REPLY_ZONE_MAX &&
			m.class < REPLY_CLASSES);
		assert(m.quoted.family == ADDR_NONE || m.class == REPLY_LISTED ||
			m.class == REPLY_PRIVATE_REPUTATION);
	}
	reply_reader_release(&reader);
	return 0;
}
