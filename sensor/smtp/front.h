/* What stands before an SMTP dialogue on its stream: the header of a balancer, or the words by
 * which a client asks a proxy for a connection.
 *
 * Source: HAProxy, "The PROXY protocol", 2.1 (v1) and 2.2 (v2); RFC 9110 9.3.6 (CONNECT);
 *         "SOCKS: A protocol for TCP proxy across firewalls" (SOCKS4) and "SOCKS 4A"; RFC 1928
 *         (SOCKS5), RFC 1929 (its user and password, of which nothing is kept).
 * Input:  bytes of both sides in causal order, in any chunking; hostile.
 * Output: which of them, the target that was asked for, the client that a balancer tells of, and
 *         where the dialogue begins.  A balancer's header may stand before a proxy's words.
 * Memory: what both sides have said so far, at most LIMIT_FRONT bytes each, until it is decided.
 * Accepted beyond that: "CONNECT host:25 / HTTP/1.0", lines that end with LF, and a second CONNECT
 * after a refusal (RFC 9110 15.5.8: with credentials). */
#ifndef HELOSCOPE_SMTP_FRONT_H
#define HELOSCOPE_SMTP_FRONT_H

#include "sensor/base/addr.h"
#include "sensor/base/buf.h"

enum front_kind {
	FRONT_NOTHING,
	FRONT_PROXY1,
	FRONT_PROXY2,
	FRONT_CONNECT,
	FRONT_SOCKS4,
	FRONT_SOCKS5,
};

enum front_state {
	FRONT_OPEN,    /* more is needed */
	FRONT_PASSED,  /* the dialogue begins: with front_rest() of the client, and what the server
			  says next */
	FRONT_REFUSED, /* the proxy has said no; the client may ask again */
	FRONT_NONE,    /* nothing of the kind: all was the dialogue's */
};

enum front_side { FRONT_CLIENT, FRONT_SERVER };

struct front {
	enum front_kind kind; /* the last that was whole */
	enum front_state state;
	char host[256]; /* that it was asked for, as sent; host_len 0 = none */
	size_t host_len;
	uint16_t port;
	struct endpoint client; /* the balancer's; ADDR_NONE = not told */

	struct front_words {
		struct buf bytes;
		size_t at, start; /* behind what is read; where the message that is read begins */
	} words[2];		  /* by enum front_side */
	size_t passed;		  /* client's bytes before the dialogue */
	bool refused;		  /* at least once… */
	bool deaf;		  /* …and the client did not ask again, but said something else */
	int step, code;		  /* code: of the proxy's HTTP reply */
	enum front_kind asked;	  /* is being read */
};

/* True if a client that begins so may have one of them to say. */
bool front_begins(uint8_t first);

void front_init(struct front *f);
void front_release(struct front *f);
/* Each eats from the front of *in what is not of the dialogue for sure.  What the client says
 * before it has the proxy's answer is kept: front_rest(); after FRONT_NONE, so is the server's:
 * front_said(). */
enum front_state front_client(struct front *f, struct slice *in);
enum front_state front_server(struct front *f, struct slice *in);
/* The server's words were lost: it goes on as the client does. */
enum front_state front_lost(struct front *f);

/* Of the client's bytes, those of the dialogue (FRONT_PASSED, FRONT_NONE). */
struct slice front_rest(const struct front *f);
/* FRONT_NONE: the server's. */
struct slice front_said(const struct front *f);
/* "http-connect", …; "" for FRONT_NOTHING. */
const char *front_name(enum front_kind kind);

#endif
