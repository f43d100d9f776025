#include "sensor/smtp/reply_words.h"

/* The remote server's own questions to a list went wrong. */
#define ASKING_FAILED                                                                              \
	"timeout|timed out|time-out|time out|no answer|no response|lookup failure|lookup failed|"  \
	"lookup error|lookup timed|query error|query failed|querying|query timed|failed to query|" \
	"unable to query|cannot reach|could not reach|can't reach|unreachable|could not complete|" \
	"temporary failure|dns error|dns failure|dns problem|name server|nameserver|resolver|"     \
	"not responding|not answering|not respond|unresponsive|while checking|while looking "      \
	"up|unable to check|could not check|"                                                      \
	"cannot check|could not be checked|unable to look|failed to check|lookups fail|"           \
	"could not be queried|could not be reached|did not answer|does not answer|dns lookup"

static const struct reply_row rows[] = {
	/* The remote server's own resolver is refused by the list: spamhaus.org/returnc,
	   uribl.com/refused.  Says nothing of the client. */
	{ REPLY_OTHER, "",
		{ "open resolver|public resolver|*/returnc/|query refused|queries "
		  "refused|refused.shtml|127.255.255.25|dns ip:|too many queries|query "
		  "limit|exceeded the free|query rate|servfail|your dns|dns resolver" },
		NULL },
	{ REPLY_OTHER, "",
		{ ASKING_FAILED,
			"spamhaus|spamcop|sorbs|barracudacentral|uribl|surbl|rbl|dnsbl|*rbl.|*bl.|"
			"blacklist|blocklist|block list|black list|blackhole|blocked using" },
		"is listed|are listed|blacklisted|listed at|listed by|listed in|listed on|found "
		"in|found on|is on |policy error: blocked|steht auf|figura en" },

	/* Greylisting, with or without a list's name. */
	{ REPLY_GREYLISTED, "",
		{ "greylist|graylist|grey-list|gray-list|grey list|gray "
		  "list|postgrey|greylst|greytrap|lista gris|lista cinza|liste grise|lista "
		  "grigia|graue liste|first time sender|new triplet|sender triplet|*серый "
		  "список|*серых спис" },
		NULL },
	{ REPLY_GREYLISTED, "NetEase", { "dt:spm", "try again" }, NULL },
	{ REPLY_CONTENT_SPAM, "NetEase", { "dt:spm" }, NULL },

	/* Lists of URLs and of domains. */
	{ REPLY_CONTENT_SPAM, "URIBL", { "uribl$" }, "uribl_" },
	{ REPLY_CONTENT_SPAM, "SURBL", { "surbl" }, NULL },
	{ REPLY_CONTENT_SPAM, "Spamhaus DBL",
		{ "dbl.spamhaus|dbl.dq.spamhaus|spamhaus "
		  "dbl|spamhaus.org/dbl|spamhaus.org/query/domain|domain block list" },
		NULL },
	{ REPLY_CONTENT_SPAM, "Spamhaus ZRD", { "zrd.dq.spamhaus|spamhaus zrd" }, NULL },
	{ REPLY_CONTENT_SPAM, "Spamhaus DBL",
		{ "domain is listed|domain is blacklisted|domain listed", "spamhaus" }, NULL },
	{ REPLY_CONTENT_SPAM, "Invaluement URI", { "ivmuri" }, NULL },
	{ REPLY_CONTENT_SPAM, "", { "rhsbl" }, NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "a url in |url in your|urls in |a link in |link in your |domain in the "
		  "body|contains a url|contains a link|contains links|url listed|url "
		  "blocked|blacklisted url|blacklisted link|blocked url" },
		NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "sender address [|recipient address [|helo command [|reverse hostname [|sender "
		  "domain [",
			"blocked using" },
		NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "domain is listed|domain listed|domain found|domain is on|domain is in|domain "
		  "has been black|domain is black|domain blacklisted|from domain",
			"rbl|dnsbl|blacklist|blocklist|list" },
		"your ip|client host|ip address" },

	/* Microsoft: engagor.ai, sendgrid 38465017420955, go-sisimai for-microsoft.go */
	{ REPLY_PRIVATE_REPUTATION, "Microsoft S3150", { "(s3150)" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft S3140", { "(s3140)" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft DY-001", { "dy-001" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft SC",
		{ "sc-001|sc-002|sc-003|sc-004", "weren't sent|rejected|outlook|hotmail|live" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft OU-001",
		{ "ou-001", "weren't sent|rejected|outlook|hotmail|live" }, NULL },
	{ REPLY_RATE_LIMITED, "Microsoft", { "rp-001|rp-002|rp-003", "weren't sent|limit" }, NULL },
	{ REPLY_RATE_LIMITED, "Microsoft",
		{ "temporarily rate limited due to|(s775)|(s3113)|(s3114)|(s3115)" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft 365 customer block list", { "customer block list" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "Microsoft 365",
		{ "banned sending ip|banned sender|traffic not accepted from this ip" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "recipient",
		{ "senderfilterconfig|blacklisted by recipient|blocked by recipient|recipient's "
		  "block|blocked by the recipient|blacklisted by the recipient|recipient has "
		  "blocked" },
		NULL },

	/* Comcast, Charter, Cox, AT&T: their postmaster pages, go-sisimai for-spectrum.go */
	{ REPLY_PRIVATE_REPUTATION, "Comcast", { "bl000000|es00000|es00001" }, NULL },
	{ REPLY_RATE_LIMITED, "Comcast", { "rl0000|rl0001" }, NULL },
	{ REPLY_NO_RDNS_HELO, "", { "aup#i-11|aup#cxdns" }, NULL },
	{ REPLY_RATE_LIMITED, "Charter", { "aup#i-13|aup#i-14|aup#i-15" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Charter", { "aup#i-10" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Cox", { "aup#cxbl|aup#cdrbl" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "AT&T", { "dnsbl:attrbl|dnsbl:rbl" }, NULL },

	/* T-Online: spamresource.com 2020/06 */
	{ REPLY_PRIVATE_REPUTATION, "T-Online NOWL", { "(nowl)" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "T-Online DIAL", { "(dial)" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "T-Online",
		{ "ip=|ip:", "a problem occurred|reputation", "postmaster" }, NULL },

	/* Yahoo's error-code page; [TSS07] that names Spamhaus is Spamhaus. */
	{ REPLY_PRIVATE_REPUTATION, "Yahoo", { "[tss0|[tss1" }, "spamhaus" },
	{ REPLY_RATE_LIMITED, "Yahoo", { "vs1-ip|vs1-mf" }, NULL },
	{ REPLY_CONTENT_SPAM, "Yahoo", { "[ph01]|[ph02]" }, NULL },

	/* United Internet (GMX, web.de, mail.com): the address behind c= decides */
	{ REPLY_NO_RDNS_HELO, "", { "c=rdns|bad dns ptr|*&c=hn|*&c=helo" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "United Internet",
		{ "nemesis|mxgmx|kundenserver",
			"black listed|block listed|*&c=bl|policy restrictions" },
		NULL },

	/* Google: support.google.com/a/answer/3726730 */
	{ REPLY_AUTH_FAIL, "Gmail", { "is unauthenticated", "rate limited" }, NULL },
	{ REPLY_RATE_LIMITED, "Gmail", { "unusual rate of" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Gmail",
		{ "low reputation of the sending|low reputation of the ip|not authorized to send "
		  "email directly" },
		NULL },

	/* AOL: postmaster.aol.com's codes, still sent by what became of it */
	{ REPLY_CONTENT_SPAM, "AOL", { "(hvu:" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "AOL", { "(rtr:|(dyn:|(con:|(rly:" }, NULL },

	/* Gateways */
	{ REPLY_PRIVATE_REPUTATION, "Mimecast", { "host network not allowed" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Symantec", { "connection rejected by policy", "messagelabs" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "Proofpoint",
		{ "*dnsbl-lookup.cgi|ipcheck.proofpoint|support.proofpoint.com" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Apple", { "esmtp not accepting connections" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Mimecast", { "csi.mimecast|local ct ip reputation" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Cisco Talos",
		{ "senderbase|talosintelligence|cisco talos|poor reputation. if you believe|access "
		  "to submit messages to this e-mail|sending mta's poor reputation" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "Symantec",
		{ "symantec zodiac|symantec.cloud global bad|global bad sender" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Tencent QQ", { "suspected spam ip" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Hornetsecurity",
		{ "ip sender address with a negative reputation" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "cloud-security.net", { "cloud-security.net" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "Orange",
		{ "*_103 |*_103]|*_999|[103]", "ofr|orange|laposte|lpn" }, "spamhaus|cloudmark" },
	{ REPLY_RATE_LIMITED, "Orange", { "*_104|[104]", "ofr|orange|laposte|lpn" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "GoDaddy", { "ib110|ib111" }, NULL },
	{ REPLY_RATE_LIMITED, "GoDaddy", { "ib112|ib113" }, NULL },
	{ REPLY_NO_RDNS_HELO, "", { "ib108" }, NULL },
	{ REPLY_CONTENT_SPAM, "GoDaddy", { "ib212" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "UOL", { "barreira" }, NULL },
	{ REPLY_PRIVATE_REPUTATION, "SPFBL", { "spfbl " }, "dnsbl.spfbl|spfbl.net/dnsbl" },
	{ REPLY_PRIVATE_REPUTATION, "country",
		{ "countries.nerd.dk|geographical location|geographic location|from your "
		  "country|your country is|your region is|country is blocked|country blocked" },
		NULL },

	/* What the same servers say with a list's word in it. */
	{ REPLY_NO_RDNS_HELO, "",
		{ "reverse dns (ptr) missing|no reverse dns|ptr missing|missing ptr|no ptr "
		  "record|no reverse lookup|without reverse dns" },
		"also listed" },
	{ REPLY_RATE_LIMITED, "", { "new or untrusted ip" }, NULL },
};

const struct reply_rows reply_rows_marks = { rows, sizeof(rows) / sizeof(rows[0]) };
