#!/usr/bin/env python3
"""Copies frames from one device to another and adds the VLAN tags that a trunk of the campus switch would carry.

usage: tagspan.py FROM TO

192.0.2.0/25 and everything else is VLAN 110; 192.0.2.128/25 (compute nodes) is VLAN 120 inside service tag 1000.
"""
import ipaddress
import signal
import socket
import struct
import sys

NODES = ipaddress.ip_network("192.0.2.128/25")


def tags(frame):
    if frame[12:14] == b"\x08\x00" and len(frame) >= 34:
        ends = (ipaddress.ip_address(frame[26:30]), ipaddress.ip_address(frame[30:34]))
        if any(a in NODES for a in ends):
            return struct.pack("!HHHH", 0x88A8, 1000, 0x8100, 120)
    return struct.pack("!HH", 0x8100, 110)


def main(source, target):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    every = 0x0003  # ETH_P_ALL
    take = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every))
    take.bind((source, every))
    take.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    give = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every))
    give.bind((target, 0))
    while True:
        frame, address = take.recvfrom(65535)
        if address[2] != socket.PACKET_OUTGOING:
            give.send(frame[:12] + tags(frame) + frame[12:])


main(*sys.argv[1:])
