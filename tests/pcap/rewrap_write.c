/* Writing captures in every form that heloscope reads, and the list of what was lost. */
#include "rewrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

int
treat_format(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "pcap", "pcapng", "nanoseconds", "big-endian", NULL };

	for (int i = 0; i < a->count; i++) {
		int which;
		if (word_of(t, a->text[i], words, &which) < 0)
			return -1;
		if (which < 2)
			t->format = which == 0 ? PCAP : PCAPNG;
		t->nanoseconds |= which == 2;
		t->big_endian |= which == 3;
	}
	return 0;
}

/* ---- numbers in the file's byte order ---- */

static void
write16(const struct trace *t, FILE *f, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	if (t->big_endian)
		put16(b, v);
	fwrite(b, 1, sizeof b, f);
}

static void
write32(const struct trace *t, FILE *f, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	if (t->big_endian)
		put32(b, v);
	fwrite(b, 1, sizeof b, f);
}

/* ---- pcap: draft-ietf-opsawg-pcap ---- */

static void
pcap_header(const struct trace *t, FILE *f, int link)
{
	write32(t, f, t->nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
	write16(t, f, 2);
	write16(t, f, 4);
	write32(t, f, 0);
	write32(t, f, 0);
	write32(t, f, 262144);
	write32(t, f, (uint32_t)link);
}

static void
pcap_packet(const struct trace *t, FILE *f, const struct pkt *p)
{
	write32(t, f, (uint32_t)(p->time / SECOND));
	write32(t, f, (uint32_t)(p->time % SECOND / (t->nanoseconds ? 1 : 1000)));
	write32(t, f, p->len);
	write32(t, f, p->wire);
	fwrite(p->data, 1, p->len, f);
}

/* ---- pcapng: draft-ietf-opsawg-pcapng ---- */

static void
pcapng_header(const struct trace *t, FILE *f, int link)
{
	uint32_t description = t->nanoseconds ? 32 : 20;

	write32(t, f, 0x0a0d0d0a); /* section */
	write32(t, f, 28);
	write32(t, f, 0x1a2b3c4d);
	write16(t, f, 1);
	write16(t, f, 0);
	write32(t, f, 0xffffffff);
	write32(t, f, 0xffffffff);
	write32(t, f, 28);
	write32(t, f, 1); /* interface */
	write32(t, f, description);
	write16(t, f, (uint16_t)link);
	write16(t, f, 0);
	write32(t, f, 262144);
	if (t->nanoseconds) { /* if_tsresol, and the end of options */
		static const uint8_t resolution[4] = { 9 };
		write16(t, f, 9);
		write16(t, f, 1);
		fwrite(resolution, 1, sizeof resolution, f);
		write32(t, f, 0);
	}
	write32(t, f, description);
}

static void
pcapng_packet(const struct trace *t, FILE *f, const struct pkt *p)
{
	static const uint8_t zeros[4] = { 0 };
	uint32_t padding = -p->len & 3, size = 32 + p->len + padding;
	uint64_t ticks = (uint64_t)(p->time / (t->nanoseconds ? 1 : 1000));

	write32(t, f, 6); /* enhanced packet */
	write32(t, f, size);
	write32(t, f, 0);
	write32(t, f, (uint32_t)(ticks >> 32));
	write32(t, f, (uint32_t)ticks);
	write32(t, f, p->len);
	write32(t, f, p->wire);
	fwrite(p->data, 1, p->len, f);
	fwrite(zeros, 1, padding, f);
	write32(t, f, size);
}

/* ---- files ---- */

static int
write_file(struct trace *t, const char *path, int file)
{
	FILE *f = fopen(path, "wb");
	int link = LINK_NONE;

	if (f == NULL)
		return refuse(t, "%s: cannot be written", path);
	for (size_t i = 0; i < t->count; i++) {
		const struct pkt *p = &t->list[i];
		if (p->lost || p->file != file)
			continue;
		if (link == LINK_NONE)
			(t->format == PCAP ? pcap_header : pcapng_header)(t, f, p->link);
		else if (link != p->link) {
			fclose(f);
			return refuse(t, "%s: packets of two link types", path);
		}
		link = p->link;
		(t->format == PCAP ? pcap_packet : pcapng_packet)(t, f, p);
	}
	if (link == LINK_NONE) /* all is lost: an empty capture */
		(t->format == PCAP ? pcap_header : pcapng_header)(t, f, 1);
	bool bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad)
		return refuse(t, "%s: cannot be written: is the disk full?", path);
	return 0;
}

int
trace_write(struct trace *t, const char *const *paths)
{
	if (frame_all(t) < 0)
		return -1;
	for (int i = 0; i < t->files; i++)
		if (write_file(t, paths[i], i) < 0)
			return -1;
	return 0;
}
