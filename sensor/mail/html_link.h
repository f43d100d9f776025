/* Addresses in the attributes of HTML.
 *
 * Source: HTML 4.01; RFC 3986 5.2 (references against <base>).
 * Memory: the caller's arena; at most LIMIT_HTML_ITEMS addresses of LIMIT_TEXT_URI bytes. */
#ifndef HELOSCOPE_MAIL_HTML_LINK_H
#define HELOSCOPE_MAIL_HTML_LINK_H

#include "sensor/mail/html.h"
#include "sensor/mail/html_style.h"

struct html_links {
	struct html_facts *facts;
	struct arena *arena;
	struct slice base; /* of <base>; empty if there is none */
	uint16_t *index;   /* by hash: position in facts->links, and 1 */
};

/* -1 if there is no memory. */
int html_links_init(struct html_links *l, struct html_facts *facts, struct arena *arena);
/* What the attributes of a start tag that does DOES_LINK refer to. */
void html_links_tag(
	struct html_links *l, enum html_tag_id tag, const struct html_attributes *attributes);
/* The entry of the address that an <a> has, its blanks cut off; NULL beyond the limits; it may move
 * when another one is added. */
struct html_link *html_links_anchor(struct html_links *l, const struct html_attributes *a);
/* RFC 3986 5.2: reference against base, in the arena. */
struct slice html_link_resolve(struct slice base, struct slice reference, struct arena *arena);

#endif
