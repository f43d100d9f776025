#include "sensor/host/observe.h"

#include <inttypes.h>

#include "sensor/host/helo.h"

#define N(name) (f->sum->sums[SUM_##name])

#define WEEK_HOURS 168.0
#define HELO_NAMES_A_WEEK 2.2

static const struct named *
bad_example(const struct facts *f)
{
	const struct names *helo = &f->sum->names[NAMES_helo];
	const struct named *example = NULL;

	for (size_t i = 0; i < helo->count; i++) {
		if (helo_shape(slice_str(helo->items[i].text)) == HELO_GOOD)
			continue;
		if (example == NULL || helo->items[i].count > example->count)
			example = &helo->items[i];
	}
	return example;
}

void
observe_helo_bad(const struct facts *f, struct observation *o)
{
	int64_t worst = N(helo_localhost) + N(helo_address);
	int64_t mild = N(helo_no_dot) + N(helo_private);
	const struct named *example = bad_example(f);

	if (worst + mild == 0 || N(helo) == 0)
		return;
	/* localhost and bare addresses alone have been reason enough for the CBL; node names annoy
	 * only.  To its provider's own server a program of a person may say anything */
	o->strength = (share_of(worst, N(helo)) + 0.4 * share_of(mild, N(helo))) * f->out_25 *
		      (1 - share_of(N(auth_sessions), N(sessions)));
	observe_say(f, o,
		"%" PRId64 " of %" PRId64 " sessions greet with no name of a mail server, as %s",
		worst + mild, N(helo), example != NULL ? example->text : "localhost");
}

void
observe_helo_many(const struct facts *f, struct observation *o)
{
	int64_t names = f->distinct[SKETCH_helo_names];
	double weeks = (double)(f->sum->last - f->sum->first) / 3.6e12 / WEEK_HOURS;
	double a_week = (double)names / (weeks > 1 ? weeks : 1);

	/* many clients have many names */
	o->strength = f->nat ? 0 : ramp(a_week, HELO_NAMES_A_WEEK, 10) * f->out_25;
	if (o->strength > 0)
		observe_say(f, o,
			"it greets with %" PRId64 " different names; one machine has one or two",
			names);
}

void
observe_helo_target(const struct facts *f, struct observation *o)
{
	if (N(helo_target) == 0)
		return;
	o->strength = ramp(share_of(N(helo_target), N(helo)), 0, 0.2) *
		      ramp((double)N(helo_target), 0, 3);
	observe_say(f, o,
		"%" PRId64 " of %" PRId64 " sessions greet the server with its own name or address",
		N(helo_target), N(helo));
}

void
observe_bot(const struct facts *f, struct observation *o)
{
	if (N(odd_sessions) == 0)
		return;
	o->strength = ramp(share_of(N(odd_sessions), N(sessions)), 0, 0.3) *
		      ramp((double)N(odd_sessions), 0, 5);
	observe_say(f, o,
		"%" PRId64 " of %" PRId64
		" sessions talk before they are spoken to, or send commands without waiting for "
		"the answers, as no mail server does",
		N(odd_sessions), N(sessions));
}

void
observe_mail_server(const struct facts *f, struct observation *o)
{
	const struct named *software = names_top(&f->sum->names[NAMES_server_software]);

	o->strength = f->server_like;
	if (o->strength <= 0)
		return;
	if (software == NULL)
		software = names_top(&f->sum->names[NAMES_software]);
	observe_say(f, o, "it accepted %" PRId64 " recipients as a mail server%s%s", N(in_accepted),
		software != NULL ? ", software " : "", software != NULL ? software->text : "");
}

void
observe_helo_inside(const struct facts *f, struct observation *o)
{
	if (N(helo_inside) == 0)
		return;
	o->strength = share_of(N(helo_inside), N(helo)) * f->out_25;
	observe_say(f, o,
		"%" PRId64 " of %" PRId64
		" sessions greet with a private address in brackets: a client behind NAT",
		N(helo_inside), N(helo));
}

void
observe_auth_guessing(const struct facts *f, struct observation *o)
{
	int64_t peak = 0;
	double fast;

	if (N(auth_failures) == 0)
		return;
	for (size_t i = 0; i < f->hours_count; i++) {
		int64_t n = f->hours[i].aggregate->sums[SUM_auth_failures];

		peak = n > peak ? n : peak;
	}
	/* a forgotten password is tried for days, at one server or two, once a minute at most */
	o->strength = ramp((double)N(auth_failures), 4, 11) *
		      ramp((double)f->distinct[SKETCH_servers], 1, 4);
	fast = ramp((double)peak, 60, 120);
	if (fast > o->strength)
		o->strength = fast;
	observe_say(f, o, "%" PRId64 " passwords were refused by other servers", N(auth_failures));
}

void
observe_auth_networks(const struct facts *f, struct observation *o)
{
	int64_t networks = f->distinct[SKETCH_in_auth_networks];

	/* under TLS nobody sees AUTH, but who else uses a port of submission? */
	if (N(in_auth_sessions) == 0 && N(in_sessions_submission) * 2 > N(in_sessions))
		networks = f->distinct[SKETCH_in_networks];
	if (networks == 0)
		return;
	/* counts only where something bad leaves: people on the road are in a few networks */
	o->strength = ramp((double)networks, 5, 30);
	observe_say(f, o,
		"mail is handed in from %" PRId64 " networks (%" PRId64
		" sessions with AUTH, %" PRId64 " on ports of submission), %" PRId64
		" passwords were refused",
		networks, N(in_auth_sessions), N(in_sessions_submission), N(in_auth_failures));
}
