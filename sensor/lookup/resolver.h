/* Asking for A records through the site's resolver, without waiting for the answer.
 *
 * Source: libunbound(3), unbound.conf(5); lookup_unbound.c is its only owner.
 * Input:  answers from the network, taken apart by libunbound.
 * Memory: libunbound's caches, made small: who asks keeps what was answered. */
#ifndef HELOSCOPE_LOOKUP_RESOLVER_H
#define HELOSCOPE_LOOKUP_RESOLVER_H

#include "sensor/base/err.h"
#include "sensor/lookup/answer.h"

#define RESOLVER_SLOTS 16

struct resolver;

struct resolver_calls {
	void *ctx;
	void (*answered)(void *ctx, unsigned slot, const struct dns_answer *answer);
};

/* Whether `at` can be meant. 0, or -1 and err. */
int resolver_check(const char *at, struct err *err);
/* `at`: "192.0.2.53", "192.0.2.53:5300", "[2001:db8::53]:5300"; "" = those of /etc/resolv.conf.
 * Its files are read here, and its thread is started: nothing is opened later but sockets.  NULL
 * and err. */
struct resolver *resolver_new(const char *at, const struct resolver_calls *calls, struct err *err);
void resolver_free(struct resolver *r);
/* 0, or -1: it cannot. */
int resolver_ask(struct resolver *r, unsigned slot, const char *name);
/* Its answer, if it comes, is nobody's. */
void resolver_cancel(struct resolver *r, unsigned slot);
/* Readable when there are answers. */
int resolver_fd(struct resolver *r);
/* Hands over the answers that are there. */
void resolver_handle(struct resolver *r);

#endif
