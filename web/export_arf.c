/* A complaint as ARF: RFC 5965, with the source port of RFC 6692.  Recipients' local parts are
 * keyed hashes already (RFC 6590) unless the site has switched privacy off. */
#include <stdio.h>
#include <string.h>

#include "web/export_inner.h"

enum { RCPTS_MAX = 50 }; /* Original-Rcpt-To: the rest is counted in the text */

static void
put_head(const struct incident *i, struct buf *out)
{
	char text[512], time[EXPORT_TIME_MAX];
	incident_address(i, out);
	snprintf(text, sizeof text, "Abuse report about %s", i->source);
	eml_field(out, "Subject", text);
	eml_field(out, "Date", export_mail_time(i->job->about.now, time));
	eml_field(out, "Auto-Submitted", "auto-generated");
	buf_printf(out,
		"MIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n "
		"report-type=feedback-report;\r\n boundary=\"heloscope-%s\"\r\n\r\n",
		i->id);
}

static void
put_part(const struct incident *i, const char *type, struct buf *out)
{
	buf_printf(out, "--heloscope-%s\r\nContent-Type: %s\r\n", i->id, type);
}

static void
put_text(const struct incident *i, struct buf *out)
{
	put_part(i, "text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit", out);
	buf_str(out, "\r\n");
	eml_line(out,
		"This is an abuse report in the format of RFC 5965 about mail that came from %s.",
		i->source);
	incident_story(i, out);
	if (i->refusals.len > 0) {
		eml_line(out, "What mail servers answered:");
		buf_add(out, buf_slice(&i->refusals));
	}
	eml_line(out, "The third part has the header fields that a passive sensor kept; it keeps "
		      "no bodies.");
	buf_str(out, "\r\n");
}

/* Angle brackets belong to it (RFC 5965 3.2: a reverse-path). */
static void
put_path(struct buf *out, const char *name, const char *address)
{
	char text[1024];
	snprintf(text, sizeof text, "<%s>", address);
	eml_field(out, name, text);
}

static void
put_envelope(const struct incident *i, struct buf *out)
{
	size_t count = node_count(i->mail, "rcpts");
	const char *envelope_id = node_text(node_get(i->mail, "params"), "ENVID");
	if (i->mail == NULL) {
		return;
	}
	eml_field(out, "Original-Envelope-Id", envelope_id);
	put_path(out, "Original-Mail-From", node_text(i->mail, "mail_from"));
	for (size_t k = 0; k < count && k < RCPTS_MAX; k++) {
		put_path(out, "Original-Rcpt-To", node_text(node_item(i->mail, "rcpts", k), "to"));
	}
}

static void
put_feedback(const struct incident *i, struct buf *out)
{
	char text[128], time[EXPORT_TIME_MAX];
	put_part(i, "message/feedback-report", out);
	buf_str(out, "\r\n");
	eml_field(out, "Feedback-Type", "abuse");
	snprintf(text, sizeof text, "heloscope/%s", i->job->about.version);
	eml_field(out, "User-Agent", text);
	eml_field(out, "Version", "1");
	put_envelope(i, out);
	eml_field(out, "Arrival-Date",
		export_mail_time(node_time(i->mail != NULL ? i->mail : i->session, "start"), time));
	/* RFC 5321 4.1.3, as RFC 5965 3.2 asks. */
	snprintf(text, sizeof text, "%s%s", strchr(i->source, ':') != NULL ? "IPv6:" : "",
		i->source);
	eml_field(out, "Source-IP", text);
	snprintf(text, sizeof text, "%lld", (long long)i->source_port);
	eml_field(out, "Source-Port", text);
	if (i->job->subject == EXPORT_HOST) {
		snprintf(text, sizeof text, "%lld",
			(long long)(i->mails < 1	    ? 1
				    : i->mails > UINT32_MAX ? UINT32_MAX
							    : i->mails));
		eml_field(out, "Incidents", text);
	}
	buf_str(out, "\r\n");
}

static void
write_arf(const struct incident *i, struct buf *out)
{
	put_head(i, out);
	put_text(i, out);
	put_feedback(i, out);
	put_part(i, "text/rfc822-headers", out);
	buf_str(out, "\r\n");
	eml_headers(out, i->session, i->mail);
	buf_printf(out, "\r\n--heloscope-%s--\r\n", i->id);
}

int
export_open_arf(struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return export_open_report(write_arf, s, job, out, err);
}

/* ---- the header block alone ---- */

static void
write_headers(const struct incident *i, struct buf *out)
{
	eml_headers(out, i->session, i->mail);
	buf_str(out, "\r\n");
}

int
export_open_headers(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return export_open_report(write_headers, s, job, out, err);
}
