#!/usr/bin/env python3
"""Two mails in one session, by Python's smtplib: by_smtplib.py SERVER SOURCE TLS FROM TO...

The second is from FROM with 2 instead of 1 before the @.  Refused recipients are an answer, not a failure.
"""
import smtplib
import ssl
import sys


def main(server, source, tls, sender, *to):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(server, 25, local_hostname="smtplib.example", timeout=20, source_address=(source, 0)) as s:
        if tls == "1":
            s.starttls(context=context)
        for n in ("1", "2"):
            who = sender.replace("-1@", f"-{n}@")
            s.sendmail(who, to, f"From: {who}\r\nTo: {to[0]}\r\nSubject: a letter\r\n\r\nIt is written.\r\n")


main(*sys.argv[1:])
