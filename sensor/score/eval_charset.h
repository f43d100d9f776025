/* Names of character sets, as tests ask about them.
 *
 * Source: Mail::SpamAssassin::Conf(3), "ok_locales"; which sets write which languages: RFC 1468,
 *         1489, 1557, 1842, 1922, 2237, 2319, and what is registered with IANA.
 * Input:  names as mails have them, hostile.
 * Memory: none. */
#ifndef HELOSCOPE_SCORE_EVAL_CHARSET_H
#define HELOSCOPE_SCORE_EVAL_CHARSET_H

#include "sensor/score/input.h"

/* Foreign to all of ok_locales; false where these are "all" or not set. */
bool charset_faraway(const struct rule_input *in, struct slice name);
/* Some such sets: are bytes of this one often capital letters? */
bool charset_caps_likely(struct slice name);
/* Of an encoded word in a field as sent. */
bool charset_caps_likely_in_words(struct slice raw);
/* Of a Content-Type value: charset="…", '…' or up to white space; empty if there is none. */
struct slice charset_of_type(struct slice type);

#endif
