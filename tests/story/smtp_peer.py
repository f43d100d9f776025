#!/usr/bin/env python3
"""A mail server that takes everything, and a client that sends one mail.

smtp_peer.py serve ADDR          listens on port 25, a minute of silence ends it
smtp_peer.py send ADDR SUBJECT   one mail
"""
import smtplib
import socket
import sys

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


def serve(address):
    with socket.create_server((address, 25)) as server:
        server.settimeout(IDLE)
        print("ready", flush=True)
        while True:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return
            with connection:
                connection.settimeout(IDLE)
                dialogue(connection)


def send(address, subject):
    text = f"From: a@campus.example\r\nTo: b@example.net\r\nSubject: {subject}\r\n\r\nA line.\r\n"
    with smtplib.SMTP(address, 25, timeout=10) as client:
        client.sendmail("a@campus.example", ["b@example.net"], text)


if __name__ == "__main__":
    {"serve": serve, "send": send}[sys.argv[1]](*sys.argv[2:])
