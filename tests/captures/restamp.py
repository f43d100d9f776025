#!/usr/bin/env python3
"""Gives packets the time that the hosts believed in when they sent them.

usage: restamp.py CLOCK IN OUT

The hosts of a scene run under libfaketime with one offset from real time, which is moved several times; the kernel that stamps
the packets knows nothing of it. CLOCK lists the moves: real seconds since 1970, offset in seconds. IN and OUT are classic pcap
files of this machine's byte order. Nothing but the time stamps of records is changed.
"""
import struct
import sys

MAGIC = 0xA1B2C3D4


def main(clock, source, target):
    with open(clock, encoding="ascii") as f:
        moves = [tuple(int(n) for n in line.split()) for line in f]
    with open(source, "rb") as f, open(target, "wb") as out:
        head = f.read(24)
        if struct.unpack("=I", head[:4])[0] != MAGIC:
            sys.exit(f"restamp.py: {source} is not a pcap file with microseconds in this machine's byte order")
        out.write(head)
        while record := f.read(16):
            seconds, rest, kept, size = struct.unpack("=IIII", record)
            offset = [o for start, o in moves if start <= seconds][-1]
            out.write(struct.pack("=IIII", seconds + offset, rest, kept, size) + f.read(kept))


main(*sys.argv[1:])
