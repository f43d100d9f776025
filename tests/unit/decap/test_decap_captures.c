/* Every capture of the folder beside the project, where it is there: nothing crashes, nothing is
 * read beyond a frame, and every frame ends in one place. */
#include <ftw.h>
#include <pcap/pcap.h>

#include "unit/base/edge.h"
#include "unit/decap/frames.h"

#define CAPTURES SOURCE_DIR "/../shared/captures"

/* nftw() hands nothing on to its callback. */
static struct totals {
	struct counters counters;
	struct edge edge;
	int64_t files, frames, tcp;
} totals;

static void
decap_frames(pcap_t *pcap, struct decap *d)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	struct packet p;

	while (pcap_next_ex(pcap, &header, &bytes) == 1) {
		struct slice data = slice_of(bytes, header->caplen);
		struct frame frame = frame_of(pcap_datalink(pcap),
			data.len <= EDGE_PAGE ? edge_copy(totals.edge, data) : data);

		frame.time = (int64_t)header->ts.tv_sec * 1000000000;
		frame.wire_len = header->len;
		totals.frames++;
		if (decap_packet(d, &frame, &p, NULL) != 1)
			continue;
		totals.tcp++;
		assert_true(p.src.addr.family == p.dst.addr.family);
		assert_true(p.src.addr.family != ADDR_NONE);
		assert_true(p.layer_count > 0);
	}
}

static int
decap_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	char words[PCAP_ERRBUF_SIZE];
	const struct decap_config config = { .verify_checksums = totals.files % 2 };

	(void)st;
	(void)at;
	pcap_t *pcap = kind == FTW_F ? pcap_open_offline(path, words) : NULL;
	if (!pcap)
		return 0;
	struct decap *d = decap_new(&config, &totals.counters);
	int64_t wrong = totals.counters.value[COUNTER_checksum_bad];
	totals.files++;
	decap_frames(pcap, d);
	/* Wrong sums end a frame only when they are verified. */
	if (!config.verify_checksums)
		totals.counters.value[COUNTER_checksum_bad] = wrong;
	decap_free(d);
	pcap_close(pcap);
	return 0;
}

static void
test_captures(void **state)
{
	(void)state;
	static const enum counter ends[] = { COUNTER_decap_unknown, COUNTER_decap_malformed,
		COUNTER_decap_not_tcp, COUNTER_checksum_bad };

	totals.edge = edge_new();
	assert_non_null(totals.edge.pages);
	nftw(CAPTURES, decap_file, 16, FTW_PHYS);
	edge_free(totals.edge);
	if (totals.files == 0) {
		print_message("SKIPPED: no captures in %s\n", CAPTURES);
		skip();
	}
	print_message("%lld files, %lld frames, %lld TCP\n", (long long)totals.files,
		(long long)totals.frames, (long long)totals.tcp);
	int64_t ended = totals.tcp;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		ended += totals.counters.value[ends[i]];
	/* The rest are fragments that waited or were dropped. */
	assert_true(ended <= totals.frames);
	assert_true(ended + totals.counters.value[COUNTER_fragments] >= totals.frames);
	/* Two thirds of what lies there is TCP. */
	assert_true(totals.tcp * 2 > totals.frames);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_captures) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
