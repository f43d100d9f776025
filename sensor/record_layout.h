/* Layouts of the records: one table per struct, from which packing, JSON and comparison follow.
 *
 * A field's row: JSON name, type, offset, and for lists the offsets of count and cap and the layout
 * of an item (for lists of strings and numbers a struct of one nameless field). Rows with the same
 * `group` in a row are written as one nested JSON object ("helo":{"verb":…,"name":…}). */
#ifndef HELOSCOPE_RECORD_LAYOUT_H
#define HELOSCOPE_RECORD_LAYOUT_H

#include "sensor/base/json.h"
#include "sensor/record.h"

enum field_type {
	FIELD_STRING,	/* const char * */
	FIELD_I64,	/* int64_t */
	FIELD_I32,	/* int32_t */
	FIELD_BOOL,	/* bool */
	FIELD_DOUBLE,	/* double */
	FIELD_TIME,	/* int64_t nanoseconds; JSON RFC 3339 or null */
	FIELD_ADDR,	/* struct addr; JSON text or null */
	FIELD_ENDPOINT, /* struct endpoint; JSON {"ip","port"} */
	FIELD_WORD,	/* enum; JSON by `word` */
	FIELD_STRINGS,	/* const char ** list */
	FIELD_INTS,	/* int32_t * list */
	FIELD_LIST,	/* list of structs with layout `item` */
	FIELD_PAIRS,	/* struct name_value list, JSON object {"name":"value"} */
	FIELD_NAMES,	/* list of structs that begin with their name, JSON array of the names */
	FIELD_COUNTS,	/* struct count list, JSON object {"name":value} */
	FIELD_STRUCT,	/* nested struct in place, JSON object */
};

/* FIELD_AGAIN: another way to show a member that has its own row. */
enum { FIELD_NOT_PACKED = 1, FIELD_NOT_JSON = 2, FIELD_OMIT_EMPTY = 4, FIELD_AGAIN = 8 };

struct field {
	const char *name;
	const char *group; /* NULL = none */
	enum field_type type;
	size_t offset;
	size_t count_offset, cap_offset; /* lists */
	const struct layout *item;	 /* all lists, FIELD_STRUCT */
	const char *(*word)(int value);	 /* FIELD_WORD */
	unsigned flags;
};

/* What a list's row points to within a record. */
struct field_list {
	uint8_t *items;
	size_t count;
};
struct field_list field_list_get(const struct field *f, const void *record);

struct layout {
	const char *name; /* "session", "mail", "host" */
	size_t size;	  /* of the struct */
	const struct field *fields;
	size_t count;
};

extern const struct layout layout_session, layout_mail, layout_host, layout_reply, layout_recipient,
	layout_listing, layout_service;

/* Packed form: little-endian, length-prefixed, no pointers; for pipes between processes of one
 * build, never for storage. record_pack appends to out. record_unpack fills *record from exactly
 * the bytes of `in`, everything in the arena: 0, or -1 when the bytes are not such a record
 * (lengths are checked against the input, counts against the arena). */
void record_pack(struct buf *out, const struct layout *layout, const void *record);
int record_unpack(struct slice in, const struct layout *layout, void *record, struct arena *arena);

/* One JSON object, keys in the layout's order.  `type`: writes "type":layout->name first. */
void record_json(struct json *j, const struct layout *layout, const void *record, bool type);

/* Every string of an empty record is "": call after zeroing a record by hand. */
void record_init(const struct layout *layout, void *record);
/* Deep copy into the arena. */
void record_copy(const struct layout *layout, const void *from, void *to, struct arena *arena);

#endif
