/* Sends an answer by libmicrohttpd (reply_microhttpd.c, beside web_microhttpd.c). */
#ifndef HELOSCOPE_WEB_REPLY_H
#define HELOSCOPE_WEB_REPLY_H

#include "web/connections.h"
#include "web/request.h"

struct MHD_Connection;

/* Takes what the answer holds. 0, or -1: the connection is to be closed. */
int reply_send(struct MHD_Connection *connection, struct connection *client,
	const struct request *r, struct answer *a);

#endif
