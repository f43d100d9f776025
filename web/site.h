/* What the server is told at its start: configuration, and the way to the collector.
 *
 * The web process reads the store and writes nothing: what people do becomes an entry
 * (sensor/record_audit.h) that is handed to the collector, and is done once it can be read in the
 * store. */
#ifndef HELOSCOPE_WEB_SITE_H
#define HELOSCOPE_WEB_SITE_H

#include "sensor/base/err.h"
#include "sensor/record_audit.h"

/* Who complains: for ARF, X-ARF, XARF and texts to be sent.  "" = not configured: a marked gap for
 * people to fill. */
struct site_contact {
	const char *organisation, *mail, *domain;
};

struct site {
	/* Hands an entry to the collector: 0 = it is on its way, -1 and err = nobody takes it. NULL
	 * = this report cannot be written into. */
	int (*tell)(void *ctx, const struct audit_entry *entry, struct err *err);
	void *tell_ctx;
	struct site_contact contact;
	const char *sensor;	/* its name, in reports */
	const char *public_url; /* "https://…" of this report without a slash at the end, or "" */
	int keep_sessions_days, keep_hours_days,
		keep_evidence_days; /* 0 = for ever; -1 = not known here */
	bool privacy_off;
	bool has_users; /* whoever looks has a name */
};

extern const struct site site_usual; /* nothing configured, nobody takes entries */

#endif
