/* Configuration: heloscope.conf (INI, by inih) and the options that override it.
 * An unknown section or key, or a bad value, is fatal: "FILE:LINE: [section] key: …". */
#ifndef HELOSCOPE_CLI_CONFIG_H
#define HELOSCOPE_CLI_CONFIG_H

#include "sensor/base/addr.h"
#include "sensor/base/err.h"

#define CONFIG_NETS_MAX 64
#define CONFIG_PORTS_MAX 16
#define CONFIG_WORKERS_MAX 32

struct config {
	char sensor[64];  /* [sensor] name; default "heloscope" */
	char store[1024]; /* [store] file; default /var/lib/heloscope/heloscope.db, or
			     ./heloscope.db if that folder is not there */
	struct network nets[CONFIG_NETS_MAX]; /* [campus] net, repeated */
	size_t nets_count;
	uint16_t ports[CONFIG_PORTS_MAX]; /* [capture] ports; default 25 465 587 2525 */
	size_t ports_count;
	bool any_port; /* [capture] any_port = yes|no: SMTP on other ports, too */
	uint16_t vxlan_ports[CONFIG_PORTS_MAX]; /* [capture] vxlan_ports; default 4789 8472 */
	size_t vxlan_ports_count;
	int streams;	       /* [capture] streams */
	int idle_s;	       /* [capture] idle_seconds */
	int buffer_mib;	       /* [capture] buffer_mib */
	int snaplen;	       /* [capture] snaplen */
	bool promiscuous;      /* [capture] promiscuous */
	int workers;	       /* [capture] workers; 0 = one for each processor */
	char filter[160];      /* [capture] filter: "auto", "none" or words of pcap-filter */
	bool verify_checksums; /* [capture] checksum = accept|verify */
	char user[64];	       /* [sensor] user that the processes run as; default "heloscope", else
				  "nobody" */
	char rules[4][1024]; /* [rules] dir, repeated; default: the rules folder that came with the
				program */
	size_t rules_count;
	bool rules_stock;	 /* [rules] stock = no|yes: also those of the package spamassassin */
	bool privacy_off;	 /* [privacy] mode = on|off */
	bool auth_user;		 /* [privacy] auth_user = no|yes */
	char key_file[1024];	 /* [privacy] key_file; default: kept in the store's folder */
	char clients_file[1024]; /* [dialect] file; default: none, only our own rows */
	int keep_sessions_days, keep_hours_days, keep_evidence_days; /* [store] retention */
	char listen[128]; /* [web] listen; default 127.0.0.1:8025 */
};

void config_default(struct config *config);
/* 0, or -1 and err. path NULL: /etc/heloscope/heloscope.conf if it exists. */
int config_load(struct config *config, const char *path, struct err *err);
/* Adds a network given on the command line. */
int config_add_net(struct config *config, const char *text, struct err *err);
/* "ADDR:PORT", "[v6]:PORT", ":PORT" or "PORT": 0 or -1. */
int config_endpoint(const char *text, struct endpoint *out, struct err *err);

#endif
