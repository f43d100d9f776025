#!/usr/bin/env python3
"""What Zeek and Arkime say of captures beside the project, against ours: usage peers.py HELOSCOPE CAPTURES DIFFERENCES

expected/FILE.zeek-smtp.log has a row for each mail as Zeek sees it; expected/FILE.arkime.json one record for each connection.  Compared are, for
each connection that both have (client's address and port, or Community ID), the HELO name, senders, recipients, the number of mails,
whether TLS was used, subjects, and the Community ID itself.

DIFFERENCES has a line for each that differs: FILE, whose, field, ours, theirs, why.  A difference without a line is a fault, and so is a
line without its difference.
"""

import collections
import glob
import json
import os
import subprocess
import sys

Row = collections.namedtuple("Row", "file peer field ours theirs")


def ours(program, path):
    done = subprocess.run([program, "read", "--json", "--no-store", "--privacy", "off", path], capture_output=True, timeout=60, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: {done.stderr.decode()}")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in records if r["type"] == "session"]


def joined(values):
    return ",".join(sorted({v for v in values if v})) or "-"


def facts(session):
    """What a session says, in the words of both peers."""
    mails = session["mails"]
    return {
        "helo": session["helo"]["name"] or "-",
        "from": joined(m["mail_from"] for m in mails),
        "to": joined(r["to"] for m in mails for r in m["rcpts"]),
        "subject": joined(m["header"]["subject"] for m in mails),
        "tls": "T" if session["tls"]["used"] else "F",
        "mails": str(len(mails)),
        "community_id": session["community_id"],
    }


def zeek_rows(path):
    """{(address, port): {field: value}}, the rows of a connection put together."""
    fields, found = [], {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "#fields":
                fields = cells[1:]
            if line.startswith("#") or not fields:
                continue
            row = dict(zip(fields, cells))
            found.setdefault((row["id.orig_h"], int(row["id.orig_p"])), []).append(row)
    out = {}
    for key, rows in found.items():
        out[key] = {
            "helo": rows[-1]["helo"],
            "from": joined(r["mailfrom"] for r in rows if r["mailfrom"] not in ("-", "(empty)")),
            "to": joined(a for r in rows for a in r["rcptto"].split(",") if a not in ("-", "(empty)")),
            "subject": joined(r["subject"] for r in rows if r["subject"] not in ("-", "(empty)")),
            "tls": "T" if any(r["tls"] == "T" for r in rows) else "F",
            "mails": str(sum(r["mailfrom"] != "-" or r["rcptto"] != "-" for r in rows)),
        }
    return out


def arkime_rows(path):
    with open(path, encoding="utf-8") as f:
        sessions = json.load(f)["sessions3"]
    out = {}
    for session in sessions:
        body = session["body"]
        email = body.get("email")
        if email is None:
            continue
        out[(body["source"]["ip"], body["source"]["port"])] = {
            "helo": joined(email.get("smtpHello", [])),
            "from": joined(email.get("src", [])),
            "to": joined(email.get("dst", [])),
            "subject": joined(email.get("subject", [])),
            "community_id": body["network"]["community_id"],
        }
    return out


PEERS = {".zeek-smtp.log": ("Zeek", zeek_rows), ".arkime.json": ("Arkime", arkime_rows)}


def compare(program, captures):
    """Yields differences; last the number of values that were compared."""
    compared = 0
    for path in sorted(glob.glob(os.path.join(captures, "expected", "*"))):
        ending = next((e for e in PEERS if path.endswith(e)), None)
        if ending is None:
            continue
        peer, reader = PEERS[ending]
        name = os.path.basename(path)[: -len(ending)]
        capture = glob.glob(os.path.join(captures, "*", glob.escape(name)))
        theirs = reader(path)
        if not theirs or not capture:
            continue
        mine = {(s["client"]["ip"], s["client"]["port"]): facts(s) for s in ours(program, capture[0])}
        for key, values in theirs.items():
            if key not in mine:
                yield Row(name, peer, "session", "-", f"{key[0]}:{key[1]}")
                continue
            for field, value in values.items():
                compared += 1
                if mine[key][field] != value:
                    yield Row(name, peer, field, mine[key][field], value)
    yield compared


def main():
    program, captures, table = sys.argv[1:]
    known = {}
    with open(table, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                if len(cells) != 6 or not cells[5]:
                    sys.exit(f"{table}: not six fields: {line}")
                known[Row(*cells[:5])] = cells[5]
    *differences, compared = compare(program, captures)
    new = [row for row in differences if row not in known]
    gone = [row for row in known if row not in differences]
    for row in new:
        print("not explained:\t" + "\t".join(row))
    for row in gone:
        print("no longer so:\t" + "\t".join(row))
    print(f"{compared} values compared, {len(differences)} differ, {len(new)} without a reason, {len(gone)} reasons without a difference")
    sys.exit(1 if new or gone or compared == 0 else 0)


main()
