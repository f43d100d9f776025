/* What libnids alone costs on the same capture: all of its own settings but checksums (off) and
 * streams (65,536); every byte of both directions is asked for, and counted. */
#include <nids.h>
#include <stdio.h>
#include <string.h>

struct count {
	unsigned long long streams, closes, bytes;
};
static struct count count; /* libnids hands no pointer to its callbacks */

static void
on_stream(struct tcp_stream *stream, void **unused)
{
	(void)unused;
	switch (stream->nids_state) {
	case NIDS_JUST_EST:
		stream->client.collect = 1;
		stream->server.collect = 1;
		count.streams++;
		break;
	case NIDS_DATA:
		count.bytes +=
			(unsigned)stream->client.count_new + (unsigned)stream->server.count_new;
		break;
	default:
		count.closes++;
	}
}

static void
no_log(int type, int err, void *ip, void *data)
{
	(void)type, (void)err, (void)ip, (void)data;
}

int
main(int argc, char **argv)
{
	static struct nids_chksum_ctl no_checksums = {
		.netaddr = 0, .mask = 0, .action = NIDS_DONT_CHKSUM
	};

	if (argc != 2) {
		fprintf(stderr, "usage: bare_nids FILE\n");
		return 2;
	}
	nids_params.filename = argv[1];
	nids_params.n_tcp_streams = 65536;
	nids_params.scan_num_hosts = 0;
	nids_params.syslog = no_log;
	if (!nids_init()) {
		fprintf(stderr, "bare_nids: %s\n", nids_errbuf);
		return 1;
	}
	nids_register_chksum_ctl(&no_checksums, 1);
	nids_register_tcp(on_stream);
	nids_run();
	printf("%llu streams, %llu closed, %llu bytes\n", count.streams, count.closes, count.bytes);
	return 0;
}
