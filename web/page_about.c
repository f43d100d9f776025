/* /about: what this is, what is stored, for how long, and who may see what. */
#include "web/page.h"
#include "web/route.h"
#include "web/site.h"

struct about {
	const char *title;
	const char *text[4];
};

static const struct about before[] = {
	{ N_("What this is"),
		{ N_("heloscope listens to a copy of the mail traffic (a mirror port), rebuilds "
		     "every SMTP session, and says which hosts are on a blocklist or about to be, "
		     "why, and what to do. It sends nothing into the network it watches."),
			N_("A verdict is a judgement from what was seen, not a proof. Each one "
			   "comes with its evidence, and with what the sensor could not see.") } },
};

static const struct about after[] = {
	{ N_("What leaves this network"),
		{ N_("Nothing, unless the administrator has switched it on: look-ups ask "
		     "blocklists about addresses of hosts ([lookup]), and alerts tell changes of "
		     "verdicts to the targets that are configured ([alert …]). The pages load "
		     "nothing from other servers.") } },
	{ N_("What cannot be seen"),
		{ N_("After STARTTLS, or on port 465, only names, addresses, sizes and times "
		     "remain; the greeting and the refusals before it are still seen."),
			N_("What the mirror port does not deliver is not seen either. The sensor "
			   "counts such holes, and the overview says when they are too many.") } },
	{ N_("Downloads"),
		{ N_("Every table has a CSV and a JSON link that keeps the filters of the page. In "
		     "CSV, a cell that a spreadsheet would run as a formula has an apostrophe in "
		     "front."),
			N_("/healthz answers ok when the store can be read.") } },
};

static void
begin(struct html *h, const char *title)
{
	h_class(h, "section", "card prose");
	h_element(h, "h2", NULL, title);
}

static void
add_sections(struct html *h, const struct about *sections, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		begin(h, T(h, sections[i].title));
		for (size_t k = 0; k < 4 && sections[i].text[k] != NULL; k++)
			h_element(h, "p", NULL, T(h, sections[i].text[k]));
		h_close(h);
	}
}

static void
add_stored(struct html *h, const struct site *site)
{
	begin(h, T(h, "What is stored"));
	h_element(h, "p", NULL,
		T(h, "Of each session: addresses, times, names given in HELO, the server's "
		     "replies, "
		     "sizes. Of each mail: the envelope, some header fields, the types and sizes "
		     "of "
		     "its parts, the rules that matched."));
	h_element(h, "p", NULL,
		T(h, "Never the text of a mail, never a password or what follows AUTH: these are "
		     "dropped while they are read."));
	h_element(h, "p", NULL,
		site->privacy_off
			? T(h, "Recipients are stored in clear: the administrator has switched the "
			       "keyed hash off ([privacy] mode).")
			: T(h, "The local part of recipients is stored as a keyed hash, so that "
			       "the "
			       "same person can be counted but not named."));
	h_close(h);
}

/* ---- for how long ---- */

static void
add_days(struct html *h, const char *what, int days)
{
	part_fact(h, what,
		days == 0  ? T(h, "for ever")
		: days < 0 ? T(h, "not known here: see [store] in the configuration")
			   : h_words(h, TN(h, "%d day", "%d days", days), days));
}

static void
add_keeping(struct html *h, const struct request *r)
{
	const struct site *site = r->site;

	begin(h, T(h, "For how long, and where"));
	h_class(h, "dl", "facts wide");
	add_days(h, T(h, "Sessions and mails"), site->keep_sessions_days);
	add_days(h, T(h, "Hourly numbers"), site->keep_hours_days);
	add_days(h, T(h, "Evidence: replies that refuse"), site->keep_evidence_days);
	part_fact(h, T(h, "File"), pool_path(r->pool));
	h_close(h);
	h_element(h, "p", NULL,
		T(h, "Everything is kept in this one file on this machine. What is older is "
		     "deleted "
		     "by the sensor, or by `heloscope db prune`."));
	h_element(h, "p", NULL,
		T(h, "The report opens the store for reading only. What people do here (cases, "
		     "notes, looks at evidence) is written by the sensor's collector, with a line "
		     "in the audit log."));
	h_close(h);
}

/* ---- who ---- */

static void
add_viewers(struct html *h, const struct request *r)
{
	static const char *const heads[] = { N_("Role"), N_("May see and do"), NULL };
	static const struct {
		const char *role, *may;
	} roles[] = {
		{ N_("reader"),
			N_("Hosts, verdicts, lists, sums, sessions and mails; the local parts of "
			   "mail addresses and the subjects are masked.") },
		{ N_("analyst"),
			N_("Also evidence in full, downloads, complaints and cases. Each look at "
			   "evidence becomes a line of the audit log.") },
		{ N_("admin"), N_("Also the audit log.") },
	};

	begin(h, T(h, "Who may see what"));
	part_table(h, T(h, "Roles"), heads);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		h_open(h, "tr");
		h_element(h, "td", "text", T(h, roles[i].role));
		h_element(h, "td", "long", T(h, roles[i].may));
		h_close(h);
	}
	part_table_end(h);
	h_element(h, "p", NULL,
		r->site->has_users
			? T(h, "Whoever looks has signed in; the administrator gives the roles.")
			: T(h, "No users are configured: this report answers to this machine "
			       "alone, "
			       "and whoever works here is an admin."));
	if (r->viewer.name[0] != '\0') {
		h_open(h, "p");
		h_format(h, T(h, "You are %s, with the role %s."), r->viewer.name,
			T(h, access_word(r->viewer.access)));
		h_close(h);
	}
	h_close(h);
}

void
page_about(struct request *r, struct answer *a)
{
	struct html h;

	page_begin(&h, r, a, T(r, "About"));
	h_class(&h, "div", "title");
	h_element(&h, "h1", NULL, T(&h, "About this report"));
	h_close(&h);
	add_sections(&h, before, sizeof before / sizeof *before);
	add_stored(&h, r->site);
	add_keeping(&h, r);
	add_viewers(&h, r);
	add_sections(&h, after, sizeof after / sizeof *after);
	page_end(&h, r);
}
