#!/usr/bin/env python3
"""An SMTP server that writes down how a client speaks.

usage: recorder.py OFFERS FILE HEADING READY

Listens on 127.0.0.1:25, writes into READY when it does, and appends each session to FILE: "# HEADING" ("PROGRAM, OFFERS, CASE"), then
"> TEXT" for what came in before an answer was given and "< TEXT" for the answer.  Of a mail's content only the fields that name a program are
kept, the rest is as it was.  Recipients that begin with "gone" are refused.  OFFERS: all, nochunk, none, helo (EHLO is unknown).
"""
import re
import socket
import sys
import threading
import time

EXTENSIONS = {
    "all": ["PIPELINING", "SIZE 10240000", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"],
    "nochunk": ["PIPELINING", "SIZE 10240000", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES"],
    "none": [],
    "helo": None,
}


def shown(data):
    return data.decode("latin-1").encode("unicode_escape").decode().replace("\\\\", "\\")


def kept(content):
    """Of the content only what tells the program: the fields that name it, cut short."""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    header = re.sub(rb"\r?\n[ \t]+", b" ", content.split(end + end)[0]).split(end)
    fields = [f[:160] for f in header if re.match(rb"(?i)(received|message-id|x-mailer|user-agent):", f)]
    return end.join([*fields, b"", b"x", b""])


class Session:
    def __init__(self, sock, offers):
        self.sock, self.offers, self.events, self.buf = sock, offers, [], b""
        self.data = None
        self.left = 0
        self.out = b""

    def answer(self, text):
        self.out += text.encode() + b"\r\n"

    def run(self):
        self.say("220 mx.example.net ESMTP")
        while True:
            try:
                got = self.sock.recv(65536)
            except OSError:
                return
            if not got:
                return
            time.sleep(0.02)  # what the client sends without waiting comes in, too
            self.sock.setblocking(False)
            try:
                while True:
                    more = self.sock.recv(65536)
                    if not more:
                        break
                    got += more
            except BlockingIOError:
                pass
            self.sock.setblocking(True)
            self.sock.settimeout(25)
            self.buf += got
            self.seen = ""
            quit_ = self.eat()
            if self.seen:
                self.events.append("> " + self.seen)
            if self.out:
                self.events.append("< " + shown(self.out))
                out, self.out = self.out, b""
                self.sock.sendall(out)
            if quit_:
                return

    def say(self, text):
        self.events.append("< " + shown(text.encode() + b"\r\n"))
        self.sock.sendall(text.encode() + b"\r\n")

    def eat(self):
        while True:
            if self.left:
                if len(self.buf) < self.left:
                    return False
                content = kept(self.buf[:self.left])
                self.seen += shown(self.head[0] + b" %d" % len(content) + self.head[1] + content)
                self.buf = self.buf[self.left:]
                self.left = 0
                self.answer("250 2.0.0 Ok: queued as 4Z1x2y" if self.last else "250 2.0.0 Ok")
                continue
            if self.data:
                m = re.search(rb"(^|\n)\.\r?\n", self.buf)
                if not m:
                    return False
                self.seen += shown(kept(self.buf[:m.start() + 1]) + (b".\r\n" if m.group(0).endswith(b"\r\n") else b".\n"))
                self.buf = self.buf[m.end():]
                self.data = False
                self.answer("250 2.0.0 Ok: queued as 4Z1x2y")
                continue
            line, nl, rest = self.buf.partition(b"\n")
            if not nl:
                return False
            self.buf = rest
            if self.command(line + nl):
                return True

    def command(self, raw):
        line = raw.decode("latin-1").strip()
        verb = line.split(" ")[0].split(":")[0].upper()
        if verb == "BDAT":
            size = int(line.split()[1])
            self.last = line.upper().endswith("LAST")
            self.left = size
            word = raw.split()
            self.head = word[0], (b" " + word[2] if len(word) > 2 else b"") + b"\r\n"
            if not size:
                self.seen += shown(raw)
                self.answer("250 2.0.0 Ok")
            return False
        self.seen += shown(raw)
        if verb == "EHLO" and EXTENSIONS[self.offers] is not None:
            lines = ["mx.example.net"] + EXTENSIONS[self.offers]
            for i, text in enumerate(lines):
                self.answer(("250 " if i == len(lines) - 1 else "250-") + text)
        elif verb in ("HELO",):
            self.answer("250 mx.example.net")
        elif verb == "EHLO":
            self.answer("502 5.5.1 command not known")
        elif verb == "RCPT":
            self.answer("550 5.1.1 no such user" if "gone" in line else "250 2.1.5 Ok")
        elif verb in ("MAIL", "RSET", "NOOP"):
            self.answer("250 2.1.0 Ok")
        elif verb == "DATA":
            self.answer("354 End data with <CR><LF>.<CR><LF>")
            self.data = True
        elif verb == "QUIT":
            self.answer("221 2.0.0 Bye")
            return True
        else:
            self.answer("502 5.5.2 not known")
        return False


def main():
    offers, path, heading, ready = sys.argv[1:5]
    lock = threading.Lock()
    listener = socket.create_server(("127.0.0.1", 25), backlog=20)
    open(ready, "w").write("ready")

    def serve(sock):
        sock.settimeout(25)
        s = Session(sock, offers)
        s.run()
        sock.close()
        with lock, open(path, "a") as f:
            f.write("# " + heading + "\n" + "".join(e + "\n" for e in s.events))

    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


main()
