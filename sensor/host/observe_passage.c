#include "sensor/host/observe.h"

#include <inttypes.h>

#define N(name) (f->sum->sums[SUM_##name])

/* How much it looks so without a look into any mail: from many networks in, to few out, and about
 * as often.  A gateway to a provider looks the same; what people hand in is theirs. */
static double
forwards_unseen(const struct facts *f)
{
	const int64_t in = f->distinct[SKETCH_in_networks];
	const int64_t out = f->distinct[SKETCH_server_networks];

	if (out == 0)
		return 0;
	return ramp((double)in, 5, 20) * ramp(1 - share_of(out, in), 0.6, 0.9) *
	       ramp((double)N(sessions), 5, 15) *
	       ramp(share_of(N(sessions), N(in_sessions)), 0.2, 0.4) * f->out_with_in *
	       (1 - share_of(N(in_sessions_submission), N(in_sessions))) *
	       share_of(N(sessions_encrypted), N(sessions));
}

void
observe_forward(const struct facts *f, struct observation *o)
{
	int64_t n = f->forwarded > N(mails_forwarded) ? f->forwarded : N(mails_forwarded);
	double unseen = 0.7 * forwards_unseen(f);

	o->strength = ramp((double)n, 0, 5);
	if (n > 0)
		observe_say(f, o,
			"at least %" PRId64
			" mails came in from outside and left again for another recipient",
			n);
	if (unseen <= o->strength)
		return;
	o->strength = unseen;
	observe_say(f, o,
		"%" PRId64 " sessions came in from %" PRId64 " networks, and %" PRId64
		" went out to %" PRId64 " networks in the same hours, as when mail is forwarded",
		N(in_sessions), f->distinct[SKETCH_in_networks], N(sessions),
		f->distinct[SKETCH_server_networks]);
}

/* One or a few clients hand in what leaves to everywhere.  What comes in by submission is mail of
 * people. */
void
observe_through(const struct facts *f, struct observation *o)
{
	const int64_t in = N(in_encrypted) - N(in_sessions_submission);
	const int64_t from = f->distinct[SKETCH_in_networks];

	if (in <= 0 || from == 0)
		return;
	o->strength = ramp((double)in / (double)from, 4, 12) * ramp((double)in, 8, 25) *
		      ramp((double)f->distinct[SKETCH_server_networks], 8, 20) *
		      ramp(share_of(N(sessions), in), 0.3, 0.7) * f->out_with_in;
	if (o->strength > 0)
		observe_say(f, o,
			"%" PRId64 " encrypted sessions came in from %" PRId64
			" networks, and in the same hours %" PRId64 " went out to %" PRId64
			" networks of mail servers",
			in, from, N(sessions), f->distinct[SKETCH_server_networks]);
}

/* "SENDER to RCPT" of a sample "key sender rcpt". */
static struct slice
example_of(const struct named *sample, struct slice *rcpt)
{
	struct slice rest = slice_str(sample->text), sender;

	slice_split(&rest, ' ');
	sender = slice_split(&rest, ' ');
	*rcpt = rest;
	return sender;
}

void
observe_relay(const struct facts *f, struct observation *o)
{
	struct slice sender, rcpt;

	if (f->relayed == 0)
		return;
	/* a gateway may rightly pass on the mail of one or two domains that are not its own */
	o->strength = f->relayed_domains >= 3 ? 1 : f->relayed_domains == 2 ? 0.8 : 0.5;
	sender = example_of(f->relay_example, &rcpt);
	observe_say(f, o,
		"at least %" PRId64 " mails from outside senders to %" PRId64
		"%s outside domains were accepted from outside and "
		"left again, as one from %.*s to %.*s",
		f->relayed, f->relayed_domains,
		f->relayed_domains == RELAY_DOMAINS ? " or more" : "", (int)sender.len,
		(const char *)sender.ptr, (int)rcpt.len, (const char *)rcpt.ptr);
}

void
observe_relay_hint(const struct facts *f, struct observation *o)
{
	int64_t n = f->foreign_in;
	double hidden = share_of(N(sessions_encrypted), N(sessions));

	if (n == 0)
		return;
	/* A server has few domains of its own under other names.  Where what it sends is seen, a
	 * relay is proved or there is none; where it is not, mail comes in and sessions go out in
	 * the same hours. */
	o->strength = ramp((double)f->foreign_domains, 2, 8) * ramp((double)n, 3, 10) *
		      (0.2 + 0.8 * hidden * f->out_with_in * ramp((double)N(sessions), 3, 10));
	observe_say(f, o,
		"%" PRId64 " samples of mail accepted from outside have a sender and a recipient "
		"under domains that are not this host's (%" PRId64
		" domains of recipients); were they for it, it says so under another name",
		n, f->foreign_domains);
	if (o->strength >= 0.5)
		observe_say(f, o,
			"in the same hours %" PRId64 " sessions went out, %" PRId64
			" of them under TLS",
			N(sessions), N(sessions_encrypted));
}

void
observe_http(const struct facts *f, struct observation *o)
{
	int64_t n = N(http_verbs) + N(mails_proxy);

	if (n == 0)
		return;
	o->strength = 1;
	observe_say(f, o,
		"%" PRId64 " sessions or mails carry HTTP (CONNECT, POST, GET) to other servers' "
		"mail ports: a proxy is being used to send",
		n);
}

void
observe_proxied(const struct facts *f, struct observation *o)
{
	const struct named *target = names_top(&f->sum->names[NAMES_proxy_target]);

	if (N(in_proxied) == 0)
		return;
	/* The same mail came in and left; else both happened in the same hours; else somebody was
	 * told "no", or what left was not seen. */
	if (f->proxied > 0 || N(in_proxied_mails) > 0)
		o->strength = 1;
	else
		o->strength = (f->proxied_out > 0 ? 0.8 : 0.4) * ramp((double)N(in_proxied), 0, 4);
	observe_say(f, o, "%" PRId64 " sessions led through this host as a proxy%s%s",
		N(in_proxied), target != NULL ? ", most of them to " : "",
		target != NULL ? target->text : "");
	if (f->proxied > 0)
		observe_say(f, o, "at least %" PRId64 " mails that came in so left from it again",
			f->proxied);
	else if (f->proxied_out > 0)
		observe_say(f, o,
			"in the same %" PRId64 " hours %" PRId64
			" sessions to mail servers went out from it",
			f->proxied_hours, f->proxied_out);
}

void
observe_proxy_port(const struct facts *f, struct observation *o)
{
	/* SOCKS, Squid, the common alternatives, Privoxy, Polipo */
	static const int32_t ports[] = { 1080, 3128, 8000, 8080, 8118, 8123, 8888 };
	const struct service *found = NULL;
	char first[OBSERVED_TIME];

	for (size_t i = 0; i < f->services_count && found == NULL; i++) {
		for (size_t k = 0; k < sizeof ports / sizeof ports[0]; k++) {
			if (f->services[i].port == ports[k])
				found = &f->services[i];
		}
	}
	if (found == NULL)
		return;
	/* application servers listen there too: without spam it says little */
	o->strength = f->spam > 0 || N(in_proxied) > 0 ? 0.6 : 0.2;
	observe_say(f, o, "port %d answers, where proxies listen, since %s", (int)found->port,
		observe_time(found->first, first));
}
