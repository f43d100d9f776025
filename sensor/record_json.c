#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"

static void
write_text(struct json *j, const char *s)
{
	json_text(j, slice_str(s));
}

static void
write_time(struct json *j, int64_t t)
{
	char text[PTIME_TEXT_MAX];

	if (t)
		write_text(j, ptime_format(t, text));
	else
		json_null(j);
}

static void
write_addr(struct json *j, struct addr a)
{
	char text[ADDR_TEXT_MAX];

	if (a.family == ADDR_NONE)
		json_null(j);
	else
		write_text(j, addr_format(a, text));
}

static void
write_endpoint(struct json *j, struct endpoint e)
{
	json_object(j);
	json_key(j, "ip");
	write_addr(j, e.addr);
	json_key(j, "port");
	json_int(j, e.port);
	json_object_end(j);
}

static void
write_pairs(struct json *j, struct field_list l)
{
	const struct name_value *pair = (const void *)l.items;

	json_object(j);
	for (size_t i = 0; i < l.count; i++) {
		json_key(j, pair[i].name);
		write_text(j, pair[i].value);
	}
	json_object_end(j);
}

static void
write_names(struct json *j, const struct layout *item, struct field_list l)
{
	json_array(j);
	for (size_t i = 0; i < l.count; i++)
		write_text(j, *(const char *const *)(const void *)(l.items + i * item->size));
	json_array_end(j);
}

static void
write_counts(struct json *j, struct field_list l)
{
	const struct count *c = (const void *)l.items;

	json_object(j);
	for (size_t i = 0; i < l.count; i++) {
		json_key(j, c[i].name);
		json_int(j, c[i].value);
	}
	json_object_end(j);
}

static void write_value(struct json *j, const struct field *f, const uint8_t *record);

static void
write_list(struct json *j, const struct field *f, struct field_list l)
{
	const struct layout *item = f->item;
	bool plain = f->type != FIELD_LIST;

	json_array(j);
	for (size_t i = 0; i < l.count; i++) {
		if (plain)
			write_value(j, item->fields, l.items + i * item->size);
		else
			record_json(j, item, l.items + i * item->size, false);
	}
	json_array_end(j);
}

static void
write_value(struct json *j, const struct field *f, const uint8_t *record)
{
	const void *p = record + f->offset;

	switch (f->type) {
	case FIELD_STRING:
		write_text(j, *(const char *const *)p);
		break;
	case FIELD_I64:
		json_int(j, *(const int64_t *)p);
		break;
	case FIELD_I32:
		json_int(j, *(const int32_t *)p);
		break;
	case FIELD_BOOL:
		json_bool(j, *(const bool *)p);
		break;
	case FIELD_DOUBLE:
		json_double(j, *(const double *)p);
		break;
	case FIELD_TIME:
		write_time(j, *(const int64_t *)p);
		break;
	case FIELD_ADDR:
		write_addr(j, *(const struct addr *)p);
		break;
	case FIELD_ENDPOINT:
		write_endpoint(j, *(const struct endpoint *)p);
		break;
	case FIELD_WORD:
		write_text(j, f->word(*(const int *)p));
		break;
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
		write_list(j, f, field_list_get(f, record));
		break;
	case FIELD_PAIRS:
		write_pairs(j, field_list_get(f, record));
		break;
	case FIELD_NAMES:
		write_names(j, f->item, field_list_get(f, record));
		break;
	case FIELD_COUNTS:
		write_counts(j, field_list_get(f, record));
		break;
	case FIELD_STRUCT:
		record_json(j, f->item, p, false);
		break;
	}
}

/* For FIELD_OMIT_EMPTY. */
static bool
is_empty(const struct field *f, const uint8_t *record)
{
	const void *p = record + f->offset;

	switch (f->type) {
	case FIELD_STRING:
		return slice_str(*(const char *const *)p).len == 0;
	case FIELD_I64:
	case FIELD_TIME:
		return *(const int64_t *)p == 0;
	case FIELD_I32:
	case FIELD_WORD:
		return *(const int *)p == 0;
	case FIELD_BOOL:
		return !*(const bool *)p;
	case FIELD_DOUBLE:
		return *(const double *)p == 0;
	case FIELD_ADDR:
		return ((const struct addr *)p)->family == ADDR_NONE;
	case FIELD_ENDPOINT:
		return ((const struct endpoint *)p)->addr.family == ADDR_NONE;
	case FIELD_STRUCT:
		return false;
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
	case FIELD_PAIRS:
	case FIELD_NAMES:
	case FIELD_COUNTS:
		return field_list_get(f, record).count == 0;
	}
	return false;
}

static void
change_group(struct json *j, const char **group, const char *next)
{
	if (*group && next && strcmp(*group, next) == 0)
		return;
	if (*group)
		json_object_end(j);
	if (next) {
		json_key(j, next);
		json_object(j);
	}
	*group = next;
}

void
record_json(struct json *j, const struct layout *layout, const void *record, bool type)
{
	const char *group = NULL;

	json_object(j);
	if (type) {
		json_key(j, "type");
		write_text(j, layout->name);
	}
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		if (f->flags & FIELD_NOT_JSON)
			continue;
		if ((f->flags & FIELD_OMIT_EMPTY) && is_empty(f, record))
			continue;
		change_group(j, &group, f->group);
		json_key(j, f->name);
		write_value(j, f, record);
	}
	change_group(j, &group, NULL);
	json_object_end(j);
}
