/* Treatments that lose packets, or parts of them. */
#include "rewrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of N%, which may have a point: parts of a million. */
static int
parts(struct trace *t, const char *text, uint32_t *out)
{
	char *rest = NULL;
	double percent = strtod(text, &rest);

	if (rest == text || strcmp(rest, "%") != 0 || !(percent > 0 && percent <= 100))
		return refuse(t, "loss: a share like 0.1%% is wanted, not \"%s\"", text);
	*out = (uint32_t)(percent * 10000);
	return 0;
}

/* loss=N|N%[:data|any]: N packets, or so many of a hundred, with data or of any kind. */
int
treat_loss(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "data", "any", NULL };
	bool share = a->text[0] && strchr(a->text[0], '%');
	int which = 0;
	uint32_t n;

	if ((share ? parts(t, a->text[0], &n) : number(t, a->text[0], "loss", 1, 1000000, &n)) <
			0 ||
		(a->text[1] && word_of(t, a->text[1], words, &which) < 0))
		return -1;
	size_t *found = malloc((t->count + 1) * sizeof *found), count = 0;
	if (found == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].stream >= 0 && !t->list[i].lost &&
			(which == 1 || t->list[i].payload > 0))
			found[count++] = i;
	if (share)
		n = (uint32_t)((uint64_t)n * count / 1000000);
	for (; n > 0 && count > 0; n--) {
		uint32_t at = chance(t, (uint32_t)count);
		t->list[found[at]].lost = true;
		found[at] = found[--count];
	}
	free(found);
	return 0;
}

/* lose=acks|fins|resets|handshake: all of a kind that carries no data. */
int
treat_lose(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "acks", "fins", "syn", "synack", "handshake", NULL };
	int which;

	if (word_of(t, a->text[0], words, &which) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		bool syn = p->flags & SYN, ack = p->flags & ACK, fin = p->flags & FIN;
		const bool lost[] = { ack && !syn && !fin && !(p->flags & RST), fin, syn && !ack,
			syn && ack, syn };
		if (p->stream >= 0 && p->payload == 0 && lost[which])
			p->lost = true;
	}
	return 0;
}

/* one-sided=client|server: only what that side sent. */
int
treat_one_sided(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "client", "server", NULL };
	int side;

	if (word_of(t, a->text[0], words, &side) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].stream >= 0 && t->list[i].dir != side)
			t->list[i].lost = true;
	return 0;
}

/* middle=N: the first N packets of each stream. */
int
treat_middle(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "middle", 1, 1000000, &n) < 0)
		return -1;
	uint32_t *seen = calloc(t->streams_count + 1, sizeof *seen);
	if (seen == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->stream >= 0 && seen[p->stream]++ < n)
			p->lost = true;
	}
	free(seen);
	return 0;
}

/* snaplen=N: bytes of each frame that are kept. */
int
treat_snaplen(struct trace *t, const struct args *a)
{
	enum { TCP_FIXED = 20 };
	uint32_t n;

	if (number(t, a->text[0], "snaplen", 1, 262144, &n) < 0 || frame_all(t) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->payload > 0 && p->payload_at == 0)
			return refuse(t, "snaplen: of fragments it is not known what is cut off");
		if (p->len <= n)
			continue;
		p->len = n;
		p->headless = p->stream >= 0 && n < p->tcp_at + TCP_FIXED;
	}
	return 0;
}
