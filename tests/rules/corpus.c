/* Runs every rule of a folder on the message that must hit and on the one that must not:
 *
 *   rules_corpus DIR     DIR/NN-name.cf, DIR/corpus/RULE.hit.eml, DIR/corpus/RULE.miss.eml
 *
 * RULE.hit.session and RULE.miss.session, where they exist, hold what is known of the session, a
 * key=value a line.  Each message is judged with privacy off and on, and must come out the same. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"
#include "sensor/score/input.h"
#include "sensor/score/score.h"

#define PATH_BYTES 4096
#define FACTS_MAX 64

struct one_case {
	struct arena arena;
	struct session_record session;
	struct mail_record mail;
	bool has_session;
	struct mail_privacy privacy;
};

static int
read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t block[4096];
	size_t n;
	if (f == NULL)
		return -1;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(out, slice_of(block, n));
	fclose(f);
	return 0;
}

/* ---- session facts ---- */

static int
fact_text(struct one_case *c, const char *value, size_t offset)
{
	*(const char **)((char *)&c->session + offset) = value;
	return 0;
}

static int
fact_rcpt(struct one_case *c, const char *value, size_t refused)
{
	struct recipient *r = ARENA_PUSH(&c->arena, c->mail.rcpts, FACTS_MAX);
	if (r == NULL)
		return -1;
	record_init(&layout_recipient, r);
	r->address = privacy_address(&c->privacy, value, &c->arena);
	r->disposition = refused ? DISPOSITION_REJECTED : DISPOSITION_ACCEPTED;
	return 0;
}

static int
fact_anomaly(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	struct anomaly_seen *a = ARENA_PUSH(&c->arena, c->session.anomalies, FACTS_MAX);
	if (a == NULL)
		return -1;
	*a = (struct anomaly_seen){ value, 1, "" };
	return 0;
}

static int
fact_extension(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	const char **e = ARENA_PUSH(&c->arena, c->session.extensions, FACTS_MAX);
	if (e == NULL)
		return -1;
	*e = value;
	return 0;
}

/* A parameter of MAIL: NAME or NAME=VALUE. */
static int
fact_param(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	struct slice rest = slice_str(value), name = slice_split(&rest, '=');
	struct name_value *p = ARENA_PUSH(&c->arena, c->mail.params, FACTS_MAX);
	if (p == NULL)
		return -1;
	p->name = arena_string(&c->arena, name);
	p->value = arena_string(&c->arena, rest);
	return 0;
}

static int
fact_tls(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	c->session.tls.used = strcmp(value, "1") == 0;
	return 0;
}

static int
fact_number(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	int64_t number;
	if (slice_number(slice_str(value), &number) < 0 || number < 1 || number > 10000)
		return -1;
	c->mail.number = (int32_t)number;
	return 0;
}

static int
fact_address(struct one_case *c, const char *value, size_t offset)
{
	return addr_parse(slice_str(value), (struct addr *)(void *)((char *)&c->session + offset));
}

static int
fact_port(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	int64_t port;
	if (slice_number(slice_str(value), &port) < 0 || port > 65535)
		return -1;
	c->session.server.port = (uint16_t)port;
	return 0;
}

static int
fact_mail_from(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	c->mail.mail_from = value;
	return 0;
}

static int
fact_start(struct one_case *c, const char *value, size_t unused)
{
	(void)unused;
	return ptime_parse(slice_str(value), &c->mail.start);
}

static const struct {
	const char *key;
	int (*set)(struct one_case *c, const char *value, size_t with);
	size_t with;
} facts[] = {
	{ "helo_name", fact_text, offsetof(struct session_record, helo_name) },
	{ "helo_verb", fact_text, offsetof(struct session_record, helo_verb) },
	{ "dialect", fact_text, offsetof(struct session_record, dialect) },
	{ "client_software", fact_text, offsetof(struct session_record, client_software) },
	{ "auth", fact_text, offsetof(struct session_record, auth.result) },
	{ "extension", fact_extension, 0 },
	{ "param", fact_param, 0 },
	{ "tls", fact_tls, 0 },
	{ "mail", fact_number, 0 },
	{ "banner", fact_text, offsetof(struct session_record, banner) },
	{ "client_ip", fact_address, offsetof(struct session_record, client.addr) },
	{ "server_ip", fact_address, offsetof(struct session_record, server.addr) },
	{ "server_port", fact_port, 0 },
	{ "anomaly", fact_anomaly, 0 },
	{ "mail_from", fact_mail_from, 0 },
	{ "rcpt", fact_rcpt, 0 },
	{ "rcpt_refused", fact_rcpt, 1 },
	{ "start", fact_start, 0 },
};

static int
take_fact(struct one_case *c, struct slice line)
{
	struct slice rest = line, key = slice_split(&rest, '=');
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (slice_eq(key, slice_str(facts[i].key)))
			return facts[i].set(c, arena_string(&c->arena, rest), facts[i].with);
	return -1;
}

static int
read_facts(struct one_case *c, const char *path)
{
	struct buf text;
	int bad = 0;
	buf_init(&text, 65536);
	c->has_session = read_file(path, &text) == 0;
	struct slice rest = buf_slice(&text);
	for (struct slice line; (line = slice_trim(slice_split(&rest, '\n'))).len > 0;)
		if (take_fact(c, line) < 0)
			bad += fprintf(stderr, "%s: cannot use '%.*s'\n", path, (int)line.len,
				(const char *)line.ptr);
	buf_release(&text);
	return bad == 0 ? 0 : -1;
}

/* ---- one message ---- */

static bool
has_hit(const struct mail_record *mail, const char *rule)
{
	for (size_t i = 0; i < mail->hits_count; i++)
		if (strcmp(mail->hits[i].rule, rule) == 0)
			return true;
	return false;
}

/* 1 = the rule hit, 0 = it did not, -1 = said on stderr.  *score: of the whole message. */
static int
judge(const struct rules *rules, const char *rule, const char *base, bool privacy_off,
	double *score)
{
	char path[PATH_BYTES];
	struct buf file;
	struct counters counters = { 0 };
	struct message message;
	struct one_case c = { .privacy = { privacy_off, SLICE("key") } };
	int result = -1;
	arena_init(&c.arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &c.session);
	record_init(&layout_mail, &c.mail);
	buf_init(&file, LIMIT_MAIL_KEPT);
	snprintf(path, sizeof path, "%s.session", base);
	int facts_read = read_facts(&c, path);
	snprintf(path, sizeof path, "%s.eml", base);
	if (read_file(path, &file) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	} else if (facts_read == 0) {
		message_split(
			message_file_wire(buf_slice(&file), &c.arena), NULL, &c.arena, &message);
		message_to_record(&message, &c.privacy, &c.arena, &c.mail);
		const struct rule_input in = { .session = c.has_session ? &c.session : NULL,
			.message = &message,
			.delivered = &message,
			.mail = &c.mail,
			.arena = &c.arena };
		rules_score(rules, &in, &c.mail, &counters);
		*score = c.mail.score;
		result = has_hit(&c.mail, rule);
	}
	buf_release(&file);
	arena_release(&c.arena);
	return result;
}

static int
check(const struct rules *rules, const char *dir, const char *rule, const char *kind, int want)
{
	char base[PATH_BYTES - 16];
	double open = 0, hidden = 0;
	snprintf(base, sizeof base, "%s/corpus/%s.%s", dir, rule, kind);
	int with_open = judge(rules, rule, base, true, &open);
	int with_hidden = judge(rules, rule, base, false, &hidden);
	if (with_open == want && with_hidden == want && open == hidden)
		return 0;
	if (with_open >= 0 && open != hidden)
		fprintf(stderr, "%s: %g points, but %g with privacy on\n", base, open, hidden);
	else if (with_open >= 0)
		fprintf(stderr, "%s: %s\n", base, want ? "does not hit" : "hits");
	return 1;
}

/* ---- all of them ---- */

static bool
rule_named(const struct rules *rules, struct slice name)
{
	struct rule_info info;
	for (size_t i = 0; i < rules_count(rules); i++) {
		rules_info(rules, i, &info);
		if (slice_eq(name, slice_str(info.name)))
			return true;
	}
	return false;
}

/* Files that belong to no rule: one was renamed. */
static int
check_strays(const struct rules *rules, const char *dir)
{
	char path[PATH_BYTES];
	int bad = 0;
	snprintf(path, sizeof path, "%s/corpus", dir);
	DIR *d = opendir(path);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		struct slice name = slice_str(e->d_name);
		if (name.ptr[0] == '.' ||
			rule_named(rules, slice_take(name, slice_index(name, '.'))))
			continue;
		bad++;
		fprintf(stderr, "%s/%s: there is no such rule\n", path, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	return bad;
}

int
main(int argc, char **argv)
{
	struct err err = { "" };
	const struct rule_source dirs[] = { { argc == 2 ? argv[1] : "rules", false } };
	struct rules *rules = rules_load(dirs, 1, &err);
	int bad = 0, count = 0;
	if (rules == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < rules_count(rules); i++) {
		struct rule_info info;
		rules_info(rules, i, &info);
		if (info.hidden)
			continue;
		count++;
		bad += check(rules, dirs[0].path, info.name, "hit", 1);
		bad += check(rules, dirs[0].path, info.name, "miss", 0);
		if (*info.describe != '\0' && *info.source != '\0')
			continue;
		bad++;
		fprintf(stderr, "%s:%d: %s has no sentence or no source\n", info.file, info.line,
			info.name);
	}
	bad += check_strays(rules, dirs[0].path);
	rules_free(rules);
	printf("%d rules, %d faults\n", count, bad);
	return bad == 0 ? 0 : 1;
}
