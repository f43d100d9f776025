#!/usr/bin/env python3
"""Writes a capture of streams to mail ports that are not SMTP: usage made.py OUT.pcap"""
import socket
import struct
import sys

CLIENT, SERVER = 0, 1
FIN, SYN, ACK, PUSH = 1, 2, 16, 8
# port, then who says what
STREAMS = (
    (25, (SERVER, b"220 (vsFTPd 3.0.3)\r\n"), (CLIENT, b"USER a\r\n"), (SERVER, b"331 Password\r\n")),
    (587, (SERVER, b"220 welcome\r\n"), (CLIENT, b"AUTH TLS\r\n"), (SERVER, b"234 ok\r\n")),
    (25, (CLIENT, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), (SERVER, b"HTTP/1.1 200 OK\r\n\r\n")),
    (25, (CLIENT, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")),
)


class Stream:
    """One TCP stream, packet by packet."""

    def __init__(self, out, number, port):
        self.out, self.ends = out, (("198.51.100.7", 40000 + number), ("192.0.2.25", port))
        self.next = [1000, 5000]
        self.time = 1213240000_000000 + number * 1000_000

    def packet(self, side, flags, data=b""):
        source, target = self.ends[side], self.ends[1 - side]
        ack = self.next[1 - side] if flags & ACK else 0
        tcp = struct.pack(">HHIIBBHHH", source[1], target[1], self.next[side], ack, 0x50, flags, 65535, 0, 0) + data
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, socket.inet_aton(source[0]), socket.inet_aton(target[0]))
        frame = bytes(12) + b"\x08\x00" + ip + tcp
        self.time += 10_000
        self.out.write(struct.pack("<IIII", self.time // 10**6, self.time % 10**6, len(frame), len(frame)) + frame)
        self.next[side] += len(data) + (1 if flags & (SYN | FIN) else 0)


def main():
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, (port, *words) in enumerate(STREAMS):
            stream = Stream(out, number, port)
            stream.packet(CLIENT, SYN)
            stream.packet(SERVER, SYN | ACK)
            for side, data in words:
                stream.packet(side, ACK | PUSH, data)
            stream.packet(CLIENT, FIN | ACK)
            stream.packet(SERVER, FIN | ACK)
            stream.packet(CLIENT, ACK)


if __name__ == "__main__":
    main()
