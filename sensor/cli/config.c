#include "sensor/cli/config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ini.h>

#include "sensor/cli/config_value.h"
#include "sensor/cli/config_web.h"
#include "sensor/limits.h"

#define DEFAULT_FILE "/etc/heloscope/heloscope.conf"
#define DEFAULT_FOLDER "/var/lib/heloscope"

/* inih cuts a value at about 190 bytes without a word (measured): longer lines are refused before
 * it sees them. */
enum { LINE_MAX_BYTES = 180 };

static bool
is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void
config_default(struct config *c)
{
	static const uint16_t ports[] = { 25, 465, 587, 2525 }, vxlan_ports[] = { 4789, 8472 };

	memset(c, 0, sizeof *c);
	snprintf(c->sensor, sizeof c->sensor, "heloscope");
	snprintf(c->store, sizeof c->store, "%s",
		is_folder(DEFAULT_FOLDER) ? DEFAULT_FOLDER "/heloscope.db" : "heloscope.db");
	memcpy(c->ports, ports, sizeof ports);
	c->ports_count = 4;
	c->any_port = true;
	memcpy(c->vxlan_ports, vxlan_ports, sizeof vxlan_ports);
	c->vxlan_ports_count = 2;
	c->streams = LIMIT_STREAMS;
	c->idle_s = 600;
	c->buffer_mib = 64;
	c->snaplen = LIMIT_SNAPLEN;
	c->promiscuous = true;
	c->workers = 1;
	snprintf(c->filter, sizeof c->filter, "auto");
	snprintf(c->user, sizeof c->user, "%s",
		getpwnam("heloscope") != NULL ? "heloscope" : "nobody");
	snprintf(c->rules[0], sizeof c->rules[0], "%s",
		is_folder("/usr/share/heloscope/rules") && !is_folder(HELOSCOPE_RULES)
			? "/usr/share/heloscope/rules"
			: HELOSCOPE_RULES);
	c->rules_count = 1;
	c->keep_sessions_days = 7;
	c->keep_hours_days = 365;
	c->keep_evidence_days = 90;
	snprintf(c->listen, sizeof c->listen, "127.0.0.1:8025");
	c->web.connections_per_address = 32;
	c->web.query_ms = 5000;
	c->window_days = 7;
	c->content = (struct config_sprt){ 0.01, 0.01, 0.9, 0.2 };
	c->refusals = (struct config_sprt){ 0.01, 0.01, 0.6, 0.1 };
	c->lookup.above = 0.2;
	c->lookup.per_minute = 30;
	c->lookup.cache_minutes = 360;
}

/* ---- networks, ports ---- */

static int
add_net(struct network *nets, size_t *count, const char *text, struct err *err)
{
	if (*count == CONFIG_NETS_MAX)
		return err_set(err, "more than %d networks", CONFIG_NETS_MAX);
	if (network_parse(slice_str(text), &nets[*count]) < 0)
		return err_set(
			err, "'%s' is not a network: write 192.0.2.0/24 or 2001:db8::/32", text);
	++*count;
	return 0;
}

int
config_add_net(struct config *c, const char *text, struct err *err)
{
	return add_net(c->nets, &c->nets_count, text, err);
}

static int
add_role(struct config *c, enum role role, const char *text, struct err *err)
{
	struct network net;
	size_t n = 0;

	if (c->roles_count == CONFIG_NETS_MAX)
		return err_set(err, "more than %d networks with a role", CONFIG_NETS_MAX);
	if (add_net(&net, &n, text, err) < 0)
		return -1;
	c->roles[c->roles_count++] = (struct config_role){ net, role };
	return 0;
}

static int
set_ports(uint16_t ports[CONFIG_PORTS_MAX], size_t *count, const char *value, struct err *err)
{
	struct slice rest = slice_str(value);

	*count = 0;
	while (rest.len > 0) {
		int64_t port;
		struct slice word = slice_trim(slice_split(&rest, ' '));
		if (word.len == 0)
			continue;
		if (slice_number(word, &port) < 0 || port < 1 || port > 65535)
			return err_set(
				err, "'%.*s' is not a port", (int)word.len, (const char *)word.ptr);
		if (*count == CONFIG_PORTS_MAX)
			return err_set(err, "more than %d ports", CONFIG_PORTS_MAX);
		ports[(*count)++] = (uint16_t)port;
	}
	return *count > 0 ? 0 : err_set(err, "no port is given");
}

/* ---- keys ---- */

struct loading {
	struct config *config;
	const char *path;
	FILE *file;
	int line;
	bool rules_given; /* the first `dir` replaces the default */
	struct err *err;
};

static int
set_rules(struct loading *l, const char *value, struct err *err)
{
	struct config *c = l->config;
	if (!l->rules_given)
		c->rules_count = 0;
	l->rules_given = true;
	if (c->rules_count == sizeof c->rules / sizeof c->rules[0])
		return err_set(err, "more than %zu folders", c->rules_count);
	return value_text(c->rules[c->rules_count++], sizeof c->rules[0], value, err);
}

static int
set_campus(struct config *c, const char *key, const char *v, struct err *err)
{
	static const enum role roles[] = { ROLE_MTA, ROLE_SUBMISSION, ROLE_WEB, ROLE_PROXY,
		ROLE_CLIENT };

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(key, role_word(roles[i])) == 0)
			return add_role(c, roles[i], v, err);
	if (strcmp(key, "net") == 0)
		return config_add_net(c, v, err);
	if (strcmp(key, "nat") == 0)
		return add_net(c->nat, &c->nat_count, v, err);
	if (strcmp(key, "public") == 0)
		return add_net(c->public, &c->public_count, v, err);
	return 1;
}

static int
set_verdict(struct config *c, const char *key, const char *v, struct err *err)
{
	static const char refusal[] = "refusal_";
	bool of_refusals = strncmp(key, refusal, sizeof refusal - 1) == 0;
	struct config_sprt *test = of_refusals ? &c->refusals : &c->content;
	const char *name = of_refusals ? key + sizeof refusal - 1 : key;

	if (strcmp(key, "window_days") == 0)
		return value_number(&c->window_days, v, 1, 365, err);
	if (strcmp(name, "alpha") == 0)
		return value_share(&test->alpha, v, false, err);
	if (strcmp(name, "beta") == 0)
		return value_share(&test->beta, v, false, err);
	if (strcmp(name, "theta1") == 0)
		return value_share(&test->theta1, v, false, err);
	if (strcmp(name, "theta0") == 0)
		return value_share(&test->theta0, v, false, err);
	return 1;
}

/* "Spamhaus XBL: xbl.spamhaus.org" */
static int
add_zone(struct config_lookup *l, const char *v, struct err *err)
{
	struct slice zone = slice_str(v);
	struct slice list = slice_trim(slice_split(&zone, ':'));

	zone = slice_trim(zone);
	if (list.len == 0 || zone.len == 0 || list.len >= sizeof l->zones[0].list ||
		zone.len >= sizeof l->zones[0].zone)
		return err_set(err, "'%s' is not of the form 'LIST: ZONE'", v);
	if (l->zones_count == CONFIG_ZONES_MAX)
		return err_set(err, "more than %d zones", CONFIG_ZONES_MAX);
	struct config_zone *z = &l->zones[l->zones_count++];
	snprintf(z->list, sizeof z->list, "%.*s", (int)list.len, (const char *)list.ptr);
	snprintf(z->zone, sizeof z->zone, "%.*s", (int)zone.len, (const char *)zone.ptr);
	return 0;
}

static int
set_lookup(struct config *c, const char *key, const char *v, struct err *err)
{
	struct config_lookup *l = &c->lookup;

	if (strcmp(key, "enabled") == 0)
		return value_switch(&l->enabled, v, "no", "yes", err);
	if (strcmp(key, "resolver") == 0)
		return value_text(l->resolver, sizeof l->resolver, v, err);
	if (strcmp(key, "above") == 0)
		return value_share(&l->above, v, true, err);
	if (strcmp(key, "per_minute") == 0)
		return value_number(&l->per_minute, v, 1, 6000, err);
	if (strcmp(key, "cache_minutes") == 0)
		return value_number(&l->cache_minutes, v, 1, 43200, err);
	if (strcmp(key, "zone") == 0)
		return add_zone(l, v, err);
	return 1;
}

/* The target of that name: the section is [alert NAME]. */
static struct config_alert *
alert_named(struct config *c, const char *name)
{
	struct config_alert *a = &c->alerts[0];

	for (; a < &c->alerts[c->alerts_count]; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	if (c->alerts_count == CONFIG_ALERTS_MAX || strlen(name) >= sizeof a->name)
		return NULL;
	c->alerts_count++;
	*a = (struct config_alert){ .above = VERDICT_THROTTLED, .quiet_minutes = 60 };
	snprintf(a->name, sizeof a->name, "%s", name);
	return a;
}

static int
set_alert_kind(struct config_alert *a, const char *v, struct err *err)
{
	static const char *const kinds[] = { "journal", "command", "webhook", "mail" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(v, kinds[i]) == 0)
			return value_text(a->kind, sizeof a->kind, v, err);
	return err_set(err, "'%s' is none of journal, command, webhook, mail", v);
}

static int
set_alert(struct config *c, const char *name, const char *key, const char *v, struct err *err)
{
	struct config_alert *a = alert_named(c, name);

	if (a == NULL)
		return err_set(err, "more than %d targets, or a name of more than %zu bytes",
			CONFIG_ALERTS_MAX, sizeof a->name - 1);
	if (strcmp(key, "kind") == 0)
		return set_alert_kind(a, v, err);
	if (strcmp(key, "target") == 0)
		return value_text(a->target, sizeof a->target, v, err);
	if (strcmp(key, "to") == 0)
		return value_text(a->to, sizeof a->to, v, err);
	if (strcmp(key, "from") == 0)
		return value_text(a->from, sizeof a->from, v, err);
	if (strcmp(key, "above") == 0)
		return verdict_parse(slice_str(v), &a->above) < 0
			       ? err_set(err, "'%s' is not a verdict", v)
			       : 0;
	if (strcmp(key, "quiet_minutes") == 0)
		return value_number(&a->quiet_minutes, v, 0, 43200, err);
	if (strcmp(key, "timeout_seconds") == 0)
		return value_number(&a->timeout_s, v, 1, 600, err);
	return 1;
}

/* 0, -1 and err, or 1: there is no such key. */
static int
set_key_of_section(
	struct config *c, const char *section, const char *key, const char *v, struct err *err)
{
	if (strcmp(section, "campus") == 0)
		return set_campus(c, key, v, err);
	if (strcmp(section, "verdict") == 0)
		return set_verdict(c, key, v, err);
	if (strcmp(section, "lookup") == 0)
		return set_lookup(c, key, v, err);
	if (strcmp(section, "web") == 0)
		return config_web_set(c, key, v, err);
	if (strncmp(section, "alert ", 6) == 0)
		return set_alert(c, section + 6, key, v, err);
	return 1;
}

static int
set_key(struct loading *l, const char *key, const char *v, struct err *err)
{
	struct config *c = l->config;
#define IS(name) (strcmp(key, name) == 0)
	if (IS("sensor.name"))
		return value_text(c->sensor, sizeof c->sensor, v, err);
	if (IS("sensor.user"))
		return value_text(c->user, sizeof c->user, v, err);
	if (IS("store.file"))
		return value_text(c->store, sizeof c->store, v, err);
	if (IS("store.keep_sessions_days"))
		return value_number(&c->keep_sessions_days, v, 0, 36500, err);
	if (IS("store.keep_hours_days"))
		return value_number(&c->keep_hours_days, v, 0, 36500, err);
	if (IS("store.keep_evidence_days"))
		return value_number(&c->keep_evidence_days, v, 0, 36500, err);
	if (IS("capture.ports"))
		return set_ports(c->ports, &c->ports_count, v, err);
	if (IS("capture.any_port"))
		return value_switch(&c->any_port, v, "no", "yes", err);
	if (IS("capture.vxlan_ports"))
		return set_ports(c->vxlan_ports, &c->vxlan_ports_count, v, err);
	if (IS("capture.streams"))
		return value_number(&c->streams, v, 64, 4 * LIMIT_STREAMS, err);
	if (IS("capture.idle_seconds"))
		return value_number(&c->idle_s, v, 1, 86400, err);
	if (IS("capture.buffer_mib"))
		return value_number(&c->buffer_mib, v, 1, 2047, err);
	if (IS("capture.snaplen"))
		return value_number(&c->snaplen, v, 96, LIMIT_SNAPLEN, err);
	if (IS("capture.promiscuous"))
		return value_switch(&c->promiscuous, v, "no", "yes", err);
	if (IS("capture.workers"))
		return value_number(&c->workers, v, 0, CONFIG_WORKERS_MAX, err);
	if (IS("capture.filter"))
		return value_text(c->filter, sizeof c->filter, v, err);
	if (IS("capture.checksum"))
		return value_switch(&c->verify_checksums, v, "accept", "verify", err);
	if (IS("rules.dir"))
		return set_rules(l, v, err);
	if (IS("rules.stock"))
		return value_switch(&c->rules_stock, v, "no", "yes", err);
	if (IS("privacy.mode"))
		return value_switch(&c->privacy_off, v, "on", "off", err);
	if (IS("privacy.auth_user"))
		return value_switch(&c->auth_user, v, "no", "yes", err);
	if (IS("privacy.key_file"))
		return value_text(c->key_file, sizeof c->key_file, v, err);
	if (IS("dialect.file"))
		return value_text(c->clients_file, sizeof c->clients_file, v, err);
#undef IS
	return err_set(err, "unknown key; deploy/heloscope.conf lists all");
}

static int
on_value(void *ctx, const char *section, const char *name, const char *value)
{
	struct loading *l = ctx;
	struct err err = { "" };
	char key[128];

	snprintf(key, sizeof key, "%s.%s", section, name);
	int rc = set_key_of_section(l->config, section, name, value, &err);
	if (rc == 0 || (rc > 0 && set_key(l, key, value, &err) == 0))
		return 1;
	err_set(l->err, "%s:%d: [%s] %s: %s", l->path, l->line, section, name, err.text);
	return 0;
}

/* fgets for inih that counts lines (Debian's build does not tell the handler) and refuses a line
 * that inih would cut. */
static char *
read_line(char *out, int size, void *ctx)
{
	struct loading *l = ctx;
	char *line = fgets(out, size, l->file);

	if (line == NULL)
		return NULL;
	l->line++;
	if (strlen(line) <= LINE_MAX_BYTES)
		return line;
	err_set(l->err, "%s:%d: longer than %d bytes: shorten it", l->path, l->line,
		LINE_MAX_BYTES);
	return NULL;
}

int
config_load(struct config *c, const char *path, struct err *err)
{
	bool chosen = path != NULL;
	struct loading l = { .config = c, .path = chosen ? path : DEFAULT_FILE, .err = err };

	l.file = fopen(l.path, "re");
	if (l.file == NULL) {
		if (!chosen && errno == ENOENT)
			return 0;
		return err_set(
			err, "%s: cannot read the configuration: %s", l.path, strerror(errno));
	}
	int rc = ini_parse_stream(read_line, &l, on_value, &l);
	fclose(l.file);
	if (err->text[0] != '\0')
		return -1;
	if (rc != 0)
		return err_set(err, "%s:%d: not a line of the form 'key = value' or '[section]'",
			l.path, rc > 0 ? rc : 1);
	return 0;
}

int
config_endpoint(const char *text, struct endpoint *out, struct err *err)
{
	struct slice s = slice_str(text), host, port;
	int64_t number;
	size_t colon = s.len;

	for (size_t i = s.len; i-- > 0 && colon == s.len;)
		if (s.ptr[i] == ':')
			colon = i;
	host = colon < s.len ? slice_take(s, colon) : SLICE_EMPTY;
	port = colon < s.len ? slice_skip(s, colon + 1) : s;
	if (host.len == 0)
		host = SLICE("127.0.0.1");
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = slice_take(slice_skip(host, 1), host.len - 2);
	if (slice_eq(host, SLICE("localhost")))
		host = SLICE("127.0.0.1");
	if (addr_parse(host, &out->addr) < 0 || slice_number(port, &number) < 0 || number > 65535)
		return err_set(err,
			"'%s' is not an address and port: write 127.0.0.1:8025 or [::1]:8025",
			text);
	out->port = (uint16_t)number;
	return 0;
}
