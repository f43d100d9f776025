/* The inside of a mail: header fields as sent, addresses, dates, Received, MIME parts, URLs.
 *
 * Source: RFC 5322, 2045-2047, 2231, 5321 4.4 (Received), 3834.
 * Input:  at most LIMIT_MAIL_KEPT bytes, hostile; the header is parsed up to LIMIT_HEADER_BLOCK.
 * Output: struct message: fields as slices of the input, in order; decoded values as clean text.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_MAIL_MESSAGE_H
#define HELOSCOPE_MAIL_MESSAGE_H

#include "sensor/limits.h"
#include "sensor/mail/charset.h"
#include "sensor/record.h"

/* What is wrong with a header block, as bits; names in message_fault_name(). */
enum message_fault {
	FAULT_NO_COLON = 1 << 0, /* a line that is no field and no continuation */
	FAULT_BARE_LF = 1 << 1,
	FAULT_BARE_CR = 1 << 2,
	FAULT_NUL = 1 << 3,
	FAULT_RAW_8BIT = 1 << 4,	   /* RFC 5322 2.2; RFC 6532 allows UTF-8 with SMTPUTF8 */
	FAULT_LONG_LINE = 1 << 5,	   /* > 998 (RFC 5322 2.1.1) */
	FAULT_FOLDING = 1 << 6,		   /* continuation of only white space, or first line */
	FAULT_SPACE_BEFORE_COLON = 1 << 7, /* RFC 5322 4.5.8 obsolete */
	FAULT_NO_BLANK_LINE = 1 << 8,	   /* header never ends */
	FAULT_TOO_MANY = 1 << 9,	   /* beyond LIMIT_HEADER_FIELDS or LIMIT_HEADER_BLOCK */
	FAULT_CONTROL = 1 << 10,
	FAULT_NOT_UTF8 = 1 << 11,      /* raw 8-bit that RFC 6532 does not allow either */
	FAULT_EMPTY = 1 << 12,	       /* a field whose value is white space */
	FAULT_DOUBLED = 1 << 13,       /* a second one where RFC 5322 3.6 allows one */
	FAULT_NO_SPACE = 1 << 14,      /* no white space behind the colon */
	FAULT_NAME_CASE = 1 << 15,     /* From, To, Subject or Date in an unusual case */
	FAULT_NAME_8BIT = 1 << 16,     /* in a name no standard allows it */
	FAULT_FROM_LINE = 1 << 17,     /* a mailbox's "From " line */
	FAULT_RECEIVED_LATE = 1 << 18, /* behind From, To, Subject or Date (RFC 5321 4.4: on top) */
	FAULT_BODY_AT_ONCE = 1 << 19,  /* a line that is no field begins the body, no blank one */
};

struct header_field {
	struct slice name;  /* as sent */
	struct slice value; /* raw: after the colon, folding included, without the final line end */
	struct slice whole; /* the field as sent, with line ends */
	uint32_t hash;	    /* header_name_hash(name) */
	unsigned faults;    /* enum message_fault, those of this field */
};

/* What is wrong with one entity, as bits; names in part_fault_name(). */
enum part_fault {
	PART_NO_BOUNDARY = 1 << 0,	/* multipart without the parameter (RFC 2046 5.1.1) */
	PART_BOUNDARY_ABSENT = 1 << 1,	/* whose boundary never comes */
	PART_NOT_CLOSED = 1 << 2,	/* whose last boundary never comes */
	PART_BOUNDARY_DOUBLED = 1 << 3, /* a boundary that an open multipart has, too */
	PART_BOUNDARY_PREFIX = 1 << 4,	/* that begins like one of them, or the other way round */
	PART_BOUNDARY_LONG = 1 << 5,	/* more than 70 bytes */
	PART_BASE64_DAMAGED =
		1 << 6,		  /* bytes outside of the alphabet, or no whole number of octets */
	PART_QP_DAMAGED = 1 << 7, /* "=" without two hex digits (RFC 2045 6.7) */
	PART_ENCODING_UNKNOWN = 1 << 8, /* none of RFC 2045 6.1 */
	PART_ENCODED_CONTAINER =
		1 << 9, /* multipart or message in base64 or quoted-printable (6.4) */
	PART_8BIT_UNDECLARED = 1 << 10, /* bytes beyond ASCII, and no encoding that allows them */
	PART_CHARSET_UNKNOWN = 1 << 11,
	PART_CHARSET_DAMAGED = 1 << 12, /* bytes that its character set has not */
	PART_TOO_DEEP =
		1
		<< 13, /* beyond LIMIT_PART_DEPTH, LIMIT_PARTS or LIMIT_ENTITIES: not looked into */
	PART_NUL = 1 << 14,
	PART_FIELD_TWICE = 1 << 15,	/* Content-Type or its encoding is there again */
	PART_PARAMETER_TWICE = 1 << 16, /* boundary, charset or name is there again, and differs */
	PART_TYPE_DAMAGED = 1 << 17,	/* not type/subtype; parameters (RFC 2045 5.1) */
	PART_NO_FIELDS = 1 << 18,	/* header of nothing but its blank line, which is allowed */
	PART_NO_HEADER = 1 << 19,	/* neither header nor blank line behind the boundary */
	PART_NO_BLANK_LINE = 1 << 20,	/* a header that content or the end follows at once */
	PART_EPILOGUE = 1 << 21, /* more than white space and dots behind the last boundary */
	PART_BOUNDARY_ODD =
		1 << 22,    /* bytes that RFC 2046 does not allow in one, or a space at its end */
	PART_CUT = 1 << 23, /* of its header only LIMIT_PART_FIELDS are kept */
	PART_IMPLIED =
		1 << 24, /* no header of its own: the content of a multipart without boundaries */
	PART_QP_LONG_LINE = 1 << 25,   /* quoted-printable lines beyond 76 bytes (RFC 2045 6.7) */
	PART_INSIDE_DAMAGED = 1 << 26, /* what it carries inside has bad lines or lengths */
};

/* One entity of the MIME tree (RFC 2045 2.4): the message itself first, then each in the order in
 * which it is sent. */
struct message_entity {
	const char *type;	 /* lower case; "text/plain" where nothing is said */
	bool typed;		 /* it says its type */
	const char *charset;	 /* lower case, or "" */
	const char *encoding;	 /* Content-Transfer-Encoding, lower case, or "" */
	const char *disposition; /* lower case: "attachment", "inline" or "" */
	const char *name;	 /* file name or "" */
	struct slice boundary;	 /* of a multipart */
	struct header_field
		*fields; /* all of its header; of the message: those of struct message */
	size_t fields_count, fields_cap;
	struct slice header, content; /* as sent; of a container: everything inside */
	size_t parent;		      /* index; the message's own is 0 */
	unsigned depth;		      /* 0 = the message */
	bool leaf;
	bool embedded;	 /* inside of a message/rfc822, or such a one's own header */
	size_t part;	 /* index in message.parts of a leaf */
	unsigned faults; /* enum part_fault */
};

/* A file inside of a part that MIME knows nothing of. */
struct part_file {
	const char *name;     /* or "" */
	struct slice content; /* decoded: for digests only */
	size_t bad;	      /* lines or attributes of it that are damaged or missing */
};

/* A leaf of the MIME structure (RFC 2045, 2046), and the whole body where there is none. */
struct message_part {
	const char *type;     /* lower case; "text/plain" where nothing is said */
	const char *encoding; /* Content-Transfer-Encoding, lower case, or "" */
	const char *charset;  /* lower case, or "" */
	const char *name;     /* file name or "" */
	bool attachment;      /* has a file name or says so */
	struct slice raw;     /* as sent */
	struct slice decoded; /* base64 and quoted-printable undone; else the same as raw */
	struct slice text;    /* of one that is shown: as UTF-8; bad bytes replaced (U+FFFD) */
	const char *shown;    /* as what a reader shows it: "text/plain", "text/html"; or "" */
	const char *inside;   /* "uuencode", "yenc", "tnef": how it carries files besides; or "" */
	struct part_file *files; /* these: at most LIMIT_PART_FILES */
	size_t files_count, files_cap;
	size_t entity;	 /* index in message.entities */
	unsigned faults; /* enum part_fault */
};

struct mail_text;

/* What is said of an address of the web, as bits. */
enum message_url_flag {
	URL_TEXT = 1 << 0,	 /* stands in the text */
	URL_HTML = 1 << 1,	 /* is what a link, an image, a form of HTML refers to */
	URL_SCHEMELESS = 1 << 2, /* "example.com/x" */
	URL_OBFUSCATED = 1 << 3, /* written so that programs do not see it, or its host */
	URL_NUMERIC = 1 << 4,	 /* its host is an IP address */
	URL_MISMATCH = 1 << 5,	 /* the link's text shows another domain */
};

struct message_url {
	struct slice text;   /* as written, at most LIMIT_HEADER_TEXT bytes; a disguise undone */
	struct slice host;   /* lower case; empty if its top-level domain is unknown */
	struct slice domain; /* registered, by the Public Suffix List; of an IP address: the same */
	struct slice shown;  /* the host that the link's text shows, with URL_MISMATCH */
	unsigned flags;	     /* enum message_url_flag */
};

struct message {
	struct slice raw;    /* all that is there */
	struct slice header; /* the header block */
	struct slice body;
	struct header_field *fields;
	size_t fields_count, fields_cap;
	uint64_t names;	  /* bit (hash % 64) of each field's name */
	unsigned faults;  /* enum message_fault */
	unsigned outside; /* those of them that are no kept field's */
	struct charsets *charsets;
	struct message_entity *entities;
	size_t entities_count, entities_cap;
	struct message_part *parts; /* the leaves among them */
	size_t parts_count, parts_cap;
	struct message_url *urls; /* each once: urls.h */
	size_t urls_count, urls_cap;
	const struct mail_text *text; /* what a reader sees: text.h; NULL only without memory */
	bool cut;		      /* something was beyond a limit */
};

/* Header fields, parts and URLs.  charsets may be NULL (charset.h), else it lives as long as *out.
 */
void message_split(
	struct slice raw, struct charsets *charsets, struct arena *arena, struct message *out);
/* The n-th field (0 = first) of that name (case-insensitive), or NULL. */
const struct header_field *message_field(const struct message *m, const char *name, size_t n);
size_t message_count(const struct message *m, const char *name);
/* Unfolded value with encoded words decoded (RFC 2047), clean text, at most LIMIT_HEADER_TEXT
 * bytes; "" if absent. */
const char *message_text(const struct message *m, const char *name, struct arena *arena);
/* The same for one field's value. */
const char *header_text(struct slice value, struct charsets *charsets, struct arena *arena);
/* Unfolded value as sent (clean text, encoded words left as they are). */
const char *header_unfold(struct slice value, struct arena *arena);
const char *message_fault_name(enum message_fault fault);
const char *part_fault_name(enum part_fault fault);

/* RFC 5322 3.3 date (obsolete zones too): 0 and *out (ns, UTC), or -1; *strict tells whether it
 * follows the grammar. */
int header_date(struct slice value, int64_t *out, bool *strict);
/* Addresses of a From/To/Cc value: at most max, without display names, as sent ("user@host");
 * returns how many (clipped at LIMIT_HEADER_ADDRESSES). */
size_t header_addresses(struct slice value, struct slice *out, size_t max);
/* Display name of the first address, as sent, quotes included; empty if there is none. */
struct slice header_display_name(struct slice value);
/* One Received field (RFC 5321 4.4). */
void header_received(struct slice value, struct arena *arena, struct received *out);

/* Fills header, received, parts, urls, cut of a mail record from a message, and similar, of the
 * text only where m->text is there.  Files inside of a part (uuencode, TNEF) follow it as parts. */
struct mail_privacy {
	bool off;
	struct slice key;
};
void message_to_record(const struct message *m, const struct mail_privacy *privacy,
	struct arena *arena, struct mail_record *out);
/* An address with its local part as a keyed hash ("h-<16 hex>@domain"), or whole if off. */
const char *privacy_address(
	const struct mail_privacy *privacy, const char *address, struct arena *arena);

#endif
