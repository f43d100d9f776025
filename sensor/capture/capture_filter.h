/* What the kernel hands over: a program of classic BPF, made from the configured ports, and the
 * share of one of several workers.
 *
 * Source: pcap-filter's machine (McCanne and Jacobson 1993), linux/filter.h; the layers as in
 *         sensor/decap.
 * Output: Only what is known to be of no use is dropped: TCP of other ports that is neither SYN-ACK
 *         nor fragment, and (any_port) does not begin with the words that reveal SMTP, a proxy on
 *         its way there, or an HTTP POST; UDP to no tunnel's port, ICMP and the like, ARP and the like.  What is not
 *         understood passes, so that it is counted.
 *         Looked through: up to three VLAN tags in the frame (the kernel takes another out of it),
 *         MPLS, PPPoE, PBB, ERSPAN.  Other tunnels pass whole.
 *         Shares: by both addresses, in either direction the same; those of the innermost IP
 *         packet that is looked through, so VLANs, labels and fragments make no difference.  What
 *         has no address is the first worker's.
 * Why not PACKET_FANOUT: its members have places that change when one dies or an interface goes
 *         down and comes up; streams then change hands, and the two interfaces of an asymmetric
 *         path no longer agree for good.  A filter of its own keeps a worker's share for ever, at
 *         the price that each packet is looked at by each worker's filter. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_FILTER_H
#define HELOSCOPE_CAPTURE_CAPTURE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum capture_link {
	CAPTURE_LINK_ETHERNET,
	CAPTURE_LINK_COOKED, /* a socket of `any`: no link header, the kernel tells the protocol */
	CAPTURE_LINK_RAW,    /* IP */
};

struct capture_filter {
	bool ports_only; /* false: everything passes; only the share counts */
	const uint16_t *ports;
	size_t ports_count;
	const uint16_t *udp_ports; /* of tunnels, besides those that decap always opens */
	size_t udp_ports_count;
	unsigned share, shares; /* 0 of 0 or 1: all */
	bool any_port; /* TCP of other ports passes, too, that begins as SMTP or on its way there */
	const uint16_t *learned; /* further ports */
	size_t learned_count;
};

enum { CAPTURE_FILTER_MAX = 1024 /* instructions; the kernel takes 4096 */ };

/* Writes the program: its length, 0 = it does not fit.  A frame that passes goes to the instruction
 * behind it, which the caller adds (a `ret`, or another program). */
size_t capture_filter_build(const struct capture_filter *f, enum capture_link link,
	struct sock_filter *out, size_t max);

#endif
