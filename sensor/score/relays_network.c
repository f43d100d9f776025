#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/relays_network.h"

/* With a wildcard of whole octets at the end: "10.", "192.168." */
static bool
network_read(struct slice text, struct network *out)
{
	char copy[ADDR_TEXT_MAX + 8];
	size_t dots = 0, end = slice_index(text, '/');
	for (size_t i = 0; i < end; i++)
		dots += text.ptr[i] == '.';
	bool v6 = slice_index(text, ':') < text.len;
	struct slice host = slice_take(text, end);
	if (v6 || dots > 3 || (dots == 3 && host.ptr[host.len - 1] != '.'))
		return network_parse(text, out) == 0;
	while (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	size_t octets = host.len == 0 ? 0 : 1;
	for (size_t i = 0; i < host.len; i++)
		octets += host.ptr[i] == '.';
	if (octets == 0 || octets > 3 || host.len > 15)
		return false;
	char *to = copy;
	memcpy(to, host.ptr, host.len);
	to += host.len;
	for (size_t i = octets; i < 4; i++, to += 2)
		memcpy(to, ".0", 2);
	if (end < text.len && text.len - end < 5) {
		memcpy(to, text.ptr + end, text.len - end);
		to += text.len - end;
	} else {
		*to++ = '/';
		memcpy(to, octets == 1 ? "8 " : octets == 2 ? "16" : "24", 2);
		to += octets == 1 ? 1 : 2;
	}
	return network_parse(slice_of(copy, (size_t)(to - copy)), out) == 0;
}

static const char *
list_of(const struct settings *settings, enum networks which)
{
	static const char *const names[] = { "trusted_networks", "internal_networks",
		"msa_networks" };
	struct slice ignored;
	if (which == NETWORKS_MSA ||
		settings_word(settings, names[which], SLICE_EMPTY, 0, &ignored))
		return names[which];
	return names[which == NETWORKS_TRUSTED ? NETWORKS_INTERNAL : NETWORKS_TRUSTED];
}

bool
networks_named(const struct settings *settings)
{
	struct slice ignored;
	return settings != NULL && settings_word(settings, list_of(settings, NETWORKS_TRUSTED),
					   SLICE_EMPTY, 0, &ignored);
}

bool
networks_have(const struct settings *settings, enum networks which, const char *ip)
{
	struct addr addr;
	struct slice word;
	const char *list = list_of(settings, which);
	if (addr_parse(slice_str(ip), &addr) < 0)
		return false;
	for (size_t n = 0; settings_word(settings, list, SLICE_EMPTY, n, &word); n++) {
		struct network network;
		bool not = word.len > 0 && word.ptr[0] == '!';
		if (network_read(slice_skip(word, not ), &network) && network_has(network, addr))
			return !not ;
	}
	/* a host's own addresses are always of it */
	return which != NETWORKS_MSA && addr.family == ADDR_V4 && addr.bytes[0] == 127;
}

bool
relay_is_private(struct slice ip)
{
	static const char *const networks[] = { "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16",
		"172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fe80::/10", "::1/128" };
	struct addr addr;
	if (slice_istarts(ip, SLICE("IPv6:")))
		ip = slice_skip(ip, 5);
	if (addr_parse(ip, &addr) < 0)
		return false;
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		struct network network;
		if (network_parse(slice_str(networks[i]), &network) == 0 &&
			network_has(network, addr))
			return true;
	}
	return false;
}

struct slice
address_in(struct slice text)
{
	struct addr addr;
	for (size_t i = 0; i < text.len; i++) {
		struct slice rest = slice_skip(text, i);
		size_t n = 0;
		while (n < rest.len && (chars_is(rest.ptr[n], CHAR_HEX) || rest.ptr[n] == ':' ||
					       rest.ptr[n] == '.'))
			n++;
		struct slice word = slice_take(rest, n);
		while (word.len > 0 && word.ptr[word.len - 1] == '.')
			word.len--;
		if (word.len > 2 && word.len < ADDR_TEXT_MAX && addr_parse(word, &addr) == 0)
			return word;
		i += n;
	}
	return SLICE_EMPTY;
}
