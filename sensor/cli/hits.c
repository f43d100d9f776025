#include <stdio.h>

#include "sensor/cli/hits.h"

static void
print_words(const char *title, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i == 0 ? title : ", ", words[i]);
	if (count > 0)
		putchar('\n');
}

void
hits_print(const struct mail_record *m)
{
	for (size_t i = 0; i < m->hits_count; i++) {
		const struct hit *hit = &m->hits[i];
		printf("%7.1f  %-28s %s", hit->score, hit->rule, hit->why);
		if (hit->times > 1)
			printf(" (%d times)", hit->times);
		if (*hit->source != '\0')
			printf(" [%s]", hit->source);
		putchar('\n');
		if (*hit->where != '\0')
			printf("         %-28s %s\n", hit->where, hit->matched);
	}
	print_words("         labels: ", m->labels, m->labels_count);
	print_words("         gave up at a limit: ", m->gave_up, m->gave_up_count);
}
