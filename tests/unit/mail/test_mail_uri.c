/* Addresses: where text has them, what they can be taken for, whose they are. */
#include "sensor/mail/text_links.h"
#include "sensor/mail/uri.h"
#include "sensor/mail/urls.h"
#include "unit/mail/mail_test.h"

struct row {
	const char *text, *found; /* with a blank behind each */
};

static const struct row scans[] = {
	{ "see http://a.example/x?y=1, (HTTPS://B.example/) <www.c.example>.",
		"http://a.example/x?y=1 HTTPS://B.example/ www.c.example " },
	{ "xhttp://no http:// www.", "" },
	{ "write to a@example.com, or mailto:b@example.com?subject=x",
		"a@example.com mailto:b@example.com?subject=x " },
	{ "example.com/path example.com. (example.com) example.notld",
		"example.com/path example.com " },
	{ "example.com:8080/x example.com:x example.com/", "example.com:8080/x " },
	{ "end of one.Nextword here", "" },
	{ "a.b@c", "a.b@c " },
	{ "(http://a.example/b(c)d)", "http://a.example/b(c)d " },
	{ "http://a.example/b)c", "http://a.example/b " },
	{ "\"http://a.example/\"'www2.b.example'", "http://a.example/ www2.b.example " },
	{ "ftp.a.example/x, ftp://b.example/y!", "ftp.a.example/x ftp://b.example/y " },
	{ "\x1b(Bwww.a.example", "www.a.example " },
	{ "", "" },
	{ "@", "" },
};

static void
scan(void *ctx, struct slice text, struct arena *arena)
{
	const char **out = ctx;
	struct uri_found found;
	*out = "";
	for (size_t at = 0; uri_next(text, NULL, &at, &found);)
		*out = arena_printf(arena, "%s%.*s ", *out, (int)found.raw.len,
			found.raw.len > 0 ? (const char *)found.raw.ptr : "");
}

static void
test_scan(void **state)
{
	(void)state;
	struct arena arena;
	const char *got;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof scans / sizeof *scans; i++) {
		on_every_beginning(slice_str(scans[i].text), scan, &got);
		scan(&got, slice_str(scans[i].text), &arena);
		if (strcmp(got, scans[i].found) != 0)
			fail_msg("%s: %s", scans[i].text, got);
	}
	arena_release(&arena);
}

/* Forms besides the address itself, and the host that the first of them has. */
static const struct {
	const char *uri, *forms, *host;
} forms[] = {
	{ "http://www.example.com/", "", "www.example.com" },
	{ "http://%77ww.example%2Ecom/", "http://www.example.com/ ", "www.example.com" },
	{ "http:www.example.com", "http://www.example.com ", "www.example.com" },
	{ "http:\\\\www.example.com\\x", "http://www.example.com/x ", "www.example.com" },
	{ "www.example.com/x", "http://www.example.com/x ", "www.example.com" },
	{ "//www.example.com/x", "http:////www.example.com/x ", "" },
	{ "http://www.example.com?x", "http://www.example.com/?x ", "www.example.com" },
	{ "http://www.example.com:80/x", "http://www.example.com/x ", "www.example.com" },
	{ "https://www.example.com:443/x", "https://www.example.com/x ", "www.example.com" },
	{ "http://good.example.org@www.example.com/", "", "www.example.com" },
	{ "http://www.example.com./", "http://www.example.com/ ", "www.example.com" },
	{ "http://0x7f000001/", "http://127.0.0.1/ ", "127.0.0.1" },
	{ "http://2130706433/", "http://127.0.0.1/ ", "127.0.0.1" },
	{ "http://0177.0.0x0.1/x", "http://127.0.0.1/x ", "127.0.0.1" },
	{ "http://127.0.0.1/", "", "127.0.0.1" },
	{ "http://intranet/", "http://www.intranet.com/ ", "www.intranet.com" },
	{ "http://a.com/?u=http://b.com/x&c", "http://b.com/x ", "a.com" },
	{ "http://a.com/?u=http%3A%2F%2Fb.com%2Fx",
		"http://a.com/?u=http://b.com/x http://b.com/x ", "a.com" },
	{ "http://www.b\xc3\xbc"
	  "cher.de/x",
		"http://www.xn--bcher-kva.de/x ", "www.xn--bcher-kva.de" },
	{ "http://www.example\xe3\x80\x82"
	  "com/",
		"http://www.example.com/ ", "www.example.com" },
	{ "http://www.example.com/&#65;&#x2e;", "http://www.example.com/A. ", "www.example.com" },
	{ "mailto:a@example.com?subject=x", "mailto:a@example.com ", "example.com" },
	{ "mailto:%20a@example.com", "mailto:a@example.com ", "example.com" },
	{ "mailto:\"A\"%20<a@example.com>", "mailto:a@example.com ", "example.com" },
	{ "a@example.com&x", "a@example.com ", "example.com" },
	{ "#top", "", "" },
	{ "/image.gif", "", "" },
	{ "javascript:x()", "", "" },
	{ "cid:a@example.com", "", "" },
};

static void
test_forms(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct uri_forms got;
		struct slice host = SLICE_EMPTY, domain, first = SLICE_EMPTY;
		const char *text = "";
		uri_forms(slice_str(forms[i].uri), NULL, &arena, &got);
		for (size_t k = 0; k < got.count; k++) {
			if (k > 0)
				text = arena_printf(&arena, "%s%.*s ", text, (int)got.items[k].len,
					(const char *)got.items[k].ptr);
			if (first.len == 0 && uri_host(got.items[k], NULL, &arena, &host, &domain))
				first = host;
		}
		if (strcmp(text, forms[i].forms) != 0 || !slice_eq(first, slice_str(forms[i].host)))
			fail_msg("%s: %s host %.*s", forms[i].uri, text, (int)first.len,
				first.len > 0 ? (const char *)first.ptr : "");
	}
	arena_release(&arena);
}

/* Registered domains: by the Public Suffix List, and by lists of a caller's. */
static const struct {
	const char *host, *psl, *listed;
} domains[] = {
	{ "www.example.com", "example.com", "example.com" },
	{ "example.com", "example.com", "example.com" },
	{ "a.b.example.co.uk", "example.co.uk", "example.co.uk" },
	{ "x.user.github.io", "user.github.io", "github.io" },
	{ "www.city.ca.us", "city.ca.us", "www.city.ca.us" },
	{ "www.ci.town.ca.us", "town.ca.us", "www.ci.town.ca.us" },
	{ "a.demon.co.uk", "demon.co.uk", "a.demon.co.uk" },
	{ "co.uk", "co.uk", "co.uk" },
	{ "localhost", "localhost", "localhost" },
};

static bool
in_list(const void *context, enum domain_list list, struct slice name)
{
	static const char *const names[] = { " com uk io us ", " co.uk ", " demon.co.uk " };
	char key[64];
	(void)context;
	snprintf(key, sizeof key, " %.*s ", (int)name.len, (const char *)name.ptr);
	return strstr(names[list], key) != NULL;
}

static void
test_domains(void **state)
{
	(void)state;
	static const struct domain_lists lists = { in_list, NULL };
	for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
		struct slice host = slice_str(domains[i].host);
		struct slice psl = domain_registered(host, NULL);
		struct slice listed = domain_registered(host, &lists);
		if (!slice_eq(psl, slice_str(domains[i].psl)) ||
			!slice_eq(listed, slice_str(domains[i].listed)))
			fail_msg("%s: %.*s %.*s", domains[i].host, (int)psl.len,
				(const char *)psl.ptr, (int)listed.len, (const char *)listed.ptr);
	}
	assert_true(domain_valid(SLICE("a_b.example.com")) && domain_valid(SLICE("a.b.")));
	assert_false(domain_valid(SLICE("example_x.com")) || domain_valid(SLICE("-a.com")));
	assert_false(domain_valid(SLICE("com")) || domain_valid(SLICE("a..com")));
	assert_true(domain_known(SLICE("x.CoM"), NULL) && !domain_known(SLICE("x.notld"), NULL));
	assert_false(domain_known(SLICE("com"), NULL) || domain_known(SLICE(""), NULL));
	assert_true(
		domain_is_address(SLICE("192.0.2.1")) && domain_is_address(SLICE("2001:db8::1")));
	assert_false(domain_is_address(SLICE("192.0.2.01")) || domain_is_address(SLICE("1.2.3")));
	assert_false(domain_is_address(SLICE("1.2.3.4.")));
}

/* message.urls: "text host domain flags" and "|" for each; flags are t, h, s, o, n, m. */
static const struct row urls[] = {
	{ "A: 1\r\n\r\nhttp://www.example.com/x", "http://www.example.com/x www.example.com "
						  "example.com t|" },
	{ "A: 1\r\n\r\nbuy at example.com/x now", "example.com/x example.com example.com ts|" },
	{ "A: 1\r\n\r\nhxxp://www.example.com/x",
		"www.example.com/x www.example.com example.com t|"
		"http://www.example.com/x www.example.com example.com to|" },
	{ "A: 1\r\n\r\nexample dot com, dot in the", "example.com example.com example.com tso|" },
	{ "A: 1\r\n\r\nwww[.]example[dot]com", "www.example.com www.example.com example.com to|" },
	{ "A: 1\r\n\r\nwww.exam\xe2\x80\x8bple.com",
		"www.exam\xe2\x80\x8bple.com www.example.com example.com to|"
		"www.example.com www.example.com example.com to|" },
	{ "A: 1\r\n\r\nwww\xef\xbc\x8e"
	  "example\xe3\x80\x82"
	  "com",
		"www.example.com www.example.com example.com to|" },
	{ "A: 1\r\n\r\nhttp://0x7f000001/x http://a@192.0.2.7/",
		"http://0x7f000001/x 127.0.0.1 127.0.0.1 ton|"
		"http://a@192.0.2.7/ 192.0.2.7 192.0.2.7 ton|" },
	{ "Content-Type: text/html\r\n\r\n<a href=http://b.example.net>https://example.com/x</a>",
		"http://b.example.net b.example.net example.net hm|"
		"https://example.com/x example.com example.com t|" },
	{ "Content-Type: text/html\r\n\r\n<a href=http://www.example.com>example.com</a>",
		"http://www.example.com www.example.com example.com h|"
		"example.com example.com example.com ts|" },
	{ "A: 1\r\n\r\nmailto:a@example.com a@example.com", "" },
};

static void
test_urls(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct message m;
		const char *text = "";
		arena_reset(&arena);
		message_split(slice_str(urls[i].text), NULL, &arena, &m);
		for (size_t k = 0; k < m.urls_count; k++) {
			const struct message_url *u = &m.urls[k];
			text = arena_printf(&arena, "%s%.*s %.*s %.*s ", text, (int)u->text.len,
				(const char *)u->text.ptr, (int)u->host.len,
				u->host.len > 0 ? (const char *)u->host.ptr : "",
				(int)u->domain.len,
				u->domain.len > 0 ? (const char *)u->domain.ptr : "");
			for (size_t n = 0; n < 6; n++)
				if (u->flags >> n & 1)
					text = arena_printf(&arena, "%s%c", text, "thsonm"[n]);
			text = arena_printf(&arena, "%s|", text);
		}
		if (strcmp(text, urls[i].found) != 0)
			fail_msg("%s: %s", strrchr(urls[i].text, '\n') + 1, text);
	}
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_urls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
