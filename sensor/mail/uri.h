/* Addresses of the web and of mail: where text has them, and what they can be taken for.
 *
 * Source: RFC 3986, 6068; what mail programs make links of, as SpamAssassin answers (uri rules).
 * Input:  text and attribute values, hostile.
 * Memory: slices of the input, or the caller's arena; LIMIT_URI_FORMS forms of one address. */
#ifndef HELOSCOPE_MAIL_URI_H
#define HELOSCOPE_MAIL_URI_H

#include "sensor/mail/domain.h"
#include "sensor/limits.h"

enum uri_kind {
	URI_SCHEME,	/* "http://…", "www.…" */
	URI_MAIL,	/* "mailto:…", "a@b" */
	URI_SCHEMELESS, /* "example.com/x" */
};

struct uri_found {
	enum uri_kind kind;
	struct slice raw;  /* as written, without the sentence's punctuation */
	struct slice host; /* of a schemeless one */
};

/* The next address in text at or behind *at, which moves behind it; false if there is none. */
bool uri_next(
	struct slice text, const struct domain_lists *lists, size_t *at, struct uri_found *out);

struct uri_forms {
	struct slice items[LIMIT_URI_FORMS];
	size_t count;
};

/* The address itself, without white space at its ends, and every form it can be taken for:
 * %-escapes and references undone, doubled or missing slashes, backslashes, userinfo left out,
 * addresses in octal, hex or one number, the addresses inside of a redirector's. */
void uri_forms(struct slice uri, const struct domain_lists *lists, struct arena *arena,
	struct uri_forms *out);
/* %21 to %7E decoded, and what may not stand in an address encoded. */
struct slice uri_unescape(struct slice uri, struct arena *arena);
/* The host that an address leads to, lower case, and its registered domain; false if it has none
 * with a known top-level domain, and is no IP address. */
bool uri_host(struct slice uri, const struct domain_lists *lists, struct arena *arena,
	struct slice *host, struct slice *domain);

#endif
