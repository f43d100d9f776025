#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/rule_reader.h"

#define NAME_BYTES 100 /* of a rule */
#define SHOWN(s) (int)slice_take((s), 60).len, (const char *)(s).ptr

/* Each '#' of the text is a "\#" in the file. */
size_t
reader_column(const struct reader *rd, const uint8_t *at)
{
	size_t indent = 0, place = at == NULL ? 0 : (size_t)(at - rd->text.ptr), hashes = 0;
	while (indent < rd->raw.len && chars_is(rd->raw.ptr[indent], CHAR_SPACE))
		indent++;
	for (size_t i = 0; i < place && i < rd->text.len; i++)
		hashes += rd->text.ptr[i] == '#';
	return indent + place + hashes + 1;
}

int
reader_fault(struct reader *rd, const uint8_t *at)
{
	rd->column = reader_column(rd, at);
	return -1;
}

int
reader_fail(struct reader *rd, const uint8_t *at, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	err_set(&rd->err, "%s", text);
	return reader_fault(rd, at);
}

struct slice
rule_word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	size_t n = 0;
	while (n < rest->len && !chars_is(rest->ptr[n], CHAR_SPACE))
		n++;
	struct slice word = slice_take(*rest, n);
	*rest = slice_trim(slice_skip(*rest, n));
	return word;
}

bool
rule_name_good(struct slice name)
{
	bool good = name.len > 0 && name.len <= NAME_BYTES && !chars_is(name.ptr[0], CHAR_DIGIT);
	for (size_t i = 0; good && i < name.len; i++)
		good = chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) || name.ptr[i] == '_';
	return good;
}

/* ---- what decides what is read ---- */

static int
take_if(struct reader *rd, struct slice rest, bool plugin)
{
	size_t at;
	int is = 0;
	if (rd->ifs_count == READER_IFS)
		return reader_fail(
			rd, NULL, "more than %d conditions inside each other", READER_IFS);
	if (rest.len == 0)
		return reader_fail(rd, NULL, "a condition is expected");
	if (plugin)
		is = conditions_plugin(&rd->rules->conditions, rest);
	else
		is = conditions_test(
			&rd->rules->conditions, rest, &rd->rules->arena, &at, &rd->err);
	rd->ifs[rd->ifs_count].skips = rd->skip;
	rd->ifs[rd->ifs_count].done = is == 1;
	rd->ifs[rd->ifs_count].line = rd->line;
	rd->ifs_count++;
	rd->skip = rd->skip || is != 1;
	return is < 0 ? reader_fault(rd, rest.ptr + at) : 1;
}

static int
take_else(struct reader *rd, struct slice rest, bool condition)
{
	if (rd->ifs_count == 0)
		return reader_fail(rd, NULL, "there is no if for it");
	if (!condition && rest.len > 0)
		return reader_fail(rd, rest.ptr, "'%.*s' is too much at the end", SHOWN(rest));
	size_t i = rd->ifs_count - 1, at;
	int is = 1;
	if (condition)
		is = conditions_test(
			&rd->rules->conditions, rest, &rd->rules->arena, &at, &rd->err);
	rd->skip = rd->ifs[i].skips || rd->ifs[i].done || is != 1;
	rd->ifs[i].done = rd->ifs[i].done || is == 1;
	return is < 0 ? reader_fault(rd, rest.ptr + at) : 1;
}

static int
take_endif(struct reader *rd, struct slice rest)
{
	if (rd->ifs_count == 0)
		return reader_fail(rd, NULL, "there is no if for it");
	rd->skip = rd->ifs[--rd->ifs_count].skips;
	if (rest.len > 0)
		return reader_fail(rd, rest.ptr, "'%.*s' is too much at the end", SHOWN(rest));
	return 1;
}

static int
take_version(struct reader *rd, struct slice rest)
{
	if (slice_eq(rest, SLICE("@@VERSION@@")) || slice_eq(rest, SLICE(CONDITIONS_VERSION)))
		return 1;
	if (rest.len == 0)
		return reader_fail(rd, NULL, "a version is expected");
	char text[200];
	snprintf(text, sizeof text,
		"it is for version %.*s, and this is the language of %s: the rest of it is left "
		"out",
		SHOWN(rest), CONDITIONS_VERSION);
	rules_notice(rd->rules,
		(struct rule_notice){ .kind = RULE_NOTICE_FILE,
			.text = text,
			.file = rd->file,
			.line = rd->line,
			.stock = rd->stock },
		slice_str(rd->file));
	rd->skip = rd->skip_file = true;
	return 1;
}

/* `view sent|delivered`: for the rules of the file from here on. */
static int
take_view(struct reader *rd, struct slice rest)
{
	bool sent = slice_eq(rest, SLICE("sent"));
	if (!sent && !slice_eq(rest, SLICE("delivered")))
		return reader_fail(rd, rest.ptr, "view is 'sent' or 'delivered'");
	rd->delivered = !sent;
	return 1;
}

/* 1 = the word was one of these; 0 = not; -1. */
static int
flow_line(struct reader *rd, struct slice word, struct slice rest)
{
	if (slice_eq(word, SLICE("ifplugin")) || slice_eq(word, SLICE("if")))
		return take_if(rd, rest, word.len > 2);
	if (slice_eq(word, SLICE("else")) || slice_eq(word, SLICE("elsif")))
		return take_else(rd, rest, word.len > 4);
	if (slice_eq(word, SLICE("endif")))
		return take_endif(rd, rest);
	if (rd->skip)
		return 1;
	if (slice_eq(word, SLICE("include")))
		return rules_include(rd, rest) < 0 ? -1 : 1;
	if (slice_eq(word, SLICE("require_version")))
		return take_version(rd, rest);
	if (slice_eq(word, SLICE("view")))
		return take_view(rd, rest);
	return 0;
}

/* ---- lines ---- */

/* '#' begins a comment, "\#" is a '#'. */
static struct slice
without_comment(struct slice line, struct arena *arena)
{
	bool escaped = false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] != '#')
			continue;
		if (i == 0 || line.ptr[i - 1] != '\\') {
			line = slice_take(line, i);
			break;
		}
		escaped = true;
	}
	if (!escaped)
		return line;
	uint8_t *out = arena_alloc(arena, line.len);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < line.len; i++)
		if (line.ptr[i] != '\\' || i + 1 == line.len || line.ptr[i + 1] != '#')
			out[n++] = line.ptr[i];
	return slice_of(out, n);
}

/* The word in small letters and with '_' for '-', as SpamAssassin takes it. */
static struct slice
plain_word(struct slice word, uint8_t out[64])
{
	if (word.len > 64)
		return word;
	for (size_t i = 0; i < word.len; i++)
		out[i] = word.ptr[i] == '-' ? '_' : chars_lower(word.ptr[i]);
	return slice_of(out, word.len);
}

/* `lang de describe …`: the rest, or empty if it is of another language. */
static struct slice
of_language(struct reader *rd, struct slice line)
{
	struct slice rest = line;
	if (!slice_eq(rule_word(&rest), SLICE("lang")))
		return line;
	struct slice language = rule_word(&rest);
	bool same = language.len > 0 && slice_istarts(rd->rules->language, language);
	return same ? rest : SLICE_EMPTY;
}

static int
line_read(struct reader *rd, struct slice line)
{
	uint8_t plain[64];
	rd->text = slice_trim(line);
	struct slice rest = of_language(rd, rd->text), word = rule_word(&rest);
	if (word.len == 0)
		return 0;
	word = plain_word(word, plain);
	int taken = flow_line(rd, word, rest);
	if (taken == 0)
		taken = rule_line(rd, word, rest);
	if (taken == 0)
		taken = word_line(rd, word, rest);
	if (taken != 0)
		return taken < 0 ? -1 : 0;
	rules_notice(rd->rules,
		(struct rule_notice){ .kind = RULE_NOTICE_WORD,
			.text = "is no word of this language: the line is left out",
			.file = rd->file,
			.line = rd->line,
			.column = 1,
			.stock = rd->stock },
		word);
	return 0;
}

/* A mistake: fatal, or in a stock set a notice. */
static int
mistake(struct reader *rd, struct err *err)
{
	if (!rd->stock)
		return err_set(err, "%s:%d:%zu: %s", rd->file, rd->line, rd->column, rd->err.text);
	char subject[64];
	snprintf(subject, sizeof subject, "%d", rd->line);
	rules_notice(rd->rules,
		(struct rule_notice){ .kind = RULE_NOTICE_MISTAKE,
			.text = rd->err.text,
			.file = rd->file,
			.line = rd->line,
			.column = rd->column,
			.stock = true },
		slice_str(arena_printf(&rd->rules->arena, "%s:%s", rd->file, subject)));
	return 0;
}

int
rules_read_from(
	struct rules *r, const char *file, struct slice text, unsigned depth, struct err *err)
{
	struct reader rd = { .rules = r,
		.file = arena_string(&r->arena, slice_str(file)),
		.stock = r->stock,
		.delivered = true,
		.depth = depth };
	for (rd.line = 1; text.len > 0 && !rd.skip_file; rd.line++) {
		rd.raw = slice_split(&text, '\n');
		rd.err.text[0] = '\0';
		rd.column = 0;
		if (line_read(&rd, without_comment(rd.raw, &r->arena)) < 0 && mistake(&rd, err) < 0)
			return -1;
		if (r->arena.full)
			return err_set(err, "%s:%d: the rules need more than %d bytes", file,
				rd.line, LIMIT_RULE_MEMORY);
	}
	if (rd.ifs_count == 0 || rd.skip_file)
		return 0;
	rd.line = rd.ifs[rd.ifs_count - 1].line;
	rd.raw = rd.text = SLICE_EMPTY;
	rd.err.text[0] = '\0';
	reader_fail(&rd, NULL, "there is no endif for this if");
	return mistake(&rd, err);
}

int
rules_read(struct rules *r, const char *file, struct slice text, struct err *err)
{
	return rules_read_from(r, file, text, 0, err);
}
