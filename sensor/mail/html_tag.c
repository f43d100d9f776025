#include "sensor/mail/html_tag.h"

#include <string.h>

#include "sensor/base/chars.h"

/* Sorted by name. */
const struct html_tag html_tags[HTML_TAGS] = {
	[TAG_DOCTYPE] = { "!doctype", 0 },
	[TAG_A] = { "a", DOES_COUNT | DOES_STYLE | DOES_LINK },
	[TAG_ABBR] = { "abbr", DOES_COUNT },
	[TAG_ACRONYM] = { "acronym", DOES_COUNT },
	[TAG_ADDRESS] = { "address", DOES_COUNT },
	[TAG_APPLET] = { "applet", DOES_COUNT },
	[TAG_AREA] = { "area", DOES_COUNT | DOES_LINK },
	[TAG_B] = { "b", DOES_COUNT },
	[TAG_BASE] = { "base", DOES_COUNT | DOES_LINK },
	[TAG_BASEFONT] = { "basefont", DOES_COUNT | DOES_STYLE },
	[TAG_BDO] = { "bdo", DOES_COUNT },
	[TAG_BGSOUND] = { "bgsound", DOES_RENDER | DOES_LINK },
	[TAG_BIG] = { "big", DOES_COUNT | DOES_STYLE },
	[TAG_BLOCKQUOTE] = { "blockquote", DOES_COUNT | DOES_PARAGRAPH },
	[TAG_BODY] = { "body", DOES_COUNT | DOES_STYLE | DOES_LINK },
	[TAG_BR] = { "br", DOES_COUNT | DOES_LINE },
	[TAG_BUTTON] = { "button", DOES_COUNT },
	[TAG_CAPTION] = { "caption", DOES_COUNT },
	[TAG_CENTER] = { "center", DOES_COUNT },
	[TAG_CITE] = { "cite", DOES_COUNT },
	[TAG_CODE] = { "code", DOES_COUNT },
	[TAG_COL] = { "col", DOES_COUNT },
	[TAG_COLGROUP] = { "colgroup", DOES_COUNT },
	[TAG_DD] = { "dd", DOES_COUNT | DOES_BLANK },
	[TAG_DEL] = { "del", DOES_COUNT },
	[TAG_DFN] = { "dfn", DOES_COUNT },
	[TAG_DIR] = { "dir", DOES_COUNT },
	[TAG_DIV] = { "div", DOES_COUNT | DOES_STYLE | DOES_LINE },
	[TAG_DL] = { "dl", DOES_COUNT },
	[TAG_DT] = { "dt", DOES_COUNT | DOES_BLANK },
	[TAG_EM] = { "em", DOES_COUNT },
	[TAG_EMBED] = { "embed", DOES_RENDER | DOES_BLANK | DOES_LINK },
	[TAG_FIELDSET] = { "fieldset", DOES_COUNT },
	[TAG_FONT] = { "font", DOES_COUNT | DOES_STYLE },
	[TAG_FORM] = { "form", DOES_COUNT | DOES_LINK },
	[TAG_FRAME] = { "frame", DOES_COUNT | DOES_LINK },
	[TAG_FRAMESET] = { "frameset", DOES_COUNT },
	[TAG_H1] = { "h1", DOES_COUNT | DOES_BLANK },
	[TAG_H2] = { "h2", DOES_COUNT | DOES_BLANK },
	[TAG_H3] = { "h3", DOES_COUNT | DOES_BLANK },
	[TAG_H4] = { "h4", DOES_COUNT | DOES_BLANK },
	[TAG_H5] = { "h5", DOES_COUNT | DOES_BLANK },
	[TAG_H6] = { "h6", DOES_COUNT | DOES_BLANK },
	[TAG_HEAD] = { "head", DOES_COUNT },
	[TAG_HR] = { "hr", DOES_COUNT | DOES_PARAGRAPH },
	[TAG_HTML] = { "html", DOES_COUNT },
	[TAG_I] = { "i", DOES_COUNT },
	[TAG_IFRAME] = { "iframe", DOES_COUNT | DOES_LINK },
	[TAG_IMG] = { "img", DOES_COUNT | DOES_LINK },
	[TAG_INPUT] = { "input", DOES_COUNT },
	[TAG_INS] = { "ins", DOES_COUNT },
	[TAG_ISINDEX] = { "isindex", DOES_COUNT },
	[TAG_KBD] = { "kbd", DOES_COUNT },
	[TAG_LABEL] = { "label", DOES_COUNT },
	[TAG_LEGEND] = { "legend", DOES_COUNT },
	[TAG_LI] = { "li", DOES_COUNT | DOES_BLANK },
	[TAG_LINK] = { "link", DOES_COUNT | DOES_LINK },
	[TAG_LISTING] = { "listing", DOES_RENDER | DOES_PARAGRAPH },
	[TAG_MAP] = { "map", DOES_COUNT },
	[TAG_MARQUEE] = { "marquee", DOES_STYLE },
	[TAG_MENU] = { "menu", DOES_COUNT },
	[TAG_META] = { "meta", DOES_COUNT | DOES_LINK },
	[TAG_NOBR] = { "nobr", DOES_COUNT },
	[TAG_NOFRAMES] = { "noframes", DOES_COUNT },
	[TAG_NOSCRIPT] = { "noscript", DOES_COUNT },
	[TAG_OBJECT] = { "object", DOES_COUNT },
	[TAG_OL] = { "ol", DOES_COUNT },
	[TAG_OPTGROUP] = { "optgroup", DOES_COUNT },
	[TAG_OPTION] = { "option", DOES_COUNT },
	[TAG_P] = { "p", DOES_COUNT | DOES_STYLE | DOES_PARAGRAPH },
	[TAG_PARAM] = { "param", DOES_COUNT },
	[TAG_PLAINTEXT] = { "plaintext", DOES_RENDER | DOES_PARAGRAPH },
	[TAG_PRE] = { "pre", DOES_COUNT | DOES_PARAGRAPH },
	[TAG_Q] = { "q", DOES_COUNT },
	[TAG_S] = { "s", DOES_COUNT },
	[TAG_SAMP] = { "samp", DOES_COUNT },
	[TAG_SCRIPT] = { "script", DOES_COUNT | DOES_LINK },
	[TAG_SELECT] = { "select", DOES_COUNT },
	[TAG_SMALL] = { "small", DOES_COUNT | DOES_STYLE },
	[TAG_SPAN] = { "span", DOES_COUNT | DOES_STYLE },
	[TAG_STRIKE] = { "strike", DOES_COUNT },
	[TAG_STRONG] = { "strong", DOES_COUNT },
	[TAG_STYLE] = { "style", DOES_COUNT },
	[TAG_SUB] = { "sub", DOES_COUNT },
	[TAG_SUP] = { "sup", DOES_COUNT },
	[TAG_TABLE] = { "table", DOES_COUNT | DOES_STYLE | DOES_LINK },
	[TAG_TBODY] = { "tbody", DOES_COUNT },
	[TAG_TD] = { "td", DOES_COUNT | DOES_STYLE | DOES_BLANK | DOES_LINK },
	[TAG_TEXTAREA] = { "textarea", DOES_COUNT },
	[TAG_TFOOT] = { "tfoot", DOES_COUNT },
	[TAG_TH] = { "th", DOES_COUNT | DOES_STYLE | DOES_BLANK },
	[TAG_THEAD] = { "thead", DOES_COUNT },
	[TAG_TITLE] = { "title", DOES_COUNT | DOES_PARAGRAPH },
	[TAG_TR] = { "tr", DOES_COUNT | DOES_STYLE | DOES_LINK },
	[TAG_TT] = { "tt", DOES_COUNT },
	[TAG_U] = { "u", DOES_COUNT },
	[TAG_UL] = { "ul", DOES_COUNT },
	[TAG_VAR] = { "var", DOES_COUNT },
	[TAG_X_SIGSEP] = { "x-sigsep", DOES_COUNT },
	[TAG_X_TAB] = { "x-tab", DOES_COUNT },
	[TAG_XMP] = { "xmp", DOES_RENDER | DOES_PARAGRAPH },
};

enum html_tag_id
html_tag_find(struct slice name)
{
	char key[HTML_TAG_NAME] = { 0 };
	size_t low = 0, high = HTML_TAGS;
	if (name.len >= HTML_TAG_NAME)
		return HTML_TAGS;
	for (size_t i = 0; i < name.len; i++)
		key[i] = (char)chars_lower(name.ptr[i]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(key, html_tags[middle].name, sizeof key);
		if (order == 0)
			return (enum html_tag_id)middle;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return HTML_TAGS;
}
