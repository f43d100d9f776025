/* Words for a person: filled once where the fault was found, printed once at the edge.
 * Says what is wrong, where (file, line, offset, key), and what to do. */
#ifndef HELOSCOPE_BASE_ERR_H
#define HELOSCOPE_BASE_ERR_H

struct err {
	char text[512]; /* "" = no error; UTF-8, one line, no final full stop needed */
};

/* Keeps the first message. Always returns -1, so that `return err_set(err, …)` reads well. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
