#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/mail/encoded_word.h"
#include "sensor/score/relays_network.h"
#include "sensor/score/target.h"
#include "sensor/score/target_address.h"
#include "sensor/score/target_text.h"

/* Fields whose values have no encoded words, whatever they look like (RFC 2047 5; and the List-
 * fields of RFC 2369). */
static const char *const never_encoded[] = { "Received", "Message-ID", "Resent-Message-ID", "Date",
	"Resent-Date", "MIME-Version", "References", "In-Reply-To" };

struct slice
target_text_raw(struct slice value, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, value.len + 1);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < value.len; i++) {
		bool crlf = value.ptr[i] == '\r' && i + 1 < value.len && value.ptr[i + 1] == '\n';
		if (!crlf)
			out[n++] = value.ptr[i];
	}
	if (out != NULL && (n == 0 || out[n - 1] != '\n'))
		out[n++] = '\n';
	return slice_of(out, n);
}

/* Into out, which has room for value.len bytes: a fold is one space. */
static size_t
unfold(struct slice value, uint8_t *out)
{
	size_t n = 0, i = 0;
	while (i < value.len && chars_is_white(value.ptr[i]))
		i++;
	while (i < value.len) {
		uint8_t c = value.ptr[i++];
		if (c == '\r' && i < value.len && value.ptr[i] == '\n')
			continue;
		if (c != '\n') {
			out[n++] = c;
			continue;
		}
		out[n++] = ' ';
		while (i < value.len && chars_is(value.ptr[i], CHAR_SPACE))
			i++;
	}
	while (n > 0 && chars_is_white(out[n - 1]))
		n--;
	return n;
}

static bool
may_be_encoded(struct slice name)
{
	for (size_t i = 0; i < sizeof never_encoded / sizeof *never_encoded; i++)
		if (slice_ieq(name, slice_str(never_encoded[i])))
			return false;
	return !slice_istarts(name, SLICE("List-"));
}

/* UTF-8 in any case, encoded words decoded if there may be any. */
static struct slice
decoded(struct slice text, bool words, struct charsets *charsets, struct arena *arena)
{
	unsigned faults = 0;
	if (words)
		return encoded_words(text, charsets, arena, &faults);
	return charset_text(charsets, SLICE("windows-1252"), text, arena, &faults);
}

/* prefix, decoded value, line end */
static struct slice
field_value(const struct header_field *field, struct slice prefix, struct charsets *charsets,
	struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, prefix.len + field->value.len + 1);
	if (out == NULL)
		return SLICE_EMPTY;
	if (prefix.len > 0)
		memcpy(out, prefix.ptr, prefix.len);
	struct slice plain = slice_of(out + prefix.len, unfold(field->value, out + prefix.len));
	struct slice text = decoded(plain, may_be_encoded(field->name), charsets, arena);
	if (text.ptr != plain.ptr || text.len != plain.len) {
		uint8_t *longer = arena_alloc(arena, prefix.len + text.len + 1);
		if (longer == NULL)
			return SLICE_EMPTY;
		if (prefix.len > 0)
			memcpy(longer, prefix.ptr, prefix.len);
		if (text.len > 0)
			memcpy(longer + prefix.len, text.ptr, text.len);
		out = longer;
	}
	out[prefix.len + text.len] = '\n';
	return slice_of(out, prefix.len + text.len + 1);
}

struct slice
target_text_decoded(
	const struct header_field *field, struct charsets *charsets, struct arena *arena)
{
	return field_value(field, SLICE_EMPTY, charsets, arena);
}

struct slice
target_text_field(const struct header_field *field, struct charsets *charsets, struct arena *arena)
{
	uint8_t *prefix = arena_alloc(arena, field->name.len + 2);
	if (prefix == NULL)
		return SLICE_EMPTY;
	memcpy(prefix, field->name.ptr, field->name.len);
	memcpy(prefix + field->name.len, ": ", 2);
	return field_value(field, slice_of(prefix, field->name.len + 2), charsets, arena);
}

struct slice
target_text_name(struct slice name, struct charsets *charsets, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, name.len + 1);
	if (out == NULL)
		return SLICE_EMPTY;
	struct slice text = decoded(slice_of(out, unfold(name, out)), true, charsets, arena);
	if (text.ptr != out)
		out = arena_alloc(arena, text.len + 1);
	if (out == NULL || slice_trim(text).len == 0)
		return text;
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		if (!chars_is_white(text.ptr[i]))
			out[n++] = text.ptr[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	while (n > 0 && out[n - 1] == ' ')
		n--;
	struct slice result = slice_of(out, n);
	if (n >= 2 && out[0] == '\'' && out[n - 1] == '\'')
		return slice_take(slice_skip(result, 1), n - 2);
	return result;
}

static size_t
host_length(struct slice s)
{
	size_t n = 0;
	while (n < s.len && (chars_is(s.ptr[n], CHAR_ALPHA | CHAR_DIGIT) || s.ptr[n] == '-' ||
				    s.ptr[n] == '.' || s.ptr[n] == '_'))
		n++;
	while (n > 0 && s.ptr[n - 1] == '.')
		n--;
	return n;
}

static bool
host_plausible(struct slice s)
{
	return domain_valid(s) && !chars_is(s.ptr[s.len - 1], CHAR_DIGIT);
}

struct slice
target_text_host(struct slice value, bool address)
{
	size_t at = value.len;
	while (at > 0 && value.ptr[at - 1] != '@')
		at--;
	struct slice host = slice_skip(value, at);
	if (address) {
		size_t n = 0;
		while (n < host.len && !chars_is_white(host.ptr[n]))
			n++;
		return at == 0 ? SLICE_EMPTY : slice_take(host, n);
	}
	host = slice_take(host, host_length(host));
	if (at > 0 && host_plausible(host))
		return host;
	for (size_t i = 0; i < value.len; i++) {
		struct slice word = slice_skip(value, i);
		word = slice_take(word, host_length(word));
		if (host_plausible(word))
			return word;
		i += word.len;
	}
	return SLICE_EMPTY;
}

static bool
in_registry(const void *settings, enum domain_list list, struct slice name)
{
	static const char *const names[] = { "util_rb_tld", "util_rb_2tld", "util_rb_3tld" };
	return settings_has(settings, names[list], SLICE_EMPTY, name);
}

struct slice
target_text_domain(const struct rule_input *in, struct slice host)
{
	const struct domain_lists lists = { in_registry, in->settings };
	struct slice ignored;
	bool named = in->settings != NULL &&
		     settings_word(in->settings, "util_rb_2tld", SLICE_EMPTY, 0, &ignored);
	while (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	host = domain_ascii(host, in->arena);
	return domain_registered(host, named ? &lists : NULL);
}

/* Parts of an address, last first, as a list's zone wants them (RFC 5782 2.1, 2.4). */
static struct slice
reverse(struct addr a, struct arena *arena)
{
	if (a.family == ADDR_V4)
		return slice_str(arena_printf(
			arena, "%u.%u.%u.%u", a.bytes[3], a.bytes[2], a.bytes[1], a.bytes[0]));
	char out[64];
	size_t n = 0;
	for (size_t i = 16; i-- > 0;) {
		out[n++] = "0123456789abcdef"[a.bytes[i] & 15];
		out[n++] = '.';
		out[n++] = "0123456789abcdef"[a.bytes[i] >> 4];
		out[n++] = '.';
	}
	return arena_copy(arena, slice_of(out, n - 1));
}

struct slice
target_text_ip(struct slice value, bool reversed, struct arena *arena)
{
	struct addr addr;
	struct slice found = address_in(value);
	if (reversed && addr_parse(found, &addr) == 0)
		return reverse(addr, arena);
	return found;
}

/* Do all fields of that name stand above all Received fields? */
static bool
above_received(const struct message *m, struct slice name)
{
	bool received = false;
	for (size_t i = 0; i < m->fields_count; i++) {
		if (received && slice_ieq(m->fields[i].name, name))
			return false;
		received = received || slice_ieq(m->fields[i].name, SLICE("Received"));
	}
	return true;
}

static bool
is_envelope_address(const char *text)
{
	struct slice s = slice_str(text);
	size_t at = slice_index(s, '@');
	return s.len == 0 || (at > 0 && at < s.len);
}

/* fetchmail makes up an envelope's sender from X-Sender. */
static bool
fetchmail_made_it(const struct rule_input *in)
{
	bool present;
	struct slice sender = target_get(in, "X-Sender:first:addr", &present);
	if (slice_index(sender, '@') == sender.len)
		return false;
	struct slice received = target_get(in, "Received", &present);
	return slice_find(received, SLICE("(fetchmail")) < received.len;
}

static bool
delivered_from(const struct rule_input *in, struct slice *out)
{
	static const struct {
		const char *target, *name;
		bool ends; /* below Received fields it says that nobody knows */
	} fields[] = {
		{ "X-Envelope-From:first:addr", "X-Envelope-From", true },
		{ "Envelope-Sender:first:addr", "Envelope-Sender", false },
		{ "Return-Path:first:addr", "Return-Path", false },
	};
	const struct relays *r = input_relays(in);
	const struct relay *last = r->trusted_count < r->relays_count ? &r->relays[r->trusted_count]
				   : r->relays_count > 0 ? &r->relays[r->relays_count - 1]
							 : NULL;
	if (last != NULL && last->has_envfrom && is_envelope_address(last->envfrom)) {
		*out = slice_str(last->envfrom);
		return true;
	}
	if (fetchmail_made_it(in))
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		bool present;
		*out = target_get(in, fields[i].target, &present);
		if (present && above_received(in->delivered, slice_str(fields[i].name)))
			return true;
		if (present && fields[i].ends)
			return false;
	}
	return false;
}

bool
target_envelope_from(const struct rule_input *in, bool delivered, struct slice *out)
{
	if (delivered && in->delivered != NULL)
		return delivered_from(in, out);
	*out = slice_str(in->mail->mail_from);
	return true;
}
