/* Users' names in AUTH exchanges, and never more than the name. */
#include "unit/smtp/smtp_test.h"

#include "sensor/base/digest.h"
#include "sensor/smtp/auth.h"

/* An NTLM AUTHENTICATE_MESSAGE with the user "al", its name behind 64 bytes of header. */
#define NTLM_FRONT                                                                                 \
	"NTLMSSP\0\3\0\0\0"                                                                        \
	"\0\0\0\0\0\0\0\0"                                                                         \
	"\0\0\0\0\0\0\0\0"                                                                         \
	"\0\0\0\0\0\0\0\0"

static const struct row {
	const char *name, *mechanism;
	int step;
	struct slice plain; /* before base64 */
	const char *want;
} rows[] = {
	{ "plain", "PLAIN", 0, BYTES("\0al\0secret"), "al" },
	{ "plain, other authorization", "plain", 0, BYTES("admin\0al\0secret"), "al" },
	{ "plain without NUL", "PLAIN", 0, BYTES("secret"), "" },
	{ "login, name", "LOGIN", 0, BYTES("al@example.org"), "al@example.org" },
	{ "login, password", "LOGIN", 1, BYTES("secret"), "" },
	{ "cram", "CRAM-MD5", 0, BYTES("al b 9e107d9d372bb6826bd81d3542a419d6"), "al b" },
	{ "cram without space", "CRAM-MD5", 0, BYTES("secret"), "" },
	{ "digest", "DIGEST-MD5", 0, BYTES("charset=utf-8,username=\"al\",realm=\"x\""), "al" },
	{ "scram", "SCRAM-SHA-256", 0, BYTES("n,,n=al,r=secret"), "al" },
	{ "scram, proof", "SCRAM-SHA-256", 1, BYTES("c=biws,n=secret,p=secret"), "" },
	{ "xoauth2", "XOAUTH2", 0, BYTES("user=al@example.org\1auth=Bearer secret\1\1"),
		"al@example.org" },
	{ "oauthbearer", "OAUTHBEARER", 0, BYTES("n,a=al@example.org,\1auth=Bearer secret\1\1"),
		"al@example.org" },
	{ "ntlm", "NTLM", 1, BYTES(NTLM_FRONT "\4\0\4\0\54\0\0\0a\0l\0"), "al" },
	{ "ntlm, offset beyond", "NTLM", 1, BYTES(NTLM_FRONT "\4\0\4\0\55\0\0\0a\0l\0"), "" },
	{ "ntlm, length beyond", "NTLM", 1, BYTES(NTLM_FRONT "\6\0\4\0\54\0\0\0a\0l\0"), "" },
	{ "ntlm, short", "NTLM", 1, BYTES("NTLMSSP\0\3\0"), "" },
	{ "ntlm, negotiation", "NTLM", 0, BYTES("NTLMSSP\0\1\0\0\0secret"), "" },
	{ "gssapi has none in clear", "GSSAPI", 0, BYTES("secret"), "" },
};

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char base64[256];
		struct buf out;
		print_message("%s\n", rows[i].name);
		buf_init(&out, AUTH_USER_MAX);
		digest_base64(rows[i].plain.ptr, rows[i].plain.len, base64);
		bool got = auth_user(
			slice_str(rows[i].mechanism), rows[i].step, slice_str(base64), &out);
		assert_string_equal(buf_cstr(&out), rows[i].want);
		assert_int_equal(got, rows[i].want[0] != '\0');
		buf_release(&out);
	}
}

static void
no_base64(void **state)
{
	static const char *const texts[] = { "", "=", "*", "%%%%", "YWw", "al al al" };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf out;
		buf_init(&out, AUTH_USER_MAX);
		assert_false(auth_user(SLICE("LOGIN"), 0, slice_str(texts[i]), &out));
		buf_release(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(no_base64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
