#include "talk/run.h"

#include <string.h>

#define SHOWN 8		  /* recipients of a mail */
#define CONTENT_SHOWN 100 /* bytes */

static void
print_recipients(struct buf *out, const struct mail_record *r)
{
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
}

static void
print_content(struct buf *out, struct slice content)
{
	if (content.len == 0 || content.len > CONTENT_SHOWN)
		return;
	buf_str(out, "  content ");
	for (size_t i = 0; i < content.len; i++) {
		uint8_t c = content.ptr[i];
		if (c >= ' ' && c < 127 && c != '\\')
			buf_byte(out, c);
		else
			buf_printf(out, c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\x%02x", c);
	}
	buf_byte(out, '\n');
}

void
print_mail(struct buf *out, const struct run_mail *m)
{
	const struct mail_record *r = &m->record;
	buf_printf(out, "mail %d from=<%s> %s %d %s %s", (int)r->number, r->mail_from,
		outcome_word(r->outcome), (int)r->code, r->enhanced[0] != '\0' ? r->enhanced : "-",
		reply_class_word(r->class));
	if (r->list[0] != '\0')
		buf_printf(out, " list=\"%s\"", r->list);
	if (r->queue_id[0] != '\0')
		buf_printf(out, " queue=%s", r->queue_id);
	if (r->transfer != TRANSFER_NONE)
		buf_printf(out, " %s bytes=%lld sha256=%.8s", transfer_word(r->transfer),
			(long long)r->bytes, m->digest);
	if (r->gap > 0)
		buf_printf(out, " gap=%lld", (long long)r->gap);
	if (r->cut)
		buf_printf(out, " cut kept=%zu", m->content.len);
	for (size_t i = 0; i < r->params_count; i++)
		buf_printf(out, " %s=%s", r->params[i].name, r->params[i].value);
	buf_byte(out, '\n');
	print_recipients(out, r);
	print_content(out, m->content);
}

static void
print_tls(struct buf *out, const struct session_record *r)
{
	if (r->tls.starttls[0] != '\0' && strcmp(r->tls.starttls, "offered") != 0)
		buf_printf(out, "starttls %s\n", r->tls.starttls);
	if (r->tls.offered || r->tls.used)
		buf_printf(out, "tls%s%s%s version=\"%s\" sni=\"%s\" ja4=\"%s\" subject=\"%s\"\n",
			r->tls.offered ? " offered" : "", r->tls.used ? " used" : "",
			r->tls.implicit ? " implicit" : "", r->tls.version, r->tls.sni, r->tls.ja4,
			r->tls.subject);
}

static void
print_replies(struct buf *out, const struct session_record *r)
{
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
}

static void
print_names(struct buf *out, const struct session_record *r)
{
	buf_printf(out, "dialect %s\n", r->dialect);
	if (r->client_software[0] != '\0' || r->server_software[0] != '\0')
		buf_printf(out, "software client=\"%s\" server=\"%s\"\n", r->client_software,
			r->server_software);
}

void
print_session(struct buf *out, const struct session_record *r, bool is_smtp)
{
	buf_printf(out, "session %s%s helo=\"%s %s\" banner=\"%s\"%s\n",
		visibility_word(r->visibility), is_smtp ? "" : " not-smtp", r->helo_verb,
		r->helo_name, r->banner, r->cut ? " cut" : "");
	if (r->proxy.protocol[0] != '\0') {
		char client[ADDR_TEXT_MAX];
		addr_format(r->proxy.client.addr, client);
		buf_printf(out, "proxy %s target=\"%s\" client=%s:%u\n", r->proxy.protocol,
			r->proxy.target, client, (unsigned)r->proxy.client.port);
	}
	if (r->protocol[0] != '\0' && strcmp(r->protocol, "smtp") != 0)
		buf_printf(out, "protocol %s\n", r->protocol);
	print_tls(out, r);
	if (r->auth.result[0] != '\0')
		buf_printf(out, "auth %s %s failures=%d%s%s\n", r->auth.mechanism, r->auth.result,
			(int)r->auth.failures, r->auth.user[0] != '\0' ? " user=" : "",
			r->auth.user);
	for (size_t i = 0; i < r->extensions_count; i++)
		buf_printf(out, "%s%s%s", i == 0 ? "extensions " : ", ", r->extensions[i],
			i + 1 == r->extensions_count ? "\n" : "");
	print_replies(out, r);
	for (size_t i = 0; i < r->anomalies_count; i++)
		buf_printf(
			out, "anomaly %s %d\n", r->anomalies[i].name, (int)r->anomalies[i].times);
	print_names(out, r);
}
