#!/usr/bin/env python3
"""Every capture of the project through every treatment of a mirror port: the same sessions and mails must come out.

usage: matrix.py --program HELOSCOPE --rewrap REWRAP --captures FOLDER --rules FOLDER [--treatment TEXT] [--capture TEXT] [--seed N] [--jobs N]
                 [--keep FOLDER]

rewrap writes each capture anew (matrix_table.py has the treatments, and what each may change, with the reason).  What heloscope reads from
that is held against what it reads from the capture itself:
- addresses mapped back, everything in the records of sessions and mails is equal but ids, times, VLANs, layers and what the row says;
- where bytes are really missing, the session's gap is exactly what rewrap left out, a session that lost nothing is equal, and so is every
  mail between whose first and last packet nothing was lost.
Printed is the table, a mark a cell, then the first difference of each cell that fails.
Exit status: 0 all cells hold; 1 some do not; 2 wrong use.
"""
import argparse
import concurrent.futures
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

from matrix_compare import Baseline, compare
from matrix_table import ROWS

SANITIZER = ("Sanitizer", "runtime error")


# Enough to see that a mail is judged the same, and which are typed by hand: reading all of the rules is most of a short run, thousands of times.
RULES = ("10-header.cf", "20-helo.cf", "60-typed.cf")


def read_records(program, paths, rules, config=None):
    """(records of sessions, words on what went wrong or None)"""
    command = [program, "read", "--no-store", "--json", "--privacy", "off", "--rules", rules]
    if config:
        command += ["--config", config]
    done = subprocess.run(command + paths, capture_output=True, timeout=120, check=False)
    words = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0 or any(word in words for word in SANITIZER):
        return [], "heloscope read: status %d: %s" % (done.returncode, words[-600:])
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in records if r["type"] == "session"], None


class Matrix:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.baselines = {}
        self.rules = os.path.join(folder, "rules")
        os.makedirs(self.rules, exist_ok=True)
        for name in RULES:
            shutil.copy(os.path.join(args.rules, name), self.rules)

    def baseline(self, capture):
        sessions, words = read_records(self.args.program, [os.path.join(self.args.captures, capture)], self.rules)
        if words:
            sys.exit("%s, untreated: %s" % (capture, words))
        self.baselines[capture] = Baseline(capture, sessions)

    def treat(self, capture, row, stem):
        """(paths of the treated captures, path of the list of what was lost); raises OSError with words"""
        out, second, lost = stem + ".pcap", stem + ".second.pcap", stem + ".lost"
        command = [self.args.rewrap, "--seed", self.args.seed, "--lost", lost]
        if row.two:
            command += ["--second", second]
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")  # a tool, not what is tested: saves a minute
        done = subprocess.run(command + [os.path.join(self.args.captures, capture), out] + list(row.treatments), capture_output=True,
                              timeout=120, check=False, env=environment)
        words = done.stderr.decode(errors="replace").strip()
        if done.returncode != 0 or words:
            raise OSError("rewrap: status %d: %s" % (done.returncode, words[-600:]))
        paths = [out, second] if row.two else [out]
        if row.compress:
            with open(out, "rb") as plain, gzip.open(out + ".gz", "wb", 1) as packed:
                shutil.copyfileobj(plain, packed)
            paths = [out + ".gz"]
        return paths, lost

    def cell(self, capture, row):
        """None, or words on the first difference"""
        stem = os.path.join(self.folder, "%s.%s" % (capture, row.name.replace("/", "-").replace(" ", "-")))
        try:
            paths, lost = self.treat(capture, row, stem)
            config = None
            if row.config:
                config = stem + ".conf"
                with open(config, "w") as file:
                    file.write(row.config)
            sessions, words = read_records(self.args.program, paths, self.rules, config)
            if words is None:
                words = compare(self.baselines[capture], sessions, row, lost)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            words = str(error)
        if not self.args.keep:
            for name in os.listdir(self.folder):
                if name.startswith(os.path.basename(stem) + "."):
                    os.remove(os.path.join(self.folder, name))
        return words


def print_table(rows, captures, failed):
    width = max(len(row.name) for row in rows)
    for number, capture in enumerate(captures, 1):
        print("%4d %s" % (number, capture))
    print(" " * width + "".join("%3d" % number for number in range(1, len(captures) + 1)))
    for row in rows:
        marks = "".join("  F" if (capture, row.name) in failed else "  -" if capture in row.without else "  ." for capture in captures)
        print("%-*s%s  %s" % (width, row.name, marks, row.may()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rewrap", required=True)
    parser.add_argument("--captures", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("--treatment", default="", help="only rows whose name contains this")
    parser.add_argument("--capture", default="", help="only captures whose name contains this")
    parser.add_argument("--seed", default="7", help="of what is left to chance")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", help="leave the treated captures in this folder")
    args = parser.parse_args()

    captures = sorted(name for name in os.listdir(args.captures) if name.endswith((".pcap", ".pcapng")) and args.capture in name)
    rows = [row for row in ROWS if args.treatment in row.name]
    if not captures or not rows:
        parser.error("no capture, or no treatment, of that name")
    failed = {}
    with tempfile.TemporaryDirectory() as folder:
        if args.keep:
            os.makedirs(args.keep, exist_ok=True)
        matrix = Matrix(args, args.keep or folder)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            list(pool.map(matrix.baseline, captures))
            cells = [(capture, row) for row in rows for capture in captures if capture not in row.without]
            for (capture, row), words in zip(cells, pool.map(lambda cell: matrix.cell(*cell), cells)):
                if words:
                    failed[capture, row.name] = words
    print_table(rows, captures, failed)
    for (capture, name), words in failed.items():
        print("FAIL %s, %s: %s" % (capture, name, words))
    print("%d captures x %d treatments: %d cells, %d fail" % (len(captures), len(rows), len(cells), len(failed)))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
