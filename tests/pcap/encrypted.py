#!/usr/bin/env python3
"""How well the number of mails and refusals under TLS is estimated: usage encrypted.py --program HELOSCOPE [OPTION...]

  --sessions N     of each client with each suite (default 12; a night can take 500)
  --seed N         of the dialogues (default 1)
  --keep FILE      keep the capture
  --show           print each session that was estimated wrong
  --mails PERCENT  of all sessions whose number of mails must be right (default 90), of one client's 15 less

Clients talk to servers that know what they did (encrypted_peers.py); the capture is read as any other, and the records' estimates are held
against what the servers did, and version, names and JA4 against what they must be.  Exit status 1 = worse than --mails, 77 = there is no openssl to make a certificate.
"""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading

import encrypted_peers as peers

SUITES = {"TLS 1.3": "1.3", "1.2 GCM": "ECDHE-ECDSA-AES256-GCM-SHA384", "1.2 ChaCha": "ECDHE-ECDSA-CHACHA20-POLY1305",
          "1.2 CBC": "ECDHE-ECDSA-AES128-SHA"}


def text_of(dice, tiny):
    size = 0 if tiny else min(int(dice.lognormvariate(7.5, 1.6)), 400000)
    head = "Subject: hello\n\n" if tiny else (
        "From: Ana <ana@campus.example.edu>\nTo: you@example.net\nSubject: The minutes of yesterday\n"
        f"Date: Tue, 24 Nov 2026 12:00:00 +0000\nMessage-ID: <{dice.getrandbits(60)}@campus.example.edu>\n\n")
    return head + "\n".join("word " * dice.randint(1, 14) for _ in range(size // 40 + 1)) + "\n"


def address(dice, refused):
    name = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(dice.randint(2, 14)))
    prefix = dice.choice(["bad-", "bad-", "bad-", "later-", "listed-"]) if refused else "a"
    return f"{prefix}{name}@{dice.choice(['example.net', 'mail.example.org', 'x.example'])}"


def mails_of(dice, client):
    """A few mails, as a program has them: most are taken; one of a spammer's mostly not."""
    refused = 0.7 if client == "spammer" else dice.choice([0, 0, 0.15, 0.5])
    mails = []
    for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 2, 3, 5, 8])):
        rcpts = [address(dice, dice.random() < refused) for _ in range(dice.choice([1, 1, 1, 1, 2, 3, 6]))]
        sender = "nobody@example.edu" if dice.random() < 0.05 else "ana@campus.example.edu"
        text = text_of(dice, dice.random() < 0.1)
        mails.append((sender, rcpts, text + ("You have won the lottery.\n" if dice.random() < 0.05 else "")))
    return mails


def session(dice, client, contexts, capture, port):
    """One dialogue: what really happened."""
    implicit = client not in ("postfix", "exim", "spammer") and dice.random() < 0.4
    submission = implicit or (client in ("smtplib", "msmtp", "swaks", "curl") and dice.random() < 0.5)
    options = {"implicit": implicit, "auth": dice.choice(["PLAIN", "LOGIN"]) if submission else None,
               "wrong_password": submission and dice.random() < 0.1, "closed": implicit and dice.random() < 0.05,
               "pipelining": True, "chunking": client == "exim" and dice.random() < 0.5}
    truth = peers.Truth()
    truth.port = port
    wire = peers.Wire()
    words = peers.WORDINGS[dice.choice(list(peers.WORDINGS))]
    server = peers.Server(wire.server, contexts[1], words, truth, **options)
    server.start()
    speaker = threading.Thread(target=peers.CLIENTS[client], args=(wire.client, contexts[0], mails_of(dice, client), options), daemon=True)
    speaker.start()
    speaker.join(20)
    server.join(20)
    wire.end()
    truth.words = next(name for name, w in peers.WORDINGS.items() if w is words)
    truth.ja4 = peers.ja4(wire.passed)
    capture.connection(port, 465 if implicit else 587 if submission else 25, wire.passed)
    return truth


def certificate(folder):
    if shutil.which("openssl") is None:
        print("SKIPPED: openssl makes the certificate, and is not installed")
        sys.exit(77)
    paths = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                    "/CN=mx.example.net", "-addext", "subjectAltName=DNS:mx.example.net,DNS:*.example.net,IP:198.51.100.25", "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


def records_of(program, path):
    done = subprocess.run([program, "read", "--json", "--no-store", path], capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} read: {done.stderr.decode()}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {r["client"]["port"]: r for r in found if r["type"] == "session"}


class Row:
    def __init__(self):
        self.sessions = self.none = self.mails_right = self.refusals_right = 0
        self.mails = self.refusals = self.mails_off = self.refusals_off = 0

    def add(self, truth, record):
        self.sessions += 1
        self.mails += truth.mails
        self.refusals += truth.refusals
        if "basis" not in record.get("estimate", {}):
            self.none += 1
            return False
        mails, refusals = record["estimate"].get("mails", 0), record["estimate"].get("refusals", 0)
        self.mails_right += mails == truth.mails
        self.refusals_right += refusals == truth.refusals
        self.mails_off += abs(mails - truth.mails)
        self.refusals_off += abs(refusals - truth.refusals)
        return mails == truth.mails and refusals == truth.refusals

    def percent(self, right):
        return 100 * right / max(1, self.sessions - self.none)


def facts_wrong(truth, suite, record):
    """What a handshake shows in clear, all of it certain."""
    tls, old = record["tls"], suite != "TLS 1.3"
    want = {"ja4": truth.ja4, "version": "TLS 1.2" if old else "TLS 1.3", "subject": "mx.example.net" if old else "",
            "names": ["mx.example.net", "*.example.net", "198.51.100.25"] if old else [], "sni": "mx.example.net", "used": True}
    return [f"port {truth.port} {suite}: {k} is {tls[k]}, wanted {v}" for k, v in want.items() if tls[k] != v]


def table(rows):
    print(f"{'client':10} {'suite':11} {'sessions':>8} {'none':>5} {'mails':>6} {'right':>7} {'off by':>7} {'refusals':>9} {'right':>7} {'off by':>7}")
    for (client, suite), r in rows.items():
        known = max(1, r.sessions - r.none)
        print(f"{client:10} {suite:11} {r.sessions:8} {r.none:5} {r.mails:6} {r.percent(r.mails_right):6.1f}% {r.mails_off / known:7.3f} "
              f"{r.refusals:9} {r.percent(r.refusals_right):6.1f}% {r.refusals_off / known:7.3f}")


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("--program", required=True)
    options.add_argument("--sessions", type=int, default=12)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep")
    options.add_argument("--show", action="store_true")
    options.add_argument("--mails", type=float, default=90)
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = certificate(folder)
        pcap = args.keep or os.path.join(folder, "encrypted.pcap")
        capture = peers.Capture(pcap)
        dice, truths, port = random.Random(args.seed), [], 1024
        random.seed(args.seed)
        for name, suite in SUITES.items():
            contexts = peers.tls_contexts(*paths, suite)
            for client in peers.CLIENTS:
                for _ in range(args.sessions):
                    port += 1
                    truths.append((client, name, session(dice, client, contexts, capture, port)))
        capture.file.close()
        records = records_of(args.program, pcap)
    rows, by_client = collections.OrderedDict(), collections.OrderedDict()
    for client, name, truth in truths:
        record = records.get(truth.port)
        if record is None:
            sys.exit(f"no session with port {truth.port} was read")
        right = rows.setdefault((client, name), Row()).add(truth, record)
        by_client.setdefault((client, "all"), Row()).add(truth, record)
        if args.show and not right:
            print(f"port {truth.port} {client} {name} {truth.words}: mails {truth.mails}, refusals {truth.refusals}; {record.get('estimate')}")
    table(collections.OrderedDict(sorted(rows.items())))
    table(by_client)
    everything = Row()
    for client, _, truth in truths:
        everything.add(truth, records[truth.port])
    judged = [("all", everything, args.mails)] + [(client, r, args.mails - 15) for (client, _), r in by_client.items()]
    worse = [f"{name}: {r.percent(r.mails_right):.1f} % of {r.sessions - r.none} are right, wanted {wanted} %"
             for name, r, wanted in judged if r.percent(r.mails_right) < wanted]
    if everything.none * 10 > everything.sessions:
        worse.append(f"{everything.none} of {everything.sessions} have no estimate, wanted at most one in ten")
    for _, name, truth in truths:
        worse += facts_wrong(truth, name, records[truth.port])
    for line in worse:
        print(f"FAIL: {line}")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
