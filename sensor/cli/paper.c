#include "sensor/cli/paper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sensor/base/ptime.h"

#define WIDTH_DEFAULT 100
#define WIDTH_MIN 40
#define TEXT_WIDTH_MAX 100 /* longer lines are hard to read */

static int
width_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int64_t width = WIDTH_DEFAULT;

	if (columns == NULL || slice_number(slice_str(columns), &width) != 0 || width <= 0 ||
		width > 10000) {
		width = WIDTH_DEFAULT;
		if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
			width = size.ws_col;
	}
	return width < WIDTH_MIN ? WIDTH_MIN : (int)width;
}

static bool
wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no_color == NULL || *no_color == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

struct paper
paper_of(FILE *out)
{
	int fd = fileno(out);
	bool terminal = isatty(fd) == 1;

	return (struct paper){ .out = out,
		.width = width_of(fd),
		.colour = terminal && wants_colour(),
		.terminal = terminal };
}

void
paper_ink(const struct paper *p, enum ink ink, const char *text)
{
	static const char *const codes[] = {
		[INK_PLAIN] = "",
		[INK_BOLD] = "\033[1m",
		[INK_BAD] = "\033[1;31m",
		[INK_WARN] = "\033[33m",
		[INK_GOOD] = "\033[32m",
	};

	if (p->colour && ink != INK_PLAIN)
		fprintf(p->out, "%s%s\033[0m", codes[ink], text);
	else
		fputs(text, p->out);
}

/* UTF-8: every byte but those that continue a character. */
static int
characters(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

void
paper_text(const struct paper *p, int indent, const char *first, const char *text)
{
	int width = p->width < TEXT_WIDTH_MAX ? p->width : TEXT_WIDTH_MAX, at = indent;

	fprintf(p->out, "%s%*s", first, indent - characters(first, strlen(first)), "");
	for (const char *word = text + strspn(text, " "); *word != '\0';) {
		size_t len = strcspn(word, " ");
		int cells = characters(word, len);

		if (at > indent && at + 1 + cells > width) {
			fprintf(p->out, "\n%*s", indent, "");
			at = indent;
		}
		at += fprintf(p->out, "%s", at > indent ? " " : "") + cells;
		fwrite(word, 1, len, p->out);
		word += len;
		word += strspn(word, " ");
	}
	fputc('\n', p->out);
}

void
paper_head(const struct paper *p, const char *text)
{
	fputc('\n', p->out);
	paper_ink(p, INK_BOLD, text);
	fputc('\n', p->out);
}

/* Bytes of the first `max` characters. */
static size_t
front(const char *text, int max)
{
	size_t end = 0;

	for (; text[end] != '\0'; end++) {
		if (((unsigned char)text[end] & 0xc0) != 0x80 && max-- == 0)
			break;
	}
	return end;
}

void
paper_cell(const struct paper *p, enum ink ink, int width, int used, const char *text)
{
	int room = width != 0 ? abs(width) : p->width - used,
	    cells = characters(text, strlen(text));
	char cut[1024];

	/* A number or address that is too long breaks the table rather than lie. */
	if (width == 0 && p->terminal && cells > room && room > 1) {
		snprintf(cut, sizeof cut, "%.*s…", (int)front(text, room - 1), text);
		text = cut;
	}
	fprintf(p->out, "%*s", width < 0 && cells < room ? room - cells : 0, "");
	paper_ink(p, ink, text);
	if (width != 0)
		fprintf(p->out, "%*s", (width > 0 && cells < room ? room - cells : 0) + 2, "");
}

const char *
paper_time(int64_t t, char out[PAPER_TIME_MAX])
{
	char text[PTIME_TEXT_MAX];

	if (t == 0)
		snprintf(out, PAPER_TIME_MAX, "-");
	else
		snprintf(out, PAPER_TIME_MAX, "%.10s %.5s", ptime_format(t, text), text + 11);
	return out;
}
