#!/usr/bin/env python3
"""What a store holds of hosts in the end is the same, byte for byte, whichever way the captures came into it: all in
one run, one by one, in any order, and in pieces with the store closed in between.  Usage: order.py PROGRAM CAPTURES"""
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

NETS = ("192.0.2.0/24", "200.136.80.0/24", "2001:db8::/32")
ROUNDS = 1  # shuffled


def read(program, store, files):
    command = [program, "read", "--store", str(store), "--privacy", "off"]
    for net in NETS:
        command += ["--net", net]
    done = subprocess.run(command + [str(f) for f in files], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"read ended with {done.returncode}: {done.stderr.decode()}")


def state(store):
    db = sqlite3.connect(store)
    hosts = dict(db.execute("SELECT host, record FROM hosts"))
    hours = {(host, hour): packed for host, hour, packed in db.execute("SELECT host, hour_ns, packed FROM host_hours")}
    db.close()
    return hosts, hours


def tell(host, want, got):
    """Which fields of a record are others."""
    x, y = (json.loads(r) if r else {} for r in (want, got))
    for field in sorted(x.keys() | y.keys()):
        if x.get(field) != y.get(field):
            print(f"  {host} {field}:\n    {x.get(field)}\n    {y.get(field)}")


def compare(name, want, got, hours=True):
    faults = 0
    for host in sorted(want[0].keys() | got[0].keys()):
        if want[0].get(host) != got[0].get(host):
            tell(host, want[0].get(host), got[0].get(host))
            faults += 1
    for key in sorted(want[1].keys() | got[1].keys()):
        if hours and want[1].get(key) != got[1].get(key):
            print(f"  hour {key} differs")
            faults += 1
    print(f"{name}: {len(got[0])} hosts, {len(got[1])} hours, {faults} differ")
    return faults


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    captures = sorted(folder.glob("*.pcap*"))
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    print(f"seed {seed}, {len(captures)} captures")
    faults = 0
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)

        def way(name, batches):
            # its own folder: the key of hashes stands beside the store
            place = work / name
            place.mkdir()
            for batch in batches:
                read(program, place / "s.db", batch)
            return state(place / "s.db")

        want = way("whole", [captures])
        if len(want[0]) < 5 or len(want[1]) < 5:
            sys.exit("too few hosts to say anything")
        faults += compare("one by one", want, way("single", [[c] for c in captures]))
        for n in range(ROUNDS):
            shuffled = captures[:]
            chance.shuffle(shuffled)
            cut = chance.randrange(1, len(shuffled))
            faults += compare(f"shuffled {n}", want, way(f"shuffled{n}", [[c] for c in shuffled]))
            faults += compare(f"restarted {n}", want, way(f"restarted{n}", [shuffled[:cut], shuffled[cut:]]))
        # POSTs have no identity, so that the samples of their paths count a second reading; no verdict does
        faults += compare("twice", want, way("twice", [captures, captures]), hours=False)
    sys.exit(1 if faults else 0)


main()
