#include <string.h>

#include "sensor/smtp/reply_words.h"

/* In order: the narrower name first.  Zones and pages are the operators' own; names as operators
 * write them. */
static const struct list_name names[] = {
	{ "sbl-xbl.spamhaus", "Spamhaus SBL/XBL" }, { "spamhaus sbl-xbl", "Spamhaus SBL/XBL" },
	{ "spl-xbl", "Spamhaus XBL" }, /* a typing error of a filter in wide use */
	{ "zen.spamhaus", "Spamhaus ZEN" }, { "zen.dq.spamhaus", "Spamhaus ZEN" },
	{ "spamhaus.org/zen", "Spamhaus ZEN" }, { "spamhaus zen", "Spamhaus ZEN" },
	{ "spamhaus-zen", "Spamhaus ZEN" }, { "xbl.spamhaus", "Spamhaus XBL" },
	{ "xbl.dq.spamhaus", "Spamhaus XBL" }, { "spamhaus xbl", "Spamhaus XBL" },
	{ "spamhaus.org/xbl", "Spamhaus XBL" },
	{ "cbl.abuseat.org", "Spamhaus XBL" }, /* the CBL became the XBL */
	{ "abuseat.org/lookup", "Spamhaus XBL" }, { "css.spamhaus", "Spamhaus CSS" },
	{ "spamhaus css", "Spamhaus CSS" }, { "spamhaus.org/css", "Spamhaus CSS" },
	{ "pbl.spamhaus", "Spamhaus PBL" }, { "spamhaus pbl", "Spamhaus PBL" },
	{ "spamhaus.org/pbl", "Spamhaus PBL" }, { "sbl.spamhaus", "Spamhaus SBL" },
	{ "sbl.dq.spamhaus", "Spamhaus SBL" }, { "spamhaus sbl", "Spamhaus SBL" },
	{ "spamhaus.org/sbl", "Spamhaus SBL" }, { "spamhaus drop", "Spamhaus DROP" },
	{ "authbl.dq.spamhaus", "Spamhaus AuthBL" }, { "dnsbl-1.uceprotect", "UCEPROTECT L1" },
	{ "uceprotect-level 1", "UCEPROTECT L1" }, { "uceprotect-level1", "UCEPROTECT L1" },
	{ "dnsbl-2.uceprotect", "UCEPROTECT L2" }, { "uceprotect-level2", "UCEPROTECT L2" },
	{ "uceprotect-level 2", "UCEPROTECT L2" }, { "dnsbl-3.uceprotect", "UCEPROTECT L3" },
	{ "uceprotect-level3", "UCEPROTECT L3" }, { "uceprotect-level 3", "UCEPROTECT L3" },
	{ "uceprotect", "UCEPROTECT" }, { "csi.cloudmark", "Cloudmark CSI" },
	{ "cm-csi", "Cloudmark CSI" }, { "cloudmark", "Cloudmark CSI" },
	{ "aup#ipbl1", "Cloudmark CSI" }, /* Cox: AUP#IPBLdcba, a ZEN, b SenderScore, c ivmSIP, d
					     Cloudmark */
	{ "aup#ipbl01", "Invaluement" }, { "aup#ipbl001", "SenderScore" },
	{ "aup#ipbl0001", "Spamhaus ZEN" },
	{ "aup#i-1200", "Cloudmark CSI" }, /* Charter and Spectrum */
	{ "aup#i-1210", "Cloudmark CSI" }, { "aup#i-122", "Spamhaus" }, { "aup#i-123", "Spamhaus" },
	{ "aup#i-124", "Spamhaus" }, { "aup#i-125", "Spamhaus" },
	{ "bl000001", "Spamhaus ZEN" }, /* Comcast: BL000abc, a SenderScore, b Cloudmark, c ZEN */
	{ "bl000011", "Cloudmark CSI" }, { "bl000010", "Cloudmark CSI" },
	{ "bl0001", "SenderScore" }, { "[bl21]", "Spamhaus" },	   /* Yahoo */
	{ "[bl23]", "Spamhaus XBL" }, { "ib105", "Spamhaus XBL" }, /* GoDaddy */
	{ "spamhaus", "Spamhaus" }, { "spamcop", "SpamCop" }, { "barracudacentral", "Barracuda" },
	{ "barracudanetworks.com/reputation", "Barracuda" },
	{ "barracuda reputation", "Barracuda" }, { "barracuda rbl", "Barracuda" },
	{ "barracuda brbl", "Barracuda" }, { "psbl.surriel", "PSBL" }, { "psbl.org", "PSBL" },
	{ "sorbs", "SORBS" }, /* closed in June 2024; old servers name it on */
	{ "abusix", "Abusix" }, { "noptr.spamrats", "SpamRATS NoPtr" },
	{ "dyna.spamrats", "SpamRATS Dyna" }, { "auth.spamrats", "SpamRATS Auth" },
	{ "spam.spamrats", "SpamRATS Spam" }, { "spamrats", "SpamRATS" },
	{ "invaluement", "Invaluement" }, { "ivmsip", "Invaluement" }, { "mailspike", "Mailspike" },
	{ "truncate.gbudb", "Truncate" }, { "backscatterer", "Backscatterer" },
	{ "ix.dnsbl.manitu", "NiX Spam" }, /* closed in January 2025 */
	{ "bl.0spam", "0spam" }, { "0spam.org", "0spam" }, { "dronebl", "DroneBL" },
	{ "blocklist.de", "blocklist.de" }, { "all.s5h.net", "s5h.net" },
	{ "hostkarma", "Hostkarma" }, { "junkemailfilter", "Hostkarma" },
	{ "dnsbl.spfbl", "SPFBL" }, { "spfbl.net/dnsbl", "SPFBL" },
	{ "mail-abuse.com", "Trend Micro ERS" }, { "mail-abuse.org", "Trend Micro ERS" },
	{ "trend micro", "Trend Micro ERS" }, { "dnsbl.cobion", "IBM Cobion" },
	{ "spamrl.com", "spamrl" }, { "senderscore", "SenderScore" },
	{ "score.senderscore", "SenderScore" }, { "wpbl.info", "WPBL" },
	{ "rbl.rbldns.ru", "rbldns.ru" }, { "njabl", "NJABL" }, /* closed in 2013 */
	{ "ahbl", "AHBL" },					/* closed in 2015 */
};

const struct list_name *
list_names_find(const char *text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(text, names[i].needle) != NULL)
			return &names[i];
	return NULL;
}
