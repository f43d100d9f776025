/* HTML mail, rendered as text, and what is odd about it.
 *
 * Source: HTML 4.01 and what mail programs make of it; no tree is built.  Numbers are those that
 *         SpamAssassin's HTML tests know (Mail::SpamAssassin::Plugin::HTMLEval), worked out from
 *         what it answers.
 * Input:  one decoded text/html part as UTF-8 with LF, hostile: unclosed tags, tags in tags,
 *         megabytes of one.
 * Output: the text that is shown, the text that is hidden, links with their anchors, counts.
 * Memory: the caller's arena; slices of the input besides; one pass, linear. */
#ifndef HELOSCOPE_MAIL_HTML_H
#define HELOSCOPE_MAIL_HTML_H

#include "sensor/mail/html_tag.h"
#include "sensor/mail/message.h"

/* Which element an address stands in, as bits; html_link_tag() has their names. */
struct html_link {
	struct slice uri; /* against <base>; of an anchor's text: as in its href */
	unsigned tags;	  /* bit n: html_link_tag(n) */
	struct slice *anchors;
	size_t anchors_count, anchors_cap;
};

struct html_facts {
	struct slice text;   /* all of it, hidden parts too, UTF-8 */
	struct slice hidden; /* the hidden parts alone */
	bool wide;	     /* characters beyond Latin-1, or a part beyond ASCII */

	size_t length;	     /* characters of the part */
	size_t text_length;  /* characters of its text, ... */
	size_t text_visible; /* ... without white space */
	size_t bytes;
	unsigned tags, elements;	   /* all tags; those of a DTD */
	unsigned tags_seen, elements_seen; /* the same, each as long as it is new */
	unsigned closed_extra;		   /* end tags without a start */
	unsigned obfuscation;		   /* tags inside of words */
	unsigned backhair;	    /* pairs of lengths of the pieces of words that tags part */
	int32_t balance[HTML_TAGS]; /* start tags without an end */
	bool seen[HTML_TAGS];
	uint64_t unknown[LIMIT_HTML_UNKNOWN]; /* hashes of names that are no element's */
	int32_t unknown_balance[LIMIT_HTML_UNKNOWN];
	size_t unknown_count;
	int64_t image_area; /* square pixels, as far as <img> tells */
	int least_size, most_size;
	bool low_contrast, color_invalid, face_bad, form_mailto, embeds;
	bool uri_cut, cut;
	size_t hidden_bytes, tiny_bytes; /* of text */

	struct slice *titles;
	size_t titles_count, titles_cap;
	struct slice *anchors;
	size_t anchors_count, anchors_cap;
	struct slice *comments; /* "<!" and ">" included */
	size_t comments_count, comments_cap;
	struct slice *scripts;
	size_t scripts_count, scripts_cap;
	struct slice *charsets; /* that <meta> claims */
	size_t charsets_count, charsets_cap;
	struct html_link *links;
	size_t links_count, links_cap;
};

void html_render(struct slice html, struct arena *arena, struct html_facts *out);

/* Was there such a tag?  And its start tags without an end; 0 if there was none. */
bool html_tag_seen(const struct html_facts *f, struct slice name, int32_t *balance);
/* "a", "img", …: the element of bit n of html_link.tags; NULL beyond the last. */
const char *html_link_tag(size_t n);

#endif
