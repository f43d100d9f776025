#!/usr/bin/env python3
"""Sends the frames of a pcap file (Ethernet) out of one interface, or each direction out of its own.

replay.py FILE PPS IFACE [IFACE_OF_REPLIES] [--tags TPID:ID,...] [--shift N]

PPS 0 is as fast as it goes.  Tags are put into the frame, outermost first.  A shift changes the
addresses, so that the same capture is other connections.  Prints the number of frames.
"""
import socket
import struct
import sys
import time

MAIL = (25, 587, 465)


def frames(path):
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def is_reply(frame):
    header = 14 + (frame[14] & 15) * 4
    return struct.unpack(">H", frame[header:header + 2])[0] in MAIL


def tags(text):
    if not text:
        return b""
    pairs = (word.split(":") for word in text.split(","))
    return b"".join(struct.pack(">HH", int(tpid, 16), int(vlan)) for tpid, vlan in pairs)


def main(arguments):
    options = {}
    for name in ("--tags", "--shift"):
        if name in arguments:
            at = arguments.index(name)
            options[name] = arguments[at + 1]
            del arguments[at:at + 2]
    tag, shift = tags(options.get("--tags")), int(options.get("--shift", 0))
    path, pps, *names = arguments
    outs = []
    for name in names:
        out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        out.bind((name, 0))
        outs.append(out)
    count, start = 0, time.monotonic()
    for frame in frames(path):
        frame = bytearray(frame)
        frame[27] ^= shift
        frame[31] ^= shift
        outs[-1 if is_reply(frame) else 0].send(frame[:12] + tag + frame[12:])
        count += 1
        if int(pps):
            time.sleep(max(0, start + count / int(pps) - time.monotonic()))
    print(count)


main(sys.argv[1:])
