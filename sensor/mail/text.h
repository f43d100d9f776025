/* What a reader sees of a mail, as rules look at it.
 *
 * Source: Mail::SpamAssassin::Conf(3), "body", "rawbody", "uri": what those rules match, worked out
 * from the documentation and from what SpamAssassin answers. Input:  a message whose parts are
 * walked; hostile. Output: body: the Subject first, then the text of all text parts, HTML rendered,
 * white space folded, a paragraph each; raw: the decoded text parts, markup included, a line (or 1
 * to 2 KiB of one) each; urls: every address of the web, as written and as a browser would take it.
 *         UTF-8 wherever the character set is known.
 * Memory: the caller's arena; at most LIMIT_RULE_TEXT bytes each. */
#ifndef HELOSCOPE_MAIL_TEXT_H
#define HELOSCOPE_MAIL_TEXT_H

#include "sensor/mail/html.h"

/* Pieces of one text, one behind the other in `all`, so that it can be searched in one go. */
struct text_pieces {
	struct slice all;
	struct slice *pieces; /* each inside of all */
	size_t pieces_count, pieces_cap;
};

struct mail_text {
	struct text_pieces body;
	struct text_pieces hidden; /* of body: what HTML hides from the reader */
	struct text_pieces raw;
	struct html_facts html; /* of all HTML parts together */
	struct slice *uris;	/* what uri rules match: canonical forms besides those as written */
	size_t uris_count, uris_cap;
};

void mail_text(const struct message *m, struct arena *arena, struct mail_text *out);

#endif
