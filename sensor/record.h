/* The plain structs that leave the sensor: session, mail, host.
 *
 * Every struct here has a layout in record_layout.c: one table that drives packing (pipes), JSON
 * (--json, store) and comparison. Adding a field is one line here and one row there.
 *
 * Text:   `const char *` is NUL-terminated clean text (base/text.h), never NULL in a filled record
 * ("" when absent). Memory: a record and everything it points to lives in one arena (who made it
 * says which). Times:  packet time, nanoseconds since 1970 UTC; 0 = unknown. */
#ifndef HELOSCOPE_RECORD_H
#define HELOSCOPE_RECORD_H

#include "sensor/base/addr.h"
#include "sensor/base/arena.h"

/* ---- words (JSON values; the tables with the texts are in record_words.c) ---- */

enum visibility {
	VISIBILITY_FLOW,
	VISIBILITY_ENVELOPE,
	VISIBILITY_CONTENT
}; /* ordered: least to most is seen */
enum direction {
	DIRECTION_UNKNOWN,
	DIRECTION_OUTBOUND,
	DIRECTION_INBOUND,
	DIRECTION_INTERNAL,
	DIRECTION_EXTERNAL
};
enum close_reason { CLOSE_EOF, CLOSE_FIN, CLOSE_RESET, CLOSE_TIMEOUT };
enum disposition {
	DISPOSITION_UNKNOWN,
	DISPOSITION_ACCEPTED,
	DISPOSITION_REJECTED,
	DISPOSITION_DEFERRED
};
enum outcome {
	OUTCOME_UNKNOWN,
	OUTCOME_ACCEPTED,
	OUTCOME_REJECTED,
	OUTCOME_DEFERRED,
	OUTCOME_ABORTED
};
enum transfer { TRANSFER_NONE, TRANSFER_DATA, TRANSFER_BDAT };

enum reply_class {
	REPLY_OTHER,
	REPLY_OK, /* 2xx, 3xx */
	REPLY_LISTED,
	REPLY_PRIVATE_REPUTATION,
	REPLY_RATE_LIMITED,
	REPLY_GREYLISTED,
	REPLY_USER_UNKNOWN,
	REPLY_RELAY_DENIED,
	REPLY_NO_RDNS_HELO,
	REPLY_AUTH_FAIL,
	REPLY_CONTENT_SPAM,
	REPLY_SIZE_QUOTA,
	REPLY_CLASSES,
};

enum cause {
	CAUSE_UNKNOWN,
	CAUSE_OPEN_RELAY,
	CAUSE_OPEN_PROXY,
	CAUSE_WEB_FORM,
	CAUSE_PHP_SCRIPT,
	CAUSE_SPAM_BOT,
	CAUSE_COMPROMISED_ACCOUNT,
	CAUSE_BATCH_JOBS,
	CAUSE_HAND_TYPED,
	CAUSE_MAILING_LIST,
	CAUSE_BACKSCATTER,
	CAUSE_FORWARDING,
	CAUSE_DICTIONARY_ATTACK,
	CAUSE_MISCONFIGURED_MTA,
	CAUSES,
};

enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_CLEAN,
	VERDICT_WATCH,
	VERDICT_THROTTLED,
	VERDICT_LIKELY,
	VERDICT_LISTED,
	VERDICTS
};
enum role { ROLE_UNKNOWN, ROLE_MTA, ROLE_CLIENT, ROLE_SUBMISSION, ROLE_WEB, ROLE_PROXY, ROLES };
/* What a listing is. */
enum listing_kind {
	LISTING_PUBLIC,	    /* a public blocklist */
	LISTING_REPUTATION, /* a provider's own */
	LISTING_THROTTLE,   /* a provider slows it down */
	LISTING_KINDS
};

/* Word for a value ("listed-on-rbl", "web-form", …). Out of range gives the word for
 * "unknown"/"other". */
const char *visibility_word(enum visibility v);
const char *direction_word(enum direction v);
const char *close_reason_word(enum close_reason v);
const char *disposition_word(enum disposition v);
const char *outcome_word(enum outcome v);
const char *transfer_word(enum transfer v);
const char *reply_class_word(enum reply_class v);
const char *cause_word(enum cause v);
const char *verdict_word(enum verdict v);
const char *role_word(enum role v);
const char *listing_kind_word(enum listing_kind v);
/* 0 and *out, or -1. */
int reply_class_parse(struct slice word, enum reply_class *out);
int cause_parse(struct slice word, enum cause *out);
int verdict_parse(struct slice word, enum verdict *out);

/* ---- small parts ---- */

struct name_value {
	const char *name;
	const char *value;
};

/* One reply of the server (RFC 5321 4.2), lines joined by " / ". */
struct reply {
	const char *to; /* command it answers ("EHLO", "RCPT", …), "greeting", "data-end", or "" for
			   an unsolicited one */
	int32_t code;	/* 0 = not a reply line */
	const char *enhanced; /* "5.7.1" or "" */
	enum reply_class class;
	const char *list; /* blocklist or provider's list that it names ("Spamhaus ZEN"), or "" */
	const char *text; /* kept for greetings, 4xx, 5xx, data-end; else "" */
	int64_t time;
	struct addr quoted; /* address that the text says is blocked; ADDR_NONE = none */
};

struct recipient {
	const char *address; /* as in the envelope, no brackets; local part hashed unless privacy is
				off */
	struct name_value *params; /* of RCPT (NOTIFY, ORCPT, …; RFC 3461 4); an address in them
				      like the recipient's own */
	size_t params_count, params_cap;
	int32_t code;
	const char *enhanced;
	enum reply_class class;
	enum disposition disposition;
	const char *list;
};

struct received {
	const char *from, *helo, *ip, *by, *with, *id, *date; /* "" when absent */
	const char *for_address; /* of the "for" clause; hashed like a recipient */
};

struct part {
	const char *type;     /* lower case, "text/plain" */
	const char *encoding; /* lower case, "base64" */
	const char *name;     /* file name or "" */
	int64_t bytes;	      /* decoded */
	const char *sha256;   /* hex, of the decoded bytes; keyed unless privacy is off */
};

struct hit {
	const char *rule;
	double score;
	const char *why;    /* sentence */
	const char *source; /* where one can read why, "" = not said */
	int32_t times;	    /* matches of a rule that counts them; else 1 */
	const char *where;  /* "20-headers.cf:123": the rule's file and line */
	const char *matched; /* what it looked at, at most 80 bytes: a field, the rules of a meta;
				never text of a body, of which it is kind and length */
};

/* ---- mail: one transaction, from an accepted or refused MAIL to its end ---- */

struct mail_header {
	const char *from, *to, *cc, *reply_to, *subject, *date, *message_id;
	const char *mailer;	/* X-Mailer or User-Agent */
	const char *php_script; /* X-PHP-Originating-Script or X-PHP-Script */
	const char *list_id;
	const char *auto_submitted;
};

struct mail_record {
	const char *session; /* id of its session */
	int32_t number;	     /* 1, 2, … within the session */
	int64_t start, end;
	const char *mail_from;	   /* "" = <> */
	struct name_value *params; /* of MAIL (SIZE, BODY, …) */
	size_t params_count, params_cap;
	struct recipient *rcpts;
	size_t rcpts_count, rcpts_cap;
	int64_t rcpts_cut; /* recipients beyond the limit, counted only */
	enum transfer transfer;
	enum outcome outcome;
	int32_t code; /* of the final reply (data-end, else what ended it); 0 = none */
	const char *enhanced;
	enum reply_class class;
	const char *list;
	const char *queue_id;
	int64_t bytes; /* as delivered: dots un-stuffed, without the final dot line; 0 without data
			*/
	const char *sha256; /* of those bytes, hex; keyed unless privacy is off; "" with a gap or
			       without data */
	/* filled by the analyst: */
	struct mail_header header;
	struct received *received;
	size_t received_count, received_cap;
	struct part *parts;
	size_t parts_count, parts_cap;
	const char **urls;
	size_t urls_count, urls_cap;
	double score;
	struct hit *hits;
	size_t hits_count, hits_cap;
	const char **labels; /* what it is rather than how bad: "php", "batch", "hand-typed",
				"bounce", "list", … */
	size_t labels_count, labels_cap;
	const char *subject_key; /* keyed hash of the normalised subject, hex; "" = none */
	/* What mails of one campaign have in common; digests, keyed unless privacy is off; "" =
	 * none. */
	struct {
		const char
			*text; /* of the normalised text, hex: the same text, whatever its layout */
		const char *near; /* 64 bits, hex: of two texts that differ in a few words, few bits
				     differ */
		const char *subject; /* the same of the subject's words */
	} similar;
	const char **gave_up; /* rules that reached a limit on it: neither hit nor miss */
	size_t gave_up_count, gave_up_cap;
	bool cut;     /* something was beyond a limit */
	int64_t gap;  /* bytes of its commands and data that the sensor never saw */
	bool refused; /* the analyst broke on it: "refused to parse" */
};

/* ---- session: one SMTP dialogue on one TCP stream ---- */

/* What a side did that no ordinary mail program does. */
struct anomaly_seen {
	const char *name;
	int32_t times;
	const char *breaks; /* RFC and section, or whose test it is */
};

struct session_record {
	const char *sensor;
	const char *id;		  /* 16 hex digits; the same for the same input */
	const char *community_id; /* Community ID v1, seed 0 */
	int64_t start, end;
	struct endpoint client, server;
	int32_t *vlan; /* outermost first */
	size_t vlan_count, vlan_cap;
	const char **encap; /* layers on the path, outermost first: "ethernet", "802.1q", … */
	size_t encap_count, encap_cap;
	enum direction direction;
	enum visibility visibility;
	const char *protocol; /* "smtp", "lmtp", or what is spoken on a mail port instead ("http",
				 "ftp", …); "" = not known */
	struct {
		const char *protocol; /* "http-connect", "socks4", "socks5", "proxy-v1", "proxy-v2",
					 "xclient"; "" = none */
		const char *target;   /* "host:port" that a proxy was asked for */
		struct endpoint client; /* who the real client is, as a proxy says; ADDR_NONE = not
					   said */
	} proxy;
	const char *banner;    /* text of the greeting, without the code */
	const char *helo_verb; /* EHLO, HELO, LHLO or "" */
	const char *helo_name;
	const char **extensions; /* of the last EHLO reply: "PIPELINING", "SIZE 52428800" */
	size_t extensions_count, extensions_cap;
	struct {
		bool offered, used, implicit;
		const char *starttls; /* what became of it: "offered", "used", "refused",
					 "stripped", "not-encrypted"; "" = never offered or asked
					 for */
		const char *version;  /* "TLS 1.3" or "": the chosen one, if it was seen */
		const char
			*alert; /* that ended it in the handshake: "server: handshake_failure", or
				   "client: encrypted", if only its length was seen; "" = none */
		const char *sni, *alpn, *ja4, *subject;
		const char **names; /* of the server's certificate: subjectAltName, RFC 5280 4.2.1.6
				     */
		size_t names_count, names_cap;
		/* of application data, RFC 8446 5.1, behind the client's Finished */
		int64_t records_client, records_server;
	} tls;
	/* What the sizes of TLS records tell of the mails inside: a guess. */
	struct {
		const char *basis; /* "tls-records": without mails there were none, it seems; "" =
				      no guess was made */
		int32_t mails, refusals;
	} estimate;
	struct {
		const char *mechanism;
		const char *result; /* "ok", "fail", "unknown" or "" without AUTH */
		const char *user;   /* only if configured, else "" */
		int32_t failures;
	} auth;
	struct {
		int32_t keystrokes; /* segments that look like one key */
		int32_t backspaces; /* and other keys that edit a line */
		int32_t pauses;	    /* of more than 2 s before a command */
	} typing;
	const char *dialect; /* stable fingerprint of how the client speaks */
	const char *client_software, *server_software; /* "Postfix", "Exim", … or "" */
	int64_t bytes_client, bytes_server;
	int64_t gap_count, gap_bytes;
	bool one_sided, midstream;
	bool open; /* a snapshot: the session goes on */
	enum close_reason close;
	struct anomaly_seen *anomalies;
	size_t anomalies_count, anomalies_cap;
	struct reply *replies;
	size_t replies_count, replies_cap;
	int32_t mails_count_total;
	bool cut;
	struct mail_record *mails; /* filled where session and mails meet again (JSON); not packed
				      with the session */
	size_t mails_count, mails_cap;
};

/* False where another protocol was found on a mail port: such a record says that it was there, and
 * is counted nowhere. */
bool session_speaks_smtp(const struct session_record *s);

/* ---- host: the verdict on one address ---- */

struct cause_found {
	enum cause cause;
	double confidence;     /* 0..1 */
	const char **evidence; /* sentences */
	size_t evidence_count, evidence_cap;
};

struct list_likelihood {
	const char *list;
	double probability; /* 0..1, of all that is known; that a server or a look-up says so too */
	double predicted;   /* 0..1, from causes alone: what a look-up is held against */
	const char **why;
	size_t why_count, why_cap;
	const char **change; /* what would change it: "without …: 0.12", "ends by itself …" */
	size_t change_count, change_cap;
};

struct listing {
	const char *list;
	enum listing_kind kind;
	int64_t since, last, until; /* until 0 = still listed as far as seen */
	const char *ended_by;	    /* "accepted by 192.0.2.25", "expired: 48 h after …" or "" */
	const char *reply;	    /* the text that says so */
	struct addr server;	    /* who said so first */
	const char **servers;	    /* all who said so, by address */
	size_t servers_count, servers_cap;
	int64_t count;
};

struct service {
	int32_t port;
	const char *name; /* "smtp", "http", …; "" = no well-known one */
	int64_t first, last;
};

/* Of a TCP port (record_services.c): its name, and why it is unusual on a host that others can
 * reach, a phrase; "" = none. */
const char *service_name(int32_t port);
const char *service_remark(int32_t port);

/* A host whose mail this one sends on. */
struct host_behind {
	struct addr ip;
	int64_t mails, spam; /* judged mails, and those of 5.0 or more */
};

/* Who would be cut off if this host could not reach a port of servers outside any more: what it
 * sent there in the window. */
struct cut_off {
	int32_t port; /* 25, 465, 587; 0 = any other */
	int64_t sessions, accepted;
	const char **domains; /* of recipients whose mail was accepted, most frequent first */
	size_t domains_count, domains_cap;
};

struct advice {
	const char *step;
	const char *command; /* "" = none */
};

struct count {
	const char *name;
	int64_t value;
};

struct host_record {
	const char *sensor;
	struct addr ip;
	enum role role;
	enum verdict verdict;
	int64_t verdict_since;
	double risk; /* 0..1 */
	enum visibility visibility;
	int64_t first, last;
	struct count *counts; /* sessions, mails, rcpts, accepted, rejected, deferred, servers,
				 domains, helo_names, one per reply class, … */
	size_t counts_count, counts_cap;
	struct cause_found *causes; /* most likely first */
	size_t causes_count, causes_cap;
	struct list_likelihood *lists;
	size_t lists_count, lists_cap;
	struct listing *listings;
	size_t listings_count, listings_cap;
	struct service *services;
	size_t services_count, services_cap;
	struct advice *advice;
	size_t advice_count, advice_cap;
	struct host_behind *behind; /* most spam first */
	size_t behind_count, behind_cap;
	struct cut_off *cut_off;
	size_t cut_off_count, cut_off_cap;
	int64_t clients;     /* that speak through this address, about; 0 = not known */
	const char *summary; /* one sentence: why this verdict */
	const char *name;    /* most used HELO name, or "" */
};

#endif
