#!/bin/bash
# Each foreign library has one owner: the file that includes its header.  All other headers are the C library's or the kernel's.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

# HEADER  FILE  WHY, where a header has a second owner
table() {
	cat <<-'ROWS'
	pcap/pcap.h       sensor/capture/capture_pcap.c
	pcap/pcap.h       sensor/stream/stream_nids.c     nids_params.pcap_desc is a pcap_t: libnids wants one, though it reads no packet itself
	zlib.h            sensor/capture/capture_zlib.c
	zlib.h            web/gzip_zlib.c                 answers are packed, captures are unpacked
	zstd.h            sensor/capture/capture_zstd.c
	nids.h            sensor/stream/stream_nids.c
	libpsl.h          sensor/mail/domain_psl.c
	idn2.h            sensor/mail/domain_idn2.c
	pcre2.h           sensor/score/score_pcre2.c
	iconv.h           sensor/mail/charset.c
	gnutls/crypto.h   sensor/base/digest_gnutls.c
	gnutls/gnutls.h   sensor/base/digest_gnutls.c
	gnutls/gnutls.h   web/tls_gnutls.c                certificate and key of the report
	gnutls/abstract.h web/tls_gnutls.c
	crypt.h           web/password_crypt.c
	xxhash.h          sensor/base/hash.c
	uthash.h          sensor/base/hash.h
	sqlite3.h         store/store_sqlite.c
	microhttpd.h      web/web_microhttpd.c
	microhttpd.h      web/reply_microhttpd.c          answers; the other file has requests
	jansson.h         web/doc_jansson.c
	archive.h         web/export_archive.c
	archive_entry.h   web/export_archive.c
	ini.h             sensor/cli/config.c
	curl/curl.h       sensor/alert/alert_curl.c
	systemd/sd-journal.h sensor/alert/alert_journal.c
	seccomp.h         sensor/sandbox.c
	unbound.h         sensor/lookup/lookup_unbound.c
	ROWS
}

# The C library, the compiler, the kernel.
ours='^(assert|ctype|dirent|endian|errno|fcntl|fenv|float|getopt|glob|grp|ifaddrs|inttypes|limits|locale|malloc|math|netdb|poll|pthread|pwd|sched|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdio_ext|stdlib|stdnoreturn|string|strings|syslog|termios|time|unistd|wchar|sys/.*|net/.*|netinet/.*|arpa/.*|linux/.*|asm/.*|sanitizer/.*)\.h$'

declare -A owner
while read -r header file _; do
	[[ -n $header ]] && owner[$header]+="$file "
done < <(table)

bad=0 seen=0
while IFS=: read -r file line text; do
	header=${text#*<} header=${header%%>*}
	[[ $header =~ $ours ]] && continue
	seen=$((seen + 1))
	[[ " ${owner[$header]-}" == *" $file "* ]] && continue
	echo "$file:$line: <$header> belongs to ${owner[$header]:-nobody: give it a row in tests/gate/owners.sh}"
	bad=$((bad + 1))
done < <(grep -rn --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' sensor store web)
echo "$seen includes of foreign headers, $bad by a file that does not own them"
[[ $seen -gt 0 && $bad -eq 0 ]]
