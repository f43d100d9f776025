#!/usr/bin/env python3
"""Types an SMTP dialogue by hand: a key, a segment, a pause of 80 to 300 ms.

usage: typed.py HOST crlf|lf SEED <LINES

Each line of stdin is typed as it stands; \\b is the backspace key (sent as DEL, as terminals do), which a server that reads
raw bytes takes for part of the line. After a line the typist waits for the answer, but not within DATA.
"""
import random
import socket
import sys
import time


def main(host, line_end, seed):
    end = {"crlf": b"\r\n", "lf": b"\n"}[line_end]
    pause = random.Random(int(seed))
    s = socket.create_connection((host, 25), timeout=20)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.recv(2000)
    in_data = False
    for line in sys.stdin.read().splitlines():
        time.sleep(pause.uniform(0.4, 1.0))
        for key in line.replace("\\b", "\x7f").encode() or b"":
            s.send(bytes([key]))
            time.sleep(pause.uniform(0.08, 0.30))
        s.send(end)
        if in_data and line != ".":
            continue
        answer = s.recv(2000)
        in_data = answer.startswith(b"354")
    s.settimeout(5)
    s.close()


main(*sys.argv[1:])
