/* Targets of alerts: from the configuration to those that are told, and what the alerter reads of the store. */
#ifndef HELOSCOPE_CLI_ALERT_SETUP_H
#define HELOSCOPE_CLI_ALERT_SETUP_H

#include "sensor/alert/alerter.h"
#include "sensor/cli/config.h"
#include "sensor/ipc.h"
#include "sensor/sandbox.h"

/* 0 and config->alerts_count targets, whose texts are the configuration's; -1 and err names section and key. */
int alert_setup(const struct config *config, struct alert_target targets[CONFIG_ALERTS_MAX],
	struct err *err);
/* As the alerter; `started`: of the run. Returns the exit status. */
int alert_run(const struct config *config, int64_t started, const struct sandbox_user *user,
	const struct ipc_ends *ends);

#endif
