#!/usr/bin/env python3
"""Asks a report for its pages as 16 people would, and says how long it takes.

usage: load.py --program HELOSCOPE --store FILE [--seconds N] [--clients N] [--quiet-ms MEDIAN P99] [--processor] [--csv] [--calm]

Starts `heloscope serve` on the store, makes a list of targets from what is in it (busy and quiet hosts, each filter key of each table
with frequent and rare values, orders), and asks with N clients of our own, each one request after the other, while some connections
drip a byte a second and a writer commits each second.  --processor: before that, each target
three times alone, and what the middle one cost.  --csv: a download of a million sessions too, with the server's memory.
--calm: no writer and no slow clients.  --quiet-ms: exit status 1 where the median or 99 % of all is above.
Exit status: 0 measured; 1 too slow, or an answer that was no 200; 2 wrong use.
"""
import argparse
import collections
import http.client
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--program", required=True)
    p.add_argument("--store", required=True)
    p.add_argument("--seconds", type=float, default=30)
    p.add_argument("--clients", type=int, default=16)
    p.add_argument("--quiet-ms", type=float, nargs=2)
    p.add_argument("--processor", action="store_true")
    p.add_argument("--csv", action="store_true")
    p.add_argument("--calm", action="store_true")
    p.add_argument("--wrk", help="path of wrk: it asks instead of this program")
    return p.parse_args()


def targets_of(store):
    """[(kind, target)]"""
    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    one = lambda sql: [row[0] for row in db.execute(sql)]
    busy = one("SELECT host FROM hosts ORDER BY sessions DESC LIMIT 5")
    quiet = one("SELECT host FROM hosts WHERE sessions > 0 ORDER BY sessions LIMIT 5")
    listed = one("SELECT host FROM hosts WHERE verdict = 'listed' ORDER BY risk DESC LIMIT 5")
    session = one("SELECT session FROM sessions ORDER BY start_ns DESC LIMIT 20")
    mail = db.execute("SELECT session, number FROM mails ORDER BY start_ns DESC LIMIT 20").fetchall()
    net = ".".join(busy[0].split(".")[:3]) if "." in busy[0] else "10.20.0"
    rules = one("SELECT DISTINCT rule FROM hits LIMIT 150")
    out = [("overview", "/")] * 6
    out += [("host", f"/host/{h}") for h in busy + quiet + listed]
    out += [("session", f"/session/{s}") for s in session[:5]] + [("mail", f"/mail/{s}/{n}") for s, n in mail[:5]]
    out += [("sensor", "/sensor")]
    quote = urllib.parse.quote
    values = {
        "host": busy[:2] + quiet[:2],
        "net": [f"{net}.0/24", f"{net}.16/28", "10.20.0.0/14", "2001:db8::/32"],
        "verdict": ["listed", "watch", "clean"],
        "cause": ["web-form", "open-relay"],
        "list": ["Spamhaus ZEN", "PSBL"],
        "rule": [rules[0], rules[-1]],
        "class": ["listed-on-rbl", "greylisted", "size-quota"],
        "outcome": ["accepted", "rejected", "aborted"],
        "port": ["25", "587", "2525"],
        "tls": ["yes", "no", "TLS 1.0"],
        "domain": ["d0.example", "d15001.example", "nowhere.example"],
        "range": ["hour", "day", "week"],
    }
    keys = {
        "hosts": "host net verdict cause list class port range",
        "sessions": "host net verdict cause list rule class outcome port tls domain range",
        "mails": "host net verdict cause list rule class outcome port tls domain range",
        "evidence": "host net verdict cause list class port tls range",
        "listings": "host net verdict cause list range",
        "services": "host net verdict port range",
        "events": "range",
        "changes": "host net verdict range",
    }
    sorts = {"hosts": "mails rejected last verdict name", "sessions": "client server_port mails",
             "mails": "score rcpts client subject", "evidence": "src_ip code", "services": "port last"}
    for table, names in keys.items():
        out.append((f"list-{table}", f"/{table}"))
        for name in names.split():
            for value in values[name]:
                out.append((f"list-{table}", f"/{table}?q={name}:{quote(chr(34) + value + chr(34))}"))
        for column in sorts.get(table, "").split():
            out.append((f"sort-{table}", f"/{table}?sort={column}&order=desc"))
            out.append((f"sort-{table}", f"/{table}?sort={column}&q=verdict:watch"))
    for table in ("sessions", "mails"):
        out += [(f"list-{table}", f"/{table}?q=verdict:watch+port:587"), (f"list-{table}", f"/{table}?page=20"),
                (f"list-{table}", f"/{table}?q=host:{busy[0]}&page=20"), (f"list-{table}", f"/{table}?q=verdict:listed+tls:no")]
    out += [("sums", f"/{t}") for t in ("rules", "domains", "campaigns")]
    out += [("text", f"/{t}?q={w}") for t in ("hosts", "sessions", "mails") for w in ("h15.campus", "nothinglikethis")]
    db.close()
    return out


class Server:
    def __init__(self, program, store):
        self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", "--store", store], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://([\d.]+):(\d+)/", line)
        if not found:
            sys.exit(f"load.py: the server said {line!r}")
        self.address = (found[1], int(found[2]))

    def processor_ms(self):
        """Of all its threads; says more than the clock where others use the machine."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as f:
                total += int(f.read().split()[0])
        return total / 1e6

    def memory_kb(self, name):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(rf"{name}:\s+(\d+)", f.read())[1])

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as f:
            f.write("5")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def ask(server, deadline, targets, start, times):
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    at = start
    while time.monotonic() < deadline:
        kind, target = targets[at % len(targets)]
        at += 1
        began = time.monotonic()
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except OSError:
            status = 0
            connection.close()
        times.append((kind, status, (time.monotonic() - began) * 1000, target))


def with_wrk(args, server, targets):
    """The same by wrk: a thread a client, so that times are those of one connection."""
    here = os.path.dirname(os.path.abspath(__file__))
    base = args.store + ".load"
    with open(base, "w") as f:
        f.writelines(f"{kind} {target}\n" for kind, target in targets)
    subprocess.run([args.wrk, "-t", str(args.clients), "-c", str(args.clients), "-d", f"{int(args.seconds)}s", "--timeout", "30s", "-s",
                    os.path.join(here, "load.lua"), f"http://{server.address[0]}:{server.address[1]}", "--", base],
                   env={**os.environ, "LOAD_OUT": base + ".out"}, check=True, stdout=subprocess.DEVNULL)
    times = []
    with open(base + ".out") as f:
        for line in f:
            parts = line.split()
            if len(parts) == 4:
                times.append((parts[0], int(parts[1]), float(parts[2]), parts[3]))
    os.unlink(base)
    os.unlink(base + ".out")
    return times


def drip(server, deadline):
    """A client that sends a byte a second."""
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(server.address) as s:
                for byte in b"GET /hosts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 200:
                    if time.monotonic() > deadline:
                        return
                    s.send(bytes([byte]))
                    time.sleep(1)
        except OSError:
            time.sleep(0.2)


def write(store, deadline, commits):
    """What the collector does each second: rows, a verdict, a commit."""
    db = sqlite3.connect(store, timeout=5)
    db.execute("PRAGMA wal_autocheckpoint = 16384")
    n = 0
    while time.monotonic() < deadline:
        began = time.monotonic()
        with db:
            for _ in range(20):
                n += 1
                db.execute("INSERT OR IGNORE INTO events VALUES ((SELECT max(seq) + 1 FROM events), 'bench', ?, 'gap', ?)",
                           (1781438400_000000000 + n, f"row {os.getpid()} {n}"))
            db.execute("UPDATE hosts SET last_ns = last_ns + 1 WHERE seq IN (SELECT seq FROM hosts LIMIT 100)")
        commits.append((time.monotonic() - began) * 1000)
        time.sleep(max(0, 1 - (time.monotonic() - began)))
    db.close()


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def print_times(times):
    kinds = collections.defaultdict(list)
    for kind, status, ms, _ in times:
        kinds[kind].append(ms)
    kinds["all"] = [ms for _, _, ms, _ in times]
    print(f"{'pages':<16} {'answers':>8} {'median':>9} {'99 %':>9} {'worst':>9}  (ms)")
    for kind, ms in kinds.items():
        print(f"{kind:<16} {len(ms):>8} {quantile(ms, .5):>9.1f} {quantile(ms, .99):>9.1f} {max(ms):>9.1f}")
    by_target = collections.defaultdict(list)
    for _, _, ms, target in times:
        by_target[target].append(ms)
    slow = sorted(by_target, key=lambda t: -quantile(by_target[t], .5))[:8]
    print("slowest:", *(f"{quantile(by_target[t], .5):.0f} {t}" for t in slow), sep="\n  ")
    return quantile(kinds["all"], .5), quantile(kinds["all"], .99)


def measure_processor(server, targets):
    """Processor time of each target, asked alone; what other programs do counts for nothing here."""
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    costs = {}
    for kind, target in dict.fromkeys(targets):
        runs = []
        for _ in range(3):
            before = server.processor_ms()
            connection.request("GET", target)
            connection.getresponse().read()
            runs.append(server.processor_ms() - before)
        costs[kind, target] = sorted(runs)[1]
    connection.close()
    kinds = collections.defaultdict(list)
    for (kind, _), ms in costs.items():
        kinds[kind].append(ms)
    kinds["all"] = list(costs.values())
    print(f"{'alone':<16} {'targets':>8} {'mean':>9} {'worst':>9}  (ms of processor time)")
    for kind, values in kinds.items():
        print(f"{kind:<16} {len(values):>8} {sum(values) / len(values):>9.2f} {max(values):>9.2f}")
    print("dearest:", *(f"{costs[c]:.1f} {c[1]}" for c in sorted(costs, key=costs.get, reverse=True)[:16]), sep="\n  ", flush=True)


def measure_csv(server, store):
    server.forget_peak()
    before = server.memory_kb("VmHWM")
    connection = http.client.HTTPConnection(*server.address, timeout=60)
    began = time.monotonic()
    connection.request("GET", "/csv/sessions")
    answer = connection.getresponse()
    rows = size = biggest_wal = 0
    while rows < 1000000 and (piece := answer.read(1 << 20)):
        rows += piece.count(b"\n")
        size += len(piece)
        biggest_wal = max(biggest_wal, os.path.getsize(store + "-wal") if os.path.exists(store + "-wal") else 0)
    seconds = time.monotonic() - began
    connection.close()
    print(f"CSV: {rows} rows, {size / 1e6:.0f} MB in {seconds:.1f} s: {rows / seconds:.0f} rows/s; "
          f"peak memory of the server {before} kB before, {server.memory_kb('VmHWM')} kB after; WAL up to {biggest_wal / 1e6:.1f} MB")


def main():
    args = arguments()
    targets = targets_of(args.store)
    server = Server(args.program, args.store)
    times, commits = [], []
    try:
        if args.processor:
            measure_processor(server, targets)
        if args.seconds == 0:
            return 0
        warm = []
        ask(server, time.monotonic() + args.seconds / 5, targets, 0, warm)
        deadline = time.monotonic() + args.seconds
        used = server.processor_ms()
        threads = []
        if not args.calm:
            threads += [threading.Thread(target=drip, args=(server, deadline)) for _ in range(4)]
            threads.append(threading.Thread(target=write, args=(args.store, deadline, commits)))
        if not args.wrk:
            threads += [threading.Thread(target=ask, args=(server, deadline, targets, i * 7, times)) for i in range(args.clients)]
        for t in threads:
            t.start()
        if args.wrk:
            times = with_wrk(args, server, targets)
        for t in threads:
            t.join()
        median, p99 = print_times(times)
        used = server.processor_ms() - used
        print(f"{len(times) / args.seconds:.0f} answers/s of {len(targets)} targets, {used / max(1, len(times)):.1f} ms of processor "
              f"time each; peak memory {server.memory_kb('VmHWM')} kB; load average {os.getloadavg()[0]:.1f}")
        if commits:
            print(f"writer: {len(commits)} commits, median {quantile(commits, .5):.1f} ms, worst {max(commits):.1f} ms")
        if args.csv:
            measure_csv(server, args.store)
    finally:
        server.stop()
    bad = {(status, target) for _, status, _, target in times if status != 200}
    for status, target in sorted(bad)[:10]:
        print(f"load.py: {target}: {status}", file=sys.stderr)
    too_slow = args.quiet_ms and (median > args.quiet_ms[0] or p99 > args.quiet_ms[1])
    if too_slow:
        print(f"load.py: slower than {args.quiet_ms} ms", file=sys.stderr)
    return 1 if bad or too_slow else 0


if __name__ == "__main__":
    sys.exit(main())
