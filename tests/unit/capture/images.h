/* Capture files made by hand, in memory, and given a path. */
#ifndef HELOSCOPE_TESTS_IMAGES_H
#define HELOSCOPE_TESTS_IMAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/capture/capture.h"

enum { IMAGE_MAX = 8192 };

struct image {
	uint8_t bytes[IMAGE_MAX];
	size_t len;
	bool big; /* byte order */
};

static inline struct slice
image_slice(const struct image *m)
{
	return slice_of(m->bytes, m->len);
}

static inline void
image_number(struct image *m, uint64_t value, size_t bytes)
{
	assert_true(m->len + bytes <= IMAGE_MAX);
	for (size_t i = 0; i < bytes; i++)
		m->bytes[m->len++] = (uint8_t)(value >> 8 * (m->big ? bytes - 1 - i : i));
}

static inline void
image_u32(struct image *m, uint64_t value)
{
	image_number(m, value, 4);
}

static inline void
image_bytes(struct image *m, struct slice s)
{
	assert_true(m->len + s.len <= IMAGE_MAX);
	if (s.len > 0)
		memcpy(m->bytes + m->len, s.ptr, s.len);
	m->len += s.len;
}

/* draft-ietf-opsawg-pcap 4: the header of a file. */
static inline void
pcap_header(struct image *m, uint32_t magic, uint32_t linktype)
{
	image_u32(m, magic);
	image_number(m, 2, 2);
	image_number(m, 4, 2);
	image_number(m, 0, 8);
	image_u32(m, 65535);
	image_u32(m, linktype);
}

/* One record; it may lie about its length. */
static inline void
pcap_record(struct image *m, uint32_t seconds, uint32_t fraction, struct slice data, uint32_t wire)
{
	image_u32(m, seconds);
	image_u32(m, fraction);
	image_u32(m, data.len);
	image_u32(m, wire);
	image_bytes(m, data);
}

/* draft-ietf-opsawg-pcapng 4.1, 4.2, 4.3: section header, interface, packet. */
static inline void
pcapng_section(struct image *m)
{
	image_u32(m, 0x0a0d0d0a);
	image_u32(m, 28);
	image_u32(m, 0x1a2b3c4d);
	image_number(m, 1, 2);
	image_number(m, 0, 2);
	image_number(m, UINT64_MAX, 8);
	image_u32(m, 28);
}

/* resolution: 6 for microseconds, 9 for nanoseconds. */
static inline void
pcapng_interface(struct image *m, uint16_t linktype, uint8_t resolution)
{
	image_u32(m, 1);
	image_u32(m, 32);
	image_number(m, linktype, 2);
	image_number(m, 0, 2);
	image_u32(m, 65535);
	image_number(m, 9, 2); /* if_tsresol */
	image_number(m, 1, 2);
	image_bytes(m, slice_of(&resolution, 1));
	image_number(m, 0, 3);
	image_u32(m, 0); /* end of options */
	image_u32(m, 32);
}

static inline void
pcapng_packet(struct image *m, uint32_t interface, uint64_t ticks, struct slice data, uint32_t wire)
{
	size_t padding = (4 - data.len % 4) % 4;
	size_t total = 32 + data.len + padding;

	image_u32(m, 6);
	image_u32(m, total);
	image_u32(m, interface);
	image_u32(m, ticks >> 32);
	image_u32(m, ticks);
	image_u32(m, data.len);
	image_u32(m, wire);
	image_bytes(m, data);
	image_number(m, 0, padding);
	image_u32(m, total);
}

/* A file without a name, and a path to it. */
struct image_file {
	int fd;
	char path[64];
};

static inline struct image_file
image_open(struct slice s)
{
	struct image_file f = { .fd = memfd_create("capture", MFD_CLOEXEC) };

	assert_true(f.fd >= 0);
	assert_int_equal(write(f.fd, s.ptr, s.len), s.len);
	snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
	return f;
}

static inline void
image_close(struct image_file f)
{
	close(f.fd);
}

#endif
