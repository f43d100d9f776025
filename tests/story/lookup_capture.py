#!/usr/bin/env python3
"""Writes a capture of hosts that are refused because lists have them, and of one that is not: lookup_capture.py OUT.pcap [SECONDS SINCE 1970]"""
import socket
import struct
import sys
import time

CLIENT, SERVER = 0, 1
FIN, SYN, ACK, PUSH = 1, 2, 16, 8
REFUSAL = "554 5.7.1 Service unavailable; Client host [%s] blocked using zen.spamhaus.org"
MAIL = (
    "From: Ann <a@example.org>\r\nTo: <b@example.net>\r\nSubject: minutes of Monday\r\nDate: %s\r\n"
    "Message-ID: <%d.4711@mail.example.org>\r\nMIME-Version: 1.0\r\n\r\nHere they are.\r\n."
)
# who, to whom, sessions, and whether it is refused
HOSTS = (
    ("200.136.80.4", "198.51.100.25", 12, True),
    ("2001:db8:80::25", "2001:db8:ffff::25", 6, True),
    ("10.1.2.3", "198.51.100.25", 6, True),
    ("200.136.80.9", "198.51.100.25", 3, False),
)


class Stream:
    """One TCP stream, packet by packet; its checksums are left wrong, as a network card would fill them in."""

    def __init__(self, out, client, server, port, start):
        self.out, self.time, self.next = out, start, [1000, 5000]
        self.ends = ((client, port), (server, 25))

    def packet(self, side, flags, data=b""):
        (source, source_port), (target, target_port) = self.ends[side], self.ends[1 - side]
        ack = self.next[1 - side] if flags & ACK else 0
        tcp = struct.pack(">HHIIBBHHH", source_port, target_port, self.next[side], ack, 0x50, flags, 65535, 0, 0) + data
        if ":" in source:
            addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
            frame = bytes(12) + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + addresses + tcp
        else:
            addresses = socket.inet_aton(source) + socket.inet_aton(target)
            frame = bytes(12) + b"\x08\x00" + struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + addresses + tcp
        self.time += 0.01
        self.out.write(struct.pack("<IIII", int(self.time), int(self.time * 10**6) % 10**6, len(frame), len(frame)) + frame)
        self.next[side] += len(data) + (1 if flags & (SYN | FIN) else 0)

    def say(self, side, text):
        self.packet(side, ACK | PUSH, text.encode() + b"\r\n")


def session(stream, client, number, refused):
    stream.packet(CLIENT, SYN)
    stream.packet(SERVER, SYN | ACK)
    stream.say(SERVER, "220 mx.example.net ESMTP")
    stream.say(CLIENT, "EHLO h%d.example.org" % number)
    stream.say(SERVER, "250 mx.example.net")
    stream.say(CLIENT, "MAIL FROM:<a@example.org>")
    stream.say(SERVER, "250 2.1.0 Ok")
    stream.say(CLIENT, "RCPT TO:<b%d@example.net>" % number)
    if refused:
        stream.say(SERVER, REFUSAL % client)
    else:
        stream.say(SERVER, "250 2.1.5 Ok")
        stream.say(CLIENT, "DATA")
        stream.say(SERVER, "354 go ahead")
        stream.say(CLIENT, MAIL % (time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(stream.time)), number))
        stream.say(SERVER, "250 2.0.0 Ok: queued as 4AB%d" % number)
    stream.say(CLIENT, "QUIT")
    stream.say(SERVER, "221 2.0.0 Bye")
    stream.packet(CLIENT, FIN | ACK)
    stream.packet(SERVER, FIN | ACK)
    stream.packet(CLIENT, ACK)


def main():
    start = float(sys.argv[2]) if len(sys.argv) > 2 else time.time() - 600
    number = 0
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for client, server, sessions, refused in HOSTS:
            for _ in range(sessions):
                session(Stream(out, client, server, 40000 + number, start + number), client, number, refused)
                number += 1


if __name__ == "__main__":
    main()
