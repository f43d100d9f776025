/* Parts of the page of a host: who stands behind it, who would be cut off. */
#include "web/part_host.h"

#include <string.h>

#include "sensor/base/text.h"
#include "web/doc.h"
#include "web/page.h"

enum { DOMAINS_SHOWN = 12 };

static const struct {
	const char *word, *sentence;
} causes[] = {
	{ "open-relay", N_("It passes on mail of strangers to strangers: an open relay.") },
	{ "open-proxy", N_("Strangers send mail through it: an open proxy.") },
	{ "web-form", N_("A form on a web page of it sends mail to strangers.") },
	{ "php-script", N_("A PHP script on it sends the mail.") },
	{ "spam-bot", N_("Malware on it sends spam.") },
	{ "compromised-account", N_("Somebody sends through it with a stolen account.") },
	{ "batch-jobs", N_("Jobs on it send their results in bulk.") },
	{ "hand-typed", N_("Somebody types mail by hand on it.") },
	{ "mailing-list", N_("A mailing list on it sends to many.") },
	{ "backscatter", N_("It sends bounces and automatic answers to strangers.") },
	{ "forwarding", N_("It forwards mail, spam included.") },
	{ "dictionary-attack", N_("Addresses or passwords are guessed from it.") },
	{ "misconfigured-mta", N_("Its mail server is badly configured.") },
	{ "unknown", N_("What causes it is not known yet.") },
};
enum { CAUSES_KNOWN = sizeof causes / sizeof causes[0] };

const char *
cause_sentence(const char *word)
{
	size_t i = 0;
	while (i + 1 < CAUSES_KNOWN && strcmp(word, causes[i].word) != 0) {
		i++;
	}
	return causes[i].sentence;
}

const char *
part_short(struct html *h, const char *text)
{
	return text_clean(h->arena, slice_str(text), PART_SHORT_MAX);
}

const char *
part_long(struct html *h, const char *text)
{
	return text_clean(h->arena, slice_str(text), PART_LONG_MAX);
}

void
part_host_link(struct html *h, const char *address)
{
	if (address[0] == '\0') {
		return;
	}
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, "host", address, NULL));
	h_str(h, address);
	h_close(h);
}

void
part_behind(struct html *h, const struct node *host)
{
	static const char *const heads[] = { N_("Host"), N_("#Mails judged"), N_("#Of them spam"),
		NULL };
	int64_t clients = node_int(host, "clients");
	if (node_count(host, "behind") == 0 && clients <= 1) {
		return;
	}
	part_section(h, "behind", T(h, "Who stands behind it"));
	if (clients > 1) {
		h_open(h, "p");
		h_format(h, T(h, "About %s clients speak through this address."),
			part_number(h, clients));
		h_close(h);
	}
	if (node_count(host, "behind") > 0) {
		h_element(h, "p", "note",
			T(h, "Hosts of yours whose mail it sends on: where one of them has most of "
			     "the "
			     "spam, that one is to be mended."));
		part_table(h, T(h, "Hosts behind it"), heads);
		for (size_t i = 0; i < node_count(host, "behind"); i++) {
			const struct node *behind = node_item(host, "behind", i);
			h_open(h, "tr");
			h_open(h, "td");
			part_host_link(h, node_text(behind, "ip"));
			h_close(h);
			h_class(h, "td", "num");
			h_int(h, node_int(behind, "mails"));
			h_close(h);
			h_class(h, "td", "num");
			h_int(h, node_int(behind, "spam"));
			h_close_n(h, 2);
		}
		part_table_end(h);
	}
	h_close(h);
}

static void
add_domains(struct html *h, const struct node *cut)
{
	size_t count = node_count(cut, "domains");
	h_class(h, "td", "long");
	for (size_t i = 0; i < count && i < DOMAINS_SHOWN; i++) {
		h_str(h, i > 0 ? ", " : "");
		h_element(h, "bdi", NULL, node_text(node_item(cut, "domains", i), ""));
	}
	if (count > DOMAINS_SHOWN) {
		h_str(h, " ");
		h_format(h, TN(h, "and %zu more", "and %zu more", (int64_t)(count - DOMAINS_SHOWN)),
			count - DOMAINS_SHOWN);
	}
	h_close(h);
}

void
part_cut_off(struct html *h, const struct node *host)
{
	static const char *const heads[] = { N_("#Port"), N_("#Sessions"), N_("#Mails accepted"),
		N_("Mails accepted by"), NULL };
	if (node_count(host, "cut_off") == 0) {
		return;
	}
	part_section(h, "cut-off", T(h, "Who would be cut off"));
	h_element(h, "p", "note",
		T(h, "If a port of servers outside were closed for this host, this is what would "
		     "not have gone through. Domains are those of all ports together."));
	part_table(h, T(h, "Who would be cut off"), heads);
	for (size_t i = 0; i < node_count(host, "cut_off"); i++) {
		const struct node *cut = node_item(host, "cut_off", i);
		h_open(h, "tr");
		h_class(h, "td", "num");
		if (node_int(cut, "port") == 0) {
			h_str(h, T(h, "other"));
		} else {
			h_format(h, "%d", (int)node_int(cut, "port"));
		}
		h_close(h);
		h_class(h, "td", "num");
		h_int(h, node_int(cut, "sessions"));
		h_close(h);
		h_class(h, "td", "num");
		h_int(h, node_int(cut, "accepted"));
		h_close(h);
		add_domains(h, cut);
		h_close(h);
	}
	part_table_end(h);
	h_close(h);
}
