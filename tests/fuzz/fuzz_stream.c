/* Packets of one stream and of several, as the attacker likes, through the adapter and libnids
 * behind it. */
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/stream.h"

static void *
on_open(void *ctx, const struct stream_info *info)
{
	(void)info;
	return ctx;
}

static void
on_data(void *ctx, void *stream, enum side from, struct slice bytes, int64_t time)
{
	static volatile uint8_t sink;
	(void)sink;
	(void)ctx;
	(void)stream;
	(void)from;
	(void)time;
	for (size_t i = 0; i < bytes.len; i++)
		sink ^= bytes.ptr[i];
}

static void
on_gap(void *ctx, void *stream, enum side from, int64_t bytes, int64_t time)
{
	(void)ctx;
	(void)stream;
	(void)from;
	(void)time;
	if (bytes <= 0)
		abort();
}

static void
on_close(void *ctx, void *stream, enum close_reason why, bool one_sided, int64_t time)
{
	(void)ctx;
	(void)stream;
	(void)why;
	(void)one_sided;
	(void)time;
}

static void
on_post(void *ctx, struct endpoint server, int64_t time, struct slice path)
{
	(void)ctx;
	(void)server;
	(void)time;
	if (path.len == 0 || path.len > LIMIT_POST_PATH || memchr(path.ptr, '?', path.len) != NULL)
		abort();
}

/* What streams on ports that are not watched may begin with. */
static const struct slice words[9] = {
	SLICE(""),
	SLICE("220 hi\r\n\r\n"),
	SLICE("220-smtp"),
	SLICE("EHLO abc"),
	SLICE("CONNECT a:26 HTTP/1.1\r\n\r\n\r\n"),
	SLICE("PROXY UNKNOWN\r\nEH"),
	SLICE("\5\2\0\2\1\1a\1b\5\1\0\3\3"),
	SLICE("\4\1\0\31abcd\0xyz"),
	SLICE("POST /form?a HTTP/1.1\r\n\r\n"),
};

/* 10 bytes make a packet: ports and side, flags, seq, ack (each near the other side's), length,
 * time step. */
static void
one_packet(struct stream_table *t, const uint8_t *b, int64_t *time)
{
	static uint8_t payload[1024];
	struct packet p;
	bool client = b[0] & 1;
	struct endpoint c = { addr_v4_number(0xc0000201u), (uint16_t)(1024 + (b[0] >> 1) % 8) };
	struct endpoint s = { addr_v4_number(0xc6336401u), b[0] & 0x80 ? 2526 : 25 };
	struct slice word = words[b[4] & 8 ? 8 : b[4] & 7];

	memset(&p, 0, sizeof p);
	p.src = client ? c : s;
	p.dst = client ? s : c;
	p.flags = b[1] & 0x3f;
	p.seq = (uint32_t)(b[2] << 6 | b[3]) + (b[4] & 0x80 ? 0xffffff00u : 0);
	p.ack = (uint32_t)(b[5] << 6 | b[6]) + (b[4] & 0x40 ? 0xffffff00u : 0);
	p.window = 65535;
	p.window_scale = -1;
	memset(payload, b[9] & 3, sizeof payload);
	memcpy(payload, word.ptr, word.len);
	p.payload = slice_of(payload, (size_t)(b[7] << 2));
	p.missing = b[9] & 4 ? b[7] : 0;
	p.urgent = b[9] >> 3 & 7;
	p.timestamped = b[9] & 64;
	p.timestamp = (uint32_t)b[8] - (b[9] & 128);
	*time += (int64_t)b[8] * b[8] * PTIME_MS;
	p.time = *time;
	stream_packet(t, &p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct counters counters;
	struct stream_config config = stream_config_default();
	struct stream_handler handler = { &counters, on_open, on_data, on_gap, NULL, on_close, NULL,
		on_post };
	struct err err = { "" };
	int64_t time = PTIME_SECOND;

	config.streams = 64;
	struct stream_table *t = stream_table_new(&config, &handler, &counters, &err);
	if (t == NULL)
		abort();
	for (; size >= 10; data += 10, size -= 10)
		one_packet(t, data, &time);
	stream_table_free(t);
	return 0;
}
