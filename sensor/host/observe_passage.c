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

void
observe_relay_hint(const struct facts *f, struct observation *o)
{
	int64_t n = f->foreign_in;

	if (n == 0)
		return;
	o->strength = ramp((double)n, 0, 10);
	observe_say(f, o,
		"%" PRId64 " samples of mail accepted from outside have a sender and a recipient "
		"under domains that are not "
		"this host's; were they for it, it says so under another name",
		n);
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
observe_proxy_port(const struct facts *f, struct observation *o)
{
	/* SOCKS, Squid, the common alternatives, Privoxy, Polipo */
	static const int32_t ports[] = { 1080, 3128, 8000, 8080, 8118, 8123, 8888 };

	for (size_t i = 0; i < f->services_count; i++) {
		for (size_t k = 0; k < sizeof ports / sizeof ports[0]; k++) {
			char first[OBSERVED_TIME];

			if (f->services[i].port != ports[k])
				continue;
			/* application servers listen there too: without spam it says little */
			o->strength = f->spam > 0 ? 0.6 : 0.2;
			observe_say(f, o, "port %d answers, where proxies listen, since %s",
				ports[k], observe_time(f->services[i].first, first));
		}
	}
}
