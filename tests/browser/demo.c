/* demo FILE: makes a store to look at. */
#include "browser/demo_more.h"

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: demo FILE\n");
		return 2;
	}
	demo_store(argv[1]);
	demo_more(argv[1]);
	return 0;
}
