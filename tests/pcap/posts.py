#!/usr/bin/env python3
"""What `read` keeps of HTTP POSTs: how many came to hosts of ours, and the path alone; never a query, never a body, nothing of others.

usage: posts.py PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile

from made import ACK, CLIENT, PUSH, SERVER, SYN, Stream

OURS = "192.0.2.25"  # the server of made.py's streams
BODY = b" HTTP/1.1\r\nHost: www\r\n\r\nname=secret-body"
# port, segments of the client
STREAMS = (
    (80, b"POST /dept/form.php?key=secret-query" + BODY, b"POST /dept/form.php" + BODY, b"GET /dept/form.php?key=secret-query HTTP/1.1\r\n\r\n"),
    (8080, b"POST /a;sid=secret-parameter" + BODY, b"POST /b#secret-fragment" + BODY),
    (443, b"POST /\xff\xfe\x1b]0;x\x07<script>\xe2\x80\xae/long" + b"x" * 400 + b"secret-end" + BODY),
    (25, b"POST /on/a/mail/port" + BODY),
    (81, b"POST http://mx.example:25/secret-target" + BODY),
)


def make(path, doubled):
    with open(path, "wb") as out:
        out.write(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
        for number, (port, *segments) in enumerate(STREAMS):
            stream = Stream(out, number, port)
            stream.packet(CLIENT, SYN)
            stream.packet(SERVER, SYN | ACK)
            for data in segments:
                begin = stream.next[CLIENT]
                stream.packet(CLIENT, ACK | PUSH, data)
                if doubled:
                    stream.next[CLIENT] = begin
                    stream.packet(CLIENT, ACK | PUSH, data)
        # A mail from there, so that the host is more than a web server.
        stream = Stream(out, len(STREAMS), 25)
        stream.ends = ((OURS, 40100), ("203.0.113.10", 25))
        stream.packet(CLIENT, SYN)
        stream.packet(SERVER, SYN | ACK)
        for side, data in ((SERVER, b"220 mx ESMTP\r\n"), (CLIENT, b"EHLO www.campus.example\r\n"), (SERVER, b"250 mx\r\n"), (CLIENT, b"QUIT\r\n"),
                           (SERVER, b"221 bye\r\n")):
            stream.packet(side, ACK | PUSH, data)


def read(program, capture, *options):
    result = subprocess.run([program, "read", "--json", "--no-store", *options, capture], capture_output=True, check=True)
    records = [json.loads(line) for line in result.stdout.splitlines()]
    return result.stdout + result.stderr, {r["ip"]: r for r in records if r["type"] == "host"}


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        for doubled in (False, True):
            capture = os.path.join(folder, f"posts-{doubled}.pcap")
            make(capture, doubled)
            said, hosts = read(program, capture, "--net", "192.0.2.0/24")
            assert hosts[OURS]["counts"]["in_posts"] == 5, (doubled, hosts[OURS]["counts"]["in_posts"])
            assert b"secret" not in said
            _, hosts = read(program, capture, "--net", "203.0.113.0/24")
            assert all(h["counts"]["in_posts"] == 0 for h in hosts.values()), "of a host that is not ours"
            store = os.path.join(folder, f"posts-{doubled}.db")
            subprocess.run([program, "read", "--store", store, "--net", "192.0.2.0/24", capture], stdout=subprocess.DEVNULL, check=True)
            for name in os.listdir(folder):
                if name.startswith(os.path.basename(store)):
                    with open(os.path.join(folder, name), "rb") as file:
                        kept = file.read()
                    assert b"secret" not in kept and b"\x1b]0" not in kept, name
                    if name.endswith(".db"):
                        assert b"/dept/form.php" in kept, "the path is not kept"
    print("ok   five POSTs, their paths, and nothing else of them")


main(*sys.argv[1:])
