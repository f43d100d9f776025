/* Addresses: found in text, taken for others, with hosts, and disguised. */
#include "fuzz/check.h"

#include "sensor/mail/uri.h"
#include "sensor/mail/urls.h"

static void
one(struct slice uri, struct arena *arena)
{
	struct uri_forms forms;
	uri_forms(uri, NULL, arena, &forms);
	check(forms.count > 0 && forms.count <= LIMIT_URI_FORMS);
	for (size_t i = 0; i < forms.count; i++) {
		struct slice host, domain;
		if (!uri_host(forms.items[i], NULL, arena, &host, &domain))
			continue;
		check(host.len > 0 && host.len <= 2 * DOMAIN_MOST && domain.len <= host.len);
		check_inside(domain, host);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct uri_found found;
	struct slice text = slice_of(data, size);
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	one(text, &arena);
	for (size_t at = 0, before = 0; uri_next(text, NULL, &at, &found); before = at) {
		check(at > before && at <= size);
		check_inside(found.raw, text);
		one(found.raw, &arena);
	}
	check(urls_undisguise(text, &arena).len <= size);
	arena_release(&arena);
	return 0;
}
