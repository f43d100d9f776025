/* /host/ADDR of an address without a verdict: a server outside, or somebody who attacks ours. */
#include <string.h>

#include "web/page_host.h"

/* ---- whether it attacks us ---- */

struct attack {
	int64_t sessions, accepted, refusals, auth_failed; /* of the peers that are looked at */
	int64_t unknown;				   /* recipients that do not exist */
};

static void
add_peer(void *ctx, const struct peer *peer)
{
	struct attack *attack = ctx;
	attack->sessions += peer->sessions;
	attack->accepted += peer->accepted;
	attack->refusals += peer->refusals;
	attack->auth_failed += peer->auth_failed;
}

static void
add_class(void *ctx, const struct refusals *refusals)
{
	struct attack *attack = ctx;
	if (slice_eq(refusals->class, SLICE("user-unknown"))) {
		attack->unknown += refusals->count;
	}
}

static int
load_attack(const struct host_page *p, struct attack *out)
{
	const struct peer_question q = { .host = p->addr,
		.since = p->view.filter.since,
		.until = p->view.filter.until,
		.sessions = HOST_SESSIONS_LOOKED,
		.limit = HOST_SESSIONS_LOOKED };
	*out = (struct attack){ 0 };
	return query_peers(p->r->reader.store, &q, add_peer, out, p->err) == 0 &&
			       query_refusals(p->r->reader.store, &q, add_class, out, p->err) == 0
		       ? 0
		       : -1;
}

static void
add_attack(struct html *h, const struct attack *a)
{
	if (a->sessions == 0) {
		h_element(h, "p", NULL,
			T(h, "It opened no session to a host of yours, as far as seen."));
		return;
	}
	h_open(h, "p");
	h_format(h,
		T(h, "It opened %s sessions to hosts of yours: %s mails were accepted, %s replies "
		     "refused something."),
		part_number(h, a->sessions), part_number(h, a->accepted),
		part_number(h, a->refusals));
	h_close(h);
	h_class(h, "ul", "notes");
	if (a->unknown > 0) {
		h_open(h, "li");
		h_format(h,
			T(h, "%s of the recipients that it tried do not exist: addresses may be "
			     "guessed (a dictionary attack)."),
			part_number(h, a->unknown));
		h_close(h);
	}
	if (a->auth_failed > 0) {
		h_open(h, "li");
		h_format(h,
			T(h, "In %s sessions a password was refused: passwords may be guessed."),
			part_number(h, a->auth_failed));
		h_close(h);
	}
	h_close(h);
}

/* ---- the page ---- */

int
host_stranger(struct html *h, const struct host_page *p)
{
	static const struct peer_part ours = { "clients", N_("Hosts that spoke to it"),
		N_("As a server: those with most sessions first. Refusals are its replies 4xx and "
		   "5xx."),
		true };
	static const struct peer_part refused = { "refused", N_("What it refused"),
		N_("As a server, by kind and list, with the latest reply of each."), true };
	static const struct peer_part attacked = { "peers", N_("Hosts of yours that it spoke to"),
		N_("As a client: those with most sessions first. Refusals are replies 4xx and "
		   "5xx."),
		false };
	static const struct peer_part got = { "rejected", N_("What was refused to it"),
		N_("As a client, by kind and list, with the latest reply of each."), false };
	struct attack attack;
	int64_t count;
	if (load_attack(p, &attack) != 0) {
		return -1;
	}
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_element(h, "span", "code", p->text);
	h_close_n(h, 2);
	h_element(h, "p", "lead",
		T(h, "There is no verdict on this address: it is not one of the hosts that are "
		     "watched, or it has sent no mail that was seen."));
	add_attack(h, &attack);
	if (attack.sessions > 0) {
		host_actions(h, p);
	}
	h_class(h, "div", "columns");
	if (host_peer_table(h, p, &attacked, &count) != 0 ||
		host_refusal_table(h, p, &got, &count) != 0 ||
		host_peer_table(h, p, &ours, &count) != 0 ||
		host_refusal_table(h, p, &refused, &count) != 0) {
		return -1;
	}
	h_close(h);
	return host_sessions(h, p);
}
