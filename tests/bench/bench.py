#!/usr/bin/env python3
"""Measures heloscope against a loop that only reads the capture, and against libnids alone, on the same capture in one run.

usage: bench.py --program HELOSCOPE --tools FOLDER [--rounds N] [--worker] [-n SESSIONS] [-c CONCURRENT] [GENERATOR'S OPTIONS]

FOLDER has count_pcap, bare_nids and stages, built (run.sh does it).  The programs take turns, so that what else the machine does falls on
all alike; printed are medians: seconds of CPU (user and system), of the clock, MB of capture a second of the clock; and the largest
resident memory of all rounds.  --worker leaves out the whole program: what is left of MIME, rules and the store says nothing of packets.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import generator


def measure(command):
    """(CPU seconds, seconds, KiB resident) of one run"""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s: status %d\n%s" % (" ".join(command), process.returncode, words.decode(errors="replace")))
    return usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--program", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("-n", default="20000")
    parser.add_argument("-c", default="500")
    args, options = parser.parse_known_args()
    generator.need()

    with tempfile.TemporaryDirectory() as folder:
        capture, truth, _, _ = generator.make(folder, "bench", ["-n", args.n, "-c", args.c] + options)
        size = os.path.getsize(capture)
        store = os.path.join(folder, "store.db")
        runs = [
            ("count_pcap", [os.path.join(args.tools, "count_pcap"), capture]),
            ("bare_nids", [os.path.join(args.tools, "bare_nids"), capture]),
        ] + [
            ("up to " + stage, [os.path.join(args.tools, "stages"), stage, capture]) for stage in ("decap", "stream", "smtp")
        ] + ([] if args.worker else [
            ("read --no-store", [args.program, "read", "--no-store", "--json", capture]),
            ("read --store", [args.program, "read", "--store", store, capture]),
        ])
        print("%d sessions, %d mails, %d packets, %.1f MB; %d rounds" % (
            truth["sessions"], truth["messages"], truth["packets"], size / 1e6, args.rounds), flush=True)
        results = {name: [] for name, _ in runs}
        for turn in range(args.rounds + 1):
            for name, command in runs:
                for part in ("", "-wal", "-shm"):
                    if os.path.exists(store + part):
                        os.remove(store + part)
                result = measure(command)
                if turn > 0:  # the first turn brings the capture into memory
                    results[name].append(result)

    cpu = {name: statistics.median(r[0] for r in results[name]) for name in results}
    print("%-16s %9s %9s %9s %9s %9s %13s %12s %9s" % (
        "", "CPU s", "clock s", "MB/s", "ns/byte", "ns/packet", "x count_pcap", "x bare_nids", "peak MiB"))
    for name in results:
        clock = statistics.median(r[1] for r in results[name])
        print("%-16s %9.3f %9.3f %9.1f %9.2f %9.0f %13.2f %12.2f %9.1f" % (
            name, cpu[name], clock, size / 1e6 / clock, cpu[name] * 1e9 / size, cpu[name] * 1e9 / truth["packets"], cpu[name] / max(cpu["count_pcap"], 1e-6), cpu[name] / max(cpu["bare_nids"], 1e-6),
            max(r[2] for r in results[name]) / 1024))


if __name__ == "__main__":
    main()
