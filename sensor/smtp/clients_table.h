/* The rows of the table of clients that come with the program; what a row means is in clients.h. */
#ifndef HELOSCOPE_SMTP_CLIENTS_TABLE_H
#define HELOSCOPE_SMTP_CLIENTS_TABLE_H

#include <stddef.h>

struct client_row {
	const char *name, *dialect;
	const char *says;   /* header field and its text, or "" */
	const char *source; /* where the dialect was learnt; "" in a site's rows */
};

extern const struct client_row clients_table[];
extern const size_t clients_table_count;

#endif
