/* Live capture, in a network namespace of its own: on loopback, and on a tap whose other end is
 * here. SKIPPED where the kernel does not allow that (no root). */
#include "unit/capture/images.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "sensor/base/ptime.h"

enum { FRAME = 60, PATIENCE = 100 /* polls of at most 100 ms */ };

static const struct capture_live_options options = { .snaplen = 0, .promiscuous = true };

/* An interface is up or not. */
static void
set_up(const char *name, bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

/* A new tap: what is written to it arrives at its interface.  It is gone when it is closed. */
static int
tap_open(const char *name)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
		return -1;
	return fd;
}

static void
tap_send(int tap, uint8_t mark)
{
	uint8_t frame[FRAME] = { [5] = 2, [11] = 1, [12] = 0x88, [13] = 0xb5, [14] = mark };

	assert_int_equal(write(tap, frame, sizeof frame), sizeof frame);
}

/* The next frame of ours, or what came instead within some seconds. */
static int
wait_frame(struct capture *c, struct frame *out, struct err *err)
{
	for (int i = 0; i < PATIENCE; i++) {
		int status = capture_next(c, out, err);

		if (status < 0)
			return status;
		if (status == 1 && out->data.len == FRAME && out->data.ptr[12] == 0x88 &&
			out->data.ptr[13] == 0xb5)
			return 1;
		if (status == 0) {
			struct pollfd p = { .fd = capture_fd(c), .events = POLLIN };
			poll(&p, 1, 100);
		}
	}
	return 0;
}

/* Reads what the kernel itself sends (IPv6 neighbours) until there is nothing, or a fault. */
static int
drain(struct capture *c, struct err *err)
{
	struct frame frame;
	int status;

	while ((status = capture_next(c, &frame, err)) == 1)
		;
	return status;
}

static void
test_frames(void **state)
{
	(void)state;
	struct err err = { "" };
	struct capture *c;
	struct frame frame;
	struct capture_stats stats;
	int tap = tap_open("tap0");

	if (tap < 0) {
		print_message("SKIPPED: no tap interfaces here\n");
		skip();
	}
	set_up("tap0", true);
	if (capture_open_live("tap0", &options, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(capture_name(c), "tap0");
	assert_int_equal(capture_linktype(c, 0), 1);
	assert_true(capture_fd(c) >= 0);
	for (int i = 0; i < 300; i++)
		tap_send(tap, (uint8_t)i);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(wait_frame(c, &frame, &err), 1);
		assert_int_equal(frame.data.ptr[14], i & 0xff);
		assert_int_equal(frame.wire_len, FRAME);
		assert_true(frame.time / PTIME_SECOND >= time(NULL) - 60);
		assert_true(frame.time / PTIME_SECOND <= time(NULL) + 1);
	}
	assert_int_equal(drain(c, &err), 0);
	capture_stats(c, &stats);
	assert_true(stats.received >= 300);
	assert_int_equal(stats.dropped, 0);
	assert_int_equal(stats.if_dropped, 0);
	/* Down, said once; up again, and frames follow; then gone. */
	set_up("tap0", false);
	assert_int_equal(wait_frame(c, &frame, &err), -1);
	assert_non_null(strstr(err.text, "tap0: the interface went down after packet 3"));
	assert_non_null(strstr(err.text, "; ip link set tap0 up"));
	assert_int_equal(drain(c, &err), 0);
	set_up("tap0", true);
	tap_send(tap, 77);
	assert_int_equal(wait_frame(c, &frame, &err), 1);
	assert_int_equal(frame.data.ptr[14], 77);
	err.text[0] = '\0';
	close(tap);
	assert_int_equal(wait_frame(c, &frame, &err), -1);
	if (strstr(err.text, "went down")) {
		err.text[0] = '\0';
		assert_int_equal(wait_frame(c, &frame, &err), -1);
	}
	assert_non_null(strstr(err.text, "tap0: the capture ended after packet 3"));
	assert_int_equal(capture_next(c, &frame, &err), 0);
	assert_int_equal(capture_fd(c), -1);
	capture_close(c);
}

static void
test_snaplen_and_filter(void **state)
{
	(void)state;
	const struct capture_live_options o = {
		.snaplen = 20, .buffer_bytes = 1 << 20, .filter = "ether[14] = 5"
	};
	struct err err = { "" };
	struct capture *c;
	struct frame frame;
	int tap = tap_open("tap1");

	if (tap < 0) {
		print_message("SKIPPED: no tap interfaces here\n");
		skip();
	}
	set_up("tap1", true);
	if (capture_open_live("tap1", &o, &c, &err) != 0)
		fail_msg("%s", err.text);
	for (int i = 0; i < 10; i++)
		tap_send(tap, (uint8_t)i);
	int status = 0;
	for (int i = 0; i < PATIENCE && status == 0; i++) {
		struct pollfd p = { .fd = capture_fd(c), .events = POLLIN };
		poll(&p, 1, 100);
		status = capture_next(c, &frame, &err);
	}
	assert_int_equal(status, 1);
	assert_int_equal(frame.data.ptr[14], 5);
	assert_int_equal(frame.data.len, 20);
	assert_int_equal(frame.wire_len, FRAME);
	capture_close(c);
	close(tap);
}

static void
check_refusal(const char *interface, const char *filter, const char *want)
{
	struct capture_live_options o = options;
	struct err err = { "" };
	struct capture *c;

	o.filter = filter;
	assert_int_equal(capture_open_live(interface, &o, &c, &err), -1);
	if (!strstr(err.text, want) || strncmp(err.text, interface, strlen(interface)) != 0)
		fail_msg("\"%s\" and not \"%s\"", err.text, want);
}

static void
test_refusals(void **state)
{
	(void)state;
	check_refusal("nowhere9", NULL, ": there is no such interface; there are: lo");
	check_refusal("lo", "port mail and and", ": filter \"port mail and and\": ");
	check_refusal("lo", "port mail and and", "; man pcap-filter has the words");
	int tap = tap_open("tap2");
	if (tap >= 0)
		check_refusal("tap2", NULL, ": the interface is down; ip link set tap2 up");
	close(tap);
}

/* In a process of its own, which gives root away. */
static void
test_no_permission(void **state)
{
	(void)state;
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct err err = { "" };
		struct capture *c;
		bool right = setuid(65534) == 0 &&
			     capture_open_live("lo", &options, &c, &err) == -1 &&
			     strstr(err.text, "lo: no permission to capture; run as root or give "
					      "CAP_NET_RAW");
		if (!right)
			fprintf(stderr, "%s\n", err.text);
		_exit(right ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_snaplen_and_filter),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_permission),
	};

	if (unshare(CLONE_NEWNET) != 0) {
		printf("SKIPPED: no network namespace of our own (%s)\n", strerror(errno));
		return 0;
	}
	set_up("lo", true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
