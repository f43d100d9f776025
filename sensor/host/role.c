#include "sensor/host/judge.h"

/* The administrator's word, else the first that holds, by what was seen it do rather than by what
 * answers:
 *   proxy       sessions to mail servers were led through it, or HTTP in its mail sessions
 *   submission  most sessions to it are on submission ports, or with AUTH
 *   mta         it accepted mail, or it sends and its port 25 answers, or it speaks as mail servers
 *   web         PHP sends from it, or it sends and a web server answers
 *   client      it sends */
enum role
judge_role(const struct facts *f, const struct observed *o)
{
	const int64_t *n = f->sum->sums;
	const enum role given = facts_role_given(f);
	bool sends = n[SUM_sessions] > 0 || n[SUM_mails] > 0 || n[SUM_behind_mails] > 0;

	if (given != ROLE_UNKNOWN)
		return given;
	if (o->of[OBS_PROXIED].strength > 0 || o->of[OBS_HTTP].strength > 0)
		return ROLE_PROXY;
	if (n[SUM_in_sessions_submission] * 2 > n[SUM_in_sessions] ||
		n[SUM_in_auth_sessions] * 2 > n[SUM_in_sessions])
		return ROLE_SUBMISSION;
	if (n[SUM_in_accepted] > 0)
		return ROLE_MTA;
	if (n[SUM_mails_php] > 0)
		return ROLE_WEB;
	if (sends && facts_answers(f, 25))
		return ROLE_MTA;
	if (sends && (facts_answers(f, 80) || facts_answers(f, 443)))
		return ROLE_WEB;
	if (sends && f->server_like >= 0.5)
		return ROLE_MTA;
	return sends ? ROLE_CLIENT : ROLE_UNKNOWN;
}
