/* Runs dialogues: tests/talk/NAME.talk says what both sides send, then what must come of it.
 *
 *   run_talk FILE.talk...            each whole, byte by byte, and in chunks of 2, 3, 5 and 11
 * bytes run_talk --renew FILE.talk...    writes what comes of it into the files (read the
 * difference before you believe it)
 *
 * C: text        the client sends a line (CRLF is added); S: the same for the server
 * C= text        the same without CRLF; \r \n \t \\ \xNN work in all of them, and \p(TEXT*N) is
 * TEXT N times ! gap N        N bytes of the client were never seen; ! gap server N of the server
 * ! pause S      S seconds go by;   ! type S: from here on the client's bytes come one by one, S
 * seconds apart ! implicit-tls | midstream | privacy | auth-user | close fin|reset|timeout|eof
 * --             the end of the dialogue; then the expected lines
 * Lines of one side without the other's between them are one segment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/ptime.h"
#include "sensor/base/digest.h"
#include "sensor/smtp/session.h"

#define SHOWN 8 /* recipients of a mail */
#define BYTES_MAX (8 * 1024 * 1024)

struct talk {
	const struct smtp_config *config;
	struct smtp_session *session;
	struct counters counters;
	struct buf segment; /* of `side`, not yet delivered */
	enum smtp_side side;
	int64_t now, key_ns;
	size_t chunk; /* 0 = whole */
	enum close_reason close;
	struct buf *out;
};

/* The digest that the analyst would make. */
static const char *
digest_of(const struct smtp_config *config, const struct smtp_mail *m,
	char hex[2 * DIGEST_SHA256 + 1])
{
	uint8_t digest[DIGEST_SHA256];
	const struct mail_record *r = m->record;

	if (r->sha256[0] != '\0' || r->gap > 0 || m->content.len == 0 ||
		(int64_t)m->content.len != r->bytes)
		return r->sha256[0] != '\0' ? r->sha256 : "-";
	digest_sha256(m->content, digest);
	digest_hex_keyed(digest, !config->privacy_off, config->hash_key, hex);
	return hex;
}

static void
print_mail(const struct smtp_config *config, struct buf *out, const struct smtp_mail *m)
{
	const struct mail_record *r = m->record;
	char hex[2 * DIGEST_SHA256 + 1];
	buf_printf(out, "mail %d from=<%s> %s %d %s %s", (int)r->number, r->mail_from,
		outcome_word(r->outcome), (int)r->code, r->enhanced[0] != '\0' ? r->enhanced : "-",
		reply_class_word(r->class));
	if (r->list[0] != '\0')
		buf_printf(out, " list=\"%s\"", r->list);
	if (r->queue_id[0] != '\0')
		buf_printf(out, " queue=%s", r->queue_id);
	if (r->transfer != TRANSFER_NONE)
		buf_printf(out, " %s bytes=%lld sha256=%.8s", transfer_word(r->transfer),
			(long long)r->bytes, digest_of(config, m, hex));
	if (r->gap > 0)
		buf_printf(out, " gap=%lld", (long long)r->gap);
	if (r->cut)
		buf_printf(out, " cut kept=%zu", m->content.len);
	for (size_t i = 0; i < r->params_count; i++)
		buf_printf(out, " %s=%s", r->params[i].name, r->params[i].value);
	buf_byte(out, '\n');
	for (size_t i = 0; i < r->rcpts_count && i < SHOWN; i++) {
		const struct recipient *p = &r->rcpts[i];
		buf_printf(out, "  rcpt <%s> %s %d %s %s%s%s", p->address,
			disposition_word(p->disposition), (int)p->code,
			p->enhanced[0] != '\0' ? p->enhanced : "-", reply_class_word(p->class),
			p->list[0] != '\0' ? " " : "", p->list);
		for (size_t k = 0; k < p->params_count; k++)
			buf_printf(out, " %s=%s", p->params[k].name, p->params[k].value);
		buf_byte(out, '\n');
	}
	if (r->rcpts_count > SHOWN)
		buf_printf(out, "  %zu rcpts, %lld cut\n", r->rcpts_count, (long long)r->rcpts_cut);
	if (m->content.len > 0 && m->content.len <= 100) {
		buf_str(out, "  content ");
		for (size_t i = 0; i < m->content.len; i++) {
			uint8_t c = m->content.ptr[i];
			if (c >= ' ' && c < 127 && c != '\\')
				buf_byte(out, c);
			else
				buf_printf(out,
					c == '\r'   ? "\\r"
					: c == '\n' ? "\\n"
						    : "\\x%02x",
					c);
		}
		buf_byte(out, '\n');
	}
}

static void
print_session(struct buf *out, struct smtp_session *s)
{
	const struct session_record *r = smtp_session_record(s);
	buf_printf(out, "session %s%s helo=\"%s %s\" banner=\"%s\"%s\n",
		visibility_word(r->visibility), smtp_session_is_smtp(s) ? "" : " not-smtp",
		r->helo_verb, r->helo_name, r->banner, r->cut ? " cut" : "");
	if (r->proxy.protocol[0] != '\0') {
		char client[ADDR_TEXT_MAX];
		addr_format(r->proxy.client.addr, client);
		buf_printf(out, "proxy %s target=\"%s\" client=%s:%u\n", r->proxy.protocol,
			r->proxy.target, client, (unsigned)r->proxy.client.port);
	}
	if (r->protocol[0] != '\0' && strcmp(r->protocol, "smtp") != 0)
		buf_printf(out, "protocol %s\n", r->protocol);
	if (r->tls.starttls[0] != '\0' && strcmp(r->tls.starttls, "offered") != 0)
		buf_printf(out, "starttls %s\n", r->tls.starttls);
	if (r->tls.offered || r->tls.used)
		buf_printf(out, "tls%s%s%s version=\"%s\" sni=\"%s\" ja4=\"%s\" subject=\"%s\"\n",
			r->tls.offered ? " offered" : "", r->tls.used ? " used" : "",
			r->tls.implicit ? " implicit" : "", r->tls.version, r->tls.sni, r->tls.ja4,
			r->tls.subject);
	if (r->auth.result[0] != '\0')
		buf_printf(out, "auth %s %s failures=%d%s%s\n", r->auth.mechanism, r->auth.result,
			(int)r->auth.failures, r->auth.user[0] != '\0' ? " user=" : "",
			r->auth.user);
	for (size_t i = 0; i < r->extensions_count; i++)
		buf_printf(out, "%s%s%s", i == 0 ? "extensions " : ", ", r->extensions[i],
			i + 1 == r->extensions_count ? "\n" : "");
	for (size_t i = 0; i < r->replies_count && i < 3 * SHOWN; i++) {
		const struct reply *p = &r->replies[i];
		char address[ADDR_TEXT_MAX];
		addr_format(p->quoted, address);
		buf_printf(out, "reply %s %d %s %s%s%s%s%s%s%s%s\n", p->to[0] != '\0' ? p->to : "-",
			(int)p->code, p->enhanced[0] != '\0' ? p->enhanced : "-",
			reply_class_word(p->class), p->list[0] != '\0' ? " list=\"" : "", p->list,
			p->list[0] != '\0' ? "\"" : "", address[0] != '\0' ? " of " : "", address,
			p->text[0] != '\0' ? " | " : "", p->text);
	}
	for (size_t i = 0; i < r->anomalies_count; i++)
		buf_printf(
			out, "anomaly %s %d\n", r->anomalies[i].name, (int)r->anomalies[i].times);
	buf_printf(out, "dialect %s\n", r->dialect);
	if (r->client_software[0] != '\0' || r->server_software[0] != '\0')
		buf_printf(out, "software client=\"%s\" server=\"%s\"\n", r->client_software,
			r->server_software);
}

static void
deliver(struct talk *t, struct slice bytes)
{
	struct smtp_mail mail;
	while (bytes.len > 0) {
		struct slice piece = t->chunk == 0 ? bytes : slice_take(bytes, t->chunk);
		bytes = slice_skip(bytes, piece.len);
		/* A copy of exactly that length, so that the sanitizer sees every byte read behind
		 * it. */
		uint8_t *copy = must_alloc(piece.len);
		memcpy(copy, piece.ptr, piece.len);
		struct slice in = slice_of(copy, piece.len);
		if (t->key_ns > 0)
			t->now += t->key_ns;
		while (smtp_session_data(t->session, t->side, &in, t->now, &mail) == 1)
			print_mail(t->config, t->out, &mail);
		free(copy);
	}
}

static void
flush(struct talk *t)
{
	size_t chunk = t->chunk;
	int64_t key_ns = t->key_ns;
	if (t->side == SMTP_CLIENT && t->key_ns > 0)
		t->chunk = 1;
	else
		t->key_ns = 0;
	t->now += PTIME_MS;
	deliver(t, buf_slice(&t->segment));
	buf_clear(&t->segment);
	t->chunk = chunk;
	t->key_ns = key_ns;
}

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

static void
gap(struct talk *t, enum smtp_side side, long long bytes)
{
	struct smtp_mail mail;
	while (smtp_session_gap(t->session, side, bytes, t->now, &mail) == 1) {
		print_mail(t->config, t->out, &mail);
		bytes = 0;
	}
}

static int
order(struct talk *t, const char *text)
{
	long long bytes;
	double seconds;
	char word[16];
	flush(t);
	if (sscanf(text, "gap server %lld", &bytes) == 1)
		gap(t, SMTP_SERVER, bytes);
	else if (sscanf(text, "gap %lld", &bytes) == 1)
		gap(t, SMTP_CLIENT, bytes);
	else if (sscanf(text, "pause %lf", &seconds) == 1)
		t->now += (int64_t)(seconds * (double)PTIME_SECOND);
	else if (sscanf(text, "type %lf", &seconds) == 1)
		t->key_ns = (int64_t)(seconds * (double)PTIME_SECOND);
	else if (sscanf(text, "close %15s", word) == 1)
		t->close = strcmp(word, "reset") == 0	  ? CLOSE_RESET
			   : strcmp(word, "timeout") == 0 ? CLOSE_TIMEOUT
							  : CLOSE_EOF;
	else if (strcmp(text, "midstream") == 0)
		smtp_session_record(t->session)->midstream = true;
	else if (strcmp(text, "implicit-tls") != 0 && strcmp(text, "privacy") != 0 &&
		 strcmp(text, "auth-user") != 0)
		return -1;
	return 0;
}

static int
say(struct talk *t, const char *line)
{
	enum smtp_side side = line[0] == 'C' ? SMTP_CLIENT : SMTP_SERVER;
	if (side != t->side)
		flush(t);
	t->side = side;
	add_text(&t->segment, line[2] == ' ' ? line + 3 : line + 2);
	if (line[1] == ':')
		buf_str(&t->segment, "\r\n");
	return 0;
}

static bool
has_order(const char *script, const char *name)
{
	char text[64];
	snprintf(text, sizeof(text), "! %s\n", name);
	return strstr(script, text) != NULL;
}

/* 0, or the number of a line that makes no sense. */
static int
run_script(const char *script, size_t chunk, struct buf *out)
{
	struct smtp_config config = {
		.privacy_off = !has_order(script, "privacy"),
		.hash_key = SLICE("a key for tests"),
		.implicit_tls = has_order(script, "implicit-tls"),
		.auth_user = has_order(script, "auth-user"),
	};
	struct talk t = { .config = &config,
		.side = SMTP_SERVER,
		.now = 1213240000 * PTIME_SECOND,
		.chunk = chunk,
		.close = CLOSE_FIN,
		.out = out };
	buf_init(&t.segment, BYTES_MAX);
	t.session = smtp_session_new(&config, &t.counters);
	uint8_t server[4] = { 192, 0, 2, 25 };
	smtp_session_record(t.session)->server.addr = addr_v4(server);
	int number = 0, bad = 0;
	struct slice rest = slice_str(script), line;
	while (rest.len > 0 && bad == 0) {
		char text[4096];
		line = slice_split(&rest, '\n');
		number++;
		snprintf(text, sizeof(text), "%.*s", (int)line.len, (const char *)line.ptr);
		if (strcmp(text, "--") == 0)
			break;
		bool speech =
			(text[0] == 'C' || text[0] == 'S') && (text[1] == ':' || text[1] == '=');
		if (text[0] == '\0' || text[0] == '#')
			continue;
		if ((speech && say(&t, text) < 0) ||
			(!speech && (strncmp(text, "! ", 2) != 0 || order(&t, text + 2) < 0)))
			bad = number;
	}
	flush(&t);
	struct smtp_mail mail;
	while (smtp_session_end(t.session, t.close, t.now, &mail) == 1)
		print_mail(&config, out, &mail);
	print_session(out, t.session);
	smtp_session_free(t.session);
	buf_release(&t.segment);
	return bad;
}

static char *
read_file(const char *name)
{
	FILE *f = fopen(name, "r");
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

static int
renew(const char *name, const char *script, const char *got)
{
	const char *end = strstr(script, "\n--\n");
	FILE *f = fopen(name, "w");
	if (f == NULL)
		return -1;
	fprintf(f, "%.*s\n--\n%s", end != NULL ? (int)(end - script) : (int)strlen(script), script,
		got);
	return fclose(f);
}

static int
run_file(const char *name, bool renewing)
{
	static const size_t chunks[] = { 0, 1, 2, 3, 5, 11 };
	char *script = read_file(name);
	if (script == NULL) {
		fprintf(stderr, "%s: cannot be read\n", name);
		return 1;
	}
	const char *want = strstr(script, "\n--\n");
	want = want != NULL ? want + 4 : "";
	int failed = 0;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]) && failed == 0; i++) {
		struct buf out;
		buf_init(&out, BYTES_MAX);
		int bad = run_script(script, chunks[i], &out);
		const char *got = buf_cstr(&out);
		if (bad != 0) {
			fprintf(stderr, "%s:%d: not understood\n", name, bad);
			failed = 1;
		} else if (renewing) {
			failed = renew(name, script, got) != 0;
			buf_release(&out);
			break;
		} else if (strcmp(got, want) != 0) {
			printf("%s, chunks of %zu (0 = whole)\n--- wanted\n%s--- got\n%s", name,
				chunks[i], want, got);
			failed = 1;
		}
		buf_release(&out);
	}
	free(script);
	return failed;
}

int
main(int argc, char **argv)
{
	bool renewing = argc > 1 && strcmp(argv[1], "--renew") == 0;
	int failed = 0, run = 0;
	for (int i = 1 + renewing; i < argc; i++, run++)
		failed += run_file(argv[i], renewing);
	printf("%d of %d dialogues as expected\n", run - failed, run);
	return failed > 0 || run == 0;
}
