#include "talk/export.h"

#include <stdio.h>
#include <stdlib.h>

#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "talk/packets.h"
#include "talk/rig.h"

#define APART PTIME_HOUR /* one dialogue behind the other */
#define JSON_MAX ((size_t)64 * 1024 * 1024)

void
export_init(struct export *x)
{
	*x = (struct export){ .frames = NULL };
	buf_init(&x->json, JSON_MAX);
}

static struct wire_frame *
room(struct export *x, size_t more)
{
	if (x->count + more > x->cap) {
		x->cap = 2 * (x->count + more);
		x->frames = must_realloc(x->frames, x->cap * sizeof(*x->frames));
	}
	return x->frames + x->count;
}

/* Session and mails meet again, as the collector has them meet. */
static void
add_json(struct export *x, struct run *run)
{
	struct session_record *s = &run->session;
	struct json j;
	if (run->sessions == 0)
		return;
	s->mails_count = 0;
	for (size_t i = 0; i < run->mails_count; i++) {
		struct mail_record *m = ARENA_PUSH(&run->arena, s->mails, 100000);
		*m = run->mails[i].record;
		if (run->mails[i].digest[0] != '-')
			m->sha256 = run->mails[i].digest;
	}
	json_init(&j, &x->json);
	record_json(&j, &layout_session, s, true);
	buf_byte(&x->json, '\n');
}

#define OTHERS 8 /* packets of other hosts, a second apart, by which time goes on */

/* Behind a dialogue, so that what waits for lost bytes is decided, and what is open times out. */
static void
add_others(struct export *x, int64_t time)
{
	const struct wire w = { 4, 39999, 25, 254, NULL };
	for (int i = 1; i <= OTHERS + 1; i++) {
		struct wire_packet syn = { .flags = WIRE_SYN, .side = SMTP_CLIENT };
		syn.time = time + (i <= OTHERS ? i * PTIME_SECOND : APART / 2);
		wire_frames(&w, &syn, 1, room(x, 1));
		x->count++;
	}
}

void
export_add(struct export *x, struct talk *t)
{
	struct packets packets;
	struct run run;
	struct wire w = { 4, (uint16_t)(40000 + x->dialogues), talk_server(t).port,
		(uint8_t)(1 + x->dialogues % 250), NULL };
	size_t first = x->count;
	packets_make(t, CUT_TURNS, &packets);
	for (size_t i = 0; i < packets.count; i++)
		packets.list[i].time += x->dialogues * APART;
	wire_frames(&w, packets.list, packets.count, room(x, packets.count));
	x->count += packets.count;
	add_others(x, packets.list[packets.count - 1].time);
	t->privacy = t->auth_user = false;
	struct rig *rig = rig_new(t);
	rig_run(rig, x->frames + first, x->count - first, &run);
	add_json(x, &run);
	x->dialogues++;
	run_release(&run);
	rig_free(rig);
	packets_free(&packets);
}

int
export_write(struct export *x, const char *pcap, const char *json)
{
	if (wire_write(x->frames, x->count, pcap) < 0)
		return -1;
	if (json == NULL)
		return 0;
	FILE *f = fopen(json, "w");
	if (f != NULL)
		fwrite(x->json.ptr, 1, x->json.len, f);
	if (f != NULL && fclose(f) == 0)
		return 0;
	fprintf(stderr, "run_talk: %s: cannot be written\n", json);
	return -1;
}

void
export_release(struct export *x)
{
	free(x->frames);
	buf_release(&x->json);
}
