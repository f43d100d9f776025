/* HTML as a stream of tags, text and comments.
 *
 * Source: HTML 4.01 as forgiving programs read it, worked out from what Perl's HTML::Parser makes
 * of odd input, because the rules that are looked at with this were made for it. Input:  UTF-8,
 * hostile. Output: calls, in order; slices of the input. Memory: none but what the calls take;
 * linear. */
#ifndef HELOSCOPE_MAIL_HTML_SCAN_H
#define HELOSCOPE_MAIL_HTML_SCAN_H

#include "sensor/mail/html_style.h"

struct html_scan_tag {
	struct slice name; /* as written */
	enum html_tag_id id;
	bool end;
	struct html_attributes attributes; /* of a start tag */
};

struct html_scan_calls {
	void (*tag)(void *context, const struct html_scan_tag *tag);
	/* literal: references stay as they are */
	void (*text)(void *context, struct slice text, bool literal);
	void (*comment)(void *context, struct slice comment); /* with its delimiters */
	void (*doctype)(void *context);
};

void html_scan(
	struct slice html, struct arena *arena, const struct html_scan_calls *calls, void *context);

#endif
