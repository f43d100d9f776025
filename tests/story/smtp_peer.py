#!/usr/bin/env python3
"""A mail server that takes everything, and a client that sends one mail.

smtp_peer.py serve ADDR [PORT]                  listens on port 25, a minute of silence ends it
smtp_peer.py proxy ADDR PORT                    listens, and connects by CONNECT as it is asked to
smtp_peer.py send ADDR SUBJECT [PORT [PROXY]]   one mail; through a proxy on port 8080 of that address
"""
import smtplib
import socket
import sys
import threading

IDLE = 60  # seconds


def dialogue(connection):
    lines = connection.makefile("rwb", buffering=0)

    def say(text):
        lines.write(text.encode() + b"\r\n")

    say("220 mx.example.net ESMTP")
    in_data = False
    for line in lines:
        word = line.strip().upper()
        if in_data:
            if word == b".":
                in_data = False
                say("250 2.0.0 Ok: queued as 4ABC123")
        elif word.startswith(b"DATA"):
            in_data = True
            say("354 End data with <CR><LF>.<CR><LF>")
        elif word.startswith(b"QUIT"):
            say("221 2.0.0 Bye")
            return
        else:
            say("250 2.0.0 Ok")


def listen(address, port, talk):
    with socket.create_server((address, int(port))) as server:
        server.settimeout(IDLE)
        print("ready", flush=True)
        while True:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return
            with connection:
                connection.settimeout(IDLE)
                talk(connection)


def serve(address, port=25):
    listen(address, port, dialogue)


def copy(source, sink):
    while data := source.recv(4096):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def read_header(connection):
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        header += connection.recv(1)
    return header.decode()


def relay(connection):
    host, port = read_header(connection).split()[1].rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=IDLE) as server:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=copy, args=(server, connection))
        back.start()
        copy(connection, server)
        back.join()


def proxy(address, port):
    listen(address, port, relay)


class Through(smtplib.SMTP):
    """A client whose connection a proxy makes."""

    def __init__(self, proxy_address, *args, **more):
        self.proxy_address = proxy_address
        super().__init__(*args, **more)

    def _get_socket(self, host, port, timeout):
        connection = socket.create_connection((self.proxy_address, 8080), timeout)
        connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        read_header(connection)
        return connection


def send(address, subject, port=25, proxy_address=None):
    text = f"From: a@campus.example\r\nTo: b@example.net\r\nSubject: {subject}\r\n\r\nA line.\r\n"
    make = smtplib.SMTP if proxy_address is None else lambda *a, **more: Through(proxy_address, *a, **more)
    with make(address, int(port), timeout=10) as client:
        client.sendmail("a@campus.example", ["b@example.net"], text)


if __name__ == "__main__":
    {"serve": serve, "proxy": proxy, "send": send}[sys.argv[1]](*sys.argv[2:])
