#include "sensor/alert/alert.h"

#include <stdarg.h>
#include <stdio.h>

#include "sensor/base/text.h"

static const struct {
	const char *word;
	void (*deliver)(const struct alert_target *, const struct alert *, struct alert_result *);
} kinds[ALERT_KINDS] = {
	[ALERT_JOURNAL] = { "journal", alert_journal },
	[ALERT_COMMAND] = { "command", alert_command },
	[ALERT_WEBHOOK] = { "webhook", alert_webhook },
	[ALERT_MAIL] = { "mail", alert_mail },
};

const char *
alert_kind_word(enum alert_kind kind)
{
	return kinds[kind].word;
}

void
alert_deliver(
	const struct alert_target *target, const struct alert *alert, struct alert_result *out)
{
	kinds[target->kind].deliver(target, alert, out);
}

void
alert_result_set(struct alert_result *out, enum alert_outcome outcome, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	out->outcome = outcome;
	text_clean_into(out->reason, sizeof out->reason, slice_trim(slice_str(text)));
}
