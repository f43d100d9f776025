#include "sensor/cli/config_web.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/cli/config_value.h"

/* Keys whose value is a text of ours. */
static const struct text_key {
	const char *key;
	size_t offset, size; /* in struct config_web */
	enum { TEXT_ANY, TEXT_FIELD } kind;
} texts[] = {
#define ROW(key, field, kind)                                                                      \
	{                                                                                          \
		key, offsetof(struct config_web, field), sizeof((struct config_web *)0)->field,    \
			kind                                                                       \
	}
	ROW("certificate", certificate, TEXT_ANY),
	ROW("key", key, TEXT_ANY),
	ROW("users", users, TEXT_ANY),
	ROW("proxy_user", proxy_user, TEXT_FIELD),
	ROW("proxy_role", proxy_role, TEXT_FIELD),
	ROW("organisation", organisation, TEXT_ANY),
	ROW("contact", contact, TEXT_ANY),
	ROW("domain", domain, TEXT_ANY),
#undef ROW
};

/* The name of a header field (RFC 9110 5.6.2), in the part that people use. */
static bool
is_field_name(const char *text)
{
	for (; *text != '\0'; text++)
		if (!chars_is((uint8_t)*text, CHAR_ALPHA | CHAR_DIGIT) && *text != '-')
			return false;
	return true;
}

static int
set_text_key(struct config_web *w, const struct text_key *k, const char *value, struct err *err)
{
	if (k->kind == TEXT_FIELD && !is_field_name(value))
		return err_set(err, "'%s' is not the name of a header field", value);
	if (!text_is_clean(slice_str(value)))
		return err_set(err, "holds control characters or is not UTF-8");
	return value_text((char *)w + k->offset, k->size, value, err);
}

static int
add_name(struct config_web *w, const char *value, struct err *err)
{
	if (w->names_count == sizeof w->names / sizeof *w->names)
		return err_set(err, "more than %zu names", w->names_count);
	if (strpbrk(value, ":/ []") != NULL)
		return err_set(err,
			"'%s' is not the name of a host: write it without scheme and port", value);
	return value_text(w->names[w->names_count++], sizeof w->names[0], value, err);
}

static int
add_proxy(struct config_web *w, const char *value, struct err *err)
{
	if (w->proxies_count == sizeof w->proxies / sizeof *w->proxies)
		return err_set(err, "more than %zu proxies", w->proxies_count);
	if (network_parse(slice_str(value), &w->proxies[w->proxies_count]) < 0)
		return err_set(
			err, "'%s' is not an address: write 192.0.2.8 or 192.0.2.0/28", value);
	w->proxies_count++;
	return 0;
}

static int
set_listen(struct config *c, const char *value, struct err *err)
{
	struct endpoint unused;

	return config_endpoint(value, &unused, err) < 0
		       ? -1
		       : value_text(c->listen, sizeof c->listen, value, err);
}

int
config_web_set(struct config *c, const char *key, const char *value, struct err *err)
{
	struct config_web *w = &c->web;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(key, texts[i].key) == 0)
			return set_text_key(w, &texts[i], value, err);
	if (strcmp(key, "listen") == 0)
		return set_listen(c, value, err);
	if (strcmp(key, "public_url") == 0)
		return value_url(c->public_url, sizeof c->public_url, value, err);
	if (strcmp(key, "host") == 0)
		return add_name(w, value, err);
	if (strcmp(key, "proxy") == 0)
		return add_proxy(w, value, err);
	if (strcmp(key, "connections_per_address") == 0)
		return value_number(&w->connections_per_address, value, 1, 256, err);
	if (strcmp(key, "query_ms") == 0)
		return value_number(&w->query_ms, value, 10, 600000, err);
	return 1;
}
