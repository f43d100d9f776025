#!/usr/bin/env python3
"""Asks a mail server which names it knows, and sends nothing.  usage: dictionary.py SERVER DOMAIN"""
import smtplib
import sys

NAMES = ("adam alan albert alice amy ana andrea anna arthur barbara ben betty bill bob brian bruno carl carol cathy chris clara "
         "daniel dave david donna dora ed elena eric eva frank fred gary george gina hans helen ian ines ivan jack jan jane").split()


def main(server, domain):
    left = list(NAMES)
    while left:
        try:
            with smtplib.SMTP(server, 25, local_hostname="user", timeout=15) as s:
                s.ehlo()
                s.mail("x@watches.example")
                while left:
                    code, _ = s.rcpt(f"{left[0]}@{domain}")
                    left.pop(0)
                    if code == 421:
                        break
        except (smtplib.SMTPException, OSError) as e:
            print(e, file=sys.stderr)
            left = left[1:]


main(*sys.argv[1:])
