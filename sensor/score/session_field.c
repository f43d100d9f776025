#include "sensor/score/session_field.h"

#include "sensor/base/ptime.h"

static bool
one(const char *value, size_t n, struct slice *out)
{
	*out = slice_str(value);
	return n == 0 && out->len > 0;
}

/* ---- texts of the session: name, where it is, what it is ---- */

#define SESSION_TEXT(X)                                                                            \
	X(protocol, s->protocol)                                                                   \
	X(banner, s->banner)                                                                       \
	X(helo_verb, s->helo_verb)                                                                 \
	X(helo_name, s->helo_name)                                                                 \
	X(dialect, s->dialect)                                                                     \
	X(client_software, s->client_software)                                                     \
	X(server_software, s->server_software)                                                     \
	X(proxy, s->proxy.protocol)                                                                \
	X(proxy_target, s->proxy.target)                                                           \
	X(starttls, s->tls.starttls)                                                               \
	X(tls_version, s->tls.version)                                                             \
	X(tls_alert, s->tls.alert)                                                                 \
	X(tls_sni, s->tls.sni)                                                                     \
	X(tls_alpn, s->tls.alpn)                                                                   \
	X(tls_ja4, s->tls.ja4)                                                                     \
	X(tls_subject, s->tls.subject)                                                             \
	X(estimate, s->estimate.basis)                                                             \
	X(auth, s->auth.result)                                                                    \
	X(auth_mechanism, s->auth.mechanism)                                                       \
	X(auth_user, s->auth.user)                                                                 \
	X(direction, direction_word(s->direction))                                                 \
	X(visibility, visibility_word(s->visibility))                                              \
	X(close, s->open ? "" : close_reason_word(s->close))

#define X(name, value)                                                                             \
	static bool text_##name(const struct rule_input *in, size_t n, struct slice *out)          \
	{                                                                                          \
		const struct session_record *s = in->session;                                      \
		return s != NULL && one(value, n, out);                                            \
	}
SESSION_TEXT(X)
#undef X

/* ---- lists of the session: name, list, n-th value ---- */

#define SESSION_LIST(X)                                                                            \
	X(anomaly, anomalies_count, s->anomalies[n].name)                                          \
	X(anomaly_times, anomalies_count,                                                          \
		arena_printf(in->arena, "%s=%d", s->anomalies[n].name, s->anomalies[n].times))     \
	X(extension, extensions_count, s->extensions[n])                                           \
	X(tls_name, tls.names_count, s->tls.names[n])                                              \
	X(encap, encap_count, s->encap[n])                                                         \
	X(reply, replies_count,                                                                    \
		arena_printf(in->arena, "%s: %d %s %s", s->replies[n].to, s->replies[n].code,      \
			s->replies[n].enhanced, s->replies[n].text))                               \
	X(reply_class, replies_count, reply_class_word(s->replies[n].class))                       \
	X(reply_list, replies_count, s->replies[n].list)

#define X(name, count, value)                                                                      \
	static bool text_##name(const struct rule_input *in, size_t n, struct slice *out)          \
	{                                                                                          \
		const struct session_record *s = in->session;                                      \
		if (s == NULL || n >= s->count)                                                    \
			return false;                                                              \
		*out = slice_str(value);                                                           \
		return true;                                                                       \
	}
SESSION_LIST(X)
#undef X

/* ---- addresses ---- */

#define SESSION_ADDRESS(X)                                                                         \
	X(client_ip, client)                                                                       \
	X(server_ip, server)                                                                       \
	X(proxy_client_ip, proxy.client)

#define X(name, field)                                                                             \
	static bool text_##name(const struct rule_input *in, size_t n, struct slice *out)          \
	{                                                                                          \
		char text[ADDR_TEXT_MAX];                                                          \
		if (in->session == NULL || in->session->field.addr.family == ADDR_NONE)            \
			return false;                                                              \
		return one(arena_string(in->arena,                                                 \
				   slice_str(addr_format(in->session->field.addr, text))),         \
			n, out);                                                                   \
	}
SESSION_ADDRESS(X)
#undef X

/* ---- texts and lists of the mail ---- */

#define MAIL_TEXT(X)                                                                               \
	X(mail_from, m->mail_from)                                                                 \
	X(transfer, m->transfer == TRANSFER_NONE ? "" : transfer_word(m->transfer))                \
	X(outcome, m->outcome == OUTCOME_UNKNOWN ? "" : outcome_word(m->outcome))                  \
	X(class, m->code == 0 ? "" : reply_class_word(m->class))                                   \
	X(enhanced, m->enhanced)                                                                   \
	X(list, m->list)                                                                           \
	X(queue_id, m->queue_id)

#define X(name, value)                                                                             \
	static bool text_##name(const struct rule_input *in, size_t n, struct slice *out)          \
	{                                                                                          \
		const struct mail_record *m = in->mail;                                            \
		return one(value, n, out);                                                         \
	}
MAIL_TEXT(X)
#undef X

#define MAIL_LIST(X)                                                                               \
	X(rcpt, rcpts_count, m->rcpts[n].address)                                                  \
	X(rcpt_class, rcpts_count, reply_class_word(m->rcpts[n].class))                            \
	X(param, params_count,                                                                     \
		arena_printf(in->arena, "%s=%s", m->params[n].name, m->params[n].value))

#define X(name, count, value)                                                                      \
	static bool text_##name(const struct rule_input *in, size_t n, struct slice *out)          \
	{                                                                                          \
		const struct mail_record *m = in->mail;                                            \
		if (n >= m->count)                                                                 \
			return false;                                                              \
		*out = slice_str(value);                                                           \
		return true;                                                                       \
	}
MAIL_LIST(X)
#undef X

/* ---- numbers: name, value, where it is known ---- */

static int64_t
anomalies_times(const struct session_record *s)
{
	int64_t sum = 0;
	for (size_t i = 0; i < s->anomalies_count; i++)
		sum += s->anomalies[i].times;
	return sum;
}

static double
seconds(int64_t start, int64_t end)
{
	return (double)(end - start) / (double)PTIME_SECOND;
}

#define SESSION_NUMBER(X)                                                                          \
	X(client_port, s->client.port, s->client.port > 0)                                         \
	X(server_port, s->server.port, s->server.port > 0)                                         \
	X(duration, seconds(s->start, s->end), s->end >= s->start && s->start > 0)                 \
	X(tls, s->tls.used, true)                                                                  \
	X(tls_offered, s->tls.offered, true)                                                       \
	X(tls_implicit, s->tls.implicit, true)                                                     \
	X(tls_records_client, s->tls.records_client, s->tls.used)                                  \
	X(tls_records_server, s->tls.records_server, s->tls.used)                                  \
	X(estimate_mails, s->estimate.mails, *s->estimate.basis != '\0')                           \
	X(estimate_refusals, s->estimate.refusals, *s->estimate.basis != '\0')                     \
	X(auth_failures, s->auth.failures, *s->auth.mechanism != '\0')                             \
	X(keystrokes, s->typing.keystrokes, true)                                                  \
	X(backspaces, s->typing.backspaces, true)                                                  \
	X(pauses, s->typing.pauses, true)                                                          \
	X(anomalies, anomalies_times(s), true)                                                     \
	X(bytes_client, s->bytes_client, true)                                                     \
	X(bytes_server, s->bytes_server, true)                                                     \
	X(gaps, s->gap_count, true)                                                                \
	X(gap_bytes, s->gap_bytes, true)                                                           \
	X(one_sided, s->one_sided, true)                                                           \
	X(midstream, s->midstream, true)                                                           \
	X(open, s->open, true)                                                                     \
	X(mails, s->mails_count_total, true)                                                       \
	X(replies, s->replies_count, true)

#define X(name, value, known)                                                                      \
	static bool number_##name(const struct rule_input *in, double *out)                        \
	{                                                                                          \
		const struct session_record *s = in->session;                                      \
		if (s == NULL || !(known))                                                         \
			return false;                                                              \
		*out = (double)(value);                                                            \
		return true;                                                                       \
	}
SESSION_NUMBER(X)
#undef X

static size_t
rcpts_that_are(const struct mail_record *m, enum disposition d)
{
	size_t count = 0;
	for (size_t i = 0; i < m->rcpts_count; i++)
		count += m->rcpts[i].disposition == d;
	return count;
}

#define MAIL_NUMBER(X)                                                                             \
	X(mail, m->number, m->number > 0)                                                          \
	X(rcpts, (int64_t)m->rcpts_count + m->rcpts_cut, m->rcpts_count > 0)                       \
	X(rcpts_accepted, rcpts_that_are(m, DISPOSITION_ACCEPTED), m->rcpts_count > 0)             \
	X(rcpts_refused, rcpts_that_are(m, DISPOSITION_REJECTED), m->rcpts_count > 0)              \
	X(rcpts_deferred, rcpts_that_are(m, DISPOSITION_DEFERRED), m->rcpts_count > 0)             \
	X(code, m->code, m->code > 0)                                                              \
	X(bytes, m->bytes, m->bytes > 0)                                                           \
	X(gap, m->gap, true)                                                                       \
	X(mail_duration, seconds(m->start, m->end), m->end >= m->start && m->start > 0)            \
	X(parts, m->parts_count, m->parts_count > 0)                                               \
	X(urls, m->urls_count, m->transfer != TRANSFER_NONE)                                       \
	X(received, m->received_count, m->transfer != TRANSFER_NONE)

#define X(name, value, known)                                                                      \
	static bool number_##name(const struct rule_input *in, double *out)                        \
	{                                                                                          \
		const struct mail_record *m = in->mail;                                            \
		if (!(known))                                                                      \
			return false;                                                              \
		*out = (double)(value);                                                            \
		return true;                                                                       \
	}
MAIL_NUMBER(X)
#undef X

static const struct session_field fields[] = {
#define X(name, ...) { #name, text_##name, NULL },
	SESSION_TEXT(X) SESSION_LIST(X) SESSION_ADDRESS(X) MAIL_TEXT(X) MAIL_LIST(X)
#undef X
#define X(name, ...) { #name, NULL, number_##name },
		SESSION_NUMBER(X) MAIL_NUMBER(X)
#undef X
};
#define FIELDS (sizeof fields / sizeof *fields)

const struct session_field *
session_field_find(struct slice name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (slice_eq(name, slice_str(fields[i].name)))
			return &fields[i];
	return NULL;
}

const struct session_field *
session_field_at(size_t n)
{
	return n < FIELDS ? &fields[n] : NULL;
}
