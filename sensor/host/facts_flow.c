/* What flows, retries, texts and minutes tell of a host. */
#include "sensor/host/facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"

/* Every mail server tries again within two hours: Postfix after 5 minutes, Exim after 15, Sendmail
 * with its queue runs of half an hour or an hour (their defaults). */
#define RETRY_WITHIN (2 * PTIME_HOUR)
#define RETRY_AFTER (60 * PTIME_SECOND) /* sooner is the same try at the next exchanger */

/* Bits up to which two near digests are of one kind (sensor/mail/similar.h, where it was measured).
 */
#define NEAR_BITS 10

/* Programs that are mail servers, as the dialect or the greeting names them. */
static const char *const servers[] = { "Postfix", "Exim", "Sendmail", "OpenSMTPD", "qmail",
	"Exchange", "Haraka", "Halon", "PowerMTA", "Courier", "Zimbra" };

static bool
is_server_software(const struct named *software)
{
	for (size_t i = 0; software != NULL && i < sizeof servers / sizeof servers[0]; i++) {
		if (slice_starts(slice_str(software->text), slice_str(servers[i])))
			return true;
	}
	return false;
}

/* Mail comes in to it; or it only sends, speaks as mail servers do, or its port 25 answers. */
static double
server_likeness(const struct facts *f)
{
	const int64_t *n = f->sum->sums;
	/* under TLS a session is all that is seen of what comes in */
	const int64_t in = n[SUM_in_accepted] + n[SUM_in_encrypted];
	double like = in >= 3 ? 1 : (double)in / 3;

	switch (facts_role_given(f)) {
	case ROLE_MTA:
	case ROLE_SUBMISSION:
		return 1;
	case ROLE_CLIENT:
	case ROLE_WEB:
	case ROLE_PROXY:
		return 0;
	case ROLE_UNKNOWN:
	case ROLES:
		break;
	}
	if (is_server_software(names_top(&f->sum->names[NAMES_software])) && like < 0.8)
		like = 0.8;
	if (facts_answers(f, 25))
		like += (1 - like) * 0.5;
	return like;
}

/* Programs of people hand in mail on 465 and 587, at their provider's; what names they greet with,
 * and how many such servers there are behind one address, says nothing.  Nor does what a host says
 * inside of the campus. */
static double
exchanger_share(const struct facts *f)
{
	const int64_t *n = f->sum->sums;

	/* a mail may be known before its session has ended */
	if (n[SUM_sessions] == 0)
		return 1;
	return n[SUM_sessions_outside] > 0
		       ? (double)n[SUM_port_25] / (double)n[SUM_sessions_outside]
		       : 0;
}

static int
bits_of(uint64_t mask)
{
	return __builtin_popcountll(mask);
}

/* An estimate is dear, and the same for each prefix of the hours. */
static void
count_networks(struct facts *f)
{
	int64_t *networks;

	if (f->hour_networks != NULL || f->hours_count == 0)
		return;
	networks = arena_array(f->arena, f->hours_count, sizeof *networks);
	for (size_t i = 0; i < f->hours_count && networks != NULL; i++)
		networks[i] =
			sketch_estimate(&f->hours[i].aggregate->sketches[SKETCH_server_networks]);
	f->hour_networks = networks;
}

/* The hour with the most networks a minute, compared without a division. */
static void
find_fan_out(struct facts *f)
{
	count_networks(f);
	for (size_t i = 0; i < f->hours_count && f->hour_networks != NULL; i++) {
		int64_t minutes = bits_of(f->hours[i].aggregate->minutes[MINUTES_session]);
		int64_t here = f->hour_networks[i] * f->fan_minutes;
		int64_t before = f->fan_networks * minutes;

		if (minutes == 0 || here < before ||
			(here == before && f->hour_networks[i] <= f->fan_networks))
			continue;
		f->fan_hour = f->hours[i].hour;
		f->fan_networks = f->hour_networks[i];
		f->fan_minutes = minutes;
	}
}

/* A pair of sender and recipient that was deferred and neither came again nor was settled later. */
static void
find_dropped(struct facts *f)
{
	const struct names *deferred = &f->sum->names[NAMES_deferred];
	const struct names *settled = &f->sum->names[NAMES_settled];

	for (size_t i = 0; i < deferred->count; i++) {
		const struct named *d = &deferred->items[i];
		enum presence later = names_presence(settled, d, LIMIT_HOST_NAMES);
		bool again = later == PRESENCE_YES || d->last - d->first >= RETRY_AFTER;

		if (!again && (later == PRESENCE_UNKNOWN || f->now - d->last < RETRY_WITHIN))
			continue;
		f->deferred_decided++;
		f->deferred_dropped += !again;
	}
}

static void
find_template(struct facts *f)
{
	const struct names *texts = &f->sum->names[NAMES_text_spam];
	uint64_t near[LIMIT_HOST_NAMES];

	for (size_t i = 0; i < texts->count; i++)
		near[i] = strtoull(texts->items[i].text, NULL, 16);
	for (size_t i = 0; i < texts->count; i++) {
		int64_t n = 0;

		for (size_t k = 0; k < texts->count; k++) {
			if (bits_of(near[i] ^ near[k]) <= NEAR_BITS)
				n += texts->items[k].count;
		}
		if (n > f->template_mails)
			f->template_mails = n;
	}
}

/* A mail leaves in the minute of the POST or in the next one. */
static void
find_posted(struct facts *f)
{
	int64_t minutes = 0, posts = 0;

	for (size_t i = 0; i < f->hours_count; i++) {
		uint64_t php = f->hours[i].aggregate->minutes[MINUTES_php];
		uint64_t post = f->hours[i].aggregate->minutes[MINUTES_post];

		post |= post << 1;
		f->php_minutes += bits_of(php);
		f->posted_minutes += bits_of(php & post);
		if (php != 0) {
			minutes += 60;
			posts += bits_of(post);
		}
	}
	f->post_share = minutes > 0 ? (double)posts / (double)minutes : 0;
}

static void
find_proxied(struct facts *f)
{
	const struct names *in = &f->sum->names[NAMES_proxied];

	for (size_t i = 0; i < in->count; i++)
		f->proxied +=
			names_find(&f->sum->names[NAMES_relay_out], in->items[i].text) != NULL;
	for (size_t i = 0; i < f->hours_count; i++) {
		const int64_t *n = f->hours[i].aggregate->sums;

		if (n[SUM_in_proxied] == 0)
			continue;
		f->proxied_hours++;
		f->proxied_out += n[SUM_sessions];
	}
}

/* How a client speaks that sent a mail, without what the server made of it: "EHLO fqdn|MAIL
 * FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf" (smtp/dialect.h).  "" = no mail, so not known. */
static struct slice
hand_of(const char *dialect)
{
	struct slice all = slice_str(dialect);

	if (slice_find(all, SLICE("DATA")) == all.len && slice_find(all, SLICE("BDAT")) == all.len)
		return slice_take(all, 0);
	return slice_take(all, slice_find(all, SLICE(" -")));
}

static int64_t
count_hands(const struct names *dialects)
{
	struct slice hands[LIMIT_HOST_NAMES];
	size_t count = 0;

	for (size_t i = 0; i < dialects->count; i++) {
		struct slice hand = hand_of(dialects->items[i].text);
		size_t k = 0;

		while (k < count && !slice_eq(hands[k], hand))
			k++;
		if (k == count && hand.len > 0)
			hands[count++] = hand;
	}
	return (int64_t)count;
}

/* Several people behind one address greet with different names and use different programs.  A bot
 * that changes its name keeps its ways; four are more than one program has, two more than one that
 * calls itself by an address inside. */
static bool
is_like_nat(const struct facts *f)
{
	int64_t hands;

	if (f->server_like >= 0.5 || f->distinct[SKETCH_helo_names] < 3)
		return false;
	hands = count_hands(&f->sum->names[NAMES_dialect]);
	return f->sum->names[NAMES_software].count >= 2 || f->distinct[SKETCH_ja4s] >= 3 ||
	       hands >= 4 || (hands >= 2 && f->sum->sums[SUM_helo_inside] >= 3);
}

static void
find_clients(struct facts *f)
{
	for (size_t i = 0; i < f->config->nat_count; i++)
		f->nat |= network_has(f->config->nat[i], f->ip);
	f->nat = f->nat || is_like_nat(f);
	if (f->nat)
		f->clients = f->distinct[SKETCH_helo_names] < f->distinct[SKETCH_speakers]
				     ? f->distinct[SKETCH_helo_names]
				     : f->distinct[SKETCH_speakers];
}

/* Sessions out in hours in which sessions came in, of all sessions out. */
static void
find_through(struct facts *f)
{
	int64_t out = 0, with = 0;

	for (size_t i = 0; i < f->hours_count; i++) {
		const int64_t *n = f->hours[i].aggregate->sums;

		out += n[SUM_sessions];
		with += n[SUM_in_sessions] > 0 ? n[SUM_sessions] : 0;
	}
	f->out_with_in = out > 0 ? (double)with / (double)out : 0;
}

/* Refusals that say why, each with a sign of its own; those of the host's reputation follow from
 * something else. */
static int64_t
count_explained(const int64_t *n)
{
	static const enum reply_class classes[] = { REPLY_LISTED, REPLY_PRIVATE_REPUTATION,
		REPLY_USER_UNKNOWN, REPLY_RELAY_DENIED, REPLY_NO_RDNS_HELO, REPLY_AUTH_FAIL,
		REPLY_SIZE_QUOTA };
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		sum += n[SUM_class + classes[i]];
	return sum;
}

/* What came of mails whose content was not seen: those that TLS records tell, those refused before
 * their content, and whole sessions refused. */
static void
count_tries(const int64_t *n, int64_t *tried, int64_t *refused)
{
	int64_t open = n[SUM_rejected] + n[SUM_sessions_refused] - count_explained(n);
	int64_t accepted = n[SUM_accepted] - n[SUM_mails_scored];

	*refused = n[SUM_estimated_refusals] + (open > 0 ? open : 0);
	*tried = *refused + n[SUM_estimated_mails] + (accepted > 0 ? accepted : 0);
}

/* The worst run of hours, as find_burst has it for mails.  Greylisting comes in bursts too, of a
 * few mails. */
static void
find_refused_burst(struct facts *f)
{
	const struct sprt *test = &f->config->refusals;
	const double chance = log((double)(f->hours_count > 0 ? f->hours_count : 1));
	int64_t tried = 0, refused = 0;

	for (size_t i = 0; i < f->hours_count; i++) {
		int64_t hour_tried, hour_refused;
		double ratio;

		count_tries(f->hours[i].aggregate->sums, &hour_tried, &hour_refused);
		if (facts_ratio(test, refused, tried) <= 0)
			tried = refused = 0;
		tried += hour_tried;
		refused += hour_refused;
		ratio = facts_ratio(test, refused, tried) - chance;
		if (refused < BURST_REFUSED || ratio <= f->refusals_ratio)
			continue;
		f->refusals_ratio = ratio;
		f->refused = refused;
		f->tried = tried;
	}
}

static void
test_refusals(struct facts *f)
{
	count_tries(f->sum->sums, &f->tried, &f->refused);
	f->refusals_bound = facts_upper(&f->config->refusals);
	f->refusals_ratio = facts_ratio(&f->config->refusals, f->refused, f->tried);
	find_refused_burst(f);
}

void
flow_build(struct facts *f)
{
	f->server_like = server_likeness(f);
	f->out_25 = exchanger_share(f);
	find_fan_out(f);
	find_dropped(f);
	find_template(f);
	find_posted(f);
	find_proxied(f);
	find_through(f);
	find_clients(f);
	test_refusals(f);
}
