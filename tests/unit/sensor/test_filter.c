/* The kernel's filter loses nothing: every frame of the captures at hand that decap yields as TCP
 * of a watched port, as a SYN-ACK, or as the beginning of SMTP on another port, or keeps as a
 * fragment, or does not understand, passes; and each frame is of exactly one worker's share, both
 * directions of a connection of the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <pcap/pcap.h>

#include <cmocka.h>

#include "sensor/base/hash.h"
#include "sensor/decap/decap.h"
#include "sensor/stream/opening.h"

enum { SHARES = 3, ETHERNET = 1, FILES_MAX = 3000 };

static const uint16_t ports[] = { 25, 465, 587, 2525 }, vxlan[] = { 4789, 8472 };

struct programs {
	struct bpf_insn only[CAPTURE_FILTER_MAX + 1];
	struct bpf_insn share[SHARES][CAPTURE_FILTER_MAX + 1];
};

/* nftw() hands nothing on to its callback. */
static struct programs programs[2]; /* Ethernet, raw */
static char (*paths)[512];
static size_t paths_count;
static int64_t watched, passed, frames, dropped, lost;

static void
build(struct capture_filter f, enum capture_link link, struct bpf_insn *out)
{
	struct sock_filter program[CAPTURE_FILTER_MAX + 1];
	size_t len = capture_filter_build(&f, link, program, CAPTURE_FILTER_MAX);

	assert_true(len > 0);
	program[len] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 1);
	memcpy(out, program, (len + 1) * sizeof *out);
	assert_true(bpf_validate(out, (int)len + 1));
}

static bool
runs(const struct bpf_insn *program, const struct frame *frame)
{
	return bpf_filter(program, frame->data.ptr, (u_int)frame->data.len,
		       (u_int)frame->data.len) != 0;
}

/* Of which the filter lets those pass that ask for a mail port, or begin as most clients do. */
static bool
is_socks(const struct packet *p)
{
	return p->payload.ptr[0] == 4 || p->payload.ptr[0] == 5;
}

static bool
is_watched(const struct packet *p)
{
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (p->src.port == ports[i] || p->dst.port == ports[i])
			return true;
	if ((p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK))
		return true;
	enum opening_sender sender = opening_look(p->payload);
	return sender == OPENING_SERVER || (sender == OPENING_CLIENT && !is_socks(p));
}

/* Layers through which the filter looks for addresses. */
static bool
looked_through(const struct packet *p)
{
	static const char *const names[] = { "ethernet", "802.1q", "802.1ad", "mpls", "pppoe",
		"ppp", "ipv4", "ipv6", "tcp", "raw" };
	int ip = 0;

	for (size_t i = 0; i < p->layer_count; i++) {
		const char *name = layer_name(p->layer[i]);
		bool known = false;
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			known = known || strcmp(names[k], name) == 0;
		ip += strncmp(name, "ipv", 3) == 0;
		if (!known || ip > 1)
			return false;
	}
	return true;
}

/* Share of each pair of addresses. */
struct pair {
	uint8_t key[32];
	int share;
	UT_hash_handle hh;
};

static void
check_pair(struct pair **pairs, const struct packet *p, int share)
{
	struct pair *pair;
	uint8_t key[32];
	bool swap = memcmp(p->src.addr.bytes, p->dst.addr.bytes, 16) > 0;

	memcpy(key, (swap ? p->dst : p->src).addr.bytes, 16);
	memcpy(key + 16, (swap ? p->src : p->dst).addr.bytes, 16);
	HASH_FIND(hh, *pairs, key, sizeof key, pair);
	if (pair == NULL) {
		pair = calloc(1, sizeof *pair);
		memcpy(pair->key, key, sizeof key);
		pair->share = share;
		HASH_ADD(hh, *pairs, key, sizeof key, pair);
	}
	assert_int_equal(pair->share, share);
}

static int
share_of(const struct programs *p, const struct frame *frame)
{
	int share = -1;

	for (int i = 0; i < SHARES; i++) {
		if (!runs(p->share[i], frame))
			continue;
		assert_int_equal(share, -1);
		share = i;
	}
	assert_true(share >= 0);
	return share;
}

static void
check_frame(struct decap *d, struct counters *counters, const struct frame *frame,
	struct pair **pairs, const char *path)
{
	const struct programs *p = &programs[frame->linktype != ETHERNET];
	int64_t unknown = counters->value[COUNTER_decap_unknown];
	int64_t fragments = counters->value[COUNTER_fragments];
	struct packet packet;
	const char *why = "";
	bool tcp = decap_packet(d, frame, &packet, &why) == 1;
	bool passes = runs(p->only, frame);
	bool must = (tcp && is_watched(&packet)) ||
		    unknown != counters->value[COUNTER_decap_unknown] ||
		    fragments != counters->value[COUNTER_fragments];

	frames++;
	watched += must;
	passed += passes;
	dropped += !passes;
	if (must && !passes && lost++ < 20)
		print_message("%s: packet %llu is dropped (%s)\n", path,
			(unsigned long long)frame->number, why);
	int share = share_of(p, frame);
	if (tcp && looked_through(&packet))
		check_pair(pairs, &packet, share);
}

static void
check_file(const char *path)
{
	const struct decap_config config = { .vxlan_ports = { 4789, 8472 },
		.vxlan_ports_count = 2 };
	struct counters counters = { { 0 } };
	struct err err = { "" };
	struct pair *pairs = NULL, *pair, *next;
	struct capture *c;
	struct frame frame;

	if (capture_open_file(path, &c, &err) != 0)
		return;
	struct decap *d = decap_new(&config, &counters);
	while (capture_next(c, &frame, &err) == 1)
		if (frame.linktype == ETHERNET || frame.linktype == 12)
			check_frame(d, &counters, &frame, &pairs, path);
	decap_free(d);
	capture_close(c);
	HASH_ITER(hh, pairs, pair, next)
	{
		HASH_DEL(pairs, pair);
		free(pair);
	}
}

static int
note_path(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)at;
	if (kind == FTW_F && !strstr(path, "/expected/") && strlen(path) < sizeof *paths &&
		paths_count < FILES_MAX)
		snprintf(paths[paths_count++], sizeof *paths, "%s", path);
	return 0;
}

static void
check_folder(const char *folder)
{
	paths = calloc(FILES_MAX, sizeof *paths);
	paths_count = 0;
	watched = passed = frames = dropped = 0;
	nftw(folder, note_path, 16, FTW_PHYS);
	for (size_t i = 0; i < paths_count; i++)
		check_file(paths[i]);
	print_message("%s: %zu files, %lld packets: %lld must pass, %lld do, %lld are dropped\n",
		strrchr(folder, '/') + 1, paths_count, (long long)frames, (long long)watched,
		(long long)passed, (long long)dropped);
	free(paths);
	assert_int_equal(lost, 0);
}

static void
test_own_captures(void **state)
{
	(void)state;
	check_folder(SOURCE_DIR "/tests/captures");
	assert_true(watched > 5000);
}

static void
test_shared_captures(void **state)
{
	(void)state;
	check_folder(SOURCE_DIR "/../shared/captures");
	if (frames == 0) {
		print_message("SKIPPED: there are no captures beside the project\n");
		skip();
	}
	assert_true(dropped > frames / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_captures),
		cmocka_unit_test(test_shared_captures),
	};

	for (int link = 0; link < 2; link++) {
		enum capture_link of = link == 0 ? CAPTURE_LINK_ETHERNET : CAPTURE_LINK_RAW;
		struct capture_filter f = { .ports_only = true,
			.ports = ports,
			.ports_count = 4,
			.udp_ports = vxlan,
			.udp_ports_count = 2,
			.shares = 1,
			.any_port = true };
		build(f, of, programs[link].only);
		f.ports_only = false;
		f.shares = SHARES;
		for (f.share = 0; f.share < SHARES; f.share++)
			build(f, of, programs[link].share[f.share]);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
