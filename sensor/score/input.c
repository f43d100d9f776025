#include "sensor/score/input.h"

/* The lists of names that rule files bring, for the links of a text. */
static bool
names_have(const void *context, enum domain_list list, struct slice name)
{
	static const char *const lists[] = { "util_rb_tld", "util_rb_2tld", "util_rb_3tld" };
	return settings_has(context, lists[list], SLICE_EMPTY, name);
}

const struct domain_lists *
input_domains(const struct rule_input *in)
{
	struct slice any;
	in->kept->domains = (struct domain_lists){ names_have, in->settings };
	return settings_word(in->settings, "util_rb_tld", SLICE_EMPTY, 0, &any) ? &in->kept->domains
										: NULL;
}

const struct mail_text *
input_text(const struct rule_input *in)
{
	struct rule_input_kept *kept = in->kept;
	if (kept->has_text)
		return &kept->text;
	kept->has_text = true;
	if (in->message->text != NULL)
		kept->text = *in->message->text;
	else
		mail_text(in->message, in->arena, &kept->text);
	mail_text_links(&kept->text, in->message, input_domains(in), in->arena);
	return &kept->text;
}

const struct relays *
input_relays(const struct rule_input *in)
{
	if (!in->kept->has_relays)
		relays_read(in->delivered, in->settings, in->arena, &in->kept->relays);
	in->kept->has_relays = true;
	return &in->kept->relays;
}

struct eval_kept *
eval_kept(const struct rule_input *in)
{
	return &in->kept->evals;
}
