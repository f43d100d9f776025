/* Addresses of the web in a mail: what a reader can click, or is asked to type.
 *
 * Source: RFC 3986, as people and programs write them: with a scheme or "www." or only with a known
 *         top-level domain, in text and in the attributes of HTML; and as they are written to be
 *         found by people alone: "hxxp://", "example dot com", "example[.]com", characters without
 *         width inside of names, full stops of other scripts, escapes and numbers for hosts.
 * Input:  a message whose text is worked out; hostile.
 * Output: message.urls, each text once, those of HTML first; at most LIMIT_URLS of at most
 *         LIMIT_HEADER_TEXT bytes.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_MAIL_URLS_H
#define HELOSCOPE_MAIL_URLS_H

#include "sensor/mail/text.h"

void urls_collect(struct message *m, struct arena *arena);
/* The text with its disguises undone; the same bytes where there are none. */
struct slice urls_undisguise(struct slice text, struct arena *arena);

#endif
