#include "sensor/host/observe.h"

#include <inttypes.h>

#define N(name) (f->sum->sums[SUM_##name])

void
observe_hidden_refusals(const struct facts *f, struct observation *o)
{
	int64_t told = N(mails_scored) + f->tried;

	if (f->refused < CULPRIT_SPAM)
		return;
	o->strength = ramp(f->refusals_ratio, 0, f->refusals_bound);
	/* where most is seen, it speaks for itself */
	o->strength *= 1 - ramp(share_of(N(mails_scored), told), 0.5, 0.9);
	o->strength *= 1 - share_of(N(estimated_refusals), f->refused) * (1 - estimates_agree(f));
	if (o->strength <= 0)
		return;
	observe_say(f, o, "%" PRId64 " of %" PRId64 " tries whose content nobody saw were refused",
		f->refused, f->tried);
	if (N(estimated_refusals) > 0)
		observe_say(f, o,
			"%" PRId64
			" refusals were in encrypted sessions, by the length of what was said",
			N(estimated_refusals));
	if (N(sessions_refused) > 0)
		observe_say(f, o, "%" PRId64 " sessions were refused before any mail",
			N(sessions_refused));
}

void
observe_fan_out(const struct facts *f, struct observation *o)
{
	char hour[OBSERVED_TIME];

	if (f->fan_minutes == 0)
		return;
	/* a program that is no mail server speaks to its provider's server, and to few others */
	o->strength = ramp((double)f->fan_networks, 4, 12) *
		      ramp((double)f->fan_networks / (double)f->fan_minutes, 1.5, 4) *
		      (1 - f->server_like) * f->out_25;
	/* bots seldom take TLS; who always does is perhaps a mail server that only sends */
	o->strength *= 1 - 0.4 * share_of(N(sessions_encrypted), N(sessions));
	if (o->strength > 0)
		observe_say(f, o,
			"in the hour of %s it spoke to mail servers in %" PRId64
			" networks within %" PRId64 " minutes, and is no mail server",
			observe_time(f->fan_hour, hour), f->fan_networks, f->fan_minutes);
}

void
observe_many_servers(const struct facts *f, struct observation *o)
{
	int64_t networks = f->distinct[SKETCH_server_networks];

	o->strength = ramp((double)networks, 10, 50) * (1 - f->server_like) * f->out_25;
	if (o->strength > 0)
		observe_say(f, o,
			"it sends straight to %" PRId64 " servers in %" PRId64
			" networks, and no mail comes in to it",
			f->distinct[SKETCH_servers], networks);
}

void
observe_no_retry(const struct facts *f, struct observation *o)
{
	if (f->deferred_dropped == 0)
		return;
	o->strength = ramp((double)f->deferred_dropped, 2, 8) *
		      ramp(share_of(f->deferred_dropped, f->deferred_decided), 0.5, 0.9);
	observe_say(f, o,
		"%" PRId64 " of %" PRId64
		" mails that were deferred more than two hours ago were never tried again",
		f->deferred_dropped, f->deferred_decided);
}

void
observe_posted(const struct facts *f, struct observation *o)
{
	const struct named *path = names_top(&f->sum->names[NAMES_post]);
	double share = share_of(f->posted_minutes, f->php_minutes);

	if (f->posted_minutes == 0)
		return;
	/* on a page to which somebody posts every minute, it says little that mail follows */
	o->strength = ramp(share, 0.2, 0.8) * ramp((double)f->posted_minutes, 0, 2) *
		      (1 - 0.7 * f->post_share);
	observe_say(f, o,
		"in %" PRId64 " of %" PRId64
		" minutes with mails by PHP a form had been posted just before%s%s",
		f->posted_minutes, f->php_minutes, path != NULL ? ", most often to " : "",
		path != NULL ? path->text : "");
}

void
observe_no_tls(const struct facts *f, struct observation *o)
{
	if (N(tls_offered) == 0)
		return;
	o->strength = ramp(share_of(N(tls_unused), N(tls_offered)), 0.8, 1) *
		      ramp((double)N(tls_offered), 3, 10);
	if (o->strength > 0)
		observe_say(f, o,
			"%" PRId64 " of %" PRId64
			" sessions in which TLS was offered go on without it",
			N(tls_unused), N(tls_offered));
}

void
observe_neighbours(const struct facts *f, struct observation *o)
{
	/* UCEPROTECT level 2 lists a /24 from five of its hosts on */
	o->strength = ramp((double)f->neighbours.in_24, 0, 5);
	if (o->strength > 0)
		observe_say(f, o,
			"%d other hosts of its network are listed or likely to be, %d in all "
			"networks of ours",
			(int)f->neighbours.in_24, (int)f->neighbours.in_all);
}

void
observe_nat(const struct facts *f, struct observation *o)
{
	if (!f->nat)
		return;
	o->strength = 1;
	observe_say(f, o,
		"about %" PRId64 " clients speak through this address: %" PRId64
		" names in greetings, %" PRId64 " ways to speak SMTP",
		f->clients, f->distinct[SKETCH_helo_names], f->distinct[SKETCH_dialects]);
}

void
observe_sorted(const struct facts *f, struct observation *o)
{
	if (N(mails_sorted) == 0)
		return;
	o->strength = ramp(share_of(N(mails_sorted), N(mails)), 0, 0.3) *
		      ramp((double)N(mails_sorted), 0, 3);
	observe_say(f, o,
		"%" PRId64 " mails name five recipients or more in the order of the alphabet",
		N(mails_sorted));
}

void
observe_loop(const struct facts *f, struct observation *o)
{
	if (N(mails_loop) == 0)
		return;
	o->strength = ramp((double)N(mails_loop), 0, 3) *
		      (0.5 + 0.5 * ramp(share_of(N(mails_loop), N(mails)), 0, 0.2));
	observe_say(f, o,
		"%" PRId64 " mails go round: a server twice on their way, or more than 20 servers",
		N(mails_loop));
}
