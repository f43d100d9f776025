#include "sensor/record_change.h"
#include "sensor/record_audit.h"
#include "sensor/sink.h"

#include <string.h>

/* The words of the contract, one table per enum, in the order of the enum. Row 0 is what an unknown
 * value is called. */

static const char *const visibility_words[] = {
	[VISIBILITY_FLOW] = "flow",
	[VISIBILITY_ENVELOPE] = "envelope",
	[VISIBILITY_CONTENT] = "content",
};

static const char *const direction_words[] = {
	[DIRECTION_UNKNOWN] = "unknown",
	[DIRECTION_OUTBOUND] = "outbound",
	[DIRECTION_INBOUND] = "inbound",
	[DIRECTION_INTERNAL] = "internal",
	[DIRECTION_EXTERNAL] = "external",
};

static const char *const close_reason_words[] = {
	[CLOSE_EOF] = "eof",
	[CLOSE_FIN] = "fin",
	[CLOSE_RESET] = "reset",
	[CLOSE_TIMEOUT] = "timeout",
};

static const char *const disposition_words[] = {
	[DISPOSITION_UNKNOWN] = "unknown",
	[DISPOSITION_ACCEPTED] = "accepted",
	[DISPOSITION_REJECTED] = "rejected",
	[DISPOSITION_DEFERRED] = "deferred",
};

static const char *const outcome_words[] = {
	[OUTCOME_UNKNOWN] = "unknown",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_REJECTED] = "rejected",
	[OUTCOME_DEFERRED] = "deferred",
	[OUTCOME_ABORTED] = "aborted",
};

static const char *const transfer_words[] = {
	[TRANSFER_NONE] = "none",
	[TRANSFER_DATA] = "data",
	[TRANSFER_BDAT] = "bdat",
};

static const char *const reply_class_words[] = {
	[REPLY_OTHER] = "other",
	[REPLY_OK] = "ok",
	[REPLY_LISTED] = "listed-on-rbl",
	[REPLY_PRIVATE_REPUTATION] = "private-reputation",
	[REPLY_RATE_LIMITED] = "rate-limited",
	[REPLY_GREYLISTED] = "greylisted",
	[REPLY_USER_UNKNOWN] = "user-unknown",
	[REPLY_RELAY_DENIED] = "relay-denied",
	[REPLY_NO_RDNS_HELO] = "no-rdns-helo",
	[REPLY_AUTH_FAIL] = "auth-fail",
	[REPLY_CONTENT_SPAM] = "content-spam",
	[REPLY_SIZE_QUOTA] = "size-quota",
};

static const char *const cause_words[] = {
	[CAUSE_UNKNOWN] = "unknown",
	[CAUSE_OPEN_RELAY] = "open-relay",
	[CAUSE_OPEN_PROXY] = "open-proxy",
	[CAUSE_WEB_FORM] = "web-form",
	[CAUSE_PHP_SCRIPT] = "php-script",
	[CAUSE_SPAM_BOT] = "spam-bot",
	[CAUSE_COMPROMISED_ACCOUNT] = "compromised-account",
	[CAUSE_BATCH_JOBS] = "batch-jobs",
	[CAUSE_HAND_TYPED] = "hand-typed",
	[CAUSE_MAILING_LIST] = "mailing-list",
	[CAUSE_BACKSCATTER] = "backscatter",
	[CAUSE_FORWARDING] = "forwarding",
	[CAUSE_DICTIONARY_ATTACK] = "dictionary-attack",
	[CAUSE_MISCONFIGURED_MTA] = "misconfigured-mta",
};

static const char *const verdict_words[] = {
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_CLEAN] = "clean",
	[VERDICT_WATCH] = "watch",
	[VERDICT_THROTTLED] = "throttled",
	[VERDICT_LIKELY] = "likely",
	[VERDICT_LISTED] = "listed",
};

static const char *const listing_kind_words[] = {
	[LISTING_PUBLIC] = "list",
	[LISTING_REPUTATION] = "reputation",
	[LISTING_THROTTLE] = "throttle",
};

static const char *const role_words[] = {
	[ROLE_UNKNOWN] = "unknown",
	[ROLE_MTA] = "mta",
	[ROLE_CLIENT] = "client",
	[ROLE_SUBMISSION] = "submission",
	[ROLE_WEB] = "web",
	[ROLE_PROXY] = "proxy",
};

static const char *const delivery_state_words[] = {
	[DELIVERY_WAITING] = "waiting",
	[DELIVERY_DONE] = "done",
	[DELIVERY_SUPPRESSED] = "suppressed",
	[DELIVERY_GIVEN_UP] = "given-up",
};

static const char *const lookup_answer_words[] = {
	[LOOKUP_CLEAR] = "clear",
	[LOOKUP_LISTED] = "listed",
	[LOOKUP_ERROR] = "error",
};

static const char *const audit_kind_words[] = {
	[AUDIT_ACKNOWLEDGE] = "acknowledge",
	[AUDIT_ASSIGN] = "assign",
	[AUDIT_NOTE] = "note",
	[AUDIT_MUTE] = "mute",
	[AUDIT_RESOLVE] = "resolve",
	[AUDIT_REOPEN] = "reopen",
	[AUDIT_LOOK] = "look",
	[AUDIT_EXPORT] = "export",
	[AUDIT_COMPLAINT] = "complaint",
	[AUDIT_SIGN_IN] = "sign-in",
	[AUDIT_SIGN_OUT] = "sign-out",
	[AUDIT_REFUSED] = "refused",
};

static const char *const case_state_words[] = {
	[CASE_NEW] = "new",
	[CASE_ACKNOWLEDGED] = "acknowledged",
	[CASE_RESOLVED] = "resolved",
};

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

_Static_assert(COUNT_OF(reply_class_words) == REPLY_CLASSES, "a word for each reply class");
_Static_assert(COUNT_OF(cause_words) == CAUSES, "a word for each cause");
_Static_assert(COUNT_OF(verdict_words) == VERDICTS, "a word for each verdict");
_Static_assert(COUNT_OF(role_words) == ROLES, "a word for each role");
_Static_assert(COUNT_OF(listing_kind_words) == LISTING_KINDS, "a word for each kind of listing");
_Static_assert(COUNT_OF(audit_kind_words) == AUDIT_KINDS, "a word for each kind of entry");
_Static_assert(COUNT_OF(case_state_words) == CASE_STATES, "a word for each state of a case");

static const char *
word_of(const char *const *words, size_t count, size_t value)
{
	return words[value < count ? value : 0];
}

/* -1 when it is none of them. */
static int
value_of(const char *const *words, size_t count, struct slice word)
{
	for (size_t i = 0; i < count; i++)
		if (slice_eq(slice_str(words[i]), word))
			return (int)i;
	return -1;
}

#define WORD(name)                                                                                 \
	const char *name##_word(enum name v)                                                       \
	{                                                                                          \
		return word_of(name##_words, COUNT_OF(name##_words), (size_t)v);                   \
	}

WORD(visibility)
WORD(direction)
WORD(close_reason)
WORD(disposition)
WORD(outcome)
WORD(transfer)
WORD(reply_class)
WORD(cause)
WORD(verdict)
WORD(role)
WORD(listing_kind)
WORD(delivery_state)
WORD(lookup_answer)
WORD(audit_kind)
WORD(case_state)

#define PARSE(name)                                                                                \
	int name##_parse(struct slice word, enum name *out)                                        \
	{                                                                                          \
		int v = value_of(name##_words, COUNT_OF(name##_words), word);                      \
		if (v >= 0)                                                                        \
			*out = (enum name)v;                                                       \
		return v < 0 ? -1 : 0;                                                             \
	}

PARSE(reply_class)
PARSE(cause)
PARSE(verdict)
PARSE(delivery_state)
PARSE(lookup_answer)
PARSE(audit_kind)
PARSE(case_state)

bool
audit_is_of_case(enum audit_kind k)
{
	return k <= AUDIT_REOPEN;
}

bool
session_speaks_smtp(const struct session_record *s)
{
	return s->protocol[0] == '\0' || strcmp(s->protocol, "smtp") == 0 ||
	       strcmp(s->protocol, "lmtp") == 0;
}
