/* From a configuration to the stages' own: what `read`, `show` and `run` have in common. */
#ifndef HELOSCOPE_CLI_SETUP_H
#define HELOSCOPE_CLI_SETUP_H

#include "sensor/analyst.h"
#include "sensor/cli/rule_dirs.h"
#include "sensor/collector.h"
#include "sensor/host/verdict.h"
#include "sensor/worker.h"

#define SETUP_KEY_BYTES 32

struct setup {
	struct config config;
	uint8_t key[SETUP_KEY_BYTES]; /* of the hashes of names */
	struct rule_dirs rules;
	struct worker_config worker;
	struct analyst_config analyst;
	struct campus campus;
	struct clients *clients; /* the site's, or NULL; lives as long as the process */
	/* Those that judge hosts: whoever loads rules says so here; NULL = none. */
	const struct rules *rules_in_force;
	struct role_given roles[CONFIG_NETS_MAX];
};

/* What the command line says over the configuration; NULL = not given. */
struct setup_given {
	const char *config, *store, *rules, *privacy;
	const char *nets[CONFIG_NETS_MAX];
	size_t nets_count;
	bool stock;
};

/* Fills s->config: defaults, the file, then what was given. 0, or -1 and err (wrong use). */
int setup_configure(struct setup *s, const struct setup_given *given, struct err *err);
/* 0 if a link type of the capture is understood, or none is known yet; -1 and err. */
int setup_check_capture(const struct capture *c, struct err *err);
/* Opens a capture file whose link type is understood. 0, or -1 and err. */
int setup_open_file(const char *path, struct capture **out, struct err *err);
/* Fills the rest from s->config.  The key is that of [privacy] key_file, else the file
 * heloscope.key beside the store, made at the first use; with `stored` false and no key_file it is
 * a constant: such records are hidden from the eye, not from an attacker.  The site's table of
 * clients is read too. 0, or -1 and err. */
int setup_finish(struct setup *s, bool stored, struct err *err);
/* What hosts are judged by: the configuration, and the rules that are in force when a host is
 * judged. It points into s. */
struct verdict_config setup_verdict(struct setup *s);
void setup_release(struct setup *s);

#endif
