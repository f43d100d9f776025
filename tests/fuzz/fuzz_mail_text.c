/* A message's text: pieces lie in their texts, links are of them. */
#include "fuzz/check.h"

#include "sensor/mail/text_links.h"

static void
pieces_check(const struct text_pieces *text)
{
	size_t length = 0;
	check(text->pieces_count <= LIMIT_RULE_PIECES);
	for (size_t i = 0; i < text->pieces_count; i++) {
		check_inside(text->pieces[i], text->all);
		length += text->pieces[i].len;
	}
	check(length <= text->all.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct message m;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	message_split(slice_of(data, size), NULL, &arena, &m);
	if (m.text != NULL) {
		struct mail_text text = *m.text;
		mail_text_links(&text, &m, NULL, &arena);
		pieces_check(&text.body);
		pieces_check(&text.hidden);
		pieces_check(&text.raw);
		check(text.links_count <= LIMIT_TEXT_LINKS && m.urls_count <= LIMIT_URLS);
		for (size_t i = 0; i < text.links_count; i++)
			check(text.links[i].domains_count <= text.links[i].hosts_count);
	}
	arena_release(&arena);
	return 0;
}
