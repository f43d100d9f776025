/* What several tests ask of one mail: worked out by the first, kept for the others.
 *
 * Input:  a mail, hostile.
 * Memory: the mail's arena; the struct itself is a part of struct rule_input_kept, all zero at
 * first.
 */
#ifndef HELOSCOPE_SCORE_EVAL_KEPT_H
#define HELOSCOPE_SCORE_EVAL_KEPT_H

#include "sensor/base/arena.h"

#define EVAL_KEPT_VALUES 40

struct eval_kept_value {
	const char *name; /* of a target, as the test writes it */
	bool delivered;
	struct slice value;
	bool present;
};

/* Lower case, each once. */
struct eval_addresses {
	bool known;
	struct slice *items;
	size_t items_count, items_cap;
};

enum image_type { IMAGE_GIF, IMAGE_PNG, IMAGE_JPEG, IMAGE_TYPES };

struct image_size {
	enum image_type type;
	uint32_t width, height; /* pixels */
	struct slice name;	/* file name, or empty */
};

struct image_facts {
	bool known;
	size_t count[IMAGE_TYPES];
	double area[IMAGE_TYPES]; /* pixels */
	struct image_size *sizes;
	size_t sizes_count, sizes_cap;
};

struct mime_facts {
	bool known;
	size_t base64, quoted_printable, attachments, html, text, ascii_illegal;
	bool base64_text, bad_iso, alternative, long_line, faraway, unbalanced;
	double multipart_ratio; /* bytes of the last text/plain to those of the last text/html */
	double qp_ratio, unicode_ratio;
	size_t base64_line; /* longest line, with its line end */
	bool caps_likely;   /* a character set whose bytes look like capitals */
	bool capitals_known;
	double capitals; /* per cent of the text's letters */
};

struct date_facts {
	bool known;
	bool has_date;
	int64_t date;	    /* s, of Resent-Date or Date; 0 without */
	int64_t difference; /* s, to the closest Received field; 0 where there is none */
};

struct freemail_facts {
	bool known, too_many;
	struct slice *items; /* addresses in the text at freemail providers */
	size_t items_count, items_cap;
};

struct recipient_facts {
	bool known, sorted;
	double similar;
};

/* How far the HTML of a multipart/alternative says something else than its text. */
struct alternative_facts {
	bool known;
	double difference;	       /* per cent of the HTML's words that the text has not */
	size_t html_words, text_words; /* different ones */
};

struct received_chain;

struct eval_kept {
	struct eval_kept_value values[EVAL_KEPT_VALUES];
	size_t values_count;
	bool received_known;
	struct slice received;		    /* field_received() */
	const struct received_chain *chain; /* of the message as sent; NULL = not yet read */
	struct eval_addresses from, to;
	struct image_facts images;
	struct mime_facts mime;
	struct date_facts dates;
	struct freemail_facts freemail;
	struct recipient_facts recipients;
	struct alternative_facts alternative;
};

struct rule_input;
struct eval_kept *eval_kept(const struct rule_input *in);

#endif
