"""Hostile text in every column and in every text of every record: it is shown as text, and nothing else happens.

The texts are written into the file behind the store's back, as no sensor of ours would: each column of each table (as the file itself
says which there are) in rows of its own, each string of the records of a session, a mail and a host, too.
"""

import html.parser
import json
import os
import sqlite3
import urllib.parse

from served import Served
from taken import faults_of

MARK = "hx7"
RUN = "window.pwned=1"
# %s: where it stands, so that a fault can be found.
TEXTS = {
    "markup": MARK + " %s <script>" + RUN + "</script><hxtag hxattr=1>\"><img src=x onerror=\"" + RUN + "\">",
    "closing": "'</textarea></title></style></script></svg><script>" + RUN + "</script><!-- " + MARK + " %s",
    "attribute": "x' onmouseover='" + RUN + "' hxattr=\" onfocus=" + RUN + " autofocus " + MARK + " %s",
    "address": "javascript:" + RUN + "//" + MARK + " %s",
    "other address": "//evil.example/\\evil.example/?" + MARK + "%s&a=b#c",
    "formula": "=cmd|'/C calc'!A0 " + MARK + " %s",
    "sum": "@SUM(1+1)*HYPERLINK(\"http://198.51.100.9\") " + MARK + " %s",
    "directions": "\u202e\u2066\u200f" + MARK + " %s gpj.exe\u2069 \u061c",
    "controls": "\x07\x1b[31m\x08\x7f\u0085" + MARK + " %s\r\n.\r\nSet-Cookie: a=b\t\x01\x02",
    "templates": "%%n%%s%%99$n {{7*7}} ${7*7} <%%= 7 %%> #{7*7} " + MARK + " %s",
    "long": MARK + " %s " + "a" * 65536,
    "long, with spaces": MARK + " %s " + "<b>b " * 16384,
    "deep": MARK + " %s " + "[" * 3000 + "{\"a\":" * 3000,
}
BYTES = {"NUL": MARK.encode() + b" a\x00b", "no UTF-8": MARK.encode() + b" \xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80"}
DOCUMENTS = ("record", "counts")  # JSON: spoilt text by text, below
JOINED = ("/deliveries", "/campaign_hosts")  # rows that need a row of another table with the same key
PAGES = ("/", "/sensor", "/about", "/host/192.0.2.23", "/host/192.0.2.140", "/host/198.51.100.25", "/session/00000000000000aa",
         "/mail/00000000000000aa/1", "/complaint/host/192.0.2.23", "/complaint")
# In the page: what came from the data as more than text.
FOUND = """
const faults = [], origin = location.origin;
if (window.pwned) faults.push('a script ran');
for (const e of document.querySelectorAll('*')) {
    if (/^(hxtag|img|iframe|object|embed|base|b|blink)$/i.test(e.localName)) faults.push('an element ' + e.outerHTML.slice(0, 80));
    for (const a of e.attributes) {
        if (/^on|^hx|^autofocus|^style$/i.test(a.name) && !e.closest('.uplot, .tip')) faults.push(`an attribute ${a.name} of ${e.localName}`);
        if (/^(href|src|action|formaction|xlink:href)$/i.test(a.name) && e.namespaceURI.endsWith('xhtml')) {
            const url = new URL(a.value, location);
            if (url.origin !== origin) faults.push(`it leads to ${a.value.slice(0, 80)}`);
        }
    }
    if (e.localName === 'script' && !/^\\/static\\//.test(e.getAttribute('src') ?? '')) faults.push('a script ' + e.outerHTML.slice(0, 80));
}
const text = document.querySelector('main').innerText;
if (/[\\u202a-\\u202e\\u2066-\\u2069\\u0000-\\u0008\\u000b\\u000e-\\u001f]/.test(text)) faults.push('controls or directions are not spelled out');
return { faults: faults.slice(0, 4), shown: (text.match(/hx7/g) ?? []).length, script: text.includes('<script>'),
    wide: document.scrollingElement.scrollWidth - document.documentElement.clientWidth };
"""


class Walk(html.parser.HTMLParser):
    """The same by another reader: for pages that are not opened."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults, self.text = [], []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if tag in ("hxtag", "img", "iframe", "b") or any(n.startswith(("on", "hx")) or n == "style" for n in names):
            self.faults.append(f"<{tag} {names}>")
        for name, value in attrs:
            if name in ("href", "src", "action") and not (value or "").startswith(("/", "#")) or (value or "").startswith("//") and name == "href":
                self.faults.append(f"{name}={value[:60]!r}")
        if tag == "script" and not dict(attrs).get("src", "").startswith("/static/"):
            self.faults.append("a script")

    def handle_data(self, data):
        self.text.append(data)


def values(where):
    for name, text in TEXTS.items():
        yield name, text % where
    for name, raw in BYTES.items():
        yield name, raw


def insert(db, table, row):
    marks = ["CAST(? AS TEXT)" if isinstance(v, bytes) and k in row["_texts"] else "?" for k, v in row.items() if k != "_texts"]
    names = [k for k in row if k != "_texts"]
    db.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join(marks)})", [row[n] for n in names])


def spoil_columns(db):
    """A row for each column of text and each value; how many columns."""
    known = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    count, seq = 0, 10**6
    for table in known:
        info = db.execute(f"PRAGMA table_info({table})").fetchall()
        texts = [c[1] for c in info if c[2] == "TEXT" and c[1] not in DOCUMENTS]
        if table == "meta" or not texts:
            continue
        sample = db.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
        if sample is None:
            sample = [{"INTEGER": 1, "REAL": 0.5, "BLOB": b"\x04\xc0\x00\x02\x17"}.get(c[2], "x") for c in info]
        unique = set()  # keys of text get another value in each row
        for index in db.execute(f"PRAGMA index_list({table})").fetchall():
            if index[2]:
                unique |= {c[2] for c in db.execute(f"PRAGMA index_info({index[1]})").fetchall()}
        for column in texts:
            count += 1
            for name, value in values(f"{table}.{column}"):
                seq += 1
                row = dict(zip([c[1] for c in info], sample), _texts=texts)
                row[column] = value
                if "seq" in row:
                    row["seq"] = seq
                for key in unique & set(texts) - {column}:
                    if key == "session":
                        row[key] = f"{seq:016x}"
                    elif key not in ("host", "verdict", "list", "kind", "rule", "name", "sensor"):
                        row[key] = f"{row[key]}{seq}"
                for key in unique & {"time_ns", "since_ns", "start_ns", "hour_ns", "run", "number", "port", "change", "mail"}:
                    row[key] = row[key] + seq - 10**6 if key != "port" else seq % 65000
                if "host" in unique and column != "host" and len(unique) == 1:
                    row["host"] = f"192.0.{seq // 250 % 250}.{seq % 250}"
                insert(db, table, row)
    db.execute("UPDATE meta SET value = ? WHERE name = 'seq'", (seq + 1,))
    return count


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from leaves(below, (*path, number))
    elif isinstance(value, str):
        yield path


def replaced(record, path, text):
    copy = json.loads(json.dumps(record))
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text
    return copy


def written(record):
    """As the sensor writes it; what cannot be written in UTF-8 is no text of JSON."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def words_of(body):
    walk = Walk()
    walk.feed(body.decode("utf-8", "replace"))
    return " ".join("".join(walk.text).split())[:2000].partition("View")[2][-300:]


def pages_of_records(served, report):
    """Every string of a record in turn, and all of them at once; what is found on the page is text."""
    subjects = (("hosts", "host", "192.0.2.23", "/host/192.0.2.23"), ("sessions", "session", "00000000000000aa", "/session/00000000000000aa"),
                ("mails", "session", "00000000000000aa", "/mail/00000000000000aa/1"))
    shown = 0
    for table, key, value, page in subjects:
        where = f"{key} = ? AND number = 1" if table == "mails" else f"{key} = ?"
        db = sqlite3.connect(served.store, timeout=10, isolation_level=None)
        before = db.execute(f"SELECT record FROM {table} WHERE {where}", (value,)).fetchone()[0]
        record = json.loads(before)
        paths = list(leaves(record))
        report.check(len(paths) > 20, page, f"only {len(paths)} texts in its record")
        tried = [(".".join(map(str, p)), replaced(record, p, TEXTS["markup"] % "x" + TEXTS["formula"] % "y")) for p in paths]
        for name, text in TEXTS.items():
            whole = record
            for path in paths:
                whole = replaced(whole, path, text % "all")
            tried.append(("all: " + name, whole))
        for name, spoilt in tried:
            db.execute(f"UPDATE {table} SET record = ? WHERE {where}", (written(spoilt), value))
            for path in (page, *(("/complaint/host/192.0.2.23", "/") if table == "hosts" and name.startswith("all") else ())):
                status, _, body = served.get(path)
                report.check(status in (200, 503), f"{path}: {name}", f"{status} {words_of(body)}")
                walk = Walk()
                walk.feed(body.decode("utf-8"))
                report.check(not walk.faults, f"{path}: {name}", str(walk.faults[:3]))
                shown += MARK in "".join(walk.text)
        for raw in ("{", "[]", "null", '{"id":1,"mails":{},"hits":[[]],"listings":3}', "\ud800", "[" * 5000):
            db.execute(f"UPDATE {table} SET record = CAST(? AS TEXT) WHERE {where}", (raw.encode("utf-8", "surrogatepass"), value))
            status, _, body = served.get(page)
            report.check(status in (200, 404, 500, 503), f"{page}: record {raw[:30]!r}", f"{status} {body[:100]!r}")
        db.execute(f"UPDATE {table} SET record = ? WHERE {where}", (written(replaced(
            record, max(paths, key=lambda p: "subject" in p or "helo_name" in p or "summary" in p), TEXTS["markup"] % "kept")), value))
        db.close()
    report.check(shown > 80, "records", f"only {shown} of the texts were seen on a page")
    print(f"records: {shown} spoilt texts were shown")


def check_page(browser, report, path, shown):
    browser.open(path)
    for width in (360, 1280):
        browser.size(width)
        got = browser.run(FOUND)
        report.check(got["wide"] <= 0, f"{path} ({width})", f"{got['wide']} pixels wider than the window")
        for fault in got["faults"]:
            report.fail(path, fault)
    if "?" in path:
        browser.size(360)
        browser.picture("hostile-" + path.strip("/").split("?")[0], whole=False)  # they are long
    shown[path] = got["shown"]
    report.check(got["shown"] > 0 or path in PAGES or path.startswith(JOINED), path, "nothing of it is shown")
    browser.run("watched.shift = 0")  # a page of megabytes comes in pieces
    for fault in browser.faults(refused=True):
        report.fail(path, fault)


def check_files(served, report, names):
    """Every export of every table is read back by other readers."""
    files = [f"/{word}/{name}" for name in names for word in ("csv", "json")]
    files += [f"/export/{word}/{name}" for word in ("zeek", "eve", "json-document") for name in ("sessions", "mails")]
    files += [f"/export/{word}/host/192.0.2.23" for word in ("arf", "xarf-0.2", "xarf", "bundle", "pcapng")]
    files += [f"/export/{word}/mail/00000000000000aa/1" for word in ("arf", "xarf-0.2", "xarf", "headers")]
    files += ["/export/bundle/session/00000000000000aa", "/export/pcapng/session/00000000000000aa", "/record/host/192.0.2.23",
              "/record/session/00000000000000aa", "/complaint/host/192.0.2.23/text"]
    for path in files:
        for fault in faults_of(path, *served.get(path)):
            report.fail(path, fault)
        report.checks += 1
    for name in names:
        status, _, body = served.get(f"/api/1/{name}?rows=500")
        report.check(status == 200 and isinstance(json.loads(body), dict), f"/api/1/{name}", f"{status}")
    status, _, body = served.get("/metrics")
    report.check(status == 200 and MARK + " <" not in body.decode().replace('\\"', ""), "/metrics", f"{status}")
    print(f"{len(files)} files, {len(names)} tables of /api/1")


def check(browser, served, report):
    base, store = browser.base, os.path.join(served.folder, "hostile.db")
    with sqlite3.connect(served.store) as source, sqlite3.connect(store) as copy:
        source.backup(copy)
    source.close()
    with sqlite3.connect(store) as db:
        columns = spoil_columns(db)
    db.close()
    mine = Served(served.heloscope, served.demo, store=store)
    try:
        browser.base = mine.base
        browser.theme("light")
        calls = json.loads(mine.get("/api/1")[2])["calls"]
        names = [c.rsplit("/", 1)[1] for c in calls if c.count("/") == 3 and "{" not in c]
        names = [n for n in names if n not in ("summary", "sensor", "hours", "live", "openapi.json")]
        pages_of_records(mine, report)
        shown = {}
        for path in PAGES:
            check_page(browser, report, path, shown)
        for name in names:
            if mine.get(f"/{name}")[0] == 200:
                check_page(browser, report, f"/{name}?rows=500&range=all", shown)
        hostile = urllib.parse.quote(TEXTS["markup"] % "q")
        for path in (f"/hosts?text={hostile}", f"/domain/{hostile}", f"/rule/{hostile}", f"/nope/{hostile}"):
            browser.open(path)
            got = browser.run(FOUND)
            report.check(not got["faults"] and got["wide"] <= 0, path[:40], str(got))
            browser.faults(refused=True)
        check_files(mine, report, names)
        print(f"{columns} columns, {sum(shown.values())} times something of it was shown on {len(shown)} pages")
    finally:
        browser.base = base
        wrong = mine.end()
        if wrong:
            report.fail("serve", wrong)
