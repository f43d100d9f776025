#include <string.h>

#include "store/columns_cases.h"
#include "store/query.h"
#include "store/row.h"

static void
set_text(char *out, size_t size, const char *text)
{
	struct slice s = slice_take(slice_str(text), size - 1);

	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
}

static void
set_state(struct host_case *c, enum case_state state, const struct audit_entry *e, int64_t seq)
{
	if (c->state == state && c->since_seq != 0)
		return;
	c->state = state;
	c->since = e->time;
	c->since_seq = seq;
}

/* What the entry makes of the case.  A case begins with its first entry, whatever that is. */
static void
apply(struct host_case *c, const struct audit_entry *e, int64_t seq)
{
	if (c->since_seq == 0) {
		set_state(c, CASE_NEW, e, seq);
		c->opened = e->time;
	}
	switch (e->kind) {
	case AUDIT_ACKNOWLEDGE:
		set_state(c, CASE_ACKNOWLEDGED, e, seq);
		break;
	case AUDIT_ASSIGN:
		set_text(c->assignee, sizeof c->assignee, e->text);
		break;
	case AUDIT_NOTE:
		set_text(c->note, sizeof c->note, e->text);
		break;
	case AUDIT_MUTE:
		c->muted_until = e->until;
		set_text(c->muted_by, sizeof c->muted_by, e->until != 0 ? e->user : "");
		break;
	case AUDIT_RESOLVE:
		/* That it comes back must be told. */
		c->muted_until = 0;
		c->muted_by[0] = '\0';
		c->state = CASE_NEW;
		set_state(c, CASE_RESOLVED, e, seq);
		if (e->text[0] != '\0')
			set_text(c->note, sizeof c->note, e->text);
		break;
	case AUDIT_REOPEN:
		set_state(c, CASE_NEW, e, seq);
		break;
	case AUDIT_LOOK:
	case AUDIT_EXPORT:
	case AUDIT_COMPLAINT:
	case AUDIT_SIGN_IN:
	case AUDIT_SIGN_OUT:
	case AUDIT_REFUSED:
	case AUDIT_KINDS:
		break;
	}
	c->changed = e->time;
	set_text(c->changed_by, sizeof c->changed_by, e->user);
}

static int
put_case(struct store *store, const struct audit_entry *r, int64_t seq, struct err *err)
{
	struct host_case now, *x = &now;

	if (query_case(store, r->host, x, err) < 0)
		return -1;
	apply(x, r, seq);

	struct binder b = row_start(store, STATEMENT_CASE_PUT, err);

	if (b.st == NULL)
		return -1;
	CASE_COLUMNS(BIND)
	return row_end(store, &b, err);
}

int
put_audit(struct store *store, const struct audit_entry *r, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_AUDIT_PUT, err);

	if (b.st == NULL)
		return -1;
	AUDIT_COLUMNS(BIND)

	int written = row_end(store, &b, err);

	if (written != 1 || !audit_is_of_case(r->kind) || r->host.family == ADDR_NONE)
		return written;
	return put_case(store, r, store->seq, err) < 0 ? -1 : 1;
}
