/* The description of the API, made from the tables that the answers are made from. */
#include <stdio.h>
#include <string.h>

#include "sensor/base/json.h"
#include "sensor/counters.h"
#include "web/api.h"

static void
put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_string(j, value);
}

static void
open_key(struct json *j, const char *key)
{
	json_key(j, key);
	json_object(j);
}

/* {"$ref": "#/components/KIND/NAME"} */
static void
reference(struct json *j, const char *kind, const char *name)
{
	char text[128];

	snprintf(text, sizeof text, "#/components/%s/%s", kind, name);
	json_object(j);
	put(j, "$ref", text);
	json_object_end(j);
}

/* ---- parameters ---- */

static void
path_parameter(struct json *j, const char *name, const char *description)
{
	json_object(j);
	put(j, "name", name);
	put(j, "in", "path");
	json_key(j, "required");
	json_bool(j, true);
	put(j, "description", description);
	open_key(j, "schema");
	put(j, "type", "string");
	json_object_end(j);
	json_object_end(j);
}

/* Those in braces. */
static void
path_parameters(struct json *j, const char *path)
{
	static const struct {
		const char *name, *description;
	} known[] = {
		{ "address", "an IPv4 or IPv6 address" },
		{ "session", "the id of a session, 16 hex digits" },
		{ "number", "of the mail within its session, from 1" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char braced[32];
		snprintf(braced, sizeof braced, "{%s}", known[i].name);
		if (strstr(path, braced) != NULL) {
			path_parameter(j, known[i].name, known[i].description);
		}
	}
}

static void
query_parameters(struct json *j)
{
	const struct view_param *p;

	open_key(j, "parameters");
	for (size_t i = 0; (p = view_param_at(i)) != NULL; i++) {
		open_key(j, p->name);
		put(j, "name", p->name);
		put(j, "in", "query");
		put(j, "description", p->wanted);
		open_key(j, "schema");
		put(j, "type",
			p->kind == VIEW_PORT || p->kind == VIEW_PAGE || p->kind == VIEW_ROWS
				? "integer"
				: "string");
		if (p->word != NULL) {
			const char *word;
			json_key(j, "enum");
			json_array(j);
			for (size_t k = 0; (word = p->word(k)) != NULL; k++) {
				json_string(j, word);
			}
			json_array_end(j);
		}
		json_object_end(j);
		json_object_end(j);
	}
	json_object_end(j);
}

/* ---- answers ---- */

static void
answer(struct json *j, const char *status, const char *description, const char *type,
	const char *schema)
{
	open_key(j, status);
	put(j, "description", description);
	open_key(j, "content");
	open_key(j, type);
	json_key(j, "schema");
	reference(j, "schemas", schema);
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void
answers(struct json *j, const char *type, const char *schema)
{
	static const struct {
		const char *status, *description;
	} problems[] = {
		{ "400", "the address cannot be right" },
		{ "401", "nobody is signed in" },
		{ "403", "not for this role" },
		{ "404", "there is no such thing" },
		{ "429", "too many attempts to sign in" },
		{ "503", "the store cannot be read now, or the question took too long" },
	};

	open_key(j, "responses");
	answer(j, "200", "the answer", type, schema);
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
		answer(j, problems[i].status, problems[i].description, TYPE_PROBLEM, "problem");
	}
	json_object_end(j);
}

/* ---- paths ---- */

static void
describe_call(struct json *j, const struct api_call *call)
{
	open_key(j, call->path);
	open_key(j, "get");
	put(j, "summary", call->summary);
	json_key(j, "parameters");
	json_array(j);
	path_parameters(j, call->path);
	for (size_t i = 0; i < sizeof call->parameters / sizeof *call->parameters &&
			   call->parameters[i] != NULL;
		i++) {
		reference(j, "parameters", call->parameters[i]);
	}
	json_array_end(j);
	answers(j, call->type, call->schema);
	json_object_end(j);
	json_object_end(j);
}

/* sort, order, page, rows, q and range, and the filters that say something about the table. */
static bool
table_takes(const struct table *table, const struct view_param *p)
{
	return p->title == NULL || p->kind == VIEW_SINCE || p->kind == VIEW_UNTIL ||
	       table_has_filter(table, p->name);
}

static void
describe_table(struct json *j, const struct table *table)
{
	char text[96];
	const struct view_param *p;

	snprintf(text, sizeof text, "/api/1/%s", table->name);
	open_key(j, text);
	open_key(j, "get");
	snprintf(text, sizeof text, "Rows of the table \"%s\", a page of them.", table->title);
	put(j, "summary", text);
	json_key(j, "parameters");
	json_array(j);
	for (size_t i = 0; (p = view_param_at(i)) != NULL; i++) {
		if (table_takes(table, p)) {
			reference(j, "parameters", p->name);
		}
	}
	json_array_end(j);
	answers(j, TYPE_JSON, table->name);
	json_object_end(j);
	json_object_end(j);
}

/* ---- schemas ---- */

static void
typed(struct json *j, const char *key, const char *type, bool nullable, const char *description)
{
	open_key(j, key);
	json_key(j, "type");
	if (nullable) {
		json_array(j);
		json_string(j, type);
		json_string(j, "null");
		json_array_end(j);
	} else {
		json_string(j, type);
	}
	if (description != NULL && description[0] != '\0') {
		put(j, "description", description);
	}
	json_object_end(j);
}

static const char *
cell_type_word(enum cell_type type)
{
	switch (type) {
	case CELL_TEXT:
	case CELL_TIME:
		return "string";
	case CELL_INT:
		return "integer";
	case CELL_REAL:
		return "number";
	}
	return "string";
}

static void
row_schema(struct json *j, const struct table *table)
{
	json_object(j);
	put(j, "type", "object");
	open_key(j, "properties");
	for (size_t i = 0; i < table->columns_count; i++) {
		typed(j, table->columns[i].name, cell_type_word(table->columns[i].type), true,
			table->columns[i].note);
	}
	json_object_end(j);
	json_key(j, "required");
	json_array(j);
	for (size_t i = 0; i < table->columns_count; i++) {
		json_string(j, table->columns[i].name);
	}
	json_array_end(j);
	json_key(j, "additionalProperties");
	json_bool(j, false);
	json_object_end(j);
}

/* "KEYS" is a row of fields: {name, type, may be null, what it is}. */
struct field {
	const char *name, *type;
	bool nullable;
	const char *description;
};

static void
object_schema(struct json *j, const struct field *fields, size_t count)
{
	put(j, "type", "object");
	open_key(j, "properties");
	for (size_t i = 0; i < count; i++) {
		typed(j, fields[i].name, fields[i].type, fields[i].nullable, fields[i].description);
	}
	json_object_end(j);
	json_key(j, "required");
	json_array(j);
	for (size_t i = 0; i < count; i++) {
		json_string(j, fields[i].name);
	}
	json_array_end(j);
}

#define FIELDS(list) (list), sizeof(list) / sizeof *(list)

static void
table_schema(struct json *j, const struct table *table)
{
	open_key(j, table->name);
	put(j, "type", "object");
	open_key(j, "properties");
	typed(j, "table", "string", false, "its name");
	typed(j, "page", "integer", false, "from 1");
	typed(j, "rows", "integer", false, "of a page, at most");
	typed(j, "count", "integer", false, "rows in all pages");
	typed(j, "count_is_least", "boolean", false,
		"there are more than count: they were not counted to the end");
	typed(j, "looked_back_to", "string", true,
		"older rows were not looked at: narrow the filter; null = all were");
	typed(j, "sorted", "integer", false,
		"only so many of the newest rows are put into the order; 0 = all");
	typed(j, "next", "string", true, "address of the next page");
	open_key(j, "items");
	put(j, "type", "array");
	json_key(j, "items");
	row_schema(j, table);
	json_object_end(j);
	json_object_end(j);
	json_key(j, "required");
	json_array(j);
	json_string(j, "table");
	json_string(j, "count");
	json_string(j, "items");
	json_array_end(j);
	json_object_end(j);
}

static const struct field summary_fields[] = {
	{ "hosts", "integer", false, "hosts that are known" },
	{ "verdicts", "object", false, "hosts by verdict" },
	{ "sessions", "integer", false, "SMTP sessions" },
	{ "sessions_encrypted", "integer", false, "of them under TLS" },
	{ "mails", "integer", false, "transactions" },
	{ "rcpts", "integer", false, "recipients" },
	{ "rcpts_refused", "integer", false, "of them refused for good" },
	{ "first", "string", true, "time of the first session" },
	{ "last", "string", true, "time of the last session" },
	{ "sight", "object", false, "how far the sensor can see: state, blind, notes" },
};
static const struct field sensor_fields[] = {
	{ "state", "string", false, "running, silent, ended, never ran" },
	{ "sensor", "string", true, "its name" },
	{ "sources", "string", true, "interfaces or files" },
	{ "live", "boolean", false, "whether it listens on an interface" },
	{ "run", "string", true, "start of the run" },
	{ "first_packet", "string", true, "its time" },
	{ "last_packet", "string", true, "its time" },
	{ "blind", "boolean", false, "whether hosts may look better than they are" },
	{ "notes", "array", false, "what is amiss: {blind, text}" },
	{ "counters", "object", false, "every counter of the run, by name" },
};
static const struct field hours_fields[] = {
	{ "host", "string", true, "null: all hosts together" },
	{ "hours", "array", false,
		"{hour, sessions, mails, rcpts, accepted, rejected, deferred, listed, score_max}" },
	{ "cut", "boolean", false, "whether there are more hours than are told" },
};
static const struct field index_fields[] = {
	{ "program", "string", false, "heloscope" },
	{ "version", "string", false, "of the program" },
	{ "description", "string", false, "address of the OpenAPI description" },
	{ "calls", "array", false, "addresses" },
};
static const struct field problem_fields[] = {
	{ "status", "integer", false, "of HTTP" },
	{ "title", "string", false, "what kind of problem" },
	{ "detail", "string", false, "what is wrong, and what to do" },
};

static void
named_schema(struct json *j, const char *name, const struct field *fields, size_t count)
{
	open_key(j, name);
	object_schema(j, fields, count);
	json_object_end(j);
}

static void
plain_schema(struct json *j, const char *name, const char *type, const char *description)
{
	typed(j, name, type, false, description);
}

static void
schemas(struct json *j)
{
	const struct table *table;

	open_key(j, "schemas");
	named_schema(j, "summary", FIELDS(summary_fields));
	named_schema(j, "sensor", FIELDS(sensor_fields));
	named_schema(j, "hours", FIELDS(hours_fields));
	named_schema(j, "index", FIELDS(index_fields));
	named_schema(j, "problem", FIELDS(problem_fields));
	plain_schema(j, "record", "object", "as `heloscope read --json` prints it");
	plain_schema(j, "events", "string", "lines of text/event-stream");
	plain_schema(j, "description", "object", "OpenAPI 3.1");
	for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
		table_schema(j, table);
	}
	json_object_end(j);
}

static void
security(struct json *j)
{
	open_key(j, "securitySchemes");
	open_key(j, "basic");
	put(j, "type", "http");
	put(j, "scheme", "basic");
	put(j, "description", "a user of the report; not asked for where there are no users");
	json_object_end(j);
	json_object_end(j);
}

void
api_describe(struct buf *out, const char *version)
{
	struct json j;
	const struct api_call *call;
	const struct table *table;

	json_init(&j, out);
	json_object(&j);
	put(&j, "openapi", "3.1.0");
	open_key(&j, "info");
	put(&j, "title", "heloscope");
	put(&j, "version", version);
	put(&j, "description",
		"What the report shows, for programs. Times are RFC 3339, UTC. Version 1 only "
		"gains keys. For the role reader mail "
		"addresses and subjects are masked.");
	json_object_end(&j);
	open_key(&j, "paths");
	for (size_t i = 0; (call = api_call_at(i)) != NULL; i++) {
		describe_call(&j, call);
	}
	for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
		describe_table(&j, table);
	}
	json_object_end(&j);
	open_key(&j, "components");
	query_parameters(&j);
	schemas(&j);
	security(&j);
	json_object_end(&j);
	json_object_end(&j);
	buf_byte(out, '\n');
}
