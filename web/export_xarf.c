/* A complaint as XARF v4: one JSON object, whose type follows from what the host does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "web/export_inner.h"

enum {
	DESCRIPTION_MAX =
		1000, /* lengths of the format's schemata, in characters; ours count bytes */
	ORGANISATION_MAX = 200,
	SUBJECT_MAX = 500,
	SHORT_MAX = 200,
};

enum xarf_type { XARF_SPAM, XARF_LOGIN, XARF_BOT, XARF_SERVER, XARF_BLOCKLIST };
static const struct {
	const char *category, *type;
} types[] = {
	[XARF_SPAM] = { "messaging", "spam" },
	[XARF_LOGIN] = { "connection", "login_attack" },
	[XARF_BOT] = { "connection", "infected_host" },
	[XARF_SERVER] = { "infrastructure", "compromised_server" },
	[XARF_BLOCKLIST] = { "reputation", "blocklist" },
};

/* A mail is spam; a host is what its cause says. */
static enum xarf_type
type_of(const struct incident *i)
{
	if (i->job->subject == EXPORT_MAIL) {
		return XARF_SPAM;
	}
	switch (i->cause) {
	case CAUSE_SPAM_BOT:
		return XARF_BOT;
	case CAUSE_PHP_SCRIPT:
	case CAUSE_COMPROMISED_ACCOUNT:
		return XARF_SERVER;
	case CAUSE_DICTIONARY_ATTACK:
		return node_int(i->host, "counts.auth_failures") > 0 ? XARF_LOGIN : XARF_SPAM;
	case CAUSE_UNKNOWN:
	case CAUSE_BATCH_JOBS:
	case CAUSE_HAND_TYPED:
	case CAUSE_MISCONFIGURED_MTA:
		return i->mail == NULL || strcmp(node_text(i->host, "verdict"), "listed") == 0
			       ? XARF_BLOCKLIST
			       : XARF_SPAM;
	case CAUSE_OPEN_RELAY:
	case CAUSE_OPEN_PROXY:
	case CAUSE_WEB_FORM:
	case CAUSE_MAILING_LIST:
	case CAUSE_BACKSCATTER:
	case CAUSE_FORWARDING:
	case CAUSES:
		break;
	}
	return i->mail != NULL ? XARF_SPAM : XARF_BLOCKLIST;
}

static void
put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_string(j, value);
}

/* Cut at a character's edge; nothing when it is empty. */
static void
put_cut(struct json *j, const char *key, const char *value, size_t max)
{
	size_t n = strlen(value);
	if (n > max) {
		for (n = max; n > 0 && ((uint8_t)value[n] & 0xC0) == 0x80; n--) {
		}
	}
	if (n > 0) {
		json_key(j, key);
		json_text(j, slice_of(value, n));
	}
}

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char text[PTIME_TEXT_MAX];
	put(j, key, ptime_format(t, text));
}

/* RFC 9562 5.4: version and variant in their places. */
static void
put_report_id(struct json *j, const struct incident *i)
{
	uint8_t id[16];
	char hex[33], text[40];
	memcpy(id, i->job->about.id, sizeof id);
	id[6] = (uint8_t)((id[6] & 0x0F) | 0x40);
	id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
	digest_hex(id, sizeof id, hex);
	snprintf(text, sizeof text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		hex + 20);
	put(j, "report_id", text);
}

static void
put_contact(struct json *j, const char *key, const struct incident *i)
{
	json_key(j, key);
	json_object(j);
	put_cut(j, "org", i->organisation, ORGANISATION_MAX);
	put(j, "contact", i->contact);
	put(j, "domain", i->domain);
	json_object_end(j);
}

/* ---- what each type asks for ---- */

static void
put_spam(struct json *j, const struct incident *i)
{
	const char *from = node_text(i->mail, "mail_from");
	const char *to = node_text(node_item(i->mail, "rcpts", 0), "to");
	put(j, "protocol", "smtp");
	/* The format has no word for <>; the description has. */
	put(j, "smtp_from", strchr(from, '@') != NULL ? from : "mailer-daemon@" INCIDENT_NOWHERE);
	if (strchr(to, '@') != NULL) {
		put(j, "smtp_to", to);
	}
	put_cut(j, "subject", node_text(i->mail, "header.subject"), SUBJECT_MAX);
	put_cut(j, "message_id", node_text(i->mail, "header.message_id"), SHORT_MAX);
	put_cut(j, "user_agent", node_text(i->mail, "header.mailer"), SHORT_MAX);
	if (i->rcpts > 0) {
		json_key(j, "recipient_count");
		json_int(j, i->rcpts);
	}
}

static void
put_connection(struct json *j, const struct incident *i)
{
	put(j, "destination_ip", node_text(i->session, "server.ip"));
	json_key(j, "destination_port");
	json_int(j, node_int(i->session, "server.port"));
	put(j, "protocol", "tcp");
	put_time(j, "first_seen", i->first);
	put_time(j, "last_seen", i->last);
}

static void
put_type(struct json *j, const struct incident *i)
{
	switch (type_of(i)) {
	case XARF_SPAM:
		put_spam(j, i);
		break;
	case XARF_BOT:
		put(j, "bot_type", "malicious");
		put_connection(j, i);
		break;
	case XARF_LOGIN:
		put_connection(j, i);
		break;
	case XARF_SERVER:
		put(j, "compromise_type",
			i->cause == CAUSE_COMPROMISED_ACCOUNT ? "credential_theft" : "malware");
		put_time(j, "first_seen", i->first);
		break;
	case XARF_BLOCKLIST:
		put(j, "threat_type", "spam");
		break;
	}
}

/* ---- evidence ---- */

static void
put_evidence(struct json *j, const char *type, const char *description, struct slice payload)
{
	uint8_t digest[DIGEST_SHA256];
	char hash[8 + 2 * DIGEST_SHA256] = "sha256:";
	char *base64 = must_alloc(4 * (payload.len / 3 + 1) + 1);
	digest_sha256(payload, digest);
	digest_hex(digest, sizeof digest, hash + 7);
	json_object(j);
	put(j, "content_type", type);
	put(j, "description", description);
	put(j, "payload", digest_base64(payload.ptr, payload.len, base64));
	put(j, "hash", hash);
	json_key(j, "size");
	json_int(j, (int64_t)payload.len);
	json_object_end(j);
	free(base64);
}

static void
put_all_evidence(struct json *j, const struct incident *i)
{
	struct buf text;
	buf_init(&text, 1u << 20);
	json_key(j, "evidence");
	json_array(j);
	if (i->mail != NULL) {
		eml_headers(&text, i->session, i->mail);
		put_evidence(j, "text/rfc822-headers",
			"Header fields of a sample, as far as a passive sensor keeps them; no body "
			"is kept",
			buf_slice(&text));
	}
	if (i->refusals.len > 0) {
		put_evidence(j, "text/plain", "What mail servers answered, times in UTC",
			buf_slice(&i->refusals));
	}
	json_array_end(j);
	buf_release(&text);
}

static void
put_description(struct json *j, const struct incident *i)
{
	struct buf text;
	buf_init(&text, 8192);
	incident_story(i, &text);
	if (i->mail != NULL && node_text(i->mail, "mail_from")[0] == '\0') {
		eml_line(&text, "The sample's envelope sender was <>.");
	}
	put_cut(j, "description", buf_cstr(&text), DESCRIPTION_MAX);
	buf_release(&text);
}

static void
write_xarf(const struct incident *i, struct buf *out)
{
	enum xarf_type type = type_of(i);
	char tag[64];
	struct json j;
	json_init(&j, out);
	json_object(&j);
	put(&j, "xarf_version", "4.0.0");
	put_report_id(&j, i);
	put_time(&j, "timestamp", i->last);
	put_contact(&j, "reporter", i);
	put_contact(&j, "sender", i);
	put(&j, "source_identifier", i->source);
	json_key(&j, "source_port");
	json_int(&j, i->source_port);
	put(&j, "category", types[type].category);
	put(&j, "type", types[type].type);
	put(&j, "evidence_source", "traffic_analysis");
	put_type(&j, i);
	put_all_evidence(&j, i);
	json_key(&j, "tags");
	json_array(&j);
	json_string(&j, "tlp:amber");
	snprintf(tag, sizeof tag, "cause:%s", cause_word(i->cause));
	json_string(&j, tag);
	json_array_end(&j);
	json_key(&j, "confidence");
	json_double(&j, i->confidence > 0 ? i->confidence : 0.5);
	put_description(&j, i);
	json_object_end(&j);
	buf_byte(out, '\n');
}

int
export_open_xarf(
	struct store *s, const struct export_job *job, struct export **out, struct err *err)
{
	return export_open_report(write_xarf, s, job, out, err);
}
