/* What of a record stands in columns of its own: one row per column, X(name, kind, value).
 *
 * The INSERT (statements.c) and its bound values (put_*.c) both come from these rows, so
 * they cannot disagree. `value` is an expression over what put_*.c has at hand: r = the
 * record, s = the session of a mail, x = what was worked out from it; `kind` says how it is bound
 * (bind_* of row.h). */
#ifndef HELOSCOPE_STORE_COLUMNS_H
#define HELOSCOPE_STORE_COLUMNS_H

#define SESSION_COLUMNS(X)                                                                         \
	X(session, text, r->id)                                                                    \
	X(open, int, r->open)                                                                      \
	X(start_ns, int, r->start)                                                                 \
	X(end_ns, int, r->end)                                                                     \
	X(client, addr, r->client.addr)                                                            \
	X(client_key, key, r->client.addr)                                                         \
	X(client_port, int, r->client.port)                                                        \
	X(server, addr, r->server.addr)                                                            \
	X(server_key, key, r->server.addr)                                                         \
	X(server_port, int, r->server.port)                                                        \
	X(direction, text, direction_word(r->direction))                                           \
	X(visibility, text, visibility_word(r->visibility))                                        \
	X(helo, text, r->helo_name)                                                                \
	X(banner, text, r->banner)                                                                 \
	X(encrypted, int, r->tls.used || r->tls.implicit)                                          \
	X(tls, text, r->tls.version)                                                               \
	X(auth, text, r->auth.mechanism)                                                           \
	X(auth_result, text, r->auth.result)                                                       \
	X(client_software, text, r->client_software)                                               \
	X(server_software, text, r->server_software)                                               \
	X(dialect, text, r->dialect)                                                               \
	X(community_id, text, r->community_id)                                                     \
	X(bytes_client, int, r->bytes_client)                                                      \
	X(bytes_server, int, r->bytes_server)                                                      \
	X(gap_bytes, int, r->gap_bytes)                                                            \
	X(close, text, close_reason_word(r->close))                                                \
	X(mails, int, r->mails_count_total)                                                        \
	X(refusals, int, x->refusals)                                                              \
	X(class, text, x->class)                                                                   \
	X(list, text, x->list)                                                                     \
	X(anomalies, text, x->anomalies)                                                           \
	X(record, slice, x->record)                                                                \
	X(protocol, text, r->protocol)

#define MAIL_COLUMNS(X)                                                                            \
	X(session, text, r->session)                                                               \
	X(number, int, r->number)                                                                  \
	X(start_ns, int, r->start)                                                                 \
	X(end_ns, int, r->end)                                                                     \
	X(client, addr, s->client.addr)                                                            \
	X(client_key, key, s->client.addr)                                                         \
	X(server, addr, s->server.addr)                                                            \
	X(server_key, key, s->server.addr)                                                         \
	X(server_port, int, s->server.port)                                                        \
	X(direction, text, direction_word(s->direction))                                           \
	X(mail_from, text, r->mail_from)                                                           \
	X(from_domain, text, x->from_domain)                                                       \
	X(rcpt, text, x->rcpt)                                                                     \
	X(rcpts, int, x->rcpts)                                                                    \
	X(rcpts_refused, int, x->rcpts_refused)                                                    \
	X(rcpts_waiting, int, x->rcpts_waiting)                                                    \
	X(outcome, text, outcome_word(r->outcome))                                                 \
	X(code, int, r->code)                                                                      \
	X(class, text, r->code == 0 ? "" : reply_class_word(r->class))                             \
	X(list, text, r->list)                                                                     \
	X(queue_id, text, r->queue_id)                                                             \
	X(bytes, int, r->bytes)                                                                    \
	X(score, real, r->score)                                                                   \
	X(rules, text, x->rules)                                                                   \
	X(labels, text, x->labels)                                                                 \
	X(header_from, text, r->header.from)                                                       \
	X(subject, text, r->header.subject)                                                        \
	X(message_id, text, r->header.message_id)                                                  \
	X(mailer, text, r->header.mailer)                                                          \
	X(php_script, text, r->header.php_script)                                                  \
	X(record, slice, x->record)                                                                \
	X(text_key, text, mail_text_key(r))

/* r = the first reply of its kind in the session s. */
#define EVIDENCE_COLUMNS(X)                                                                        \
	X(session, text, s->id)                                                                    \
	X(command, text, r->to)                                                                    \
	X(code, int, r->code)                                                                      \
	X(class, text, reply_class_word(r->class))                                                 \
	X(list, text, r->list)                                                                     \
	X(first_ns, int, r->time)                                                                  \
	X(last_ns, int, x->last)                                                                   \
	X(count, int, x->count)                                                                    \
	X(client, addr, s->client.addr)                                                            \
	X(client_key, key, s->client.addr)                                                         \
	X(client_port, int, s->client.port)                                                        \
	X(server, addr, s->server.addr)                                                            \
	X(server_key, key, s->server.addr)                                                         \
	X(server_port, int, s->server.port)                                                        \
	X(helo, text, s->helo_name)                                                                \
	X(enhanced, text, r->enhanced)                                                             \
	X(quoted, addr, r->quoted)                                                                 \
	X(text, text, r->text)

#define HOST_COLUMNS(X)                                                                            \
	X(host, addr, r->ip)                                                                       \
	X(host_key, key, r->ip)                                                                    \
	X(name, text, r->name)                                                                     \
	X(role, text, role_word(r->role))                                                          \
	X(verdict, text, verdict_word(r->verdict))                                                 \
	X(verdict_rank, int, r->verdict)                                                           \
	X(verdict_since_ns, int, r->verdict_since)                                                 \
	X(risk, real, r->risk)                                                                     \
	X(visibility, text, visibility_word(r->visibility))                                        \
	X(first_ns, int, r->first)                                                                 \
	X(last_ns, int, r->last)                                                                   \
	X(cause, text, x->cause)                                                                   \
	X(confidence, real, x->confidence)                                                         \
	X(listed_on, text, x->listed_on)                                                           \
	X(sessions, int, x->count[COUNT_SESSIONS])                                                 \
	X(mails, int, x->count[COUNT_MAILS])                                                       \
	X(rcpts, int, x->count[COUNT_RCPTS])                                                       \
	X(accepted, int, x->count[COUNT_ACCEPTED])                                                 \
	X(rejected, int, x->count[COUNT_REJECTED])                                                 \
	X(deferred, int, x->count[COUNT_DEFERRED])                                                 \
	X(summary, text, r->summary)                                                               \
	X(record, slice, x->record)

/* r = the host's record; live and the time are known when the batch ends. */
#define CHANGE_COLUMNS(X)                                                                          \
	X(host, addr, r->ip)                                                                       \
	X(host_key, key, r->ip)                                                                    \
	X(time_ns, int, r->verdict_since)                                                          \
	X(noted_ns, int, 0)                                                                        \
	X(before, text, x->before)                                                                 \
	X(verdict, text, verdict_word(r->verdict))                                                 \
	X(risk, real, r->risk)                                                                     \
	X(cause, text, x->cause)                                                                   \
	X(summary, text, r->summary)                                                               \
	X(live, int, 0)

#define DELIVERY_COLUMNS(X)                                                                        \
	X(change, int, r->change)                                                                  \
	X(target, text, r->target)                                                                 \
	X(state, text, delivery_state_word(r->state))                                              \
	X(attempts, int, r->attempts)                                                              \
	X(time_ns, int, r->time)                                                                   \
	X(next_ns, int, r->next)                                                                   \
	X(error, text, r->error)

#define LOOKUP_COLUMNS(X)                                                                          \
	X(host, addr, r->host)                                                                     \
	X(host_key, key, r->host)                                                                  \
	X(list, text, r->list)                                                                     \
	X(zone, text, r->zone)                                                                     \
	X(time_ns, int, r->time)                                                                   \
	X(answer, text, lookup_answer_word(r->answer))                                             \
	X(codes, text, r->codes)                                                                   \
	X(predicted, real, r->predicted)                                                           \
	X(verdict, text, verdict_word(r->verdict))

#define HOUR_COLUMNS(X)                                                                            \
	X(host, addr, x->host)                                                                     \
	X(hour_ns, int, x->hour)                                                                   \
	X(sessions, int, x->count[COUNT_SESSIONS])                                                 \
	X(mails, int, x->count[COUNT_MAILS])                                                       \
	X(rcpts, int, x->count[COUNT_RCPTS])                                                       \
	X(accepted, int, x->count[COUNT_ACCEPTED])                                                 \
	X(rejected, int, x->count[COUNT_REJECTED])                                                 \
	X(deferred, int, x->count[COUNT_DEFERRED])                                                 \
	X(listed, int, x->count[COUNT_LISTED])                                                     \
	X(score_max, real, x->score_max)                                                           \
	X(counts, slice, x->record)                                                                \
	X(packed, blob, x->packed)

/* r = the interval. */
#define LOSS_COUNTER_COLUMN(X, counter, title, note)                                               \
	X(counter, int, r->counters.value[COUNTER_##counter])
#define LOSS_COLUMNS(X)                                                                            \
	X(run, int, run)                                                                           \
	X(start_ns, int, r->start)                                                                 \
	X(covered_ms, int, r->covered / PTIME_MS)                                                  \
	LOSS_COUNTERS(LOSS_COUNTER_COLUMN, X)

#define LISTING_COLUMNS(X)                                                                         \
	X(host, addr, x->host)                                                                     \
	X(host_key, key, x->host)                                                                  \
	X(list, text, r->list)                                                                     \
	X(since_ns, int, x->since)                                                                 \
	X(last_ns, int, r->last)                                                                   \
	X(until_ns, int, r->until)                                                                 \
	X(count, int, r->count)                                                                    \
	X(server, addr, r->server)                                                                 \
	X(reply, text, r->reply)                                                                   \
	X(kind, text, listing_kind_word(r->kind))                                                  \
	X(ended_by, text, r->ended_by != NULL ? r->ended_by : "")                                  \
	X(servers, text, x->servers)

#endif
