/* Every growing thing has a maximum. One row each: name, value, unit, why.
 * Reaching one adds to a counter and marks the record as cut; parsing goes on. */
#ifndef HELOSCOPE_LIMITS_H
#define HELOSCOPE_LIMITS_H

#define LIMITS(X)                                                                                                      \
	X(SNAPLEN, 262144, "bytes", "largest captured frame; libpcap's own maximum, covers GRO super-packets")        \
	X(INTERFACES, 4096, "interfaces", "of one pcapng section")                                                    \
	X(CAPTURES_OPEN, 64, "files", "captures read side by side; the next is opened when its first packet is due")  \
	X(CAPTURE_FILES, 65536, "files", "captures of one reading")                                                   \
	X(DECAP_DEPTH, 16, "layers", "nested encapsulations; real ones stay below 8")                                 \
	X(FRAGMENT_SETS, 1024, "datagrams", "IP datagrams waiting for fragments")                                     \
	X(FRAGMENT_BYTES, 16777216, "bytes", "fragments held, all datagrams together")                                \
	X(STREAMS, 131072, "streams", "TCP streams followed at once (configurable)")                                  \
	X(STREAM_QUEUED, 4194304, "bytes", "segments of one stream waiting for a hole to fill")                       \
	X(STREAM_JUMP, 16777216, "bytes", "largest hole in a stream that is bridged; a packet further away is not of it")     \
	X(STREAM_HELD, 256, "packets", "packets of one stream held back until what they acknowledge has come")        \
	X(LEARNED_PORTS, 32, "ports", "on which SMTP was found, that the kernel hands over besides those configured")      \
	X(HANDSHAKES, 65536, "handshakes", "of the last minute on ports that are not watched; they say where both sides begin") \
	X(PROSPECTS, 4096, "streams", "on ports that are not watched, whose first words are kept until they say whether it is SMTP") \
	X(PROSPECT_BYTES, 16384, "bytes", "of one of them")                                                          \
	X(POST_PATH, 200, "bytes", "of the path of an HTTP POST; its query is not kept")                              \
	X(QUEUED_ALL, 268435456, "bytes", "segments waiting in all streams")                                          \
	X(ALIASES, 262144, "addresses", "IPv6 addresses with a stand-in while streams use them")                     \
	X(SERVICES, 65536, "services", "host and port pairs in the service inventory")                                \
	X(LINE, 16384, "bytes", "one SMTP line; RFC 5321 4.5.3.1 has 512, AUTH 12288")                                \
	X(SMTP_HELD, 65536, "bytes", "of a client that goes on before the reply to DATA or STARTTLS decides what they are") \
	X(FRONT, 16384, "bytes", "of one side before the dialogue: a balancer's header, a proxy's request and reply")     \
	X(TLS_HANDSHAKE, 65536, "bytes", "handshake messages of one side until the certificate")                      \
	X(TLS_OFFERED, 256, "values", "cipher suites, extensions or signature schemes of a ClientHello that JA4 counts")  \
	X(TLS_NAMES, 64, "names", "of a certificate; a mail provider's have about 30")                                \
	X(REPLY_TEXT, 2048, "bytes", "text of one reply, lines joined")                                               \
	X(REPLY_LINES, 128, "lines", "lines of one reply")                                                            \
	X(REPLIES, 1024, "replies", "replies kept of one session")                                                    \
	X(PENDING, 512, "commands", "commands of one session without a reply yet")                                    \
	X(RECIPIENTS, 1024, "recipients", "kept of one mail; RFC 5321 4.5.3.1.8 has 100")                             \
	X(MAILS, 10000, "mails", "of one session")                                                                    \
	X(EXTENSIONS, 64, "keywords", "of one EHLO reply")                                                            \
	X(ANOMALIES, 64, "names", "of one session")                                                                   \
	X(SESSION_MEMORY, 8388608, "bytes", "arena of one session")                                                   \
	X(MAIL_KEPT, 1048576, "bytes", "front of a mail handed to the analyst; the rest is counted and digested")     \
	X(HEADER_BLOCK, 65536, "bytes", "header block of a mail that is parsed")                                      \
	X(HEADER_FIELDS, 500, "fields", "of one mail")                                                                \
	X(HEADER_ADDRESSES, 1000, "addresses", "of one mail's header")                                                \
	X(HEADER_TEXT, 998, "bytes", "of one header value in a record")                                               \
	X(RECEIVED, 50, "fields", "Received fields kept of one mail")                                                 \
	X(PARTS, 100, "parts", "MIME parts kept of one mail")                                                         \
	X(ENTITIES, 200, "entities", "MIME containers and parts of one mail")                                         \
	X(PART_FIELDS, 128, "fields", "of one MIME part's header")                                                     \
	X(PART_FILES, 32, "files", "in uuencode, yEnc or TNEF inside of one MIME part")                               \
	X(PART_DEPTH, 16, "layers", "multiparts inside each other; real mail stays below 6")                          \
	X(URLS, 100, "addresses", "URLs kept of one mail")                                                            \
	X(MAIL_MEMORY, 8388608, "bytes", "arena of one mail in the analyst")                                          \
	X(RULES, 10000, "rules", "read at start")                                                                     \
	X(HOST_RULES, 512, "rules", "on hosts; ours are 57, and all of them cost 0.5 us a host")                       \
	X(LISTS, 64, "lists", "blocklists and providers that host rules weigh")                                       \
	X(RULE_MEMORY, 33554432, "bytes", "loaded rules, without their compiled expressions")                        \
	X(RULE_TEXT, 262144, "bytes", "front of a mail's text that body rules look at")                               \
	X(RULE_RAW, 524288, "bytes", "front of a mail's decoded text parts that rawbody rules look at")               \
	X(HTML_DEPTH, 512, "elements", "open at once in one HTML part; more do not change colours and sizes")         \
	X(HTML_ITEMS, 2000, "items", "titles, comments, scripts, anchors or addresses of one HTML part")              \
	X(HTML_UNKNOWN, 64, "names", "of elements that no HTML has, told apart in one part")                          \
	X(TEXT_LINKS, 2000, "addresses", "of the text of one mail that rules look at")                                \
	X(TEXT_URI, 8192, "bytes", "of one of them")                                                                  \
	X(URI_FORMS, 32, "forms", "that one address can be taken for")                                                \
	X(RULE_PIECES, 8192, "pieces", "paragraphs of a mail's text; the rest of it no rule looks at")                \
	X(REGEX_MATCH, 100000, "steps", "of one regular expression on one field (PCRE2 match limit)")                 \
	X(REGEX_STEPS, 4000000, "steps", "of one regular expression on one text, as pattern.h counts them")             \
	X(RULE_STEPS, 16000000, "steps", "of all regular expressions on one mail; a step is about a nanosecond")        \
	X(HOSTS, 65536, "hosts", "kept in memory by the collector")                                                   \
	X(HOST_NAMES, 64, "names", "examples kept per host: HELO names, scripts, senders")                            \
	X(HOST_SERVERS, 128, "servers", "per host and hour whose acceptances are remembered; they end listings")      \
	X(HOST_MEMORY, 1073741824, "bytes", "aggregates of all hosts in the collector")                               \
	X(LOOKUP_HOSTS, 4096, "hosts", "that blocklists are asked about; the riskiest come first")                     \
	X(LOSS_INTERVALS, 4096, "intervals", "of five minutes whose loss is kept in memory: 14 days")                  \
	X(ALERTS_LOOK, 1024, "changes", "of verdicts that are looked at at once for one target")                      \
	X(ALERTS_SINGLE, 8, "changes", "that wait for one target and are told one by one; more make a digest")        \
	X(ALERTS_DIGEST, 256, "changes", "in one digest")                                                             \
	X(ALERTS_AT_ONCE, 4, "attempts", "to tell one target that are made side by side")                             \
	X(ALERTS_UNSTORED, 4096, "deliveries", "on their way to the store, beyond which no alert is decided")        \
	X(FRAME, 16777216, "bytes", "one message on a pipe between processes")

enum limit {
#define X(name, value, unit, why) LIMIT_##name = (value),
	LIMITS(X)
#undef X
};

#endif
