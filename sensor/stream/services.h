/* Who answers a SYN with SYN-ACK, on any port: the passive service inventory, told once in each
 * minute of the clock per service.
 *
 * Memory: a fixed table of 4,096 services; two that share a slot are told more often, never less.
 */
#ifndef HELOSCOPE_STREAM_SERVICES_H
#define HELOSCOPE_STREAM_SERVICES_H

#include "sensor/base/addr.h"

struct services;

struct services *services_new(void);
void services_free(struct services *s);
/* True if this answer is worth telling. */
bool services_due(struct services *s, struct endpoint server, int64_t time);

#endif
