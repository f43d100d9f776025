/* A zip that is made while it is sent (owner of libarchive: export_archive.c).
 *
 * Source: APPNOTE.TXT of PKWARE, by libarchive; sizes stand behind the bytes of an entry, as they are not known before.
 * Memory: what was not taken yet. */
#ifndef HELOSCOPE_WEB_EXPORT_ARCHIVE_H
#define HELOSCOPE_WEB_EXPORT_ARCHIVE_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"

struct zip;

struct zip *zip_new(int64_t now); /* ns: the time of each entry */
/* The next entry; ends the one before. `name`: ours, ASCII. 0, or -1 and err. */
int zip_entry(struct zip *z, const char *name, struct err *err);
int zip_add(struct zip *z, struct slice bytes, struct err *err);
int zip_end(struct zip *z, struct err *err);
/* Moves what is ready to be sent to the end of out. */
void zip_take(struct zip *z, struct buf *out);
void zip_free(struct zip *z); /* NULL does nothing */

#endif
