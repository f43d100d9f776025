/* The words of an alert: one sentence, plain text, JSON, named fields.
 *
 * Input:  an alert (alert.h).
 * Output: clean UTF-8.  The sentence and every field are one line; the text's lines end in LF.
 * Memory: appended to the caller's buffer. */
#ifndef HELOSCOPE_ALERT_ALERT_TEXT_H
#define HELOSCOPE_ALERT_ALERT_TEXT_H

#include "sensor/alert/alert.h"

/* "SENSOR-SEQ-TIME": of the first change, and how many more.  The time is the change's, so that the numbers of another store make
 * other ids.  Letters, digits, '.', '_' and '-' alone.  Returns out. */
const char *alert_id(const struct change *changes, size_t count, char out[ALERT_ID_MAX]);

/* ASCII: addresses and words of ours. */
void alert_sentence(const struct alert *a, struct buf *out);
/* What changed, since when, why, listings, the first steps, where the report is. */
void alert_text(const struct alert *a, struct buf *out);
/* One object: type "alert", id, sensor, kind (change, digest, test), time, attempt, text, report, changes, host. */
void alert_json(const struct alert *a, struct buf *out);
/* HELOSCOPE_ALERT (the id), _KIND, _SENSOR, _ATTEMPT, _CHANGES, _TEXT, _REPORT; of a single change also _HOST, _VERDICT, _BEFORE,
 * _CAUSE, _RISK, _SINCE, _SUMMARY. */
void alert_fields(const struct alert *a,
	void (*fn)(void *ctx, const char *name, const char *value), void *ctx);
/* "change", "digest", "test" */
const char *alert_word(const struct alert *a);

#endif
