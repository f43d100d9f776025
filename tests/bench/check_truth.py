#!/usr/bin/env python3
"""Compares what heloscope reads from a generated capture with what the generator put into it.

usage: check_truth.py --program HELOSCOPE [-n SESSIONS] [-c CONCURRENT] [GENERATOR'S OPTIONS]

Each accepted mail of the truth must be there once, with client, server, sender, recipients in their order, size, subject and, for the
first 500, the digest of its bytes; nothing may be there that is not in the truth; refusals and STARTTLS must add up.
With --loss, what is missing is found in the capture by counting sequence numbers: each session must say exactly how many bytes
it lacks, only mails of such sessions may differ, and these say so.
Exit status: 0 exactly that; 1 something differs; 77 the generator is not at hand.
"""
import argparse
import collections
import hashlib
import ipaddress
import json
import os
import struct
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


def segments(capture):
    """(source, target, source's port, target's port, seq, ack, flags, bytes of data) of each TCP segment that the generator wrote"""
    with open(capture, "rb") as file:
        data = file.read()
    waiting = {}  # fragments: (source, target, id) -> [segment so far]
    at = 24
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        ip = at + 30
        kind = data[at + 28:at + 30]
        if kind == b"\x81\x00":
            ip, kind = ip + 4, data[at + 32:at + 34]
        at += 16 + size
        if kind == b"\x86\xdd":
            source, target, tcp = data[ip + 20:ip + 24], data[ip + 36:ip + 40], ip + 40
            left, fragment = struct.unpack_from(">H", data, ip + 4)[0], 0
        else:
            source, target, tcp = data[ip + 12:ip + 16], data[ip + 16:ip + 20], ip + 20
            total, number, fragment = struct.unpack_from(">HHH", data, ip + 2)
            left = total - 20
            fragment &= 0x3FFF
        if fragment & 0x1FFF:
            segment = waiting[(source, target, number)]
            segment[7] += left
        else:
            segment = [source, target] + list(struct.unpack_from(">HHII", data, tcp)) + [data[tcp + 13], left - (data[tcp + 12] >> 4) * 4]
            if fragment:
                waiting[(source, target, number)] = segment
        if not fragment & 0x2000:
            yield segment


def holes(capture):
    """{(client, its port, server): (least, most) bytes of its session that are not in the capture}, from sequence numbers alone.  Where a
    FIN is missing, too, the last number that was acknowledged may be its own or a byte's."""
    first, seen, last, closed = {}, collections.defaultdict(set), {}, set()
    for source, target, sport, dport, seq, ack, flags, length in segments(capture):
        server = sport == 25
        key = (target, dport, source, True) if server else (source, sport, target, False)
        other = key[:3] + (not server,)
        if flags & 2:
            first[key] = seq + 1
            if flags & 16:
                first[other] = ack
            continue
        # The numbers of the start come first, or after what the mirror has swapped with them.
        first[key] = min(first.get(key, seq), seq, key=lambda number: (number - seq + (1 << 31)) & 0xFFFFFFFF)
        first[other] = min(first.get(other, ack), ack, key=lambda number: (number - ack + (1 << 31)) & 0xFFFFFFFF)
        if length:
            seen[key].add((seq, length))
        ends = last.setdefault(key, set()), last.setdefault(other, set())
        ends[0].add((seq + length + (flags & 1)) & 0xFFFFFFFF)
        ends[1].add(ack)
        if flags & 1:
            closed.add(key)
    last = {key: max((end - first[key]) & 0xFFFFFFFF for end in ends) for key, ends in last.items()}
    missing = collections.defaultdict(lambda: (0, 0))
    for key, begin in first.items():
        have = sum(length for _, length in seen[key])
        most = max(0, last.get(key, 0) - (key in closed) - have)
        least = most if key in closed else max(0, most - 1)
        session = (str(ipaddress.IPv4Address(key[0])), key[1], str(ipaddress.IPv4Address(key[2])))
        missing[session] = (missing[session][0] + least, missing[session][1] + most)
    return missing


class Seen:
    """What heloscope wrote."""

    def __init__(self):
        self.mails, self.digests = collections.Counter(), collections.defaultdict(list)
        self.sums = collections.Counter()
        self.gaps = collections.Counter()  # bytes, by (client, its port, server)
        self.cut_pairs = set()             # (client, server) of sessions with gaps
        self.whole = collections.Counter()  # accepted mails that say that nothing of them is missing

    def session(self, session):
        if session["gaps"]["bytes"]:
            key = (as_ipv4(session["client"]["ip"]), session["client"]["port"], as_ipv4(session["server"]["ip"]))
            self.gaps[key] += session["gaps"]["bytes"]
            self.cut_pairs.add((as_ipv4(session["client"]["ip"]), as_ipv4(session["server"]["ip"])))
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
        self.whole[key] += mail["gap"] == 0
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


def loss_differences(truth, capture, mails, seen):
    """As differences(), where bytes are missing in the capture."""
    lost, other = holes(capture), []
    if seen.sums["sessions"] != truth["sessions"]:
        other.append("sessions: %d instead of %d" % (seen.sums["sessions"], truth["sessions"]))
    for key in lost.keys() | seen.gaps.keys():
        if not lost[key][0] <= seen.gaps[key] <= lost[key][1]:
            other.append("session of %s port %d with %s: says %d bytes are missing instead of %d" % (key + (seen.gaps[key], lost[key][1])))
    print("lost: %d bytes in %d sessions" % (sum(seen.gaps.values()), len(seen.gaps)))
    for mail in list(seen.whole - mails)[:SHOWN]:
        other.append("says that nothing of it is missing: %s" % (mail,))
    whole = [collections.Counter({mail: count for mail, count in which.items() if (mail.client, mail.server) not in seen.cut_pairs})
             for which in (mails - seen.mails, seen.mails - mails)]
    return whole[0], whole[1], other


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
        if "--loss" in options:
            missing, extra, other = loss_differences(truth, capture, mails, seen)
        else:
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
