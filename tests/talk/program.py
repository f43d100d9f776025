#!/usr/bin/env python3
"""All dialogues as one capture through the whole program, held against what comes of each inside of one process.

usage: program.py RUN_TALK HELOSCOPE FILE.talk..."""
import json
import os
import subprocess
import sys
import tempfile

# Filled by the analyst, of which run_talk knows nothing; the sensor's name; a number of the collector's.
SESSION = {"type", "sensor"}
MAIL = {"type", "session", "header", "received", "parts", "urls", "score", "hits", "labels", "similar", "gave_up"}


def sessions(lines):
    found = {}
    for line in lines:
        record = json.loads(line)
        if record["type"] == "session":
            found[record["id"]] = record
    return found


def without(record, keys):
    return {key: value for key, value in record.items() if key not in keys}


def differences(got, want):
    """Words for each field that differs."""
    for key in sorted(set(got) | set(want)):
        if key not in SESSION and key != "mails" and got.get(key) != want.get(key):
            yield f"{key} {json.dumps(got.get(key))} in place of {json.dumps(want.get(key))}"
    if len(got["mails"]) != len(want["mails"]):
        yield f"{len(got['mails'])} mails in place of {len(want['mails'])}"
    for number, (g, w) in enumerate(zip(got["mails"], want["mails"]), 1):
        g, w = without(g, MAIL), without(w, MAIL)
        for key in sorted(set(g) | set(w)):
            if g.get(key) != w.get(key):
                yield f"mail {number}: {key} {json.dumps(g.get(key))} in place of {json.dumps(w.get(key))}"


def main():
    run_talk, heloscope, *talks = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        pcap, expected = os.path.join(work, "talks.pcap"), os.path.join(work, "want.json")
        subprocess.run([run_talk, f"--pcap={pcap}", f"--json={expected}", *talks], check=True, stdout=subprocess.DEVNULL)
        with open(expected, encoding="utf-8") as file:
            want = sessions(file)
        read = subprocess.run([heloscope, "read", "--json", "--no-store", "--privacy", "off", pcap], check=True,
                              stdout=subprocess.PIPE)
        got = sessions(read.stdout.decode().splitlines())
    faults = [f"{name}: {len(ids)} sessions only there" for name, ids in
              (("program", set(got) - set(want)), ("run_talk", set(want) - set(got))) if ids]
    for key in sorted(set(got) & set(want)):
        faults += [f"{want[key]['client']}: {words}" for words in differences(got[key], want[key])]
    for fault in faults:
        print("FAIL", fault)
    print(f"{len(talks)} dialogues, {len(want)} sessions with {sum(len(s['mails']) for s in want.values())} mails, "
          f"{len(faults)} differences")
    return 1 if faults or not want else 0


sys.exit(main())
