/* The messages that stand before a dialogue, one by one.  For front.c alone. */
#ifndef HELOSCOPE_SMTP_FRONT_MESSAGES_H
#define HELOSCOPE_SMTP_FRONT_MESSAGES_H

#include "sensor/smtp/front.h"

/* One message each.  The names are those of the sources. */
enum step {
	STEP_WORD, /* which is it? */
	STEP_PROXY1,
	STEP_PROXY2,
	STEP_REQUEST,
	STEP_REQUEST_FIELD,
	STEP_STATUS,
	STEP_STATUS_FIELD,
	STEP_SOCKS4,
	STEP_SOCKS4_REPLY,
	STEP_METHODS,
	STEP_METHOD,
	STEP_PASSWORD,
	STEP_PASSWORD_REPLY,
	STEP_SOCKS5,
	STEP_SOCKS5_REPLY,
};

/* What a step makes of its message so far; called after each byte, so that every chunking is the
 * same. */
enum taken {
	MORE,
	NEXT,	 /* the message is whole, f->step is the next */
	PASSED,	 /* …and it was the last */
	REFUSED, /* …and says no */
	OTHER,	 /* this is something else */
};

/* Each is given its message so far, at least one byte, and sets f->step to the next. */
enum taken front_take_proxy1(struct front *f, struct slice m);
enum taken front_take_proxy2(struct front *f, struct slice m);
enum taken front_take_request(struct front *f, struct slice m);
enum taken front_take_request_field(struct front *f, struct slice m);
enum taken front_take_status(struct front *f, struct slice m);
enum taken front_take_status_field(struct front *f, struct slice m);
enum taken front_take_socks4(struct front *f, struct slice m);
enum taken front_take_socks4_reply(struct front *f, struct slice m);
enum taken front_take_methods(struct front *f, struct slice m);
enum taken front_take_method(struct front *f, struct slice m);
enum taken front_take_password(struct front *f, struct slice m);
enum taken front_take_password_reply(struct front *f, struct slice m);
enum taken front_take_socks5(struct front *f, struct slice m);
enum taken front_take_socks5_reply(struct front *f, struct slice m);

#endif
