#include "sensor/cli/help.h"

#include <string.h>

const struct cli_command *const commands[] = { &cmd_read, &cmd_run, &cmd_serve, &cmd_user,
	&cmd_report, &cmd_export, &cmd_show, &cmd_score, &cmd_reply, &cmd_match, &cmd_lookup,
	&cmd_rules, &cmd_db, &cmd_alerts };
const size_t commands_count = sizeof commands / sizeof commands[0];

static const char exit_text[] =
	"0 done; 1 done, but some input was damaged or cut (said on stderr, everything readable "
	"is recorded); 2 wrong use; 3 could not do it.";

void
help_overview(FILE *out)
{
	fprintf(out,
		"heloscope %s: which of your hosts will be listed on a mail blocklist, why, "
		"and what to do.\n\nUsage: heloscope COMMAND [OPTIONS] [ARGUMENTS]\n\n",
		HELOSCOPE_VERSION);
	for (size_t i = 0; i < commands_count; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n'heloscope COMMAND --help' tells more.  Exit status: %s\n", exit_text);
}

/* "  -i, --interface IFACE" */
static void
option_head(const struct cli_option *o, char out[64])
{
	char letter[8] = "    ";
	if (o->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	snprintf(out, 64, "%s--%s%s%s", letter, o->name, o->arg != NULL ? " " : "",
		o->arg != NULL ? o->arg : "");
}

void
help_command(const struct cli_command *c, FILE *out)
{
	fprintf(out, "Usage: heloscope %s%s%s%s\n\n%s.\n", c->name,
		c->options_count > 0 ? " [OPTIONS]" : "", c->args[0] != '\0' ? " " : "", c->args,
		c->summary);
	if (c->text[0] != '\0')
		fprintf(out, "\n%s\n", c->text);
	fprintf(out, "\nOptions:\n");
	for (size_t i = 0; i < c->options_count; i++) {
		char head[64];
		option_head(&c->options[i], head);
		fprintf(out, "  %-28s %s\n", head, c->options[i].help);
	}
	fprintf(out, "  %-28s %s\n\nExit status: %s\n", "-h, --help", "this text", exit_text);
}

/* Text of ours into man(7): hyphens and backslashes are kept as they are typed. */
static void
man_text(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '\n' && text[1] == '\n') {
			fputs("\n.PP\n", out);
			text++;
		} else
			fputc(*text, out);
	}
}

static void
man_command(const struct cli_command *c, FILE *out)
{
	fprintf(out, ".SS heloscope %s ", c->name);
	man_text(c->args, out);
	fprintf(out, "\n");
	man_text(c->summary, out);
	fprintf(out, ".\n");
	if (c->text[0] != '\0') {
		fprintf(out, ".PP\n");
		man_text(c->text, out);
		fputc('\n', out);
	}
	for (size_t i = 0; i < c->options_count; i++) {
		char head[64];
		option_head(&c->options[i], head);
		fprintf(out, ".TP\n.B ");
		man_text(head + strspn(head, " "), out);
		fputc('\n', out);
		man_text(c->options[i].help, out);
		fputc('\n', out);
	}
}

void
help_man_page(FILE *out)
{
	fprintf(out,
		".TH HELOSCOPE 1 \"\" \"heloscope %s\" \"User Commands\"\n.SH NAME\n"
		"heloscope \\- passive mail sensor for the campus edge\n.SH SYNOPSIS\n"
		".B heloscope\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n"
		".SH DESCRIPTION\nListens on a mirror (span) port, rebuilds every SMTP session, "
		"judges every mail and every host, and tells which hosts are listed or about to be "
		"listed on a blocklist, why, and what to do.\nIt sends nothing into the network "
		"that it watches.\n.SH COMMANDS\n",
		HELOSCOPE_VERSION);
	for (size_t i = 0; i < commands_count; i++)
		man_command(commands[i], out);
	fprintf(out, ".SH EXIT STATUS\n");
	man_text(exit_text, out);
	fprintf(out, "\n.SH FILES\n.TP\n.I /etc/heloscope/heloscope.conf\nconfiguration\n.TP\n"
		     ".I /var/lib/heloscope/heloscope.db\nthe store\n");
}
