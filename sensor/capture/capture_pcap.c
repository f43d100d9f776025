#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"
#include "sensor/base/clock.h"
#include "sensor/capture/capture_inner.h"
#include "sensor/limits.h"

enum { RING_DEFAULT = 64 << 20, RING_TIMEOUT_MS = 100, DROPS = 2, PCAP_HEADER = 24 };

struct pcap_source {
	struct capture base;
	pcap_t *pcap;
	int64_t nanoseconds; /* one tick of the time stamps' fraction */
	/* live: */
	uint8_t *copy; /* the frame handed out */
	size_t copy_size;
	bool down;	       /* said already that the interface is down */
	struct pcap_stat seen; /* last figures of the kernel */
	int drops[DROPS];     /* files of the kernel that count what the interface dropped, or -1 */
	int64_t drops_before; /* their sum when the capture began */
	int64_t since;	      /* frames before this were not filtered yet */
	struct capture_stats stats;
};

static int
pcap_linktype(const struct capture *c, size_t n)
{
	return n == 0 ? pcap_datalink(((const struct pcap_source *)c)->pcap) : -1;
}

/* pcap has 32 bits of seconds without a sign, which libpcap takes for signed. */
static int64_t
frame_time(const struct pcap_source *s, const struct timeval *ts)
{
	int64_t seconds = ts->tv_sec;
	int64_t fraction = ts->tv_usec;

	if (seconds < 0 && seconds >= INT32_MIN)
		seconds += INT64_C(1) << 32;
	if (fraction < 0 || fraction >= PTIME_SECOND / s->nanoseconds)
		fraction = 0;
	return capture_time(seconds, fraction * s->nanoseconds);
}

static void
fill(struct pcap_source *s, const struct pcap_pkthdr *header, struct slice data, struct frame *out)
{
	capture_fill(&s->base, frame_time(s, &header->ts), pcap_datalink(s->pcap), header->len,
		data, out);
}

/* ---- files ---- */

/* How libpcap words what is wrong with a file, and what that means. */
static const struct fault {
	const char *pcap;
	const char *what;
} faults[] = {
	{ "truncated", "cut short" },
	{ "invalid packet capture length", "damaged: a record of absurd length" },
	{ "", "damaged" },
};

static const struct fault *
fault_of(const char *words)
{
	const struct fault *f = faults;

	while (!strstr(words, f->pcap))
		f++;
	return f;
}

static int
file_next(struct capture *c, struct frame *out, struct err *err)
{
	struct pcap_source *s = (struct pcap_source *)c;
	struct pcap_pkthdr *header;
	const u_char *bytes;

	bytes_mark(&c->file);
	int status = pcap_next_ex(s->pcap, &header, &bytes);
	if (status == 1) {
		fill(s, header, slice_of(bytes, header->caplen), out);
		return 1;
	}
	if (c->file.starved) { /* not all of the record is there yet */
		bytes_back(&c->file);
		return 0;
	}
	c->ended = true;
	if (status == PCAP_ERROR_BREAK && c->file.damage.text[0] == '\0')
		return 0;
	return capture_refuse(
		c, fault_of(pcap_geterr(s->pcap))->what, pcap_geterr(s->pcap), "", err);
}

static void
file_close(struct capture *c)
{
	pcap_close(((struct pcap_source *)c)->pcap);
}

int
pcap_file_open(struct bytes *bytes, const char *name, struct capture **out, struct err *err)
{
	static const struct capture_kind kind = {
		.next = file_next, .linktype = pcap_linktype, .close = file_close
	};
	char words[PCAP_ERRBUF_SIZE] = "out of memory";
	bool starved = !bytes_need(bytes, PCAP_HEADER) && !bytes->ended;

	if (starved)
		return 0;
	struct pcap_source *s = capture_new(sizeof *s, &kind, name);
	s->nanoseconds = 1;
	s->base.file = *bytes;
	FILE *stream = bytes_stream(&s->base.file);
	if (stream != NULL)
		s->pcap = pcap_fopen_offline_with_tstamp_precision(
			stream, PCAP_TSTAMP_PRECISION_NANO, words);
	*out = &s->base;
	if (s->pcap != NULL)
		return 1;
	if (stream != NULL)
		fclose(stream);
	*bytes = s->base.file;
	err_set(err, "%s: %s within its file header (%s)", name, fault_of(words)->what,
		bytes->damage.text[0] != '\0' ? bytes->damage.text : words);
	free(s->base.name);
	free(s);
	return -1;
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
	pcap_set_timeout(pcap, o->delay_ms > 0 ? o->delay_ms : RING_TIMEOUT_MS);
	pcap_set_buffer_size(pcap, o->buffer_bytes > 0 ? o->buffer_bytes : RING_DEFAULT);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	int status = pcap_activate(pcap);
	return status < 0 ? refuse_activation(pcap, name, status, err) : 0;
}

/* 0 = compiled, the caller frees it. */
static int
compile(pcap_t *pcap, const char *name, const char *text, struct bpf_program *out, struct err *err)
{
	if (pcap_compile(pcap, out, text, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return 0;
	return err_set(err, "%s: filter \"%s\": %s; man pcap-filter has the words", name, text,
		pcap_geterr(pcap));
}

static int
set_text(pcap_t *pcap, const char *name, const char *text, struct err *err)
{
	struct bpf_program program;

	if (compile(pcap, name, text, &program, err) != 0)
		return -1;
	int status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	if (status != 0)
		return err_set(
			err, "%s: filter \"%s\" was not taken: %s", name, text, pcap_geterr(pcap));
	return 0;
}

/* -1: a link of which nobody knows where the addresses are. */
static int
link_of(pcap_t *pcap)
{
	static const struct {
		int linktype, link;
	} rows[] = {
		{ DLT_EN10MB, CAPTURE_LINK_ETHERNET },
		{ DLT_LINUX_SLL, CAPTURE_LINK_COOKED },
		{ DLT_LINUX_SLL2, CAPTURE_LINK_COOKED },
		{ DLT_RAW, CAPTURE_LINK_RAW },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].linktype == pcap_datalink(pcap))
			return rows[i].link;
	return -1;
}

/* The text behind the share: its instructions jump relative to themselves. */
static int
add_text(pcap_t *pcap, const char *name, const char *text, struct sock_filter *program, size_t *len,
	struct err *err)
{
	static_assert(sizeof(struct sock_filter) == sizeof(struct bpf_insn), "the same machine");
	struct bpf_program compiled;
	int rc = 0;

	if (link_of(pcap) == CAPTURE_LINK_COOKED)
		return err_set(err,
			"%s: a filter of your own and several workers do not go together on this "
			"interface; name the interfaces one by one",
			name);
	if (compile(pcap, name, text, &compiled, err) != 0)
		return -1;
	if (*len + compiled.bf_len > BPF_MAXINSNS)
		rc = err_set(err, "%s: filter \"%s\" is too long", name, text);
	else
		memcpy(program + *len, compiled.bf_insns, compiled.bf_len * sizeof *program);
	*len += compiled.bf_len;
	pcap_freecode(&compiled);
	return rc;
}

/* Attached without libpcap, which would filter frames that are in its ring already by itself, and
 * does not know all that the kernel knows. */
static int
set_program(pcap_t *pcap, const char *name, const struct capture_live_options *o, struct err *err)
{
	struct sock_filter program[BPF_MAXINSNS];
	bool text = o->filter != NULL && *o->filter != '\0';
	struct capture_filter filter = *o->kernel;
	int link = link_of(pcap);

	filter.ports_only = filter.ports_only && !text;
	if (link < 0 && filter.shares > 1)
		return err_set(err, "%s: several workers cannot share an interface of link type %d",
			name, pcap_datalink(pcap));
	if (link < 0)
		return 0;
	size_t len =
		capture_filter_build(&filter, (enum capture_link)link, program, CAPTURE_FILTER_MAX);
	if (len == 0)
		return err_set(err, "%s: too many ports for a filter", name);
	if (text && add_text(pcap, name, o->filter, program, &len, err) < 0)
		return -1;
	if (!text)
		program[len++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, (uint32_t)pcap_snapshot(pcap));
	struct sock_fprog all = { (unsigned short)len, program };
	if (setsockopt(pcap_fileno(pcap), SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) == 0)
		return 0;
	return err_set(err, "%s: the kernel does not take the filter: %s", name, strerror(errno));
}

static int
set_filter(pcap_t *pcap, const char *name, const struct capture_live_options *o, struct err *err)
{
	bool text = o->filter != NULL && *o->filter != '\0';

	if (o->kernel != NULL && (o->kernel->shares > 1 || (o->kernel->ports_only && !text)))
		return set_program(pcap, name, o, err);
	return text ? set_text(pcap, name, o->filter, err) : 0;
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
open_drops(struct pcap_source *s)
{
	static const char *const names[DROPS] = { "rx_missed_errors", "rx_fifo_errors" };
	char path[128];

	for (size_t i = 0; i < DROPS; i++) {
		snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", s->base.name,
			names[i]);
		s->drops[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static int64_t
read_drops(const struct pcap_source *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < DROPS; i++) {
		char text[32];
		int64_t drops;

		if (s->drops[i] < 0 || lseek(s->drops[i], 0, SEEK_SET) != 0)
			continue;
		ssize_t len = read(s->drops[i], text, sizeof text);
		if (len > 0 && slice_number(slice_trim(slice_of(text, (size_t)len)), &drops) == 0)
			sum += drops;
	}
	return sum;
}

/* ---- frames of an interface ---- */

struct live_frame {
	struct pcap_source *source;
	struct frame *out;
	bool early; /* from before the filter: not one of ours */
};

/* libpcap gives a block of its ring back to the kernel as soon as the last callback of the block
 * has returned, so a frame that is parsed afterwards (as pcap_next_ex invites to) could change
 * while it is parsed: it is copied here. */
static void
on_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct live_frame *live = (void *)user;
	struct pcap_source *s = live->source;
	struct slice data = slice_take(slice_of(bytes, header->caplen), s->copy_size);

	live->early = frame_time(s, &header->ts) < s->since;
	if (live->early)
		return;
	memcpy(s->copy, data.ptr, data.len);
	data.ptr = s->copy;
	fill(s, header, data, live->out);
}

/* libpcap does not call a downed interface an error: it asks to be called again, which shows it. */
static int
check_down(struct pcap_source *s, struct err *err)
{
	const char *name = s->base.name;
	bool was_down = s->down;

	s->down = pcap_get_required_select_timeout(s->pcap) != NULL;
	if (!s->down || was_down)
		return 0;
	return err_set(err, "%s: the interface went down after packet %llu; ip link set %s up",
		name, (unsigned long long)s->base.frames, name);
}

static int
live_next(struct capture *c, struct frame *out, struct err *err)
{
	struct pcap_source *s = (struct pcap_source *)c;
	struct live_frame live = { s, out, false };
	int status;

	do
		status = pcap_dispatch(s->pcap, 1, on_frame, (u_char *)&live);
	while (status > 0 && live.early);
	if (status > 0)
		return 1;
	if (status == 0)
		return check_down(s, err);
	c->ended = true;
	return err_set(err, "%s: the capture ended after packet %llu: %s", c->name,
		(unsigned long long)c->frames, pcap_geterr(s->pcap));
}

static int
live_fd(const struct capture *c)
{
	return pcap_get_selectable_fd(((const struct pcap_source *)c)->pcap);
}

/* The kernel's figures are 32 bits wide and wrap within a day at 50,000 packets a second. */
static void
live_stats(struct capture *c, struct capture_stats *out)
{
	struct pcap_source *s = (struct pcap_source *)c;
	struct pcap_stat now;

	if (pcap_stats(s->pcap, &now) == 0) {
		s->stats.received += (uint32_t)(now.ps_recv - s->seen.ps_recv);
		s->stats.dropped += (uint32_t)(now.ps_drop - s->seen.ps_drop);
		s->seen = now;
		s->stats.if_dropped = read_drops(s) - s->drops_before;
	}
	*out = s->stats;
}

static void
live_close(struct capture *c)
{
	struct pcap_source *s = (struct pcap_source *)c;

	pcap_close(s->pcap);
	for (size_t i = 0; i < DROPS; i++)
		if (s->drops[i] >= 0)
			close(s->drops[i]);
	free(s->copy);
}

int
capture_open_live(const char *interface, const struct capture_live_options *options,
	struct capture **out, struct err *err)
{
	static const struct capture_kind kind = { live_next, pcap_linktype, live_fd, live_stats,
		live_close };
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(interface, words);

	if (!pcap)
		return err_set(err, "%s: cannot capture: %s", interface, words);
	if (activate(pcap, interface, options, err) != 0 ||
		set_filter(pcap, interface, options, err) != 0 ||
		set_nonblocking(pcap, interface, err) != 0) {
		pcap_close(pcap);
		return -1;
	}
	struct pcap_source *s = capture_new(sizeof *s, &kind, interface);
	s->pcap = pcap;
	s->nanoseconds =
		pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_MICRO ? PTIME_US : 1;
	s->copy_size = (size_t)pcap_snapshot(pcap);
	s->copy = must_alloc(s->copy_size);
	s->since = clock_ns(CLOCK_REALTIME);
	(void)pcap_stats(pcap, &s->seen);
	open_drops(s);
	s->drops_before = read_drops(s);
	*out = &s->base;
	return 0;
}

int
capture_live_filter(struct capture *c, const struct capture_filter *filter, struct err *err)
{
	const struct capture_live_options o = { .kernel = filter };

	return set_program(((struct pcap_source *)c)->pcap, c->name, &o, err);
}

/* ---- link types ---- */

int
capture_refuse_linktype(const struct capture *c, struct err *err)
{
	int type = capture_linktype(c, 0);
	const char *name = pcap_datalink_val_to_name(type);
	const char *text = pcap_datalink_val_to_description(type);

	return err_set(err,
		"%s: link type %d (%s%s%s) is not understood; capture on an Ethernet, cooked "
		"(any), loopback or raw IP interface",
		c->name, type, name ? name : "without a name", text ? ", " : "", text ? text : "");
}
