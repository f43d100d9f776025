/* Mails that say they come from a provider, and do not look like its mails (SpamAssassin's
 * HeaderEval: check_for_forged_…).
 *
 * The shapes are how these providers' own Received fields read; most are of before 2010. */
#include <string.h>

#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"

static bool
test_fake_aol(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	static const char *const aol[] = { "/AOL-#.#.#)", "ESMTP id RELAY", "ESMTP id MAILRELAY",
		"ESMTP id MAILIN", NULL };
	struct slice received = field_received(in);
	return shape_ifind(received, " rly-&&%%.") && !shape_find_any(received, aol);
}

/* " qmail N invoked from network); N Mon N", or "invoked by" three to twenty bytes. */
static bool
qmail_invoked(struct slice received)
{
	if (shape_find(received, "qmail # invoked from network); # ??? #"))
		return true;
	for (;;) {
		received = slice_skip(received, slice_find(received, SLICE(" invoked by ")));
		if (received.len == 0)
			return false;
		received = slice_skip(received, 12);
		size_t n = slice_index(slice_take(received, 23), ')');
		if (n >= 3 && n <= 20 && shape_starts(slice_skip(received, n), "); # ??? #"))
			return true;
	}
}

/* One of the lines begins so. */
static bool
line_starts(struct slice text, const char *shape)
{
	while (text.len > 0) {
		if (shape_starts(text, shape))
			return true;
		slice_split(&text, '\n');
	}
	return false;
}

bool
gated_through_remover(const struct rule_input *in)
{
	struct slice list = field_get(in, "Mailing-List"), received = field_get(in, "Received");
	if (line_starts(list, "contact +@+; run by ezmlm\n") &&
		line_starts(field_get(in, "Delivered-To"), "mailing list +@+") &&
		qmail_invoked(received))
		return true;
	return !field_there(in, "Received") ||
	       shape_find(received, "from groups.msn.com (+.msn.com ");
}

static bool
test_gated(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return gated_through_remover(in);
}

/* Sent by an MSN group: its server, and the group's own name in Message-ID and envelope. */
static bool
msn_group(const struct rule_input *in)
{
	struct slice to = field_get(in, "To"), id = field_get(in, "Message-Id");
	size_t end = slice_ifind(to, SLICE("@groups.msn.com>")), start = end;
	if (end == to.len || !shape_find(field_get(in, "Received"),
				     "from mail pickup service by p%%?groups.msn.com!"))
		return false;
	while (start > 0 && to.ptr[start - 1] != '<')
		start--;
	struct slice name = slice_skip(slice_take(to, end), start);
	if (slice_eq(name, SLICE("notifications")))
		return shape_starts(id, "<+@p%%?groups.msn.com>");
	if (name.len == 0 || id.len <= name.len + 1 || id.ptr[0] != '<' ||
		!slice_starts(slice_skip(id, 1), name))
		return false;
	struct slice envelope = field_get(in, "EnvelopeFrom:addr");
	struct slice rest = slice_skip(envelope, slice_find(envelope, name) + name.len);
	return shape_starts(slice_skip(id, name.len + 1), "-+@groups.msn.com>") &&
	       slice_starts(rest, SLICE("-bounce@groups.msn.com"));
}

enum hotmail { HOTMAIL_FINE, HOTMAIL_FORGED, HOTMAIL_MISSING };

static bool
hotmail_relayed(struct slice received, bool has_ip, bool has_org)
{
	static const char *const with_ip[] = { "from hotmail?com (+.hotmail.com[ )]",
		"from hotmail?com (+.hotmail.msn.com[ )]", "from *.hotmail?com (+.hotmail.com[ )]",
		"from *.hotmail?com (+.hotmail.msn.com[ )]", "from *.hotmail?com ([~][ ):]",
		"from + by +.hotmail.com with HTTP;", "from + by +.hotmail.msn.com with HTTP;",
		NULL };
	static const char *const with_org[] = {
		"from *.outbound.protection.outlook.com (+.outbound.protection.outlook.com[ )]",
		"from *.eurprd#.prod.outlook.com (~)", "from *.namprd#.prod.outlook.com (~)", NULL
	};
	return (has_ip && shape_find_any(received, with_ip)) ||
	       (has_org && shape_find_any(received, with_org));
}

static bool
ends_in(struct slice address, const char *domain)
{
	size_t n = strlen(domain);
	if (!slice_iends(address, slice_str(domain)))
		return false;
	return address.len == n || !shape_starts(slice_skip(address, address.len - n - 1), "^");
}

static enum hotmail
hotmail(const struct rule_input *in)
{
	static const char *const says[] = { "from *hotmail.com!", "HELO *hotmail.com!",
		"helo=*hotmail.com!", NULL };
	struct slice received = field_received(in);
	struct slice org = field_get(in, "X-OriginatorOrg");
	bool from = ends_in(field_get(in, "From:addr"), "hotmail.com");
	if (!from && slice_find(received, SLICE("hotmail.com")) == received.len)
		return HOTMAIL_FINE;
	if (shape_find(
		    received, "from mail pickup service by hotmail.com with Microsoft SMTPSVC;") ||
		msn_group(in))
		return HOTMAIL_FINE;
	bool has_ip = shape_find(field_get(in, "X-Originating-Ip"), "~");
	bool has_org = slice_find(org, SLICE("hotmail.com")) < org.len ||
		       slice_find(org, SLICE("msonline-outlook")) < org.len;
	if (gated_through_remover(in) || hotmail_relayed(received, has_ip, has_org) ||
		(has_ip && shape_find(received, "from [66.218?+] by +.yahoo.com")))
		return HOTMAIL_FINE;
	if (shape_find_any(received, says))
		return HOTMAIL_FORGED;
	return from ? HOTMAIL_MISSING : HOTMAIL_FINE;
}

static bool
test_hotmail_forged(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return hotmail(in) == HOTMAIL_FORGED;
}

static bool
test_hotmail_missing(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return hotmail(in) == HOTMAIL_MISSING;
}

static bool
test_eudoramail(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return ends_in(field_get(in, "From:addr"), "eudoramail.com") &&
	       !gated_through_remover(in) &&
	       !(shape_find(field_received(in), "by *whowhere?com;") &&
		       shape_find(field_get(in, "X-Sender-Ip"), "~"));
}

/* Yahoo's own servers among the trusted relays, or just before them. */
static bool
yahoo_relayed(const struct rule_input *in)
{
	const struct relays *r = input_relays(in);
	for (size_t i = 0; i < r->relays_count && i <= r->trusted_count; i++) {
		struct slice rdns = slice_str(r->relays[i].rdns);
		if (rdns.len > 10 && slice_iends(rdns, SLICE(".yahoo.com")))
			return true;
	}
	return false;
}

static bool
test_yahoo(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	static const char *const own[] = { "by web+.mail*.yahoo.com via HTTP",
		"by sonic+.consmr.mail*.yahoo.com with HTTP", "by smtp+.yahoo.com with SMTP",
		"from [~] by +.groups.yahoo.com with NNFMP",
		"from [~] by +.scd.yahoo.com with NNFMP", "from [~] by +.dcn.yahoo.com with NNFMP",
		"by ^.^.yahoo.com (#.#.#/#.#.#) id ^",
		"by ^.^.yahoo.com (#.#.#/#.#.#) with ESMTP id ^", NULL };
	struct slice from = field_get(in, "From:addr"), received = field_received(in);
	if (!ends_in(from, "yahoo.com"))
		return false;
	if (field_there(in, "Resent-From") && field_there(in, "Resent-To") &&
		field_there(in, "X-Received"))
		received = field_get(in, "X-Received");
	if (gated_through_remover(in) || yahoo_relayed(in) || shape_find_any(received, own))
		return false;
	return !(shape_find(received, "!mailer#.bulk.scd.yahoo.com!") &&
		 slice_iends(from, SLICE("@reply.yahoo.com")));
}

static bool
test_juno(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	static const char *const own[] = { "from`!juno.com`[[(]~[])]`by",
		"from`!untd.com`[[(]~[])]`by", " cookie.juno.com ", " cookie.untd.com ", NULL };
	struct slice received = field_get(in, "Received"), mailer = field_get(in, "X-Mailer");
	if (!ends_in(field_get(in, "From:addr"), "juno.com") || gated_through_remover(in))
		return false;
	if (field_there(in, "X-Originating-IP"))
		return !shape_find_any(received, own) ||
		       slice_find(mailer, SLICE("Juno ")) == mailer.len;
	/* what else Juno sent had no X-Originating-IP, and one is asked for: never right */
	return true;
}

static bool
test_gmail(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	enum { STATE_LEAST = 60 }; /* bytes of the two fields that Google signs */
	struct slice newer = field_get(in, "X-Received");
	if (!ends_in(field_get(in, "From:addr"), "gmail.com") ||
		shape_find(newer, "by 10.+ with SMTP id +") ||
		shape_find(newer, "by 2002:a%%:^:+ with SMTP id +") ||
		shape_find(field_get(in, "Received"), "by smtp.googlemail.com with ESMTPSA id +"))
		return false;
	return field_get(in, "X-Gm-Message-State").len < STATE_LEAST ||
	       field_get(in, "X-Google-Smtp-Source").len < STATE_LEAST;
}

const struct eval evals_forged[] = {
	{ "check_for_fake_aol_relay_in_rcvd", 0, 0, 0, test_fake_aol },
	{ "gated_through_received_hdr_remover", 0, 0, 0, test_gated },
	{ "check_for_forged_hotmail_received_headers", 0, 0, 0, test_hotmail_forged },
	{ "check_for_no_hotmail_received_headers", 0, 0, 0, test_hotmail_missing },
	{ "check_for_forged_eudoramail_received_headers", 0, 0, 0, test_eudoramail },
	{ "check_for_forged_yahoo_received_headers", 0, 0, 0, test_yahoo },
	{ "check_for_forged_juno_received_headers", 0, 0, 0, test_juno },
	{ "check_for_forged_gmail_received_headers", 0, 0, 0, test_gmail },
	{ NULL, 0, 0, 0, NULL },
};
