/* The socket on which the report listens, and addresses of sockets. */
#ifndef HELOSCOPE_WEB_LISTEN_H
#define HELOSCOPE_WEB_LISTEN_H

#include "sensor/base/addr.h"
#include "sensor/base/err.h"

struct sockaddr;

/* Listens, and sets the port of *at when it was 0.  The descriptor, or -1 and err says why:
 * libmicrohttpd would not. */
int listen_open(struct endpoint *at, struct err *err);
/* ADDR_NONE when it is neither IPv4 nor IPv6, or NULL. */
struct addr listen_addr(const struct sockaddr *any);
/* The address here to which a connection came. */
struct addr listen_local(int fd);

#endif
