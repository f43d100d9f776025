/* The parts of the overview; for page_overview*.c alone. */
#ifndef HELOSCOPE_WEB_PAGE_OVERVIEW_H
#define HELOSCOPE_WEB_PAGE_OVERVIEW_H

#include "web/chart.h"
#include "web/page.h"
#include "web/sight.h"

enum {
	OVERVIEW_RANKED = 25,  /* hosts in trouble */
	OVERVIEW_NEWS = 8,     /* rows of each kind of news */
	OVERVIEW_CHANGES = 200 /* hosts whose verdict changed, that are looked at */
};

struct overview {
	struct view view;
	bool has_range;	      /* one was asked for; else sums are of OVERVIEW_USUAL */
	int64_t since, until; /* ns, of sums and charts */
	struct sensor_state state;
	bool has_state;
	struct store_totals totals;
	struct loss_day loss;
	struct health health;
	struct sight sight;
	struct series series;
	struct hour_row sums; /* of the range; hour = of the newest row, 0 = none */
	int64_t verdicts[VERDICTS];
	struct doc *hosts[OVERVIEW_RANKED]; /* in trouble, riskiest first */
	size_t hosts_count;
	struct err *err;
};
#define OVERVIEW_USUAL (7 * PTIME_DAY) /* as far as verdicts look back */

/* Path with the range of the page kept, and one parameter more (name NULL = none). */
const char *overview_url(struct request *r, const char *path, const char *name, const char *value);
/* 0, or -1 and err. */
int overview_hosts(struct html *h, struct request *r, const struct overview *o);
int overview_news(struct html *h, struct request *r, const struct overview *o);
void overview_sensor(struct html *h, struct request *r, const struct overview *o);

#endif
