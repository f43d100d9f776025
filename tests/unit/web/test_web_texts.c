/* Languages: which one is wanted, numbers, plurals, and sentences of the sensor with hostile values
 * in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "processor_time.h"
#include "sensor/base/buf.h"
#include "web/html.h"
#include "web/texts_inner.h"

static const struct texts *
portuguese(void)
{
	bool known;
	const struct texts *t = texts_named("pt-BR", &known);

	assert_true(known);
	assert_non_null(t);
	return t;
}

/* ---- which language ---- */

static const struct {
	const char *accept, *want;
} accepted[] = {
	{ NULL, "en" },
	{ "", "en" },
	{ "pt-BR", "pt-BR" },
	{ "pt", "pt-BR" },
	{ "PT-pt", "pt-BR" },
	{ "pt-BR,pt;q=0.9,en;q=0.8", "pt-BR" },
	{ "en-US,en;q=0.9,pt;q=0.8", "en" },
	{ "en;q=0.3, pt-BR;q=0.7", "pt-BR" },
	{ "en;q=0.7, pt-BR;q=0.7", "en" }, /* of equals the first */
	{ "de-DE, fr;q=0.9", "en" },
	{ "de, pt;q=0.1", "pt-BR" },
	{ "pt;q=0", "en" },
	{ "pt;q=0.0", "en" },
	{ "pt;q=0.001", "pt-BR" },
	{ "pt;q=", "en" },
	{ "pt;q=x", "en" },
	{ "pt;q=-1", "en" },
	{ "pt;level=1", "en" },
	{ "en;q=0.9,pt;q=1.0000000000000000000000000", "pt-BR" },
	{ " pt-BR ; q=1 ", "pt-BR" },
	{ ",,,;;;,pt", "pt-BR" },
	{ "*", "en" },
	{ "ptx", "en" },
	{ "p", "en" },
	{ "pt-BR-x-averylongsubtagthatnobodyhas", "en" },
	{ "\xff\xfe,pt", "pt-BR" },
	{ "%s%s%n", "en" },
};

static void
the_browser_says_which(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
		assert_string_equal(
			texts_tag(texts_accepted(accepted[i].accept)), accepted[i].want);
}

static void
a_long_field_is_read_through(void **state)
{
	static char text[10240];
	(void)state;
	memset(text, ',', sizeof text - 1);
	assert_null(texts_accepted(text));
	memset(text, 'p', sizeof text - 1);
	assert_null(texts_accepted(text));
	for (size_t i = 0; i + 4 < sizeof text; i += 4)
		memcpy(text + i, "de, ", 4);
	memcpy(text + sizeof text - 5, "pt;q", 4);
	assert_null(texts_accepted(text));
	memcpy(text + sizeof text - 5, " pt ", 4);
	assert_ptr_equal(texts_accepted(text), portuguese());
}

static const struct {
	const char *cookies, *accept, *want;
} wanted[] = {
	{ NULL, "pt", "pt-BR" },
	{ "lang=en", "pt", "en" },
	{ "lang=pt-BR", NULL, "pt-BR" },
	{ "a=b; lang=pt-BR; c=d", "en", "pt-BR" },
	{ "lang=en; lang=pt-BR", NULL, "en" },
	{ "xlang=pt-BR", "en", "en" },
	{ "lang", "pt", "pt-BR" },
	{ "lang=", "pt", "pt-BR" },
	{ "lang=xx", "pt", "pt-BR" },
	{ "lang=pt-BR-and-much-more-than-a-tag", "en", "en" },
	{ ";;;=;=lang;", "pt", "pt-BR" },
};

static void
a_cookie_comes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_string_equal(texts_tag(texts_wanted(wanted[i].cookies, wanted[i].accept)),
			wanted[i].want);
}

static void
languages_are_counted(void **state)
{
	(void)state;
	assert_string_equal(language_at(0)->tag, "en");
	assert_string_equal(language_at(1)->tag, "pt-BR");
	assert_string_equal(language_at(1)->name, "Português");
	assert_null(language_at(2));
	assert_null(language_at(SIZE_MAX));
}

/* ---- texts ---- */

static void
keys_have_texts(void **state)
{
	const struct texts *t = portuguese();
	(void)state;
	assert_string_equal(texts_of(t, "Overview"), "Visão geral");
	assert_string_equal(texts_of(NULL, "Overview"), "Overview");
	assert_string_equal(texts_of(t, "no such key"), "no such key");
	assert_string_equal(texts_of(t, ""), ""); /* not what the catalogue says of itself */
	assert_string_equal(texts_of(t, "\xff\xff\xff"), "\xff\xff\xff");
	assert_string_equal(texts_count(NULL, "%d day", "%d days", 0), "%d days");
	assert_string_equal(texts_count(t, "%d day", "%d days", 0), "%d dia");
	assert_string_equal(texts_count(t, "%d day", "%d days", 1), "%d dia");
	assert_string_equal(texts_count(t, "%d day", "%d days", 2), "%d dias");
	assert_string_equal(texts_count(t, "%d day", "%d days", -1), "%d dias");
	assert_string_equal(texts_count(t, "a xyzzy", "xyzzies", 2), "xyzzies");
}

static void
numbers_are_written_as_the_language_does(void **state)
{
	struct arena arena;
	struct buf buf;
	struct html h;
	(void)state;
	arena_init(&arena, 1u << 20);
	buf_init(&buf, 1u << 16);
	h_init(&h, &buf, &arena);
	h.texts = portuguese();
	h_int(&h, -1234567);
	h_format(&h, " %s %.1f%% %+.2f %d.%d %5.1f|%e", "10.0.0.1", 1234.5, -0.25, 1, 2, 3.25, 0.5);
	buf_byte(&buf, 0);
	assert_string_equal(
		(const char *)buf.ptr, "-1.234.567 10.0.0.1 1234,5% -0,25 1.2   3,2|5,000000e-01");
	assert_string_equal(h_words(&h, "%.1f.%s", 0.5, "a.b"), "0,5.a.b");
	assert_string_equal(texts_number(h.texts, &arena, "< 0.1 %"), "< 0,1 %");
	h.texts = NULL;
	assert_string_equal(h_words(&h, "%.1f", 0.5), "0.5");
	buf_release(&buf);
	arena_release(&arena);
}

/* ---- sentences ---- */

static const struct {
	const char *in, *want;
} sentences[] = {
	{ "", "" },
	{ "no key fits this", "no key fits this" },
	{ "accepted by 192.0.2.7", "aceita por 192.0.2.7" },
	{ "12 of 240 sessions greet with no name of a mail server, as localhost",
		"12 de 240 sessões cumprimentam com um nome que não é de servidor de e-mail, como "
		"localhost" },
	/* names from outside stay, also where they are keys, formats or sentences themselves */
	{ "1 of 2 sessions greet with no name of a mail server, as spam-bot",
		"1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como "
		"spam-bot" },
	{ "1 of 2 sessions greet with no name of a mail server, as %s%n{%1$s}%99$s",
		"1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como "
		"%s%n{%1$s}%99$s" },
	{ "1 of 2 sessions greet with no name of a mail server, as 3 of 4 sessions greet with no "
	  "name of a mail server, as x",
		"1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como 3 "
		"of 4 sessions greet with no name of a mail server, as x" },
	{ "3 of the 9 mails of the client that greets as x scored 5.0 or more; y others scored 5.0 "
	  "or more; 2 others speak through this address",
		"3 das 9 mensagens do cliente que cumprimenta como x scored 5.0 or more; y others "
		"pontuaram 5,0 ou mais; 2 outros falam por este endereço" },
	{ "1 of 2 sessions greet with no name of a mail server, as x since 1: 2 (rule Y: +1.0)",
		"1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como x "
		"since 1: 2 (rule Y: +1.0)" },
	{ "1 of 2 sessions greet with no name of a mail server, as SORBS named it from 1 to 2",
		"1 de 2 sessões cumprimentam com um nome que não é de servidor de e-mail, como "
		"SORBS named it from 1 to 2" },
	{ "Worth a look since 2008-06-12 03:04 UTC: SORBS named it from 1.5 to 2",
		"Vale a pena olhar desde 2008-06-12 03:04 UTC: SORBS a citou de 1.5 a 2" },
	/* numbers have the language's point; values that are no number do not */
	{ "12 of 240 mails scored 5.0 or more, the highest 17.3",
		"12 de 240 mensagens pontuaram 5,0 ou mais, a maior pontuação 17,3" },
	{ "accepted by 1.5", "aceita por 1.5" },
	/* sentences in sentences, words of ours, lists */
	{ "0.5 of 2 mails scored 5.0 or more (rule HOST_SPAM_SENT: +3.1)",
		"0,5 de 2 mensagens pontuaram 5,0 ou mais (regra HOST_SPAM_SENT: +3,1)" },
	{ "Listed by Spamhaus ZEN (37 refusals by 4 servers), SpamCop (1 refusal by 1 server) "
	  "since "
	  "2008-06-12 03:04 UTC; it seems to be an open proxy (open-proxy): at least 3 mails that "
	  "came in so left from it again",
		"Listada por Spamhaus ZEN (37 recusas de 4 servidores), SpamCop (1 recusa de 1 "
		"servidor) desde 2008-06-12 03:04 UTC; parece ser um proxy aberto (proxy aberto): "
		"pelo menos 3 mensagens que entraram assim saíram dela de novo" },
	{ "Worth a look since 2008-06-12 03:04 UTC: 17 passwords were refused by other servers",
		"Vale a pena olhar desde 2008-06-12 03:04 UTC: 17 senhas foram recusadas por "
		"outros "
		"servidores" },
	{ "2 refusals by 1 server that names Gmail (rate limit), since 2008-06-12 03:04 UTC; "
	  "192.0.2.7 said: 550 5.7.1 that names Gmail, since ever; you said: no",
		"2 recusas de 1 servidor que cita Gmail (limite de taxa), desde 2008-06-12 03:04 "
		"UTC; 192.0.2.7 disse: 550 5.7.1 that names Gmail, since ever; you said: no" },
	{ "Restarts of the analyst: 3.", "Reinícios do analisador: 3." },
	{ "When the cause is gone, ask Microsoft for removal: https://sender.office.com/. By form.",
		"Quando a causa tiver sumido, peça a retirada à Microsoft: "
		"https://sender.office.com/. Por formulário." },
};

static void
sentences_are_said_in_the_language(void **state)
{
	const struct texts *t = portuguese();
	struct arena arena;
	(void)state;
	arena_init(&arena, 1u << 20);
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		assert_string_equal(texts_sentence(t, &arena, sentences[i].in), sentences[i].want);
		assert_string_equal(texts_sentence(NULL, &arena, sentences[i].in), sentences[i].in);
	}
	arena_release(&arena);
}

/* The sensor cuts a sentence to 399 bytes, or to less within a character. */
static void
a_sentence_that_was_cut_is_said_as_far_as_it_goes(void **state)
{
	static const char start[] = "3 of the 9 mails of the client that greets as ";
	static const char want[] = "3 das 9 mensagens do cliente que cumprimenta como ";
	const struct texts *t = portuguese();
	struct arena arena;
	char text[400] = "";
	const char *said;
	(void)state;
	arena_init(&arena, 1u << 20);
	memset(text, 'x', sizeof text - 1);
	memcpy(text, start, sizeof start - 1);
	said = texts_sentence(t, &arena, text);
	assert_memory_equal(said, want, sizeof want - 1);
	assert_non_null(strstr(said, "xxxxx pontuaram 5,0 ou mais; … outros"));
	memcpy(text + sizeof text - 1 - 10, " scored 5.", 10);
	said = texts_sentence(t, &arena, text);
	assert_non_null(strstr(said, "xxxxx pontuaram 5,0 ou mais; … outros"));
	text[300] = '\0'; /* shorter: it was not cut, so it is no sentence of ours */
	assert_string_equal(texts_sentence(t, &arena, text), text);
	arena_release(&arena);
}

static const char *const odd[] = { "x", "<b>&\"'", "%s %d %1$s %%", "{%1$s}", "caf\xc3\xa9",
	"\xe2\x80\xae", "=cmd|' /C calc'!A0", "a.b.c", "-7", "++", "~", "::1", "\\", "#", "[]",
	"a@b" };
#define ODD (sizeof odd / sizeof *odd)

/* What stands for the n-th directive of a key. */
static const char *
value_of(char directive, size_t n, char out[32])
{
	if (directive == 's')
		return odd[n % ODD];
	snprintf(out, 32, directive == 'd' ? "%d" : "%d.75",
		(int)(n * n * 37 + 1) * (n % 2 ? -1 : 1));
	return out;
}

static void
make_sentence(struct buf *out, const char *key)
{
	size_t n = 0;
	char text[32];

	for (; *key != '\0'; key++) {
		if (*key != '%') {
			buf_byte(out, (uint8_t)*key);
			continue;
		}
		key++;
		if (*key == '%')
			buf_byte(out, '%');
		else
			buf_str(out, value_of(*key, n++, text));
	}
	buf_byte(out, 0);
}

/* The same values in the translation, by a simpler reading of it than the program's. */
static void
make_translation(struct buf *out, const char *text)
{
	size_t n = 0, which;
	int length;
	char directive, buffer[32];

	for (; *text != '\0';) {
		bool ours = text[0] == '{' && text[1] == '%';

		text += ours;
		if (text[0] == '%' &&
			sscanf(text, "%%%zu$%c%n", &which, &directive, &length) == 2) {
			which--;
			text += length;
		} else if (text[0] == '%' && text[1] == '%') {
			buf_byte(out, '%');
			text += 2;
			continue;
		} else if (text[0] == '%') {
			which = n++;
			directive = text[1];
			text += 2;
		} else {
			buf_byte(out, (uint8_t)*text++);
			continue;
		}
		const char *value = value_of(directive, which, buffer);
		for (; *value != '\0'; value++)
			buf_byte(out, directive == 'f' && *value == '.' ? ',' : (uint8_t)*value);
		if (ours)
			text += strncmp(text, ", }", 3) == 0 ? 3 : 1;
	}
	buf_byte(out, 0);
}

static void
every_format_is_found_by_its_sentence(void **state)
{
	const struct texts *t = portuguese();
	struct arena arena;
	(void)state;
	arena_init(&arena, 64u << 20);
	assert_true(catalogue_count(&t->sentences) > 500);
	for (size_t i = 1; i < catalogue_count(&t->sentences); i++) {
		const char *key = catalogue_key(&t->sentences, i);
		struct buf made, want;

		buf_init(&made, 1u << 16);
		buf_init(&want, 1u << 16);
		make_sentence(&made, key);
		make_translation(&want, catalogue_text(&t->sentences, i));
		assert_string_equal(
			texts_sentence(t, &arena, (const char *)made.ptr), (const char *)want.ptr);
		buf_release(&made);
		buf_release(&want);
	}
	arena_release(&arena);
}

/* Values made of the formats' own words, as often as there is room. */
static void
hostile_sentences_cost_little(void **state)
{
	static const char *const pieces[] = { " (rule ", " since ", ": ", "; it seems to be ", ", ",
		" said: ", " of ", "1", "1 ", "%", "{%1$s}", " scored 5.0 or more",
		" (1 refusal by 1 server)", "Listed by ", "a (", "\xff" };
	const struct texts *t = portuguese();
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char text[TEXTS_SENTENCE_MAX + 1] = "";
		size_t len = strlen(pieces[i]);
		struct arena arena;
		double begin = processor_time();

		for (size_t at = 0; at + len <= TEXTS_SENTENCE_MAX; at += len)
			memcpy(text + at, pieces[i], len);
		arena_init(&arena, 1u << 20);
		for (size_t k = 0; k < 20; k++)
			assert_non_null(texts_sentence(t, &arena, text));
		arena_release(&arena);
		/* 20 of the longest, under the sanitizers */
		assert_true(processor_time() - begin < 2);
	}
}

static void
too_long_is_left_alone(void **state)
{
	static char text[TEXTS_SENTENCE_MAX + 2];
	struct arena arena;
	(void)state;
	arena_init(&arena, 1u << 20);
	memset(text, 'a', sizeof text - 1);
	memcpy(text, "accepted by ", 12);
	assert_ptr_equal(texts_sentence(portuguese(), &arena, text), text);
	text[TEXTS_SENTENCE_MAX] = '\0';
	assert_memory_equal(texts_sentence(portuguese(), &arena, text), "aceita por a", 12);
	arena_release(&arena);
	/* an arena that is full: the sentence itself */
	arena_init(&arena, 1);
	assert_string_equal(texts_sentence(portuguese(), &arena, "closed"), "closed");
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_browser_says_which),
		cmocka_unit_test(a_long_field_is_read_through),
		cmocka_unit_test(a_cookie_comes_first),
		cmocka_unit_test(languages_are_counted),
		cmocka_unit_test(keys_have_texts),
		cmocka_unit_test(numbers_are_written_as_the_language_does),
		cmocka_unit_test(sentences_are_said_in_the_language),
		cmocka_unit_test(a_sentence_that_was_cut_is_said_as_far_as_it_goes),
		cmocka_unit_test(every_format_is_found_by_its_sentence),
		cmocka_unit_test(hostile_sentences_cost_little),
		cmocka_unit_test(too_long_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
