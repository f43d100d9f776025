#include "sensor/smtp/extension.h"

static const char *const keywords[] = { [EXTENSION_NONE] = "",
#define X(name, keyword, source) [EXTENSION_##name] = (keyword),
	EXTENSIONS(X)
#undef X
};

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

enum extension
extension_of(struct slice line)
{
	struct slice rest = slice_trim(line);
	struct slice keyword = slice_split(&rest, ' ');
	keyword = slice_take(keyword, slice_index(keyword, '='));
	for (size_t i = 1; i < COUNT_OF(keywords); i++)
		if (slice_ieq(keyword, slice_str(keywords[i])))
			return (enum extension)i;
	return EXTENSION_NONE;
}

/* Cisco's inspection writes "XXXXXXXA" or "XXXXXXXX" over STARTTLS, which has eight letters. */
bool
extension_is_overwritten(struct slice keyword)
{
	size_t crosses = 0;
	for (size_t i = 0; i < keyword.len; i++)
		crosses += keyword.ptr[i] == 'X';
	return keyword.len == 8 && crosses >= 7;
}

enum extension
extension_of_command(enum verb verb)
{
	static const struct {
		enum verb verb;
		enum extension extension;
	} rows[] = {
		{ VERB_BDAT, EXTENSION_CHUNKING },
		{ VERB_AUTH, EXTENSION_AUTH },
		{ VERB_EXPS, EXTENSION_EXPS },
		{ VERB_STARTTLS, EXTENSION_STARTTLS },
		{ VERB_ANONYMOUSTLS, EXTENSION_ANONYMOUSTLS },
		{ VERB_XCLIENT, EXTENSION_XCLIENT },
		{ VERB_XFORWARD, EXTENSION_XFORWARD },
		{ VERB_ETRN, EXTENSION_ETRN },
		{ VERB_ATRN, EXTENSION_ATRN },
		{ VERB_BURL, EXTENSION_BURL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].verb == verb)
			return rows[i].extension;
	return EXTENSION_NONE;
}

enum extension
extension_of_param(struct slice name, struct slice value)
{
	/* In order: BODY has two rows. */
	static const struct {
		const char *name, *value; /* value "" = any */
		enum extension extension;
	} rows[] = {
		{ "SIZE", "", EXTENSION_SIZE },
		{ "BODY", "BINARYMIME", EXTENSION_BINARYMIME },
		{ "BODY", "", EXTENSION_8BITMIME },
		{ "SMTPUTF8", "", EXTENSION_SMTPUTF8 },
		{ "RET", "", EXTENSION_DSN },
		{ "ENVID", "", EXTENSION_DSN },
		{ "NOTIFY", "", EXTENSION_DSN },
		{ "ORCPT", "", EXTENSION_DSN },
		{ "AUTH", "", EXTENSION_AUTH },
		{ "REQUIRETLS", "", EXTENSION_REQUIRETLS },
		{ "MT-PRIORITY", "", EXTENSION_MT_PRIORITY },
		{ "HOLDFOR", "", EXTENSION_FUTURERELEASE },
		{ "HOLDUNTIL", "", EXTENSION_FUTURERELEASE },
		{ "BY", "", EXTENSION_DELIVERBY },
		{ "SUBMITTER", "", EXTENSION_SUBMITTER },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (slice_ieq(name, slice_str(rows[i].name)) &&
			(rows[i].value[0] == '\0' || slice_ieq(value, slice_str(rows[i].value))))
			return rows[i].extension;
	return EXTENSION_NONE;
}
