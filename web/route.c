#include "web/route.h"

#include "web/api.h"
#include "web/metrics.h"

#include <string.h>

static const struct route routes[] = {
	{ .path = { NULL }, .title = N_("Overview"), .run = page_overview },
	{ .path = { "hosts" }, .title = N_("Hosts"), .run = page_table },
	{ .path = { "listings" }, .title = N_("Listings"), .run = page_table },
	{ .path = { "evidence" },
		.title = N_("Evidence"),
		.run = page_table,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "mails" }, .title = N_("Mails"), .run = page_table },
	{ .path = { "sessions" }, .title = N_("Sessions"), .run = page_table },
	{ .path = { "services" }, .title = N_("Services"), .run = page_table },
	{ .path = { "domains" }, .title = N_("Domains"), .run = page_table },
	{ .path = { "campaigns" }, .title = N_("Campaigns"), .run = page_table },
	{ .path = { "rules" }, .title = N_("Rules"), .run = page_table },
	{ .path = { "rule_hosts" }, .run = page_table },
	{ .path = { "senders" }, .run = page_table },
	{ .path = { "campaign_hosts" }, .run = page_table },
	{ .path = { "rule", "*" }, .run = page_rule },
	{ .path = { "domain", "*" }, .run = page_domain },
	{ .path = { "campaign", "*" }, .run = page_campaign },
	{ .path = { "loss" }, .run = page_table },
	{ .path = { "events" }, .run = page_table },
	{ .path = { "changes" }, .run = page_table },
	{ .path = { "deliveries" }, .run = page_table },
	{ .path = { "lookups" }, .run = page_table },
	{ .path = { "cases" }, .title = N_("Cases"), .run = page_table },
	{ .path = { "case", "*" }, .run = page_case, .access = ACCESS_ANALYST, .post = true },
	{ .path = { "audit" },
		.title = N_("Audit log"),
		.run = page_table,
		.access = ACCESS_ADMIN },
	{ .path = { "sensor" }, .title = N_("Sensor"), .run = page_sensor },
	{ .path = { "about" }, .title = N_("About"), .run = page_about, .no_store = true },
	{ .path = { "host", "*" }, .run = page_host },
	{ .path = { "chart", "host", "*" }, .run = chart_host },
	{ .path = { "session", "*" }, .run = page_session, .evidence = true },
	{ .path = { "mail", "*", "*" }, .run = page_mail, .evidence = true },
	{ .path = { "csv", "*" },
		.run = download_csv,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "json", "*" },
		.run = download_json,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "record", "*", "*" },
		.run = download_record,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "export", "*", "*" },
		.run = download_table,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "export", "*", "*", "*" },
		.run = download_one,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "export", "*", "mail", "*", "*" },
		.run = download_mail,
		.access = ACCESS_ANALYST,
		.evidence = true,
		.download = true },
	{ .path = { "complaint" },
		.run = page_complaint,
		.access = ACCESS_ANALYST,
		.post = true,
		.big_form = true,
		.evidence = true },
	{ .path = { "complaint", "host", "*" },
		.run = page_letter,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "complaint", "host", "*", "text" },
		.run = download_letter,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "sign-in" },
		.run = page_sign_in,
		.no_store = true,
		.open = true,
		.post = true },
	{ .path = { "sign-out" },
		.run = page_sign_out,
		.no_store = true,
		.open = true,
		.post = true },
	{ .path = { "static", "*", "*" }, .run = asset_answer, .no_store = true, .open = true },
	{ .path = { "metrics" }, .run = metrics_answer },
	{ .path = { "api", "1" }, .run = api_index, .no_store = true },
	{ .path = { "api", "1", "summary" }, .run = api_summary },
	{ .path = { "api", "1", "sensor" }, .run = api_sensor },
	{ .path = { "api", "1", "hours" }, .run = api_hours },
	{ .path = { "api", "1", "openapi.json" }, .run = api_description, .no_store = true },
	{ .path = { "api", "1", "live" }, .run = events_answer, .no_store = true },
	{ .path = { "api", "1", "evidence" },
		.run = api_table,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "api", "1", "abuse" },
		.run = api_table,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "api", "1", "audit" }, .run = api_table, .access = ACCESS_ADMIN },
	{ .path = { "api", "1", "*" }, .run = api_table },
	{ .path = { "api", "1", "host", "*" }, .run = api_record },
	{ .path = { "api", "1", "session", "*" },
		.run = api_record,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "api", "1", "mail", "*", "*" },
		.run = api_record,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "readyz" }, .run = ready_answer, .no_store = true, .open = true },
	{ .path = { "healthz" }, .run = health_answer, .no_store = true, .open = true },
};

const struct route *
route_at(size_t i)
{
	return i < sizeof routes / sizeof routes[0] ? &routes[i] : NULL;
}

static bool
matches(const struct route *route, const struct uri *uri)
{
	size_t count = 0;
	while (count < URI_SEGMENTS_MAX && route->path[count] != NULL) {
		count++;
	}
	if (count != uri->segments_count) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(route->path[i], "*") != 0 &&
			strcmp(route->path[i], uri->segments[i]) != 0) {
			return false;
		}
	}
	return true;
}

const struct route *
route_find(const struct uri *uri)
{
	const struct route *route;
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		if (matches(route, uri)) {
			return route;
		}
	}
	return NULL;
}
