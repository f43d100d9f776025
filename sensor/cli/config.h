/* Configuration: heloscope.conf (INI, by inih) and the options that override it.
 * An unknown section or key, or a bad value, is fatal: "FILE:LINE: [section] key: …". */
#ifndef HELOSCOPE_CLI_CONFIG_H
#define HELOSCOPE_CLI_CONFIG_H

#include "sensor/base/addr.h"
#include "sensor/base/err.h"
#include "sensor/record.h"

#define CONFIG_NETS_MAX 64
#define CONFIG_PORTS_MAX 16
#define CONFIG_WORKERS_MAX 32
#define CONFIG_ZONES_MAX 32
#define CONFIG_ALERTS_MAX 16

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
	bool rules_stock;    /* [rules] stock = no|yes: also those of the package spamassassin */
	bool privacy_off;    /* [privacy] mode = on|off */
	bool auth_user;	     /* [privacy] auth_user = no|yes */
	char key_file[1024]; /* [privacy] key_file; default: kept in the store's folder */
	char clients_file[1024]; /* [dialect] file; default: none, only our own rows */
	int keep_sessions_days, keep_hours_days, keep_evidence_days; /* [store] retention */
	char listen[128];     /* [web] listen; default 127.0.0.1:8025 */
	char public_url[256]; /* [web] public_url: where people find the report; for alerts */
	struct config_web {
		char certificate[1024], key[1024]; /* [web] certificate, key: PEM files; both or none */
		char users[1024];		   /* [web] users: file */
		char names[8][128];		   /* [web] host, repeated: names that the Host field may have */
		size_t names_count;
		struct network proxies[8]; /* [web] proxy, repeated: reverse proxies that are believed */
		size_t proxies_count;
		char proxy_user[64], proxy_role[64]; /* [web] proxy_user, proxy_role: their header fields */
		int connections_per_address;	     /* [web] connections_per_address; default 32 */
		int query_ms;			     /* [web] query_ms: longest question to the store for a page; default 5000 */
		char organisation[128], contact[128], domain[128]; /* [web] organisation, contact, domain: who complains */
	} web;
	struct config_role {
		struct network net;
		enum role role;
	} roles[CONFIG_NETS_MAX]; /* [campus] mta, submission, web, proxy, client; repeated */
	size_t roles_count;
	struct network nat[CONFIG_NETS_MAX]; /* [campus] nat, repeated: many clients behind each */
	size_t nat_count;
	/* [campus] public, repeated: addresses under which the outside sees our private ones */
	struct network public[CONFIG_NETS_MAX];
	size_t public_count;
	int window_days; /* [verdict] window_days */
	/* [verdict] alpha, beta, theta1, theta0 and refusal_alpha, …: struct sprt of
	 * sensor/host/verdict.h */
	struct config_sprt {
		double alpha, beta, theta1, theta0;
	} content, refusals;
	struct config_lookup {
		bool enabled;	    /* [lookup] enabled = no|yes */
		char resolver[128]; /* [lookup] resolver: ADDR or ADDR:PORT; default: the system's
				     */
		double above;	    /* [lookup] above: risk from which a host is asked about */
		int per_minute;	    /* [lookup] per_minute: questions */
		int cache_minutes;  /* [lookup] cache_minutes: until the same is asked again */
		struct config_zone {
			char list[48], zone[128];
		} zones[CONFIG_ZONES_MAX]; /* [lookup] zone = LIST: ZONE, repeated; default: those
					      that may be asked free of charge */
		size_t zones_count;
	} lookup;
	struct config_alert {
		char name[32]; /* of the target: the section is [alert NAME] */
		char kind[16]; /* kind = journal|command|webhook|mail */
		/* target = the command's path, URL, or smtp://HOST:PORT of the relay */
		char target[1024];
		char to[256], from[256]; /* of mail */
		enum verdict above; /* above: tell changes to this word or a worse one, and back */
		int quiet_minutes;  /* quiet_minutes: for one host, unless it gets worse */
		int timeout_s; /* timeout_seconds of one attempt; default 20, mail 120 */
	} alerts[CONFIG_ALERTS_MAX];
	size_t alerts_count;
};

void config_default(struct config *config);
/* 0, or -1 and err. path NULL: /etc/heloscope/heloscope.conf if it exists. */
int config_load(struct config *config, const char *path, struct err *err);
/* Adds a network given on the command line. */
int config_add_net(struct config *config, const char *text, struct err *err);
/* "ADDR:PORT", "[v6]:PORT", ":PORT" or "PORT": 0 or -1. */
int config_endpoint(const char *text, struct endpoint *out, struct err *err);

#endif
