#include "store/row.h"

#include <string.h>

void
bind_text(struct binder *b, const char *text)
{
	db_bind_text(b->st, ++b->at, text);
}

void
bind_int(struct binder *b, int64_t v)
{
	db_bind_int(b->st, ++b->at, v);
}

void
bind_real(struct binder *b, double v)
{
	db_bind_real(b->st, ++b->at, v);
}

void
bind_slice(struct binder *b, struct slice text)
{
	db_bind_slice(b->st, ++b->at, text);
}

void
bind_blob(struct binder *b, struct slice bytes)
{
	db_bind_blob(b->st, ++b->at, bytes);
}

void
bind_addr(struct binder *b, struct addr a)
{
	char text[ADDR_TEXT_MAX];

	db_bind_copy(b->st, ++b->at, addr_format(a, text));
}

struct slice
addr_key(struct addr a, uint8_t out[ADDR_KEY_BYTES])
{
	size_t len = a.family == ADDR_V4 ? 4 : a.family == ADDR_V6 ? 16 : 0;

	out[0] = a.family;
	memcpy(out + 1, a.bytes, len);
	return slice_of(out, 1 + len);
}

void
bind_key(struct binder *b, struct addr a)
{
	uint8_t key[ADDR_KEY_BYTES];

	db_bind_blob(b->st, ++b->at, addr_key(a, key));
}

struct binder
row_start(struct store *s, enum statement which, struct err *err)
{
	struct binder b = { .st = store_statement(s, which, err) };

	if (b.st != NULL) {
		bind_text(&b, s->sensor);
		bind_int(&b, s->seq + 1);
	}
	return b;
}

int
row_end(struct store *s, struct binder *b, struct err *err)
{
	if (store_step(b->st, err) != 0)
		return -1;
	if (db_changes(s->db) == 0)
		return 0;
	s->seq++;
	return 1;
}

int
row_record(struct store *s, const struct layout *layout, const void *record, bool type,
	struct err *err)
{
	struct json j;

	buf_clear(&s->record);
	json_init(&j, &s->record);
	record_json(&j, layout, record, type);
	if (s->record.lost != 0)
		return err_set(err, "a %s record is longer than the store takes", layout->name);
	return 0;
}

void
row_word(struct buf *words, const char *separator, const char *word)
{
	if (words->len != 0)
		buf_str(words, separator);
	buf_str(words, word);
}
