/* Parts of the server's start, for its own files. */
#ifndef HELOSCOPE_WEB_WEB_INNER_H
#define HELOSCOPE_WEB_WEB_INNER_H

#include "web/users.h"
#include "web/web.h"

/* No address but loopback without TLS and users. 0, or -1 and err. */
int web_check_rule(const struct web_config *c, struct err *err);
/* *out NULL: none are configured. 0, or -1 and err; what is odd is said on stderr. */
int web_load_users(const struct web_config *c, struct users **out, struct err *err);

#endif
