/* What the sensor counts about itself: one list, from which names, texts, pages and metrics come.
 */
#ifndef HELOSCOPE_COUNTERS_H
#define HELOSCOPE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#define COUNTERS(X)                                                                                \
	X(packets, "packets read from the capture")                                                \
	X(packet_bytes, "bytes of those packets on the wire")                                      \
	X(packets_dropped, "packets that the kernel dropped before we could read them")            \
	X(packets_if_dropped, "packets that the interface dropped")                                \
	X(packets_cut, "packets captured shorter than they were (snaplen too small)")              \
	X(packets_damaged, "records of the capture file that could not be read")                   \
	X(decap_unknown, "packets with a layer that is not understood")                            \
	X(decap_malformed, "packets with broken headers, kept out of reassembly")                  \
	X(decap_not_tcp, "packets that are not TCP")                                               \
	X(fragments, "IP fragments")                                                               \
	X(fragments_dropped, "IP fragments that never made a datagram")                            \
	X(checksum_bad,                                                                            \
		"packets with a wrong IP or TCP checksum (dropped with checksum = verify)")        \
	X(segments, "TCP segments to or from a watched port")                                      \
	X(segments_old, "TCP segments that brought nothing new (retransmissions, doubles)")        \
	X(segments_held, "packets held back until what they acknowledge had come")                 \
	X(streams, "TCP streams followed")                                                         \
	X(streams_midstream, "streams that began before the capture")                              \
	X(streams_one_sided, "streams of which one side was never seen")                           \
	X(streams_evicted, "streams given up because the table was full")                          \
	X(embryos_evicted, "handshakes without data given up because the table was full")          \
	X(streams_found, "streams on other ports, followed because their first words say SMTP")    \
	X(ports_learned, "ports on which SMTP was found, that the kernel was told to hand over")   \
	X(prospects_evicted,                                                                       \
		"streams on other ports forgotten undecided because too many might be SMTP")       \
	X(streams_refused, "streams not followed because the table was full")                      \
	X(stream_bytes, "bytes rebuilt from streams")                                              \
	X(gaps, "holes in streams that the mirror never delivered")                                \
	X(gap_bytes, "bytes in those holes")                                                       \
	X(gap_bytes_late, "bytes that came after they had been taken for lost")                    \
	X(segments_stale, "segments with an old timestamp, set aside")                             \
	X(aliases_full, "IPv6 packets without a free stand-in address")                            \
	X(nids_warnings, "warnings of libnids")                                                    \
	X(sessions, "SMTP sessions")                                                               \
	X(sessions_encrypted, "SMTP sessions that went on under TLS")                              \
	X(not_smtp, "streams on a watched port that do not speak SMTP")                            \
	X(mails, "mails (transactions)")                                                           \
	X(mails_cut, "mails of which only the front was judged")                                   \
	X(mails_refused, "mails that the analyst refused to parse")                                \
	X(rules_gave_up, "regular expressions that reached their limit")                           \
	X(frames_lost, "messages between processes that were lost or damaged")                     \
	X(rules_reloaded, "times that the rules were read again")                                  \
	X(rules_refused, "times that new rules had a mistake, and the old ones stayed in force")   \
	X(restarts_worker, "restarts of the capture worker")                                       \
	X(restarts_analyst, "restarts of the analyst")                                             \
	X(restarts_collector, "restarts of the collector")                                         \
	X(restarts_web, "restarts of the web process")                                             \
	X(restarts_lookup, "restarts of the process that asks blocklists")                         \
	X(restarts_alerter, "restarts of the process that tells changes of verdicts")              \
	X(posts, "HTTP POSTs to hosts of ours")                                                    \
	X(lookups, "questions to blocklists")                                                      \
	X(lookups_failed, "of them without an answer that counts")                                 \
	X(alerts_sent, "changes of verdicts told to a target")                                     \
	X(alerts_failed, "attempts to tell one that failed")                                       \
	X(store_errors, "writes that the store refused")                                           \
	X(hosts_forgotten, "hosts dropped from memory because the table was full")                 \
	X(services_refused, "services not noted because the table was full")                       \
	X(intervals_left, "returns of packet time to five minutes that were out of memory: later " \
			  "ones hold their loss")

enum counter {
#define X(name, text) COUNTER_##name,
	COUNTERS(X)
#undef X
		COUNTERS_COUNT
};

struct counters {
	int64_t value[COUNTERS_COUNT];
};

/* Name ("packets_dropped") and description of a counter. */
const char *counter_name(enum counter c);
const char *counter_text(enum counter c);

static inline void
count_add(struct counters *c, enum counter which, int64_t n)
{
	c->value[which] += n;
}
#define COUNT(counters, name) count_add((counters), COUNTER_##name, 1)
#define COUNT_BY(counters, name, n) count_add((counters), COUNTER_##name, (int64_t)(n))

#endif
