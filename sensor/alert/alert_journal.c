/* The journal, and stderr where there is none. */
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "sensor/alert/alert_text.h"

/* libsystemd sends there, and says nothing where it is missing. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
/* Of every message of ours: journalctl MESSAGE_ID=… (sd_journal_send(3): drawn at random, once). */
#define MESSAGE_ID "MESSAGE_ID=6fe1b2f5a0c34d3f9d1c7f2a58e4b063"

enum { FIELDS_MAX = 24, BYTES_MAX = 1 << 20 };

struct fields {
	size_t starts[FIELDS_MAX + 1], count;
	struct buf bytes;
};

static void
add_field(void *ctx, const char *name, const char *value)
{
	struct fields *f = ctx;

	if (f->count == FIELDS_MAX)
		return;
	buf_printf(&f->bytes, "%s=%s", name, value);
	f->starts[++f->count] = f->bytes.len;
}

static bool
is_bad_news(const struct alert *a)
{
	for (size_t i = 0; i < a->changes_count && !a->test; i++)
		if (a->changes[i].verdict > VERDICT_WATCH)
			return true;
	return false;
}

static int
send_fields(const struct fields *f)
{
	struct iovec parts[FIELDS_MAX];

	for (size_t i = 0; i < f->count; i++)
		parts[i] = (struct iovec){ f->bytes.ptr + f->starts[i],
			f->starts[i + 1] - f->starts[i] };
	return sd_journal_sendv(parts, (int)f->count);
}

void
alert_journal(const struct alert_target *target, const struct alert *a, struct alert_result *out)
{
	struct fields f = { .count = 0 };
	struct buf message;
	char priority[8];
	int rc = 0;
	(void)target;

	buf_init(&f.bytes, BYTES_MAX);
	buf_init(&message, BYTES_MAX);
	alert_sentence(a, &message);
	if (a->changes_count == 1 && !a->test && *a->changes[0].summary != '\0')
		buf_printf(&message, ": %s", a->changes[0].summary);
	if (access(JOURNAL_SOCKET, W_OK) == 0) {
		snprintf(
			priority, sizeof priority, "%d", is_bad_news(a) ? LOG_WARNING : LOG_NOTICE);
		add_field(&f, "MESSAGE", buf_cstr(&message));
		add_field(&f, "PRIORITY", priority);
		add_field(&f, "SYSLOG_IDENTIFIER", "heloscope");
		buf_str(&f.bytes, MESSAGE_ID);
		f.starts[++f.count] = f.bytes.len;
		alert_fields(a, add_field, &f);
		rc = send_fields(&f);
	} else if (fprintf(stderr, "heloscope alert %s: %s\n", a->id, buf_cstr(&message)) < 0) {
		rc = -1;
	}
	alert_result_set(out, rc < 0 ? ALERT_FAILED : ALERT_DELIVERED, "%s",
		rc < 0 ? strerror(rc < -1 ? -rc : 5) : "");
	buf_release(&message);
	buf_release(&f.bytes);
}
