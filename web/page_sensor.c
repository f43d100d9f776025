/* /sensor: everything that the sensor counts about itself; /healthz: whether the report works, for
 * machines. */
#include "web/page.h"

#include <inttypes.h>

#include "web/health.h"
#include "web/route.h"

static void
add_notes(struct html *h, const struct health *health)
{
	part_section(h, "sight", T(h, "How far it can see"));
	if (health->count == 0) {
		h_element(
			h, "p", "note", T(h, "Nothing is amiss: no drops, no holes, no restarts."));
	}
	h_class(h, "ul", "notes");
	for (size_t i = 0; i < health->count; i++) {
		h_element(h, "li", health->notes[i].blind ? "bad" : NULL,
			TS(h, health->notes[i].text));
	}
	h_close_n(h, 2);
}

static void
add_run(struct html *h, const struct sensor_state *state, int64_t now)
{
	part_section(h, "run", T(h, "The latest run"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "Sensor"), state->sensor);
	part_fact(h, T(h, "State"), T(h, health_word(state, now)));
	part_fact(h, T(h, "Reads"), state->sources);
	part_fact(h, T(h, "Kind"), state->live ? T(h, "live") : T(h, "capture files"));
	part_fact_time(h, T(h, "Run began"), state->run);
	part_fact_time(h, T(h, "First packet"), state->started);
	part_fact_time(h, T(h, "Last packet"), state->now);
	h_close_n(h, 2);
}

static void
add_store(struct html *h, const struct request *r, const struct store_totals *t)
{
	part_section(h, "store", T(h, "The store"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "File"), pool_path(r->pool));
	part_fact(h, T(h, "Size"), part_bytes(h, t->file_bytes));
	part_fact(h, T(h, "Schema"), h_words(h, T(h, "version %d"), t->schema));
	part_fact_count(h, T(h, "Hosts"), t->hosts);
	part_fact_count(h, T(h, "Sessions"), t->sessions);
	part_fact_count(h, T(h, "Mails"), t->mails);
	part_fact_count(h, T(h, "Recipients"), t->rcpts);
	part_fact_time(h, T(h, "First session"), t->first);
	part_fact_time(h, T(h, "Last session"), t->last);
	h_close_n(h, 2);
}

static void
add_counters(struct html *h, const struct sensor_state *state)
{
	static const char *const heads[] = { N_("Counter"), N_("#Value"), N_("What it counts"),
		NULL };
	part_section(h, "counters", T(h, "Counters since the start of this run"));
	part_table(h, T(h, "Counters"), heads);
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		h_open(h, "tr");
		h_class(h, "td", "text");
		h_element(h, "code", NULL, counter_name((enum counter)i));
		h_close(h);
		h_class(h, "td", "num");
		h_int(h, state->counters.value[i]);
		h_close(h);
		h_element(h, "td", "long", T(h, counter_text((enum counter)i)));
		h_close(h);
	}
	part_table_end(h);
	h_close(h);
}

static int
add_events(struct html *h, struct request *r, struct err *err)
{
	const struct table *events = table_find("events");
	const struct filter filter = { .limit = 20 };
	int64_t shown;
	h_class(h, "section", "card");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "What happened"));
	h_link(h, "/events", T(h, "All events"));
	h_close(h);
	int rc = page_rows(h, r, events, &filter, false, &shown, err);
	if (shown == 0) {
		h_element(h, "p", "note", T(h, "No event is stored."));
	}
	h_close(h);
	return rc;
}

void
page_sensor(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct store_totals totals;
	const struct health_seen *seen = health_load(r->reader.store, r->now, &r->arena, &err);
	if (seen == NULL || query_totals(r->reader.store, &totals, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	page_begin(&h, r, a, T(r, "Sensor"));
	h_class(&h, "div", "title");
	h_element(&h, "h1", NULL, T(&h, "The sensor"));
	h_close(&h);
	add_notes(&h, &seen->health);
	h_class(&h, "div", "columns");
	if (seen->known) {
		add_run(&h, &seen->state, r->now);
	}
	add_store(&h, r, &totals);
	h_close(&h);
	if (seen->known) {
		part_loss(&h, &seen->loss);
	}
	if (add_events(&h, r, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	if (seen->known) {
		add_counters(&h, &seen->state);
	}
	page_end(&h, r);
}

void
health_answer(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct sensor_state state;
	a->type = TYPE_TEXT;
	if (pool_take(r->pool, &r->reader, &err) == 0 &&
		query_state(r->reader.store, &state, &r->arena, &err) >= 0) {
		buf_str(&a->body, "ok\n");
		return;
	}
	r->reader_failed = true;
	a->status = 503;
	buf_printf(&a->body, "%s\n", err.text);
}
