#include "sensor/record.h"

/* Names of the IANA registry of service names and port numbers, or the program's own where a port
 * is in use without one.  A table and not getservbyport(): the record is the same on every machine,
 * and the collector opens no file. */

#define PROXY                                                                                      \
	"a proxy's port: whoever may use it can send mail through it, and hardly any host needs "  \
	"one"
#define MAYBE_PROXY "often a proxy: see who may use it, and for what"
#define CLEAR "passwords go over it in clear; SSH does the same safely"
#define DESKTOP "a desktop for everybody who guesses the password; let in only a VPN"
#define DATABASE "a data base that strangers can reach, which nobody needs"
#define SHARE "file shares are for one's own network; outside nobody needs them"
#define OLD "an old service that nobody needs any more"
#define CONTROL "who reaches it controls the machine; let in only a network for administration"

static const struct {
	int32_t port;
	const char *name;
	const char *remark; /* why it is unusual on a host that others can reach; "" = it is not */
} services[] = {
	{ 7, "echo", OLD },
	{ 9, "discard", OLD },
	{ 13, "daytime", OLD },
	{ 19, "chargen", OLD },
	{ 20, "ftp-data", "" },
	{ 21, "ftp", CLEAR },
	{ 22, "ssh", "" },
	{ 23, "telnet", CLEAR },
	{ 25, "smtp", "" },
	{ 37, "time", OLD },
	{ 49, "tacacs", "" },
	{ 53, "domain", "" },
	{ 70, "gopher", OLD },
	{ 79, "finger", OLD },
	{ 80, "http", "" },
	{ 88, "kerberos", "" },
	{ 110, "pop3", "" },
	{ 111, "sunrpc", SHARE },
	{ 113, "ident", OLD },
	{ 119, "nntp", "" },
	{ 135, "epmap", SHARE },
	{ 139, "netbios-ssn", SHARE },
	{ 143, "imap", "" },
	{ 179, "bgp", "" },
	{ 389, "ldap", "" },
	{ 443, "https", "" },
	{ 445, "microsoft-ds", SHARE },
	{ 465, "submissions", "" },
	{ 512, "exec", CLEAR },
	{ 513, "login", CLEAR },
	{ 514, "shell", CLEAR },
	{ 515, "printer", "a printer that takes jobs from everybody" },
	{ 540, "uucp", OLD },
	{ 548, "afpovertcp", SHARE },
	{ 554, "rtsp", "a camera, as a rule; such devices are taken over often" },
	{ 587, "submission", "" },
	{ 623, "asf-rmcp", CONTROL },
	{ 631, "ipp", "a printer that takes jobs from everybody" },
	{ 636, "ldaps", "" },
	{ 808, "ccproxy-http", PROXY },
	{ 853, "domain-s", "" },
	{ 873, "rsync", "" },
	{ 902, "vmware-auth", CONTROL },
	{ 989, "ftps-data", "" },
	{ 990, "ftps", "" },
	{ 993, "imaps", "" },
	{ 995, "pop3s", "" },
	{ 1080, "socks", PROXY },
	{ 1194, "openvpn", "" },
	{ 1433, "ms-sql-s", DATABASE },
	{ 1521, "oracle", DATABASE },
	{ 1723, "pptp", "its encryption is broken; other VPNs are not" },
	{ 1883, "mqtt", "devices that everybody can listen to" },
	{ 2049, "nfs", SHARE },
	{ 2222, "ssh-alt", "" },
	{ 2375, "docker", CONTROL },
	{ 2376, "docker-s", CONTROL },
	{ 2379, "etcd-client", CONTROL },
	{ 2525, "smtp-alt", "mail on a port that hides it from firewalls" },
	{ 3000, "http-alt", "" },
	{ 3128, "squid-http", PROXY },
	{ 3129, "squid-http", PROXY },
	{ 3306, "mysql", DATABASE },
	{ 3389, "ms-wbt-server", DESKTOP },
	{ 4145, "socks-alt", "a port of proxies that malware opens" },
	{ 4190, "sieve", "" },
	{ 4444, "krb524", "a port that intruders' tools use" },
	{ 5001, "commplex-link", "" },
	{ 5060, "sip", "" },
	{ 5222, "xmpp-client", "" },
	{ 5269, "xmpp-server", "" },
	{ 5432, "postgresql", DATABASE },
	{ 5555, "personal-agent", "debugging of Android devices: whoever asks controls it" },
	{ 5666, "nrpe", "" },
	{ 5672, "amqp", "" },
	{ 5900, "rfb", DESKTOP },
	{ 5901, "rfb-1", DESKTOP },
	{ 5938, "teamviewer", DESKTOP },
	{ 5984, "couchdb", DATABASE },
	{ 5985, "wsman", CONTROL },
	{ 5986, "wsmans", CONTROL },
	{ 6000, "x11", "a screen and keyboard that others can read" },
	{ 6379, "redis", DATABASE },
	{ 6443, "kubernetes", CONTROL },
	{ 6588, "analogx", PROXY },
	{ 6667, "ircu", "bots are led by it" },
	{ 6817, "slurmctld", "" },
	{ 6818, "slurmd", "" },
	{ 7547, "cwmp", "the provider's way into a router; such devices are taken over often" },
	{ 8000, "http-alt", "" },
	{ 8008, "http-alt", "" },
	{ 8080, "http-alt", MAYBE_PROXY },
	{ 8088, "radan-http", "" },
	{ 8118, "privoxy", PROXY },
	{ 8123, "polipo", PROXY },
	{ 8291, "winbox", "the way into a MikroTik router; such devices are taken over often" },
	{ 8333, "bitcoin", "" },
	{ 8443, "https-alt", "" },
	{ 8888, "ddi-tcp-1", MAYBE_PROXY },
	{ 9000, "cslistener", "" },
	{ 9001, "etlservicemgr", MAYBE_PROXY },
	{ 9050, "tor-socks", PROXY },
	{ 9090, "websm", "" },
	{ 9100, "pdl-datastream", "a printer that takes jobs from everybody" },
	{ 9200, "elasticsearch", DATABASE },
	{ 9418, "git", "" },
	{ 10000, "webmin", CONTROL },
	{ 10050, "zabbix-agent", "" },
	{ 11211, "memcache", DATABASE },
	{ 27017, "mongodb", DATABASE },
	{ 31337, "eldim", "a port that intruders' tools use" },
	{ 32779, "sunrpc-alt", SHARE },
};

static size_t
find(int32_t port)
{
	size_t at = 0;

	while (at < sizeof services / sizeof services[0] && services[at].port != port)
		at++;
	return at;
}

const char *
service_name(int32_t port)
{
	size_t at = find(port);

	return at < sizeof services / sizeof services[0] ? services[at].name : "";
}

const char *
service_remark(int32_t port)
{
	size_t at = find(port);

	return at < sizeof services / sizeof services[0] ? services[at].remark : "";
}
