#!/usr/bin/python3
"""Exports, read back by others' readers: Python's csv, email and zipfile, YAML, JSON Schema, and a strict reader of Zeek's
logs; on a capture and on a store of hostile texts.  Standard library, and Debian's python3-yaml and python3-jsonschema.

usage: formats.py PROGRAM HOSTILE SOURCE      exit: 0 right, 1 not, 77 a reader is not here"""
import base64, csv, datetime, email, email.policy, hashlib, io, ipaddress, json, os, re, subprocess, sys, tempfile, zipfile
try:
    import jsonschema, yaml
except ImportError as why:
    print(f"SKIPPED: {why}")
    sys.exit(77)

PROGRAM, HOSTILE, SOURCE = sys.argv[1:4]
TABLES = "hosts sessions mails listings services evidence abuse loss events changes deliveries lookups".split()
bad = 0


def fail(text):
    global bad
    bad += 1
    if bad < 40:
        print("FAILED:", text[:600])


def run(*args, status=0):
    done = subprocess.run([PROGRAM, *args], capture_output=True, timeout=120)
    if done.returncode != status:
        fail(f"{' '.join(args)}: status {done.returncode}, not {status}: {done.stderr.decode()[:400]}")
    return done.stdout if status == 0 else done.stderr.decode()


def schema(name):
    with open(os.path.join(SOURCE, "tests/schema", name), encoding="utf-8") as f:
        loaded = json.load(f)
    jsonschema.Draft7Validator.check_schema(loaded)
    return jsonschema.Draft7Validator(loaded)


def valid(validator, value, what):
    for e in validator.iter_errors(value):
        fail(f"{what}: {'/'.join(map(str, e.path))}: {e.message}")


# ---- CSV (RFC 4180) ----

OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]\d+)?$")


def check_csv(data, name):
    text = data.decode("utf-8")  # raises where it is none
    if re.search(r"[^\r]\n", re.sub(r'"(?:[^"]|"")*"', "", text)):
        fail(f"{name}: a line does not end in CR LF")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            fail(f"{name}: row {i} has {len(row)} cells, not {len(rows[0])}")
        for cell in row:
            if cell.startswith(RUNS) and not NUMBER.match(cell):
                fail(f"{name}: a spreadsheet would run {cell!r}")
            if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", cell):
                fail(f"{name}: a control in {cell!r}")
            if re.match(r"\d{4}-\d\d-\d\d[T ]", cell) and i > 0 and not OFFSET.match(cell):
                fail(f"{name}: a time without its offset: {cell!r}")
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# ---- Zeek ----

def unescape(text):
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode("utf-8"))
    return raw.decode("utf-8", "surrogateescape")


def check_zeek(data, name):
    lines = data.decode("utf-8").split("\n")
    if lines.pop() != "":
        fail(f"{name}: the last line does not end")
    head = {}
    while lines and lines[0].startswith("#") and not lines[0].startswith("#close"):
        key, _, rest = lines.pop(0)[1:].partition("\t" if head else " ")
        head[key] = rest
    want = {"separator": "\\x09", "set_separator": ",", "empty_field": "(empty)", "unset_field": "-", "path": "smtp"}
    for key, value in want.items():
        if head.get(key) != value:
            fail(f"{name}: #{key} is {head.get(key)!r}")
    if list(head) != ["separator", "set_separator", "empty_field", "unset_field", "path", "open", "fields", "types"]:
        fail(f"{name}: the head is {list(head)}")
    datetime.datetime.strptime(head["open"], "%Y-%m-%d-%H-%M-%S")
    if not lines or not lines[-1].startswith("#close\t"):
        fail(f"{name}: no #close")
        return []
    lines.pop()
    fields, types = head["fields"].split("\t"), head["types"].split("\t")
    if ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth helo mailfrom rcptto date from to cc reply_to msg_id "
            "in_reply_to subject x_originating_ip first_received second_received last_reply path user_agent tls fuids").split() != fields:
        fail(f"{name}: fields {fields}")

    def one(kind, text):
        if kind == "string":
            return unescape(text)
        if kind == "addr":
            return ipaddress.ip_address(text)
        if kind in ("port", "count"):
            if not text.isdigit():
                fail(f"{name}: {text!r} is no {kind}")
            return int(text)
        if kind == "bool":
            return {"T": True, "F": False}[text]
        if not re.fullmatch(r"\d+\.\d{6}", text):
            fail(f"{name}: {text!r} is no time")
        return float(text)

    rows = []
    for line in lines:
        cells = line.split("\t")
        if len(cells) != len(fields):
            fail(f"{name}: {len(cells)} cells: {line!r}")
            continue
        row = {}
        for field, kind, cell in zip(fields, types, cells):
            inner = re.fullmatch(r"(?:set|vector)\[(\w+)\]", kind)
            if cell == "" or cell.startswith(RUNS) and not (cell == "-" or NUMBER.match(cell)):
                fail(f"{name}: {field} is {cell!r}")
            if cell == "-":
                row[field] = None
            elif inner:
                row[field] = [] if cell == "(empty)" else [one(inner[1], c) for c in cell.split(",")]
            else:
                row[field] = one(kind, cell)
        rows.append(row)
    return rows


# ---- mails ----

def parts_of(data, name, kind, count):
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        fail(f"{name}: a line ends otherwise than by CR LF")
    for line in data.split(b"\r\n"):
        if len(line) > 998:
            fail(f"{name}: a line of {len(line)} bytes")
    mail = email.message_from_bytes(data, policy=email.policy.default)
    for key in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
        if len(mail.get_all(key) or []) != 1:
            fail(f"{name}: {key} {len(mail.get_all(key) or [])} times")
    for key in mail.keys():
        if key not in ("From To Subject Date Message-ID MIME-Version Content-Type Auto-Submitted X-XARF".split()):
            fail(f"{name}: a field {key} in the head")
    if mail.get_content_type() != kind or mail.defects or len(mail["From"].addresses) != 1:
        fail(f"{name}: {mail.get_content_type()} {mail.defects}")
    if mail["Date"].datetime.utcoffset() != datetime.timedelta(0):
        fail(f"{name}: the date is not UTC")
    parts = list(mail.iter_parts())
    if len(parts) != count or any(p.defects for p in parts):
        fail(f"{name}: {len(parts)} parts, {[p.defects for p in parts]}")
    return mail, parts


KEPT = set("Received From To Cc Reply-To Subject Date Message-ID X-Mailer X-PHP-Originating-Script List-Id Auto-Submitted X-Heloscope".split())


def check_block(block, name):
    if b"\r\n\r\n" in block.rstrip(b"\r\n"):
        fail(f"{name}: an empty line within the header block")
    for line in block.rstrip(b"\r\n").split(b"\r\n"):
        if not re.match(rb"([A-Za-z-]+:)? \S", line) or re.search(rb"[\x00-\x1f\x7f-\xff]", line):
            fail(f"{name}: {line!r}")
    fields = email.message_from_bytes(block, policy=email.policy.compat32)
    for key in fields.keys():
        if key not in KEPT or (key != "Received" and len(fields.get_all(key)) != 1):
            fail(f"{name}: field {key}")
    return fields


ONCE = ("Feedback-Type", "User-Agent", "Version")
AT_MOST_ONCE = ("Original-Envelope-Id", "Original-Mail-From", "Arrival-Date", "Received-Date", "Reporting-MTA", "Source-IP", "Source-Port", "Incidents")
ANY = ("Authentication-Results", "Original-Rcpt-To", "Reported-Domain", "Reported-URI")


def check_arf(data, name):
    mail, parts = parts_of(data, name, "multipart/report", 3)
    if mail.get_param("report-type") != "feedback-report":
        fail(f"{name}: report-type {mail.get_param('report-type')}")
    if [p.get_content_type() for p in parts] != ["text/plain", "message/feedback-report", "text/rfc822-headers"]:
        fail(f"{name}: parts {[p.get_content_type() for p in parts]}")
    raw = data.split(b"Content-Type: message/feedback-report\r\n\r\n")[1].split(b"\r\n\r\n")[0]
    report = email.message_from_bytes(raw + b"\r\n\r\n", policy=email.policy.compat32)
    for key in ONCE:
        if len(report.get_all(key) or []) != 1:
            fail(f"{name}: {key} {len(report.get_all(key) or [])} times")
    for key in AT_MOST_ONCE:
        if len(report.get_all(key) or []) > 1:
            fail(f"{name}: {key} more than once")
    for key in report.keys():
        if key not in ONCE + AT_MOST_ONCE + ANY:
            fail(f"{name}: unknown field {key}")
    if report["Feedback-Type"] != "abuse" or report["Version"] != "1" or not re.match(r"heloscope/\S+$", report["User-Agent"]):
        fail(f"{name}: {dict(report)}")
    ipaddress.ip_address(report["Source-IP"].replace("IPv6:", "", 1))
    if (":" in report["Source-IP"]) != report["Source-IP"].startswith("IPv6:"):
        fail(f"{name}: Source-IP {report['Source-IP']}")
    if not 1 <= int(report["Source-Port"]) <= 65535:
        fail(f"{name}: Source-Port {report['Source-Port']}")
    if email.utils.parsedate_to_datetime(report["Arrival-Date"]).utcoffset() != datetime.timedelta(0):
        fail(f"{name}: Arrival-Date")
    check_block(data.split(b"Content-Type: text/rfc822-headers\r\n\r\n")[1].split(b"\r\n\r\n")[0] + b"\r\n", name)
    return report, parts


def check_xarf_02(data, name, validator):
    mail, parts = parts_of(data, name, "multipart/mixed", 3)
    if mail["X-XARF"] != "PLAIN" or mail["Auto-Submitted"] != "auto-generated":
        fail(f"{name}: X-XARF {mail['X-XARF']}, Auto-Submitted {mail['Auto-Submitted']}")
    if parts[1].get_content_type() != "text/plain" or parts[1].get_param("name") != "report.txt":
        fail(f"{name}: the second part is {parts[1]['Content-Type']}")
    text = parts[1].get_content()
    keys = re.findall(r"^([\w-]+):", text, re.M)
    if len(keys) != len(set(keys)):
        fail(f"{name}: a key twice: {keys}")
    report = yaml.safe_load(text)
    valid(validator, report, name)
    if not str(mail["Subject"]).startswith(f"abuse report about {report['Source']} - "):
        fail(f"{name}: Subject {mail['Subject']}")
    return report


def check_xarf(data, name, validators):
    if data.count(b"\n") != 1:
        fail(f"{name}: not one line")
    report = json.loads(data)
    for v in validators:
        valid(v, report, name)
    for item in report["evidence"]:
        payload = base64.b64decode(item["payload"], validate=True)
        if item["size"] != len(payload) or item["hash"] != "sha256:" + hashlib.sha256(payload).hexdigest():
            fail(f"{name}: size or hash of the evidence")
        if item["content_type"] == "text/rfc822-headers":
            check_block(payload, name)
    return report


# ---- captures ----

def envelope(m):
    # A command that was never answered is not in the capture.
    return (m["mail_from"], [(r["to"], r["code"], r["enhanced"], r["disposition"]) for r in m["rcpts"] if r["code"]],
            m["outcome"], m["code"], m["enhanced"], m["queue_id"], m.get("params"))


def check_capture(sessions, data, folder, name):
    path = os.path.join(folder, "rebuilt.pcapng")
    with open(path, "wb") as f:
        f.write(data)
    read = [json.loads(l) for l in run("read", "--no-store", "--json", "--privacy", "off", path).splitlines()]
    again = {(s["client"]["ip"], s["client"]["port"], s["server"]["ip"]): s for s in read if s["type"] == "session"}
    for s in sessions:
        if not s["replies"]:
            continue
        key = s["client"]["ip"], s["client"]["port"], s["server"]["ip"]
        t = again.get(key)
        if t is None:
            fail(f"{name}: {key} is not in the capture")
            continue
        replies = [[(r["to"], r["code"], r["enhanced"], r["class"], r["list"], r["text"]) for r in x["replies"]] for x in (s, t)]
        if replies[0] != replies[1]:
            fail(f"{name}: {key}: replies {[p for p in zip(*replies) if p[0] != p[1]][:2]}")
        if [envelope(m) for m in s["mails"]] != [envelope(m) for m in t["mails"]]:
            fail(f"{name}: {key}: mails {[p for p in zip(map(envelope, s['mails']), map(envelope, t['mails'])) if p[0] != p[1]][:1]}")
        for field in ("helo", "banner", "extensions", "community_id"):
            if s[field] != t[field]:
                fail(f"{name}: {key}: {field} {s[field]!r}, then {t[field]!r}")
    return path


def check_tshark(path, sessions):
    try:
        done = subprocess.run(["tshark", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
                               "-e", "tcp.payload", "-e", "tcp.checksum.status", "-e", "_ws.malformed"], capture_output=True, timeout=120)
    except FileNotFoundError:
        print("tshark is not here: the capture is read by heloscope alone")
        return
    rows = [l.split("\t") for l in done.stdout.decode().splitlines()]
    if any(r[1] != "1" or r[2] for r in rows):
        fail("tshark: a sum is wrong, or a packet malformed")
    wanted = sum(r["to"] == "MAIL" for s in sessions for r in s["replies"])
    # By its bytes: behind a DATA that was refused tshark takes commands for content.
    if sum(b"MAIL FROM:<".hex() in r[0] for r in rows) != wanted:
        fail(f"tshark: not {wanted} MAIL commands")


def check_bundle(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        if z.testzip() is not None:
            fail(f"{name}: {z.testzip()} is damaged")
        names = z.namelist()
        readme = z.read("README.txt").decode("utf-8")
        for entry in names:
            if entry.endswith(".csv"):
                check_csv(z.read(entry), f"{name}/{entry}")
            elif entry.endswith(".eml"):
                check_block(z.read(entry), f"{name}/{entry}")
            elif entry.endswith(".ndjson"):
                [json.loads(l) for l in z.read(entry).splitlines()]
            if entry != "README.txt" and entry.split("/")[0].rstrip("/") not in readme:
                fail(f"{name}: the text does not name {entry}")
        for word in ("UTC", "TLP:AMBER", "REBUILT", "Left out"):
            if word not in readme:
                fail(f"{name}: the text does not say {word}")
        return names, z.read("capture.pcapng")


# ---- all of it on one store ----

def check_store(store, folder, hosts, mails):
    at = ("--store", store)
    tables = {t: check_csv(run("export", t, *at), f"{t}.csv") for t in TABLES}
    for t in TABLES:
        document = json.loads(run("export", t, "--format", "json-document", *at))
        lines = [json.loads(l) for l in run("export", t, "--format", "json", *at).splitlines()]
        if document["rows"] != lines or len(lines) != len(tables[t]):
            fail(f"{t}: {len(document['rows'])} rows in the document, {len(lines)} lines, {len(tables[t])} of CSV")
    zeek = check_zeek(run("export", "mails", "--format", "zeek", *at), "smtp.log")
    eve = [json.loads(l) for l in run("export", "mails", "--format", "eve", *at).splitlines()]
    validator = schema("eve-smtp.json")
    for line in eve:
        valid(validator, line, "eve")
    if not len(zeek) == len(eve) == len(tables["mails"]):
        fail(f"{len(zeek)} lines of Zeek, {len(eve)} of EVE, {len(tables['mails'])} mails")
    for row in tables["abuse"]:
        if not row["src_ip"] or not row["src_port_sample"] or row["utc_offset"] != "UTC+00:00":
            fail(f"abuse: {row}")
    for row in tables["evidence"]:
        if not (row["src_ip"] and row["src_port"] and row["dst_ip"] and row["dst_port"]) or row["utc_offset"] != "UTC+00:00":
            fail(f"evidence: {row}")
    core, types, x02 = schema("xarf-core.json"), schema("xarf-types.json"), schema("xarf-0.2.json")
    jobs = [("hosts", "--host", h) for h in hosts] + [("mails", "--session", s, "--number", n) for s, n in mails]
    for job in jobs:
        check_arf(run("export", *job, "--format", "arf", *at), f"arf {job}")
        check_xarf_02(run("export", *job, "--format", "xarf-0.2", *at), f"xarf-0.2 {job}", x02)
        check_xarf(run("export", *job, "--format", "xarf", *at), f"xarf {job}", (core, types))
    for h in hosts:
        out = os.path.join(folder, "b.zip")
        run("export", "bundle", "--host", h, "--output", out, *at)
        with open(out, "rb") as f:
            check_bundle(f.read(), f"bundle of {h}")
    return tables, zeek, eve


def check_incident(folder):
    store = os.path.join(folder, "i.db")
    run("read", "--store", store, "--privacy", "off", os.path.join(SOURCE, "tests/captures/incident.pcap"))
    config = os.path.join(folder, "heloscope.conf")
    with open(config, "w", encoding="utf-8") as f:
        f.write("[web]\norganisation = Universidade \"Exemplo\"\ncontact = abuse@campus.example.edu\ndomain = campus.example.edu\n")
    at = ("--store", store)
    host = "200.136.80.4"
    tables, zeek, _ = check_store(store, folder, [host, "192.0.2.77"], [])
    whole = run("export", "sessions", "--format", "json", *at)
    sessions = [json.loads(l) for l in whole.splitlines()]
    path = check_capture(sessions, run("export", "sessions", "--format", "pcapng", *at), folder, "incident")
    check_tshark(path, sessions)
    for other in ("bdat", "pipelined", "typed", "ipv6", "refusals", "submission", "dictionary", "starttls"):
        db = os.path.join(folder, other + ".db")
        run("read", "--store", db, "--privacy", "off", os.path.join(SOURCE, "tests/captures", other + ".pcap"))
        some = [json.loads(l) for l in run("export", "sessions", "--format", "json", "--store", db).splitlines()]
        check_capture(some, run("export", "sessions", "--format", "pcapng", "--store", db), folder, other)
    report, parts = check_arf(run("export", "hosts", "--format", "arf", "--host", host, *at), "incident")
    if "[YOUR CONTACT]" not in parts[0].get_content() or report["Source-IP"] != host or int(report["Incidents"]) != 118:
        fail("arf: the gap is not marked, or the host not named")
    known = run("export", "hosts", "--format", "arf", "--host", host, "--config", config, *at)
    if b"[YOUR CONTACT]" in known or email.message_from_bytes(known, policy=email.policy.default)["From"].addresses[0].addr_spec != "abuse@campus.example.edu":
        fail("arf: the configured contact is not in it")
    xarf = json.loads(run("export", "hosts", "--format", "xarf", "--host", host, "--config", config, *at))
    if xarf["reporter"]["domain"] != "campus.example.edu" or xarf["type"] != "spam":
        fail(f"xarf: {xarf['reporter']} {xarf['type']}")
    # The same numbers in each: rows, lines, records; filters apply to all of them.
    if len(tables["mails"]) != sum(len(s["mails"]) for s in sessions):
        fail("mails.csv has not the mails of the sessions")
    some = check_zeek(run("export", "mails", "--format", "zeek", "--host", host, "--outcome", "rejected", *at), "filtered")
    rows = check_csv(run("export", "mails", "--host", host, "--outcome", "rejected", *at), "filtered")
    if not 0 < len(some) == len(rows) < len(zeek):
        fail(f"filtered: {len(some)} lines of Zeek, {len(rows)} rows")
    if some and not all(re.match("[45]", z["last_reply"] or "") for z in some):
        fail("zeek: the last reply to a refused mail is none")
    abuse = {r["src_ip"]: r for r in tables["abuse"]}[host]
    if (abuse["sessions"], abuse["messages"], abuse["rcpts"], abuse["cause"]) != ("115", "118", "534", "web-form"):
        fail(f"abuse: {abuse}")
    session = next(s for s in sessions if s["mails"] and s["client"]["ip"] == host)
    out = os.path.join(folder, "s.zip")
    run("export", "bundle", "--session", session["id"], "--output", out, *at)
    with open(out, "rb") as f:
        names, capture = check_bundle(f.read(), "bundle of a session")
    if "abuse.csv" in names:
        fail("a bundle of a session has what is said of the host")
    check_capture([session], capture, folder, "bundle of a session")


def check_hostile(folder):
    store = os.path.join(folder, "h.db")
    subprocess.run([HOSTILE, store], check=True, timeout=60)
    ids = [l["id"] for l in map(json.loads, run("export", "sessions", "--format", "json", "--store", store).splitlines())]
    hosts = [f"192.0.2.{n}" for n in range(1, len(ids) + 1)]
    check_store(store, folder, hosts, [(i, "1") for i in ids])
    path = os.path.join(folder, "h.pcapng")
    run("export", "sessions", "--format", "pcapng", "--store", store, "--output", path)
    run("read", "--no-store", path)


def check_wrong_use(folder):
    at = ("--store", os.path.join(folder, "i.db"))
    for args, words in (
        (("hosts", "--format", "zeek"), "there are: csv, json, json-document"),
        (("evidence", "--format", "pcapng"), "not made of the table evidence"),
        (("hosts", "--format", "arf"), "--host ADDR, or --session ID --number N"),
        (("mails", "--format", "headers"), "--session ID --number N"),
        (("bundle",), "--host ADDR or --session ID"),
        (("bundle", "--format", "csv"), "leave out --format"),
        (("mails", "--format", "xml"), "there are csv, json"),
        (("nothing",), "there is no table nothing: hosts"),
        (("hosts", "--net", "10.0.0.0/33"), "not a network"),
        (("mails", "--number", "0", "--format", "arf"), "not a number"),
    ):
        said = run("export", *args, *at, status=2)
        if words not in said:
            fail(f"export {args}: {said!r}")
    for args in (("hosts", "--format", "arf", "--host", "203.0.113.254"), ("bundle", "--host", "203.0.113.254", "-o", os.path.join(folder, "no.zip")),
                 ("mails", "--format", "xarf", "--session", "0123456789abcdef")):
        if "knows nothing" not in run("export", *args, *at, status=3):
            fail(f"export {args}: not said")
    if os.path.exists(os.path.join(folder, "no.zip")):
        fail("a bundle of nothing came into being")


with tempfile.TemporaryDirectory() as work:
    check_incident(work)
    check_hostile(work)
    check_wrong_use(work)
print("exports:", "right" if bad == 0 else f"{bad} faults")
sys.exit(bad != 0)
