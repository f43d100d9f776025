/* What a reader sees of a mail, as rules look at it.
 *
 * Source: Mail::SpamAssassin::Conf(3), "body", "rawbody", "uri": what those rules match, worked out
 *         from the documentation and from what SpamAssassin answers.
 * Input:  a message whose parts are walked; hostile.
 * Output: body: the Subject first, then the text of all text/plain and text/html parts, HTML
 *         rendered, white space folded, a paragraph each, none longer than 2 KiB; raw: the decoded
 *         text parts, markup included, in pieces of 1 to 4 KiB; links: every address of the web and
 *         of mail, as written and as a browser would take it.
 *         body and hidden are UTF-8 wherever the character set is known, raw is as decoded.  Line
 *         ends are LF.
 * Memory: the caller's arena; at most LIMIT_RULE_TEXT bytes of body, LIMIT_RULE_RAW of raw,
 *         LIMIT_TEXT_LINKS links. */
#ifndef HELOSCOPE_MAIL_TEXT_H
#define HELOSCOPE_MAIL_TEXT_H

#include "sensor/mail/html.h"

/* Pieces of one text, one behind the other in `all`, so that it can be searched in one go. */
struct text_pieces {
	struct slice all;
	struct slice *pieces; /* each inside of all */
	size_t pieces_count, pieces_cap;
};

/* Where a link is from, as bits; the words that `uri_detail … type` knows are in
 * link_from_name(). */
enum link_from {
	LINK_PARSED = 1 << 0,	  /* stands in the text */
	LINK_SCHEMELESS = 1 << 1, /* there without "http://" */
	LINK_UNLINKED = 1 << 2,	  /* and no mail program makes a link of it: "example.com/x" */
	LINK_SIGNER = 1 << 3,	  /* signed the message; no uri rule looks at it */
	LINK_FIRST_TAG = 1 << 4,  /* from here on html_link.tags, shifted */
};

struct text_link {
	struct slice raw;      /* as written; its scheme put in front where it has none */
	unsigned from;	       /* enum link_from */
	struct slice *cleaned; /* what uri rules match: raw, and every form it can be taken for */
	size_t cleaned_count, cleaned_cap;
	struct slice *anchors; /* texts between <a> and </a> */
	size_t anchors_count, anchors_cap;
	struct slice *hosts; /* in the cleaned forms, lower case */
	size_t hosts_count, hosts_cap;
	struct slice *domains; /* registered domains of the hosts */
	size_t domains_count, domains_cap;
};

/* A part of the message, as it is shown. */
struct text_part {
	struct slice text; /* rendered, in full; empty if it is no text */
	bool shown;	   /* it is text */
	size_t html;	   /* in mail_text.html, and 1; 0 = it is no HTML */
};

struct mail_text {
	struct text_pieces body;
	struct text_pieces hidden; /* of body: what HTML hides from the reader */
	struct text_pieces raw;
	struct text_part *parts; /* one per message part; NULL without memory */
	struct html_facts *html; /* one per HTML part that was looked at */
	size_t html_count, html_cap;
	struct text_link *links; /* filled by mail_text_links(), text_links.h */
	size_t links_count, links_cap;
	struct slice *uris; /* what uri rules match: cleaned of all links, each once */
	size_t uris_count, uris_cap;
	bool uri_cut; /* one was longer than 8 KiB */
	bool cut;     /* something was beyond a limit */
};

/* All but links and uris. */
void mail_text(const struct message *m, struct arena *arena, struct mail_text *out);

/* "parsed", "a", "img", …: the word of the n-th bit of link_from; NULL beyond the last. */
const char *link_from_name(size_t n);

#endif
