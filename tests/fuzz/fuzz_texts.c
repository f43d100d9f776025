/* Languages: Accept-Language, cookies, and sentences with anything in them.  A value at the end of
 * a sentence comes out as it went in. */
#include <assert.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "web/texts.h"

#define ENGLISH "1 of 2 sessions greet with no name of a mail server, as "
#define PORTUGUESE "1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como "
#define CUT_FROM 396 /* the sensor's own length: there a sentence may have lost its end */
#define CUT_UNTIL 399

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_value(const struct texts *t, struct arena *arena, const char *value)
{
	const char *in = arena_printf(arena, ENGLISH "%s", value);
	const char *out = texts_sentence(t, arena, in);

	if (strlen(in) > TEXTS_SENTENCE_MAX)
		assert(strcmp(in, out) == 0);
	else if (strlen(in) < CUT_FROM || strlen(in) > CUT_UNTIL)
		assert(strncmp(out, PORTUGUESE, sizeof PORTUGUESE - 1) == 0 &&
			strcmp(out + sizeof PORTUGUESE - 1, value) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	bool known;
	const struct texts *t = texts_named("pt-BR", &known);

	arena_init(&arena, 1u << 20);
	const char *text = arena_string(&arena, slice_of(data, size < 4096 ? size : 4096));
	(void)texts_accepted(text);
	(void)texts_wanted(text, text);
	(void)texts_named(text, &known);
	(void)texts_sentence(t, &arena, text);
	check_value(t, &arena, text);
	arena_release(&arena);
	return 0;
}
