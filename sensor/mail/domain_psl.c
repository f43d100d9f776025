/* The Public Suffix List that libpsl was built with: no file is opened. */
#include <libpsl.h>
#include <string.h>

#include "sensor/mail/domain.h"

bool
domain_psl_known(struct slice tld)
{
	char name[DOMAIN_MOST + 1];
	tld = slice_take(tld, DOMAIN_MOST);
	memcpy(name, tld.ptr, tld.len);
	name[tld.len] = '\0';
	return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) !=
	       0;
}

struct slice
domain_psl_registered(struct slice host)
{
	char name[DOMAIN_MOST + 1];
	if (host.len > DOMAIN_MOST || host.len == 0)
		return host;
	memcpy(name, host.ptr, host.len);
	name[host.len] = '\0';
	const char *domain = psl_registrable_domain(psl_builtin(), name);
	return domain == NULL ? host : slice_skip(host, (size_t)(domain - name));
}
