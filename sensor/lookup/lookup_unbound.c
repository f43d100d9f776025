#include "sensor/lookup/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unbound.h>

#include "sensor/base/arena.h"

#define TYPE_A 1
#define CLASS_IN 1
#define RESOLVER_TEXT_MAX 64

struct asking {
	struct resolver *resolver;
	unsigned slot;
	int id;
	bool active;
};

struct resolver {
	struct ub_ctx *ctx;
	struct resolver_calls calls;
	struct asking asking[RESOLVER_SLOTS];
};

/* ---- setting up ---- */

/* The site's resolver validates and keeps answers, we keep what was answered: libunbound is to do
 * neither.  It may be on this machine, and its zones may be private ones. */
static const struct {
	const char *name, *value;
} options[] = {
	{ "module-config:", "iterator" },
	{ "do-not-query-localhost:", "no" },
	{ "cache-max-ttl:", "0" },
	{ "cache-max-negative-ttl:", "0" },
	{ "msg-cache-size:", "65536" },
	{ "rrset-cache-size:", "65536" },
	{ "qname-minimisation:", "no" },
	{ "infra-keep-probing:", "yes" },
	{ "outbound-msg-retry:", "2" },
	{ "infra-cache-min-rtt:", "3000" }, /* ms: a resolver may be at work */
	{ "use-syslog:", "no" },
};

/* "192.0.2.53:5300" as libunbound writes it: "192.0.2.53@5300". */
static int
forwarder(const char *at, char out[RESOLVER_TEXT_MAX], struct err *err)
{
	struct slice s = slice_str(at), host = s, port = SLICE_EMPTY;
	char text[ADDR_TEXT_MAX];
	struct addr addr;
	int64_t number = 53;
	size_t colon = s.len;

	while (colon > 0 && s.ptr[colon - 1] != ':' && s.ptr[colon - 1] != '@')
		colon--;
	if (addr_parse(s, &addr) < 0 && colon > 0 && s.ptr[s.len - 1] != ']') {
		host = slice_take(s, colon - 1);
		port = slice_skip(s, colon);
	}
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = slice_take(slice_skip(host, 1), host.len - 2);
	if (addr_parse(host, &addr) < 0 ||
		(port.len > 0 && (slice_number(port, &number) < 0 || number < 1 || number > 65535)))
		return err_set(err,
			"the resolver '%s' is no address: write 192.0.2.53, 192.0.2.53:5300 or "
			"[2001:db8::53]:5300",
			at);
	snprintf(out, RESOLVER_TEXT_MAX, "%s@%d", addr_format(addr, text), (int)number);
	return 0;
}

int
resolver_check(const char *at, struct err *err)
{
	char text[RESOLVER_TEXT_MAX];

	return at[0] == '\0' ? 0 : forwarder(at, text, err);
}

static int
set_up(struct resolver *r, const char *at, struct err *err)
{
	char text[RESOLVER_TEXT_MAX];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof options / sizeof *options; i++)
		rc = ub_ctx_set_option(r->ctx, options[i].name, options[i].value);
	if (rc != 0)
		return err_set(err, "libunbound: %s", ub_strerror(rc));
	(void)ub_ctx_debuglevel(r->ctx, 0);
	if (at[0] != '\0') {
		if (forwarder(at, text, err) < 0)
			return -1;
		rc = ub_ctx_set_fwd(r->ctx, text);
	} else {
		rc = ub_ctx_resolvconf(r->ctx, NULL);
	}
	if (rc != 0)
		return err_set(err, "the resolver %s: %s: name one in [lookup] resolver",
			at[0] != '\0' ? at : "of /etc/resolv.conf", ub_strerror(rc));
	rc = ub_ctx_async(r->ctx, 1);
	/* libunbound answers for these by itself (RFC 6761); a laboratory's lists are there. */
	if (rc == 0)
		rc = ub_ctx_zone_remove(r->ctx, "test.");
	return rc == 0 ? 0 : err_set(err, "libunbound: %s", ub_strerror(rc));
}

/* ---- answers ---- */

static const char *
rcode_word(int rcode)
{
	static const char *const words[] = { "no answer", "FORMERR", "SERVFAIL", "NXDOMAIN",
		"NOTIMP", "REFUSED" };

	return rcode >= 0 && rcode < (int)(sizeof words / sizeof *words) ? words[rcode]
									 : "an unknown error";
}

static void
take_addresses(const struct ub_result *result, struct dns_answer *out)
{
	for (size_t i = 0; result->data[i] != NULL && out->count < ANSWER_ADDRESSES_MAX; i++) {
		uint8_t bytes[4];

		if (result->len[i] != (int)sizeof bytes)
			continue;
		memcpy(bytes, result->data[i], sizeof bytes);
		out->addresses[out->count++] = addr_v4(bytes);
	}
}

static struct dns_answer
answer_of(int error, const struct ub_result *result)
{
	struct dns_answer a = { .kind = DNS_FAILED };

	if (error != 0 || result == NULL) {
		snprintf(a.error, sizeof a.error, "%s", ub_strerror(error));
	} else if (result->havedata) {
		a.kind = DNS_ADDRESSES;
		take_addresses(result, &a);
	} else if (result->nxdomain || result->rcode == 0) {
		a.kind = DNS_NAME_MISSING;
	} else {
		snprintf(a.error, sizeof a.error, "%s", rcode_word(result->rcode));
	}
	return a;
}

static void
on_answer(void *ctx, int error, struct ub_result *result)
{
	struct asking *asking = ctx;
	struct resolver *r = asking->resolver;
	struct dns_answer answer = answer_of(error, result);

	ub_resolve_free(result);
	asking->active = false;
	r->calls.answered(r->calls.ctx, asking->slot, &answer);
}

/* ---- calls ---- */

static void
nobody(void *ctx, int error, struct ub_result *result)
{
	(void)ctx;
	(void)error;
	ub_resolve_free(result);
}

/* libunbound starts its thread with the first question: one that it answers by itself. */
static int
start_thread(struct resolver *r, struct err *err)
{
	int rc = ub_resolve_async(r->ctx, "localhost.", TYPE_A, CLASS_IN, NULL, nobody, NULL);

	if (rc == 0)
		rc = ub_wait(r->ctx);
	return rc == 0 ? 0 : err_set(err, "libunbound: %s", ub_strerror(rc));
}

struct resolver *
resolver_new(const char *at, const struct resolver_calls *calls, struct err *err)
{
	struct resolver *r = must_alloc(sizeof *r);

	*r = (struct resolver){ .ctx = ub_ctx_create(), .calls = *calls };
	for (unsigned i = 0; i < RESOLVER_SLOTS; i++)
		r->asking[i] = (struct asking){ .resolver = r, .slot = i };
	if (r->ctx == NULL)
		err_set(err, "libunbound cannot be started");
	if (r->ctx != NULL && set_up(r, at, err) == 0 && start_thread(r, err) == 0)
		return r;
	resolver_free(r);
	return NULL;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	if (r->ctx != NULL)
		ub_ctx_delete(r->ctx);
	free(r);
}

int
resolver_ask(struct resolver *r, unsigned slot, const char *name)
{
	struct asking *asking = &r->asking[slot];
	int rc = ub_resolve_async(r->ctx, name, TYPE_A, CLASS_IN, asking, on_answer, &asking->id);

	asking->active = rc == 0;
	return rc == 0 ? 0 : -1;
}

void
resolver_cancel(struct resolver *r, unsigned slot)
{
	if (r->asking[slot].active)
		(void)ub_cancel(r->ctx, r->asking[slot].id);
	r->asking[slot].active = false;
}

int
resolver_fd(struct resolver *r)
{
	return ub_fd(r->ctx);
}

void
resolver_handle(struct resolver *r)
{
	(void)ub_process(r->ctx);
}
