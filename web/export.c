#include "web/export.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "web/export_inner.h"
#include "web/request.h"

#define ROWS (1u << EXPORT_ROWS)
#define HOST (1u << EXPORT_HOST)
#define MAIL (1u << EXPORT_MAIL)
#define SESSION (1u << EXPORT_SESSION)

static const struct export_format formats[] = {
	{ "csv", N_("CSV"), TYPE_CSV, "csv", ROWS, NULL, export_open_csv },
	{ "json", N_("JSON, one object a line"), TYPE_NDJSON, "ndjson", ROWS, NULL,
		export_open_json },
	{ "json-document", N_("JSON, one document"), TYPE_JSON, "json", ROWS, NULL,
		export_open_document },
	{ "zeek", N_("Zeek smtp.log"), TYPE_TEXT, "log", ROWS, " mails sessions ",
		export_open_zeek },
	{ "eve", N_("Suricata EVE"), TYPE_NDJSON, "eve.json", ROWS, " mails sessions ",
		export_open_eve },
	{ "arf", N_("ARF complaint"), "message/rfc822", "eml", HOST | MAIL, NULL, export_open_arf },
	{ "xarf-0.2", N_("X-ARF 0.2 complaint"), "message/rfc822", "eml", HOST | MAIL, NULL,
		export_open_xarf_02 },
	{ "xarf", N_("XARF v4 complaint"), TYPE_JSON, "xarf.json", HOST | MAIL, NULL,
		export_open_xarf },
	{ "headers", N_("Header fields of a mail"), "text/rfc822-headers", "eml", MAIL, NULL,
		export_open_headers },
	{ "pcapng", N_("Capture, rebuilt without bodies"), "application/octet-stream", "pcapng",
		ROWS | HOST | SESSION, " sessions ", export_open_capture },
	{ "bundle", N_("Bundle of evidence"), "application/zip", "zip", HOST | SESSION, NULL,
		export_open_bundle },
};

const struct export_format *
export_format_at(size_t i)
{
	return i < sizeof formats / sizeof *formats ? &formats[i] : NULL;
}

const struct export_format *
export_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return &formats[i];
		}
	}
	return NULL;
}

static bool
fits(const struct export_format *f, const struct export_job *job)
{
	char word[64];
	if ((f->subjects & 1u << job->subject) == 0) {
		return false;
	}
	if (job->subject != EXPORT_ROWS || f->tables == NULL) {
		return true;
	}
	snprintf(word, sizeof word, " %s ", job->table->name);
	return strstr(f->tables, word) != NULL;
}

int
export_check(const struct export_job *job, struct err *err)
{
	static const char *const subjects[EXPORT_SUBJECTS] = {
		[EXPORT_ROWS] = "the table",
		[EXPORT_HOST] = "a host",
		[EXPORT_MAIL] = "a mail",
		[EXPORT_SESSION] = "a session",
	};
	struct buf names;
	if (fits(job->format, job)) {
		return 0;
	}
	buf_init(&names, 256);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (fits(&formats[i], job)) {
			buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", formats[i].name);
		}
	}
	err_set(err, "%s is not made of %s%s%s; there are: %s", job->format->name,
		subjects[job->subject], job->subject == EXPORT_ROWS ? " " : "",
		job->subject == EXPORT_ROWS ? job->table->name : "", buf_cstr(&names));
	buf_release(&names);
	return -1;
}

int
export_open(struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	*out = NULL;
	if (export_check(job, err) != 0) {
		return -1;
	}
	int got = job->format->open(s, job, out, err);
	if (got == 1) {
		(*out)->job = *job;
		(*out)->store = s;
	}
	return got;
}

int
export_more(struct export *x, struct buf *out, struct err *err)
{
	int got = x->more(x, out, err);
	if (out->lost > 0) {
		return err_set(err, "a piece of the export is longer than %zu bytes", out->max);
	}
	return got;
}

int64_t
export_rows(const struct export *x)
{
	return x->rows;
}

void
export_close(struct export *x)
{
	if (x != NULL) {
		x->close(x);
	}
}

const char *
export_file_name(const struct export_job *job, struct arena *arena)
{
	char text[ADDR_TEXT_MAX];
	const char *extension = job->format->extension;
	switch (job->subject) {
	case EXPORT_ROWS:
		return arena_printf(arena, "heloscope-%s.%s", job->table->name, extension);
	case EXPORT_HOST:
		addr_format(job->host, text);
		for (char *c = text; *c != '\0'; c++) { /* not every system takes colons */
			*c = *c == ':' ? '_' : *c;
		}
		return arena_printf(arena, "heloscope-%s.%s", text, extension);
	case EXPORT_MAIL:
	case EXPORT_SESSION:
	case EXPORT_SUBJECTS:
		break;
	}
	/* The id is as asked for; only one that is in the store comes here, and those are hex. */
	return job->subject == EXPORT_MAIL
		       ? arena_printf(arena, "heloscope-%.16s-%d.%s", job->session, job->number,
				 extension)
		       : arena_printf(arena, "heloscope-%.16s.%s", job->session, extension);
}

/* ---- times ---- */

const char *
export_time(int64_t t, const char *format, char out[EXPORT_TIME_MAX])
{
	time_t seconds = (time_t)(t / PTIME_SECOND);
	struct tm tm;
	out[0] = '\0';
	if (gmtime_r(&seconds, &tm) != NULL) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		strftime(out, EXPORT_TIME_MAX, format, &tm);
#pragma GCC diagnostic pop
	}
	return out;
}

const char *
export_mail_time(int64_t t, char out[EXPORT_TIME_MAX])
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)(t / PTIME_SECOND);
	struct tm tm;
	out[0] = '\0';
	/* Not by strftime: the language of the names is the RFC's, not that of the machine. */
	if (gmtime_r(&seconds, &tm) != NULL) {
		snprintf(out, EXPORT_TIME_MAX, "%s, %02d %s %04d %02d:%02d:%02d +0000",
			days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
			tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
	return out;
}
