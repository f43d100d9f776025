#include "sensor/smtp/reply_words.h"

static const struct reply_row rows[] = {
	{ REPLY_OTHER, "", { "virus|malware|trojan|infected" }, NULL },
	{ REPLY_OTHER, "",
		{ "tls required|starttls command first|must issue a starttls|encryption "
		  "required|requires tls" },
		NULL },

	/* Who sends, in the sense of RFC 7208, 6376, 7489; and RFC 4954. */
	{ REPLY_AUTH_FAIL, "Gmail", { "unauthenticated", "gmail|5.7.26|4.7.26|dmarc" }, NULL },
	{ REPLY_AUTH_FAIL, "Yahoo", { "unauthenticated", "yahoo" }, NULL },
	{ REPLY_AUTH_FAIL, "", { "unauthenticated|dmarc|dkim|anti-spoofing" }, NULL },
	{ REPLY_AUTH_FAIL, "", { "spf|sender policy framework" }, "spfbl" },
	{ REPLY_AUTH_FAIL, "", { "not permitted by the domain owner|is not allowed to send from" },
		NULL },
	{ REPLY_AUTH_FAIL, "",
		{ "incorrect authentication|authentication failed|authentication "
		  "failure|authentication unsuccessful|authentication credentials "
		  "invalid|bad username or password|invalid username|username and password not "
		  "accepted|invalid login|invalid credentials" },
		NULL },

	/* Relaying, RFC 5321 3.6.2. */
	{ REPLY_RELAY_DENIED, "",
		{ "relay access denied|relaying denied|relay denied|relay not permitted|relay not "
		  "allowed|relaying not|relaying is not|unable to "
		  "relay|not permitted to relay|do not relay|cannot relay|won't relay|no "
		  "relaying|open relay|relay is not|relaying prohibited|"
		  "relay prohibited|not allowed to relay|allowed rcpthosts|relay operation" },
		NULL },
	{ REPLY_RELAY_DENIED, "",
		{ "authentication required|authentication is required|must authenticate|must be "
		  "authenticated|authenticate first|"
		  "need to authenticate|requires authentication|please authenticate" },
		NULL },

	{ REPLY_RATE_LIMITED, "",
		{ "too many connections|too many concurrent|too many sessions|too many "
		  "messages|too many mails|too many recipients|too much mail|"
		  "rate limit|ratelimit|rate-limit|throttl|sending limit|message limit|slow "
		  "down|exceeded the maximum|limit exceeded|at a rate that|"
		  "too fast|too frequent|too often|connection limit|hourly limit|daily limit|trop "
		  "de connexions|demasiadas conexiones|muitas "
		  "conex|zu viele verbindungen" },
		"storage|quota exceeded|size limit" },
	{ REPLY_RATE_LIMITED, "", { "server busy|too busy", "[|ip" }, NULL },

	/* No room, RFC 1870, RFC 3463 3.3. */
	{ REPLY_SIZE_QUOTA, "",
		{ "mailbox full|mailbox is full|mailbox quota|inbox is full|over "
		  "quota|overquota|over its quota|quota exceeded|exceeded its quota|"
		  "exceeds quota|out of storage|insufficient storage|insufficient system "
		  "storage|message size exceeds|message too large|message "
		  "too big|too large|exceeds fixed maximum|exceeds size|size limit|maximum message "
		  "size|not enough space|disk quota|destinataire "
		  "pleine|buzon lleno|caixa postal cheia|caixa cheia|postfach ist voll|mailbox "
		  "voll|cota excedida|cuota excedida" },
		NULL },

	/* HELO and names of addresses. */
	{ REPLY_NO_RDNS_HELO, "",
		{ "reverse dns|reverse hostname|reverse lookup|find your hostname|find your "
		  "reverse|ptr record|ptr resource|rdns|no reverse|"
		  "dns ptr|dnsreverse|dns reverso|dns inverso|forward-confirmed|fcrdns|without a "
		  "valid sender domain" },
		NULL },
	{ REPLY_NO_RDNS_HELO, "",
		{ "helo command rejected|ehlo command rejected|helo/ehlo|invalid helo|bad "
		  "helo|helo name|helo argument|helo is|"
		  "ehlo name|helo host|helo rejected" },
		NULL },

	/* Senders: their domain is no matter of the recipient. */
	{ REPLY_OTHER, "",
		{ "sender address|domain of sender|sender domain|sender verify|mail from "
		  "domain|return address" },
		"spam|block|black|policy" },

	/* Recipients, RFC 3463 3.2. */
	{ REPLY_USER_UNKNOWN, "",
		{ "user unknown|unknown user|unknown recipient|recipient unknown|unknown "
		  "mailbox|unknown address|no such user|no such recipient|no "
		  "such mailbox|no such person|no such address|no such account|user not "
		  "found|recipient not found|mailbox not found|account not "
		  "found|address not found|unknown local|unrouteable address|unroutable|not a "
		  "valid recipient|invalid recipient|invalid mailbox|"
		  "invalid address|bad destination|does not exist|doesn't exist|not exist|no "
		  "mailbox here|not our customer|mailbox unavailable|"
		  "mailbox not available|mailbox is disabled|mailbox disabled|account "
		  "disabled|account has been disabled|account is disabled|account "
		  "inactive|account suspended|suspend the service|user suspended|undeliverable "
		  "address|verification failed|recipient rejected|"
		  "user doesn't have|user not local|not known|no longer|isn't accepting|recipient "
		  "address rejected: access denied|host unknown|user "
		  "reject|has been replaced" },
		"rdns" },
	{ REPLY_USER_UNKNOWN, "",
		{ "destinataire invalide|adresse invalide|utilisateur inconnu|usuario "
		  "desconocido|usuario no existe|usuario inexistente|"
		  "usuario desconhecido|utilizador desconhecido|destinatario "
		  "inexistente|destinatario desconhecido|nao existe|no existe|empfaenger "
		  "unbekannt|benutzer unbekannt|unbekannter empf|utente sconosciuto|gebruiker "
		  "onbekend|kasutajat ei ole" },
		NULL },

	/* What is in the mail. */
	{ REPLY_CONTENT_SPAM, "Apple", { "message content rejected" }, NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "spam content|spam message|message is spam|rejected as spam|detected as "
		  "spam|identified as spam|classified as spam|considered spam|"
		  "considered as spam|looks like spam|appears to be spam|spam detected|likely "
		  "spam|judged to be spam|spam score|high spam|spam "
		  "filter|content rejected|content filter|prohibited content|unsolicited|bulk "
		  "mail|spamassassin|is spam|spam reject|due to spam|"
		  "suspected spam|marked as spam|- spam" },
		"spam ip|ip address|your ip" },

	/* Reputation without a list that we could name. */
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "reputation|blacklist|black list|block list|blocklist|lista negra|liste "
		  "noire|bad ip|your ip |ip address|sending ip|from ip|"
		  "blocked for spam|banned|dynamic ip|dynamic/residential|dialup|residential "
		  "ip|allowed to connect|blocked - see|is blocked|been "
		  "blocked|blocked by|:blocked|spam complaints|user "
		  "complaints|bloqueado|bloquee|gesperrt" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "client host rejected|client host blocked|connection refused|connections not "
		  "accepted" },
		"match |access denied|command" },
	{ REPLY_CONTENT_SPAM, "", { "spam" }, NULL },
};

const struct reply_rows reply_rows_texts = { rows, sizeof(rows) / sizeof(rows[0]) };
