#include "sensor/smtp/clients.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/clients_table.h"

#define FIELD_BYTES 1000   /* of a field that are looked at */
#define HEADER_BYTES 16384 /* of a header */
#define NAME_BYTES 60

struct clients {
	char *text; /* of the file; the rows point into it */
	struct client_row rows[CLIENTS_ROWS];
	size_t count;
};

/* ---- matching ---- */

/* Where to go on when a byte does not fit: behind the last star, one byte further. */
struct star {
	const char *pattern, *from;
	bool all; /* two stars: it passes "|" and "+" */
};

static bool
star_goes_on(struct star *star)
{
	char c = star->pattern != NULL ? *star->from : '\0';
	if (c == '\0' || (!star->all && (c == '|' || c == '+')))
		return false;
	star->from++;
	return true;
}

bool
clients_match(const char *pattern, const char *dialect)
{
	struct star star = { NULL, NULL, false };
	while (*dialect != '\0' || *pattern != '\0') {
		if (*pattern == '*') {
			star = (struct star){ pattern + 1, dialect, pattern[1] == '*' };
			star.pattern += star.all;
			pattern = star.pattern;
		} else if (*dialect != '\0' && (*pattern == '?' || *pattern == *dialect)) {
			pattern++;
			dialect++;
		} else if (star_goes_on(&star)) {
			pattern = star.pattern;
			dialect = star.from;
		} else {
			return false;
		}
	}
	return true;
}

static const char *
find_name(const struct client_row *rows, size_t count, const char *dialect, uint64_t said)
{
	size_t bit = 0;
	for (size_t i = 0; i < count; i++) {
		bool fits = rows[i].says[0] == '\0' || (said >> bit++ & 1);
		if (fits && clients_match(rows[i].dialect, dialect))
			return rows[i].name;
	}
	return NULL;
}

const char *
clients_name(const struct clients *site, const char *dialect, const struct clients_said *said)
{
	const char *name =
		site != NULL ? find_name(site->rows, site->count, dialect, said->site) : NULL;
	if (name == NULL)
		name = find_name(clients_table, clients_table_count, dialect, said->ours);
	return name != NULL ? name : "";
}

/* ---- header fields ---- */

enum { RECEIVED, OWN_RECEIVED };
static const char *const fields[] = { [RECEIVED] = "Received:",
	[OWN_RECEIVED] = "Own-Received:",
	"X-Mailer:",
	"User-Agent:",
	"Message-ID:" };
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static size_t
field_of(struct slice line)
{
	size_t i = 0;
	while (i < FIELDS && !slice_istarts(line, slice_str(fields[i])))
		i++;
	return i;
}

/* The field with its continuation lines. */
static struct slice
take_field(struct slice *content)
{
	struct slice start = *content;
	do
		(void)slice_split(content, '\n');
	while (content->len > 0 && (content->ptr[0] == ' ' || content->ptr[0] == '\t'));
	return slice_take(start, start.len - content->len);
}

/* `name` is a field's, with its colon. */
static void
mark_rows(const struct client_row *rows, size_t count, const char *name, struct slice text,
	uint64_t *said)
{
	size_t bit = 0;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].says[0] == '\0')
			continue;
		struct slice wanted = SLICE_EMPTY;
		if (chars_lower((uint8_t)rows[i].says[0]) == chars_lower((uint8_t)name[0]))
			wanted = slice_str(rows[i].says);
		if (slice_istarts(wanted, slice_str(name))) {
			wanted = slice_trim(slice_skip(wanted, strlen(name)));
			if (slice_ifind(text, wanted) < text.len)
				*said |= (uint64_t)1 << bit;
		}
		bit++;
	}
}

static void
mark(const struct clients *site, size_t kind, struct slice text, struct clients_said *said)
{
	mark_rows(clients_table, clients_table_count, fields[kind], text, &said->ours);
	if (site != NULL)
		mark_rows(site->rows, site->count, fields[kind], text, &said->site);
}

void
clients_header(const struct clients *site, struct slice content, const char *hello,
	struct clients_said *said)
{
	bool received = false;
	content = slice_take(content, HEADER_BYTES);
	while (content.len > 0 && content.ptr[0] != '\n' && content.ptr[0] != '\r') {
		struct slice text = slice_take(take_field(&content), FIELD_BYTES);
		size_t kind = field_of(text);
		if (kind == FIELDS || kind == OWN_RECEIVED || (kind == RECEIVED && received))
			continue;
		text = slice_skip(text, strlen(fields[kind]));
		mark(site, kind, text, said);
		received |= kind == RECEIVED;
		if (kind == RECEIVED && hello[0] != '\0' &&
			slice_ifind(text, slice_str(hello)) < text.len)
			mark(site, OWN_RECEIVED, text, said);
	}
}

/* ---- the site's file ---- */

static char *
take_column(char **rest)
{
	char *column = *rest;
	size_t n = strcspn(column, "\t");
	*rest = column + n;
	while (**rest == '\t')
		*(*rest)++ = '\0';
	return column;
}

static int
check_row(const struct client_row *row, struct err *err)
{
	struct slice name = slice_str(row->name);
	for (size_t i = 0; i < name.len; i++)
		if (chars_is(name.ptr[i], CHAR_CTL | CHAR_HIGH))
			return err_set(err, "a name has plain letters only");
	if (name.len > NAME_BYTES)
		return err_set(err, "the name is longer than %d bytes", NAME_BYTES);
	if (row->dialect[0] == '\0')
		return err_set(err, "a dialect is missing behind the name: put a tabulator between "
				    "them");
	if (row->says[0] != '\0' && field_of(slice_str(row->says)) == FIELDS)
		return err_set(err,
			"the third column is a field and its text, as in 'X-Mailer: "
			"Shop'; known are X-Mailer, User-Agent, Message-ID, Received and "
			"Own-Received");
	return 0;
}

static int
add_row(struct clients *c, char *line, size_t *saying, struct err *err)
{
	char *rest = line;
	struct client_row row = { .source = "" };
	row.name = take_column(&rest);
	row.dialect = take_column(&rest);
	row.says = take_column(&rest);
	if (rest[0] != '\0')
		return err_set(err, "more than three columns");
	if (check_row(&row, err) < 0)
		return -1;
	if (c->count == CLIENTS_ROWS)
		return err_set(err, "more than %d rows", CLIENTS_ROWS);
	*saying += row.says[0] != '\0';
	if (*saying > CLIENTS_SAID)
		return err_set(err, "more than %d rows with a header field", CLIENTS_SAID);
	c->rows[c->count++] = row;
	return 0;
}

static int
read_rows(struct clients *c, const char *path, FILE *file, struct err *err)
{
	char line[CLIENTS_LINE + 2];
	size_t used = 0, saying = 0;
	for (int number = 1; fgets(line, sizeof line, file) != NULL; number++) {
		struct err why = { "" };
		size_t n = strcspn(line, "\r\n");
		if (n > CLIENTS_LINE)
			return err_set(
				err, "%s:%d: longer than %d bytes", path, number, CLIENTS_LINE);
		line[n] = '\0';
		if (n == 0 || line[0] == '#')
			continue;
		if (c->count == CLIENTS_ROWS)
			return err_set(err, "%s:%d: more than %d rows", path, number, CLIENTS_ROWS);
		char *kept = c->text + used;
		memcpy(kept, line, n + 1);
		used += n + 1;
		if (add_row(c, kept, &saying, &why) < 0)
			return err_set(err, "%s:%d: %s", path, number, why.text);
	}
	return ferror(file) ? err_set(err, "%s: cannot read it", path) : 0;
}

int
clients_load(const char *path, struct clients **out, struct err *err)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return err_set(
			err, "%s: cannot read the table of clients: %s", path, strerror(errno));
	struct clients *c = calloc(1, sizeof *c);
	char *text = malloc((size_t)CLIENTS_ROWS * (CLIENTS_LINE + 1));
	if (c == NULL || text == NULL)
		abort();
	c->text = text;
	int rc = read_rows(c, path, file, err);
	fclose(file);
	if (rc == 0)
		*out = c;
	else
		clients_free(c);
	return rc;
}

void
clients_free(struct clients *clients)
{
	if (clients == NULL)
		return;
	free(clients->text);
	free(clients);
}
