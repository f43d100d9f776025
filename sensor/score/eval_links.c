/* SpamAssassin's tests on links (Mail::SpamAssassin::Plugin::HTTPSMismatch, URIEval, and the hosts
 * of WLBLEval). */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/eval.h"

/* What is left of s behind "https:" (or "http:" where tls does not matter), or nothing. */
static bool
behind_scheme(struct slice s, bool tls, struct slice *rest)
{
	bool secure = slice_istarts(s, SLICE("https:"));
	if (!secure && (tls || !slice_istarts(s, SLICE("http:"))))
		return false;
	*rest = slice_skip(s, secure ? 6 : 5);
	return true;
}

/* Up to the first of white space, "/", ":", "?", "#". */
static struct slice
host_front(struct slice s)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] > ' ' && strchr("/:?#", s.ptr[n]) == NULL)
		n++;
	return slice_take(s, n);
}

/* The registered domain of a host, or the address; empty if it is no known name. */
static struct slice
site_of(const struct rule_input *in, struct slice host)
{
	const struct domain_lists *lists = input_domains(in);
	if (host.len == 0 || host.len > DOMAIN_MOST)
		return SLICE_EMPTY;
	host = domain_ascii(host, in->arena);
	if (domain_is_address(host))
		return host;
	struct slice domain = domain_registered(host, lists);
	return domain_known(domain, lists) ? domain : SLICE_EMPTY;
}

/* The site that a link leads to, unless it is an address. */
static struct slice
link_site(const struct rule_input *in, const struct html_link *link)
{
	struct slice rest;
	if (!behind_scheme(link->uri, false, &rest) || !slice_starts(rest, SLICE("//")))
		return SLICE_EMPTY;
	struct slice host = host_front(slice_skip(rest, 2));
	bool valid = domain_valid(host) && !domain_is_address(host);
	return valid ? site_of(in, host) : SLICE_EMPTY;
}

/* An anchor's text names a secure site that is another one. */
static bool
shows_other(const struct rule_input *in, struct slice anchor, struct slice site)
{
	size_t at = slice_ifind(anchor, SLICE("https://"));
	struct slice shown = site_of(in, host_front(slice_skip(anchor, at + 8)));
	return shown.len > 0 && !slice_eq(shown, site);
}

static bool
test_https_http(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double least = eval_number(arguments, 0, 1), most = eval_number(arguments, 1, 0);
	for (size_t i = 0; i < text->html_count; i++) {
		const struct html_facts *f = &text->html[i];
		bool hit = false;
		double anchors = 0;
		for (size_t k = 0; k < f->links_count; k++) {
			const struct html_link *link = &f->links[k];
			struct slice site =
				link->anchors_count == 0 ? SLICE_EMPTY : link_site(in, link);
			anchors += site.len > 0;
			for (size_t n = 0; n < link->anchors_count && site.len > 0; n++)
				hit = hit || shows_other(in, link->anchors[n], site);
		}
		if (hit && anchors >= least && (arguments->count < 2 || anchors < most))
			return true;
	}
	return false;
}

/* "https:", any number of slashes, perhaps a user, and four numbers with dots. */
static bool
leads_to_address(struct slice uri, bool tls)
{
	struct slice rest;
	if (!behind_scheme(uri, tls, &rest))
		return false;
	while (rest.len > 0 && rest.ptr[0] == '/')
		rest = slice_skip(rest, 1);
	struct slice front = slice_take(rest, slice_index(rest, '/'));
	size_t at = slice_index(front, '@');
	if (at > 0 && at < front.len)
		rest = slice_skip(rest, at + 1);
	for (int i = 0; i < 4; i++) {
		size_t n = 0;
		while (n < rest.len && chars_is(rest.ptr[n], CHAR_DIGIT))
			n++;
		if (n == 0 || (i < 3 && (n == rest.len || rest.ptr[n] != '.')))
			return false;
		rest = slice_skip(rest, n + 1);
	}
	return true;
}

static bool
test_https_ip(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	for (size_t i = 0; i < text->html_count; i++)
		for (size_t k = 0; k < text->html[i].links_count; k++) {
			const struct html_link *link = &text->html[i].links[k];
			if (link->anchors_count == 0 || !leads_to_address(link->uri, false))
				continue;
			for (size_t n = 0; n < link->anchors_count; n++) {
				struct slice shown = link->anchors[n];
				if (slice_ifind(shown, SLICE("https:")) < shown.len &&
					!leads_to_address(shown, true))
					return true;
			}
		}
	return false;
}

static bool
test_truncated(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return input_text(in)->uri_cut;
}

#define LABELS_MOST 11 /* of a name, from its end */

/* Does the list have the host, or what is right of one of its dots?  "!name" in it ends the search.
 */
static bool
host_listed(const struct rule_input *in, struct slice group, struct slice host)
{
	static const char list[] = "enlist_uri_host";
	size_t dots = 0;
	for (size_t i = 0; i < host.len; i++)
		dots += host.ptr[i] == '.';
	if (slice_starts(host, SLICE("[")) || domain_is_address(host))
		dots = 0;
	for (; dots >= LABELS_MOST; dots--)
		host = slice_skip(host, slice_index(host, '.') + 1);
	for (size_t left = dots + 1; left > 0; left--) {
		const char *no =
			arena_printf(in->arena, "!%.*s", (int)host.len, (const char *)host.ptr);
		if (settings_has(in->settings, list, group, slice_str(no)))
			return false;
		if (settings_has(in->settings, list, group, host))
			return true;
		host = slice_skip(host, slice_index(host, '.') + 1);
	}
	return false;
}

static bool
any_host_listed(const struct rule_input *in, struct slice group)
{
	const struct mail_text *text = input_text(in);
	struct slice any;
	if (!settings_word(in->settings, "enlist_uri_host", group, 0, &any))
		return false;
	for (size_t i = 0; i < text->links_count; i++) {
		const struct text_link *link = &text->links[i];
		if (slice_istarts(link->raw, SLICE("mailto:")))
			continue;
		for (size_t k = 0; k < link->hosts_count; k++)
			if (host_listed(in, group, link->hosts[k]))
				return true;
	}
	return false;
}

static bool
test_host_listed(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return any_host_listed(in, arguments->words[0]);
}

static bool
test_host_blocked(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return any_host_listed(in, SLICE("BLOCK"));
}

static bool
test_host_welcome(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return any_host_listed(in, SLICE("WELCOME"));
}

const struct eval evals_links[] = {
	{ "check_https_http_mismatch", 0, 2, 0, test_https_http },
	{ "check_https_ip_mismatch", 0, 0, 0, test_https_ip },
	{ "check_uri_truncated", 0, 0, 0, test_truncated },
	{ "check_uri_host_listed", 1, 1, 0, test_host_listed },
	{ "check_uri_host_in_blocklist", 0, 0, 0, test_host_blocked },
	{ "check_uri_host_in_blacklist", 0, 0, 0, test_host_blocked },
	{ "check_uri_host_in_welcomelist", 0, 0, 0, test_host_welcome },
	{ "check_uri_host_in_whitelist", 0, 0, 0, test_host_welcome },
	{ NULL, 0, 0, 0, NULL },
};
