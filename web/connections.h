/* Connections that hold a place for too long are closed, however they drip: the library's own
 * timeout begins anew with each byte.
 *
 * Input:  when connections come, ask, take, and go.
 * Output: shutdown(2) of those beyond their time, once a second, by a thread of its own.
 * Memory: a row for each connection; the server limits those. Threads: any. */
#ifndef HELOSCOPE_WEB_CONNECTIONS_H
#define HELOSCOPE_WEB_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTION_REQUEST_S                                                                       \
	30 /* from the connection, or the answer before, to a whole request (with its TLS          \
	      handshake) */
#define CONNECTION_ANSWER_S 60 /* to make an answer, and to take each block of a download */
#define CONNECTION_RATE 8192   /* bytes a second: who takes a page more slowly is cut off */

struct connections;
struct connection;

struct connections *connections_new(void);
/* All clients are removed by then. NULL does nothing. */
void connections_free(struct connections *c);
struct connection *connections_add(struct connections *c, int fd);
/* Before its socket is closed. */
void connections_remove(struct connection *k);
/* It may take so long for its next request. */
void connection_asks(struct connection *k);
/* Its request is whole, or another block of the answer goes out; `bytes`: of the answer or the
 * block. */
void connection_takes(struct connection *k, size_t bytes);

/* A connection whose answer has nothing to send now: `suspend` is called here, `resume` by the
 * thread at its next look, or by connections_hurry.  False, and nothing is called, when the server
 * ends. */
struct connection_pause {
	void (*suspend)(void *ctx);
	void (*resume)(void *ctx);
	void *ctx;
};
bool connection_waits(struct connection *k, const struct connection_pause *pause);
/* The server ends: whoever waits is resumed, and nobody waits any more. */
void connections_hurry(struct connections *c);

#endif
