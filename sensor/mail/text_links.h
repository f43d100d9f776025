/* Links of a mail's text, as uri rules look at them.
 *
 * Memory: the caller's arena; at most LIMIT_TEXT_LINKS links. */
#ifndef HELOSCOPE_MAIL_TEXT_LINKS_H
#define HELOSCOPE_MAIL_TEXT_LINKS_H

#include "sensor/mail/domain.h"
#include "sensor/mail/text.h"

/* Fills links, uris and uri_cut of a text that mail_text() made of m.  lists may be NULL. */
void mail_text_links(struct mail_text *text, const struct message *m,
	const struct domain_lists *lists, struct arena *arena);

#endif
