#include "sensor/host/judge.h"

static bool
answers_on(const struct facts *f, int32_t port)
{
	for (size_t i = 0; i < f->services_count; i++) {
		if (f->services[i].port == port)
			return true;
	}
	return false;
}

/* The first that holds, by what was seen it do rather than by what answers:
 *   proxy       HTTP in its mail sessions
 *   submission  most sessions to it are on submission ports, or with AUTH
 *   mta         it accepted mail, or it sends and its port 25 answers
 *   web         PHP sends from it, or it sends and a web server answers
 *   client      it sends */
enum role
judge_role(const struct facts *f, const struct observed *o)
{
	const int64_t *n = f->sum->sums;
	bool sends = n[SUM_sessions] > 0;

	if (o->of[OBS_HTTP].strength > 0)
		return ROLE_PROXY;
	if (n[SUM_in_sessions_submission] * 2 > n[SUM_in_sessions] ||
		n[SUM_in_auth_sessions] * 2 > n[SUM_in_sessions])
		return ROLE_SUBMISSION;
	if (n[SUM_in_accepted] > 0)
		return ROLE_MTA;
	if (n[SUM_mails_php] > 0)
		return ROLE_WEB;
	if (sends && answers_on(f, 25))
		return ROLE_MTA;
	if (sends && (answers_on(f, 80) || answers_on(f, 443)))
		return ROLE_WEB;
	return sends ? ROLE_CLIENT : ROLE_UNKNOWN;
}
