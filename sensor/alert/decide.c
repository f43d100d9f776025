#include "sensor/alert/decide.h"

static struct alert_decision
step(enum alert_step which, int64_t until, const char *why)
{
	return (struct alert_decision){ which, until, why };
}

struct alert_decision
alert_decide(const struct change_waiting *w, const struct alert_target *target, int64_t now)
{
	enum verdict verdict = w->change.verdict;
	bool is_bad = verdict >= target->above;
	bool was_bad = w->told && w->told_verdict >= target->above;
	int64_t quiet_end = w->told_time + target->quiet;

	if (w->attempts > 0 && w->next > now)
		return step(ALERT_WAIT, 0, "");
	if (w->muted_until > now)
		return step(ALERT_SUPPRESS, w->muted_until, "muted");
	if (w->attempts > 0)
		return step(ALERT_TELL, 0, "");
	if (w->behind)
		return step(ALERT_WAIT, 0, "");
	if (!is_bad && !was_bad)
		return step(ALERT_SUPPRESS, 0, "below the line");
	if (is_bad && (!w->told || verdict > w->told_verdict))
		return step(ALERT_TELL, 0, "");
	if (!w->newest)
		return step(ALERT_SUPPRESS, 0, "overtaken by a later change");
	if (verdict == w->told_verdict)
		return step(ALERT_SUPPRESS, 0, "this word was told last");
	if (now >= quiet_end)
		return step(ALERT_TELL, 0, "");
	return step(w->next == quiet_end ? ALERT_WAIT : ALERT_HOLD, quiet_end, "quiet time");
}

void
alert_settle(const struct alert_result *result, int64_t noted, int64_t now, struct delivery *d)
{
	int64_t delay = ALERT_AGAIN_FIRST;

	d->time = now;
	d->next = 0;
	d->error = result->reason;
	if (result->outcome == ALERT_DELIVERED) {
		d->state = DELIVERY_DONE;
		return;
	}
	if (result->outcome == ALERT_REFUSED || now - noted >= ALERT_GIVE_UP) {
		d->state = DELIVERY_GIVEN_UP;
		return;
	}
	for (int32_t i = 1; i < d->attempts && delay < ALERT_AGAIN_MAX; i++)
		delay *= 2;
	d->state = DELIVERY_WAITING;
	d->next = now + (delay < ALERT_AGAIN_MAX ? delay : ALERT_AGAIN_MAX);
}
