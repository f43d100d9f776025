#!/usr/bin/env python3
"""Mail by a program: Python's smtplib, which writes its commands in lower case.

usage: program.py HOST[:PORT] FROM SUBJECT[|SUBJECT...] TO... [--auth MECHANISM USER PASSWORD] [--helo NAME] [--bytes N]

One session; a mail per SUBJECT, all to the same recipients. A refusal is an answer, not a failure.
"""
import argparse
import smtplib
import sys
from email.message import EmailMessage

TEXT = """The nightly comparison has ended.

  samples   4,096
  outliers  3
  run time  00:41:07
"""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("host")
    p.add_argument("sender")
    p.add_argument("subjects")
    p.add_argument("to", nargs="+")
    p.add_argument("--auth", nargs=3)
    p.add_argument("--helo", default="ws77.campus.example.edu")
    p.add_argument("--bytes", type=int, default=0)
    p.add_argument("--source")
    a = p.parse_args()
    try:
        with smtplib.SMTP(a.host.partition(":")[0], int(a.host.partition(":")[2] or 25), local_hostname=a.helo, timeout=20,
                          source_address=(a.source, 0) if a.source else None) as s:
            s.ehlo()
            if a.auth:
                mechanism, s.user, s.password = a.auth
                s.auth(mechanism, getattr(s, "auth_" + mechanism.lower()))
            for n, subject in enumerate(a.subjects.split("|")):
                m = EmailMessage()
                m["From"], m["To"], m["Subject"] = a.sender, ", ".join(a.to), subject
                m["Message-ID"] = f"<{n}.{abs(hash(subject)) % 10**9}@{a.helo}>"
                m.set_content(TEXT + "lorem ipsum\n" * (a.bytes // 12))
                try:
                    s.send_message(m, a.sender, a.to)
                except smtplib.SMTPException as e:
                    print("refused:", e, file=sys.stderr)
    except (smtplib.SMTPException, OSError) as e:
        print("ended:", e, file=sys.stderr)


main()
