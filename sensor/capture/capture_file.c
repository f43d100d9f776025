#include "sensor/capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 4 };

static const char convert[] = "convert it: editcap -F pcap FILE NEW";

/* What a file begins with. */
static const struct magic {
	uint8_t magic[MAGIC];
	uint8_t len;
	const char *what;
	const char *advice; /* NULL = it is read: */
	enum capture_format format;
	struct decoder *(*decoder)(void); /* … when decompressed by this */
} magics[] = {
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, 4, "pcap", NULL, CAPTURE_PCAP, NULL },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, 4, "pcap, big-endian", NULL, CAPTURE_PCAP, NULL },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, 4, "pcap, nanoseconds", NULL, CAPTURE_PCAP, NULL },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, 4, "the same, big-endian", NULL, CAPTURE_PCAP, NULL },
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, 4, "pcap of a patched libpcap of 1999", NULL, CAPTURE_PCAP,
		NULL },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, 4, "the same, big-endian", NULL, CAPTURE_PCAP, NULL },
	{ { 0x0a, 0x0d, 0x0d, 0x0a }, 4, "pcapng", NULL, CAPTURE_PCAPNG, NULL },
	{ { 0x1f, 0x8b }, 2, "gzip'd", NULL, CAPTURE_PCAP, decoder_gzip },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "compressed by zstd", NULL, CAPTURE_PCAP, decoder_zstd },
	/* RFC 8878 3.1.2: a frame to be skipped, as pzstd writes it first. */
	{ { 0x50, 0x2a, 0x4d, 0x18 }, 4, "compressed by zstd", NULL, CAPTURE_PCAP, decoder_zstd },
#define REFUSED(...) CAPTURE_PCAP, NULL
	{ { 'B', 'Z', 'h' }, 3, "compressed by bzip2", "decompress it first: bunzip2 -k FILE",
		REFUSED() },
	{ { 0xfd, '7', 'z', 'X' }, 4, "compressed by xz", "decompress it first: unxz -k FILE",
		REFUSED() },
	{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "compressed by lz4", "decompress it first: unlz4 FILE",
		REFUSED() },
	{ { 'P', 'K', 3, 4 }, 4, "a ZIP archive", "unpack it first: unzip FILE", REFUSED() },
	{ { 's', 'n', 'o', 'o' }, 4, "a Solaris snoop capture", convert, REFUSED() },
	{ { 'G', 'M', 'B', 'U' }, 4, "a Microsoft Network Monitor capture", convert, REFUSED() },
	{ { 'R', 'T', 'S', 'S' }, 4, "a Microsoft Network Monitor capture", convert, REFUSED() },
	{ { 'T', 'R', 'S', 'N' }, 4, "a Sniffer capture", convert, REFUSED() },
	{ { 'X', 'C', 'P', 0 }, 4, "a Sniffer capture", convert, REFUSED() },
	{ { 0xac, 0x01, 0x00, 0x1c }, 4, "an IXIA capture", convert, REFUSED() },
	{ { 0xab, 0x01, 0x00, 0x1c }, 4, "an IXIA capture", convert, REFUSED() },
#undef REFUSED
};

const char *
capture_file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Why open failed, and what to do. */
static int
refuse_open(const char *path, struct err *err)
{
	switch (errno) {
	case ENOENT:
		return err_set(err, "%s: there is no such file; check the path", path);
	case ENOTDIR:
		return err_set(err, "%s: part of the path is not a folder; check the path", path);
	case EACCES:
	case EPERM:
		return err_set(err,
			"%s: no permission to read it; run as a user who may, or change its mode "
			"(chmod +r)",
			path);
	case EMFILE:
	case ENFILE:
		return err_set(
			err, "%s: too many open files; give fewer, or raise ulimit -n", path);
	default:
		return err_set(err, "%s: cannot be opened: %s", path, strerror(errno));
	}
}

static int
refuse_magic(const char *name, struct slice front, struct err *err)
{
	const uint8_t *m = front.ptr;

	if (front.len == 0)
		return err_set(err,
			"%s: empty (0 bytes); was the capture stopped before its first packet was "
			"written?",
			name);
	if (front.len < MAGIC)
		return err_set(err, "%s: not a capture: only %zu bytes", name, front.len);
	return err_set(err,
		"%s: not a capture: begins with %02x %02x %02x %02x; give a pcap or pcapng file, "
		"as tcpdump -w writes it",
		name, m[0], m[1], m[2], m[3]);
}

static const struct magic *
magic_of(struct slice front)
{
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const struct magic *m = &magics[i];
		if (front.len >= m->len && memcmp(front.ptr, m->magic, m->len) == 0)
			return m;
	}
	return NULL;
}

/* 1 = a capture begins here; 0 = too short for now. */
static int
look(const char *name, struct bytes *b, enum capture_format *format, struct err *err)
{
	if (!bytes_need(b, MAGIC) && !b->ended)
		return 0;
	const struct magic *m = magic_of(bytes_rest(b));
	if (b->damage.text[0] != '\0')
		return err_set(err, "%s: damaged at its start: %s", name, b->damage.text);
	if (m == NULL)
		return refuse_magic(name, bytes_rest(b), err);
	if (m->advice != NULL)
		return err_set(err, "%s: %s, which is not read here; %s", name, m->what, m->advice);
	*format = m->format;
	if (m->decoder == NULL)
		return 1;
	if (b->decoder != NULL)
		return err_set(
			err, "%s: %s, and inside that again; decompress it first", name, m->what);
	struct decoder *d = m->decoder();
	if (d == NULL)
		return err_set(
			err, "%s: %s, and there is no memory to decompress it", name, m->what);
	bytes_decode(b, d);
	return look(name, b, format, err);
}

/* Standard input is duplicated, so that closing the capture leaves the process its own. */
static int
open_fd(const char *path)
{
	if (strcmp(path, "-") == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int
check_kind(const char *name, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, "%s: cannot be read: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, "%s: a folder; name a capture file in it", name);
	if (isatty(fd))
		return err_set(err,
			"%s: a terminal; pipe a capture in, as in tcpdump -w - | heloscope read -",
			name);
	return 0;
}

int
capture_file_open(const char *path, bool growing, struct bytes *out, enum capture_format *format,
	struct err *err)
{
	const char *name = capture_file_name(path);
	int fd = open_fd(path);

	if (fd < 0)
		return refuse_open(name, err);
	bytes_init(out, fd, growing);
	int rc = check_kind(name, fd, err) < 0 ? -1 : look(name, out, format, err);
	if (rc <= 0)
		bytes_release(out);
	return rc;
}
