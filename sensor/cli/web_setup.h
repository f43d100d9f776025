/* From the configuration to the server of the report: what `serve` and `run --serve` have in common. */
#ifndef HELOSCOPE_CLI_WEB_SETUP_H
#define HELOSCOPE_CLI_WEB_SETUP_H

#include "sensor/cli/config.h"
#include "web/web.h"

/* What web.config points to besides the configuration. */
struct web_setup {
	struct web_config config;
	struct site site;
	const char *names[9];
	char public_url[256]; /* without a slash at its end */
	char public_host[256];
};

/* Fills it from c, which lives as long as it does; both stay where they are.  The audit log is told by whoever calls:
 * setup->site.tell and tell_ctx, NULL here. */
void web_setup(struct web_setup *setup, const struct config *c, struct endpoint listen);
/* Serves until a signal of `ends` comes; SIGHUP reads certificate, key and users again, and what is wrong with them is said
 * on stderr after `who`.  Those signals, and SIGHUP, are blocked by the caller before web_start. */
void web_setup_serve(struct web *web, const char *who, const int *ends, size_t ends_count);
#define WEB_SETUP_URL 80 /* bytes */
/* "https://[::1]:8025/" of where it listens; returns out. */
const char *web_setup_url(const struct web_setup *setup, struct endpoint at, char out[WEB_SETUP_URL]);
/* Whether a server would start: what web_check says, and that the address can be had. `what`: what asks for that address. 0,
 * or -1 and err. */
int web_setup_check(const struct web_setup *setup, const char *what, struct err *err);

#endif
