/* The addresses and display names of a field, as rules made for SpamAssassin see them.
 *
 * Source: Mail::SpamAssassin::PerMsgStatus(3), "get", ":addr", ":name"; RFC 5322 3.4; what
 *         SpamAssassin 4 answers on malformed fields, where such rules are made for its answer:
 *         "<a@b>,<c@d>" without a space between is no address, "Name <a@b> more" has no name,
 *         "a@b more" no address, a list in a group is one.  header_addresses() of
 *         sensor/mail/message.h is what a mail program takes.
 * Input:  a value as sent, hostile.
 * Memory: the arena: each mailbox, and its name without quotes. */
#ifndef HELOSCOPE_SCORE_TARGET_ADDRESS_H
#define HELOSCOPE_SCORE_TARGET_ADDRESS_H

#include "sensor/base/arena.h"

#define TARGET_MAILBOXES 1000

struct target_mailbox {
	struct slice address; /* "user@host", empty if there is none that could be one */
	struct slice name;    /* display name or comment: quotes undone, spaces kept */
	bool has_name;
};

struct target_mailboxes {
	struct target_mailbox *items;
	size_t items_count, items_cap;
};

/* Adds the mailboxes of one field. */
void target_mailboxes(struct slice value, struct arena *arena, struct target_mailboxes *out);

#endif
