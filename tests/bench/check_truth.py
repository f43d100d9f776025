#!/usr/bin/env python3
"""Compares what heloscope reads from a generated capture with what the generator put into it.

usage: check_truth.py --program HELOSCOPE [-n SESSIONS] [-c CONCURRENT] [GENERATOR'S OPTIONS]

Each accepted mail of the truth must be there once, with client, server, sender, recipients in their order, size, subject and, for the
first 500, the digest of its bytes; nothing may be there that is not in the truth; refusals and STARTTLS must add up.
Exit status: 0 exactly that; 1 something differs; 77 the generator is not at hand.
"""
import argparse
import collections
import hashlib
import ipaddress
import json
import os
import subprocess
import sys
import tempfile

import generator

DIGESTS = 500  # mails of which the bytes are compared
SHOWN = 5      # differences that are printed, of each kind

# The generator writes IPv6 sessions from the same numbers: 2001:db8::/96 and the four bytes of the IPv4 address.
NUMBERS6 = ipaddress.ip_network("2001:db8::/96")

Mail = collections.namedtuple("Mail", "client server mail_from rcpts size subject")


def as_ipv4(text):
    address = ipaddress.ip_address(text)
    if address.version == 6 and address in NUMBERS6:
        return str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return text


def read_truth(path, dump):
    """(how often each mail is in the truth, digests of the first mails)"""
    mails, digests = collections.Counter(), collections.defaultdict(list)
    with open(path) as file:
        for number, line in enumerate(file):
            _, client, server, mail_from, rcpts, size, subject, _ = line.rstrip("\n").split("\t")
            mail = Mail(client, server, mail_from, tuple(rcpts.split(",")), int(size), subject)
            mails[mail] += 1
            if number < DIGESTS:
                with open(os.path.join(dump, "m%05d.eml" % number), "rb") as message:
                    digests[mail].append(hashlib.sha256(message.read()).hexdigest())
    return mails, digests


class Seen:
    """What heloscope wrote."""

    def __init__(self):
        self.mails, self.digests = collections.Counter(), collections.defaultdict(list)
        self.sums = collections.Counter()

    def session(self, session):
        self.sums["sessions"] += 1
        self.sums["ipv6_sessions"] += ":" in session["client"]["ip"]
        self.sums["starttls"] += session["tls"]["used"]
        self.sums["gaps"] += session["gaps"]["count"]
        for mail in session["mails"]:
            self.mail(session, mail)

    def mail(self, session, mail):
        for rcpt in mail["rcpts"]:
            self.sums[rcpt["disposition"]] += 1
            if rcpt["disposition"] == "rejected":
                self.sums[rcpt["class"]] += 1
        if mail["outcome"] != "accepted":
            self.sums["mails not accepted"] += 1
            return
        key = Mail(as_ipv4(session["client"]["ip"]), as_ipv4(session["server"]["ip"]), mail["mail_from"],
                   tuple(rcpt["to"] for rcpt in mail["rcpts"]), mail["bytes"], mail["header"]["subject"])
        self.mails[key] += 1
        self.digests[key].append(mail["sha256"])


def read_records(program, capture):
    seen = Seen()
    command = [program, "read", "--no-store", "--json", "--privacy", "off", capture]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
        for line in reading.stdout:
            record = json.loads(line)
            if record["type"] == "session":
                seen.session(record)
    if reading.returncode != 0:
        print("heloscope read: status %d" % reading.returncode)
        sys.exit(1)
    return seen


def differences(truth, mails, digests, seen):
    """(mails missing, mails extra, words on anything else that differs)"""
    missing, extra = mails - seen.mails, seen.mails - mails
    other = []
    sums = [("sessions", truth["sessions"]), ("ipv6_sessions", truth["ipv6_sessions"]), ("starttls", truth["starttls"]),
            ("user-unknown", truth["reject550"]), ("listed-on-rbl", truth["block554"]),
            ("mails not accepted", truth["reject550"] + truth["block554"]),
            ("rejected", truth["reject550"] + truth["block554"]), ("deferred", 0), ("unknown", 0), ("gaps", 0)]
    for name, want in sums:
        if seen.sums[name] != want:
            other.append("%s: %d instead of %d" % (name, seen.sums[name], want))
    for mail, wanted in digests.items():
        if not set(wanted) <= set(seen.digests[mail]) and mail not in missing:
            other.append("bytes of the mail differ: %s" % (mail,))
    return missing, extra, other


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--program", required=True)
    parser.add_argument("-n", default="300")
    parser.add_argument("-c", default="50")
    args, options = parser.parse_known_args()
    generator.need()

    with tempfile.TemporaryDirectory() as folder:
        capture, truth, messages, dump = generator.make(folder, "truth", ["-n", args.n, "-c", args.c] + options, DIGESTS)
        mails, digests = read_truth(messages, dump)
        seen = read_records(args.program, capture)

    missing, extra, other = differences(truth, mails, digests, seen)
    for what, which in (("missing", missing), ("extra", extra)):
        for mail in list(which)[:SHOWN]:
            print("%s: %s" % (what, mail))
    for words in other[:SHOWN]:
        print("differs: " + words)

    all_mails, lost = sum(mails.values()), sum(missing.values())
    rcpts = sum(len(mail.rcpts) * count for mail, count in mails.items())
    rcpts_lost = sum(len(mail.rcpts) * count for mail, count in missing.items())
    print("truth: %d of %d messages, %d of %d recipients, %d missing, %d extra, %d refused%s" % (
        all_mails - lost, all_mails, rcpts - rcpts_lost, rcpts, lost, sum(extra.values()), seen.sums["rejected"],
        " (" + " ".join(options) + ")" if options else ""))
    sys.exit(1 if missing or extra or other or all_mails == 0 else 0)


if __name__ == "__main__":
    main()
