/* Which program a server is: by its own name, by what it offers, and by how it words its replies.
 *
 * Source: what the programs send, as their sources and manuals have it; the rows of the table name
 * the place.  A banner is free text that administrators change, wording hardly anybody does.
 * Input:  texts of replies without their codes, lines separated by LF, hostile.
 * Output: a name, constant: the program that the cues seen so far weigh most for.
 * Memory: the struct alone, which the session owns; all zero is empty. */
#ifndef HELOSCOPE_SMTP_SERVER_SOFTWARE_H
#define HELOSCOPE_SMTP_SERVER_SOFTWARE_H

#include "sensor/base/slice.h"

enum server_where {
	SERVER_BANNER, /* the greeting */
	SERVER_HELLO,  /* the whole reply to EHLO, LHLO or HELO, all its lines */
	SERVER_REPLY,  /* any other */
};

#define SERVER_PROGRAMS_MAX 80

struct server_guess {
	uint8_t named;			      /* by the banner: index of the program, 0 = none */
	uint8_t weights[SERVER_PROGRAMS_MAX]; /* of all cues, by program */
	uint8_t spoken[SERVER_PROGRAMS_MAX];  /* of the cues that are no names */
	uint8_t places[SERVER_PROGRAMS_MAX];  /* of what the text was where they were found: a bit
						 each */
	uint64_t seen[4];		      /* rows of the table that have counted */
	uint8_t replies;		      /* looked at */
};

/* Takes what `text` tells: true if that is something new.  Of replies only the first few are looked
 * at, and none when all is clear. */
bool server_software_note(struct server_guess *g, enum server_where where, struct slice text);
/* "Postfix", "Exim", …; "" = nothing said enough. */
const char *server_software_name(const struct server_guess *g);
/* The banner names one program, and the server speaks like another, in more than one place,
 * and not once like the one that it names.  *says and *speaks are the names, or
 * NULL if they are not wanted. */
bool server_software_contradicts(
	const struct server_guess *g, const char **says, const char **speaks);

#endif
