/* heloscope show STAGE FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "sensor/cli/cli.h"
#include "sensor/cli/hits.h"
#include "sensor/cli/setup.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

enum { OPTION_CONFIG };
static const struct cli_option options[] = {
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
};

enum stage { STAGE_PACKETS, STAGE_STREAMS, STAGE_SMTP, STAGE_MAIL, STAGE_SCORE };
static const char *const stage_names[] = { "packets", "streams", "smtp", "mail", "score" };

struct showing {
	enum stage stage;
	struct setup setup;
	struct counters counters;
	struct analyst *analyst;
	struct arena arena;
	struct buf line;
};

static void
show_endpoint(struct endpoint e)
{
	char text[ADDR_TEXT_MAX];
	printf(e.addr.family == ADDR_V6 ? "[%s]:%u" : "%s:%u", addr_format(e.addr, text), e.port);
}

static void
on_packet(void *ctx, const struct frame *frame, const struct packet *p, const char *why)
{
	char time[PTIME_TEXT_MAX];
	(void)ctx;

	printf("%llu %s %u ", (unsigned long long)frame->number, ptime_format(frame->time, time),
		frame->wire_len);
	if (p == NULL) {
		printf("- %s\n", why != NULL ? why : "not followed");
		return;
	}
	for (size_t i = 0; i < p->layer_count; i++)
		printf("%s%s", i > 0 ? "/" : "", layer_name(p->layer[i]));
	putchar(' ');
	show_endpoint(p->src);
	printf(" > ");
	show_endpoint(p->dst);
	printf(" %s%s%s%s seq %u ack %u %zu bytes\n", p->flags & PACKET_SYN ? "S" : "",
		p->flags & PACKET_FIN ? "F" : "", p->flags & PACKET_RST ? "R" : "",
		p->flags & PACKET_ACK ? "." : "", p->seq, p->ack, p->payload.len);
}

static void
on_line(void *ctx, const char *id, const char *event)
{
	(void)ctx;
	printf("%s %s\n", id, event);
}

static void
show_score(const struct mail_record *m)
{
	printf("%s/%d %.1f points, from <%s>\n", m->session, m->number, m->score, m->mail_from);
	hits_print(m);
}

static void
on_mail(void *ctx, const struct session_record *session, struct mail_record *mail,
	struct slice content)
{
	struct showing *s = ctx;
	struct json j;

	if (s->stage < STAGE_MAIL)
		return;
	analyst_mail(s->analyst, session, mail, content, &s->arena);
	if (s->stage == STAGE_SCORE) {
		show_score(mail);
	} else {
		buf_clear(&s->line);
		json_init(&j, &s->line);
		record_json(&j, &layout_mail, mail, true);
		printf("%s\n", buf_cstr(&s->line));
	}
	arena_reset(&s->arena);
}

static void
on_session(void *ctx, const struct session_record *session)
{
	(void)ctx;
	(void)session;
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	(void)ctx;
	(void)server;
	(void)time;
}

static int
show_file(const struct cli_command *self, struct worker *w, const char *path)
{
	struct capture *c;
	struct frame frame;
	struct err err = { "" };
	int more;

	if (setup_open_file(path, &c, &err) < 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	while ((more = capture_next(c, &frame, &err)) > 0)
		worker_frame(w, &frame);
	worker_finish(w);
	capture_close(c);
	return more < 0 ? cli_fail(self, EXIT_DAMAGED, "%s", err.text) : EXIT_DONE;
}

static int
show(const struct cli_command *self, struct showing *s, const char *path)
{
	struct err err = { "" };
	struct worker_output output = {
		.ctx = s, .mail = on_mail, .session = on_session, .service = on_service
	};
	struct worker_probe probe = { s, s->stage == STAGE_PACKETS ? on_packet : NULL,
		s->stage == STAGE_STREAMS ? on_line : NULL,
		s->stage == STAGE_SMTP ? on_line : NULL };

	if (setup_finish(&s->setup, false, &err) < 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	s->analyst = analyst_new(&s->setup.analyst, &s->counters, &err);
	if (s->analyst == NULL)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	struct worker *w = worker_new(&s->setup.worker, &output, &s->counters, &err);
	if (w == NULL)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	worker_probe(w, &probe);
	int status = show_file(self, w, path);
	worker_free(w);
	return status;
}

static int
find_stage(const char *name)
{
	for (size_t i = 0; i < sizeof stage_names / sizeof stage_names[0]; i++)
		if (strcmp(name, stage_names[i]) == 0)
			return (int)i;
	return -1;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	const char *operands[2] = { NULL, NULL };
	struct setup_given given = { .privacy = "off" };
	struct err err = { "" };
	size_t count = 0;
	int option;

	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == OPTION_CONFIG)
			given.config = args.value;
		else if (count == 2)
			return cli_fail(self, EXIT_USAGE, "one stage and one file, not also '%s'",
				args.value);
		else
			operands[count++] = args.value;
	}
	if (count < 2 || find_stage(operands[0]) < 0)
		return cli_fail(self, EXIT_USAGE,
			"name a stage (packets, streams, smtp, mail, score) and a capture file");
	struct showing *s = must_alloc(sizeof *s);
	memset(s, 0, sizeof *s);
	s->stage = (enum stage)find_stage(operands[0]);
	arena_init(&s->arena, LIMIT_MAIL_MEMORY);
	buf_init(&s->line, LIMIT_FRAME);
	int status = setup_configure(&s->setup, &given, &err) < 0
			     ? cli_fail(self, EXIT_USAGE, "%s", err.text)
			     : show(self, s, operands[1]);
	analyst_free(s->analyst);
	setup_release(&s->setup);
	arena_release(&s->arena);
	buf_release(&s->line);
	free(s);
	return status;
}

const struct cli_command cmd_show = {
	"show",
	"packets|streams|smtp|mail|score FILE",
	"Show one stage's output for a capture, as text",
	"For looking into a capture, and for debugging: what each packet was taken for, what each "
	"stream delivered, the dialogue line by line, each mail, and why it scores.  Addresses are "
	"whole.",
	options,
	sizeof options / sizeof options[0],
	run,
};
