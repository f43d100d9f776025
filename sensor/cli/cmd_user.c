/* heloscope user add|role|remove|list NAME [--role R] [--users F] [--config F] */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sensor/cli/cli.h"
#include "sensor/cli/config.h"
#include "web/users.h"

enum { OPTION_ROLE, OPTION_USERS, OPTION_CONFIG };
static const struct cli_option options[] = {
	[OPTION_ROLE] = { "role", 0, "reader|analyst|admin",
		"what the user may see; default: reader" },
	[OPTION_USERS] = { "users", 0, "FILE",
		"the file of users; default: that of the configuration ([web] users)" },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
};

struct asked {
	const struct cli_command *command;
	const char *values[sizeof options / sizeof *options];
	const char *operands[2]; /* what to do; the name */
	size_t count;
	enum access access;
	const char *file;
};

/* ---- the password ---- */

/* A line without its end into out. 0, or -1: there is none, or it is too long. */
static int
read_secret(FILE *in, char out[USERS_PASSWORD_MAX])
{
	if (fgets(out, USERS_PASSWORD_MAX, in) == NULL)
		return -1;
	size_t len = strcspn(out, "\r\n");
	if (out[len] == '\0' && len == USERS_PASSWORD_MAX - 1)
		return -1;
	out[len] = '\0';
	return 0;
}

static int
ask_terminal(const char *prompt, char out[USERS_PASSWORD_MAX])
{
	struct termios before, silent;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return -1;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	fprintf(stderr, "%s", prompt);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
		return -1;
	int rc = read_secret(stdin, out);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	return rc;
}

static int
ask_password(char out[USERS_PASSWORD_MAX], struct err *err)
{
	char again[USERS_PASSWORD_MAX] = "";
	bool same = true;
	int rc;

	if (isatty(STDIN_FILENO)) {
		rc = ask_terminal("Password: ", out) != 0 || ask_terminal("Once more: ", again) != 0
			     ? -1
			     : 0;
		same = rc != 0 || strcmp(out, again) == 0;
		explicit_bzero(again, sizeof again);
	} else {
		rc = read_secret(stdin, out);
	}
	if (rc != 0)
		return err_set(err, "no password was given, or one of more than %d bytes",
			USERS_PASSWORD_MAX - 2);
	if (!same)
		return err_set(err, "the two passwords are not the same");
	if (strlen(out) < USERS_PASSWORD_MIN)
		return err_set(err, "a password has %d characters at least", USERS_PASSWORD_MIN);
	return 0;
}

/* ---- what can be done ---- */

static int
add(const struct asked *a, struct users *u, struct err *err)
{
	const struct user *known = users_find(u, a->operands[1]);
	char password[USERS_PASSWORD_MAX] = "", hash[USERS_HASH_MAX] = "";
	enum access access =
		known != NULL && a->values[OPTION_ROLE] == NULL ? known->access : a->access;

	if (!users_name_is_good(a->operands[1]))
		return users_put(u, a->operands[1], access, "", err);
	int rc = ask_password(password, err) == 0 ? password_hash(password, hash, err) : -1;
	explicit_bzero(password, sizeof password);
	return rc == 0 ? users_put(u, a->operands[1], access, hash, err) : -1;
}

static int
set_role(const struct asked *a, struct users *u, struct err *err)
{
	if (a->values[OPTION_ROLE] == NULL)
		return err_set(err, "say which role: --role reader, analyst or admin");
	return users_put(u, a->operands[1], a->access, NULL, err);
}

static int
drop(const struct asked *a, struct users *u, struct err *err)
{
	return users_remove(u, a->operands[1])
		       ? 0
		       : err_set(err, "there is no user '%s'", a->operands[1]);
}

static int
list(const struct asked *a, struct users *u, struct err *err)
{
	(void)a, (void)err;
	for (size_t i = 0; i < u->count; i++)
		printf("%-24s %s\n", u->list[i].name, access_word(u->list[i].access));
	return 0;
}

static const struct action {
	const char *word;
	int (*run)(const struct asked *a, struct users *u, struct err *err);
	bool has_name, writes, makes_file;
} actions[] = {
	{ "add", add, true, true, true },
	{ "role", set_role, true, true, false },
	{ "remove", drop, true, true, false },
	{ "list", list, false, false, false },
};

static int
act(const struct action *action, const struct asked *a)
{
	struct err err = { "" };
	struct users *u = NULL;
	bool fresh = action->makes_file && access(a->file, F_OK) != 0 && errno == ENOENT;

	if (fresh)
		u = users_new();
	else if (users_load(a->file, &u, &err) != 0)
		return cli_fail(a->command, EXIT_FAILED, "%s", err.text);
	int rc = action->run(a, u, &err);
	if (rc == 0 && action->writes)
		rc = users_save(u, a->file, &err);
	users_free(u);
	if (rc != 0)
		return cli_fail(a->command, EXIT_FAILED, "%s", err.text);
	if (action->writes)
		fprintf(stderr,
			"%s is written; a report that runs reads it on SIGHUP (systemctl reload "
			"heloscope)\n",
			a->file);
	return EXIT_DONE;
}

/* ---- the command ---- */

static int
parse(struct asked *a, int argc, char **argv, bool *stop)
{
	struct cli_args args = cli_args(a->command, argc, argv);
	int option;

	*stop = true;
	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_OPERAND && a->count < 2)
			a->operands[a->count++] = args.value;
		else if (option == CLI_OPERAND)
			return cli_fail(
				a->command, EXIT_USAGE, "'%s' is one word too many", args.value);
		else if (option < 0)
			return EXIT_USAGE;
		else
			a->values[option] = args.value;
	}
	if (a->count == 0)
		return cli_fail(
			a->command, EXIT_USAGE, "say what to do: add, role, remove or list");
	*stop = false;
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct asked a = { .command = self, .access = ACCESS_READER };
	struct config config;
	struct err err = { "" };
	bool stop;
	int status = parse(&a, argc, argv, &stop);

	if (stop)
		return status;
	if (a.values[OPTION_ROLE] != NULL &&
		access_parse(slice_str(a.values[OPTION_ROLE]), &a.access) != 0)
		return cli_fail(self, EXIT_USAGE, "--role: '%s' is none of reader, analyst, admin",
			a.values[OPTION_ROLE]);
	config_default(&config);
	a.file = a.values[OPTION_USERS];
	if (a.file == NULL) {
		if (config_load(&config, a.values[OPTION_CONFIG], &err) != 0)
			return cli_fail(self, EXIT_FAILED, "%s", err.text);
		a.file = config.web.users;
	}
	if (a.file[0] == '\0')
		return cli_fail(self, EXIT_USAGE,
			"which file? Name it with --users, or configure [web] users");
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (strcmp(a.operands[0], actions[i].word) != 0)
			continue;
		if (actions[i].has_name != (a.count == 2))
			return cli_fail(self, EXIT_USAGE, "%s: %s", a.operands[0],
				actions[i].has_name ? "name the user" : "it takes no name");
		return act(&actions[i], &a);
	}
	return cli_fail(self, EXIT_USAGE, "'%s' is none of add, role, remove, list", a.operands[0]);
}

const struct cli_command cmd_user = {
	.name = "user",
	.args = "add|role|remove|list [NAME]",
	.summary = "who may sign in to the report",
	.text = "Keeps the file of those who may sign in to the report: a line each, "
		"name:role:hash of the "
		"password (yescrypt).  add makes a user, or gives one another password: it is "
		"asked for "
		"twice, or is the first line of the input when that is no terminal.  A reader sees "
		"hosts "
		"and verdicts, and mail addresses without the part before the @; an analyst also "
		"evidence, "
		"exports, complaints and cases; an admin also the audit log.\n\n"
		"A report that runs reads the file again on SIGHUP; then sessions of those who are "
		"gone, "
		"or have another password, end.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
