/* Certificate and key of the server, by GnuTLS (owner: tls_gnutls.c); read again while it runs.
 *
 * Source: RFC 8446; GnuTLS 3.7.  Input: PEM files of the administrator's.
 * Memory: those in use, and those before them for as long as a handshake may hold them. Threads:
 * any. */
#ifndef HELOSCOPE_WEB_TLS_H
#define HELOSCOPE_WEB_TLS_H

#include "sensor/base/err.h"

#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls;

/* 0, or -1 and err: a file that cannot be read, is no PEM, or they do not belong together. */
int tls_new(const char *certificate, const char *key, struct tls **out, struct err *err);
/* Reads both again: 0, or -1 and err, and everything stays as it is. */
int tls_reload(struct tls *t, struct err *err);
void tls_free(struct tls *t); /* NULL does nothing; the server has ended */

/* For the server: asks GnuTLS's callback (gnutls_certificate_retrieve_function2) for what is in use
 * now. */
typedef void (*tls_function)(void);
tls_function tls_callback(void);
/* The server says which tls a connection belongs to; what GnuTLS calls the session's pointer. */
struct tls *tls_of_connection(void *connection);

#endif
