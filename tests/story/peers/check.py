#!/usr/bin/env python3
"""What heloscope says of the peers against what they were told to do and what the servers logged.

usage: check.py WORK RECORDS: WORK as world.sh leaves it, RECORDS the lines of `heloscope read --json`.
Prints each fault and a table, clients by servers.  Exit status 1 if there is a fault.
"""
import collections
import json
import re
import sys

SERVERS = {"p": ("Postfix", "192.0.2.10"), "e": ("Exim", "192.0.2.20"), "o": ("OpenSMTPD", "192.0.2.30")}
# client: address, names that may be said of it in clear, and encrypted; "" = none
CLIENTS = {
    "postfix": ("192.0.2.110", {"Postfix"}, {""}),
    "exim": ("192.0.2.120", {"Exim"}, {""}),
    "opensmtpd": ("192.0.2.130", {"OpenSMTPD"}, {""}),
    "swaks": ("192.0.2.140", {"swaks"}, {""}),
    "smtplib": ("192.0.2.150", {"Python smtplib"}, {"Python smtplib"}),
    "curl": ("192.0.2.160", {""}, {""}),
    # It sends without waiting, and without a delay on the way the answers are there first.
    "msmtp": ("192.0.2.170", {"", "msmtp or SwiftMailer"}, {""}),
}
# What is true of a client: curl sends the lines of its input as they are.
ANOMALIES = {"curl": {"bare-lf"}}
# OpenSMTPD keeps a connection for ten seconds before it says QUIT.
PAUSES = {"opensmtpd": {"pauses": 1}}
# Both mails in one session, in clear
TOGETHER = {"smtplib", "opensmtpd"}
# OpenSMTPD 6.8 cannot sign with OpenSSL 3 (its issue 1171): hellos, then an alert, and no mail.
NO_TLS = {"o"}
DISPOSITIONS = {2: "accepted", 4: "deferred", 5: "rejected"}
LOGGED = {"p": r": ([0-9A-F]{6,}): client=", "e": r" ([\w-]{16,}) <= ", "o": r" msgid=([0-9a-f]{8}) "}


class Check:
    def __init__(self, work, records):
        self.sessions = [r for r in map(json.loads, open(records)) if r["type"] == "session"]
        self.work, self.faults, self.cells = work, [], collections.defaultdict(lambda: [0, 0])
        self.logged = {s: set(re.findall(LOGGED[s], open(f"{work}/logs/{n.lower()}-in.log").read())) for s, (n, _) in SERVERS.items()}
        self.cell = None

    def want(self, what, wanted, got):
        if wanted != got:
            self.faults.append(f"{' '.join(self.cell)}: {what}: '{got}' instead of '{wanted}'")
            self.failed = True

    def of(self, client, server, tls):
        return [s for s in self.sessions if s["client"]["ip"] == CLIENTS[client][0] and s["server"]["ip"] == SERVERS[server][1]
                and s["tls"]["used"] == (tls == "1")]

    def session(self, client, server, tls, s):
        self.want("server", SERVERS[server][0], s["server_software"])
        names = CLIENTS[client][1 + int(tls)]
        # A dialogue in which everybody was refused tells less.
        said = tls == "1" or any(m["transfer"] != "none" for m in s["mails"])
        self.want("client is one of its names", True, s["client_software"] in names | (set() if said else {""}))
        self.want("anomalies", "", ",".join(sorted(set(s["anomalies"]) - ANOMALIES.get(client, set()))))
        self.want("STARTTLS", "used" if tls == "1" else "offered", s["tls"]["starttls"])
        self.want("gaps", 0, s["gaps"]["bytes"])
        self.want("typing", PAUSES.get(client), s.get("typing") or PAUSES.get(client))
        self.want("visibility", "flow" if tls == "1" else "content" if said else "envelope", s["visibility"])
        if tls == "1":
            self.want("TLS", True, s["tls"]["version"] in ("TLS 1.2", "TLS 1.3"))
            self.want("mails that can be read", 0, len(s["mails"]))

    def mail(self, row, sessions):
        client, server, _, sender, number, rcpts = row
        wanted = dict(r.split("=") for r in rcpts.split())
        found = [(s, m) for s in sessions for m in s["mails"] if m["mail_from"] == sender and len(m["rcpts"]) == len(wanted)]
        self.want(f"mails from {sender} to all", 1, len(found))
        if len(found) != 1:
            return
        session, mail = found[0]
        self.want("recipients", wanted, {r["to"]: str(r["code"]) for r in mail["rcpts"]})
        for r in mail["rcpts"]:
            self.want(f"disposition of {r['to']}", DISPOSITIONS[r["code"] // 100], r["disposition"])
        self.want("outcome", "accepted", mail["outcome"])
        self.want("code", 250, mail["code"])
        self.want(f"queue id {mail['queue_id']} in the server's log", True, mail["queue_id"] in self.logged[server])
        self.want("transfer", "bdat" if client == "exim" and server != "o" else "data", mail["transfer"])
        self.want("bytes lost", 0, mail["gap"])
        self.want("cut", False, mail["cut"])
        if client in TOGETHER:
            self.want("mails in the session", True, len(session["mails"]) >= 2)

    def run(self):
        rows = [line.rstrip("\n").split("\t") for line in open(f"{self.work}/expect.tsv")]
        done = set()
        for row in rows:
            client, server, tls = row[:3]
            self.cell, self.failed = (client, "to", SERVERS[server][0], ("in clear", "TLS")[int(tls)]), False
            sessions = self.of(client, server, tls)
            if (client, server, tls) not in done:
                done.add((client, server, tls))
                self.want("there are sessions", True, len(sessions) > 0)
                for s in sessions:
                    self.session(client, server, tls, s)
                if tls == "1" and server in NO_TLS:
                    self.want("closed without a mail", True, all(s["bytes"]["client"] < 3000 for s in sessions))
            if tls == "0":
                self.mail(row, sessions)
            self.cells[client, server, tls][0] += not self.failed
            self.cells[client, server, tls][1] += 1
        accounted = sum(len(self.of(c, s, t)) for c, s, t in done)
        self.cell = ("all",)
        self.want("sessions of nobody", 0, len(self.sessions) - accounted)
        return rows

    def table(self):
        print(f"{'client':12}" + "".join(f"{n + ' ' + w:>18}" for n, _ in SERVERS.values() for w in ("clear", "TLS")))
        for c in CLIENTS:
            cells = [self.cells[c, s, t] for s in SERVERS for t in "01"]
            print(f"{c:12}" + "".join(f"{f'{good} of {all_}':>18}" for good, all_ in cells))
        print("OpenSMTPD 6.8 of Debian 12 does not get through a handshake as a server: its column TLS is hellos and alerts.")


def main(work, records):
    check = Check(work, records)
    check.run()
    for fault in check.faults:
        print("FAIL", fault)
    check.table()
    mails = sum(len(s["mails"]) for s in check.sessions)
    print(f"{len(check.sessions)} sessions, {mails} mails, {len(check.cells)} pairs, {len(check.faults)} faults")
    sys.exit(1 if check.faults or not check.cells else 0)


main(*sys.argv[1:])
