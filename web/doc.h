/* A record as the store gives it (JSON of the contract), to be read by pages (owner of jansson:
 * doc_jansson.c).
 *
 * Input:  JSON that the sensor wrote.  A key that is missing, or of another type, reads as "", 0,
 * false or an empty list, so that a page shows less of a record of another version but never fails
 * on it. Memory: struct doc owns everything; nodes and texts live as long as it. */
#ifndef HELOSCOPE_WEB_DOC_H
#define HELOSCOPE_WEB_DOC_H

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

struct doc;
struct node; /* a value within a doc */

/* 0, or -1 and err. */
int doc_parse(struct slice json, struct doc **out, struct err *err);
void doc_free(struct doc *d); /* NULL does nothing */
const struct node *doc_root(const struct doc *d);

/* `path`: keys joined by dots, "helo.name"; "" = the node itself.  NULL when there is no such
 * value; every function takes NULL. */
const struct node *node_get(const struct node *n, const char *path);
const char *node_text(const struct node *n, const char *path);
int64_t node_int(const struct node *n, const char *path);
double node_real(const struct node *n, const char *path);
bool node_bool(const struct node *n, const char *path);
int64_t node_time(const struct node *n, const char *path); /* ns; 0 = unknown */

/* Items of a list. */
size_t node_count(const struct node *n, const char *path);
const struct node *node_item(const struct node *n, const char *path, size_t i);
/* Pairs of an object, in the record's order: *place NULL at first; false at the end. */
bool node_pair(const struct node *n, void **place, const char **key, const struct node **value);

#endif
