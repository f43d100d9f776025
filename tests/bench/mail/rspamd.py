#!/usr/bin/env python3
"""What rspamd says of message files, with nothing of the network and nothing learned.

usage: rspamd.py [--time] [--port N] < LIST-OF-PATHS     a line per file: path, points, symbols
       --time                                            seconds of processor time instead

Starts Debian's rspamd on a port of 127.0.0.1 with a configuration of its own in a temporary folder, gives it each message with the client, its HELO
name and the sender that the topmost Received and Return-Path name, and ends it. Exit status: 0 done, 2 wrong use, 3 rspamd is not there.
"""
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CONFIG = """
.include "$CONFDIR/common.conf"
options {
    pidfile = "$RUNDIR/rspamd.pid";
    .include "$CONFDIR/options.inc"
    dns { timeout = 0.02s; retransmits = 1; nameserver = ["127.0.0.1:%(dead)d"]; enable_dnssec = false; }
    control_socket = "$RUNDIR/control.sock mode=0600";
    max_sessions_cache = 10;
    task_timeout = 60s;
    disable_monitoring = true;
    filters = "chartable,dkim,regexp";
    history_file = "$DBDIR/history";
    hs_cache_dir = "$DBDIR";
    stats_file = "$DBDIR/stats.ucl";
    rrd = "$DBDIR/rspamd.rrd";
    map_watch_interval = 1h;
}
logging { type = "file"; filename = "$LOGDIR/rspamd.log"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:%(port)d"; count = 1; task_timeout = 60s; max_tasks = 0; }
"""
OFF = ("antivirus arc asn aws_s3 bimi clickhouse dcc dkim dkim_signing dmarc elastic external_relay external_services fuzzy_check greylist "
       "history_redis metadata_exporter metric_exporter milter_headers mx_check neural p0f ratelimit rbl replies reputation rspamd_update spf surbl "
       "spamtrap url_redirector url_reputation whitelist dns_tool clustering known_senders").split()

# Of what it cannot know here: names that do not resolve without a network, mails that are years old.
EXCUSED = ("DATE_IN_PAST", "HFILTER_HELO_NORES_A_OR_MX", "HFILTER_HELO_NORESOLVE_MX", "HFILTER_HELO_IP_A", "HFILTER_FROMHOST_NORES_A_OR_MX",
           "HFILTER_FROMHOST_NORESOLVE_MX", "HFILTER_RCPTHOST_NORES_A_OR_MX")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(folder, port):
    local = os.path.join(folder, "local.d")
    for name in ("local.d", "override.d", "run", "db", "log"):
        os.mkdir(os.path.join(folder, name))
    for module in OFF:
        with open(os.path.join(local, module + ".conf"), "w", encoding="ascii") as f:
            f.write("enabled = false;\n")
    with open(os.path.join(local, "phishing.conf"), "w", encoding="ascii") as f:
        f.write("openphish_enabled = false;\nphishtank_enabled = false;\n")
    config = os.path.join(folder, "rspamd.conf")
    with open(config, "w", encoding="ascii") as f:
        f.write(CONFIG % {"port": port, "dead": free_port()})
        f.write("classifier \"bayes\" { enabled = false; }\n")
        for module in OFF:
            f.write("%s { enabled = false; }\n" % module)
    command = ["rspamd", "-f", "-i", "-c", config]
    for name, value in (("LOCAL_CONFDIR", folder), ("RUNDIR", os.path.join(folder, "run")), ("DBDIR", os.path.join(folder, "db")),
                        ("LOGDIR", os.path.join(folder, "log"))):
        command += ["--var=%s=%s" % (name, value)]
    with open(os.path.join(folder, "log", "start"), "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


RECEIVED = re.compile(rb"^Received:\s*from\s+(\S+)(?:\s+\((.*?)\))?", re.I | re.M | re.S)
ADDRESS = re.compile(rb"\[?((?:\d{1,3}\.){3}\d{1,3})\]?")
NAME = re.compile(rb"^(?:HELO\s+|EHLO\s+)?([A-Za-z0-9.-]+\.[A-Za-z]{2,})\b")


def envelope(text):
    head = text[:text.find(b"\n\n") + 1]
    out = {}
    received = RECEIVED.search(head)
    if received:
        inside = received.group(2) or b""
        address = ADDRESS.search(inside) or ADDRESS.search(received.group(1))
        out["Helo"] = received.group(1).decode("ascii", "replace")
        if address:
            out["IP"] = address.group(1).decode()
        name = NAME.search(inside)
        if name and not name.group(1)[-1:].isdigit():
            out["Hostname"] = name.group(1).decode()
    path = re.search(rb"^Return-Path:\s*<?([^>\s]*)>?", head, re.I | re.M)
    if path:
        out["From"] = path.group(1).decode("ascii", "replace")
    return {k: re.sub(r"[^\x21-\x7e]", "?", v) for k, v in out.items() if v}


def check(port, path):
    with open(path, "rb") as f:
        text = f.read()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/checkv2", body=text, headers=envelope(text))
    answer = json.loads(connection.getresponse().read().decode("utf-8", "replace"))
    connection.close()
    if "score" not in answer:
        return None, answer.get("error", "no answer")
    symbols = answer["symbols"]
    excused = sum(symbols[name]["score"] for name in EXCUSED if name in symbols)
    return answer["score"] - excused, ",".join(sorted(symbols))


def wait_for(port, process):
    for _ in range(300):
        if process.poll() is not None:
            return False
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ping")
            if b"pong" in connection.getresponse().read():
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def processor_time(group):
    """Seconds that the processes of a group have used."""
    ticks = 0
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % pid, encoding="ascii", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    arguments = sys.argv[1:]
    port = free_port()
    if "--port" in arguments:
        at = arguments.index("--port")
        if at + 1 >= len(arguments) or not arguments[at + 1].isdigit():
            sys.exit(2)
        port = int(arguments[at + 1])
        del arguments[at:at + 2]
    timing = arguments == ["--time"]
    if arguments and not timing:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    if shutil.which("rspamd") is None:
        print("rspamd.py: rspamd is not installed", file=sys.stderr)
        sys.exit(3)
    paths = [line.rstrip("\n") for line in sys.stdin]
    folder = tempfile.mkdtemp()
    process = start(folder, port)
    try:
        if not wait_for(port, process):
            with open(os.path.join(folder, "log", "start"), encoding="utf-8", errors="replace") as f:
                print("rspamd.py: rspamd does not answer: %s" % f.read()[-2000:], file=sys.stderr)
            sys.exit(3)
        check(port, paths[0])
        before = processor_time(process.pid)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for path, (points, symbols) in zip(paths, pool.map(lambda p: check(port, p), paths)):
                if not timing:
                    print("%s\t%s\t%s" % (path, "failed" if points is None else "%.2f" % points, symbols))
        if timing:
            print("%.2f seconds, %d messages" % (processor_time(process.pid) - before, len(paths)))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
