#include "sensor/mail/domain.h"

#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"

#define LABEL_MOST 63
#define LEVELS 4 /* the most that one registry delegates below: pvt.k12.ca.us and a name */

static struct slice
lower_copy(struct slice s, uint8_t buffer[DOMAIN_MOST])
{
	s = slice_take(s, DOMAIN_MOST);
	for (size_t i = 0; i < s.len; i++)
		buffer[i] = chars_lower(s.ptr[i]);
	return slice_of(buffer, s.len);
}

static bool
label_valid(struct slice label, bool underscore)
{
	if (label.len == 0 || label.len > LABEL_MOST || label.ptr[0] == '-' ||
		label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		uint8_t c = label.ptr[i];
		bool plain = chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '-';
		if (!plain && !(c == '_' && underscore))
			return false;
	}
	return true;
}

bool
domain_valid(struct slice host)
{
	size_t dots = 0;
	while (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len > DOMAIN_MOST)
		return false;
	for (size_t i = 0; i < host.len; i++)
		dots += host.ptr[i] == '.';
	for (size_t left = dots + 1; dots > 0 && left > 0; left--)
		if (!label_valid(slice_split(&host, '.'), left > 2))
			return false;
	return dots > 0;
}

bool
domain_known(struct slice host, const struct domain_lists *lists)
{
	uint8_t buffer[DOMAIN_MOST];
	const uint8_t *dot = host.len == 0 ? NULL : memrchr(host.ptr, '.', host.len);
	if (dot == NULL)
		return false;
	struct slice tld = slice_skip(host, (size_t)(dot - host.ptr) + 1);
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] <= ' ')
			return false;
	if (tld.len == 0 || tld.len > LABEL_MOST)
		return false;
	tld = lower_copy(tld, buffer);
	return lists == NULL ? domain_psl_known(tld) : lists->has(lists->context, DOMAIN_TLD, tld);
}

/* RFC 1480: the .us registry delegates below its states. */
static bool
state(struct slice label)
{
	static const char states[] =
		"ak al ar az ca co ct dc de fl ga gu hi ia id il in ks ky la ma md me mi mn mo ms "
		"mt "
		"nc nd ne nh nj nm nv ny oh ok or pa pr ri sc sd tn tx ut va vi vt wa wi wv wy ";
	if (label.len != 2)
		return false;
	for (const char *s = states; *s != '\0'; s += 3)
		if (memcmp(label.ptr, s, 2) == 0)
			return true;
	return false;
}

/* Is what is left of the name, with so many labels, a suffix below which names are registered? */
static bool
suffix(struct slice name, size_t count, const struct domain_lists *lists)
{
	struct slice labels[LEVELS], rest = name;
	for (size_t i = 0; i < count; i++)
		labels[i] = slice_split(&rest, '.');
	bool us = slice_eq(labels[count - 1], SLICE("us"));
	if (count == 2)
		return lists->has(lists->context, DOMAIN_TWO_LEVELS, name);
	if (count == 3 && !us)
		return lists->has(lists->context, DOMAIN_THREE_LEVELS, name);
	if (count == 3)
		return state(labels[1]);
	bool school = slice_eq(labels[0], SLICE("pvt")) && slice_eq(labels[1], SLICE("k12"));
	bool city = slice_eq(labels[0], SLICE("ci")) || slice_eq(labels[0], SLICE("co"));
	return us && (school || city) && state(labels[2]);
}

/* The name with its last n labels. */
static struct slice
last_labels(struct slice host, size_t n)
{
	size_t i = host.len;
	for (; i > 0; i--)
		if (host.ptr[i - 1] == '.' && --n == 0)
			return slice_skip(host, i);
	return host;
}

struct slice
domain_registered(struct slice host, const struct domain_lists *lists)
{
	size_t labels = 1;
	while (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (lists == NULL)
		return domain_psl_registered(host);
	for (size_t i = 0; i < host.len; i++)
		labels += host.ptr[i] == '.';
	for (size_t n = labels < LEVELS ? labels : LEVELS; n > 1; n--)
		if (suffix(last_labels(host, n), n, lists))
			return last_labels(host, n + 1);
	return last_labels(host, 2);
}

static bool
ipv4_strict(struct slice host)
{
	for (unsigned n = 0; n < 4; n++) {
		struct slice part = slice_split(&host, '.');
		int64_t value;
		bool zero = part.len > 1 && part.ptr[0] == '0';
		if (part.len > 3 || zero || slice_number(part, &value) != 0 || value > 255)
			return false;
	}
	return host.len == 0;
}

bool
domain_is_address(struct slice host)
{
	struct addr addr;
	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		return false;
	if (slice_index(host, ':') == host.len)
		return ipv4_strict(host);
	return addr_parse(host, &addr) == 0;
}
