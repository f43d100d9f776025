/* The numbers that are counted per host, by name: those of a host record's counts{}, and of `host`
 * rules.  Their order is the stored order: append only (aggregate_fields.h).  "in_" = the host was
 * the server; else it was the client.  Behind the sums come recipients and other replies by
 * enum reply_class, and behind the sketches score_max, the highest score in thousandths. */
#ifndef HELOSCOPE_HOST_COUNT_FIELDS_H
#define HELOSCOPE_HOST_COUNT_FIELDS_H

/* Sums, never negative. */
#define AGGREGATE_SUMS(X)                                                                          \
	X(sessions, "sessions as a client")                                                        \
	X(sessions_failed, "of them without any mail")                                             \
	X(sessions_encrypted, "of them that went on under TLS")                                    \
	X(sessions_content, "of them of which mails were seen")                                    \
	X(sessions_envelope, "of them of which envelopes were seen")                               \
	X(sessions_flow, "of them of which only the flow was seen")                                \
	X(mails, "transactions")                                                                   \
	X(mails_accepted, "of them accepted")                                                      \
	X(mails_rejected, "of them rejected")                                                      \
	X(mails_deferred, "of them deferred")                                                      \
	X(mails_aborted, "of them given up by the client")                                         \
	X(mails_unknown, "of them with an outcome not seen")                                       \
	X(rcpts, "recipients")                                                                     \
	X(accepted, "recipients accepted")                                                         \
	X(rejected, "recipients rejected")                                                         \
	X(deferred, "recipients deferred")                                                         \
	X(rcpts_unknown, "recipients with a disposition not seen")                                 \
	X(bytes, "bytes of mails")                                                                 \
	X(mails_scored, "mails whose content was scored")                                          \
	X(mails_judged, "of them that count for the sequential test; none that it sent on")        \
	X(mails_spam, "of the judged ones: score 5.0 or more")                                     \
	X(mails_over, "own scored mails with 5.0 or more, innocent kinds included")                \
	X(score_plus, "sum of the positive scores, thousandths")                                   \
	X(score_minus, "sum of the negative scores, thousandths, as a positive number")            \
	X(score_0, "mails with a score below 0")                                                   \
	X(score_1, "0 to below 1")                                                                 \
	X(score_2, "1 to below 3")                                                                 \
	X(score_3, "3 to below 5")                                                                 \
	X(score_4, "5 to below 7")                                                                 \
	X(score_5, "7 to below 10")                                                                \
	X(score_6, "10 to below 15")                                                               \
	X(score_7, "15 or more")                                                                   \
	X(mails_null_sender, "mails from <>")                                                      \
	X(callouts, "mails from <> given up before DATA")                                          \
	X(mails_php, "mails by PHP")                                                               \
	X(mails_php_spam, "of them with 5.0 or more")                                              \
	X(mails_php_fanout, "of them with more recipients than the To field says")                 \
	X(mails_batch, "mails of cron and batch systems")                                          \
	X(mails_typed, "mails typed by hand")                                                      \
	X(mails_bounce, "bounces")                                                                 \
	X(mails_list, "mails of mailing lists")                                                    \
	X(mails_injected, "mails with header fields injected through a form")                      \
	X(mails_auto, "automatic answers")                                                         \
	X(mails_forwarded, "mails that say they were forwarded")                                   \
	X(mails_test, "mails of test tools")                                                       \
	X(mails_proxy, "mails that came through a proxy, by their own fields")                     \
	X(helo, "sessions with HELO or EHLO")                                                      \
	X(helo_localhost, "HELO localhost or localhost.localdomain")                               \
	X(helo_address, "HELO with a bare address")                                                \
	X(helo_no_dot, "HELO with a name without dot")                                             \
	X(helo_private, "HELO with a name that exists only inside (.local, .lan, …)")              \
	X(helo_target, "HELO with the name or address of the server")                              \
	X(auth_sessions, "sessions with AUTH")                                                     \
	X(auth_failures, "failed AUTH")                                                            \
	X(http_verbs, "sessions in which the client spoke HTTP")                                   \
	X(vrfy, "replies to VRFY and EXPN")                                                        \
	X(odd_sessions, "sessions with a fault that no mail server makes, not typed by hand")      \
	X(typed_sessions, "sessions typed by hand")                                                \
	X(listed, "replies that name a public blocklist for this host")                            \
	X(private, "replies that refuse this host by a private reputation")                        \
	X(in_sessions, "sessions as a server")                                                     \
	X(in_sessions_submission, "of them on a submission port")                                  \
	X(in_encrypted, "of them that went on under TLS")                                          \
	X(in_mails, "transactions as a server")                                                    \
	X(in_accepted, "recipients accepted as a server")                                          \
	X(in_rejected, "recipients rejected as a server")                                          \
	X(in_relay_denied, "of them because this host does not relay")                             \
	X(in_external, "mails accepted from outside the campus, without AUTH")                     \
	X(in_auth_sessions, "sessions as a server with AUTH")                                      \
	X(in_auth_failures, "failed AUTH as a server")                                             \
	X(in_http_verbs, "sessions as a server in which the client spoke HTTP")                    \
	X(in_relay_probes,                                                                         \
		"sessions as a server in which the client tried to relay by odd addresses")        \
	X(in_vrfy, "VRFY and EXPN received")                                                       \
	X(sessions_quit, "sessions that the client ended with QUIT, as far as seen")               \
	X(sessions_refused, "sessions refused in the greeting or in the reply to HELO or EHLO")    \
	X(sessions_outside, "sessions to servers outside of the campus")                           \
	X(port_25, "of them to port 25")                                                           \
	X(port_465, "of them to port 465")                                                         \
	X(port_587, "of them to port 587")                                                         \
	X(port_other, "of them to other ports")                                                    \
	X(accepted_25,                                                                             \
		"mails accepted outside on port 25, those that are told by TLS records too")       \
	X(accepted_465, "on port 465")                                                             \
	X(accepted_587, "on port 587")                                                             \
	X(accepted_other, "on other ports")                                                        \
	X(estimated_sessions, "encrypted sessions whose records tell mails and refusals")          \
	X(estimated_mails, "mails in them")                                                        \
	X(estimated_refusals, "refusals in them")                                                  \
	X(tls_offered, "sessions in which the server offered TLS")                                 \
	X(tls_unused, "of them in which the client did not take it")                               \
	X(mails_loop,                                                                              \
		"mails that go round: a hop twice, a server five times, more than 20 hops, 5.4.6") \
	X(mails_sorted,                                                                            \
		"mails to five recipients or more in alphabetical order; of hashed ones that of "  \
		"their domains")                                                                   \
	X(spfbl_points, "refusals by which SPFBL gives a negative point")                          \
	X(helo_inside, "HELO with a private address in brackets: a client behind NAT")             \
	X(in_proxied, "sessions that others led through this host as a proxy")                     \
	X(in_proxied_mails, "mails seen in them")                                                  \
	X(in_internal, "mails accepted from inside, or with AUTH")                                 \
	X(behind_mails, "mails that another host sent on for it")                                  \
	X(behind_judged, "of them that count for the sequential test")                             \
	X(behind_spam, "of these: score 5.0 or more")                                              \
	X(passed_mails, "mails sent on for a host behind this one")                                \
	X(passed_judged, "of them that count for the sequential test")                             \
	X(passed_spam, "of these: score 5.0 or more")                                              \
	X(quoted, "replies to others that quote this host's address")                              \
	X(looked_up, "look-ups that found it on a list")                                           \
	X(passed_scored, "mails sent on for a host behind this one whose content was scored")

/* Numbers of different things. */
#define AGGREGATE_SKETCHES(X)                                                                      \
	X(servers, "servers")                                                                      \
	X(server_networks, "networks of servers (/24, /48)")                                       \
	X(domains, "recipient domains")                                                            \
	X(recipients, "recipients")                                                                \
	X(sender_domains, "sender domains")                                                        \
	X(helo_names, "HELO names")                                                                \
	X(subjects, "subjects")                                                                    \
	X(in_networks, "networks of clients (/24, /48)")                                           \
	X(in_auth_networks, "networks from which clients used AUTH")                               \
	X(senders, "envelope senders")                                                             \
	X(texts, "texts of mails, by digest")                                                      \
	X(dialects, "ways to speak SMTP")                                                          \
	X(ja4s, "TLS clients by JA4")                                                              \
	X(speakers,                                                                                \
		"clients by HELO name and program, dialect or JA4: how many speak through one "    \
		"address")                                                                         \
	X(in_posts, "HTTP POSTs to it, by time and path")

#endif
