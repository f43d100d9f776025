/* Files that are built into the program (assets.S): the style sheet and the icon. */
#ifndef HELOSCOPE_WEB_ASSET_H
#define HELOSCOPE_WEB_ASSET_H

#include "sensor/base/arena.h"

/* "/static/HASH/app.css": with the hash of the content, so that browsers may keep it for ever. */
const char *asset_url(struct arena *arena, const char *name);

#endif
