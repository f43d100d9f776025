#include "sensor/score/input.h"

const struct mail_text *
input_text(const struct rule_input *in)
{
	if (in->message->text != NULL)
		return in->message->text;
	if (!in->kept->has_text)
		mail_text(in->message, in->arena, &in->kept->text);
	in->kept->has_text = true;
	return &in->kept->text;
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
