#!/usr/bin/env python3
"""Who is told of changes of verdicts, and the mail that changes them.

alert_peer.py told FOLDER FAILURES
    A web server and a mail relay on loopback; prints "http PORT" and "smtp PORT".  Each POST is a line of FOLDER/http: path, status, Idempotency-Key,
    id in the body, number of changes; the last body is FOLDER/body.  A line of FOLDER/begun is written before it is answered.  The first FAILURES
    to /first are answered with 503; /slow takes 4 s, /hang a minute; /no is 403, /elsewhere a redirect.  Each mail is a line of FOLDER/smtp, its
    Message-ID, and a file FOLDER/mail.N; recipients refuse@… and later@… are refused with 550 and 450.
alert_peer.py refuse ADDR
    A mail server outside: it refuses recipients listed@… because of a blocklist, and takes all others.
alert_peer.py journal SOCKET
    Prints "ready" and then the fields of the first message, as journald would get them.
alert_peer.py send FROM TO RECIPIENT [TIMES]
    A mail from one address to another, refused or not.
"""
import http.server
import itertools
import json
import pathlib
import re
import smtplib
import socket
import socketserver
import sys
import threading
import time

WAITS = {"/slow": 4, "/hang": 60}
STATUS = {"/no": 403, "/elsewhere": 302}


class Threads(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64


class Dialogue(socketserver.StreamRequestHandler):
    """SMTP as far as it is needed; rcpt() says what becomes of a recipient, taken() what was sent."""

    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def rcpt(self, _line):
        return "250 2.1.5 ok"

    def taken(self, data):
        pass

    def data(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.taken(b"".join(lines))
        self.say("250 2.0.0 Ok: queued as 4ABC123")

    def handle(self):
        self.say("220 mx.example.net ESMTP")
        while line := self.rfile.readline().decode("latin-1"):
            verb = line.split(" ")[0].strip().upper()
            if verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            if verb == "RCPT":
                self.say(self.rcpt(line))
            elif verb == "DATA":
                self.data()
            else:
                self.say("250 mx.example.net" if verb in ("EHLO", "HELO") else "250 2.0.0 ok")


def told(folder, failures):
    folder, left = pathlib.Path(folder), itertools.count(-int(failures))
    lock, mails = threading.Lock(), itertools.count(1)

    def write_line(name, line):
        with lock, open(folder / name, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    class Web(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            alert = json.loads(body)
            write_line("begun", f"{self.path} {alert['id']}")
            time.sleep(WAITS.get(self.path, 0))
            status = STATUS.get(self.path, 204)
            if self.path == "/first" and next(left) < 0:
                status = 503
            (folder / "body").write_bytes(body)
            write_line("http", f"{self.path} {status} {self.headers['Idempotency-Key']} {alert['id']} {len(alert['changes'])}")
            try:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://192.0.2.1/")
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass

        def log_message(self, *_):
            pass

    class Relay(Dialogue):
        def rcpt(self, line):
            if "refuse@" in line:
                return "550 5.1.1 no such user"
            return "450 4.2.0 greylisted" if "later@" in line else "250 2.1.5 ok"

        def taken(self, data):
            (folder / f"mail.{next(mails)}").write_bytes(data)
            found = re.search(rb"^Message-ID: <(\S+)>", data, re.M)
            write_line("smtp", found.group(1).decode() if found else "none")

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    relay = Threads(("127.0.0.1", 0), Relay)
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    print("http", web.server_address[1])
    print("smtp", relay.server_address[1], flush=True)
    web.serve_forever()


def refuse(address):
    class Outside(Dialogue):
        def rcpt(self, line):
            if "listed@" not in line:
                return "250 2.1.5 ok"
            client = self.client_address[0]
            return (
                f"554 5.7.1 Service unavailable; Client host [{client}] blocked using zen.spamhaus.org; "
                f"https://www.spamhaus.org/query/ip/{client}"
            )

    with Threads((address, 25), Outside) as server:
        print("ready", flush=True)
        server.serve_forever()


def journal(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        server.settimeout(10)
        print("ready", flush=True)
        print(server.recv(65536).decode(), flush=True)


def send(source, address, recipient, times=1):
    text = "From: a@campus.example\r\nTo: b@example.net\r\nSubject: a letter\r\n\r\nA line.\r\n"
    for _ in range(int(times)):
        with smtplib.SMTP(address, 25, timeout=10, source_address=(source, 0)) as client:
            try:
                client.sendmail("a@campus.example", [recipient], text)
            except smtplib.SMTPRecipientsRefused:
                pass


if __name__ == "__main__":
    {"told": told, "refuse": refuse, "journal": journal, "send": send}[sys.argv[1]](*sys.argv[2:])
