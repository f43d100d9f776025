/* Whether the server may be started as it is told to. */
#include <stdio.h>

#include "web/params.h"
#include "web/tls.h"
#include "web/web_inner.h"

int
web_check_rule(const struct web_config *c, struct err *err)
{
	char text[ADDR_TEXT_MAX];
	if ((c->certificate == NULL) != (c->key == NULL)) {
		return err_set(err, "[web] certificate and key: TLS needs both");
	}
	if (host_is_loopback(c->listen.addr) || (c->certificate != NULL && c->users != NULL)) {
		return 0;
	}
	return err_set(err,
		"%s is not loopback: there the report is served only over TLS and to users who "
		"sign in. Configure "
		"[web] certificate, key and users (`heloscope user add` makes the file), or listen "
		"on 127.0.0.1",
		addr_format(c->listen.addr, text));
}

int
web_load_users(const struct web_config *c, struct users **out, struct err *err)
{
	*out = NULL;
	if (c->users == NULL) {
		return 0;
	}
	if (users_load(c->users, out, err) != 0) {
		return -1;
	}
	if ((*out)->open_to_all) {
		fprintf(stderr,
			"heloscope: %s may be read by everybody on this machine: chmod o= %s\n",
			c->users, c->users);
	}
	if ((*out)->count == 0) {
		fprintf(stderr, "heloscope: %s has no user yet: nobody can sign in\n", c->users);
	}
	return 0;
}

int
web_check(const struct web_config *c, struct err *err)
{
	struct users *users;
	struct tls *tls = NULL;
	if (web_check_rule(c, err) != 0 || web_load_users(c, &users, err) != 0) {
		return -1;
	}
	users_free(users);
	int rc = c->certificate != NULL ? tls_new(c->certificate, c->key, &tls, err) : 0;
	tls_free(tls);
	return rc;
}
