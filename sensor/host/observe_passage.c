#include "sensor/host/observe.h"

#include <inttypes.h>

#define N(name) (f->sum->sums[SUM_##name])

void
observe_forward(const struct facts *f, struct observation *o)
{
	int64_t n = f->forwarded > N(mails_forwarded) ? f->forwarded : N(mails_forwarded);

	o->strength = ramp((double)n, 0, 5);
	if (n > 0)
		observe_say(f, o,
			"at least %" PRId64
			" mails came in from outside and left again for another recipient",
			n);
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

/* Of all sessions out, those in hours in which mail from outside was accepted. */
static double
out_with_in(const struct facts *f)
{
	int64_t out = 0, with = 0;

	for (size_t i = 0; i < f->hours_count; i++) {
		const int64_t *n = f->hours[i].aggregate->sums;

		out += n[SUM_sessions];
		with += n[SUM_in_external] > 0 ? n[SUM_sessions] : 0;
	}
	return share_of(with, out);
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
		      (0.2 + 0.8 * hidden * out_with_in(f) * ramp((double)N(sessions), 3, 10));
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
	o->strength = f->proxied > 0 || N(in_proxied_mails) > 0 ? 1
		      : f->proxied_out > 0			? 0.8
								: 0.5;
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
