/* The rules on hosts that come with the program: rules/hosts.cf. */
#ifndef HELOSCOPE_TESTS_REPOSITORY_RULES_H
#define HELOSCOPE_TESTS_REPOSITORY_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sensor/score/score.h"

#ifndef SOURCE_DIR
#define SOURCE_DIR "." /* the build says it; without it from the repository's own folder */
#endif

/* Read once; kept to the end of the program. */
static inline struct list_rules
repository_lists(void)
{
	static const struct rules *rules;
	const struct rule_source source = { SOURCE_DIR "/rules/hosts.cf", false };
	struct err err = { "" };

	if (rules == NULL && (rules = rules_load_hosts(&source, 1, &err)) == NULL)
		fail_msg("%s", err.text);
	return rules_of_lists(&rules);
}

#endif
