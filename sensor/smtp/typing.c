#include "sensor/smtp/typing.h"

#include "sensor/base/chars.h"

/* Sleeps of scripts are whole or half seconds, and come a little late. */
#define STEP (500 * PTIME_MS)
#define STEP_EARLY (5 * PTIME_MS)
#define STEP_LATE (40 * PTIME_MS)

enum { KEYS_SURE = 10, KEYS_WITH_EDITS = 3, EDITS_SURE = 2, THOUGHTS_SURE = 3, SLIPS_SURE = 2 };

static void
count(int32_t *n)
{
	*n += *n < INT32_MAX;
}

static bool
ends_line(struct slice bytes)
{
	return bytes.len > 0 && bytes.ptr[bytes.len - 1] == '\n';
}

/* Enter, behind other keys; but a line's end that a program sends apart from the line is none. */
static bool
is_key(const struct typing *t, struct slice bytes)
{
	return bytes.len <= TYPING_BYTES && (t->alone || slice_index(bytes, '\n') == bytes.len);
}

static bool
is_even(int64_t pause)
{
	int64_t over = pause % STEP;
	return over <= STEP_LATE || over >= STEP - STEP_EARLY;
}

static void
note_key(struct typing *t, struct slice bytes, int64_t gap)
{
	bool paused = t->last != 0 && gap >= TYPING_KEY_MIN && gap <= TYPING_KEY_MAX;
	if (t->alone && paused) {
		count(&t->keys);
		t->gap_min = t->gap_min == 0 || gap < t->gap_min ? gap : t->gap_min;
		t->gap_max = gap > t->gap_max ? gap : t->gap_max;
	}
	t->alone = paused && is_key(t, bytes);
}

/* The first bytes since the server's answer. */
static void
note_pause(struct typing *t, int64_t time)
{
	int64_t pause = time - t->answer;
	if (t->answer == 0 || pause <= TYPING_PAUSE)
		return;
	count(&t->pauses);
	if (!is_even(pause) && !(t->line != 0 && is_even(time - t->line)))
		count(&t->thoughts);
}

void
typing_segment(struct typing *t, struct slice bytes, bool content, int64_t time)
{
	if (!content)
		note_pause(t, time);
	else if (ends_line(bytes) && bytes.len <= TYPING_LINE && t->line != 0 &&
		 time - t->line >= TYPING_THINK && !is_even(time - t->line))
		count(&t->lines);
	note_key(t, bytes, time - t->last);
	t->answer = 0;
	t->last = time;
	if (ends_line(bytes))
		t->line = time;
}

void
typing_answer(struct typing *t, int64_t time)
{
	t->answer = time;
}

/* Length of the editing key at the front, or 0. */
static size_t
edit_length(struct slice s)
{
	enum { CTRL_H = 8, CTRL_U = 21, CTRL_W = 23, ESCAPE = 27, DELETE = 127 };
	uint8_t c = s.ptr[0];
	if (c == CTRL_H || c == DELETE || c == CTRL_U || c == CTRL_W)
		return 1;
	if (c != ESCAPE || s.len < 3 || (s.ptr[1] != '[' && s.ptr[1] != 'O'))
		return 0;
	if (s.ptr[2] >= 'A' && s.ptr[2] <= 'H')
		return 3; /* arrows, Home, End */
	return s.len > 3 && chars_is(s.ptr[2], CHAR_DIGIT) && s.ptr[3] == '~' ? 4 : 0;
}

/* "IAC WILL NAWS" and the like; the length, or 0. */
static size_t
telnet_length(struct slice s)
{
	return s.len >= 3 && s.ptr[0] == 255 && s.ptr[1] >= 251 && s.ptr[1] <= 254 ? 3 : 0;
}

void
typing_line(struct typing *t, struct slice line)
{
	int32_t edits = 0, plain = 0;
	bool telnet = false;
	while (line.len > 0) {
		size_t edit = edit_length(line), option = telnet_length(line);
		if (edit == 0 && option == 0 && chars_is(line.ptr[0], CHAR_CTL | CHAR_HIGH) &&
			line.ptr[0] != '\t')
			return; /* no line of text: another protocol, or noise */
		telnet |= option > 0;
		edits += edit > 0;
		plain += edit == 0 && option == 0;
		line = slice_skip(line, edit + option > 0 ? edit + option : 1);
	}
	t->telnet |= telnet;
	if (plain > 0)
		t->edits += edits < INT32_MAX - t->edits ? edits : 0;
}

bool
typing_by_keys(const struct typing *t)
{
	/* Bytes that a program doles out come as a clock ticks. */
	bool uneven = t->gap_max - t->gap_min > t->gap_min / 2;
	return (t->keys >= KEYS_SURE && uneven) || (t->keys >= KEYS_WITH_EDITS && t->edits > 0) ||
	       t->edits >= EDITS_SURE;
}

bool
typing_by_lines(const struct typing *t, int slips)
{
	slips += t->lines >= 2;
	slips += t->telnet ? SLIPS_SURE : 0;
	slips += t->edits > 0;
	return t->thoughts >= THOUGHTS_SURE && slips >= SLIPS_SURE;
}
