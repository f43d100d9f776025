#include "sensor/host/observe.h"

#include <inttypes.h>
#include <string.h>

#include "sensor/host/helo.h"

#define N(name) (f->sum->sums[SUM_##name])

#define TYPED_FEW 0.02

/* A cause that explains a tenth of the mails explains little, but it is there. */
static double
explains(int64_t part, int64_t whole)
{
	return part > 0 ? 0.3 + 0.7 * share_of(part, whole) : 0;
}

/* Those that it sent, and those that a smarthost sent on for it: labels are counted over both. */
static int64_t
all_mails(const struct facts *f)
{
	return N(mails) + N(behind_mails);
}

/* Of these, those that were read: the others have no labels. */
static int64_t
read_mails(const struct facts *f)
{
	int64_t own = N(mails_scored) - N(passed_scored) + N(behind_judged);

	return own > 0 ? own : all_mails(f);
}

static bool
is_web_user(const char *id)
{
	/* www-data of Debian, apache of Red Hat */
	return strcmp(id, "33") == 0 || strcmp(id, "48") == 0;
}

/* "33:contact.php": the number before the colon is the account. */
static const char *
script_name(const char *script)
{
	const char *colon = strchr(script, ':');

	return colon != NULL && colon[1] != '\0' ? colon + 1 : script;
}

void
observe_php(const struct facts *f, struct observation *o)
{
	const struct names *scripts = &f->sum->names[NAMES_script];
	const struct named *top = names_top(scripts),
			   *user = names_top(&f->sum->names[NAMES_user_id]);

	o->strength = explains(N(mails_php), read_mails(f));
	if (N(mails_php) == 0)
		return;
	if (top == NULL)
		observe_say(f, o,
			"%" PRId64 " of %" PRId64
			" mails were made by PHP, which does not name its script",
			N(mails_php), all_mails(f));
	else
		observe_say(f, o,
			"%" PRId64
			" mail%s sent by the PHP script %s (X-PHP-Originating-Script %s)",
			top->count, top->count == 1 ? " was" : "s were", script_name(top->text),
			top->text);
	if (scripts->count > 1)
		observe_say(f, o, "%zu PHP scripts send mail", scripts->count);
	if (user != NULL)
		observe_say(f, o, "the script runs as user id %s%s", user->text,
			is_web_user(user->text) ? " (the web server's account)" : "");
}

void
observe_php_fanout(const struct facts *f, struct observation *o)
{
	if (N(mails_php_fanout) == 0)
		return;
	o->strength = ramp(share_of(N(mails_php_fanout), N(mails_php)), 0, 0.5) *
		      ramp((double)N(mails_php_fanout), 0, 3);
	observe_say(f, o,
		"%" PRId64 " of %" PRId64
		" mails by PHP went to others than their To field says, as when a Bcc is "
		"injected through a form",
		N(mails_php_fanout), N(mails_php));
}

void
observe_injected(const struct facts *f, struct observation *o)
{
	if (N(mails_injected) == 0)
		return;
	o->strength = ramp((double)N(mails_injected), 0, 2);
	observe_say(f, o, "%" PRId64 " mail%s header fields that a form was made to write",
		N(mails_injected), N(mails_injected) == 1 ? " has" : "s have");
}

void
observe_batch(const struct facts *f, struct observation *o)
{
	const struct named *sender = names_top(&f->sum->names[NAMES_sender_domain]);

	if (N(mails_batch) == 0)
		return;
	o->strength = explains(N(mails_batch), read_mails(f));
	/* spam that calls itself the result of a job */
	if (!facts_innocent(f) && f->ratio >= f->bound)
		o->strength *= 0.2;
	observe_say(f, o,
		"%" PRId64 " of %" PRId64
		" mails are results of cron or a batch system (recipients: %" PRId64
		", domains: %" PRId64 ")",
		N(mails_batch), all_mails(f), f->distinct[SKETCH_recipients],
		f->distinct[SKETCH_domains]);
	if (sender != NULL)
		observe_say(f, o, "most envelope senders are under %s", sender->text);
}

void
observe_typed(const struct facts *f, struct observation *o)
{
	int64_t n = N(mails_typed) > N(typed_sessions) ? N(mails_typed) : N(typed_sessions);

	/* who speaks through it as a proxy sits at no keyboard of this host */
	n = n > f->proxied ? n - f->proxied : 0;
	if (n == 0)
		return;
	/* one in a thousand is somebody who tries a server; where there is little else it is how
	 * this host sends */
	o->strength = share_of(n, N(mails)) < TYPED_FEW ? 0.2 : explains(n, N(mails));
	observe_say(f, o,
		"%" PRId64
		" mail%s typed by hand, key by key or without the fields that a program writes",
		n, n == 1 ? " was" : "s were");
}

void
observe_list(const struct facts *f, struct observation *o)
{
	const struct named *list = names_top(&f->sum->names[NAMES_list_id]);

	if (N(mails_list) == 0)
		return;
	o->strength = explains(N(mails_list), read_mails(f));
	observe_say(f, o, "%" PRId64 " of %" PRId64 " mails are of mailing lists%s%s",
		N(mails_list), all_mails(f), list != NULL ? ", most of them of " : "",
		list != NULL ? list->text : "");
}

/* All mails that were seen are bounces, and most sessions were hidden: so, it seems, are those. */
static double
bounces_unseen(const struct facts *f, int64_t n)
{
	if (n < 2 || n < N(mails) || N(sessions_encrypted) * 2 < N(sessions))
		return 0;
	return 0.45 * ramp((double)N(sessions_encrypted), 10, 20) *
	       ramp((double)f->distinct[SKETCH_server_networks], 5, 15);
}

void
observe_bounce(const struct facts *f, struct observation *o)
{
	int64_t n = N(mails_null_sender) > N(mails_auto) ? N(mails_null_sender) : N(mails_auto);
	int64_t domains = f->distinct[SKETCH_domains];
	double unseen = bounces_unseen(f, n);

	if (n == 0)
		return;
	/* a mail server sends some bounces; backscatter is many, to strangers everywhere, and one
	   trap among them is enough */
	o->strength = ramp(share_of(n, N(mails)), 0.05, 0.5) * ramp((double)n, 2, 11) *
		      ramp((double)domains, 1, 5);
	observe_say(f, o,
		"%" PRId64 " of %" PRId64 " mails are bounces or automatic answers (%" PRId64
		" from <>), in all to %" PRId64 " domains",
		n, all_mails(f), N(mails_null_sender), domains);
	if (unseen <= o->strength)
		return;
	o->strength = unseen;
	observe_say(f, o, "%" PRId64 " sessions to %" PRId64 " networks were encrypted besides",
		N(sessions_encrypted), f->distinct[SKETCH_server_networks]);
}

void
observe_sender_private(const struct facts *f, struct observation *o)
{
	const struct names *domains = &f->sum->names[NAMES_sender_domain];
	const struct named *example = NULL;
	int64_t n = 0;

	for (size_t i = 0; i < domains->count; i++) {
		enum helo_shape shape = helo_shape(slice_str(domains->items[i].text));

		if (shape == HELO_GOOD)
			continue;
		n += domains->items[i].count;
		if (example == NULL || domains->items[i].count > example->count)
			example = &domains->items[i];
	}
	if (example == NULL)
		return;
	o->strength = ramp(share_of(n, N(mails)), 0, 0.5);
	observe_say(f, o,
		"%" PRId64 " mails have envelope senders under names that exist only inside, as %s",
		n, example->text);
}
