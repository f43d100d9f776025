/* heloscope's own tests: the program that a message says it was written with, against how its
 * Message-ID and boundaries look, and how the client speaks.
 *
 * Source: the mails of people that tests have at hand and that name one of these programs. Servers
 * and lists put other Message-IDs and boundaries in place of the program's; their shapes contradict
 * nobody. */
#include <string.h>

#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"

/* mailer: words that name a program in X-Mailer or User-Agent.  The others as in eval_shape.h, from
 * the first byte. */
struct program {
	const char *mailer;
	const char *ids[5];
	const char *boundaries[4];
	bool desktop; /* sits on a person's machine */
};

static const struct program programs[] = {
	{ "Microsoft Outlook Express", { "<^$^$^@" }, { "----=_NextPart_" }, true },
	{ "Microsoft Outlook,", { "<^$^$^@", "<^.^" }, { "----=_NextPart_" }, true },
	{ "Microsoft Outlook IMO", { "<^.^" }, { "----=_NextPart_" }, true },
	{ "Microsoft Outlook", { "<^$^$^@", "<^.^", "<^@" },
		{ "----=_NextPart_", "_%%%_", "_000_" }, true },
	{ "Microsoft Windows Mail", { "<^@" }, { "----=_NextPart_" }, true },
	{ "Windows Live Mail", { "<^@", "<^-" }, { "----=_NextPart_" }, true },
	{ "Apple Mail", { "<^-^-^-^-^@" }, { "Apple-Mail" }, true },
	{ "iPhone Mail", { "<^-^-^-^-^@" }, { "Apple-Mail" }, true },
	{ "iPad Mail", { "<^-^-^-^-^@" }, { "Apple-Mail" }, true },
	{ "Thunderbird", { "<^.#@", "<^-^-^-^-^@" }, { "------------" }, true },
	{ "The Bat!", { "<#.%%%%%%%%%%%%%%@" }, { "----------" }, true },
	{ "Evolution", { "<#.#", "<^.camel@" }, { "=-" }, true },
	{ "KMail", { "<#.#", "<#.^@" }, { "nextPart", "Boundary-" }, true },
	{ "Lotus Notes", { "<OF^.^-^" }, { "=_", "--=_" }, true },
	{ "PHPMailer", { "<^@" }, { "b1" }, false },
};

/* What servers (Exim, Sendmail, Postfix, qmail, Hotmail, Exchange, JavaMail at a provider) and
 * lists write. */
static const char *const server_ids[] = { "<E?^-^-^@", "<%%%%%%%%%%%%.^@", "<%%%%%%%%%%%%%%.^@",
	"<%%%%%%%%%%%%%%.#.qmail@", "<BAY", "<BLU", "<SNT", "<COL", "<DUB", "<OF^.^-^", "<#.#.#.",
	"<^.^.JavaMail." };
static const char *const list_boundaries[] = { "===============", "Boundary_(", "----------=_",
	"=_" };

/* Programs of scripts, as sensor/smtp/clients_table.c names those who speak like them. */
static const char *const scripts[] = { "Python smtplib", "aiosmtplib", "swaks", "sendEmail",
	"PHPMailer", "SwiftMailer", "Symfony Mailer or lettre", "Go net/smtp", "Ruby Mail",
	"LuaSocket", "JavaMail", "sSMTP", "nullmailer", "msmtp", "msmtp or SwiftMailer",
	"GNU Mailutils", "DragonFly Mail Agent" };

static struct slice
mailer_of(const struct rule_input *in)
{
	struct slice mailer = slice_trim(sent_get(in, "X-Mailer"));
	return mailer.len > 0 ? mailer : slice_trim(sent_get(in, "User-Agent"));
}

static const struct program *
program_of(struct slice mailer)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (slice_ifind(mailer, slice_str(programs[i].mailer)) < mailer.len)
			return &programs[i];
	return NULL;
}

static bool
fits_any(const char *const *shapes, size_t count, struct slice text)
{
	for (size_t i = 0; i < count && shapes[i] != NULL; i++)
		if (shape_starts(text, shapes[i]))
			return true;
	return false;
}

#define FITS_ANY(shapes, text) fits_any(shapes, sizeof(shapes) / sizeof *(shapes), text)

/* The program named in X-Mailer or User-Agent makes other Message-IDs. */
static bool
test_message_id(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct program *p = program_of(mailer_of(in));
	struct slice id = slice_trim(sent_get(in, "Message-ID"));
	return p != NULL && id.len > 0 && !FITS_ANY(p->ids, id) && !FITS_ANY(server_ids, id);
}

/* It makes other boundaries. */
static bool
test_boundary(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct program *p = program_of(mailer_of(in));
	const struct message *m = in->message;
	if (p == NULL || m->entities_count == 0 || m->entities[0].boundary.len == 0)
		return false;
	struct slice boundary = m->entities[0].boundary;
	return !FITS_ANY(p->boundaries, boundary) && !FITS_ANY(list_boundaries, boundary);
}

/* A person's program is named, and the client speaks like a script; no server was in between. */
static bool
test_dialect(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct program *p = program_of(mailer_of(in));
	if (p == NULL || !p->desktop || in->session == NULL || sent_there(in, "Received"))
		return false;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (strcmp(in->session->client_software, scripts[i]) == 0)
			return true;
	return false;
}

const struct eval evals_own_program[] = {
	{ "mailer_contradicts_message_id", 0, 0, 0, test_message_id },
	{ "boundary_contradicts_mailer", 0, 0, 0, test_boundary },
	{ "mailer_contradicts_dialect", 0, 0, 0, test_dialect },
	{ NULL, 0, 0, 0, NULL },
};
