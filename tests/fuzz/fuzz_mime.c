/* The MIME structure of a message, its decoders, what is packed inside, and the digests of its
 * text. */

#include "fuzz/check.h"
#include "sensor/mail/similar.h"
#include "sensor/mail/text.h"
#include "tests/processor_time.h"

/* Seconds of processor time.  An input of 1 MiB may take 50 ms in a release build, which replays
 * the corpus; sanitizers and libFuzzer's hooks in memmem cost up to twenty times as much. */
#if defined(__SANITIZE_ADDRESS__) || defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
#define SPLIT_MOST 1.0
#else
#define SPLIT_MOST 0.05
#endif

static void
check_leaf(const struct message *m, size_t i)
{
	const struct message_entity *e = &m->entities[i];
	check(e->part < m->parts_count);
	const struct message_part *p = &m->parts[e->part];
	check(p->entity == i);
	check(p->decoded.len <= p->raw.len);
	check(p->type != NULL && p->shown != NULL && p->inside != NULL && p->name != NULL);
	check(p->files_count <= LIMIT_PART_FILES);
	check((p->files_count > 0) <= (*p->inside != '\0'));
	size_t inside = 0;
	for (size_t k = 0; k < p->files_count; k++)
		inside += p->files[k].content.len;
	check(inside <= 2 * p->decoded.len + 64);
}

static void
check_tree(const struct message *m)
{
	size_t leaves = 0;
	check(m->entities_count > 0 && m->entities_count <= LIMIT_ENTITIES);
	check(m->parts_count <= LIMIT_PARTS);
	for (size_t i = 0; i < m->entities_count; i++) {
		const struct message_entity *e = &m->entities[i];
		check(e->parent < i || i == 0);
		check(i == 0 || e->depth == m->entities[e->parent].depth + 1);
		check(i == 0 || !m->entities[e->parent].leaf);
		check(e->depth <= 2 * LIMIT_PART_DEPTH);
		check_inside(i > 0 ? SLICE_EMPTY : e->content, m->raw);
		if (!e->leaf || (e->faults & PART_TOO_DEEP) != 0)
			continue;
		leaves++;
		check_leaf(m, i);
	}
	check(m->cut || leaves == m->parts_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mail_privacy privacy = { false, SLICE("key") };
	struct arena arena;
	struct message m;
	struct mail_text text;
	const char *exact, *near;
	double before = processor_time();
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	message_split(slice_of(data, size), NULL, &arena, &m);
	check(processor_time() - before < SPLIT_MOST);
	check(!arena.full);
	check_tree(&m);
	mail_text(&m, &arena, &text);
	before = processor_time();
	similar_text(&privacy, text.body.all, &arena, &exact, &near);
	check(processor_time() - before < SPLIT_MOST);
	check(similar_distance(near, near) == (*near == '\0' ? SIMILAR_NONE : 0));
	arena_release(&arena);
	return 0;
}
