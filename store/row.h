/* One row on its way into the store: its values are bound one after the other, in the order of
 * columns.h.  For store/ alone. */
#ifndef HELOSCOPE_STORE_ROW_H
#define HELOSCOPE_STORE_ROW_H

#include "sensor/record_layout.h"
#include "store/columns.h"
#include "store/inside.h"

struct binder {
	struct db_statement *st;
	int at; /* the parameter bound last */
};

/* One per kind of columns.h.  Texts and slices must live until row_end. */
void bind_text(struct binder *b, const char *text);
void bind_int(struct binder *b, int64_t v);
void bind_real(struct binder *b, double v);
void bind_slice(struct binder *b, struct slice text);
void bind_blob(struct binder *b, struct slice bytes);
void bind_addr(struct binder *b, struct addr a);
void bind_key(struct binder *b, struct addr a);

/* What orders addresses: one byte 4 or 6, then the bytes of the address. In out. */
#define ADDR_KEY_BYTES 17
struct slice addr_key(struct addr a, uint8_t out[ADDR_KEY_BYTES]);

/* SESSION_COLUMNS(BIND): binds them all to the binder `b`. */
#define BIND(name, kind, value) bind_##kind(&b, value);

/* The statement with sensor and the next number bound; st is NULL when it cannot be had. */
struct binder row_start(struct store *s, enum statement which, struct err *err);
/* 1 = written, and the number is used; 0 = the same was there; -1. */
int row_end(struct store *s, struct binder *b, struct err *err);

/* JSON of a record into s->record. 0, or -1 when it is too long. */
int row_record(struct store *s, const struct layout *layout, const void *record, bool type,
	struct err *err);
/* Adds a word to words of one cell. */
void row_word(struct buf *words, const char *separator, const char *word);

#endif
