#include "sensor/host/helo.h"

#include "sensor/base/addr.h"

/* Endings of names that exist only inside: RFC 6761, 6762, 8375, 9476, and what routers and
 * installers write. */
static const struct slice private_endings[] = {
	SLICE(".local"),
	SLICE(".localdomain"),
	SLICE(".lan"),
	SLICE(".internal"),
	SLICE(".intranet"),
	SLICE(".home"),
	SLICE(".home.arpa"),
	SLICE(".corp"),
	SLICE(".private"),
	SLICE(".invalid"),
	SLICE(".alt"),
};

enum helo_shape
helo_shape(struct slice name)
{
	struct addr address;

	if (name.len > 0 && name.ptr[0] == '[')
		return HELO_GOOD;
	if (slice_ieq(name, SLICE("localhost")) || slice_ieq(name, SLICE("localhost.localdomain")))
		return HELO_LOCALHOST;
	if (addr_parse(name, &address) == 0)
		return HELO_ADDRESS;
	if (slice_index(name, '.') == name.len)
		return HELO_NO_DOT;
	for (size_t i = 0; i < sizeof private_endings / sizeof private_endings[0]; i++) {
		if (slice_iends(name, private_endings[i]))
			return HELO_PRIVATE;
	}
	return HELO_GOOD;
}

struct slice
name_owner(struct slice name)
{
	size_t dots = 0, at = name.len, before = name.len;

	while (at > 0) {
		if (name.ptr[at - 1] == '.') {
			dots++;
			if (dots == 3 || (dots == 2 && before - at > 3))
				return slice_skip(name, at);
			before = at - 1;
		}
		at--;
	}
	return name;
}
