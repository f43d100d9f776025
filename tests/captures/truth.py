#!/usr/bin/env python3
"""Counts what happened in a scene from the servers' own logs, never from the packets.

usage: truth.py --header
       truth.py CAPTURE HOST.postfix.log|HOST.exim.log ...

sessions        connections that a server logged on 25, 465 or 587
mails_accepted  messages that a server took over for delivery
rcpts_*         answers to RCPT: 2xx accepted, 5xx rejected, 4xx deferred
tls_*           the part of the above that a wire-tap cannot read, because it came after STARTTLS or on 465
"""
import re
import sys

COLUMNS = ("capture", "sessions", "mails_accepted", "rcpts_accepted", "rcpts_rejected", "rcpts_deferred",
           "tls_sessions", "tls_mails", "tls_rcpts")


def postfix(lines, count):
    line_re = re.compile(r" postfix(/[a-z0-9]+)*/(smtpd|qmgr)\[(\d+)\]: (.*)")
    tls_of_pid = {}     # smtpd process -> is the present session encrypted?
    received = {}       # queue id of a mail that came by SMTP -> encrypted?
    counted = set()
    for line in lines:
        m = line_re.search(line)
        if not m:
            continue
        service, program, pid, text = m.group(1), m.group(2), m.group(3), m.group(4)
        if program == "smtpd":
            if text.startswith("connect from "):
                tls_of_pid[pid] = service == "/smtps"
                count["sessions"] += 1
            elif "TLS connection established from" in text:
                tls_of_pid[pid] = True
            elif text.startswith("disconnect from "):
                tls = tls_of_pid.pop(pid, False) or " starttls=1" in text
                count["tls_sessions"] += tls
                rcpt = re.search(r" rcpt=(\d+)", text)
                if rcpt:
                    count["rcpts_accepted"] += int(rcpt.group(1))
                    count["tls_rcpts"] += int(rcpt.group(1)) * tls
            elif re.match(r"[0-9A-Za-z]+: client=", text):
                received[text.split(":")[0]] = tls_of_pid.get(pid, False)
            else:
                m = re.match(r"(?:NOQUEUE|[0-9A-Za-z]+): reject: RCPT from \S+: ([45])\d\d ", text)
                if m:
                    count["rcpts_rejected" if m.group(1) == "5" else "rcpts_deferred"] += 1
        else:
            m = re.match(r"([0-9A-Za-z]+): from=<.*nrcpt=\d+ \(queue active\)", text)
            if m and m.group(1) in received and m.group(1) not in counted:
                counted.add(m.group(1))
                count["mails_accepted"] += 1
                count["tls_mails"] += received[m.group(1)]


def exim(lines, count):
    for line in lines:
        if re.search(r" SMTP connection from \[.*\(TCP/IP connection count = ", line):
            count["sessions"] += 1
        elif re.search(r" <= .* P=(e?smtp)s?a? ", line):
            if re.search(r" P=e?smtps", line):
                sys.exit("truth.py: Exim with TLS is not counted yet")
            count["mails_accepted"] += 1
            count["rcpts_accepted"] += len(line.rsplit(" for ", 1)[1].split())
        elif " incomplete transaction (" in line and " for " in line:   # recipients were accepted, then no mail came
            count["rcpts_accepted"] += len(line.rsplit(" for ", 1)[1].split())
        elif " temporarily rejected RCPT " in line:
            count["rcpts_deferred"] += 1
        elif " rejected RCPT " in line:
            count["rcpts_rejected"] += 1


def main(args):
    if args == ["--header"]:
        print("\t".join(COLUMNS))
        return
    count = dict.fromkeys(COLUMNS[1:], 0)
    for name in args[1:]:
        with open(name, encoding="utf-8", errors="replace") as f:
            (exim if name.endswith(".exim.log") else postfix)(f, count)
    print("\t".join([args[0]] + [str(count[c]) for c in COLUMNS[1:]]))


main(sys.argv[1:])
