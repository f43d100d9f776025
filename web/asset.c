#include "web/asset.h"

#include <inttypes.h>
#include <string.h>

#include "sensor/base/hash.h"
#include "web/fields.h"
#include "web/page.h"
#include "web/route.h"

/* From assets.S: each as it is, and by gzip. */
#define BUILT_IN(name)                                                                             \
	extern const uint8_t asset_##name[], asset_##name##_end[], asset_##name##_gz[],            \
		asset_##name##_gz_end[]
BUILT_IN(css);
BUILT_IN(js);
BUILT_IN(chart_js);
BUILT_IN(icon);
BUILT_IN(uplot_js);
BUILT_IN(uplot_css);

#define BYTES(name) asset_##name, asset_##name##_end, asset_##name##_gz, asset_##name##_gz_end

static const struct {
	const char *name, *type;
	const uint8_t *begin, *end, *gz, *gz_end;
} assets[] = {
	{ "app.css", "text/css; charset=utf-8", BYTES(css) },
	{ "app.js", "text/javascript; charset=utf-8", BYTES(js) },
	{ "chart.js", "text/javascript; charset=utf-8", BYTES(chart_js) },
	{ "favicon.svg", "image/svg+xml", BYTES(icon) },
	{ "uplot.js", "text/javascript; charset=utf-8", BYTES(uplot_js) },
	{ "uplot.css", "text/css; charset=utf-8", BYTES(uplot_css) },
};
#define ASSETS (sizeof assets / sizeof assets[0])

static size_t
asset_index(const char *name)
{
	size_t i = 0;
	while (i < ASSETS && strcmp(assets[i].name, name) != 0) {
		i++;
	}
	return i;
}

static struct slice
asset_bytes(size_t i)
{
	return slice_of(assets[i].begin, (size_t)(assets[i].end - assets[i].begin));
}

const char *
asset_url(struct arena *arena, const char *name)
{
	struct slice bytes = asset_bytes(asset_index(name));
	return arena_printf(
		arena, "/static/%016" PRIx64 "/%s", hash_stable(bytes.ptr, bytes.len), name);
}

void
asset_answer(struct request *r, struct answer *a)
{
	size_t i = asset_index(r->uri.segments[2]);
	if (i == ASSETS) {
		page_error(r, a, 404, "There is no such file.");
		return;
	}
	/* An address of another version (a page from before an update) gets today's bytes, but must
	 * not keep them. */
	const char *url = asset_url(&r->arena, assets[i].name);
	bool current = strncmp(url + strlen("/static/"), r->uri.segments[1], 16) == 0 &&
		       strlen(r->uri.segments[1]) == 16;
	const char *tag = arena_printf(&r->arena, "\"%.16s\"", url + strlen("/static/"));
	bool packed = field_takes_gzip(r->accept_encoding);
	a->type = assets[i].type;
	a->cache = current ? "public, max-age=31536000, immutable" : "no-cache";
	a->etag = packed ? arena_printf(&r->arena, "%.17s-gz\"", tag) : tag;
	a->encoding = packed ? "gzip" : NULL;
	a->fixed = packed ? slice_of(assets[i].gz, (size_t)(assets[i].gz_end - assets[i].gz))
			  : asset_bytes(i);
}
