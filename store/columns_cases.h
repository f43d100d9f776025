/* Columns of audit and cases (as columns.h), and what is asked of both in more than one place.  For
 * store/ alone. */
#ifndef HELOSCOPE_STORE_COLUMNS_CASES_H
#define HELOSCOPE_STORE_COLUMNS_CASES_H

#include "store/columns.h"

#define AUDIT_COLUMNS(X)                                                                           \
	X(id, text, r->id)                                                                         \
	X(time_ns, int, r->time)                                                                   \
	X(user, text, r->user)                                                                     \
	X(from_addr, addr, r->from)                                                                \
	X(kind, text, audit_kind_word(r->kind))                                                    \
	X(host, addr, r->host)                                                                     \
	X(host_key, key, r->host)                                                                  \
	X(object, text, r->object)                                                                 \
	X(text, text, r->text)                                                                     \
	X(until_ns, int, r->until)

/* r = the entry, x = the case as it is with it. */
#define CASE_COLUMNS(X)                                                                            \
	X(host, addr, r->host)                                                                     \
	X(host_key, key, r->host)                                                                  \
	X(state, text, case_state_word(x->state))                                                  \
	X(since_ns, int, x->since)                                                                 \
	X(since_seq, int, x->since_seq)                                                            \
	X(assignee, text, x->assignee)                                                             \
	X(muted_until_ns, int, x->muted_until)                                                     \
	X(muted_by, text, x->muted_by)                                                             \
	X(opened_ns, int, x->opened)                                                               \
	X(changed_ns, int, x->changed)                                                             \
	X(changed_by, text, x->changed_by)                                                         \
	X(note, text, x->note)

#define CASE_SHOWN_STATE "CASE WHEN " CASE_CAME_BACK " THEN 'came-back' ELSE k.state END"
/* :state as people ask for it: "open" is all that is not resolved, and what came back. */
#define CASE_HAS_STATE                                                                             \
	"(CASE :state WHEN 'came-back' THEN " CASE_CAME_BACK                                       \
	" WHEN 'open' THEN k.state <> 'resolved' OR " CASE_CAME_BACK " ELSE k.state = :state END)"

/* Columns for people, as in query_tables.c. */
/* clang-format off */
#define CASES(X) \
	X("host", "Host", TEXT, SHOWN, "address", "k.host", "k.host_key") \
	X("state", "Case", TEXT, SHOWN, "new, acknowledged, resolved; came-back: resolved, and worse since", \
		CASE_SHOWN_STATE, NULL) \
	X("verdict", "Verdict", TEXT, SHOWN, "on the host now", "ifnull(h.verdict, '')", "h.verdict_rank") \
	X("risk", "Risk", REAL, HIDDEN, "of the host now", "h.risk", NULL) \
	X("assignee", "Assigned to", TEXT, SHOWN, "empty = nobody", "k.assignee", NULL) \
	X("muted_until", "Muted until", TIME, SHOWN, "no alerts before then, UTC", "k.muted_until_ns", NULL) \
	X("muted_by", "Muted by", TEXT, HIDDEN, "", "k.muted_by", NULL) \
	X("note", "Last note", TEXT, SHOWN, "or what was done in the end", "k.note", NULL) \
	X("since", "Since", TIME, SHOWN, "of the state, UTC", "k.since_ns", NULL) \
	X("changed", "Changed", TIME, SHOWN, "latest entry, UTC", "k.changed_ns", NULL) \
	X("changed_by", "By", TEXT, SHOWN, "who made the latest entry", "k.changed_by", NULL) \
	X("opened", "Opened", TIME, HIDDEN, "first entry, UTC", "k.opened_ns", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "whose report it was", "k.sensor", NULL)

#define AUDIT(X) \
	X("time", "Time", TIME, SHOWN, "UTC", "a.time_ns", NULL) \
	X("user", "User", TEXT, SHOWN, "empty = nobody has a name here", "a.user", NULL) \
	X("from", "From", TEXT, SHOWN, "address of the browser", "a.from_addr", NULL) \
	X("kind", "What", TEXT, SHOWN, "acknowledge, assign, note, mute, resolve, reopen; look, export, complaint, sign-in, sign-out, refused", "a.kind", NULL) \
	X("host", "Host", TEXT, SHOWN, "empty = not about one", "a.host", "a.host_key") \
	X("object", "On what", TEXT, SHOWN, "address within the report", "a.object", NULL) \
	X("text", "Text", TEXT, SHOWN, "the note, or to whom it was given", "a.text", NULL) \
	X("until", "Until", TIME, SHOWN, "end of a mute, UTC", "a.until_ns", NULL) \
	X("id", "Id", TEXT, HIDDEN, "of the entry", "a.id", NULL) \
	X("number", "Number", INT, HIDDEN, "in the order in which entries came", "a.seq", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "whose report it was", "a.sensor", NULL)
/* Open ones of bad hosts first. */
#define CASES_SQL \
	{ \
		.columns = cases_cells, \
		.from = "cases k LEFT JOIN hosts h ON h.host = k.host", \
		.order = "k.state = 'resolved' AND NOT " CASE_CAME_BACK ", h.verdict_rank DESC, h.risk DESC, k.host_key", \
		.last = "k.host_key", \
		.where = { \
			[FILTER_HOST] = "k.host = :host", \
			[FILTER_SINCE] = "k.changed_ns >= :since", \
			[FILTER_UNTIL] = "k.changed_ns < :until", \
			[FILTER_VERDICT] = "h.verdict = :verdict", \
			[FILTER_CAUSE] = "h.cause = :cause", \
			[FILTER_NET] = "k.host_key BETWEEN :net_low AND :net_high", \
			[FILTER_STATE] = CASE_HAS_STATE, \
			[FILTER_USER] = "k.assignee = :user", \
		}, \
	}
#define AUDIT_SQL \
	{ \
		.columns = audit_cells, \
		.from = "audit a", \
		.order = "a.seq DESC", \
		.last = "a.seq", \
		.where = { \
			[FILTER_HOST] = "a.host = :host", \
			[FILTER_SINCE] = "a.time_ns >= :since", \
			[FILTER_UNTIL] = "a.time_ns < :until", \
			[FILTER_KIND] = "a.kind = :kind", \
			[FILTER_NET] = "a.host_key BETWEEN :net_low AND :net_high", \
			[FILTER_USER] = "a.user = :user", \
		}, \
	}
/* clang-format on */

#define CASE_KINDS "'acknowledge', 'assign', 'note', 'mute', 'resolve', 'reopen'"

/* Words of verdicts stand here in their order, so that their places can be compared; "" (no verdict
 * yet) is at the first. */
#define VERDICT_PLACE(word) "instr('unknown clean watch throttled likely listed', " word ")"
/* Of the case k and its host h: resolved, and its verdict has become worse since, and is not good
 * again.  By the order in which the store took it, so that the clock of a capture does not matter.
 */
#define CASE_CAME_BACK                                                                             \
	"(k.state = 'resolved' AND ifnull(h.verdict_rank, 0) >= 2 AND EXISTS (SELECT 1 FROM "      \
	"changes w WHERE w.host = k.host AND w.seq > k.since_seq AND " VERDICT_PLACE(              \
		"w.verdict") " > " VERDICT_PLACE("w.before") "))"

#endif
