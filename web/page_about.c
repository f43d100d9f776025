/* /about: what this is, what is stored, and for how long. */
#include "web/page.h"
#include "web/route.h"

static const struct {
	const char *title;
	const char *text[4];
} sections[] = {
	{ "What this is", { "heloscope listens to a copy of the mail traffic (a mirror port), "
			    "rebuilds every SMTP session, and says which hosts are on "
			    "a blocklist or about to be, why, and what to do. It sends nothing "
			    "into the network it watches.",
				  "A verdict is a judgement from what was seen, not a proof. Each "
				  "one comes with its evidence, and with what the "
				  "sensor could not see." } },
	{ "What is stored",
		{ "Of each session: addresses, times, names given in HELO, the server's replies, "
		  "sizes. Of each mail: the envelope, some "
		  "header fields, the types and sizes of its parts, the rules that matched.",
			"Never the text of a mail, never a password or what follows AUTH: these "
			"are dropped while they are read.",
			"The local part of recipients is stored as a keyed hash, so that the same "
			"person can be counted but not named, "
			"unless the administrator has switched this off ([privacy] mode)." } },
	{ "For how long", { "As long as [store] in the configuration says: sessions and mails, "
			    "hourly numbers, and evidence each have their own time. "
			    "`heloscope db prune` deletes what is older.",
				  "The report itself cannot change or delete anything: it opens "
				  "the store for reading only." } },
	{ "What cannot be seen",
		{ "After STARTTLS, or on port 465, only names, addresses, sizes and times remain; "
		  "the greeting and the refusals before it "
		  "are still seen.",
			"What the mirror port does not deliver is not seen either. The sensor "
			"counts such holes, and the overview says "
			"when they are too many." } },
	{ "Downloads", { "Every table has a CSV and a JSON link that keeps the filters of the "
			 "page. In CSV, a cell that a spreadsheet would run as "
			 "a formula has an apostrophe in front.",
			       "/healthz answers ok when the store can be read." } },
};

void
page_about(struct request *r, struct answer *a)
{
	struct html h;
	page_begin(&h, r, a, "About");
	h_class(&h, "div", "title");
	h_element(&h, "h1", NULL, "About this report");
	h_close(&h);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		h_class(&h, "section", "card prose");
		h_element(&h, "h2", NULL, sections[i].title);
		for (size_t k = 0; k < 4 && sections[i].text[k] != NULL; k++) {
			h_element(&h, "p", NULL, sections[i].text[k]);
		}
		h_close(&h);
	}
	page_end(&h, r);
}
