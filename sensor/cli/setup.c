#include "sensor/cli/setup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/digest.h"
#include "sensor/base/ptime.h"

static int
copy_text(char *out, size_t size, const char *text, const char *option, struct err *err)
{
	if ((size_t)snprintf(out, size, "%s", text) >= size)
		return err_set(err, "%s: longer than %zu bytes", option, size - 1);
	return 0;
}

static int
set_privacy(struct config *c, const char *mode, struct err *err)
{
	if (strcmp(mode, "on") != 0 && strcmp(mode, "off") != 0)
		return err_set(err, "--privacy is 'on' or 'off', not '%s'", mode);
	c->privacy_off = strcmp(mode, "off") == 0;
	return 0;
}

int
setup_configure(struct setup *s, const struct setup_given *g, struct err *err)
{
	struct config *c = &s->config;
	struct err net = { "" };

	config_default(c);
	if (config_load(c, g->config, err) < 0)
		return -1;
	for (size_t i = 0; i < g->nets_count; i++)
		if (config_add_net(c, g->nets[i], &net) < 0)
			return err_set(err, "--net: %s", net.text);
	if (g->store != NULL && copy_text(c->store, sizeof c->store, g->store, "--store", err) < 0)
		return -1;
	rule_dirs_init(&s->rules);
	s->rules.stock = g->stock;
	if (g->rules != NULL)
		(void)rule_dirs_add(&s->rules, g->rules);
	if (rule_dirs_of_config(&s->rules, c, err) < 0)
		return -1;
	return g->privacy == NULL ? 0 : set_privacy(c, g->privacy, err);
}

/* One interface of several that is not understood is counted, and does not cost the others. */
int
setup_check_capture(const struct capture *c, struct err *err)
{
	int linktype = -1;

	for (size_t n = 0; (linktype = capture_linktype(c, n)) >= 0; n++)
		if (decap_knows(linktype))
			return 0;
	return capture_linktype(c, 0) < 0 ? 0 : capture_refuse_linktype(c, err);
}

int
setup_open_file(const char *path, struct capture **out, struct err *err)
{
	if (capture_open_file(path, out, err) < 0)
		return -1;
	if (setup_check_capture(*out, err) == 0)
		return 0;
	capture_close(*out);
	return -1;
}

static int
make_key(const char *path, uint8_t key[SETUP_KEY_BYTES], struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(
			err, "%s: cannot make the key of hashed names: %s", path, strerror(errno));
	digest_random(key, SETUP_KEY_BYTES);
	ssize_t written = write(fd, key, SETUP_KEY_BYTES);
	if (written == SETUP_KEY_BYTES && close(fd) == 0)
		return 0;
	unlink(path);
	return err_set(err, "%s: cannot write the key of hashed names: disk full?", path);
}

static int
read_key(const char *path, uint8_t key[SETUP_KEY_BYTES], struct err *err)
{
	FILE *f = fopen(path, "re");
	if (f == NULL && errno == ENOENT)
		return make_key(path, key, err);
	if (f == NULL)
		return err_set(
			err, "%s: cannot read the key of hashed names: %s", path, strerror(errno));
	size_t n = fread(key, 1, SETUP_KEY_BYTES, f);
	fclose(f);
	if (n < SETUP_KEY_BYTES)
		return err_set(err, "%s: shorter than %d bytes: remove it, and a new one is made",
			path, SETUP_KEY_BYTES);
	return 0;
}

static int
load_key(struct setup *s, bool stored, struct err *err)
{
	const char *slash = strrchr(s->config.store, '/');
	char path[1100];

	if (s->config.key_file[0] != '\0')
		return read_key(s->config.key_file, s->key, err);
	if (!stored || s->config.privacy_off)
		return 0;
	snprintf(path, sizeof path, "%.*sheloscope.key",
		slash != NULL ? (int)(slash + 1 - s->config.store) : 0, s->config.store);
	return read_key(path, s->key, err);
}

static_assert((int)CONFIG_PORTS_MAX == (int)DECAP_PORTS_MAX, "they are copied whole");

int
setup_finish(struct setup *s, bool stored, struct err *err)
{
	const struct config *c = &s->config;
	struct slice key = slice_of(s->key, sizeof s->key);

	memset(s->key, 0, sizeof s->key);
	if (load_key(s, stored, err) < 0)
		return -1;
	s->clients = NULL;
	if (c->clients_file[0] != '\0' && clients_load(c->clients_file, &s->clients, err) < 0)
		return -1;
	s->campus = (struct campus){
		.nets = c->nets,
		.nets_count = c->nets_count,
		.public = c->public,
		.public_count = c->public_count,
	};
	s->analyst = (struct analyst_config){ .rules = s->rules.sources,
		.rules_count = s->rules.count,
		.privacy_off = c->privacy_off,
		.hash_key = key };
	s->worker = (struct worker_config){ .sensor = c->sensor,
		.stream = stream_config_default(),
		.decap = { .verify_checksums = c->verify_checksums },
		.smtp = { .privacy_off = c->privacy_off,
			.auth_user = c->auth_user,
			.hash_key = key,
			.clients = s->clients },
		.campus = s->campus };
	memcpy(s->worker.decap.vxlan_ports, c->vxlan_ports, sizeof c->vxlan_ports);
	s->worker.decap.vxlan_ports_count = c->vxlan_ports_count;
	memcpy(s->worker.stream.ports, c->ports, sizeof c->ports);
	s->worker.stream.ports_count = c->ports_count;
	s->worker.stream.any_port = c->any_port;
	s->worker.stream.idle_ns = c->idle_s * PTIME_SECOND;
	s->worker.stream.streams = c->streams;
	return 0;
}

/* ---- verdicts ---- */

static void
judge_host(void *ctx, const double *numbers, struct host_record *record, struct arena *arena)
{
	const struct setup *s = ctx;

	rules_judge_host(s->rules_in_force, numbers, record, arena);
}

static struct sprt
sprt_of(const struct config_sprt *c)
{
	return (struct sprt){ c->alpha, c->beta, c->theta1, c->theta0 };
}

struct verdict_config
setup_verdict(struct setup *s)
{
	const struct config *c = &s->config;

	for (size_t i = 0; i < c->roles_count; i++)
		s->roles[i] = (struct role_given){ c->roles[i].net, c->roles[i].role };
	return (struct verdict_config){ .window_ns = c->window_days * PTIME_DAY,
		.sensor = c->sensor,
		.content = sprt_of(&c->content),
		.refusals = sprt_of(&c->refusals),
		.roles = s->roles,
		.roles_count = c->roles_count,
		.nat = c->nat,
		.nat_count = c->nat_count,
		.lists = rules_of_lists(&s->rules_in_force),
		.rules = judge_host,
		.rules_ctx = s };
}

void
setup_release(struct setup *s)
{
	clients_free(s->clients);
	s->clients = NULL;
}
