/* Shapes of HELO names that a mail server on the Internet does not have.
 *
 * Source: RFC 5321 2.3.5, 4.1.1.1 (a name that resolves, or an address literal in brackets); the
 * CBL listed for localhost and bare addresses; rspamd's hfilter for the others. Input:  clean text,
 * the client's. */
#ifndef HELOSCOPE_HOST_HELO_H
#define HELOSCOPE_HOST_HELO_H

#include "sensor/base/slice.h"

enum helo_shape { HELO_GOOD, HELO_LOCALHOST, HELO_ADDRESS, HELO_NO_DOT, HELO_PRIVATE };

enum helo_shape helo_shape(struct slice name);
/* The part of a name that its owner registered, by a rule of thumb: two labels, or three where the
 * second last is as short as in .co.uk, .edu.br, .ac.at. */
struct slice name_owner(struct slice name);

#endif
