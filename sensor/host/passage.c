/* What came in from outside and left again.
 *
 * A relay sends a stranger's mail on to the same, foreign, domain.  Its own domains are those under
 * which it greets and is greeted, and those whose mail it keeps.  A forward keeps the Message-ID
 * and changes the recipient. */
#include "sensor/host/facts.h"

#include <string.h>

#include "sensor/host/helo.h"

/* "key sender-domain recipient-domain" as aggregate_mail.c writes it. */
struct passage {
	struct slice sender, rcpt;
};

static struct passage
passage_of(const char *text)
{
	struct slice rest = slice_str(text);
	struct passage p;

	slice_split(&rest, ' ');
	p.sender = slice_split(&rest, ' ');
	p.rcpt = rest;
	return p;
}

static bool
is_own_name(const struct facts *f, struct slice domain)
{
	static const enum names_kind kinds[] = { NAMES_helo, NAMES_banner };
	struct slice owner = name_owner(domain);

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		const struct names *names = &f->sum->names[kinds[k]];

		for (size_t i = 0; i < names->count; i++) {
			if (slice_ieq(name_owner(slice_str(names->items[i].text)), owner))
				return true;
		}
	}
	return false;
}

/* Most mails for it did not leave again: it is delivered here, or behind this host and out of
 * sight. */
static bool
is_kept_here(const struct facts *f, struct slice domain)
{
	const struct names *in = &f->sum->names[NAMES_relay_in];
	const struct names *out = &f->sum->names[NAMES_relay_out];
	size_t came = 0, left = 0;

	for (size_t i = 0; i < in->count; i++) {
		if (!slice_eq(passage_of(in->items[i].text).rcpt, domain))
			continue;
		came += names_presence(out, &in->items[i], LIMIT_HOST_NAMES) != PRESENCE_UNKNOWN;
		left += names_presence(out, &in->items[i], LIMIT_HOST_NAMES) == PRESENCE_YES;
	}
	return left * 2 < came;
}

struct domain_set {
	struct slice items[RELAY_DOMAINS];
	size_t count;
};

static void
domain_set_add(struct domain_set *set, struct slice domain)
{
	for (size_t i = 0; i < set->count; i++) {
		if (slice_eq(set->items[i], domain))
			return;
	}
	if (set->count < RELAY_DOMAINS)
		set->items[set->count++] = domain;
}

static void
find_relayed(struct facts *f)
{
	const struct names *in = &f->sum->names[NAMES_relay_in];
	struct domain_set domains = { .count = 0 }, foreign = { .count = 0 };

	for (size_t i = 0; i < in->count; i++) {
		const struct named *came = &in->items[i];
		struct passage p = passage_of(came->text);

		if (is_own_name(f, p.rcpt) || is_own_name(f, p.sender))
			continue;
		f->foreign_in++;
		domain_set_add(&foreign, p.rcpt);
		if (names_find(&f->sum->names[NAMES_relay_out], came->text) == NULL ||
			is_kept_here(f, p.rcpt))
			continue;
		f->relayed++;
		domain_set_add(&domains, p.rcpt);
		if (f->relay_example == NULL)
			f->relay_example = came;
	}
	f->relayed_domains = (int64_t)domains.count;
	f->foreign_domains = (int64_t)foreign.count;
}

/* It came, its Message-ID left, and surely not to the same domain. */
static bool
is_forwarded(const struct facts *f, const struct named *came)
{
	char id[17];

	memcpy(id, came->text, sizeof id - 1);
	id[sizeof id - 1] = '\0';
	return names_presence(&f->sum->names[NAMES_relay_out], came, LIMIT_HOST_NAMES) ==
		       PRESENCE_NO &&
	       names_find(&f->sum->names[NAMES_id_out], id) != NULL;
}

/* "hash from ADDRESS" whose hash is that of spam that left: the address, else "". */
static const char *
giver_of(const struct facts *f, const struct named *came)
{
	char id[17];

	if (strlen(came->text) < sizeof id + sizeof NAMES_FROM - 2)
		return "";
	memcpy(id, came->text, sizeof id - 1);
	id[sizeof id - 1] = '\0';
	return names_find(&f->sum->names[NAMES_id_spam], id) != NULL
		       ? came->text + sizeof id - 1 + sizeof NAMES_FROM - 1
		       : "";
}

/* The sets keep samples of their own, so beyond what fits in one few meet. */
static void
find_giver(struct facts *f)
{
	const struct names *in = &f->sum->names[NAMES_id_in];

	for (size_t i = 0; i < in->count; i++) {
		const char *giver = giver_of(f, &in->items[i]);
		int64_t spam = 0;

		for (size_t k = 0; giver[0] != '\0' && k < in->count; k++)
			spam += strcmp(giver_of(f, &in->items[k]), giver) == 0;
		if (spam < f->handed_in ||
			(spam == f->handed_in &&
				(spam == 0 || strcmp(giver, f->handed_in_by) >= 0)))
			continue;
		f->handed_in = spam;
		f->handed_in_by = giver;
	}
}

void
passage_build(struct facts *f)
{
	const struct names *in = &f->sum->names[NAMES_relay_in];

	find_relayed(f);
	find_giver(f);
	for (size_t i = 0; i < in->count; i++)
		f->forwarded += strlen(in->items[i].text) > 16 && is_forwarded(f, &in->items[i]);
}
