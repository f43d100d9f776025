/* A complaint as X-ARF 0.2, PLAIN: a mail whose second part is YAML.
 *
 * Report types are those of public schemata where one fits: login-attack (0.1.2) and bot-infection
 * (0.1.1); for mail that a host sends for any other cause there is none, so it is a private one,
 * "spam", with the same fields. */
#include <stdio.h>
#include <string.h>

#include "sensor/base/text.h"
#include "web/export_inner.h"

enum report_kind { KIND_SPAM, KIND_LOGIN, KIND_BOT };

static const struct report_row {
	const char *category, *type, *schema;
} kinds[] = {
	[KIND_SPAM] = { "private", "spam", "urn:heloscope:x-arf:private_spam_0.1.0" },
	[KIND_LOGIN] = { "abuse", "login-attack",
		"http://www.x-arf.org/schema/abuse_login-attack_0.1.2.json" },
	[KIND_BOT] = { "abuse", "bot-infection",
		"http://www.x-arf.org/schema/abuse_bot-infection_0.1.1.json" },
};

static enum report_kind
kind_of(const struct incident *i)
{
	if (i->cause == CAUSE_SPAM_BOT) {
		return KIND_BOT;
	}
	return i->cause == CAUSE_DICTIONARY_ATTACK && node_int(i->host, "counts.auth_failures") > 0
		       ? KIND_LOGIN
		       : KIND_SPAM;
}

/* "Key: 'value'": in single quotes everything but the quote means itself (YAML 1.1, 7.3.2). */
static void
yaml_text(struct buf *out, const char *key, const char *value)
{
	char clean[512];
	struct slice s = slice_of(clean, text_clean_into(clean, sizeof clean, slice_str(value)));
	buf_printf(out, "%s: '", key);
	for (size_t k = 0; k < s.len; k++) {
		if (s.ptr[k] == '\'') {
			buf_byte(out, '\'');
		}
		buf_byte(out, s.ptr[k]);
	}
	buf_str(out, "'\r\n");
}

static void
yaml_number(struct buf *out, const char *key, int64_t value)
{
	buf_printf(out, "%s: %lld\r\n", key, (long long)value);
}

static const char *
kind_of_address(const char *text)
{
	return strchr(text, ':') != NULL ? "ipv6" : "ipv4";
}

static void
put_destination(const struct incident *i, enum report_kind kind, struct buf *out)
{
	const char *server = node_text(i->session, "server.ip");
	int64_t port = node_int(i->session, "server.port");
	if (kind == KIND_LOGIN) {
		yaml_text(out, "Service", "smtp");
		yaml_number(out, "Port", port);
	} else {
		yaml_number(out, "Source-Port", i->source_port);
		yaml_number(out, "Destination-Port", port);
	}
	yaml_text(out, "Destination", server);
	yaml_text(out, "Destination-Type", kind_of_address(server));
	if (kind == KIND_BOT) {
		yaml_text(out, "Bot-Name", "unknown");
	}
}

static void
put_yaml(const struct incident *i, struct buf *out)
{
	enum report_kind kind = kind_of(i);
	char text[512];
	char time[PTIME_TEXT_MAX];
	yaml_text(out, "Reported-From", i->contact);
	yaml_text(out, "Category", kinds[kind].category);
	yaml_text(out, "Report-Type", kinds[kind].type);
	snprintf(text, sizeof text, "heloscope/%s", i->job->about.version);
	yaml_text(out, "User-Agent", text);
	snprintf(text, sizeof text, "%s@%s", i->id, i->domain);
	yaml_text(out, "Report-ID", text);
	yaml_text(out, "Date", ptime_format(i->last, time));
	yaml_text(out, "Source", i->source);
	yaml_text(out, "Source-Type", kind_of_address(i->source));
	put_destination(i, kind, out);
	yaml_text(out, "Attachment", "text/plain");
	yaml_text(out, "Schema-URL", kinds[kind].schema);
	buf_str(out, "Version: 0.2\r\n");
	if (i->mails > 0) {
		yaml_number(out, "Occurrences", i->mails);
	}
	yaml_text(out, "TLP", "amber");
}

static void
put_head(const struct incident *i, struct buf *out)
{
	char text[512], time[EXPORT_TIME_MAX];
	incident_address(i, out);
	snprintf(text, sizeof text, "abuse report about %s - %s", i->source,
		export_time(i->last, "%Y-%m-%dT%H:%M:%SZ", time));
	eml_field(out, "Subject", text);
	eml_field(out, "Date", export_mail_time(i->job->about.now, time));
	buf_printf(out,
		"Auto-Submitted: auto-generated\r\nX-XARF: PLAIN\r\nMIME-Version: "
		"1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"heloscope-%s\"\r\n\r\n",
		i->id);
}

static void
put_part(const struct incident *i, const char *name, struct buf *out)
{
	buf_printf(out,
		"--heloscope-%s\r\nContent-Type: text/plain; "
		"charset=utf-8%s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
		i->id, name);
}

static void
write_xarf_02(const struct incident *i, struct buf *out)
{
	put_head(i, out);
	put_part(i, "", out);
	eml_line(out,
		"This is an abuse report in the format of X-ARF 0.2 about mail that came from %s.",
		i->source);
	incident_story(i, out);
	buf_str(out, "\r\n");
	put_part(i, "; name=\"report.txt\"", out);
	put_yaml(i, out);
	buf_str(out, "\r\n");
	put_part(i, "; name=\"evidence.txt\"", out);
	buf_add(out, buf_slice(&i->refusals));
	eml_headers(out, i->session, i->mail);
	buf_printf(out, "\r\n--heloscope-%s--\r\n", i->id);
}

int
export_open_xarf_02(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return export_open_report(write_xarf_02, s, job, out, err);
}
