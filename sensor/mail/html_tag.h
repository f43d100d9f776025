/* What the elements of HTML do to text and links.
 *
 * Source: HTML 4.01 and XHTML 1.0 (which names are elements), and what mail programs show. */
#ifndef HELOSCOPE_MAIL_HTML_TAG_H
#define HELOSCOPE_MAIL_HTML_TAG_H

#include "sensor/base/slice.h"

enum html_tag_does {
	DOES_COUNT = 1 << 0,	 /* of a DTD */
	DOES_RENDER = 1 << 1,	 /* of none, but mail programs show it */
	DOES_STYLE = 1 << 2,	 /* may change colour and size of text */
	DOES_BLANK = 1 << 3,	 /* stands for a blank, ... */
	DOES_LINE = 1 << 4,	 /* a line's end, ... */
	DOES_PARAGRAPH = 1 << 5, /* a paragraph's */
	DOES_LINK = 1 << 6,	 /* has addresses in its attributes */
};

#define HTML_TAG_NAME 12

struct html_tag {
	char name[HTML_TAG_NAME]; /* lower case */
	unsigned does;		  /* enum html_tag_does */
};

enum html_tag_id {
	TAG_DOCTYPE,
	TAG_A,
	TAG_ABBR,
	TAG_ACRONYM,
	TAG_ADDRESS,
	TAG_APPLET,
	TAG_AREA,
	TAG_B,
	TAG_BASE,
	TAG_BASEFONT,
	TAG_BDO,
	TAG_BGSOUND,
	TAG_BIG,
	TAG_BLOCKQUOTE,
	TAG_BODY,
	TAG_BR,
	TAG_BUTTON,
	TAG_CAPTION,
	TAG_CENTER,
	TAG_CITE,
	TAG_CODE,
	TAG_COL,
	TAG_COLGROUP,
	TAG_DD,
	TAG_DEL,
	TAG_DFN,
	TAG_DIR,
	TAG_DIV,
	TAG_DL,
	TAG_DT,
	TAG_EM,
	TAG_EMBED,
	TAG_FIELDSET,
	TAG_FONT,
	TAG_FORM,
	TAG_FRAME,
	TAG_FRAMESET,
	TAG_H1,
	TAG_H2,
	TAG_H3,
	TAG_H4,
	TAG_H5,
	TAG_H6,
	TAG_HEAD,
	TAG_HR,
	TAG_HTML,
	TAG_I,
	TAG_IFRAME,
	TAG_IMG,
	TAG_INPUT,
	TAG_INS,
	TAG_ISINDEX,
	TAG_KBD,
	TAG_LABEL,
	TAG_LEGEND,
	TAG_LI,
	TAG_LINK,
	TAG_LISTING,
	TAG_MAP,
	TAG_MARQUEE,
	TAG_MENU,
	TAG_META,
	TAG_NOBR,
	TAG_NOFRAMES,
	TAG_NOSCRIPT,
	TAG_OBJECT,
	TAG_OL,
	TAG_OPTGROUP,
	TAG_OPTION,
	TAG_P,
	TAG_PARAM,
	TAG_PLAINTEXT,
	TAG_PRE,
	TAG_Q,
	TAG_S,
	TAG_SAMP,
	TAG_SCRIPT,
	TAG_SELECT,
	TAG_SMALL,
	TAG_SPAN,
	TAG_STRIKE,
	TAG_STRONG,
	TAG_STYLE,
	TAG_SUB,
	TAG_SUP,
	TAG_TABLE,
	TAG_TBODY,
	TAG_TD,
	TAG_TEXTAREA,
	TAG_TFOOT,
	TAG_TH,
	TAG_THEAD,
	TAG_TITLE,
	TAG_TR,
	TAG_TT,
	TAG_U,
	TAG_UL,
	TAG_VAR,
	TAG_X_SIGSEP,
	TAG_X_TAB,
	TAG_XMP,
	HTML_TAGS, /* how many there are; as an id: none of them */
};

extern const struct html_tag html_tags[HTML_TAGS];

/* HTML_TAGS if there is no such element; case does not matter. */
enum html_tag_id html_tag_find(struct slice name);

#endif
