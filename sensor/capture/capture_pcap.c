#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"
#include "sensor/base/ptime.h"
#include "sensor/capture/capture.h"
#include "sensor/capture/capture_file.h"
#include "sensor/limits.h"

enum { RING_DEFAULT = 64 << 20, RING_TIMEOUT_MS = 100, DROPS = 2 };

struct capture {
	pcap_t *pcap;
	char *name;
	struct capture_file file; /* stream NULL when live; else pcap closes it */
	uint8_t *copy;		  /* live: the frame handed out */
	size_t copy_size;
	int64_t nanoseconds; /* one tick of the time stamps' fraction */
	uint64_t frames;
	int64_t bytes; /* of those frames */
	bool down;     /* live: said already that the interface is down */
	bool ended;
	struct pcap_stat seen; /* last figures of the kernel */
	int drops[DROPS];     /* files of the kernel that count what the interface dropped, or -1 */
	int64_t drops_before; /* their sum when the capture began */
	struct capture_stats stats;
};

/* ---- files ---- */

/* How libpcap words what is wrong with a file, what that means, and what to do. */
static const struct fault {
	const char *pcap;
	const char *what;
	const char *advice;
} faults[] = {
	{ "truncated", "cut short", "" },
	{ "an interface has a type", "has an interface of another link type",
		"; write one interface to a file of its own: "
		"tshark -r FILE -Y 'frame.interface_id == 0' -w NEW" },
	{ "an interface has a snapshot length", "has an interface of another snaplen",
		"; make one capture of it: editcap -F pcap FILE NEW" },
	{ "invalid packet capture length", "damaged: a record of absurd length", "" },
	{ "", "damaged", "" },
};

static const struct fault *
fault_of(const char *words)
{
	const struct fault *f = faults;

	while (!strstr(words, f->pcap))
		f++;
	return f;
}

/* "FILE: cut short after packet 12 (truncated dump file; …)" */
static int
refuse_record(const struct capture *c, struct err *err)
{
	const char *words = pcap_geterr(c->pcap);
	const struct fault *f = fault_of(words);

	if (c->frames == 0)
		return err_set(err, "%s: %s before its first packet (%s)%s", c->name, f->what,
			words, f->advice);
	return err_set(err, "%s: %s after packet %llu (%s)%s", c->name, f->what,
		(unsigned long long)c->frames, words, f->advice);
}

static struct capture *
capture_new(const char *name)
{
	struct capture *c = must_alloc(sizeof *c);
	size_t size = strlen(name) + 1;

	*c = (struct capture){ .name = must_alloc(size), .nanoseconds = 1, .drops = { -1, -1 } };
	memcpy(c->name, name, size);
	return c;
}

int
capture_open_file(const char *path, struct capture **out, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	struct capture_file file;

	if (capture_file_open(path, &file, err) != 0)
		return -1;
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(
		file.stream, PCAP_TSTAMP_PRECISION_NANO, words);
	if (!pcap) {
		capture_file_release(&file);
		return err_set(err, "%s: %s within its file header (%s)", capture_file_name(path),
			fault_of(words)->what, words);
	}
	*out = capture_new(capture_file_name(path));
	(*out)->pcap = pcap;
	(*out)->file = file;
	return 0;
}

/* ---- interfaces ---- */

static int
refuse_interface(const char *name, struct err *err)
{
	struct if_nameindex *all = if_nameindex();
	struct buf list;

	buf_init(&list, sizeof err->text / 2);
	for (struct if_nameindex *i = all; i && i->if_name; i++)
		buf_printf(&list, "%s%s", list.len ? ", " : "", i->if_name);
	err_set(err, "%s: there is no such interface; there are: %s", name, buf_cstr(&list));
	buf_release(&list);
	if_freenameindex(all);
	return -1;
}

static int
refuse_activation(pcap_t *pcap, const char *name, int status, struct err *err)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return refuse_interface(name, err);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return err_set(err,
			"%s: no permission to capture; run as root or give CAP_NET_RAW "
			"(setcap cap_net_raw+ep PROGRAM)",
			name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(err, "%s: the interface is down; ip link set %s up", name, name);
	default:
		return err_set(err, "%s: cannot capture: %s%s%s", name, pcap_statustostr(status),
			*pcap_geterr(pcap) ? ": " : "", pcap_geterr(pcap));
	}
}

/* Optional things may be refused: a kernel without nanoseconds gives microseconds. */
static int
activate(pcap_t *pcap, const char *name, const struct capture_live_options *o, struct err *err)
{
	pcap_set_snaplen(pcap, o->snaplen > 0 ? o->snaplen : LIMIT_SNAPLEN);
	pcap_set_promisc(pcap, o->promiscuous);
	pcap_set_timeout(pcap, RING_TIMEOUT_MS);
	pcap_set_buffer_size(pcap, o->buffer_bytes > 0 ? o->buffer_bytes : RING_DEFAULT);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	int status = pcap_activate(pcap);
	return status < 0 ? refuse_activation(pcap, name, status, err) : 0;
}

static int
set_filter(pcap_t *pcap, const char *name, const char *filter, struct err *err)
{
	struct bpf_program program;

	if (!filter || !*filter)
		return 0;
	if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return err_set(err, "%s: filter \"%s\": %s; man pcap-filter has the words", name,
			filter, pcap_geterr(pcap));
	int status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	if (status != 0)
		return err_set(err, "%s: filter \"%s\" was not taken: %s", name, filter,
			pcap_geterr(pcap));
	return 0;
}

static int
set_nonblocking(pcap_t *pcap, const char *name, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";

	if (pcap_setnonblock(pcap, 1, words) != 0)
		return err_set(err, "%s: cannot be polled: %s", name, words);
	return 0;
}

/* What pcap_stats() calls ps_ifdrop, read from files that are opened here: libpcap opens them each
 * time, and where a sandbox forbids that by then, it makes a number near 4 billion of what was
 * dropped before. */
static void
open_drops(struct capture *c)
{
	static const char *const names[DROPS] = { "rx_missed_errors", "rx_fifo_errors" };
	char path[128];

	for (size_t i = 0; i < DROPS; i++) {
		snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", c->name, names[i]);
		c->drops[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static int64_t
read_drops(const struct capture *c)
{
	int64_t sum = 0;

	for (size_t i = 0; i < DROPS; i++) {
		char text[32];
		int64_t drops;

		if (c->drops[i] < 0 || lseek(c->drops[i], 0, SEEK_SET) != 0)
			continue;
		ssize_t len = read(c->drops[i], text, sizeof text);
		if (len > 0 && slice_number(slice_trim(slice_of(text, (size_t)len)), &drops) == 0)
			sum += drops;
	}
	return sum;
}

int
capture_open_live(const char *interface, const struct capture_live_options *options,
	struct capture **out, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(interface, words);

	if (!pcap)
		return err_set(err, "%s: cannot capture: %s", interface, words);
	if (activate(pcap, interface, options, err) != 0 ||
		set_filter(pcap, interface, options->filter, err) != 0 ||
		set_nonblocking(pcap, interface, err) != 0) {
		pcap_close(pcap);
		return -1;
	}
	struct capture *c = capture_new(interface);
	c->pcap = pcap;
	if (pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_MICRO)
		c->nanoseconds = PTIME_US;
	c->copy_size = (size_t)pcap_snapshot(pcap);
	c->copy = must_alloc(c->copy_size);
	open_drops(c);
	c->drops_before = read_drops(c);
	*out = c;
	return 0;
}

/* ---- frames ---- */

/* pcap has 32 bits of seconds without a sign, which libpcap takes for signed; pcapng has 64. */
static int64_t
frame_time(const struct capture *c, const struct timeval *ts)
{
	int64_t seconds = ts->tv_sec;
	int64_t fraction = ts->tv_usec;

	if (seconds < 0 && seconds >= INT32_MIN)
		seconds += INT64_C(1) << 32;
	if (seconds < 0)
		return 0;
	if (seconds >= CAPTURE_TIME_MAX / PTIME_SECOND)
		return CAPTURE_TIME_MAX;
	if (fraction < 0 || fraction >= PTIME_SECOND / c->nanoseconds)
		fraction = 0;
	return seconds * PTIME_SECOND + fraction * c->nanoseconds;
}

static void
fill(struct capture *c, const struct pcap_pkthdr *header, struct slice data, struct frame *out)
{
	c->bytes += (int64_t)data.len;
	*out = (struct frame){
		.time = frame_time(c, &header->ts),
		.number = ++c->frames,
		.linktype = pcap_datalink(c->pcap),
		.wire_len = header->len > data.len ? header->len : (uint32_t)data.len,
		.data = data,
	};
}

static int
next_of_file(struct capture *c, struct frame *out, struct err *err)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int status = pcap_next_ex(c->pcap, &header, &bytes);

	if (status == 1) {
		fill(c, header, slice_of(bytes, header->caplen), out);
		return 1;
	}
	c->ended = true;
	return status == PCAP_ERROR_BREAK ? 0 : refuse_record(c, err);
}

struct live_frame {
	struct capture *capture;
	struct frame *out;
};

/* libpcap gives a block of its ring back to the kernel as soon as the last callback of the block
 * has returned, so a frame that is parsed afterwards (as pcap_next_ex invites to) could change
 * while it is parsed: it is copied here. */
static void
on_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	const struct live_frame *live = (void *)user;
	struct capture *c = live->capture;
	struct slice data = slice_take(slice_of(bytes, header->caplen), c->copy_size);

	memcpy(c->copy, data.ptr, data.len);
	data.ptr = c->copy;
	fill(c, header, data, live->out);
}

/* libpcap does not call a downed interface an error: it asks to be called again, which shows it. */
static int
check_down(struct capture *c, struct err *err)
{
	bool was_down = c->down;

	c->down = pcap_get_required_select_timeout(c->pcap) != NULL;
	if (!c->down || was_down)
		return 0;
	return err_set(err, "%s: the interface went down after packet %llu; ip link set %s up",
		c->name, (unsigned long long)c->frames, c->name);
}

static int
next_of_interface(struct capture *c, struct frame *out, struct err *err)
{
	struct live_frame live = { c, out };
	int status = pcap_dispatch(c->pcap, 1, on_frame, (u_char *)&live);

	if (status > 0)
		return 1;
	if (status == 0)
		return check_down(c, err);
	c->ended = true;
	return err_set(err, "%s: the capture ended after packet %llu: %s", c->name,
		(unsigned long long)c->frames, pcap_geterr(c->pcap));
}

int
capture_next(struct capture *c, struct frame *out, struct err *err)
{
	if (c->ended)
		return 0;
	return c->file.stream ? next_of_file(c, out, err) : next_of_interface(c, out, err);
}

/* ---- what is known of a source ---- */

int
capture_linktype(const struct capture *c)
{
	return pcap_datalink(c->pcap);
}

int
capture_refuse_linktype(const struct capture *c, struct err *err)
{
	int type = pcap_datalink(c->pcap);
	const char *name = pcap_datalink_val_to_name(type);
	const char *text = pcap_datalink_val_to_description(type);

	return err_set(err,
		"%s: link type %d (%s%s%s) is not understood; capture on an Ethernet, cooked "
		"(any), loopback or raw IP interface",
		c->name, type, name ? name : "without a name", text ? ", " : "", text ? text : "");
}

int
capture_fd(const struct capture *c)
{
	return c->file.stream || c->ended ? -1 : pcap_get_selectable_fd(c->pcap);
}

void
capture_progress(const struct capture *c, int64_t *done, int64_t *size)
{
	int64_t at = c->file.stream ? ftello(c->file.stream) : -1;

	*done = at >= 0 ? at : c->bytes;
	*size = c->file.size;
}

/* The kernel's figures are 32 bits wide and wrap within a day at 50,000 packets a second. */
static void
stats_update(struct capture *c)
{
	struct pcap_stat now;

	if (pcap_stats(c->pcap, &now) != 0)
		return;
	c->stats.received += (uint32_t)(now.ps_recv - c->seen.ps_recv);
	c->stats.dropped += (uint32_t)(now.ps_drop - c->seen.ps_drop);
	c->seen = now;
	c->stats.if_dropped = read_drops(c) - c->drops_before;
}

void
capture_stats(struct capture *c, struct capture_stats *out)
{
	if (c->file.stream)
		c->stats.received = (int64_t)c->frames;
	else
		stats_update(c);
	*out = c->stats;
}

const char *
capture_name(const struct capture *c)
{
	return c->name;
}

void
capture_close(struct capture *c)
{
	if (!c)
		return;
	pcap_close(c->pcap);
	c->file.stream = NULL; /* closed by libpcap */
	capture_file_release(&c->file);
	for (size_t i = 0; i < DROPS; i++)
		if (c->drops[i] >= 0)
			close(c->drops[i]);
	free(c->copy);
	free(c->name);
	free(c);
}
