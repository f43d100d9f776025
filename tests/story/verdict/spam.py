#!/usr/bin/env python3
"""Sends what nobody asked for, as a spam engine does: its own dialect, a template, no second try.

usage: spam.py SERVER SENDER RECIPIENT[,...] [--proxy HOST:PORT | --socks HOST:PORT] [--mails N] [--helo NAME]

One session a mail; with --proxy by CONNECT through an HTTP proxy, with --socks by SOCKS5.  A refusal is an answer, not a failure.
"""
import argparse
import socket
import sys

TEXT = """From: "Dr. Claim Office" <{sender}>\r
To: undisclosed-recipients:;\r
Subject: You won the lottery: claim your prize NOW ({n})\r
Message-ID: <{n:012d}.{n:05d}@{helo}>\r
X-Mailer: The Bat! (v2.00.{n})\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=us-ascii\r
\r
<html><body><font color=red size=7>Dear friend, you have won $5,000,000 dollars in our lottery!!!</font>\r
<p>Viagra 90% off, cheap replica watches, no prescription needed.\r
<a href="http://watches.example/win?{n}">Click here</a> Act now, this offer expires today! 100% free, no obligation.\r
</body></html>\r
.\r
"""


class Refused(Exception):
    pass


def ask(stream, line, want):
    if line:
        stream.write(line.encode() + b"\r\n")
    answer = stream.readline()
    while answer[3:4] == b"-":
        answer = stream.readline()
    if not answer.startswith(want):
        raise Refused(answer.decode(errors="replace").strip())


def connect(server, proxy, socks):
    host, _, port = (proxy or socks or server + ":25").partition(":")
    stream = socket.create_connection((host, int(port)), timeout=15).makefile("rwb", buffering=0)
    if proxy:
        stream.write(f"CONNECT {server}:25 HTTP/1.0\r\n\r\n".encode())
        answer = stream.readline()
        if b" 200 " not in answer:
            raise Refused(answer.decode(errors="replace").strip())
        while stream.readline().strip():
            pass
    if socks:
        stream.write(b"\x05\x01\x00")
        if stream.read(2) != b"\x05\x00":
            raise Refused("SOCKS: asks for a name")
        stream.write(b"\x05\x01\x00\x01" + socket.inet_aton(server) + (25).to_bytes(2, "big"))
        if stream.read(10)[1:2] != b"\x00":
            raise Refused("SOCKS: refused")
    return stream


def one_mail(a, n):
    stream = connect(a.server, a.proxy, a.socks)
    ask(stream, "", b"220")
    ask(stream, "HELO " + a.helo, b"250")
    ask(stream, f"MAIL FROM: <{a.sender}>", b"250")
    taken = 0
    for to in a.to.split(","):
        try:
            ask(stream, f"RCPT TO: <{to}>", b"250")
            taken += 1
        except Refused as refusal:
            print(refusal, file=sys.stderr)
    if taken:
        ask(stream, "DATA", b"354")
        stream.write(TEXT.format(sender=a.sender, helo=a.helo, n=n).encode())
        ask(stream, "", b"250")
    ask(stream, "QUIT", b"221")
    stream.close()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("server")
    p.add_argument("sender")
    p.add_argument("to")
    p.add_argument("--proxy")
    p.add_argument("--socks")
    p.add_argument("--mails", type=int, default=1)
    p.add_argument("--helo", default="friend")
    a = p.parse_args()
    for n in range(1, a.mails + 1):
        try:
            one_mail(a, n)
        except (Refused, OSError) as refusal:
            print(refusal, file=sys.stderr)


main()
