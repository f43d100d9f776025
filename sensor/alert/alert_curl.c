/* Webhook and mail, by libcurl.
 *
 * A webhook is asked once, at that address: redirects are not followed, a certificate is verified,
 * and 2xx is the only yes. A relay is spoken to under TLS if it offers STARTTLS.  Its certificate
 * is not verified then: who could change the way to it could as well hide the offer, no password is
 * sent, and relays have certificates of their own making (RFC 7435 4); smtps:// verifies. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "sensor/alert/alert_mail.h"
#include "sensor/alert/alert_text.h"
#include "sensor/base/ptime.h"

enum { MESSAGE_MAX = 64 << 20, ANSWER_KEPT = 120, ANSWER_MAX = 65536 };

struct exchange {
	CURL *curl;
	struct curl_slist *list; /* header fields, or recipients */
	struct buf message;
	struct slice left;	  /* of a mail, to be sent */
	char answer[ANSWER_KEPT]; /* its front */
	size_t answer_len, answer_all;
	char error[CURL_ERROR_SIZE];
};

/* An answer has no end that we need. */
static size_t
take_answer(char *bytes, size_t size, size_t count, void *ctx)
{
	struct exchange *t = ctx;

	t->answer_all += size * count;
	for (size_t i = 0; i < size * count && t->answer_len < sizeof t->answer - 1; i++)
		t->answer[t->answer_len++] = bytes[i] == '\n' || bytes[i] == '\r' ? ' ' : bytes[i];
	return t->answer_all > ANSWER_MAX ? 0 : size * count;
}

static size_t
give_mail(char *out, size_t size, size_t count, void *ctx)
{
	struct exchange *t = ctx;
	struct slice part = slice_take(t->left, size * count);

	if (part.len > 0)
		memcpy(out, part.ptr, part.len);
	t->left = slice_skip(t->left, part.len);
	return part.len;
}

static int
begin(struct exchange *t, const struct alert_target *target, const char *protocols)
{
	long limit_ms = (long)(target->limit / PTIME_MS);

	memset(t, 0, sizeof *t);
	buf_init(&t->message, MESSAGE_MAX);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -1;
	t->curl = curl_easy_init();
	if (t->curl == NULL)
		return -1;
	curl_easy_setopt(t->curl, CURLOPT_URL, target->address);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT_MS, limit_ms < 10000 ? limit_ms : 10000L);
	curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, limit_ms);
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	return 0;
}

static void
end(struct exchange *t)
{
	curl_slist_free_all(t->list);
	curl_easy_cleanup(t->curl);
	curl_global_cleanup();
	buf_release(&t->message);
}

static const char *
words_of(const struct exchange *t, CURLcode rc)
{
	return t->error[0] != '\0' ? t->error : curl_easy_strerror(rc);
}

/* ---- webhook ---- */

static void
judge_http(struct exchange *t, CURLcode rc, struct alert_result *out)
{
	long code = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
	t->answer[t->answer_len] = '\0';
	/* The status says it all, even where the rest of the answer did not come. */
	if (code >= 200 && code < 300)
		alert_result_set(out, ALERT_DELIVERED, "%s", "");
	else if (code >= 400 && code < 500 && code != 408 && code != 429)
		alert_result_set(out, ALERT_REFUSED, "HTTP status %ld%s%s", code,
			t->answer_len > 0 ? ": " : "", t->answer);
	else if (code >= 300 && code < 400)
		alert_result_set(out, ALERT_FAILED,
			"HTTP status %ld: redirects are not followed, name the last address", code);
	else if (code != 0)
		alert_result_set(out, ALERT_FAILED, "HTTP status %ld%s%s", code,
			t->answer_len > 0 ? ": " : "", t->answer);
	else
		alert_result_set(out, ALERT_FAILED, "%s", words_of(t, rc));
}

void
alert_webhook(const struct alert_target *target, const struct alert *a, struct alert_result *out)
{
	struct exchange t;
	char key[ALERT_ID_MAX + 32];

	alert_result_set(out, ALERT_FAILED, "libcurl does not start");
	if (begin(&t, target, "http,https") == 0) {
		snprintf(key, sizeof key, "Idempotency-Key: %s", a->id);
		t.list = curl_slist_append(t.list, "Content-Type: application/json");
		t.list = curl_slist_append(t.list, "Expect:");
		t.list = curl_slist_append(t.list, key);
		alert_json(a, &t.message);
		curl_easy_setopt(t.curl, CURLOPT_HTTPHEADER, t.list);
		curl_easy_setopt(t.curl, CURLOPT_USERAGENT, "heloscope");
		curl_easy_setopt(t.curl, CURLOPT_FOLLOWLOCATION, 0L);
		curl_easy_setopt(t.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t.message.len);
		curl_easy_setopt(t.curl, CURLOPT_POSTFIELDS, buf_cstr(&t.message));
		CURLcode rc = curl_easy_perform(t.curl);
		judge_http(&t, rc, out);
	}
	end(&t);
}

/* ---- mail ---- */

static void
judge_smtp(struct exchange *t, CURLcode rc, struct alert_result *out)
{
	long code = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
	if (rc == CURLE_OK)
		alert_result_set(out, ALERT_DELIVERED, "%s", "");
	else if (code >= 500 && code < 600)
		alert_result_set(out, ALERT_REFUSED, "%s (SMTP reply %ld)", words_of(t, rc), code);
	else if (code >= 400)
		alert_result_set(out, ALERT_FAILED, "%s (SMTP reply %ld)", words_of(t, rc), code);
	else
		alert_result_set(out, ALERT_FAILED, "%s", words_of(t, rc));
}

static struct curl_slist *
recipients(const char *to)
{
	struct slice rest = slice_str(to), address;
	struct curl_slist *list = NULL;
	char text[400];

	while (alert_mail_address(&rest, &address)) {
		snprintf(text, sizeof text, "<%.*s>", (int)address.len, (const char *)address.ptr);
		list = curl_slist_append(list, text);
	}
	return list;
}

void
alert_mail(const struct alert_target *target, const struct alert *a, struct alert_result *out)
{
	bool implicit = strncmp(target->address, "smtps:", 6) == 0;
	struct exchange t;
	char from[400];

	alert_result_set(out, ALERT_FAILED, "libcurl does not start");
	if (begin(&t, target, "smtp,smtps") == 0) {
		snprintf(from, sizeof from, "<%s>", target->from);
		alert_mail_write(target, a, &t.message);
		t.left = buf_slice(&t.message);
		t.list = recipients(target->to);
		curl_easy_setopt(t.curl, CURLOPT_MAIL_FROM, from);
		curl_easy_setopt(t.curl, CURLOPT_MAIL_RCPT, t.list);
		curl_easy_setopt(t.curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(t.curl, CURLOPT_SSL_VERIFYPEER, implicit ? 1L : 0L);
		curl_easy_setopt(t.curl, CURLOPT_SSL_VERIFYHOST, implicit ? 2L : 0L);
		curl_easy_setopt(t.curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(t.curl, CURLOPT_READFUNCTION, give_mail);
		curl_easy_setopt(t.curl, CURLOPT_READDATA, &t);
		CURLcode rc = curl_easy_perform(t.curl);
		judge_smtp(&t, rc, out);
	}
	end(&t);
}
