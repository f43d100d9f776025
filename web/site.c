#include "web/site.h"

const struct site site_usual = { .contact = { "", "", "" },
	.sensor = "",
	.public_url = "",
	.keep_sessions_days = -1,
	.keep_hours_days = -1,
	.keep_evidence_days = -1 };
