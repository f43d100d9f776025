/* SIGTERM for processes that keep it blocked and look when it suits them. */
#ifndef HELOSCOPE_BASE_TERM_H
#define HELOSCOPE_BASE_TERM_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

/* Whether one came since the last look; it does not wait. */
static inline bool
term_asked(void)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	return sigtimedwait(&term, NULL, &at_once) == SIGTERM;
}

#endif
