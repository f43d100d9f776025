/* Images in a mail: how many, how large (SpamAssassin's ImageInfo).
 *
 * Source: GIF89a specification 18; PNG (RFC 2083) 3.1, 4.1.1; JPEG (ITU-T T.81) B.2.2. */
#include <math.h>
#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/score/eval_fields.h"

#define IMAGES_KEPT 100	   /* sizes of one mail */
#define JPEG_SEGMENTS 1000 /* looked at for the one that tells the size */

static bool
gif_size(struct slice data, uint32_t *width, uint32_t *height)
{
	struct cursor c = cursor_of(slice_skip(data, 6));
	if (!slice_starts(data, SLICE("GIF87a")) && !slice_starts(data, SLICE("GIF89a")))
		return false;
	*width = cursor_le16(&c);
	*height = cursor_le16(&c);
	return !c.bad;
}

static bool
png_size(struct slice data, uint32_t *width, uint32_t *height)
{
	if (!slice_starts(data, SLICE("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")))
		return false;
	struct cursor c = cursor_of(slice_skip(data, 16));
	*width = cursor_be32(&c);
	*height = cursor_be32(&c);
	return !c.bad;
}

/* Start of frame: C0 to CF but for the tables C4, C8, CC. */
static bool
is_frame(uint8_t mark)
{
	return mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
}

static bool
jpeg_size(struct slice data, uint32_t *width, uint32_t *height)
{
	struct cursor c = cursor_of(slice_skip(data, 2));
	if (!slice_starts(data, SLICE("\xff\xd8")))
		return false;
	for (size_t i = 0; i < JPEG_SEGMENTS; i++) {
		uint8_t start = cursor_u8(&c), mark = cursor_u8(&c);
		uint16_t len = cursor_be16(&c);
		if (c.bad || start != 0xff || mark == 0xda || mark == 0xd9 || len < 2)
			return false;
		if (!is_frame(mark)) {
			cursor_skip(&c, len - 2u);
			continue;
		}
		cursor_u8(&c); /* bits per sample */
		*height = cursor_be16(&c);
		*width = cursor_be16(&c);
		return !c.bad;
	}
	return false;
}

static const struct {
	const char *type;
	enum image_type image;
	bool (*size)(struct slice data, uint32_t *width, uint32_t *height);
} types[] = {
	{ "image/gif", IMAGE_GIF, gif_size },
	{ "image/png", IMAGE_PNG, png_size },
	{ "image/jpeg", IMAGE_JPEG, jpeg_size },
	{ "image/jpg", IMAGE_JPEG, jpeg_size },
};

static void
image_add(struct image_facts *f, const struct message_part *p, struct arena *arena)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		uint32_t width = 0, height = 0;
		if (strcmp(p->type, types[i].type) != 0)
			continue;
		f->count[types[i].image]++;
		if (!types[i].size(p->decoded, &width, &height) || width == 0 || height == 0)
			return;
		f->area[types[i].image] += (double)width * (double)height;
		struct image_size *size = ARENA_PUSH(arena, f->sizes, IMAGES_KEPT);
		if (size != NULL)
			*size = (struct image_size){ types[i].image, width, height,
				slice_str(p->name) };
	}
}

static const struct image_facts *
image_facts(const struct rule_input *in)
{
	struct image_facts *f = &eval_kept(in)->images;
	if (f->known)
		return f;
	f->known = true;
	for (size_t i = 0; i < in->message->parts_count; i++)
		if (strcmp(in->message->parts[i].encoding, "base64") == 0)
			image_add(f, &in->message->parts[i], in->arena);
	return f;
}

/* "gif", "png", "jpeg", or "all". */
static bool
is_type(struct slice word, enum image_type type)
{
	static const char *const names[IMAGE_TYPES] = { "gif", "png", "jpeg" };
	return slice_eq(word, SLICE("all")) || slice_eq(word, slice_str(names[type]));
}

static double
area_of(const struct image_facts *f, struct slice word)
{
	double area = 0;
	for (size_t i = 0; i < IMAGE_TYPES; i++)
		area += is_type(word, (enum image_type)i) ? f->area[i] : 0;
	return area;
}

static bool
within(const struct eval_arguments *arguments, size_t n, double value)
{
	return value >= eval_number(arguments, n, 0) &&
	       value <= eval_number(arguments, n + 1, INFINITY);
}

/* image_count('type', least [, most]) */
static bool
test_count(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct image_facts *f = image_facts(in);
	size_t count = 0;
	for (size_t i = 0; i < IMAGE_TYPES; i++)
		count += is_type(arguments->words[0], (enum image_type)i) ? f->count[i] : 0;
	return within(arguments, 1, (double)count);
}

/* pixel_coverage('type', least [, most]) */
static bool
test_coverage(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return within(arguments, 1, area_of(image_facts(in), arguments->words[0]));
}

/* image_to_text_ratio('type', least, most): bytes of text for each pixel; as a rawbody test of the
 * text with its markup. */
static bool
test_text_ratio(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double area = area_of(image_facts(in), arguments->words[0]);
	if (area == 0)
		return false;
	const struct mail_text *text = input_text(in);
	const struct text_pieces *pieces = arguments->rawbody ? &text->raw : &text->body;
	size_t length = 0;
	for (size_t i = 0; i < pieces->pieces_count; i++)
		length += pieces->pieces[i].len;
	double ratio = (double)length / area;
	return length > 0 && ratio >= eval_number(arguments, 1, 0) &&
	       ratio < eval_number(arguments, 2, 0);
}

static bool
any_size(const struct image_facts *f, struct slice type, const double height[2],
	const double width[2])
{
	for (size_t i = 0; i < f->sizes_count; i++) {
		const struct image_size *s = &f->sizes[i];
		if (is_type(type, s->type) && s->height >= height[0] && s->height <= height[1] &&
			s->width >= width[0] && s->width <= width[1])
			return true;
	}
	return false;
}

/* image_size_exact('type', height, width) */
static bool
test_size_exact(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double h = eval_number(arguments, 1, -1), w = eval_number(arguments, 2, -1);
	return any_size(
		image_facts(in), arguments->words[0], (double[]){ h, h }, (double[]){ w, w });
}

/* image_size_range('type', least height, least width [, most height, most width]) */
static bool
test_size_range(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double height[2] = { eval_number(arguments, 1, 0), eval_number(arguments, 3, INFINITY) };
	double width[2] = { eval_number(arguments, 2, 0), eval_number(arguments, 4, INFINITY) };
	return any_size(image_facts(in), arguments->words[0], height, width);
}

/* image_named('name') */
static bool
test_named(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct image_facts *f = image_facts(in);
	for (size_t i = 0; i < f->sizes_count; i++)
		if (f->sizes[i].name.len > 0 && slice_eq(f->sizes[i].name, arguments->words[0]))
			return true;
	return false;
}

/* image_name_regex('/…/') */
static bool
test_name_regex(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct image_facts *f = image_facts(in);
	for (size_t i = 0; i < f->sizes_count && arguments->pattern != NULL; i++)
		if (f->sizes[i].name.len > 0 && pattern_match(in->patterns, arguments->pattern,
							f->sizes[i].name) == PATTERN_HIT)
			return true;
	return false;
}

const struct eval evals_image[] = {
	{ "image_count", 2, 3, 0, test_count },
	{ "pixel_coverage", 2, 3, 0, test_coverage },
	{ "image_to_text_ratio", 3, 3, 0, test_text_ratio },
	{ "image_size_exact", 3, 3, 0, test_size_exact },
	{ "image_size_range", 3, 5, 0, test_size_range },
	{ "image_named", 1, 1, 0, test_named },
	{ "image_name_regex", 1, 1, 1, test_name_regex },
	{ NULL, 0, 0, 0, NULL },
};
