/* The inside of the table of hosts: hours, services, what is to be written. For hosts*.c alone. */
#ifndef HELOSCOPE_HOST_HOSTS_TABLE_H
#define HELOSCOPE_HOST_HOSTS_TABLE_H

#include "sensor/base/hash.h"
#include "sensor/host/hosts.h"

/* Of the newest hour of a host, and of one that something is counted in, the numbers are at hand;
 * the others are packed, which takes an eighth of the memory for a quiet client and half for a busy
 * mail server (tests/bench/hosts.c). */
struct hour {
	int64_t hour;
	struct aggregate *aggregate; /* NULL = packed */
	uint8_t *packed;	     /* NULL = open */
	size_t packed_len;
	enum verdict word; /* on the hours up to this one; VERDICTS = not known (verdict.h) */
	bool changed;	   /* since it was written */
};

/* What the words of the hours hang on, besides these. */
struct words_key {
	int64_t first; /* hour of the window */
	size_t services;
	struct neighbours neighbours;
	int64_t rules; /* times that they changed */
};

struct host {
	struct addr addr;   /* key */
	struct hour *hours; /* oldest first */
	size_t hours_count, hours_cap;
	int64_t complete_from; /* hours before it may be in the store only */
	int64_t last;	       /* latest time that anything was counted */
	bool behind_spam;      /* a smarthost sent spam on for it, in whatever hour */
	double risk;	       /* of the latest verdict */
	bool bad;	       /* a list of single addresses has it, or is likely to */
	struct neighbours neighbours; /* with which it was judged */
	struct words_key words;
	bool changed;	       /* its record is to be written */
	int64_t judged;	       /* time of its latest record */
	UT_hash_handle hh;
};

/* All bytes of the key are set, so that padding does not matter. */
struct service_key {
	uint8_t family, bytes[16];
	uint8_t port[2]; /* network order */
};

struct service_seen {
	struct service_key key;
	struct endpoint server;
	int64_t first, last;
	bool changed; /* worth writing with the next flush */
	bool newer;   /* than what was written: by the end at the latest */
	UT_hash_handle hh;
};

struct hosts {
	struct campus campus;
	struct verdict_config config;
	const struct sink *sink; /* may be NULL */
	struct counters *counters;
	struct host *table;
	struct service_seen *services;
	size_t bytes;	  /* of all hours, about */
	size_t bytes_max; /* LIMIT_HOST_MEMORY */
	int64_t rules;	  /* times that they changed */
};

/* hosts.c: what the sink knows of a service. */
void hosts_service_stored(struct hosts *h, struct endpoint server, int64_t first, int64_t last);

/* hosts_memory.c */

/* The host, fetched or new; may forget others. Lives until the next call. */
struct host *hosts_need(struct hosts *h, struct addr addr);
/* Open until the next call for the same host. */
struct hour *host_hour(struct hosts *h, struct host *host, int64_t time);
/* Its latest time, after something was counted. */
void host_saw(struct host *host, const struct aggregate *a);
/* The words of the hours from that one on hang on something that changed. */
void host_forget_words(struct host *host, size_t from);
/* Writes its changed hours: 0 or -1. */
int host_write_hours(struct hosts *h, struct host *host, struct err *err);
/* To look at, until hour_unload(). */
struct aggregate *hour_load(const struct hour *hour);
void hour_unload(const struct hour *hour, struct aggregate *loaded);
/* Packs complete hours, and drops written ones that are out of the window from memory. */
void host_trim(struct hosts *h, struct host *host, int64_t now);
void host_free(struct hosts *h, struct host *host);

#endif
