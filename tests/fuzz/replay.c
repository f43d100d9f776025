/* Runs a fuzz target over every file of a folder, whole and cut short at several places: a regression test without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static void
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *all = malloc(INPUT_MAX);

	if (f == NULL || all == NULL) {
		perror(path);
		exit(1);
	}
	size_t size = fread(all, 1, INPUT_MAX, f);
	fclose(f);
	for (size_t part = 0; part <= 4; part++) {
		/* Its own block of exactly that size, so that reading beyond it is seen. */
		size_t n = size * part / 4;
		uint8_t *copy = malloc(n + (n == 0));
		memcpy(copy, all, n);
		LLVMFuzzerTestOneInput(copy, n);
		free(copy);
	}
	free(all);
}

int
main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int count = 0;

	if (folder == NULL) {
		printf("SKIPPED: no corpus %s\n", argc == 2 ? argv[1] : "");
		return 77;
	}
	while ((entry = readdir(folder)) != NULL) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		replay(path);
		count++;
	}
	closedir(folder);
	printf("%d inputs\n", count);
	return count > 0 ? 0 : 77;
}
