#include "talk/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"

#define BYTES_MAX (8 * 1024 * 1024)
#define LINE_MAX_ 4096
#define BETWEEN PTIME_MS /* from one event to the next */

/* What is being read. */
struct reader {
	struct talk *talk;
	int64_t now, key_ns;
	bool open; /* the last event takes more bytes of its side */
};

/* ---- bytes ---- */

static void
add_text(struct buf *b, const char *text)
{
	while (*text != '\0') {
		unsigned value;
		size_t times;
		char word[256];
		int used = 0;
		if (text[0] != '\\') {
			buf_byte(b, (uint8_t)*text++);
		} else if (sscanf(text, "\\x%2x%n", &value, &used) == 1 && used == 4) {
			buf_byte(b, (uint8_t)value);
			text += 4;
		} else if (sscanf(text, "\\p(%255[^*]*%zu)%n", word, &times, &used) == 2 &&
			   used > 0) {
			struct buf one;
			buf_init(&one, sizeof(word));
			add_text(&one, word);
			while (times-- > 0)
				buf_add(b, buf_slice(&one));
			buf_release(&one);
			text += used;
		} else {
			static const char from[] = "rnt\\", to[] = "\r\n\t\\";
			const char *at = text[1] != '\0' ? strchr(from, text[1]) : NULL;
			buf_byte(b, (uint8_t)(at != NULL ? to[at - from] : '\\'));
			text += at != NULL ? 2 : 1;
		}
	}
}

/* ---- events ---- */

static struct talk_event *
add_event(struct talk *t, enum talk_kind kind, enum smtp_side side, int64_t time)
{
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 64 : 2 * t->cap;
		t->events = must_realloc(t->events, t->cap * sizeof(*t->events));
	}
	struct talk_event *e = &t->events[t->count++];
	*e = (struct talk_event){ .kind = kind, .side = side, .time = time, .at = t->bytes.len };
	return e;
}

/* What was said is whole; time goes on to its last byte. */
static void
end_event(struct reader *r)
{
	if (!r->open)
		return;
	const struct talk_event *e = &r->talk->events[r->talk->count - 1];
	r->now = e->time + (int64_t)e->len * e->key_ns;
	r->open = false;
}

static void
say(struct reader *r, const char *line)
{
	struct talk *t = r->talk;
	enum smtp_side side = line[0] == 'C' ? SMTP_CLIENT : SMTP_SERVER;
	if (!r->open || t->events[t->count - 1].side != side) {
		end_event(r);
		struct talk_event *e = add_event(t, TALK_SAID, side, r->now + BETWEEN);
		e->key_ns = side == SMTP_CLIENT ? r->key_ns : 0;
		r->open = true;
	}
	struct talk_event *e = &t->events[t->count - 1];
	add_text(&t->bytes, line[2] == ' ' ? line + 3 : line + 2);
	if (line[1] == ':')
		buf_str(&t->bytes, "\r\n");
	e->len = t->bytes.len - e->at;
}

/* ---- orders ---- */

static int
order_gap(struct reader *r, const char *text)
{
	long long bytes;
	enum smtp_side side = SMTP_CLIENT;
	if (strncmp(text, "server ", 7) == 0) {
		side = SMTP_SERVER;
		text += 7;
	}
	if (sscanf(text, "%lld", &bytes) != 1 || bytes <= 0)
		return -1;
	r->now += BETWEEN;
	add_event(r->talk, TALK_LOST, side, r->now)->len = (size_t)bytes;
	return 0;
}

static int
order_seconds(const char *text, int64_t *ns)
{
	double seconds;
	if (sscanf(text, "%lf", &seconds) != 1)
		return -1;
	*ns = (int64_t)(seconds * (double)PTIME_SECOND);
	return 0;
}

static int
order_pause(struct reader *r, const char *text)
{
	int64_t ns;
	if (order_seconds(text, &ns) < 0)
		return -1;
	r->now += ns;
	return 0;
}

static int
order_type(struct reader *r, const char *text)
{
	return order_seconds(text, &r->key_ns);
}

static int
order_close(struct reader *r, const char *text)
{
	for (int why = CLOSE_EOF; why <= CLOSE_TIMEOUT; why++)
		if (strcmp(text, close_reason_word((enum close_reason)why)) == 0) {
			r->talk->close = (enum close_reason)why;
			return 0;
		}
	return -1;
}

static const struct order {
	const char *word;
	int (*act)(struct reader *r, const char *rest); /* or */
	size_t flag;					/* of struct talk */
} orders[] = {
	{ "gap", order_gap, 0 },
	{ "pause", order_pause, 0 },
	{ "type", order_type, 0 },
	{ "close", order_close, 0 },
	{ "midstream", NULL, offsetof(struct talk, midstream) },
	{ "implicit-tls", NULL, offsetof(struct talk, implicit_tls) },
	{ "privacy", NULL, offsetof(struct talk, privacy) },
	{ "auth-user", NULL, offsetof(struct talk, auth_user) },
};

static int
obey(struct reader *r, const char *text)
{
	size_t len = strcspn(text, " ");
	const char *rest = text[len] == ' ' ? text + len + 1 : text + len;
	end_event(r);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		const struct order *o = &orders[i];
		if (strlen(o->word) != len || memcmp(o->word, text, len) != 0)
			continue;
		if (o->act != NULL)
			return o->act(r, rest);
		*(bool *)((char *)r->talk + o->flag) = true;
		return *rest == '\0' ? 0 : -1;
	}
	return -1;
}

/* ---- the file ---- */

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	struct buf b;
	char chunk[4096];
	size_t n;
	buf_init(&b, BYTES_MAX);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, slice_of(chunk, n));
	fclose(f);
	char *text = must_alloc(b.len + 1);
	memcpy(text, buf_cstr(&b), b.len + 1);
	buf_release(&b);
	return text;
}

static void
name_of(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	size_t len = strlen(base);
	if (len > 5 && strcmp(base + len - 5, ".talk") == 0)
		len -= 5;
	snprintf(name, size, "%.*s", (int)len, base);
}

static int
read_line(struct reader *r, const char *line)
{
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if ((line[0] == 'C' || line[0] == 'S') && (line[1] == ':' || line[1] == '=')) {
		say(r, line);
		return 0;
	}
	return strncmp(line, "! ", 2) == 0 ? obey(r, line + 2) : -1;
}

int
talk_read(const char *path, struct talk *out, struct err *err)
{
	struct reader r = { .talk = out, .now = 1213240000 * PTIME_SECOND };
	*out = (struct talk){ .close = CLOSE_FIN };
	name_of(path, out->name, sizeof(out->name));
	buf_init(&out->bytes, BYTES_MAX);
	out->text = read_file(path);
	if (out->text == NULL) {
		err_set(err, "%s: cannot be read", path);
		return -1;
	}
	const char *want = strstr(out->text, "\n--\n");
	out->want = want != NULL ? want + 4 : "";
	struct slice rest = slice_str(out->text);
	for (int number = 1; rest.len > 0; number++) {
		char text[LINE_MAX_];
		struct slice line = slice_split(&rest, '\n');
		snprintf(text, sizeof(text), "%.*s", (int)line.len, (const char *)line.ptr);
		if (strcmp(text, "--") == 0)
			break;
		if (line.len >= sizeof(text) || read_line(&r, text) < 0) {
			err_set(err, "%s:%d: not understood", path, number);
			return -1;
		}
	}
	end_event(&r);
	out->end = r.now + BETWEEN;
	return 0;
}

void
talk_free(struct talk *t)
{
	free(t->text);
	free(t->events);
	buf_release(&t->bytes);
	*t = (struct talk){ .text = NULL };
}

struct slice
talk_bytes(const struct talk *t, const struct talk_event *e)
{
	return slice_take(slice_skip(buf_slice(&t->bytes), e->at), e->len);
}

struct smtp_config
talk_config(const struct talk *t)
{
	return (struct smtp_config){
		.privacy_off = !t->privacy,
		.hash_key = SLICE("a key for tests"),
		.implicit_tls = t->implicit_tls,
		.auth_user = t->auth_user,
	};
}

struct endpoint
talk_server(const struct talk *t)
{
	return (struct endpoint){ addr_v4_number(0xc0000219u), t->implicit_tls ? 465 : 25 };
}

bool
talk_speaks(const struct talk *t, enum smtp_side side)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->events[i].kind == TALK_SAID && t->events[i].side == side)
			return true;
	return false;
}

int
talk_renew(const char *path, const struct talk *t, const char *got)
{
	const char *end = strstr(t->text, "\n--\n");
	FILE *f = fopen(path, "w");
	if (f == NULL)
		return -1;
	fprintf(f, "%.*s\n--\n%s", end != NULL ? (int)(end - t->text) : (int)strlen(t->text),
		t->text, got);
	return fclose(f);
}
