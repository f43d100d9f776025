/* What only reading a capture costs: libpcap's loop, packets and bytes counted. */
#include <pcap/pcap.h>
#include <stdio.h>

struct count {
	unsigned long long packets, bytes;
};

static void
on_packet(u_char *user, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct count *count = (struct count *)(void *)user;
	(void)bytes;
	count->packets++;
	count->bytes += head->caplen;
}

int
main(int argc, char **argv)
{
	char fault[PCAP_ERRBUF_SIZE] = "";
	struct count count = { 0, 0 };
	pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], fault) : NULL;

	if (capture == NULL) {
		fprintf(stderr, "count_pcap: %s\n", argc == 2 ? fault : "usage: count_pcap FILE");
		return 2;
	}
	int status = pcap_loop(capture, -1, on_packet, (u_char *)&count);
	pcap_close(capture);
	printf("%llu packets, %llu bytes\n", count.packets, count.bytes);
	return status == 0 ? 0 : 1;
}
