/* rewrap: a capture as another mirror port would have delivered it. */
#include "rewrap_layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
	const char *name;
	treatment *treat;
	bool segments; /* needs whole TCP segments: stands before fragment and stack */
	const char *args, *words;
} rows[] = {
	{ "reorder", treat_reorder, false, "N", "a packet falls back by up to N packets" },
	{ "double", treat_double, false, "same|vlan|ttl|id[:LATER]",
		"every packet twice; the second alike, with a VLAN, a hop further, with another "
		"id" },
	{ "delay", treat_delay, false, "client|server:N|Nms",
		"one direction comes N packets later" },
	{ "interfaces", treat_split_files, false, "direction|turns", "two outputs" },
	{ "loss", treat_loss, false, "N|N%[:data|any]", "N packets are lost" },
	{ "lose", treat_lose, false, "acks|fins|syn|synack|handshake", "all of a kind are lost" },
	{ "one-sided", treat_one_sided, false, "client|server", "only what that side sent" },
	{ "middle", treat_middle, false, "N", "the first N packets of each stream are lost" },
	{ "snaplen", treat_snaplen, false, "N", "frames cut at N bytes" },
	{ "split", treat_split, true, "N", "segments of N bytes at most" },
	{ "coalesce", treat_coalesce, true, "N", "super-packets of N bytes at most (GRO)" },
	{ "retransmit", treat_retransmit, true, "N|all[:same|overlap|old|different|early[:LATER]]",
		"of N in a hundred segments: the same again; half of it with half of the one "
		"before, "
		"before it; …behind it; other bytes once acknowledged; other bytes at once" },
	{ "keepalive", treat_keepalive, true, "0|1", "behind each segment, with its last byte" },
	{ "probe", treat_probe, true, "", "closed window before each segment, and one byte" },
	{ "fin-merge", treat_fin_merge, true, "", "the FIN rides on the last data" },
	{ "reuse", treat_reuse, true, "copy[:DELTA]|rename",
		"each stream again at once on its ports; or the ports of the one before" },
	{ "elsewhere", treat_elsewhere, true, "N",
		"ports 25, 587 and 2525 of servers are N higher" },
	{ "shift", treat_shift, true, "wrap|sign", "sequence numbers pass 2^32 (2^31) on the way" },
	{ "no-scale", treat_no_scale, true, "", "no window scale" },
	{ "urgent", treat_urgent, true, "", "all data is urgent" },
	{ "tcp-options", treat_options, true, "none|times|full",
		"instead of those that are there" },
	{ "syn-data", treat_syn_data, true, "client|server", "its first data rides on its SYN" },
	{ "reset", treat_reset, true, "after|foreign", "behind the FINs; outside of every window" },
	{ "simultaneous", treat_simultaneous, true, "", "both sides open" },
	{ "ipv6", treat_ipv6, true, "[teredo]",
		"2001:db8::a.b.c.d for a.b.c.d; 2001:: for 2001:db8::" },
	{ "fragment", treat_fragment, false, "N[:in-order|reversed|mixed|overlapping|doubled]",
		"pieces of N bytes" },
	{ "ip-options", treat_ip_options, false, "N", "so many words of them in IPv4" },
	{ "extensions", treat_extensions, false, "hop|destination|routing|ah[:…]",
		"headers of IPv6; ah also in IPv4" },
	{ "bad-sums", treat_bad_sums, false, "", "wrong checksums of IPv4 and TCP" },
	{ "length0", treat_length0, false, "N",
		"IP packets from N bytes on say that they are 0 long" },
	{ "stack", treat_stack, false, "LAYER[:WORD]+…", "layers, outermost first (--layers)" },
	{ "padding", treat_padding, false, "60|fcs|N", "frames filled up; bytes behind them" },
	{ "format", treat_format, false, "pcap|pcapng|nanoseconds|big-endian[:…]",
		"of the output" },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct option {
	const char *name, *arg, *words;
} options[] = {
	{ "--seed", "N", "of everything that is left to chance; default 1" },
	{ "--lost", "FILE", "write which bytes of which stream the output lacks" },
	{ "--second", "FILE", "the other output of `interfaces`" },
	{ "--filter", "EXPRESSION", "read only these packets (man pcap-filter)" },
	{ "--layers", "", "list the layers of `stack`" },
	{ "--help", "", "this text" },
};

struct settings {
	const char *value[4]; /* by row of options */
	const char *in, *out;
	int first; /* treatment, in argv */
};

static void
help(void)
{
	printf("Usage: rewrap [OPTIONS] IN OUT [TREATMENT[=ARGUMENTS]]...\n\n"
	       "Writes a capture anew, after treatments, from left to right; arguments are divided "
	       "by ':'.\nWithout any: Ethernet, the same packets.\n\nTreatments:\n");
	for (size_t i = 0; i < ROWS; i++)
		printf("  %s%s%s\n        %s%s\n", rows[i].name, *rows[i].args ? "=" : "",
			rows[i].args, rows[i].words,
			rows[i].segments ? " (before fragment and stack)" : "");
	printf("\nOptions:\n");
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		printf("  %s %-*s %s\n", options[i].name, (int)(20 - strlen(options[i].name)),
			options[i].arg, options[i].words);
	printf("\nExit status: 0 done; 2 wrong use; 3 could not do it.\n");
}

static void
list_layers(void)
{
	const struct layer *const tables[] = { link_layers, tunnel_layers };

	for (size_t k = 0; k < 2; k++)
		for (const struct layer *l = tables[k]; l->name; l++)
			printf("  %-10s %s\n", l->name, l->words);
}

static int
wrong_use(const char *words, const char *text)
{
	fprintf(stderr, "rewrap: %s%s; rewrap --help lists everything\n", words, text);
	return 2;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct settings *s)
{
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		size_t k = 0;
		while (k < sizeof options / sizeof options[0] &&
			strcmp(options[k].name, argv[i]) != 0)
			k++;
		if (k == sizeof options / sizeof options[0])
			return wrong_use("unknown option ", argv[i]);
		if (k >= 4) {
			(k == 4 ? list_layers : help)();
			return 0;
		}
		if (i + 1 == argc)
			return wrong_use("a value is missing behind ", argv[i]);
		s->value[k] = argv[++i];
	}
	if (argc - i < 2)
		return wrong_use("name a capture to read and one to write", "");
	s->in = argv[i];
	s->out = argv[i + 1];
	s->first = i + 2;
	return -1;
}

static const struct row *
row_of(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Segments are what most treatments are made for; behind fragment and stack there are none. */
static bool
has_segments(const struct trace *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].stream >= 0 && !t->list[i].segment)
			return false;
	return true;
}

/* 0, or the exit status. */
static int
treat(struct trace *t, const char *text)
{
	char name[400];
	struct args a = { .count = 0 };

	if (strlen(text) >= sizeof name)
		return wrong_use("too long: ", text);
	memcpy(name, text, strlen(text) + 1);
	char *rest = strchr(name, '=');
	if (rest != NULL) {
		*rest++ = '\0';
		a.all = strchr(text, '=') + 1;
	}
	for (char *one; rest && a.count < ARGS && (one = strtok_r(NULL, ":", &rest)) != NULL;)
		a.text[a.count++] = one;
	const struct row *row = row_of(name);
	if (row == NULL)
		return wrong_use("there is no treatment ", name);
	if (*row->args == '\0' && a.count > 0)
		return wrong_use("takes no argument: ", name);
	if (row->segments && !has_segments(t))
		return wrong_use("must stand before fragment and stack: ", name);
	if (row->treat(t, &a) < 0)
		return wrong_use("", t->error);
	return 0;
}

static int
run(struct trace *t, const struct settings *s, int argc, char **argv)
{
	uint32_t seed;

	if (number(t, s->value[0], "--seed", 0, UINT32_MAX, &seed) < 0)
		return wrong_use("", t->error);
	t->random = seed;
	if (trace_read(t, s->in, s->value[3]) < 0) {
		fprintf(stderr, "rewrap: %s: %s\n", s->in, t->error);
		return 3;
	}
	for (int i = s->first; i < argc; i++) {
		int status = treat(t, argv[i]);
		if (status != 0)
			return status;
	}
	if (t->files == 2 && s->value[2] == NULL)
		return wrong_use("two outputs: name the other one with --second", "");
	const char *const paths[] = { s->out, s->value[2] };
	if (trace_write(t, paths) < 0 || (s->value[1] && lost_write(t, s->value[1]) < 0)) {
		fprintf(stderr, "rewrap: %s\n", t->error);
		return 3;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct trace t = { .files = 1 };
	struct settings s = { .value = { "1" } };

	int status = parse(argc, argv, &s);
	if (status >= 0)
		return status;
	status = run(&t, &s, argc, argv);
	free(t.list);
	free(t.streams);
	return status;
}
