#!/usr/bin/env python3
"""Every capture of the folder beside the project through the whole program: usage shared.py HELOSCOPE CAPTURES EXCEPTIONS

Of each file: no crash, no hang, no word of a sanitizer, an exit status that is documented; as many packets as capinfos counts where it
reads the file to its end; as many sessions as tshark sees.

A session, to tshark, is a TCP stream on a port that heloscope watches by default in which its SMTP dissector names a command or a reply
code, or, on port 465, its TLS dissector a handshake.  tshark is asked about every file that holds, uncompressed, a word that no SMTP
dialogue goes without (a greeting's 220, HELO, EHLO or MAIL FROM, in any case), and about every file in which heloscope found a session;
the others hold no SMTP in clear.

EXCEPTIONS has a line for each file that differs: FILE, what differs (packets or sessions), both counts, why.  A difference without a line is
a fault, and so is a line without its difference.
"""

import concurrent.futures
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

FOLDERS = ("encap", "malformed", "smtp", "smtp-scan")
SECONDS = 20  # of one run on one file; the longest takes less than one
PORTS = (25, 465, 587, 2525)
SANITIZER = re.compile(rb"Sanitizer|runtime error|Assertion|terminated|core dumped", re.I)
SMTP = re.compile(rb"(?i)\b(HELO|EHLO|MAIL FROM)|220[ -]")
SUMMARY = re.compile(rb"(\d+) packets, (\d+) SMTP sessions")
NOTHING = b"0 packets, 0 SMTP sessions"
KNOWN_STATUS = (0, 1, 3)


class Fault(Exception):
    pass


def run(*command):
    """Output, words on standard error, status."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Fault(f"'{command[1]}' hangs: not done after {SECONDS} s") from None
    return done.stdout, done.stderr, done.returncode


def heloscope(program, *words):
    out, err, status = run(program, *words)
    if status not in KNOWN_STATUS or SANITIZER.search(err):
        raise Fault(f"'heloscope {words[0]}' ends with status {status}: {err.decode(errors='replace')[:2000]}")
    if status != 0 and not err.startswith(b"heloscope "):
        raise Fault(f"'heloscope {words[0]}' ends with status {status} and says nothing")
    return out, err.decode(errors="replace").strip(), status


def capinfos_packets(paths):
    """{path: as many as it counts}, of the files that it reads to their end."""
    out, err, _ = run("capinfos", "-c", "-T", "-M", "-r", *paths)
    counts = dict(line.rsplit("\t", 1) for line in out.decode().splitlines())
    return {path: int(n) for path, n in counts.items() if f'"{path}"' not in err.decode()}


def holds_smtp(path):
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rb") as f:
            return bool(SMTP.search(f.read()))
    except (OSError, EOFError):
        return True


def tshark_sessions(path):
    """Streams with SMTP in them, or None where tshark cannot read the file."""
    ports = " || ".join(f"tcp.port == {p}" for p in PORTS)
    smtp = f"({ports}) && (smtp.req.command || smtp.response.code) || tcp.port == 465 && tls.handshake"
    out, _, status = run("tshark", "-n", "-r", path, "-d", "tcp.port==2525,smtp", "-Y", smtp, "-T", "fields", "-e", "tcp.stream")
    return len({line for line in out.split(b"\n") if line}) if status in (0, 2) else None


def look(program, rules, path, packets):
    """What heloscope and the others say: {what: (ours, theirs)}, and the reason where the file is refused."""
    summary, words, status = heloscope(program, "read", "--no-store", "--rules", rules, path)
    if status == 3:
        return {}, words
    ours = SUMMARY.match(summary if summary or "no packets" not in words else NOTHING)
    if not ours:
        raise Fault(f"'heloscope read' says no numbers: {summary[:200]!r}")
    counts = {} if packets is None else {"packets": (int(ours[1]), packets)}
    sessions = int(ours[2])
    if sessions:
        records, _, _ = heloscope(program, "read", "--no-store", "--json", path)
        lines = [json.loads(line) for line in records.splitlines() if line.startswith(b'{"type":"session"')]
        if sum(line["protocol"] in ("", "smtp", "lmtp") for line in lines) != sessions:
            raise Fault(f"{sessions} sessions in the summary, and not in the records")
    if sessions or holds_smtp(path):
        theirs = tshark_sessions(path)
        if theirs is not None:
            counts["sessions"] = (sessions, theirs)
    return counts, ""


def read_exceptions(path):
    rows = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                file, what, ours, theirs, why = line.rstrip("\n").split("\t")
                rows[file, what] = (int(ours), int(theirs), why)
    return rows


def main():
    program, captures, exceptions = sys.argv[1:]
    files = sorted(f"{folder}/{name}" for folder in FOLDERS for name in os.listdir(f"{captures}/{folder}"))
    excused = read_exceptions(exceptions)
    bad = refused = 0
    equal = {"packets": 0, "sessions": 0}
    total = {"packets": 0, "sessions": 0}
    # All rules are loaded only where there are mails: that takes two thirds of a run on a small file.
    with tempfile.TemporaryDirectory() as rules, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        with open(f"{rules}/one.cf", "w", encoding="ascii") as f:
            f.write("header ONE Subject =~ /one/\nscore ONE 0.1\n")
        paths = {f: f"{captures}/{f}" for f in files}
        packets = capinfos_packets(paths.values())
        looks = {f: pool.submit(look, program, rules, path, packets.get(path)) for f, path in paths.items()}
        concurrent.futures.wait(looks.values())
    for file in files:
        try:
            counts, words = looks[file].result()
        except Fault as fault:
            print(f"FAIL {file}: {fault}")
            bad += 1
            continue
        if words:
            refused += 1
            print(f"refused: {words.splitlines()[0].replace(captures + '/', '')}")
        for what, (ours, theirs) in counts.items():
            row = excused.pop((file, what), None)
            total[what] += ours
            if ours == theirs and row is None:
                equal[what] += 1
            elif row is not None and row[:2] == (ours, theirs) and ours != theirs:
                print(f"differs: {file}: {ours} {what}, not {theirs}: {row[2]}")
            else:
                said = f"; the table says {row[0]} and {row[1]}" if row else ""
                print(f"FAIL {file}: {ours} {what}, others count {theirs}{said}")
                bad += 1
    for file, what in excused:
        print(f"FAIL {file}: has a line about {what} in {os.path.basename(exceptions)}, and nothing to compare")
        bad += 1
    print(f"{len(files)} files, {refused} refused with words; packets as capinfos counts in {equal['packets']} "
          f"({total['packets']} in all), sessions as tshark sees in {equal['sessions']} ({total['sessions']} in all); {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
