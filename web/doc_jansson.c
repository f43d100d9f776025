#include "web/doc.h"

#include <string.h>

#include <jansson.h>

#include "sensor/base/arena.h"
#include "sensor/base/ptime.h"

struct doc {
	json_t *root;
};

/* A node is a json_t seen from outside; jansson's readers take pointers to non-const. */
static json_t *
json_of(const struct node *n)
{
	union {
		const struct node *in;
		json_t *out;
	} u = { .in = n };
	return u.out;
}

static const struct node *
node_of(json_t *j)
{
	return (const struct node *)j;
}

int
doc_parse(struct slice json, struct doc **out, struct err *err)
{
	json_error_t fault;
	json_t *root = json_loadb((const char *)json.ptr, json.len, JSON_REJECT_DUPLICATES, &fault);
	if (root == NULL) {
		return err_set(err, "a record in the store is not JSON: %s", fault.text);
	}
	*out = must_alloc(sizeof **out);
	(*out)->root = root;
	return 0;
}

void
doc_free(struct doc *d)
{
	if (d != NULL) {
		json_decref(d->root);
		free(d);
	}
}

const struct node *
doc_root(const struct doc *d)
{
	return node_of(d->root);
}

const struct node *
node_get(const struct node *n, const char *path)
{
	struct slice rest = slice_str(path);
	json_t *j = json_of(n);
	while (rest.len > 0 && j != NULL) {
		struct slice key = slice_split(&rest, '.');
		j = json_object_getn(j, (const char *)key.ptr, key.len);
	}
	return node_of(j);
}

const char *
node_text(const struct node *n, const char *path)
{
	const char *text = json_string_value(json_of(node_get(n, path)));
	return text != NULL ? text : "";
}

int64_t
node_int(const struct node *n, const char *path)
{
	return json_integer_value(json_of(node_get(n, path)));
}

double
node_real(const struct node *n, const char *path)
{
	return json_number_value(json_of(node_get(n, path)));
}

bool
node_bool(const struct node *n, const char *path)
{
	return json_is_true(json_of(node_get(n, path)));
}

int64_t
node_time(const struct node *n, const char *path)
{
	int64_t t;
	return ptime_parse(slice_str(node_text(n, path)), &t) == 0 ? t : 0;
}

size_t
node_count(const struct node *n, const char *path)
{
	return json_array_size(json_of(node_get(n, path)));
}

const struct node *
node_item(const struct node *n, const char *path, size_t i)
{
	return node_of(json_array_get(json_of(node_get(n, path)), i));
}

bool
node_pair(const struct node *n, void **place, const char **key, const struct node **value)
{
	json_t *j = json_of(n);
	*place = *place == NULL ? json_object_iter(j) : json_object_iter_next(j, *place);
	if (*place == NULL) {
		return false;
	}
	*key = json_object_iter_key(*place);
	*value = node_of(json_object_iter_value(*place));
	return true;
}
