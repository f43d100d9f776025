/* The target of a request: taken apart, turned into filters, and written again.  Bytes from anybody
 * who can reach the port. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/text.h"
#include "web/html.h"
#include "web/params.h"
#include "web/query_words.h"

#define NOW (INT64_C(1213326000) * 1000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever was understood is clean text, and an address written from it is understood as the same.
 */
static void
check_round(const struct uri *uri, struct arena *arena)
{
	struct uri again;
	struct err err = { "" };
	const char *path = "/";
	for (size_t i = 0; i < uri->params_count; i++) {
		assert(text_is_clean(slice_str(uri->params[i].name)));
		assert(text_is_clean(slice_str(uri->params[i].value)));
	}
	if (uri->segments_count == 1) {
		path = url_path(arena, uri->segments[0], NULL);
	}
	const char *url = url_with(arena, path, uri, NULL, 0);
	if (strlen(url) > URI_MAX) {
		return; /* escaping makes it longer */
	}
	assert(uri_parse(slice_str(url), arena, &again, &err) == 0);
	for (size_t i = 0; i < uri->params_count; i++) {
		const char *value = uri_param(uri, uri->params[i].name),
			   *same = uri_param(&again, uri->params[i].name);
		assert((value == NULL) == (same == NULL) &&
			(value == NULL || strcmp(value, same) == 0));
	}
}

static void
check_views(const struct uri *uri, struct arena *arena)
{
	const struct table *table;
	struct view view;
	for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
		struct err err = { "" };
		if (view_parse(uri, table, NOW, arena, &view, &err) != 0) {
			assert(err.text[0] != '\0');
			continue;
		}
		assert(view.filter.limit >= 1 && view.filter.limit <= VIEW_ROWS_MAX &&
			view.filter.offset >= 0);
		assert(view.filter.sort == NULL || table_column(table, view.filter.sort) != NULL);
	}
}

/* Words that were understood, written again, are the same words; and each of their keys is known or
 * refused, whatever the table. */
static void
check_words(const char *text, struct arena *arena)
{
	struct query_words words, again;
	struct err err = { "" };
	struct buf b;
	buf_init(&b, 1u << 20);
	if (query_words_parse(text, arena, &words, &err) != 0) {
		assert(err.text[0] != '\0');
		return;
	}
	for (size_t i = 0; i < words.count; i++) {
		query_word_write(&b, words.words[i].key, words.words[i].value);
	}
	assert(query_words_parse(buf_cstr(&b), arena, &again, &err) == 0);
	assert(again.count == words.count);
	for (size_t i = 0; i < words.count; i++) {
		const struct query_word *w = &words.words[i], *x = &again.words[i];
		assert((w->key == NULL) == (x->key == NULL) && strcmp(w->value, x->value) == 0);
		assert(w->key == NULL || strcmp(w->key, x->key) == 0);
	}
	buf_release(&b);
}

/* No text can leave its element or its attribute. */
static void
check_html(struct slice text, struct arena *arena)
{
	struct buf b;
	struct html h;
	buf_init(&b, 1u << 20);
	h_init(&h, &b, arena);
	h_text(&h, text);
	assert(slice_index(buf_slice(&b), '<') == b.len &&
		slice_index(buf_slice(&b), '"') == b.len);
	assert(text_is_clean(buf_slice(&b)));
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct uri uri;
	struct err err = { "" };
	char *host = malloc(size + 1);
	arena_init(&arena, 8u << 20);
	memcpy(host, data, size);
	host[size] = '\0';
	if (text_is_clean(slice_of(data, size)) && memchr(data, 0, size) == NULL) {
		const struct uri box = { .params = { { "q", host } }, .params_count = 1 };
		check_words(host, &arena);
		check_views(&box, &arena);
	}
	if (uri_parse(slice_of(data, size), &arena, &uri, &err) == 0) {
		check_round(&uri, &arena);
		check_views(&uri, &arena);
	} else {
		assert(err.text[0] != '\0');
	}
	check_html(slice_of(data, size), &arena);
	free(host);
	arena_release(&arena);
	return 0;
}
