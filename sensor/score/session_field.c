#include "sensor/score/session_field.h"

static bool
one(const char *value, size_t n, struct slice *out)
{
	*out = slice_str(value);
	return n == 0 && out->len > 0;
}

/* Fields that are plain strings of the session. */
#define SESSION_TEXT(X)                                                                            \
	X(helo_name)                                                                               \
	X(helo_verb)                                                                               \
	X(dialect)                                                                                 \
	X(banner)                                                                                  \
	X(client_software)                                                                         \
	X(server_software)

#define X(field)                                                                                   \
	static bool text_##field(const struct rule_input *in, size_t n, struct slice *out)         \
	{                                                                                          \
		return in->session != NULL && one(in->session->field, n, out);                     \
	}
SESSION_TEXT(X)
#undef X

static bool
text_address(struct addr addr, const struct rule_input *in, size_t n, struct slice *out)
{
	char text[ADDR_TEXT_MAX];
	return one(arena_string(in->arena, slice_str(addr_format(addr, text))), n, out);
}

static bool
text_client_ip(const struct rule_input *in, size_t n, struct slice *out)
{
	return in->session != NULL && text_address(in->session->client.addr, in, n, out);
}

static bool
text_server_ip(const struct rule_input *in, size_t n, struct slice *out)
{
	return in->session != NULL && text_address(in->session->server.addr, in, n, out);
}

static bool
text_anomaly(const struct rule_input *in, size_t n, struct slice *out)
{
	if (in->session == NULL || n >= in->session->anomalies_count)
		return false;
	*out = slice_str(in->session->anomalies[n].name);
	return true;
}

static bool
text_extension(const struct rule_input *in, size_t n, struct slice *out)
{
	if (in->session == NULL || n >= in->session->extensions_count)
		return false;
	*out = slice_str(in->session->extensions[n]);
	return true;
}

static bool
text_auth(const struct rule_input *in, size_t n, struct slice *out)
{
	return in->session != NULL && one(in->session->auth.result, n, out);
}

static bool
text_direction(const struct rule_input *in, size_t n, struct slice *out)
{
	return in->session != NULL && one(direction_word(in->session->direction), n, out);
}

static bool
text_mail_from(const struct rule_input *in, size_t n, struct slice *out)
{
	return one(in->mail->mail_from, n, out);
}

static bool
text_rcpt(const struct rule_input *in, size_t n, struct slice *out)
{
	if (n >= in->mail->rcpts_count)
		return false;
	*out = slice_str(in->mail->rcpts[n].address);
	return true;
}

static bool
text_param(const struct rule_input *in, size_t n, struct slice *out)
{
	if (n >= in->mail->params_count)
		return false;
	const struct name_value *p = &in->mail->params[n];
	*out = slice_str(arena_printf(in->arena, "%s=%s", p->name, p->value));
	return true;
}

static bool
text_transfer(const struct rule_input *in, size_t n, struct slice *out)
{
	return in->mail->transfer != TRANSFER_NONE &&
	       one(transfer_word(in->mail->transfer), n, out);
}

static bool
number_client_port(const struct rule_input *in, double *out)
{
	*out = in->session == NULL ? 0 : in->session->client.port;
	return *out > 0;
}

static bool
number_server_port(const struct rule_input *in, double *out)
{
	*out = in->session == NULL ? 0 : in->session->server.port;
	return *out > 0;
}

static bool
number_tls(const struct rule_input *in, double *out)
{
	*out = in->session != NULL && in->session->tls.used;
	return in->session != NULL;
}

static bool
number_rcpts(const struct rule_input *in, double *out)
{
	*out = (double)in->mail->rcpts_count + (double)in->mail->rcpts_cut;
	return *out > 0;
}

static bool
number_rcpts_refused(const struct rule_input *in, double *out)
{
	size_t refused = 0;
	for (size_t i = 0; i < in->mail->rcpts_count; i++)
		refused += in->mail->rcpts[i].disposition == DISPOSITION_REJECTED;
	*out = (double)refused;
	return in->mail->rcpts_count > 0;
}

static bool
number_bytes(const struct rule_input *in, double *out)
{
	*out = (double)in->mail->bytes;
	return *out > 0;
}

static bool
number_mail(const struct rule_input *in, double *out)
{
	*out = in->mail->number;
	return *out > 0;
}

static const struct session_field fields[] = {
#define X(field) { #field, text_##field, NULL },
	SESSION_TEXT(X)
#undef X
		{ "client_ip", text_client_ip, NULL },
	{ "server_ip", text_server_ip, NULL },
	{ "anomaly", text_anomaly, NULL },
	{ "extension", text_extension, NULL },
	{ "auth", text_auth, NULL },
	{ "direction", text_direction, NULL },
	{ "mail_from", text_mail_from, NULL },
	{ "rcpt", text_rcpt, NULL },
	{ "param", text_param, NULL },
	{ "transfer", text_transfer, NULL },
	{ "client_port", NULL, number_client_port },
	{ "server_port", NULL, number_server_port },
	{ "tls", NULL, number_tls },
	{ "rcpts", NULL, number_rcpts },
	{ "rcpts_refused", NULL, number_rcpts_refused },
	{ "bytes", NULL, number_bytes },
	{ "mail", NULL, number_mail },
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

const char *
session_field_names(struct arena *arena)
{
	const char *out = fields[0].name;
	for (size_t i = 1; i < FIELDS; i++)
		out = arena_printf(arena, "%s, %s", out, fields[i].name);
	return out;
}
