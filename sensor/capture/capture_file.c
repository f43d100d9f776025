#include "sensor/capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/base/arena.h"

enum { MAGIC = 4, BUFFER = 1 << 20 };

static const char convert[] = "convert it: editcap -F pcap FILE NEW";

/* What a file begins with; advice NULL = libpcap reads it. */
static const struct format {
	uint8_t magic[MAGIC];
	uint8_t len;
	const char *what;
	const char *advice;
} formats[] = {
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, 4, "pcap", NULL },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, 4, "pcap, big-endian", NULL },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, 4, "pcap, nanoseconds", NULL },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, 4, "pcap, nanoseconds, big-endian", NULL },
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, 4, "pcap of a patched libpcap of 1999", NULL },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, 4, "the same, big-endian", NULL },
	{ { 0x0a, 0x0d, 0x0d, 0x0a }, 4, "pcapng", NULL },
	{ { 0x1f, 0x8b }, 2, "gzip'd", "decompress it first: gunzip -k FILE" },
	{ { 'B', 'Z', 'h' }, 3, "compressed by bzip2", "decompress it first: bunzip2 -k FILE" },
	{ { 0xfd, '7', 'z', 'X' }, 4, "compressed by xz", "decompress it first: unxz -k FILE" },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "compressed by zstd", "decompress it first: unzstd FILE" },
	{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "compressed by lz4", "decompress it first: unlz4 FILE" },
	{ { 'P', 'K', 3, 4 }, 4, "a ZIP archive", "unpack it first: unzip FILE" },
	{ { 's', 'n', 'o', 'o' }, 4, "a Solaris snoop capture", convert },
	{ { 'G', 'M', 'B', 'U' }, 4, "a Microsoft Network Monitor capture", convert },
	{ { 'R', 'T', 'S', 'S' }, 4, "a Microsoft Network Monitor capture", convert },
	{ { 'T', 'R', 'S', 'N' }, 4, "a Sniffer capture", convert },
	{ { 'X', 'C', 'P', 0 }, 4, "a Sniffer capture", convert },
	{ { 0xac, 0x01, 0x00, 0x1c }, 4, "an IXIA capture", convert },
	{ { 0xab, 0x01, 0x00, 0x1c }, 4, "an IXIA capture", convert },
};

const char *
capture_file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Why fopen failed, and what to do. */
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
refuse_magic(const char *name, const uint8_t *magic, size_t len, struct err *err)
{
	if (len == 0)
		return err_set(err,
			"%s: empty (0 bytes); was the capture stopped before its first packet was "
			"written?",
			name);
	if (len < MAGIC)
		return err_set(err, "%s: not a capture: only %zu bytes", name, len);
	return err_set(err,
		"%s: not a capture: begins with %02x %02x %02x %02x; give a pcap or pcapng file, "
		"as tcpdump -w writes it",
		name, magic[0], magic[1], magic[2], magic[3]);
}

static int
check_magic(const char *name, const uint8_t *magic, size_t len, struct err *err)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		const struct format *f = &formats[i];

		if (len < f->len || memcmp(magic, f->magic, f->len) != 0)
			continue;
		if (!f->advice)
			return 0;
		return err_set(err, "%s: %s, which is not read here; %s", name, f->what, f->advice);
	}
	return refuse_magic(name, magic, len, err);
}

/* Looks at the first bytes and puts them back: fseek would fail on a pipe.  glibc takes any number
 * of ungetc() that give back what was read. */
static int
look(const char *name, FILE *stream, struct err *err)
{
	uint8_t magic[MAGIC];
	size_t len = fread(magic, 1, sizeof magic, stream);

	if (ferror(stream))
		return err_set(err, "%s: cannot be read: %s", name, strerror(errno));
	if (check_magic(name, magic, len, err) != 0)
		return -1;
	for (size_t i = len; i-- > 0;)
		if (ungetc(magic[i], stream) == EOF)
			return err_set(err, "%s: cannot be read from its start", name);
	return 0;
}

/* Standard input is duplicated, so that closing the capture leaves the process its own. */
static FILE *
open_stream(const char *path)
{
	if (strcmp(path, "-") != 0)
		return fopen(path, "rbe");
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return NULL;
	FILE *stream = fdopen(fd, "rb");
	if (!stream)
		close(fd);
	return stream;
}

static int
check_kind(const char *name, struct capture_file *f, struct err *err)
{
	struct stat st;

	if (fstat(fileno(f->stream), &st) != 0)
		return err_set(err, "%s: cannot be read: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, "%s: a folder; name the capture files in it", name);
	if (isatty(fileno(f->stream)))
		return err_set(err,
			"%s: a terminal; pipe a capture in, as in tcpdump -w - | heloscope read -",
			name);
	f->size = S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
	return 0;
}

int
capture_file_open(const char *path, struct capture_file *out, struct err *err)
{
	const char *name = capture_file_name(path);
	struct capture_file f = { .stream = open_stream(path) };

	if (!f.stream)
		return refuse_open(name, err);
	/* libpcap reads by fread(), header and packet apart: with the usual 4 KiB that is a system
	 * call every three packets.  The size counts only with a buffer of our own.  And nobody
	 * else reads this stream, so it need not be locked each time. */
	f.buffer = must_alloc(BUFFER);
	setvbuf(f.stream, f.buffer, _IOFBF, BUFFER);
	__fsetlocking(f.stream, FSETLOCKING_BYCALLER);
	if (check_kind(name, &f, err) != 0 || look(name, f.stream, err) != 0) {
		capture_file_release(&f);
		return -1;
	}
	*out = f;
	return 0;
}

void
capture_file_release(struct capture_file *f)
{
	if (f->stream)
		fclose(f->stream);
	free(f->buffer);
	*f = (struct capture_file){ 0 };
}
