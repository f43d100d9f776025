#include "sensor/score/conditions.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/expr.h"

#define PLUGIN "Mail::SpamAssassin::Plugin::"
#define CORE "Mail::SpamAssassin::Conf::"

/* Those of SpamAssassin 4.0. */
static const struct {
	const char *name;
	bool ours; /* its tests work here */
} plugins[] = {
	{ "ASN", false },
	{ "AWL", false },
	{ "AccessDB", false },
	{ "AntiVirus", false },
	{ "AskDNS", false },
	{ "AuthRes", false },
	{ "AutoLearnThreshold", false },
	{ "Bayes", false },
	{ "BodyEval", true },
	{ "BodyRuleBaseExtractor", false },
	{ "Check", true },
	{ "DCC", false },
	{ "DKIM", false },
	{ "DMARC", false },
	{ "DNSEval", false },
	{ "DecodeShortURLs", false },
	{ "ExtractText", false },
	{ "FreeMail", true },
	{ "FromNameSpoof", true },
	{ "HTMLEval", true },
	{ "HTTPSMismatch", true },
	{ "HashBL", false },
	{ "HashCash", false },
	{ "HeaderEval", true },
	{ "ImageInfo", true },
	{ "MIMEEval", true },
	{ "MIMEHeader", true },
	{ "OLEVBMacro", false },
	{ "OneLineBodyRuleType", false },
	{ "PDFInfo", true },
	{ "Phishing", false },
	{ "Pyzor", false },
	{ "Razor2", false },
	{ "RelayCountry", false },
	{ "RelayEval", true },
	{ "ReplaceTags", true },
	{ "ResourceLimits", false },
	{ "Reuse", false },
	{ "Rule2XSBody", false },
	{ "SPF", false },
	{ "Shortcircuit", false },
	{ "SpamCop", false },
	{ "TextCat", false },
	{ "TxRep", false },
	{ "URIDNSBL", false },
	{ "URIDetail", true },
	{ "URIEval", true },
	{ "URILocalBL", false },
	{ "VBounce", true },
	{ "WLBLEval", true },
	{ "WelcomeListSubject", true },
};
#define PLUGINS (sizeof plugins / sizeof *plugins)

/* What can(…) and has(…) ask for; of a plugin only while it is there. */
static const struct {
	const char *plugin; /* "" = of the core */
	const char *name;
} features[] = {
	{ "", "feature_originating_ip_headers" },
	{ "", "feature_dns_local_ports_permit_avoid" },
	{ "", "feature_bayes_auto_learn_on_error" },
	{ "", "feature_uri_host_listed" },
	{ "", "feature_yesno_takes_args" },
	{ "", "feature_bug6558_free" },
	{ "", "feature_edns" },
	{ "", "feature_dns_query_restriction" },
	{ "", "feature_registryboundaries" },
	{ "", "feature_geodb" },
	{ "", "feature_dns_block_rule" },
	{ "", "feature_compile_regexp" },
	{ "", "feature_meta_rules_matching" },
	{ "", "feature_subjprefix" },
	{ "", "feature_bayes_stopwords" },
	{ "", "feature_get_host" },
	{ "", "feature_blocklist_welcomelist" },
	{ "", "feature_welcomelist_blocklist" },
	{ "", "feature_header_address_parser" },
	{ "", "feature_local_tests_only" },
	{ "", "feature_header_first_last" },
	{ "", "feature_header_match_many" },
	{ "", "feature_capture_rules" },
	{ "", "has_tflags_nosubject" },
	{ "", "has_tflags_nolog" },
	{ "", "perl_min_version_5010000" },
	{ "ASN", "has_asn_lookup_ipv6" },
	{ "ASN", "has_check_asn" },
	{ "AskDNS", "has_tag_header" },
	{ "BodyEval", "has_check_body_length" },
	{ "BodyEval", "has_plaintext_body_sig_ratio" },
	{ "DKIM", "has_arc" },
	{ "DNSEval", "has_tflags_domains_only" },
	{ "DNSEval", "has_tflags_ips_only" },
	{ "DecodeShortURLs", "has_short_url" },
	{ "DecodeShortURLs", "has_short_url_code" },
	{ "DecodeShortURLs", "has_short_url_redir" },
	{ "DecodeShortURLs", "has_get" },
	{ "DecodeShortURLs", "has_clear" },
	{ "HashBL", "has_hashbl_bodyre" },
	{ "HashBL", "has_hashbl_emails" },
	{ "HashBL", "has_hashbl_uris" },
	{ "MIMEEval", "has_check_for_ascii_text_illegal" },
	{ "MIMEEval", "has_check_abundant_unicode_ratio" },
	{ "MIMEEval", "has_check_qp_ratio" },
	{ "MIMEHeader", "has_all_header" },
	{ "MIMEHeader", "has_tflags_range" },
	{ "MIMEHeader", "has_tflags_concat" },
	{ "MIMEHeader", "has_tflags_multiple" },
	{ "MIMEHeader", "has_capture_rules" },
	{ "OLEVBMacro", "has_olemacro_redirect_uri" },
	{ "OLEVBMacro", "has_olemacro_mhtml_uri" },
	{ "Razor2", "has_fork" },
	{ "Pyzor", "has_fork" },
	{ "SPF", "has_check_for_spf_errors" },
	{ "SPF", "has_check_spf_skipped_noenvfrom" },
	{ "URIDNSBL", "has_tflags_domains_only" },
	{ "URIDNSBL", "has_subtest_for_ranges" },
	{ "URIDNSBL", "has_uridnsbl_for_a" },
	{ "URIDNSBL", "has_uridnsbl_a_ns" },
	{ "URIDetail", "has_host_key" },
};

/* Row of the plugin, or PLUGINS. */
static size_t
plugin_row(struct slice name)
{
	if (!slice_starts(name, SLICE(PLUGIN)))
		return PLUGINS;
	name = slice_skip(name, SLICE(PLUGIN).len);
	if (slice_eq(name, SLICE("Dmarc")))
		name = SLICE("DMARC");
	if (slice_eq(name, SLICE("WhiteListSubject")))
		name = SLICE("WelcomeListSubject");
	for (size_t i = 0; i < PLUGINS; i++)
		if (slice_eq(name, slice_str(plugins[i].name)))
			return i;
	return PLUGINS;
}

bool
conditions_load(struct conditions *c, struct slice plugin)
{
	size_t row = plugin_row(plugin);
	c->loads = true;
	if (row < PLUGINS)
		c->loaded |= UINT64_C(1) << row;
	return row < PLUGINS;
}

bool
conditions_plugin(const struct conditions *c, struct slice plugin)
{
	size_t row = plugin_row(plugin);
	if (row == PLUGINS)
		return false;
	return c->loads ? (c->loaded >> row & 1) != 0 : plugins[row].ours;
}

static bool
has_feature(const struct conditions *c, struct slice name)
{
	char plugin[128];
	if (slice_eq(name, SLICE(CORE "compat_welcomelist_blocklist")))
		return c->compat;
	for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
		struct slice rest = name, feature = slice_str(features[i].name);
		bool core = features[i].plugin[0] == '\0';
		struct slice front = core ? SLICE(CORE) : SLICE(PLUGIN);
		if (!slice_starts(rest, front))
			continue;
		rest = slice_skip(rest, front.len);
		struct slice module = slice_str(features[i].plugin);
		if (!core) {
			if (!slice_starts(rest, module) ||
				!slice_starts(slice_skip(rest, module.len), SLICE("::")))
				continue;
			rest = slice_skip(rest, module.len + 2);
		}
		if (!slice_eq(rest, feature))
			continue;
		size_t len = front.len + module.len;
		memcpy(plugin, name.ptr, len);
		return core || conditions_plugin(c, slice_of(plugin, len));
	}
	return false;
}

static bool
in_word(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '_' || c == ':' || c == '.';
}

static size_t
word_end(struct slice s, size_t at)
{
	while (at < s.len && in_word(s.ptr[at]))
		at++;
	return at;
}

/* "plugin (X)" at `at`: the length of all of it, and the answer; 0 if it is no such question. */
static size_t
take_question(const struct conditions *c, struct slice s, size_t at, bool *answer)
{
	size_t end = word_end(s, at), open = end;
	struct slice asks = slice_skip(slice_take(s, end), at);
	while (open < s.len && chars_is(s.ptr[open], CHAR_SPACE))
		open++;
	size_t close = slice_index(slice_skip(s, open), ')') + open;
	if (open >= s.len || s.ptr[open] != '(' || close >= s.len)
		return 0;
	struct slice about = slice_trim(slice_skip(slice_take(s, close), open + 1));
	if (slice_eq(asks, SLICE("plugin")))
		*answer = conditions_plugin(c, about);
	else if (slice_eq(asks, SLICE("can")) || slice_eq(asks, SLICE("has")))
		*answer = has_feature(c, about);
	else
		return 0;
	return close + 1 - at;
}

static const struct {
	const char *name;
	double value;
} numbers[] = {
	{ "version", 4.000001 },
	{ "perl_version", 5.036000 },
	{ "local_tests_only", 1 },
};

static int
resolve(struct expr *e, struct slice text, size_t *at, struct err *err)
{
	for (size_t i = 0; i < e->steps_count; i++) {
		struct expr_step *step = &e->steps[i];
		bool known = step->op != EXPR_NAME;
		for (size_t n = 0; !known && n < sizeof numbers / sizeof *numbers; n++) {
			if (!slice_eq(step->name, slice_str(numbers[n].name)))
				continue;
			step->op = EXPR_NUMBER;
			step->number = numbers[n].value;
			known = true;
		}
		if (known)
			continue;
		*at = (size_t)(step->name.ptr - text.ptr);
		return err_set(err,
			"'%.*s': use version, perl_version, local_tests_only, plugin(…), can(…) or "
			"has(…)",
			(int)slice_take(step->name, 40).len, (const char *)step->name.ptr);
	}
	return 0;
}

static double
nothing(void *ctx, size_t rule)
{
	(void)ctx;
	(void)rule;
	return 0;
}

/* Each question is overwritten by its answer and spaces, so that places stay what they are. */
int
conditions_test(const struct conditions *c, struct slice text, struct arena *arena, size_t *at,
	struct err *err)
{
	struct slice copy = arena_copy(arena, text);
	struct expr e;
	uint8_t *out = (uint8_t *)(uintptr_t)copy.ptr;
	*at = 0;
	for (size_t i = 0; i < copy.len;) {
		bool answer;
		size_t n = in_word(text.ptr[i]) ? take_question(c, text, i, &answer) : 0;
		if (n > 0) {
			memset(out + i, ' ', n);
			out[i] = answer ? '1' : '0';
			i += n;
		} else {
			size_t end = word_end(text, i);
			i = end > i ? end : i + 1;
		}
	}
	if (expr_parse(copy, arena, &e, err) < 0) {
		*at = e.fault;
		return -1;
	}
	return resolve(&e, copy, at, err) < 0 ? -1 : expr_value(&e, nothing, NULL) != 0;
}
