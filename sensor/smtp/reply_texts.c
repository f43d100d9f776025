#include "sensor/smtp/reply_words.h"

static const struct reply_row rows[] = {
	{ REPLY_OTHER, "", { "virus|malware|trojan|infected|eicar" }, "spam" },
	{ REPLY_OTHER, "",
		{ "tls required|starttls command first|must issue a starttls|encryption "
		  "required|requires tls|encryption needed|tls is required|starttls is "
		  "required|must use tls" },
		NULL },

	/* Who sends, in the sense of RFC 7208, 6376, 7489; and RFC 4954. */
	{ REPLY_AUTH_FAIL, "Gmail", { "unauthenticated", "gmail|5.7.26|4.7.26|dmarc" }, NULL },
	{ REPLY_AUTH_FAIL, "Yahoo", { "unauthenticated", "yahoo" }, NULL },
	{ REPLY_AUTH_FAIL, "",
		{ "unauthenticated|authentication level|authentication "
		  "requirements|dmarc|dkim|anti-spoofing|antispoofing|spoofed|spoofing|forged "
		  "sender|sender forged|arc validation" },
		NULL },
	{ REPLY_AUTH_FAIL, "", { "spf$|spf-|sender policy framework" }, NULL },
	{ REPLY_AUTH_FAIL, "",
		{ "not permitted by the domain owner|not allowed to send from|not allowed to send "
		  "mail for|not authorized to send for|not authorised to send for|not authorized "
		  "to send on behalf|not authorized to use the domain|not a designated sender" },
		NULL },
	{ REPLY_AUTH_FAIL, "",
		{ "incorrect authentication|authentication failed|authentication "
		  "failure|authentication unsuccessful|authentication credentials|authentication "
		  "rejected|authentication error|auth failed|auth failure|auth error|bad username "
		  "or password|invalid username|username and password not accepted|invalid "
		  "login|invalid credentials|invalid user name or password|login failed|login "
		  "fail|login incorrect|logon failure|logon denied|bad credentials|invalid "
		  "password|wrong password|incorrect password|password incorrect|password "
		  "mismatch|bad password|sasl authentication|sasl login|error de "
		  "autenticacion|fallo de autenticacion|autenticacion fallida|autenticacion "
		  "incorrecta|contrasena incorrecta|login incorrecto|usuario o contrasena|falha na "
		  "autenticacao|falha de autenticacao|autenticacao falhou|senha incorreta|senha "
		  "invalida|usuario ou senha|echec de l'authentification|echec "
		  "d'authentification|authentification echouee|erreur d'authentification|mot de "
		  "passe|authentifizierung fehlgeschlagen|anmeldung fehlgeschlagen|falsches "
		  "passwort|autenticazione fallita|password errata|credenziali|*ошибка "
		  "аутентификации|*неверный пароль|*认证失败|*验证失败|*認証に失敗" },
		NULL },

	/* Relaying, RFC 5321 3.6.2. */
	{ REPLY_RELAY_DENIED, "",
		{ "relay access denied|relaying denied|relay denied|relay not permitted|relay not "
		  "allowed|relaying not|relaying is not|unable to relay|allowed to relay|mail "
		  "relay$|not permitted to relay|do not relay|don't relay|cannot relay|can't "
		  "relay|won't relay|will not relay|no relay|no open relay|not an open relay|not "
		  "relay|open relay not|open relays not|no relaying|relay is not|relay is "
		  "denied|relay is prohibited|relaying prohibited|relay prohibited|relay "
		  "rejected|relaying rejected|relaying refused|relay refused|relaying "
		  "disallowed|relaying to|not allowed to relay|not authorized to relay|not "
		  "authorised to relay|allowed rcpthosts|relay operation|not one of our "
		  "domains|not our domain|not a local domain|domain not local|domain isn't "
		  "local|domain not hosted|does not handle mail for|domain not accepted|don't "
		  "accept mail for that domain|not accept mail for that domain|no permite "
		  "relay|relay no permitido|relay denegado|retransmision no|reenvio no "
		  "permitido|relay nao permitido|relay negado|relay nao autorizado|encaminhamento "
		  "nao|relais refuse|relais non autorise|relayage|relais interdit|relais "
		  "nicht|relaying nicht|weiterleitung nicht|relay non consentito|relay "
		  "negato|relay non permesso|*пересылка запрещена|*релей "
		  "запрещен|*релей|*中继|*轉寄" },
		"not caused by relay" },
	{ REPLY_RELAY_DENIED, "",
		{ "authentication required|turn on smtp auth|enable smtp auth|activate smtp "
		  "auth|authentication is required|must authenticate|must be "
		  "authenticated|authenticate first|not authenticated|login first|log in "
		  "first|need to authenticate|requires authentication|please authenticate|smtp "
		  "auth required|auth required|requires smtp auth|without authentication|must "
		  "login|must log in|pop before smtp|pop3 before|check mail first|se requiere "
		  "autenticacion|requiere autenticacion|debe autenticarse|autenticacao "
		  "necessaria|requer autenticacao|autenticacao "
		  "requerida|autentique-se|authentification requise|authentification "
		  "obligatoire|bitte authentifizieren|authentifizierung erforderlich|anmeldung "
		  "erforderlich|autenticazione richiesta|autenticazione necessaria|*требуется "
		  "аутентификация|*требуется авторизация|*需要认证" },
		NULL },

	{ REPLY_RATE_LIMITED, "",
		{ "sending quota|daily quota|hourly quota|message quota|daily user sending|daily "
		  "sending|hourly sending" },
		NULL },
	{ REPLY_RATE_LIMITED, "",
		{ "too many connections|too many concurrent|too many simultaneous|too many "
		  "sessions|too many messages|too many mails|too many emails|too many e-mails|too "
		  "many recipients|too many rcpt|too many invalid|too many unknown|too many "
		  "bad|too many errors|too many requests|too many parallel|too many open|too many "
		  "smtp|too much mail$|too much mail from|too much email|max message per|max "
		  "messages|max emails|per connection|rate limit|ratelimit|rate-limit|rate "
		  "exceed|rate control|throttl|sending limit|message limit|messages limit|sending "
		  "quota|slow down|exceeded the maximum number|exceeded the number of|exceeds the "
		  "number of|exceeds the maximum number|maximum number of|number of "
		  "connections|connections per|messages per|mails per|emails per|recipients "
		  "per|per hour|per minute|per day|at a rate that|too fast|too frequent|too "
		  "often|too quickly|connection limit|hourly limit|daily limit|daily quota|hourly "
		  "quota|limit for today|frequency limit|frequency control|recipient "
		  "limit|connections limit|unexpected volume|trop de connexion|trop de "
		  "message|trop de destinataire|trop de mails|limite de debit|demasiadas "
		  "conexiones|demasiados mensajes|demasiados correos|demasiados "
		  "destinatarios|limite de envio|limite de mensajes|limite de conexiones|muitas "
		  "conex|muitas mensagens|muitos destinat|limite de mensagens|limite de "
		  "conex|limite de destinat|limite de e-mails|limite por hora|zu viele|zu "
		  "haufig|zu schnell|limit uberschritten|troppe connessioni|troppi messaggi|troppi "
		  "destinatari|te veel|*слишком много|*превышен "
		  "лимит|*превышено|*连接数|*频率|*过于频繁" },
		"storage|quota exceeded|size limit|spam score|hops|quota is exceeded|size "
		"exceed|mail data" },
	{ REPLY_RATE_LIMITED, "", { "server busy|too busy", "[|ip" }, NULL },

	/* No room, RFC 1870, RFC 3463 3.3. */
	{ REPLY_SIZE_QUOTA, "",
		{ "mailbox full|mailbox is full|mailbox quota|mailbox size|inbox is full|inbox "
		  "full|over quota|overquota|over its quota|quota exceeded|quota is exceeded|quota "
		  "full|quota exhaust|exceeded its quota|exceeded their quota|exceeded his "
		  "quota|exceeded the quota|exceeded quota|quota violation|quota limit|exceeds "
		  "quota|exceeds the quota|out of storage|storage limit|storage quota|insufficient "
		  "storage|insufficient system storage|insufficient disk|message size exceeds|size "
		  "exceeds|message too large|message too long|message too big|mail too big|mail "
		  "too large|too large|too big|exceeds fixed maximum|exceeds size|exceeds the "
		  "size|size limit|maximum message size|maximum size|max message size|message "
		  "exceeds|exceeds the maximum size|maximum allowed size|not enough space|enough "
		  "space|enough storage|space has been used|used up|too much mail data|exceeding "
		  "receiving|no space left|out of space|disk full|disk is full|disk quota|disk "
		  "space|out of disk|low on space|mailbox has exceeded|user is over|account is "
		  "over|account is full|account full|mailfolder is full|mail folder "
		  "full|destinataire pleine|boite pleine|boite aux lettres pleine|boite est "
		  "pleine|quota depasse|quota de la boite|taille maximale|trop volumineux|trop "
		  "gros|espace insuffisant|buzon lleno|buzon esta lleno|buzon completo|casilla de "
		  "correo llena|casilla llena|cuota excedida|cuota superada|excede el "
		  "tamano|excede la cuota|tamano maximo|sin espacio|demasiado grande|caixa postal "
		  "cheia|caixa cheia|caixa de correio cheia|caixa de entrada cheia|caixa postal "
		  "lotada|caixa esta cheia|cota excedida|quota excedida|excedeu a quota|excedeu o "
		  "limite de espaco|tamanho maximo|excede o tamanho|muito grande|sem "
		  "espaco|postfach ist voll|postfach voll|mailbox voll|mailbox ist voll|empfangers "
		  "ist voll|speicherplatz|kontingent|zu gross|zu groß|nachricht ist zu|casella "
		  "piena|casella e piena|destinatario e piena|casella di posta piena|spazio "
		  "insufficiente|troppo grande|dimensione massima|mailbox vol$|postvak is "
		  "vol|skrzynka pelna|przepelnion|*ящик переполнен|*переполнен|*превышена "
		  "квота|*слишком больш|*邮箱已满|*空间不足|*容量" },
		NULL },

	/* HELO and names of addresses. */
	{ REPLY_NO_RDNS_HELO, "",
		{ "reverse dns|reverse hostname|reverse lookup|reverse name|reverse record|reverse "
		  "mapping|reverse entry|reverse resolution|find your hostname|find your "
		  "reverse|ptr record|ptr resource|ptr entry|ptr$|ptr-|rdns|no reverse|invalid "
		  "reverse|bad reverse|generic reverse|forward and reverse|dns ptr|dnsreverse|dns "
		  "reverso|dns inverso|dns reverse|inverse dns|forward-confirmed|fcrdns|without a "
		  "valid sender domain|dynamic-looking|generic hostname|hostname is "
		  "generic|resolucion inversa|registro inverso|resolution inverse|enregistrement "
		  "inverse|rucklauf|ruckwartsauflosung|risoluzione inversa|*обратной "
		  "зоне|*обратная запись|*反向解析|*ptr记录|*ptr запис" },
		NULL },
	/* A command out of order or without its argument is no matter of the name. */
	{ REPLY_OTHER, "",
		{ "syntax: helo|syntax: ehlo|send helo|send ehlo|say helo|say ehlo|helo/ehlo "
		  "first|ehlo/helo first|helo first|ehlo first" },
		NULL },
	{ REPLY_NO_RDNS_HELO, "",
		{ "helo command rejected|ehlo command rejected|helo/ehlo|invalid helo|bad helo|bad "
		  "ehlo|helo name|helo argument|helo is|helo should|helo must|helo does|helo "
		  "hostname|helo string|ehlo name|ehlo argument|helo host|helo rejected|ehlo "
		  "rejected|helo restriction|invalid domain name in helo|rejected helo|your "
		  "helo|your ehlo|forged helo|fake helo|impersonat|invalid ehlo|helo invalido|helo "
		  "invalide|in helo|as helo" },
		"nice to meet" },
	{ REPLY_NO_RDNS_HELO, "", { "helo |ehlo ", "invalid|rejected|not accept|fqdn" },
		"send helo first" },

	/* Senders: their domain is no matter of the recipient. */
	{ REPLY_OTHER, "",
		{ "sender address|sender domain resolve|no a, aaaa|emetteur invalide|domain of "
		  "sender|sender domain|sender verify|mail from domain|return address|sender "
		  "rejected|sender unknown|unknown sender|sender is invalid|invalid "
		  "sender|sender's domain|envelope sender|bad sender" },
		"spam|block|black|policy|reputation|sender ip" },
	{ REPLY_OTHER, "", { "null mx" }, "recipient" },
	{ REPLY_OTHER, "",
		{ "mail loop|too many hops|hop count|routing loop|loop detected|bad "
		  "sequence|command unrecognized|unrecognized command|command not "
		  "recognized|syntax error|command not impl|unknown command" },
		NULL },

	/* Recipients, RFC 3463 3.2. */
	{ REPLY_USER_UNKNOWN, "",
		{ "user unknown|unknown user|unknown recipient|recipient unknown|unknown "
		  "mailbox|unknown address|unknown or illegal|unknown alias|addressee "
		  "unknown|mailbox unknown|address unknown|no such user|no such recipient|no such "
		  "mailbox|no such person|no such address|no such account|no such domain|no such "
		  "local|no such email|no such host|user not found|recipient not "
		  "found|recipnotfound|recipientnotfound|resolver.adr|mailbox not found|account "
		  "not found|address not found|host not found|not found by|unknown "
		  "local|unrouteable address|unrouteable|unroutable|not a valid recipient|not a "
		  "valid user|not a valid mailbox|not a valid address|not valid recipient|invalid "
		  "recipient|invalid mailbox|invalid user|recipient invalid|recipient is "
		  "invalid|address is invalid|invalid address|bad destination|bad recipient|does "
		  "not exist|doesn't exist|do not exist|not exist|nonexist|non-exist|nobody "
		  "here|no mailbox here|no mailbox by|not our customer|mailbox unavailable|mailbox "
		  "is unavailable|mailbox is not available|mailbox not available|mailbox is "
		  "disabled|mailbox disabled|mailbox is inactive|mailbox inactive|mailbox "
		  "closed|mailbox expired|account disabled|account has been disabled|account is "
		  "disabled|account that you tried to reach is disabled|account locked|account "
		  "closed|account has been closed|account inactive|account is inactive|account "
		  "suspended|account is suspended|account expired|account has expired|account has "
		  "been suspended|account deactivated|suspend the service|user suspended|user "
		  "disabled|user is disabled|user inactive|receiving disabled|receive "
		  "disabled|undeliverable address|verification failed|recipient verify|recipient "
		  "rejected|address rejected|recipient refused|recipient not accepted|recipient "
		  "not ok|no valid recipient here|user doesn't have|doesn't have a|user not "
		  "local|not local user|not known|is unknown|no longer on|no longer valid|no "
		  "longer active|no longer available|no longer exist|no longer accept|no longer "
		  "with|no longer in use|isn't accepting|not accepting mail|recipient address "
		  "rejected: access denied|recipient addresses rejected|host unknown|user "
		  "reject|has been replaced|has moved|address lookup failed|unverified "
		  "address|mi:rcp|not listed in|not in our directory|not a customer|no longer "
		  "works here|mailbox moved|delivery error: dd" },
		"rdns|relay=|no valid recipients|sender ip|allow list|allowlist|whitelist" },
	{ REPLY_USER_UNKNOWN, "", { "user unknown|addressee unknown|unknown user" }, NULL },
	{ REPLY_USER_UNKNOWN, "", { "mailbox", "unavailable|not available" }, NULL },
	{ REPLY_USER_UNKNOWN, "", { "recipient", "null mx" }, NULL },
	{ REPLY_USER_UNKNOWN, "",
		{ "destinataire invalide|destinataire inconnu|adresse invalide|adresse "
		  "inconnue|adresse inexistante|utilisateur inconnu|boite inexistante|n'existe "
		  "pas|usuario desconocido|usuario no existe|usuario inexistente|usuario "
		  "invalido|usuario no encontrado|destinatario desconocido|destinatario no "
		  "existe|buzon no existe|buzon inexistente|direccion inexistente|cuenta no "
		  "existe|cuenta inexistente|cuenta desactivada|usuario desconhecido|utilizador "
		  "desconhecido|usuario nao existe|usuario nao encontrado|conta inexistente|conta "
		  "desativada|conta nao existe|caixa postal inexistente|endereco "
		  "inexistente|destinatario inexistente|destinatario desconhecido|destinatario "
		  "invalido|nao existe|no existe|empfaenger unbekannt|empfanger "
		  "unbekannt|empfanger existiert nicht|existiert nicht|empfaenger nicht|empfanger "
		  "nicht|benutzer unbekannt|benutzer nicht|unbekannter empf|unbekannter "
		  "benutzer|adresse unbekannt|unbekannte adresse|postfach existiert|utente "
		  "sconosciuto|utente inesistente|destinatario sconosciuto|destinatario "
		  "non|indirizzo inesistente|casella inesistente|non esiste|gebruiker "
		  "onbekend|onbekende gebruiker|bestaat niet|kasutajat ei ole|nieznany "
		  "uzytkownik|uzytkownik nie istnieje|nie istnieje|neexistuje|okand "
		  "mottagare|ukendt|ukjent|tuntematon|kullanici bulunamadi|boyle bir "
		  "kullanici|*нет такого пользователя|*пользователя нет|*пользователь не "
		  "найден|*не существует|*не найден|*неизвестный "
		  "пользователь|*用户不存在|*收件人不存在|*无此用户|*地址不存在|*"
		  "ユーザーが見つかりません|*宛先不明|*存在しません|*사용자를" },
		NULL },

	/* What is in the mail. */
	{ REPLY_CONTENT_SPAM, "Apple", { "message content rejected" }, NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "content examination|message as spam|mail as spam|email as spam|being "
		  "spam|spamtext|spam "
		  "pattern|antispam check|anti-spam check|spamprofiler|mass mailer|mass "
		  "mail|unacceptable content|nature of the content|spam content|spam-like|spam "
		  "message|message is spam|rejected as spam|detected as spam|identified as "
		  "spam|classified as spam|considered spam|flagged as spam|tagged as spam|reported "
		  "as spam|considered as spam|looks like spam|look like spam|appears to be "
		  "spam|seems to be spam|spam detected|likely spam|probably spam|possible "
		  "spam|judged to be spam|spam score|spam scan|scored as spam|high spam|high "
		  "probability of spam|spam probability|spam filter|spam check|spam engine|spam "
		  "rule|spam signature|content rejected|content denied|content filter|content "
		  "policy|content blocked|content not|prohibited content|potential security|likely "
		  "unsolicited|considered unsolicited|unsolicited bulk|unsolicited|bulk mail|junk "
		  "mail|phish|scam|spamassassin|rspamd|is spam|spam reject|due to spam|contains "
		  "spam|anti-spam filter|suspected spam|suspected of being spam|suspicious "
		  "content|marked as spam|- spam|subject identified|message content|message "
		  "body|body contains|attachment|banned content|banned subject|contenu "
		  "indesirable|contenu suspect|contenido no deseado|conteudo identificado|conteudo "
		  "improprio|correo no deseado|mensaje considerado|identificado como "
		  "spam|considerado spam|considere comme|detecte comme|als "
		  "spam|spamverd|spamfilter|spam eingestuft|unerwunscht|posta "
		  "indesiderata|riconosciut|*как спам|*спам-фильтр|*похоже на "
		  "спам|*垃圾邮件|*スパム|*迷惑メール" },
		"spam list|spammer|spam ip|your ip address has|ip address is|ip address was|your "
		"ip has|your ip "
		"was|this ip|sending ip|spam source|spam reports|spam complaints" },

	/* Reputation without a list that we could name. */
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "allow list|allowlist|whitelist|abuse detected from|bad outbound sender|outgoing "
		  "blocked|intrusion "
		  "prevention|connection rejected|connection "
		  "denied|reputation|reputacion|reputacao|reputazione|blacklist|black list|black "
		  "listed|block list|blocklist|deny list|denylist|denied list|lista negra|liste "
		  "noire|lista nera|sperrliste|bad ip|your ip|ip address|ip addresses|sending "
		  "ip|from ip|ip blocked|ip banned|ip rejected|ip ban|blocked for "
		  "spam|banned|dynamic ip|dynamic/residential|dynamic "
		  "address|dialup|dial-up|residential ip|allowed to connect|permitted to "
		  "connect|blocked - see|is blocked|been blocked|blocked by|*:blocked|blocked for "
		  "abuse|you are blocked|sender is spammer|sender is a spammer|spamming not "
		  "allowed|spam list|spam complaints|user complaints|spam reports|spam "
		  "source|source of spam|sent spam|has sent|bad host|bad network|network is|bans "
		  "your|abuse from your|ip bloqueado|ip "
		  "bloqueada|bloqueado|bloqueada|bloquee|votre ip|su ip|tu ip|seu ip|ip foi|il tuo "
		  "ip|ip-adresse|ihre ip|gesperrt|bloccato|adresse ip|geblokkeerd|direccion "
		  "ip|endereco ip|indirizzo ip|*заблокирован|*черном списке|*черный "
		  "список|*репутаци|*黑名单|*信誉" },
		NULL },
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "client host rejected|client host blocked|connection refused|connections not "
		  "accepted|host rejected|access denied. ip" },
		"match |access denied|command" },

	/* What nobody's wording above is: who or what, and what is wrong with it. */
	{ REPLY_NO_RDNS_HELO, "",
		{ "ip name lookup|name lookup failed|cannot resolve your|can't resolve your|could "
		  "not resolve your|unable to resolve your|does not resolve|unresolvable|not "
		  "resolvable|unresolved host|no dns entry|no dns record|no a record|no "
		  "hostname|hostname lookup|host name lookup|may not be mail exchanger|not a mail "
		  "exchanger|dns mismatch|hostname mismatch|name mismatch|mismatches "
		  "client|possibly forged" },
		NULL },
	{ REPLY_SIZE_QUOTA, "",
		{ "mailbox|recipient|user$|user's|account|storage|quota|disk|space|inbox|folder|"
		  "message size|file size",
			"full$|exceed|exhaust|insufficient|over limit|over the limit|over size" },
		"sending|connection|rate|session" },
	{ REPLY_RATE_LIMITED, "",
		{ "too many|excessive|exceed|limit|rate$|throttl|maximum",
			"connection|message|mails$|emails|recipients|rcpt|sessions|unknowns|"
			"requests|attempts|commands|transactions|invalid" },
		"size|hops|loop" },
	{ REPLY_AUTH_FAIL, "",
		{ "auth$|authenticat|authoriz|password|login|credential|username|sasl",
			"fail|invalid|incorrect|denied|error|wrong|bad$|reject|unsuccess|not "
			"accepted" },
		"relay|relaying" },
	{ REPLY_RELAY_DENIED, "",
		{ "relay|relaying|relayed",
			"not "
			"|denied|refused|forbid|prohibit|disallow|reject|cannot|can't|won't|only" },
		"open relay list" },
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "ip$|ips$|your host|your server|your mail server|your mailserver|mail server "
		  "at|mail server [|remotehost|client host|your network|sending host|sending "
		  "server|proxy|proxies|relay host|smtp server of your|server of your isp|you are "
		  "sending|you have sent|spam site|spammer$|spammers$|sender ip|connecting host",
			"block|bann|refus|reject|denied|forbid|not accept|not allow|not "
			"welcome|abus|spam|listed|bad$|deny|use the|untrusted|suspicious|hostile" },
		"helo|resolve" },
	{ REPLY_PRIVATE_REPUTATION, "",
		{ "refused - see|rejected - see|denied - see|envelope blocked|blocked "
		  "sender|sender blocked|sender is blocked|sender has been blocked|rejected by "
		  "this user|go away|we do not want your mail|you are not welcome|host is not "
		  "allowed|smtp server of your|your provider's|your isp's" },
		NULL },
	{ REPLY_USER_UNKNOWN, "",
		{ "user$|users$|userid|user id|username|mailbox|mail box|mail "
		  "drop|account|recipient|address$|addresses$|addressee|alias|customer|inbox|"
		  "person$|destinat|destin.|konta|no one with|empfanger|subscriber",
			"unknown|invalid|not found|*_not_found|not valid|no such|not "
			"exist|unavailable|not available|not allowed|not known|not a known|known "
			"to|disabled|deactivated|closed|expired|inactive|suspended|locked|no "
			"longer|not recognized|not recognised|not here|no mail box|no account|not "
			"handle|doesn't handle|bad "
			"address|terminated|cancelled|canceled|deleted|removed|unallocated|"
			"unrecognized|unrecognised|not active|not activated|null mx|denied|not "
			"local|nobody|no one|illegal|errat|sconosciut|nie ma|not "
			"in|incorrect|wrong|refused to accept|undeliverable|could not be "
			"found|cannot be found|can't find|cannot find|not permitted|not listed" },
		"sender|helo|your ip|ip address|rdns|host rejected|syntax" },
	{ REPLY_USER_UNKNOWN, "",
		{ "bad address|*address_not_found|*user_unknown|*user_not_found|no such id|no "
		  "mail-box|not accept mail for that user|cannot deliver mail for|could not "
		  "deliver mail to|can't deliver mail "
		  "for" },
		"sender" },
	{ REPLY_CONTENT_SPAM, "", { "spam$|spam-|spam/|spamm|*спам|junk$" }, NULL },
	{ REPLY_CONTENT_SPAM, "",
		{ "banned|prohibited|suspicious|objectionable|inappropriate",
			"content|subject|body|attachment|url|link|words" },
		"ip$" },
};

const struct reply_rows reply_rows_texts = { rows, sizeof(rows) / sizeof(rows[0]) };

/* Only a subject, and no word of ours for what is wrong. */
static const struct reply_row hints[] = {
	{ REPLY_USER_UNKNOWN, "",
		{ "recipient$|recipients$|*recipient$|mailbox|badrcptto|not found|local "
		  "address|active address|home directory|can't accept user|cannot accept "
		  "user|addresses were" },
		"sender|headers|no valid recipients" },
	{ REPLY_NO_RDNS_HELO, "",
		{ "dns lookup failure|dns lookup failed|unverifyable|unverifiable" }, "sender" },
};

const struct reply_rows reply_rows_hints = { hints, sizeof(hints) / sizeof(hints[0]) };
