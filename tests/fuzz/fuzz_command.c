/* Lines as commands, their paths and parameters.
 *
 * Everything that is found must lie inside of the line and in its order; a path without faults,
 * written again, must be read as the same path; what is sure is plausible. */
#include "sensor/base/buf.h"
#include "sensor/base/chars.h"
#include "sensor/smtp/command.h"
#include "fuzz/check.h"

#define LINES_MAX 64
#define ALL_FAULTS                                                                                 \
	(PATH_SPACE_AFTER_COLON | PATH_NO_BRACKETS | PATH_BAD | PATH_SOURCE_ROUTE | PATH_PERCENT | \
		PATH_NO_KEYWORD)

static void
check_trimmed(struct slice s)
{
	check(s.len == 0 ||
		(!chars_is(s.ptr[0], CHAR_SPACE) && !chars_is(s.ptr[s.len - 1], CHAR_SPACE)));
}

static void
check_address(struct slice address)
{
	struct slice local, domain;
	address_split(address, &local, &domain);
	check_inside(local, address);
	check_inside(domain, address);
	bool at = local.len < address.len;
	check(local.len + at + domain.len == address.len);
	check(!at || address.ptr[local.len] == '@');
}

static void
check_params(struct slice params)
{
	struct slice rest = params, name, value;
	size_t before = rest.len + 1;
	while (param_next(&rest, &name, &value) == 1) {
		check(rest.len < before);
		before = rest.len;
		check_inside(name, params);
		check_inside(value, params);
		check(slice_index(name, '=') == name.len);
		for (size_t i = 0; i < name.len; i++)
			check(!chars_is(name.ptr[i], CHAR_SPACE));
		for (size_t i = 0; i < value.len; i++)
			check(!chars_is(value.ptr[i], CHAR_SPACE));
	}
}

/* RFC 5321 4.1.1.2: written as it should be, it is the same. */
static void
check_again(const struct path *p, const char *keyword)
{
	struct buf b;
	struct path again;
	buf_init(&b, 1 << 20);
	buf_printf(&b, "%s:<", keyword);
	buf_add(&b, p->address);
	buf_str(&b, "> ");
	buf_add(&b, p->params);
	path_parse(buf_slice(&b), keyword, &again);
	check(again.faults == 0);
	check(slice_eq(again.address, p->address) && slice_eq(again.params, p->params));
	buf_release(&b);
}

static void
check_path(struct slice args, const char *keyword)
{
	struct path p;
	path_parse(args, keyword, &p);
	check((p.faults & ~(unsigned)ALL_FAULTS) == 0);
	check_inside(p.address, args);
	check_inside(p.params, args);
	check_inside(p.lead, args);
	check(p.lead.len == 0 || p.lead.ptr == args.ptr);
	if (p.address.len > 0 && p.lead.len > 0)
		check(p.lead.ptr + p.lead.len <= p.address.ptr);
	if (p.address.len > 0 && p.params.len > 0)
		check(p.address.ptr + p.address.len <= p.params.ptr);
	check(!(p.faults & PATH_NO_KEYWORD) || (p.faults & PATH_BAD));
	check_address(p.address);
	check_params(p.params);
	if (p.faults == 0)
		check_again(&p, keyword);
}

static void
check_line(struct slice line)
{
	struct command c;
	command_parse(line, &c);
	check((unsigned)c.verb < VERBS_COUNT && c.verb != VERB_GREETING && c.verb != VERB_DATA_END);
	check_inside(c.word, line);
	check_inside(c.args, line);
	check_trimmed(c.args);
	check(c.verb == verb_of(c.word));
	if (c.verb != VERB_UNKNOWN) {
		check(slice_ieq(c.word, slice_str(verb_text(c.verb))));
		check(c.word.len <= VERB_MAX && verb_begins(c.word));
	}
	check(!command_is_sure(&c) || command_is_plausible(&c));
	check_path(c.args, "FROM");
	check_path(c.args, "TO");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	for (int i = 0; i < LINES_MAX && rest.len > 0; i++)
		check_line(slice_split(&rest, '\n'));
	return 0;
}
