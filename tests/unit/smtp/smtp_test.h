/* For the tests of this folder: cmocka, and input that ends at an unreadable page. */
#ifndef HELOSCOPE_TESTS_SMTP_TEST_H
#define HELOSCOPE_TESTS_SMTP_TEST_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/base/edge.h"

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))
/* Literal with its length, NULs inside included. */
#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)("" literal), sizeof(literal) - 1                                 \
	}

#endif
