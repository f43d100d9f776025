#include "sensor/cli/summary.h"

#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/hash.h"

struct pair_key {
	struct addr client, server;
};

struct pair {
	struct pair_key key;
	int64_t sessions, mails, accepted, rejected, deferred, bytes;
	char from[64], list[48]; /* the first of each */
	bool more_from;
	UT_hash_handle hh;
};

struct summary {
	struct pair *pairs;
	int64_t beyond;	  /* sessions of pairs that had no room */
	struct buf hosts; /* lines about them, in order */
	int64_t host_count;
	struct missed {
		int64_t times;
		char layer[24], what[64];
	} missed[SUMMARY_UNKNOWN]; /* most frequent first */
	int64_t missed_kinds, missed_times;
	struct foreign {
		int64_t streams;
		char protocol[16];
	} foreign[SUMMARY_FOREIGN]; /* in the order of their first */
	int64_t foreign_streams;
};

struct summary *
summary_new(void)
{
	struct summary *s = must_alloc(sizeof *s);
	memset(s, 0, sizeof *s);
	buf_init(&s->hosts, 1 << 20);
	return s;
}

void
summary_free(struct summary *s)
{
	struct pair *p, *next;

	if (s == NULL)
		return;
	HASH_ITER(hh, s->pairs, p, next)
	{
		HASH_DEL(s->pairs, p);
		free(p);
	}
	buf_release(&s->hosts);
	free(s);
}

static struct pair *
pair_of(struct summary *s, const struct session_record *r)
{
	struct pair_key key;
	struct pair *p;

	memset(&key, 0, sizeof key);
	key.client = r->client.addr;
	key.server = r->server.addr;
	HASH_FIND(hh, s->pairs, &key, sizeof key, p);
	if (p != NULL || HASH_COUNT(s->pairs) >= SUMMARY_ROWS)
		return p;
	p = must_alloc(sizeof *p);
	memset(p, 0, sizeof *p);
	p->key = key;
	HASH_ADD(hh, s->pairs, key, sizeof p->key, p);
	return p;
}

static void
add_mail(struct pair *p, const struct mail_record *m)
{
	const char *from = m->mail_from[0] != '\0' ? m->mail_from : "<>";

	p->mails++;
	p->bytes += m->bytes;
	for (size_t i = 0; i < m->rcpts_count; i++) {
		p->accepted += m->rcpts[i].disposition == DISPOSITION_ACCEPTED;
		p->rejected += m->rcpts[i].disposition == DISPOSITION_REJECTED;
		p->deferred += m->rcpts[i].disposition == DISPOSITION_DEFERRED;
	}
	if (p->from[0] == '\0')
		snprintf(p->from, sizeof p->from, "%s", from);
	else if (strncmp(p->from, from, sizeof p->from - 1) != 0)
		p->more_from = true;
}

static void
count_foreign(struct summary *s, const char *protocol)
{
	struct foreign *f = s->foreign, *end = f + SUMMARY_FOREIGN;

	s->foreign_streams++;
	while (f < end && f->streams > 0 && strcmp(f->protocol, protocol) != 0)
		f++;
	if (f == end)
		return;
	f->streams++;
	snprintf(f->protocol, sizeof f->protocol, "%s", protocol);
}

static int
by_streams(const void *a, const void *b)
{
	const struct foreign *x = a, *y = b;

	if (x->streams != y->streams)
		return x->streams < y->streams ? 1 : -1;
	return strcmp(x->protocol, y->protocol);
}

static void
print_foreign(struct summary *s, FILE *out)
{
	if (s->foreign_streams == 0)
		return;
	qsort(s->foreign, SUMMARY_FOREIGN, sizeof s->foreign[0], by_streams);
	fprintf(out,
		s->foreign_streams == 1 ? "%lld stream to a mail port is not SMTP:"
					: "%lld streams to mail ports are not SMTP:",
		(long long)s->foreign_streams);
	for (size_t i = 0; i < SUMMARY_FOREIGN && s->foreign[i].streams > 0; i++)
		fprintf(out, "%s %s %lld", i > 0 ? "," : "", s->foreign[i].protocol,
			(long long)s->foreign[i].streams);
	fputc('\n', out);
}

void
summary_session(struct summary *s, const struct session_record *r)
{
	if (!session_speaks_smtp(r)) {
		count_foreign(s, r->protocol);
		return;
	}
	struct pair *p = pair_of(s, r);

	if (p == NULL) {
		s->beyond++;
		return;
	}
	p->sessions++;
	for (size_t i = 0; i < r->mails_count; i++)
		add_mail(p, &r->mails[i]);
	for (size_t i = 0; i < r->replies_count && p->list[0] == '\0'; i++)
		if (r->replies[i].class == REPLY_LISTED)
			snprintf(p->list, sizeof p->list, "%s", r->replies[i].list);
}

void
summary_host(struct summary *s, const struct host_record *h)
{
	char ip[ADDR_TEXT_MAX];

	s->host_count++;
	if (s->host_count > 20 && h->verdict <= VERDICT_CLEAN)
		return;
	buf_printf(&s->hosts, "  %-9s %3.0f %%  %-15s  %s\n", verdict_word(h->verdict),
		h->risk * 100, addr_format(h->ip, ip), h->summary);
}

void
summary_unknown(void *ctx, const struct decap_unknown *u)
{
	struct summary *s = ctx;
	size_t at = SUMMARY_UNKNOWN;

	s->missed_kinds++;
	s->missed_times += u->times;
	while (at > 0 && s->missed[at - 1].times < u->times)
		at--;
	if (at == SUMMARY_UNKNOWN)
		return;
	memmove(&s->missed[at + 1], &s->missed[at],
		(SUMMARY_UNKNOWN - 1 - at) * sizeof s->missed[0]);
	s->missed[at].times = u->times;
	snprintf(s->missed[at].layer, sizeof s->missed[at].layer, "%s", u->layer);
	snprintf(s->missed[at].what, sizeof s->missed[at].what, "%s", u->what);
}

static void
print_missed(const struct summary *s, FILE *out)
{
	int64_t rest = s->missed_times;

	if (s->missed_kinds == 0)
		return;
	fprintf(out, "\nNot understood, and so not looked into:\n");
	for (size_t i = 0; i < SUMMARY_UNKNOWN && s->missed[i].times > 0; i++) {
		fprintf(out, "  %8lld packets  %s in %s\n", (long long)s->missed[i].times,
			s->missed[i].what, s->missed[i].layer);
		rest -= s->missed[i].times;
	}
	if (rest > 0)
		fprintf(out, "  %8lld packets  of %lld more kinds\n", (long long)rest,
			(long long)s->missed_kinds - SUMMARY_UNKNOWN);
}

/* What was wrong with packets, if anything was. */
static void
print_damage(const struct counters *c, FILE *out)
{
	static const enum counter rows[] = { COUNTER_decap_malformed, COUNTER_fragments_dropped,
		COUNTER_checksum_bad };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (c->value[rows[i]] > 0)
			fprintf(out, "%lld %s\n", (long long)c->value[rows[i]],
				counter_text(rows[i]));
}

static void
print_loss(const struct loss_sum *loss, FILE *out)
{
	char words[LOSS_WORDS_MAX];

	if (loss->total.counters.value[COUNTER_gap_bytes] > 0)
		fprintf(out, "%s\n", loss_words(loss, words));
}

static int
by_mails(const void *a, const void *b)
{
	const struct pair *const *x = a, *const *y = b;
	if ((*x)->mails != (*y)->mails)
		return (*x)->mails < (*y)->mails ? 1 : -1;
	int order = addr_cmp((*x)->key.client, (*y)->key.client);
	return order != 0 ? order : addr_cmp((*x)->key.server, (*y)->key.server);
}

static void
print_pair(const struct pair *p, FILE *out)
{
	char client[ADDR_TEXT_MAX], server[ADDR_TEXT_MAX];

	fprintf(out, "%-15s  %-15s %8lld %6lld %9lld %8lld %8lld  %s%s%s%s\n",
		addr_format(p->key.client, client), addr_format(p->key.server, server),
		(long long)p->sessions, (long long)p->mails, (long long)p->accepted,
		(long long)p->rejected, (long long)p->deferred, p->from,
		p->more_from ? " and others" : "", p->list[0] != '\0' ? "  names " : "", p->list);
}

void
summary_print(struct summary *s, const struct counters *c, const struct loss_sum *loss, FILE *out)
{
	size_t n = HASH_COUNT(s->pairs), i = 0;
	struct pair **sorted = must_alloc((n + 1) * sizeof(struct pair *));

	for (struct pair *p = s->pairs; p != NULL; p = p->hh.next)
		sorted[i++] = p;
	qsort(sorted, n, sizeof(struct pair *), by_mails);
	fprintf(out,
		"%lld packets, %lld SMTP sessions (%lld encrypted), %lld mails; %lld gaps of "
		"%lld bytes\n",
		(long long)c->value[COUNTER_packets], (long long)c->value[COUNTER_sessions],
		(long long)c->value[COUNTER_sessions_encrypted], (long long)c->value[COUNTER_mails],
		(long long)c->value[COUNTER_gaps], (long long)c->value[COUNTER_gap_bytes]);
	print_foreign(s, out);
	print_loss(loss, out);
	print_damage(c, out);
	if (n > 0)
		fprintf(out, "\n%-15s  %-15s %8s %6s %9s %8s %8s  %s\n", "from host", "to server",
			"sessions", "mails", "accepted", "refused", "deferred", "sender");
	for (i = 0; i < n && i < 40; i++)
		print_pair(sorted[i], out);
	if (n > 40 || s->beyond > 0)
		fprintf(out, "… and %zu more pairs: --json, or the store, has them all\n",
			n > 40 ? n - 40 : 0);
	free(sorted);
	print_missed(s, out);
	if (s->hosts.len > 0)
		fprintf(out, "\nHosts, riskiest first:\n%s", buf_cstr(&s->hosts));
}
