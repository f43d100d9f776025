#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/charset_names.h"

/* glibc 2.36: its modules by the name of what they decode. */
const char *const charset_modules[] = { "ANSI_X3.110", "ARMSCII-8", "ASMO_449", "BIG5", "BIG5HKSCS",
	"BRF", "BS_4730", "CP10007", "CP1125", "CP1250", "CP1251", "CP1252", "CP1253", "CP1254",
	"CP1255", "CP1256", "CP1257", "CP1258", "CP737", "CP770", "CP771", "CP772", "CP773",
	"CP774", "CP775", "CP932", "CSA_Z243.4-1985-1", "CSA_Z243.4-1985-2", "CSN_369103", "CWI",
	"DEC-MCS", "DIN_66003", "DS_2089", "EBCDIC-AT-DE", "EBCDIC-AT-DE-A", "EBCDIC-CA-FR",
	"EBCDIC-DK-NO", "EBCDIC-DK-NO-A", "EBCDIC-ES", "EBCDIC-ES-A", "EBCDIC-ES-S", "EBCDIC-FI-SE",
	"EBCDIC-FI-SE-A", "EBCDIC-FR", "EBCDIC-IS-FRISS", "EBCDIC-IT", "EBCDIC-PT", "EBCDIC-UK",
	"EBCDIC-US", "ECMA-CYRILLIC", "ES", "ES2", "EUC-CN", "EUC-JISX0213", "EUC-JP", "EUC-JP-MS",
	"EUC-KR", "EUC-TW", "GB18030", "GBK", "GB_1988-80", "GEORGIAN-ACADEMY", "GEORGIAN-PS",
	"GOST_19768-74", "GREEK-CCITT", "GREEK7", "GREEK7-OLD", "HP-GREEK8", "HP-ROMAN8",
	"HP-ROMAN9", "HP-THAI8", "HP-TURKISH8", "IBM037", "IBM038", "IBM1004", "IBM1008", "IBM1025",
	"IBM1026", "IBM1046", "IBM1047", "IBM1097", "IBM1112", "IBM1122", "IBM1123", "IBM1124",
	"IBM1129", "IBM1130", "IBM1132", "IBM1133", "IBM1137", "IBM1140", "IBM1141", "IBM1142",
	"IBM1143", "IBM1144", "IBM1145", "IBM1146", "IBM1147", "IBM1148", "IBM1149", "IBM1153",
	"IBM1154", "IBM1155", "IBM1156", "IBM1157", "IBM1158", "IBM1160", "IBM1161", "IBM1162",
	"IBM1163", "IBM1164", "IBM1166", "IBM1167", "IBM12712", "IBM1364", "IBM1371", "IBM1388",
	"IBM1390", "IBM1399", "IBM16804", "IBM256", "IBM273", "IBM274", "IBM275", "IBM277",
	"IBM278", "IBM280", "IBM281", "IBM284", "IBM285", "IBM290", "IBM297", "IBM420", "IBM423",
	"IBM424", "IBM437", "IBM4517", "IBM4899", "IBM4909", "IBM4971", "IBM500", "IBM5347",
	"IBM803", "IBM850", "IBM851", "IBM852", "IBM855", "IBM856", "IBM857", "IBM858", "IBM860",
	"IBM861", "IBM862", "IBM863", "IBM864", "IBM865", "IBM866", "IBM866NAV", "IBM868", "IBM869",
	"IBM870", "IBM871", "IBM874", "IBM875", "IBM880", "IBM891", "IBM901", "IBM902", "IBM903",
	"IBM9030", "IBM904", "IBM905", "IBM9066", "IBM918", "IBM921", "IBM922", "IBM930", "IBM932",
	"IBM933", "IBM935", "IBM937", "IBM939", "IBM943", "IBM9448", "IEC_P27-1", "INIS", "INIS-8",
	"INIS-CYRILLIC", "ISIRI-3342", "ISO-2022-CN", "ISO-2022-CN-EXT", "ISO-2022-JP",
	"ISO-2022-JP-2", "ISO-2022-JP-3", "ISO-2022-KR", "ISO-8859-1", "ISO-8859-10", "ISO-8859-11",
	"ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "ISO-8859-2", "ISO-8859-3",
	"ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
	"ISO-8859-9E", "ISO-IR-197", "ISO-IR-209", "ISO_10367-BOX", "ISO_11548-1", "ISO_2033",
	"ISO_5427", "ISO_5427-EXT", "ISO_5428", "ISO_6937", "ISO_6937-2", "IT", "JIS_C6220-1969-RO",
	"JIS_C6229-1984-B", "JOHAB", "JUS_I.B1.002", "KOI-8", "KOI8-R", "KOI8-RU", "KOI8-T",
	"KOI8-U", "KSC5636", "LATIN-GREEK", "LATIN-GREEK-1", "MAC-CENTRALEUROPE", "MAC-IS",
	"MAC-SAMI", "MAC-UK", "MACINTOSH", "MIK", "MSZ_7795.3", "NATS-DANO", "NATS-SEFI",
	"NC_NC00-10", "NF_Z_62-010", "NF_Z_62-010_1973", "NS_4551-1", "NS_4551-2", "PT", "PT154",
	"PT2", "RK1048", "SEN_850200_B", "SEN_850200_C", "SJIS", "Shift_JISX0213", "T.61-8BIT",
	"TCVN5712-1", "TIS-620", "TSCII", "UHC", "UNICODE", "UTF-16", "UTF-16BE", "UTF-16LE",
	"UTF-32", "UTF-32BE", "UTF-32LE", "UTF-7", "UTF-7-IMAP", "VISCII", "WIN-SAMI-2", "UTF-8",
	"UCS-2", "UCS-4", NULL };

/* What mail calls a set that iconv knows by another name, or that programs mean when they say it:
 * supersets (GB18030 of GB 2312, UHC of KS C 5601, CP932 of Shift_JIS) are what was really written.
 */
static const struct {
	const char *name, *iconv;
} aliases[] = {
	{ "UTF8", "UTF-8" },
	{ "UTF_8", "UTF-8" },
	{ "UTF 8", "UTF-8" },
	{ "UTF8MB4", "UTF-8" },
	{ "UTF-8-SIG", "UTF-8" },
	{ "UNICODE-1-1-UTF-8", "UTF-8" },
	{ "UNICODE-2-0-UTF-8", "UTF-8" },
	{ "UTF7", "UTF-7" },
	{ "UNICODE-1-1-UTF-7", "UTF-7" },
	{ "UNICODE-2-0-UTF-7", "UTF-7" },
	{ "ISO-8859-1", "CP1252" },
	{ "ISO8859-1", "CP1252" },
	{ "ISO_8859-1", "CP1252" },
	{ "ISO-8859-1:1987", "CP1252" },
	{ "ISO_8859-1:1987", "CP1252" },
	{ "ISO88591", "CP1252" },
	{ "ISO 8859-1", "CP1252" },
	{ "ISO8859_1", "CP1252" },
	{ "LATIN1", "CP1252" },
	{ "LATIN-1", "CP1252" },
	{ "L1", "CP1252" },
	{ "WINDOWS-1252", "CP1252" },
	{ "ISO-8859-8-I", "ISO-8859-8" },
	{ "ISO-8859-8-E", "ISO-8859-8" },
	{ "ISO-8859-6-I", "ISO-8859-6" },
	{ "ISO-8859-6-E", "ISO-8859-6" },
	{ "ISO8859-15", "ISO-8859-15" },
	{ "LATIN9", "ISO-8859-15" },
	{ "LATIN-9", "ISO-8859-15" },
	{ "US-ASCII", "ASCII" },
	{ "ISO-646-US", "ASCII" },
	{ "ISO646-US", "ASCII" },
	{ "ANSI_X3.4-1968", "ASCII" },
	{ "ANSI_X3.4-1986", "ASCII" },
	{ "7BIT", "ASCII" },
	{ "GB2312", "GB18030" },
	{ "GB_2312-80", "GB18030" },
	{ "CHINESE", "GB18030" },
	{ "EUC-CN", "GB18030" },
	{ "GBK", "GB18030" },
	{ "CP936", "GB18030" },
	{ "MS936", "GB18030" },
	{ "WINDOWS-936", "GB18030" },
	{ "GB18030-2000", "GB18030" },
	{ "GB-18030", "GB18030" },
	{ "SHIFT_JIS", "CP932" },
	{ "SHIFT-JIS", "CP932" },
	{ "SHIFTJIS", "CP932" },
	{ "SJIS", "CP932" },
	{ "MS_KANJI", "CP932" },
	{ "CSSHIFTJIS", "CP932" },
	{ "CSWINDOWS31J", "CP932" },
	{ "WINDOWS-31J", "CP932" },
	{ "WINDOWS-932", "CP932" },
	{ "EUC-JP", "EUC-JP-MS" },
	{ "EUCJP", "EUC-JP-MS" },
	{ "ISO-2022-JP", "ISO-2022-JP-3" },
	{ "CSISO2022JP", "ISO-2022-JP-3" },
	{ "CP50220", "ISO-2022-JP-3" },
	{ "CP50221", "ISO-2022-JP-3" },
	{ "ISO-2022-JP-MS", "ISO-2022-JP-3" },
	{ "KS_C_5601-1987", "UHC" },
	{ "KS_C_5601-1989", "UHC" },
	{ "KS_C_5601", "UHC" },
	{ "KSC5601", "UHC" },
	{ "KSC_5601", "UHC" },
	{ "KOREAN", "UHC" },
	{ "EUC-KR", "UHC" },
	{ "EUCKR", "UHC" },
	{ "CP949", "UHC" },
	{ "WINDOWS-949", "UHC" },
	{ "BIG-5", "BIG5" },
	{ "BIG5-ETEN", "BIG5" },
	{ "WINDOWS-950", "BIG5" },
	{ "BIG5-HKSCS", "BIG5HKSCS" },
	{ "WINDOWS-874", "CP874" },
	{ "TIS620", "TIS-620" },
	{ "KOI8", "KOI8-R" },
	{ "KOI8R", "KOI8-R" },
	{ "KOI8U", "KOI8-U" },
	{ "KOI", "KOI8-R" },
	{ "MAC", "MACINTOSH" },
	{ "MAC-ROMAN", "MACINTOSH" },
	{ "MACROMAN", "MACINTOSH" },
	{ "MAC-CYRILLIC", "MAC-CYRILLIC" },
	{ "MAC-CE", "MAC-CENTRALEUROPE" },
	{ "ANSI", "CP1252" },
	{ "VISCII1.1", "VISCII" },
	{ "VIQR", "ASCII" },
	{ "UCS-2", "UTF-16" }, /* who sends it means what Windows calls Unicode */
	{ "ISO-10646-UCS-2", "UTF-16" },
	{ "UNICODE", "UTF-16" },
	{ "UTF16", "UTF-16" },
	{ "UTF16LE", "UTF-16LE" },
	{ "UTF16BE", "UTF-16BE" },
	{ "UTF32", "UTF-32" },
	/* of the machine that runs, not of mail */
	{ "INTERNAL", "" },
	{ "WCHAR_T", "" },
	{ "CHAR", "" },
};

static const char *
alias_of(const char *name)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (aliases[i].name[0] == name[0] && strcmp(aliases[i].name, name) == 0)
			return aliases[i].iconv;
	return NULL;
}

static bool
may_stand_in_a_name(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || memchr("-_.:+() ", c, 8) != NULL;
}

/* "cp-1251", "win1251", "windows1251", "windows-cp1251", "ibm-850": a code page by its number. */
static bool
code_page(const char *name, char out[CHARSET_NAME_MAX + 1])
{
	static const char *const before[] = { "WINDOWS", "WIN", "MSWIN", "CP", "IBM", "DOS" };
	size_t digits = strcspn(name, "0123456789");
	size_t count = strlen(name + digits);
	if (count < 3 || count > 5 || strspn(name + digits, "0123456789") != count)
		return false;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n = strlen(before[i]);
		const char *rest = name + n;
		if (strncmp(name, before[i], n) != 0)
			continue;
		rest += strspn(rest, "-_ ");
		rest += strncmp(rest, "CP", 2) == 0 ? 2 : 0;
		bool already = rest == name + n && (*name == 'C' || *name == 'I');
		if (rest != name + digits || already)
			continue;
		snprintf(out, CHARSET_NAME_MAX + 1, "CP%s", name + digits);
		return true;
	}
	return false;
}

bool
charset_name(struct slice name, char out[CHARSET_NAME_MAX + 1])
{
	char plain[CHARSET_NAME_MAX + 1];
	name = slice_trim(name);
	while (name.len > 0 && (name.ptr[0] == '"' || name.ptr[0] == '\''))
		name = slice_skip(name, 1);
	while (name.len > 0 && memchr("\"'; ", name.ptr[name.len - 1], 4) != NULL)
		name.len--;
	if (name.len > 2 && slice_istarts(name, SLICE("x-")))
		name = slice_skip(name, 2);
	if (name.len == 0 || name.len > CHARSET_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if (!may_stand_in_a_name(c))
			return false;
		plain[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	plain[name.len] = '\0';
	const char *alias = alias_of(plain);
	if (alias == NULL && code_page(plain, out))
		return true;
	const char *found = alias != NULL ? alias : plain;
	memcpy(out, found, strlen(found) + 1);
	return *out != '\0';
}
