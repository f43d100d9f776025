/* What is counted of a mail at the host that sent it, at the one that took it, and at the one
 * behind the sender. */
#include "sensor/host/aggregate_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"

#define PAIR_MAX 4096 /* bytes of a sender and a recipient together */
#define SORTED_MIN 5  /* recipients */
#define LOOP_HOPS 20
#define LOOP_TIMES 5

struct slice
domain_of(const char *address, char *out)
{
	const char *at = strrchr(address, '@');
	struct slice domain = names_clip(slice_str(at != NULL ? at + 1 : ""), NAMES_TEXT - 1);

	for (size_t i = 0; i < domain.len; i++)
		out[i] = (char)chars_lower(domain.ptr[i]);
	return slice_of(out, domain.len);
}

/* Sender and recipient together, as a name of 16 digits. */
static void
count_pair(struct aggregate *a, const struct mail_record *m, const struct recipient *r)
{
	enum names_kind kind =
		r->disposition == DISPOSITION_DEFERRED ? NAMES_deferred : NAMES_settled;
	char text[20];
	struct buf b;

	if (r->disposition == DISPOSITION_UNKNOWN || r->address[0] == '\0')
		return;
	buf_init(&b, PAIR_MAX);
	buf_printf(&b, "%s %s", m->mail_from, r->address);
	snprintf(text, sizeof text, "%016" PRIx64, hash_stable(b.ptr, b.len));
	aggregate_name(a, kind, slice_str(text), m->end);
	buf_release(&b);
}

static void
count_whom(struct aggregate *a, const struct mail_record *m)
{
	char domain[NAMES_TEXT];

	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &m->rcpts[i];
		struct slice d = domain_of(r->address, domain);

		aggregate_distinct(a, SKETCH_recipients, slice_str(r->address));
		aggregate_distinct(a, SKETCH_domains, d);
		aggregate_name(a, NAMES_rcpt_domain, d, m->end);
	}
}

static void
count_recipients(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	static const enum sum rows[] = {
		[DISPOSITION_UNKNOWN] = SUM_rcpts_unknown,
		[DISPOSITION_ACCEPTED] = SUM_accepted,
		[DISPOSITION_REJECTED] = SUM_rejected,
		[DISPOSITION_DEFERRED] = SUM_deferred,
	};
	char domain[NAMES_TEXT];

	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &m->rcpts[i];

		aggregate_add(a, rows[r->disposition], 1);
		aggregate_add(a, SUM_class + r->class, 1);
		count_pair(a, m, r);
		if (aggregate_is_outside(s) && r->disposition == DISPOSITION_ACCEPTED)
			aggregate_name(
				a, NAMES_accepted_domain, domain_of(r->address, domain), m->end);
	}
	aggregate_add(a, SUM_rcpts, (int64_t)m->rcpts_count);
	aggregate_add(a, SUM_rcpts, m->rcpts_cut);
	aggregate_add(a, SUM_rcpts_unknown, m->rcpts_cut);
	count_whom(a, m);
}

/* Recipients in strictly alphabetical order, as a list of addresses is worked off (SpamAssassin's
 * SORTED_RECIPS looks at five, too).  Of hashed local parts the order is lost: then by domain. */
static bool
is_sorted(const struct mail_record *m)
{
	if (m->rcpts_count < SORTED_MIN)
		return false;
	for (size_t i = 1; i < m->rcpts_count; i++) {
		const char *x = m->rcpts[i - 1].address, *y = m->rcpts[i].address;

		if (strncmp(x, "h-", 2) == 0 && strncmp(y, "h-", 2) == 0) {
			x = strrchr(x, '@');
			y = strrchr(y, '@');
		}
		if (x == NULL || y == NULL || strcasecmp(x, y) >= 0)
			return false;
	}
	return true;
}

static bool
is_same_hop(const struct received *x, const struct received *y)
{
	return strcasecmp(x->by, y->by) == 0 && strcmp(x->id, y->id) == 0;
}

static bool
is_loop_code(const char *enhanced)
{
	return enhanced[0] != '\0' && strcmp(enhanced + 1, ".4.6") == 0;
}

/* It goes round: a hop twice; a server five times, which no chain of filters and lists comes to;
 * more than twenty hops; or a server says so (5.4.6, RFC 3463 3.5). */
static bool
is_loop(const struct mail_record *m)
{
	if (m->received_count > LOOP_HOPS || is_loop_code(m->enhanced))
		return true;
	for (size_t i = 0; i < m->received_count; i++) {
		const struct received *r = &m->received[i];
		size_t times = 1;

		if (strchr(r->by, '.') == NULL)
			continue;
		for (size_t k = i + 1; k < m->received_count; k++) {
			if (r->id[0] != '\0' && is_same_hop(r, &m->received[k]))
				return true;
			times += strcasecmp(r->by, m->received[k].by) == 0;
		}
		if (times >= LOOP_TIMES)
			return true;
	}
	return false;
}

static void
count_sending(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	static const enum sum rows[] = {
		[OUTCOME_UNKNOWN] = SUM_mails_unknown,
		[OUTCOME_ACCEPTED] = SUM_mails_accepted,
		[OUTCOME_REJECTED] = SUM_mails_rejected,
		[OUTCOME_DEFERRED] = SUM_mails_deferred,
		[OUTCOME_ABORTED] = SUM_mails_aborted,
	};
	char text[NAMES_TEXT];
	struct slice sender = domain_of(m->mail_from, text);

	aggregate_add(a, SUM_mails, 1);
	aggregate_add(a, rows[m->outcome], 1);
	aggregate_add(a, SUM_bytes, m->bytes);
	aggregate_distinct(a, SKETCH_sender_domains, sender);
	aggregate_distinct(a, SKETCH_senders, slice_str(m->mail_from));
	aggregate_name(a, NAMES_sender_domain, sender, m->end);
	/* Of a mail with a gap the sender may be what is missing. */
	if (m->mail_from[0] == '\0' && m->gap == 0) {
		aggregate_add(a, SUM_mails_null_sender, 1);
		aggregate_add(a, SUM_callouts, m->transfer == TRANSFER_NONE);
	}
	aggregate_add(a, SUM_mails_loop, is_loop(m));
	aggregate_add(a, SUM_mails_sorted, is_sorted(m));
	count_recipients(a, s, m);
	if (m->outcome != OUTCOME_ACCEPTED)
		return;
	aggregate_accepted(a, s, 1);
	aggregate_name(a, NAMES_accepted_at, slice_str(addr_format(s->server.addr, text)), m->end);
}

static void
count_as_client(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	count_sending(a, s, m);
	aggregate_content(a, s, m, WHOSE_OWN);
	aggregate_went(a, s, m, mail_is_judged(m) && mail_is_spam(m));
}

void
aggregate_passed(struct aggregate *a, const struct session_record *s, const struct mail_record *m,
	struct addr origin)
{
	char text[ADDR_TEXT_MAX];
	struct slice name = slice_str(addr_format(origin, text));

	aggregate_time(a, m->start);
	aggregate_time(a, m->end);
	count_sending(a, s, m);
	aggregate_content(a, s, m, WHOSE_PASSED);
	aggregate_add(a, SUM_passed_mails, 1);
	if (mail_is_judged(m))
		aggregate_name(a, NAMES_origin, name, m->end);
	if (mail_is_judged(m) && mail_is_spam(m))
		aggregate_name(a, NAMES_origin_spam, name, m->end);
	aggregate_went(a, s, m, false);
}

void
aggregate_behind(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	char text[NAMES_TEXT];

	aggregate_time(a, m->start);
	aggregate_time(a, m->end);
	aggregate_add(a, SUM_behind_mails, 1);
	aggregate_name(a, NAMES_passed_by, slice_str(addr_format(s->client.addr, text)), m->end);
	/* sketches do not mind that its own session with that server may have been seen, too */
	aggregate_distinct(a, SKETCH_senders, slice_str(m->mail_from));
	aggregate_distinct(a, SKETCH_sender_domains, domain_of(m->mail_from, text));
	count_whom(a, m);
	aggregate_content(a, s, m, WHOSE_BEHIND);
}

static void
count_as_server(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	bool known = s->auth.mechanism[0] != '\0' || s->direction == DIRECTION_INTERNAL;

	aggregate_add(a, SUM_in_mails, 1);
	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &m->rcpts[i];

		aggregate_add(a, SUM_in_accepted, r->disposition == DISPOSITION_ACCEPTED);
		aggregate_add(a, SUM_in_rejected, r->disposition == DISPOSITION_REJECTED);
		aggregate_add(a, SUM_in_relay_denied, r->class == REPLY_RELAY_DENIED);
	}
	if (m->outcome != OUTCOME_ACCEPTED)
		return;
	if (known) {
		/* who is of ours, or has proved an account, may send anywhere */
		aggregate_add(a, SUM_in_internal, 1);
		if (s->direction == DIRECTION_INTERNAL)
			aggregate_came(a, s, m, NAMES_id_in);
	} else if (s->direction == DIRECTION_INBOUND) {
		aggregate_add(a, SUM_in_external, 1);
		aggregate_came(a, s, m, NAMES_relay_in);
	}
}

/* The mail server behind the proxy may answer anything: what counts is what leaves then. */
static void
count_as_proxy(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	if (s->direction == DIRECTION_INTERNAL)
		return;
	aggregate_add(a, SUM_in_proxied_mails, 1);
	aggregate_came(a, s, m, NAMES_proxied);
}

void
aggregate_mail(struct aggregate *a, const struct session_record *session,
	const struct mail_record *mail, bool as_client)
{
	aggregate_time(a, mail->start);
	aggregate_time(a, mail->end);
	if (as_client)
		count_as_client(a, session, mail);
	else if (aggregate_is_proxied(session))
		count_as_proxy(a, session, mail);
	else
		count_as_server(a, session, mail);
}
