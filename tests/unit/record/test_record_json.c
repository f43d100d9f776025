#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/recipient_sample.h"
#include "sensor/record_layout.h"

/* The contract, key by key: who reads these lines elsewhere relies on every name and on the
 * nesting. */

#define T0 INT64_C(1213239845000000000)
#define T1 INT64_C(1213239846500000000)

/* Quotes stand as ' in the expected text, which has none of its own. */
static void
expect(const struct layout *layout, const void *record, bool type, const char *want)
{
	struct buf out;
	struct json j;

	buf_init(&out, 100000);
	json_init(&j, &out);
	record_json(&j, layout, record, type);
	for (size_t i = 0; i < out.len; i++)
		if (out.ptr[i] == '"')
			out.ptr[i] = '\'';
	assert_string_equal(buf_cstr(&out), want);
	buf_release(&out);
}

static void
empty_session(void **state)
{
	struct session_record s = { .sensor = NULL };

	(void)state;
	record_init(&layout_session, &s);
	expect(&layout_session, &s, true,
		"{'type':'session','sensor':'','id':'','community_id':'','start':null,'end':null,"
		"'client':{'ip':null,'port':0},'server':{'ip':null,'port':0},'vlan':[],'encap':[],"
		"'direction':'unknown','visibility':'flow','protocol':'','banner':'','helo':{'verb'"
		":'','name':''}"
		","
		"'extensions':[],'tls':{'offered':false,'used':false,'implicit':false,'starttls':''"
		","
		"'version':'','sni':'','alpn':'','ja4':'','subject':'','names':[],"
		"'records_client':0,'records_server':0},'auth':{'mechanism':'','result':'','"
		"failures':0},"
		"'dialect':'','client_software':'','server_software':'',"
		"'bytes':{'client':0,'server':0},'gaps':{'count':0,'bytes':0},'one_sided':false,"
		"'midstream':false,'close':'eof','anomalies':[],'anomaly_counts':[],'replies':[],'"
		"mails':[],"
		"'cut':false}");
}

static void
session(void **state)
{
	int32_t vlan[] = { 100, 7 };
	const char *encap[] = { "ethernet", "802.1q" };
	const char *extensions[] = { "PIPELINING", "SIZE 52428800" };
	struct anomaly_seen anomalies[] = { { "bare-lf", 3, "RFC 5321 2.3.8" },
		{ "early-talker", 1, "RFC 5321 3.1" } };
	struct reply replies[] = {
		{ .to = "greeting",
			.code = 220,
			.enhanced = "",
			.class = REPLY_OK,
			.list = "",
			.text = "mx ESMTP",
			.time = T0 },
		{ .to = "RCPT",
			.code = 554,
			.enhanced = "5.7.1",
			.class = REPLY_LISTED,
			.list = "Spamhaus ZEN",
			.text = "blocked",
			.time = T1 },
	};
	struct mail_record mail = { .number = 1 };
	struct session_record s = { .start = T0, .end = T1 };

	(void)state;
	record_init(&layout_mail, &mail);
	record_init(&layout_session, &s);
	s.sensor = "edge";
	s.id = "0123456789abcdef";
	s.community_id = "1:x=";
	s.client = (struct endpoint){ addr_v4_number(0xC8885004), 40000 };
	s.server = (struct endpoint){ addr_v6((const uint8_t[16]){ 0x20, 1, 0xD, 0xB8, [15] = 25 }),
		25 };
	s.vlan = vlan;
	s.vlan_count = 2;
	s.encap = encap;
	s.encap_count = 2;
	s.direction = DIRECTION_OUTBOUND;
	s.visibility = VISIBILITY_CONTENT;
	s.protocol = "smtp";
	s.banner = "mx ESMTP";
	s.helo_verb = "EHLO";
	s.helo_name = "osg-ce";
	s.extensions = extensions;
	s.extensions_count = 2;
	s.tls.offered = true;
	s.tls.starttls = "offered";
	s.tls.version = "TLS 1.3";
	s.tls.sni = "mx.example.org";
	s.tls.ja4 = "t13d";
	s.tls.subject = "CN=mx";
	s.auth.mechanism = "PLAIN";
	s.auth.result = "fail";
	s.auth.failures = 2;
	s.dialect = "d1";
	s.client_software = "Postfix";
	s.server_software = "Exim";
	s.bytes_client = 1000;
	s.bytes_server = 200;
	s.gap_count = 1;
	s.gap_bytes = 1460;
	s.one_sided = s.midstream = s.open = s.cut = true;
	s.close = CLOSE_RESET;
	s.anomalies = anomalies;
	s.anomalies_count = 2;
	s.replies = replies;
	s.replies_count = 2;
	expect(&layout_session, &s, true,
		"{'type':'session','sensor':'edge','id':'0123456789abcdef','community_id':'1:x=',"
		"'start':'2008-06-12T03:04:05.000000Z','end':'2008-06-12T03:04:06.500000Z',"
		"'client':{'ip':'200.136.80.4','port':40000},"
		"'server':{'ip':'2001:db8::19','port':25},"
		"'vlan':[100,7],'encap':['ethernet','802.1q'],'direction':'outbound',"
		"'visibility':'content','protocol':'smtp','banner':'mx ESMTP',"
		"'helo':{'verb':'EHLO','name':'osg-ce'},'extensions':['PIPELINING','SIZE "
		"52428800'],"
		"'tls':{'offered':true,'used':false,'implicit':false,'starttls':'offered',"
		"'version':'TLS 1.3','sni':'mx.example.org','alpn':'','ja4':'t13d',"
		"'subject':'CN=mx','names':[],'records_client':0,'records_server':0},"
		"'auth':{'mechanism':'PLAIN','result':'fail','failures':2},'dialect':'d1',"
		"'client_software':'Postfix','server_software':'Exim',"
		"'bytes':{'client':1000,'server':200},'gaps':{'count':1,'bytes':1460},"
		"'one_sided':true,'midstream':true,'close':'reset',"
		"'anomalies':['bare-lf','early-talker'],"
		"'anomaly_counts':[{'name':'bare-lf','times':3,'breaks':'RFC 5321 2.3.8'},"
		"{'name':'early-talker','times':1,'breaks':'RFC 5321 3.1'}],"
		"'replies':[{'to':'greeting','code':220,'enhanced':'','class':'ok','list':'',"
		"'text':'mx ESMTP'},{'to':'RCPT','code':554,'enhanced':'5.7.1',"
		"'class':'listed-on-rbl','list':'Spamhaus ZEN','text':'blocked'}],'mails':[],"
		"'cut':true,'open':true}");

	/* Mails stand inside, without a type of their own. */
	struct buf out;
	struct json j;
	s.mails = &mail;
	s.mails_count = 1;
	buf_init(&out, 100000);
	json_init(&j, &out);
	record_json(&j, &layout_session, &s, true);
	assert_non_null(strstr(buf_cstr(&out), "\"mails\":[{\"session\":\"\",\"number\":1,"));
	buf_release(&out);
}

static void
judged(struct mail_record *m, struct hit *hit, const char **label, const char **gave_up)
{
	m->score = hit->score;
	m->hits = hit;
	m->hits_count = 1;
	m->labels = label;
	m->labels_count = 1;
	m->similar.text = "t";
	m->similar.near = "n";
	m->similar.subject = "s";
	m->gave_up = gave_up;
	m->gave_up_count = 1;
}

static void
mail(void **state)
{
	struct name_value params[] = { { "SIZE", "900" }, { "BODY", "8BITMIME" } };
	struct recipient rcpts[] = {
		recipient_sample("a@example.org", 250, "2.1.5", REPLY_OK, DISPOSITION_ACCEPTED),
		recipient_sample(
			"b@example.org", 550, "5.1.1", REPLY_USER_UNKNOWN, DISPOSITION_REJECTED),
	};
	struct received received = { "osg-ce", "osg-ce.local", "200.136.80.4", "mx", "ESMTP", "4F",
		"d", "h-1@example.org" };
	struct part part = { "text/plain", "base64", "a.txt", 12, "ab" };
	const char *urls[] = { "http://x/" };
	struct hit hit = { "MISSING_DATE", 1.4, "no Date field", "RFC 5322 3.6", 1,
		"20-headers.cf:7", "no Date" };
	const char *labels[] = { "php" };
	const char *gave_up[] = { "SLOW" };
	struct mail_record m = { .number = 2, .start = T0, .end = T1 };

	(void)state;
	record_init(&layout_mail, &m);
	m.session = "0123456789abcdef";
	m.mail_from = "root@osg-ce";
	m.params = params;
	m.params_count = 2;
	m.rcpts = rcpts;
	m.rcpts_count = 2;
	m.transfer = TRANSFER_DATA;
	m.outcome = OUTCOME_ACCEPTED;
	m.code = 250;
	m.enhanced = "2.0.0";
	m.class = REPLY_OK;
	m.queue_id = "4F2A";
	m.bytes = 900;
	m.sha256 = "cd";
	m.header = (struct mail_header){ .from = "F",
		.to = "T",
		.cc = "C",
		.reply_to = "R",
		.subject = "S",
		.date = "D",
		.message_id = "M",
		.mailer = "X",
		.php_script = "P",
		.list_id = "L",
		.auto_submitted = "A" };
	m.received = &received;
	m.received_count = 1;
	m.parts = &part;
	m.parts_count = 1;
	m.urls = urls;
	m.urls_count = 1;
	judged(&m, &hit, labels, gave_up);
	m.subject_key = "not shown";
	m.gap = 3;
#define FRONT                                                                                      \
	"'session':'0123456789abcdef','number':2,"                                                 \
	"'start':'2008-06-12T03:04:05.000000Z','end':'2008-06-12T03:04:06.500000Z',"               \
	"'mail_from':'root@osg-ce','params':{'SIZE':'900','BODY':'8BITMIME'},"                     \
	"'rcpts':[{'to':'a@example.org','code':250,'enhanced':'2.1.5','class':'ok',"               \
	"'disposition':'accepted','list':''},{'to':'b@example.org','code':550,"                    \
	"'enhanced':'5.1.1','class':'user-unknown','disposition':'rejected','list':''}],"
#define REST                                                                                       \
	"'transfer':'data','outcome':'accepted','code':250,'enhanced':'2.0.0','class':'ok',"       \
	"'list':'','queue_id':'4F2A','bytes':900,'sha256':'cd',"                                   \
	"'header':{'from':'F','to':'T','cc':'C','subject':'S','date':'D','message_id':'M',"        \
	"'reply_to':'R','mailer':'X','php_script':'P','list_id':'L','auto_submitted':'A'},"        \
	"'received':[{'from':'osg-ce','helo':'osg-ce.local','ip':'200.136.80.4','by':'mx',"        \
	"'with':'ESMTP','id':'4F','date':'d','for':'h-1@example.org'}],"                           \
	"'parts':[{'type':'text/plain','encoding':'base64','name':'a.txt','bytes':12,"             \
	"'sha256':'ab'}],'urls':['http://x/'],'score':1.4,"                                        \
	"'hits':[{'rule':'MISSING_DATE','score':1.4,'why':'no Date field',"                        \
	"'source':'RFC 5322 3.6','times':1,"  \
	"'where':'20-headers.cf:7','matched':'no Date'}]," \
	"'labels':['php'],'similar':{'text':'t','near':'n','subject':'s'},"                        \
	"'gave_up':['SLOW'],'cut':false,'gap':3,'refused':false}"
	expect(&layout_mail, &m, false, "{" FRONT REST);
	m.rcpts_cut = 5;
	expect(&layout_mail, &m, true, "{'type':'mail'," FRONT "'rcpts_cut':5," REST);
}

static void
host(void **state)
{
	const char *evidence[] = { "12 mails from 2 senders" };
	const char *why[] = { "named in a reply" };
	struct count counts[] = { { "sessions", 3 }, { "mails", 12 } };
	struct cause_found cause = { CAUSE_WEB_FORM, 0.75, evidence, 1, 1 };
	const char *change[] = { "without it: 0.02" }, *servers[] = { "192.0.2.25" };
	const char *domains[] = { "example.org" };
	struct list_likelihood list = { .list = "Spamhaus XBL",
		.probability = 0.5,
		.predicted = 0.25,
		.why = why,
		.why_count = 1,
		.change = change,
		.change_count = 1 };
	struct listing listing = { .list = "Spamhaus ZEN",
		.kind = LISTING_REPUTATION,
		.since = T0,
		.last = T1,
		.ended_by = "",
		.reply = "554 blocked",
		.server = addr_v4_number(0xC0000219),
		.servers = servers,
		.servers_count = 1,
		.count = 4 };
	struct service service = { 25, "smtp", T0, T1 };
	struct host_behind behind = { addr_v4_number(0xC8885005), 9, 8 };
	struct cut_off cut_off = {
		.port = 25, .sessions = 3, .accepted = 2, .domains = domains, .domains_count = 1
	};
	struct advice advice = { "Stop the queue", "postsuper -h ALL" };
	struct host_record h = { .risk = 0.9, .verdict_since = T0, .first = T0, .last = T1 };

	(void)state;
	record_init(&layout_host, &h);
	h.sensor = "edge";
	h.ip = addr_v4_number(0xC8885004);
	h.role = ROLE_WEB;
	h.verdict = VERDICT_LISTED;
	h.visibility = VISIBILITY_CONTENT;
	h.counts = counts;
	h.counts_count = 2;
	h.causes = &cause;
	h.lists = &list;
	h.listings = &listing;
	h.services = &service;
	h.advice = &advice;
	h.behind = &behind;
	h.cut_off = &cut_off;
	h.behind_count = h.cut_off_count = 1;
	h.clients = 7;
	h.causes_count = h.lists_count = h.listings_count = h.services_count = h.advice_count = 1;
	h.summary = "listed since 03:04";
	h.name = "osg-ce";
	expect(&layout_host, &h, true,
		"{'type':'host','ip':'200.136.80.4','sensor':'edge','role':'web','verdict':'listed'"
		","
		"'verdict_since':'2008-06-12T03:04:05.000000Z','risk':0.9,'visibility':'content',"
		"'first':'2008-06-12T03:04:05.000000Z','last':'2008-06-12T03:04:06.500000Z',"
		"'counts':{'sessions':3,'mails':12},"
		"'causes':[{'cause':'web-form','confidence':0.75,"
		"'evidence':['12 mails from 2 senders']}],"
		"'lists':[{'list':'Spamhaus XBL','probability':0.5,'predicted':0.25,"
		"'why':['named in a reply'],'change':['without it: 0.02']}],"
		"'listings':[{'list':'Spamhaus "
		"ZEN','kind':'reputation','since':'2008-06-12T03:04:05.000000Z',"
		"'last':'2008-06-12T03:04:06.500000Z','until':null,'ended_by':'',"
		"'reply':'554 blocked','server':'192.0.2.25','servers':['192.0.2.25'],'count':4}],"
		"'services':[{'port':25,'name':'smtp','first':'2008-06-12T03:04:05.000000Z',"
		"'last':'2008-06-12T03:04:06.500000Z'}],"
		"'advice':[{'step':'Stop the queue','command':'postsuper -h ALL'}],"
		"'behind':[{'ip':'200.136.80.5','mails':9,'spam':8}],"
		"'cut_off':[{'port':25,'sessions':3,'accepted':2,'domains':['example.org']}],"
		"'clients':7,"
		"'summary':'listed since 03:04','name':'osg-ce'}");
}

/* Texts from the wire are escaped wherever they stand, names of parameters included; a text that
 * nobody set is empty. */
static void
escapes(void **state)
{
	struct name_value params[] = { { "X\"", "\n" } };
	struct mail_record m = { .params = params, .params_count = 1 };
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 100000);
	json_init(&j, &out);
	record_json(&j, &layout_mail, &m, false);
	assert_non_null(strstr(buf_cstr(&out), "\"params\":{\"X\\\"\":\"\\n\"}"));
	assert_non_null(strstr(buf_cstr(&out), "\"mail_from\":\"\""));
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_session),
		cmocka_unit_test(session),
		cmocka_unit_test(mail),
		cmocka_unit_test(host),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
