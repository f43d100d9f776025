/* Tests that say no wherever nothing is asked of the network and nothing is learned, in
 * SpamAssassin too: they are known, so that rules with them load.
 *
 * Their rules have `tflags net` or `learn`, and are not run at all by a checker with local tests
 * only (spamassassin -L). */
#include "sensor/score/eval.h"

static bool
test_never(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)in;
	(void)arguments;
	return false;
}

#define NEVER(name)                                                                                \
	{                                                                                          \
		name, 0, EVAL_ARGUMENTS, 0, test_never                                             \
	}

const struct eval evals_never[] = {
	/* blocklists in the DNS, by address, name, or digest */
	NEVER("check_rbl"),
	NEVER("check_rbl_accreditor"),
	NEVER("check_rbl_envfrom"),
	NEVER("check_rbl_from_domain"),
	NEVER("check_rbl_from_host"),
	NEVER("check_rbl_headers"),
	NEVER("check_rbl_ns_from"),
	NEVER("check_rbl_rcvd"),
	NEVER("check_rbl_sub"),
	NEVER("check_rbl_txt"),
	NEVER("check_dns_sender"),
	NEVER("check_uridnsbl"),
	NEVER("check_hashbl_attachments"),
	NEVER("check_hashbl_bodyre"),
	NEVER("check_hashbl_emails"),
	NEVER("check_hashbl_tag"),
	NEVER("check_hashbl_uris"),
	NEVER("check_uri_local_bl"),
	/* digests that other sites know */
	NEVER("check_pyzor"),
	NEVER("check_razor2"),
	NEVER("check_razor2_range"),
	NEVER("check_dcc"),
	NEVER("check_dcc_reputation_range"),
	/* SPF, DKIM, ARC, DMARC: policies and keys are in the DNS */
	NEVER("check_for_spf_fail"),
	NEVER("check_for_spf_helo_fail"),
	NEVER("check_for_spf_helo_neutral"),
	NEVER("check_for_spf_helo_none"),
	NEVER("check_for_spf_helo_pass"),
	NEVER("check_for_spf_helo_permerror"),
	NEVER("check_for_spf_helo_softfail"),
	NEVER("check_for_spf_helo_temperror"),
	NEVER("check_for_spf_neutral"),
	NEVER("check_for_spf_none"),
	NEVER("check_for_spf_pass"),
	NEVER("check_for_spf_permerror"),
	NEVER("check_for_spf_skipped_noenvfrom"),
	NEVER("check_for_spf_softfail"),
	NEVER("check_for_spf_temperror"),
	NEVER("check_for_spf_welcomelist_from"),
	NEVER("check_for_spf_whitelist_from"),
	NEVER("check_for_def_spf_welcomelist_from"),
	NEVER("check_for_def_spf_whitelist_from"),
	NEVER("check_spf_skipped_noenvfrom"),
	NEVER("check_arc_signed"),
	NEVER("check_arc_valid"),
	NEVER("check_dkim_adsp"),
	NEVER("check_dkim_dependable"),
	NEVER("check_dkim_signall"),
	NEVER("check_dkim_signed"),
	NEVER("check_dkim_signsome"),
	NEVER("check_dkim_testing"),
	NEVER("check_dkim_valid"),
	NEVER("check_dkim_valid_author_sig"),
	NEVER("check_dkim_valid_envelopefrom"),
	NEVER("check_for_dkim_welcomelist_from"),
	NEVER("check_for_dkim_whitelist_from"),
	NEVER("check_for_def_dkim_welcomelist_from"),
	NEVER("check_for_def_dkim_whitelist_from"),
	NEVER("check_dmarc_missing"),
	NEVER("check_dmarc_none"),
	NEVER("check_dmarc_pass"),
	NEVER("check_dmarc_quarantine"),
	NEVER("check_dmarc_reject"),
	/* what was learned of earlier mails; nothing is kept of any here */
	NEVER("check_bayes"),
	NEVER("check_from_in_auto_welcomelist"),
	NEVER("check_from_in_auto_whitelist"),
	NEVER("check_senders_reputation"),
	/* a data base of the mail server's */
	NEVER("check_access_database"),
	/* leaves of a rule set early: every rule is decided here */
	NEVER("check_shortcircuit"),
	{ NULL, 0, 0, 0, NULL },
};
