#include <string.h>

#include "sensor/record_layout.h"

/* A table per struct. The order of the rows is the order of the keys in JSON; README and man page
 * follow it. */

/* Words take an int, because a row holds any enum. */
#define WORD(name)                                                                                 \
	static const char *word_##name(int v)                                                      \
	{                                                                                          \
		return name##_word((enum name)v);                                                  \
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

/* Rows of STRUCT, which is set before each table; what follows the member are further designators.
 */
#define ROW(key, field_type, member, ...)                                                          \
	{                                                                                          \
		.name = (key), .type = (field_type), .offset = offsetof(STRUCT, member),           \
		__VA_ARGS__                                                                        \
	}
#define WORDS(key, member, enumeration) ROW(key, FIELD_WORD, member, .word = word_##enumeration)
#define LIST(key, field_type, member, ...)                                                         \
	ROW(key, field_type, member, .count_offset = offsetof(STRUCT, member##_count),             \
		.cap_offset = offsetof(STRUCT, member##_cap), __VA_ARGS__)
#define ITEMS(key, member, layout, ...)                                                            \
	LIST(key, FIELD_LIST, member, .item = &(layout), __VA_ARGS__)
#define STRINGS(key, member) LIST(key, FIELD_STRINGS, member, .item = &layout_string)
#define IN(object) .group = (object)
#define LAYOUT(key, rows)                                                                          \
	{                                                                                          \
		(key), sizeof(STRUCT), (rows), sizeof(rows) / sizeof((rows)[0])                    \
	}

/* Lists of plain values are lists of structs with one nameless field. */
static const struct field string_fields[] = { { .type = FIELD_STRING } };
static const struct layout layout_string = { "", sizeof(const char *), string_fields, 1 };
static const struct field number_fields[] = { { .type = FIELD_I32 } };
static const struct layout layout_number = { "", sizeof(int32_t), number_fields, 1 };

#define STRUCT struct name_value
static const struct field pair_fields[] = {
	ROW("name", FIELD_STRING, name),
	ROW("value", FIELD_STRING, value),
};
static const struct layout layout_pair = LAYOUT("pair", pair_fields);

#undef STRUCT
#define STRUCT struct anomaly_seen
static const struct field anomaly_fields[] = {
	ROW("name", FIELD_STRING, name),
	ROW("times", FIELD_I32, times),
	ROW("breaks", FIELD_STRING, breaks),
};
static const struct layout layout_anomaly = LAYOUT("anomaly", anomaly_fields);

#undef STRUCT
#define STRUCT struct count
static const struct field count_fields[] = {
	ROW("name", FIELD_STRING, name),
	ROW("value", FIELD_I64, value),
};
static const struct layout layout_count = LAYOUT("count", count_fields);

#undef STRUCT
#define STRUCT struct reply
static const struct field reply_fields[] = {
	ROW("to", FIELD_STRING, to),
	ROW("code", FIELD_I32, code),
	ROW("enhanced", FIELD_STRING, enhanced),
	WORDS("class", class, reply_class),
	ROW("list", FIELD_STRING, list),
	ROW("text", FIELD_STRING, text),
	ROW("time", FIELD_TIME, time, .flags = FIELD_NOT_JSON),
	ROW("quoted", FIELD_ADDR, quoted, .flags = FIELD_NOT_JSON),
};
const struct layout layout_reply = LAYOUT("reply", reply_fields);

#undef STRUCT
#define STRUCT struct recipient
static const struct field recipient_fields[] = {
	ROW("to", FIELD_STRING, address),
	LIST("params", FIELD_PAIRS, params, .item = &layout_pair, .flags = FIELD_OMIT_EMPTY),
	ROW("code", FIELD_I32, code),
	ROW("enhanced", FIELD_STRING, enhanced),
	WORDS("class", class, reply_class),
	WORDS("disposition", disposition, disposition),
	ROW("list", FIELD_STRING, list),
};
const struct layout layout_recipient = LAYOUT("recipient", recipient_fields);

#undef STRUCT
#define STRUCT struct mail_header
static const struct field header_fields[] = {
	ROW("from", FIELD_STRING, from),
	ROW("to", FIELD_STRING, to),
	ROW("cc", FIELD_STRING, cc),
	ROW("subject", FIELD_STRING, subject),
	ROW("date", FIELD_STRING, date),
	ROW("message_id", FIELD_STRING, message_id),
	ROW("reply_to", FIELD_STRING, reply_to),
	ROW("mailer", FIELD_STRING, mailer),
	ROW("php_script", FIELD_STRING, php_script),
	ROW("list_id", FIELD_STRING, list_id),
	ROW("auto_submitted", FIELD_STRING, auto_submitted),
};
static const struct layout layout_header = LAYOUT("header", header_fields);

#undef STRUCT
#define STRUCT struct received
static const struct field received_fields[] = {
	ROW("from", FIELD_STRING, from),
	ROW("helo", FIELD_STRING, helo),
	ROW("ip", FIELD_STRING, ip),
	ROW("by", FIELD_STRING, by),
	ROW("with", FIELD_STRING, with),
	ROW("id", FIELD_STRING, id),
	ROW("date", FIELD_STRING, date),
	ROW("for", FIELD_STRING, for_address, .flags = FIELD_OMIT_EMPTY),
};
static const struct layout layout_received = LAYOUT("received", received_fields);

#undef STRUCT
#define STRUCT struct part
static const struct field part_fields[] = {
	ROW("type", FIELD_STRING, type),
	ROW("encoding", FIELD_STRING, encoding),
	ROW("name", FIELD_STRING, name),
	ROW("bytes", FIELD_I64, bytes),
	ROW("sha256", FIELD_STRING, sha256),
};
static const struct layout layout_part = LAYOUT("part", part_fields);

#undef STRUCT
#define STRUCT struct hit
static const struct field hit_fields[] = {
	ROW("rule", FIELD_STRING, rule),
	ROW("score", FIELD_DOUBLE, score),
	ROW("why", FIELD_STRING, why),
	ROW("source", FIELD_STRING, source, .flags = FIELD_OMIT_EMPTY),
	ROW("times", FIELD_I32, times, .flags = FIELD_OMIT_EMPTY),
	ROW("where", FIELD_STRING, where, .flags = FIELD_OMIT_EMPTY),
	ROW("matched", FIELD_STRING, matched, .flags = FIELD_OMIT_EMPTY),
};
static const struct layout layout_hit = LAYOUT("hit", hit_fields);

#undef STRUCT
#define STRUCT struct mail_record
static const struct field mail_fields[] = {
	ROW("session", FIELD_STRING, session),
	ROW("number", FIELD_I32, number),
	ROW("start", FIELD_TIME, start),
	ROW("end", FIELD_TIME, end),
	ROW("mail_from", FIELD_STRING, mail_from),
	LIST("params", FIELD_PAIRS, params, .item = &layout_pair),
	ITEMS("rcpts", rcpts, layout_recipient),
	ROW("rcpts_cut", FIELD_I64, rcpts_cut, .flags = FIELD_OMIT_EMPTY),
	WORDS("transfer", transfer, transfer),
	WORDS("outcome", outcome, outcome),
	ROW("code", FIELD_I32, code),
	ROW("enhanced", FIELD_STRING, enhanced),
	WORDS("class", class, reply_class),
	ROW("list", FIELD_STRING, list),
	ROW("queue_id", FIELD_STRING, queue_id),
	ROW("bytes", FIELD_I64, bytes),
	ROW("sha256", FIELD_STRING, sha256),
	ROW("header", FIELD_STRUCT, header, .item = &layout_header),
	ITEMS("received", received, layout_received),
	ITEMS("parts", parts, layout_part),
	STRINGS("urls", urls),
	ROW("score", FIELD_DOUBLE, score),
	ITEMS("hits", hits, layout_hit),
	STRINGS("labels", labels),
	ROW("subject_key", FIELD_STRING, subject_key, .flags = FIELD_NOT_JSON),
	ROW("text", FIELD_STRING, similar.text, IN("similar"), .flags = FIELD_OMIT_EMPTY),
	ROW("near", FIELD_STRING, similar.near, IN("similar"), .flags = FIELD_OMIT_EMPTY),
	ROW("subject", FIELD_STRING, similar.subject, IN("similar"), .flags = FIELD_OMIT_EMPTY),
	LIST("gave_up", FIELD_STRINGS, gave_up, .item = &layout_string, .flags = FIELD_OMIT_EMPTY),
	ROW("cut", FIELD_BOOL, cut),
	ROW("gap", FIELD_I64, gap),
	ROW("refused", FIELD_BOOL, refused),
};
const struct layout layout_mail = LAYOUT("mail", mail_fields);

#undef STRUCT
#define STRUCT struct session_record
static const struct field session_fields[] = {
	ROW("sensor", FIELD_STRING, sensor),
	ROW("id", FIELD_STRING, id),
	ROW("community_id", FIELD_STRING, community_id),
	ROW("start", FIELD_TIME, start),
	ROW("end", FIELD_TIME, end),
	ROW("client", FIELD_ENDPOINT, client),
	ROW("server", FIELD_ENDPOINT, server),
	LIST("vlan", FIELD_INTS, vlan, .item = &layout_number),
	STRINGS("encap", encap),
	WORDS("direction", direction, direction),
	WORDS("visibility", visibility, visibility),
	ROW("protocol", FIELD_STRING, protocol),
	ROW("protocol", FIELD_STRING, proxy.protocol, IN("proxy"), .flags = FIELD_OMIT_EMPTY),
	ROW("target", FIELD_STRING, proxy.target, IN("proxy"), .flags = FIELD_OMIT_EMPTY),
	ROW("client", FIELD_ENDPOINT, proxy.client, IN("proxy"), .flags = FIELD_OMIT_EMPTY),
	ROW("banner", FIELD_STRING, banner),
	ROW("verb", FIELD_STRING, helo_verb, IN("helo")),
	ROW("name", FIELD_STRING, helo_name, IN("helo")),
	STRINGS("extensions", extensions),
	ROW("offered", FIELD_BOOL, tls.offered, IN("tls")),
	ROW("used", FIELD_BOOL, tls.used, IN("tls")),
	ROW("implicit", FIELD_BOOL, tls.implicit, IN("tls")),
	ROW("starttls", FIELD_STRING, tls.starttls, IN("tls")),
	ROW("version", FIELD_STRING, tls.version, IN("tls")),
	ROW("alert", FIELD_STRING, tls.alert, IN("tls"), .flags = FIELD_OMIT_EMPTY),
	ROW("sni", FIELD_STRING, tls.sni, IN("tls")),
	ROW("alpn", FIELD_STRING, tls.alpn, IN("tls")),
	ROW("ja4", FIELD_STRING, tls.ja4, IN("tls")),
	ROW("subject", FIELD_STRING, tls.subject, IN("tls")),
	LIST("names", FIELD_STRINGS, tls.names, .item = &layout_string, IN("tls")),
	ROW("records_client", FIELD_I64, tls.records_client, IN("tls")),
	ROW("records_server", FIELD_I64, tls.records_server, IN("tls")),
	ROW("basis", FIELD_STRING, estimate.basis, IN("estimate"), .flags = FIELD_OMIT_EMPTY),
	ROW("mails", FIELD_I32, estimate.mails, IN("estimate"), .flags = FIELD_OMIT_EMPTY),
	ROW("refusals", FIELD_I32, estimate.refusals, IN("estimate"), .flags = FIELD_OMIT_EMPTY),
	ROW("mechanism", FIELD_STRING, auth.mechanism, IN("auth")),
	ROW("result", FIELD_STRING, auth.result, IN("auth")),
	ROW("user", FIELD_STRING, auth.user, IN("auth"), .flags = FIELD_OMIT_EMPTY),
	ROW("failures", FIELD_I32, auth.failures, IN("auth")),
	ROW("keystrokes", FIELD_I32, typing.keystrokes, IN("typing"), .flags = FIELD_OMIT_EMPTY),
	ROW("backspaces", FIELD_I32, typing.backspaces, IN("typing"), .flags = FIELD_OMIT_EMPTY),
	ROW("pauses", FIELD_I32, typing.pauses, IN("typing"), .flags = FIELD_OMIT_EMPTY),
	ROW("dialect", FIELD_STRING, dialect),
	ROW("client_software", FIELD_STRING, client_software),
	ROW("server_software", FIELD_STRING, server_software),
	ROW("client", FIELD_I64, bytes_client, IN("bytes")),
	ROW("server", FIELD_I64, bytes_server, IN("bytes")),
	ROW("count", FIELD_I64, gap_count, IN("gaps")),
	ROW("bytes", FIELD_I64, gap_bytes, IN("gaps")),
	ROW("one_sided", FIELD_BOOL, one_sided),
	ROW("midstream", FIELD_BOOL, midstream),
	WORDS("close", close, close_reason),
	LIST("anomalies", FIELD_NAMES, anomalies, .item = &layout_anomaly),
	LIST("anomaly_counts", FIELD_LIST, anomalies, .item = &layout_anomaly,
		.flags = FIELD_NOT_PACKED | FIELD_AGAIN),
	ITEMS("replies", replies, layout_reply),
	ITEMS("mails", mails, layout_mail, .flags = FIELD_NOT_PACKED),
	ROW("mails_total", FIELD_I32, mails_count_total, .flags = FIELD_NOT_JSON),
	ROW("cut", FIELD_BOOL, cut),
	ROW("open", FIELD_BOOL, open, .flags = FIELD_OMIT_EMPTY),
};
const struct layout layout_session = LAYOUT("session", session_fields);

#undef STRUCT
#define STRUCT struct cause_found
static const struct field cause_fields[] = {
	WORDS("cause", cause, cause),
	ROW("confidence", FIELD_DOUBLE, confidence),
	STRINGS("evidence", evidence),
};
static const struct layout layout_cause = LAYOUT("cause", cause_fields);

#undef STRUCT
#define STRUCT struct list_likelihood
static const struct field likelihood_fields[] = {
	ROW("list", FIELD_STRING, list),
	ROW("probability", FIELD_DOUBLE, probability),
	ROW("predicted", FIELD_DOUBLE, predicted),
	STRINGS("why", why),
	STRINGS("change", change),
};
static const struct layout layout_likelihood = LAYOUT("likelihood", likelihood_fields);

#undef STRUCT
#define STRUCT struct listing
static const struct field listing_fields[] = {
	ROW("list", FIELD_STRING, list),
	WORDS("kind", kind, listing_kind),
	ROW("since", FIELD_TIME, since),
	ROW("last", FIELD_TIME, last),
	ROW("until", FIELD_TIME, until),
	ROW("ended_by", FIELD_STRING, ended_by),
	ROW("reply", FIELD_STRING, reply),
	ROW("server", FIELD_ADDR, server),
	STRINGS("servers", servers),
	ROW("count", FIELD_I64, count),
};
const struct layout layout_listing = LAYOUT("listing", listing_fields);

#undef STRUCT
#define STRUCT struct service
static const struct field service_fields[] = {
	ROW("port", FIELD_I32, port),
	ROW("name", FIELD_STRING, name),
	ROW("first", FIELD_TIME, first),
	ROW("last", FIELD_TIME, last),
};
const struct layout layout_service = LAYOUT("service", service_fields);

#undef STRUCT
#define STRUCT struct advice
static const struct field advice_fields[] = {
	ROW("step", FIELD_STRING, step),
	ROW("command", FIELD_STRING, command),
};
static const struct layout layout_advice = LAYOUT("advice", advice_fields);

#undef STRUCT
#define STRUCT struct host_behind
static const struct field behind_fields[] = {
	ROW("ip", FIELD_ADDR, ip),
	ROW("mails", FIELD_I64, mails),
	ROW("spam", FIELD_I64, spam),
};
static const struct layout layout_behind = LAYOUT("behind", behind_fields);

#undef STRUCT
#define STRUCT struct cut_off
static const struct field cut_off_fields[] = {
	ROW("port", FIELD_I32, port),
	ROW("sessions", FIELD_I64, sessions),
	ROW("accepted", FIELD_I64, accepted),
	STRINGS("domains", domains),
};
static const struct layout layout_cut_off = LAYOUT("cut_off", cut_off_fields);

#undef STRUCT
#define STRUCT struct host_record
static const struct field host_fields[] = {
	ROW("ip", FIELD_ADDR, ip),
	ROW("sensor", FIELD_STRING, sensor),
	WORDS("role", role, role),
	WORDS("verdict", verdict, verdict),
	ROW("verdict_since", FIELD_TIME, verdict_since),
	ROW("risk", FIELD_DOUBLE, risk),
	WORDS("visibility", visibility, visibility),
	ROW("first", FIELD_TIME, first),
	ROW("last", FIELD_TIME, last),
	LIST("counts", FIELD_COUNTS, counts, .item = &layout_count),
	ITEMS("causes", causes, layout_cause),
	ITEMS("lists", lists, layout_likelihood),
	ITEMS("listings", listings, layout_listing),
	ITEMS("services", services, layout_service),
	ITEMS("advice", advice, layout_advice),
	ITEMS("behind", behind, layout_behind),
	ITEMS("cut_off", cut_off, layout_cut_off),
	ROW("clients", FIELD_I64, clients),
	ROW("summary", FIELD_STRING, summary),
	ROW("name", FIELD_STRING, name),
};
const struct layout layout_host = LAYOUT("host", host_fields);

struct field_list
field_list_get(const struct field *f, const void *record)
{
	const uint8_t *bytes = record;
	struct field_list l;

	memcpy(&l.items, bytes + f->offset, sizeof l.items);
	memcpy(&l.count, bytes + f->count_offset, sizeof l.count);
	return l;
}
