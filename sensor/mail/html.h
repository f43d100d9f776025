/* HTML mail, rendered as text, and what is odd about it.
 *
 * Source: HTML 4.01 and what mail programs make of it; no tree is built.
 * Input:  one decoded text/html part as UTF-8 with LF, hostile: unclosed tags, tags in tags,
 *         megabytes of one.
 * Output: the text that is shown, the text that is hidden, links with their anchors, counts.
 * Memory: the caller's arena; one pass, linear. */
#ifndef HELOSCOPE_MAIL_HTML_H
#define HELOSCOPE_MAIL_HTML_H

#include "sensor/mail/message.h"

struct html_facts {
	struct slice text;   /* all of it, hidden parts too */
	struct slice hidden; /* the hidden parts alone */
};

void html_render(struct slice html, struct arena *arena, struct html_facts *out);

#endif
