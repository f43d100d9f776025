/* Community ID v1 of a TCP stream, seed 0: the same in Zeek, Suricata and Arkime, so that a session
 * can be found there.
 *
 * Source: the Community ID flow hashing specification, version 1: "1:" + base64(SHA1(seed,
 * addresses, protocol, ports)), the smaller endpoint first. Memory: the caller's arena. */
#ifndef HELOSCOPE_COMMUNITY_ID_H
#define HELOSCOPE_COMMUNITY_ID_H

#include "sensor/base/addr.h"
#include "sensor/base/arena.h"

const char *community_id(struct endpoint a, struct endpoint b, struct arena *arena);

#endif
