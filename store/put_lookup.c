#include "store/row.h"

int
put_lookup(struct store *store, const struct lookup_result *r, struct err *err)
{
	struct binder b = row_start(store, STATEMENT_LOOKUP_PUT, err);

	if (b.st == NULL)
		return -1;
	LOOKUP_COLUMNS(BIND)
	return row_end(store, &b, err);
}
