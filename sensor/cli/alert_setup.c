#include "sensor/cli/alert_setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sensor/alert/alert_mail.h"
#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/cli/cli.h"
#include "sensor/process_alerter.h"
#include "store/query.h"

/* ---- from the configuration ---- */

static int
wrong(struct err *err, const struct config_alert *a, const char *key, const char *what)
{
	return err_set(err, "[alert %s] %s: %s", a->name, key, what);
}

static int
find_kind(const struct config_alert *a, struct alert_target *t, struct err *err)
{
	for (int k = 0; k < ALERT_KINDS; k++) {
		t->kind = (enum alert_kind)k;
		if (strcmp(a->kind, alert_kind_word(t->kind)) == 0)
			return 0;
	}
	return wrong(err, a, "kind", "is missing: journal, command, webhook or mail");
}

static int
check_command(const struct config_alert *a, struct err *err)
{
	struct stat st;

	if (a->target[0] != '/')
		return wrong(err, a, "target",
			"the absolute path of a command is needed, without arguments");
	if (stat(a->target, &st) < 0)
		return wrong(err, a, "target", strerror(errno));
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		return wrong(err, a, "target", "is no file that can be run");
	return 0;
}

/* SCHEME://HOST…, where nobody needs to guess. */
static int
check_url(const struct config_alert *a, const char *scheme, const char *secure, struct err *err)
{
	char what[80];
	size_t at = strncmp(a->target, scheme, strlen(scheme)) == 0   ? strlen(scheme)
		    : strncmp(a->target, secure, strlen(secure)) == 0 ? strlen(secure)
								      : 0;
	snprintf(what, sizeof what, "an address that begins with %s or %s is needed", scheme,
		secure);
	if (at == 0 || a->target[at] == '\0' || a->target[at] == '/')
		return wrong(err, a, "target", what);
	for (const char *p = a->target; *p != '\0'; p++)
		if (chars_is((uint8_t)*p, CHAR_SPACE | CHAR_CTL))
			return wrong(err, a, "target", "a space or control character is in it");
	return 0;
}

static int
check_addresses(const struct config_alert *a, struct err *err)
{
	struct slice rest = slice_str(a->to), address;
	int count = 0;

	if (!alert_mail_is_address(slice_str(a->from)))
		return wrong(err, a, "from",
			a->from[0] == '\0' ? "is missing: the sender's address"
					   : "is not an address of the form NAME@DOMAIN");
	for (; alert_mail_address(&rest, &address) == 1; count++)
		if (!alert_mail_is_address(address))
			return wrong(err, a, "to", "is not an address of the form NAME@DOMAIN");
	return count > 0 ? 0 : wrong(err, a, "to", "is missing: who gets the mail");
}

static int
check_target(const struct config_alert *a, enum alert_kind kind, struct err *err)
{
	if (kind != ALERT_MAIL && (a->to[0] != '\0' || a->from[0] != '\0'))
		return wrong(err, a, a->to[0] != '\0' ? "to" : "from", "only mail has one");
	switch (kind) {
	case ALERT_JOURNAL:
		return a->target[0] == '\0' ? 0 : wrong(err, a, "target", "the journal has none");
	case ALERT_COMMAND:
		return check_command(a, err);
	case ALERT_WEBHOOK:
		return check_url(a, "http://", "https://", err);
	case ALERT_MAIL:
		return check_url(a, "smtp://", "smtps://", err) < 0 ? -1 : check_addresses(a, err);
	case ALERT_KINDS:
		break;
	}
	return -1;
}

static int
check_name(const struct config_alert *a, struct err *err)
{
	for (const char *p = a->name; *p != '\0'; p++)
		if (!chars_is((uint8_t)*p, CHAR_ALPHA | CHAR_DIGIT) && strchr("._-", *p) == NULL)
			return err_set(err,
				"[alert %s]: a name has letters, digits, '.', '_' and '-' only",
				a->name);
	return a->name[0] != '\0' ? 0 : err_set(err, "[alert ]: a target needs a name");
}

int
alert_setup(const struct config *c, struct alert_target targets[CONFIG_ALERTS_MAX], struct err *err)
{
	for (size_t i = 0; i < c->alerts_count; i++) {
		const struct config_alert *a = &c->alerts[i];
		struct alert_target *t = &targets[i];
		*t = (struct alert_target){ .name = a->name,
			.address = a->target,
			.to = a->to,
			.from = a->from,
			.above = a->above,
			.quiet = a->quiet_minutes * 60 * PTIME_SECOND };
		if (check_name(a, err) < 0 || find_kind(a, t, err) < 0 ||
			check_target(a, t->kind, err) < 0)
			return -1;
		/* RFC 5321 4.5.3.2: a relay may take minutes */
		t->limit = (a->timeout_s > 0		   ? a->timeout_s
				   : t->kind == ALERT_MAIL ? 120
							   : 20) *
			   PTIME_SECOND;
	}
	return 0;
}

/* ---- the store ---- */

struct reading_store {
	const char *path;
	struct store *store;
};

static int
open_store(void *ctx, struct err *err)
{
	struct reading_store *r = ctx;
	return store_open_reader(r->path, &r->store, err);
}

static void
close_store(void *ctx)
{
	struct reading_store *r = ctx;
	store_close(r->store);
	r->store = NULL;
}

static int
ask_waiting(void *ctx, const struct change_question *q,
	void (*fn)(void *fn_ctx, const struct change_waiting *w), void *fn_ctx, struct err *err)
{
	const struct reading_store *r = ctx;
	return query_changes_waiting(r->store, q, fn, fn_ctx, err);
}

static int
ask_from(void *ctx, const char *target, int64_t before, int64_t *from, struct err *err)
{
	const struct reading_store *r = ctx;
	return query_changes_from(r->store, target, before, from, err);
}

static int
ask_newest(void *ctx, int64_t *seq, struct err *err)
{
	const struct reading_store *r = ctx;
	return query_changes_newest(r->store, seq, err);
}

static int
ask_delivery(void *ctx, struct delivery *d, struct err *err)
{
	const struct reading_store *r = ctx;
	return query_delivery(r->store, d, err);
}

static int
ask_host(void *ctx, struct addr host, struct arena *arena, struct host_record *out, struct err *err)
{
	const struct reading_store *r = ctx;
	return query_host_record(r->store, host, arena, out, err);
}

int
alert_run(const struct config *c, int64_t started, const struct sandbox_user *user,
	const struct ipc_ends *ends)
{
	struct alert_target targets[CONFIG_ALERTS_MAX];
	struct reading_store r = { .path = c->store };
	const struct alert_store store = { &r, ask_waiting, ask_from, ask_newest, ask_delivery,
		ask_host };
	const struct alerter_config alerter = { .sensor = c->sensor,
		.report = c->public_url,
		.targets = targets,
		.targets_count = c->alerts_count,
		.store = &store,
		.started = started };
	const struct process_alerter_config config = { .alerter = &alerter,
		.open = open_store,
		.close = close_store,
		.ctx = &r,
		.user = *user };
	struct err err = { "" };

	if (alert_setup(c, targets, &err) < 0) {
		fprintf(stderr, "heloscope run: %s\n", err.text);
		return EXIT_FAILED;
	}
	return process_alerter(&config, ends);
}
