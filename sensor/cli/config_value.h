/* Values of the configuration: each is checked and kept, or refused in words: 0, or -1 and err. */
#ifndef HELOSCOPE_CLI_CONFIG_VALUE_H
#define HELOSCOPE_CLI_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "sensor/base/err.h"

int value_text(char *out, size_t size, const char *value, struct err *err);
int value_url(char *out, size_t size, const char *value, struct err *err);
int value_number(int *out, const char *value, int min, int max, struct err *err);
/* A share between 0 and 1, both excluded unless `whole`. */
int value_share(double *out, const char *value, bool whole, struct err *err);
/* One of two words: false_word, true_word. */
int value_switch(bool *out, const char *value, const char *false_word, const char *true_word, struct err *err);

#endif
