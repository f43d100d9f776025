/* The section [web] of the configuration. */
#ifndef HELOSCOPE_CLI_CONFIG_WEB_H
#define HELOSCOPE_CLI_CONFIG_WEB_H

#include "sensor/cli/config.h"

/* 0, -1 and err, or 1: there is no such key. */
int config_web_set(struct config *c, const char *key, const char *value, struct err *err);

#endif
