#include "sensor/cli/report_cut_off.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MEMORY (64u << 20)
#define HOST_MEMORY (64u << 20)
#define HOSTS_MAX (1u << 20)
#define DOMAINS_SHOWN 6

struct exempt {
	struct addr ip;
	bool may_send; /* a mail server */
};

struct closing {
	const struct paper *paper;
	struct store *store;
	const struct config *config;
	int port;
	struct arena arena;
	struct exempt *hosts;
	size_t hosts_count, hosts_cap;
	int64_t cut, sessions, accepted;
};

/* ---- who ---- */

static bool
take_host(void *ctx, const struct cell *cells)
{
	struct closing *c = ctx;
	const struct table *t = table_find("hosts");
	struct slice role = cells[table_column(t, "role") - t->columns].text;
	struct exempt *host = ARENA_PUSH(&c->arena, c->hosts, HOSTS_MAX);

	if (host == NULL)
		return false;
	*host = (struct exempt){ .may_send =
					 slice_eq(role, slice_str(role_word(ROLE_MTA))) ||
					 slice_eq(role, slice_str(role_word(ROLE_SUBMISSION))) };
	return addr_parse(cells[table_column(t, "host") - t->columns].text, &host->ip) == 0;
}

static int
load_hosts(struct closing *c, struct err *err)
{
	const struct filter all = { .sort = "host" };

	return table_query(c->store, table_find("hosts"), &all, take_host, c, err);
}

/* "a.example, b.example and 14 more" */
static void
write_domains(const struct closing *c, const struct cut_off *cut)
{
	struct buf b;

	if (cut->domains_count == 0)
		return;
	buf_init(&b, 65536);
	buf_printf(&b, "mails accepted by ");
	for (size_t i = 0; i < cut->domains_count && i < DOMAINS_SHOWN; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", cut->domains[i]);
	if (cut->domains_count > DOMAINS_SHOWN)
		buf_printf(&b, " and %zu more", cut->domains_count - DOMAINS_SHOWN);
	paper_text(c->paper, 6, "", buf_cstr(&b));
	buf_release(&b);
}

static void
print_cut(struct closing *c, const struct host_record *h, const struct cut_off *cut)
{
	char ip[ADDR_TEXT_MAX], last[PAPER_TIME_MAX], number[32];
	int used = 0;

	if (c->cut++ == 0) {
		static const struct {
			const char *title;
			int width;
		} heads[] = { { "HOST", 15 }, { "ROLE", 10 }, { "VERDICT", 9 }, { "SESSIONS", -8 },
			{ "ACCEPTED", -8 }, { "LAST SEEN", 16 }, { "NAME", 0 } };

		for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
			paper_cell(c->paper, INK_BOLD, heads[i].width, 0, heads[i].title);
		fputc('\n', c->paper->out);
	}
	paper_cell(c->paper, INK_PLAIN, 15, 0, addr_format(h->ip, ip));
	paper_cell(c->paper, INK_PLAIN, 10, 0, role_word(h->role));
	paper_cell(c->paper, INK_PLAIN, 9, 0, verdict_word(h->verdict));
	snprintf(number, sizeof number, "%" PRId64, cut->sessions);
	paper_cell(c->paper, INK_PLAIN, -8, 0, number);
	snprintf(number, sizeof number, "%" PRId64, cut->accepted);
	paper_cell(c->paper, INK_PLAIN, -8, 0, number);
	paper_cell(c->paper, INK_PLAIN, 16, 0, paper_time(h->last, last));
	used = 15 + 10 + 9 + 8 + 8 + 16 + 12;
	paper_cell(c->paper, INK_PLAIN, 0, used, h->name);
	fputc('\n', c->paper->out);
	write_domains(c, cut);
	c->sessions += cut->sessions;
	c->accepted += cut->accepted;
}

static int
look_at(struct closing *c, struct addr ip, struct arena *arena, struct err *err)
{
	struct host_record h;
	int found = query_host_record(c->store, ip, arena, &h, err);

	for (size_t i = 0; found == 1 && i < h.cut_off_count; i++) {
		if (h.cut_off[i].port == c->port)
			print_cut(c, &h, &h.cut_off[i]);
	}
	return found < 0 ? -1 : 0;
}

static int
print_hosts(struct closing *c, struct err *err)
{
	struct arena arena;
	char text[256];
	int done = 0;

	snprintf(text, sizeof text,
		"If port %d of servers outside were closed for all hosts but mail servers, these "
		"would be cut off. What they sent there in the window of their verdict:",
		c->port);
	paper_text(c->paper, 0, "", text);
	fputc('\n', c->paper->out);
	arena_init(&arena, HOST_MEMORY);
	for (size_t i = 0; done == 0 && i < c->hosts_count; i++) {
		if (!c->hosts[i].may_send)
			done = look_at(c, c->hosts[i].ip, &arena, err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	if (c->cut == 0)
		fprintf(c->paper->out, "Nobody.\n");
	else
		fprintf(c->paper->out,
			"\n%" PRId64 " host%s, %" PRId64 " sessions, %" PRId64
			" mails accepted.  Domains are counted for all ports of a host together.\n",
			c->cut, c->cut == 1 ? "" : "s", c->sessions, c->accepted);
	return done;
}

/* ---- the rules ---- */

/* Ours, as configured; else the /24 and /64 of each host seen. */
static bool
write_nets(const struct closing *c, enum addr_family family, const char *between)
{
	char text[ADDR_TEXT_MAX], before[ADDR_TEXT_MAX] = "";
	bool any = false;

	for (size_t i = 0; i < c->config->nets_count; i++) {
		const struct network *net = &c->config->nets[i];

		if (net->addr.family != family)
			continue;
		fprintf(c->paper->out, "%s%s/%d", any ? between : "", addr_format(net->addr, text),
			(int)net->bits);
		any = true;
	}
	for (size_t i = 0; c->config->nets_count == 0 && i < c->hosts_count; i++) {
		struct network net = network_of(c->hosts[i].ip, 24, 64);

		if (net.addr.family != family)
			continue;
		if (strcmp(addr_format(net.addr, text), before) == 0)
			continue;
		fprintf(c->paper->out, "%s%s/%d", any ? between : "", text, (int)net.bits);
		memcpy(before, text, sizeof before);
		any = true;
	}
	return any;
}

static bool
has_family(const struct closing *c, enum addr_family family)
{
	bool any = false;

	for (size_t i = 0; c->config->nets_count == 0 && i < c->hosts_count; i++)
		any |= c->hosts[i].ip.family == family;
	for (size_t i = 0; i < c->config->nets_count; i++)
		any |= c->config->nets[i].addr.family == family;
	return any;
}

/* set of what: "inside" or "mx" */
static void
nft_set(const struct closing *c, const char *what, enum addr_family family)
{
	const char *v = family == ADDR_V4 ? "4" : "6";
	char text[ADDR_TEXT_MAX];
	bool any = false;

	fprintf(c->paper->out, "    set %s%s {\n        type ipv%s_addr\n", what, v, v);
	if (strcmp(what, "inside") == 0) {
		fprintf(c->paper->out, "        flags interval\n        auto-merge\n"
				       "        elements = { ");
		write_nets(c, family, ", ");
		fprintf(c->paper->out, " }\n    }\n");
		return;
	}
	for (size_t i = 0; i < c->hosts_count; i++) {
		if (!c->hosts[i].may_send || c->hosts[i].ip.family != family)
			continue;
		fprintf(c->paper->out, "%s%s", any ? ", " : "        elements = { ",
			addr_format(c->hosts[i].ip, text));
		any = true;
	}
	fprintf(c->paper->out, "%s    }\n", any ? " }\n" : "");
}

static void
print_nft(const struct closing *c)
{
	static const struct {
		enum addr_family family;
		const char *v, *ip;
	} families[] = { { ADDR_V4, "4", "ip" }, { ADDR_V6, "6", "ip6" } };
	FILE *out = c->paper->out;

	paper_head(c->paper, "nftables, at the gateway: into a file, then nft -f FILE");
	fprintf(out, "table inet heloscope_egress {\n");
	for (size_t i = 0; i < 2; i++) {
		if (!has_family(c, families[i].family))
			continue;
		nft_set(c, "inside", families[i].family);
		nft_set(c, "mx", families[i].family);
	}
	fprintf(out, "    chain forward {\n        type filter hook forward priority -10; policy "
		     "accept;\n");
	for (size_t i = 0; i < 2; i++) {
		const char *ip = families[i].ip, *v = families[i].v;

		if (has_family(c, families[i].family))
			fprintf(out,
				"        tcp dport %d %s saddr @inside%s %s daddr != @inside%s %s "
				"saddr != @mx%s counter log prefix \"smtp%d \" reject with icmpx "
				"type admin-prohibited\n",
				c->port, ip, v, ip, v, ip, v, c->port);
	}
	fprintf(out, "    }\n}\n");
}

static void
print_iptables(const struct closing *c, enum addr_family family)
{
	FILE *out = c->paper->out;
	bool v4 = family == ADDR_V4;
	char text[ADDR_TEXT_MAX];

	if (!has_family(c, family))
		return;
	paper_head(c->paper, v4 ? "iptables: into a file, then iptables-restore --noflush FILE"
				: "ip6tables: into a file, then ip6tables-restore --noflush FILE");
	fprintf(out, "*filter\n:EGRESS-%d - [0:0]\n", c->port);
	for (size_t i = 0; i < c->hosts_count; i++) {
		if (c->hosts[i].may_send && c->hosts[i].ip.family == family)
			fprintf(out, "-A EGRESS-%d -s %s -j RETURN\n", c->port,
				addr_format(c->hosts[i].ip, text));
	}
	fprintf(out, "-A EGRESS-%d -d ", c->port);
	write_nets(c, family, ",");
	fprintf(out, " -j RETURN\n-A EGRESS-%d -p tcp -j REJECT --reject-with tcp-reset\n",
		c->port);
	fprintf(out, "-I FORWARD -s ");
	write_nets(c, family, ",");
	fprintf(out, " -p tcp --dport %d -j EGRESS-%d\nCOMMIT\n", c->port, c->port);
}

static void
print_rules(const struct closing *c)
{
	if (c->hosts_count == 0)
		return;
	fputc('\n', c->paper->out);
	paper_text(c->paper, 0, "",
		"The rules that close it. mx: the hosts whose role is mta or submission; look "
		"whether each of them is one, and add those that were not seen.");
	if (c->config->nets_count == 0)
		paper_text(c->paper, 0, "",
			"No net is configured: the networks below are those of the hosts that were "
			"seen. Put your own there.");
	print_nft(c);
	print_iptables(c, ADDR_V4);
	print_iptables(c, ADDR_V6);
}

int
report_cut_off(const struct paper *p, struct store *s, const struct config *config, int port,
	struct err *err)
{
	struct closing c = { .paper = p, .store = s, .config = config, .port = port };
	int done;

	arena_init(&c.arena, LIST_MEMORY);
	done = load_hosts(&c, err);
	if (done == 0)
		done = print_hosts(&c, err);
	if (done == 0)
		print_rules(&c);
	arena_release(&c.arena);
	return done;
}
