/* Addresses of the web in the text of a mail.
 *
 * Source: RFC 3986, as people and programs write them in text: http://, https:// and www. up to a
 *         byte that cannot be in one.
 * Input:  decoded text parts, hostile.
 * Output: message.urls, each once, in order of their first place; at most LIMIT_URLS of at most
 *         LIMIT_HEADER_TEXT bytes.
 * Memory: slices of the parts; the list in the caller's arena. */
#ifndef HELOSCOPE_MAIL_URLS_H
#define HELOSCOPE_MAIL_URLS_H

#include "sensor/mail/message.h"

void urls_collect(struct message *m, struct arena *arena);

#endif
