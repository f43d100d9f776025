/* SQL that statements and tables share: the texts of the campaign that one digest belongs to, of all
 * time (query_campaigns.c); none where no digest is asked for. For store/ alone. */
#ifndef HELOSCOPE_STORE_CAMPAIGNS_H
#define HELOSCOPE_STORE_CAMPAIGNS_H

#define TEXTS_OF_CAMPAIGN(digest)                                                                  \
	"(SELECT t.value FROM json_each(campaigns(0, 0, ifnull(" digest                            \
	", '-'))) g, json_each(g.value -> 'members') t)"

#endif
