/* The small parts that pages are made of (page.h). */
#include "web/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/ptime.h"

void
part_time(struct html *h, int64_t t)
{
	char text[PTIME_TEXT_MAX], shown[20];
	if (t == 0) {
		h_str(h, "–");
		return;
	}
	ptime_format(t, text);
	snprintf(shown, sizeof shown, "%.10s %.8s", text, text + 11);
	h_open(h, "time");
	h_attr(h, "datetime", text);
	h_str(h, shown);
	h_close(h);
}

void
part_section(struct html *h, const char *id, const char *title)
{
	h_class(h, "section", "card");
	h_attr(h, "id", id);
	h_element(h, "h2", NULL, title);
}

static const struct {
	const char *word, *meaning;
} verdicts[] = {
	{ "listed", N_("remote servers refuse its mail and name a blocklist") },
	{ "likely", N_("it does what gets a host listed") },
	{ "throttled", N_("remote servers slow it down or put its mail off") },
	{ "watch", N_("something stands out") },
	{ "clean", N_("nothing stands out in what the sensor saw") },
	{ "unknown", N_("too little was seen to judge") },
};

static size_t
verdict_row(const char *word)
{
	size_t last = sizeof verdicts / sizeof verdicts[0] - 1;
	for (size_t i = 0; i < last; i++) {
		if (strcmp(word, verdicts[i].word) == 0) {
			return i;
		}
	}
	return last;
}

const char *
verdict_meaning(const char *word)
{
	return verdicts[verdict_row(word)].meaning;
}

void
part_verdict(struct html *h, const char *word)
{
	size_t row = verdict_row(word);
	h_open(h, "span");
	h_attr(h, "class", arena_printf(h->arena, "badge %s", verdicts[row].word));
	h_attr(h, "title", T(h, verdicts[row].meaning));
	h_str(h, T(h, word[0] != '\0' ? word : "unknown"));
	h_close(h);
}

void
part_tile(struct html *h, const char *label, const char *value, const char *note, const char *tone)
{
	h_class(h, "div", "card tile");
	h_element(h, "h2", NULL, label);
	h_element(
		h, "p", tone == NULL ? "figure" : arena_printf(h->arena, "figure %s", tone), value);
	if (note[0] != '\0') {
		h_element(h, "p", "note", note);
	}
	h_close(h);
}

void
part_fact(struct html *h, const char *term, const char *text)
{
	if (text[0] == '\0') {
		return;
	}
	h_open(h, "div");
	h_element(h, "dt", NULL, term);
	h_element(h, "dd", NULL, text);
	h_close(h);
}

void
part_fact_count(struct html *h, const char *term, int64_t value)
{
	part_fact(h, term, part_number(h, value));
}

void
part_fact_time(struct html *h, const char *term, int64_t t)
{
	h_open(h, "div");
	h_element(h, "dt", NULL, term);
	h_open(h, "dd");
	part_time(h, t);
	h_close_n(h, 2);
}

void
part_meter(struct html *h, double share, const char *tone)
{
	double s = share < 0 ? 0 : share > 1 ? 1 : share;
	h_class(h, "svg", "meter");
	h_attr(h, "viewBox", "0 0 100 6");
	h_attr(h, "preserveAspectRatio", "none");
	h_attr(h, "aria-hidden", "true");
	h_class(h, "rect", "track");
	h_attr(h, "width", "100");
	h_attr(h, "height", "6");
	h_close(h);
	h_class(h, "rect", tone);
	h_attr_real(h, "width", 100 * s);
	h_attr(h, "height", "6");
	h_close_n(h, 2);
}

void
part_table(struct html *h, const char *label, const char *const *heads)
{
	h_class(h, "div", "scroll");
	h_attr(h, "tabindex", "0");
	h_attr(h, "role", "region");
	h_attr(h, "aria-label", label);
	h_open(h, "table");
	h_open(h, "thead");
	h_open(h, "tr");
	for (; *heads != NULL; heads++) {
		bool number = (*heads)[0] == '#';
		h_open(h, "th");
		h_attr(h, "scope", "col");
		if (number) {
			h_attr(h, "class", "num");
		}
		h_str(h, T(h, *heads + number));
		h_close(h);
	}
	h_close_n(h, 2);
	h_open(h, "tbody");
}

void
part_table_end(struct html *h)
{
	h_close_n(h, 3);
}

const char *
part_percent(struct html *h, double part, double whole)
{
	if (whole <= 0) {
		return "–";
	}
	double percent = 100 * part / whole;
	const char *text = h_words(h, "%.1f %%", percent);
	/* A rounded 0 or 100 must be true. */
	if (percent > 0 && percent < 0.05) {
		text = texts_number(h->texts, h->arena, "< 0.1 %");
	}
	if (percent > 99.95 && percent < 100) {
		text = texts_number(h->texts, h->arena, "> 99.9 %");
	}
	return text;
}

const char *
part_bytes(struct html *h, int64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;
	if (bytes < 1000) {
		return h_words(h, TN(h, "%" PRId64 " byte", "%" PRId64 " bytes", bytes), bytes);
	}
	for (value /= 1000; value >= 1000 && unit + 1 < sizeof units / sizeof units[0]; unit++) {
		value /= 1000;
	}
	return h_words(h, "%.1f %s", value, units[unit]);
}

const char *
part_number(struct html *h, int64_t n)
{
	struct buf b;
	struct html number;
	buf_init(&b, 64);
	h_init(&number, &b, h->arena);
	number.texts = h->texts;
	h_int(&number, n);
	const char *text = arena_string(h->arena, buf_slice(&b));
	buf_release(&b);
	return text;
}
