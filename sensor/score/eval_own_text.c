/* heloscope's own tests: subject, text and links of a message as sent. */
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"
#include "sensor/score/target_text.h"

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= 0x80)
			return false;
	return true;
}

/* "V I A G R A", "L.O.T.T.O": four or more letters, one after the other, with a single space, dot,
 * hyphen, star or underscore between. */
static bool
test_subject_spaced(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice s = slice_trim(sent_get(in, "Subject"));
	double least = eval_number(arguments, 0, 4);
	size_t run = 0;
	for (size_t i = 0; i < s.len; i++) {
		bool letter = chars_is(s.ptr[i], CHAR_ALPHA);
		bool alone = i + 1 == s.len || strchr(" .-*_!?", s.ptr[i + 1]) != NULL;
		if (!letter || !alone) {
			run = 0;
			continue;
		}
		run++;
		if ((double)run >= least)
			return true;
		i++;
	}
	return false;
}

/* Encoded words (RFC 2047 1: for text other than US-ASCII) around nothing but US-ASCII. */
static bool
test_subject_encoded_needlessly(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice raw = sent_get(in, "Subject:raw"), text = slice_trim(sent_get(in, "Subject"));
	return slice_find(raw, SLICE("=?")) < raw.len && text.len > 0 && is_ascii(text) &&
	       slice_find(text, SLICE("=?")) == text.len;
}

/* html_hidden_text(bytes): at least so much text that HTML hides from the reader. */
static bool
test_html_hidden_text(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double bytes = 0;
	for (size_t i = 0; i < text->html_count; i++)
		bytes += (double)text->html[i].hidden_bytes;
	return bytes >= eval_number(arguments, 0, 200);
}

/* html_tiny_text(bytes): at least so much in letters too small to read. */
static bool
test_html_tiny_text(const struct rule_input *in, const struct eval_arguments *arguments)
{
	const struct mail_text *text = input_text(in);
	double bytes = 0;
	for (size_t i = 0; i < text->html_count; i++)
		bytes += (double)text->html[i].tiny_bytes;
	return bytes >= eval_number(arguments, 0, 200);
}

static bool
is_web(const struct text_link *link)
{
	return slice_istarts(link->raw, SLICE("http")) && link->hosts_count > 0;
}

/* A link that shows the name of another site than the one that it leads to. */
static bool
test_html_link_mismatch(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	for (size_t i = 0; i < text->links_count; i++) {
		const struct text_link *link = &text->links[i];
		for (size_t k = 0; is_web(link) && k < link->anchors_count; k++) {
			struct slice shown = slice_trim(link->anchors[k]);
			if (!slice_istarts(shown, SLICE("http")) &&
				!slice_istarts(shown, SLICE("www.")))
				continue;
			struct slice host = target_text_host(shown, false);
			if (host.len > 0 && !same_organisation(host, link->hosts[0], in))
				return true;
		}
	}
	return false;
}

/* A link to an address of the Internet instead of a name. */
static bool
test_url_numeric(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	struct addr addr;
	for (size_t i = 0; i < text->links_count; i++)
		for (size_t k = 0; is_web(&text->links[i]) && k < text->links[i].hosts_count; k++)
			if (addr_parse(text->links[i].hosts[k], &addr) == 0)
				return true;
	return false;
}

/* There are links, and none leads to the sender's organisation. */
static bool
test_url_domain_unlike_from(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	const struct mail_text *text = input_text(in);
	struct slice from = address_domain(sent_get(in, "From:addr"));
	bool any = false;
	for (size_t i = 0; i < text->links_count; i++)
		for (size_t k = 0; is_web(&text->links[i]) && k < text->links[i].hosts_count; k++) {
			if (same_organisation(text->links[i].hosts[k], from, in))
				return false;
			any = true;
		}
	return any && from.len > 0;
}

static bool
test_urls_at_least(const struct rule_input *in, const struct eval_arguments *arguments)
{
	return (double)in->message->urls_count >= eval_number(arguments, 0, 1);
}

/* Message-ID made by another organisation than the author's, the envelope's sender's and the
 * client's. */
static bool
test_message_id_domain(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	struct slice id = slice_trim(sent_get(in, "Message-ID"));
	struct slice from = address_domain(sent_get(in, "From:addr"));
	if (id.len > 0 && id.ptr[id.len - 1] == '>')
		id.len--;
	struct slice host = address_domain(id);
	if (slice_index(host, '.') == host.len || from.len == 0 ||
		same_organisation(host, from, in) ||
		same_organisation(host, address_domain(slice_str(in->mail->mail_from)), in))
		return false;
	return in->session == NULL ||
	       !same_organisation(host, slice_str(in->session->helo_name), in);
}

const struct eval evals_own_text[] = {
	{ "subject_spaced", 0, 1, 0, test_subject_spaced },
	{ "subject_encoded_needlessly", 0, 0, 0, test_subject_encoded_needlessly },
	{ "html_hidden_text", 0, 1, 0, test_html_hidden_text },
	{ "html_tiny_text", 0, 1, 0, test_html_tiny_text },
	{ "html_link_mismatch", 0, 0, 0, test_html_link_mismatch },
	{ "url_numeric", 0, 0, 0, test_url_numeric },
	{ "url_domain_unlike_from", 0, 0, 0, test_url_domain_unlike_from },
	{ "urls_at_least", 0, 1, 0, test_urls_at_least },
	{ "message_id_domain_unlike_from", 0, 0, 0, test_message_id_domain },
	{ NULL, 0, 0, 0, NULL },
};
