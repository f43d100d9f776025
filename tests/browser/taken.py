"""What the report gives as a file, read back by other readers: CSV, JSON, Zeek's log, mails, zip, pcapng.

`faults_of(path, status, head, body)`: what is wrong with it, each as a text.
"""

import csv
import email
import email.policy
import io
import json
import re
import struct
import urllib.parse
import zipfile

# What a spreadsheet takes for a formula; numbers of ours may begin with a sign.
FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^-?[0-9.]+(e[-+]?[0-9]+)?$")

TYPES = {"csv": "text/csv", "json": "application/x-ndjson", "json-document": "application/json", "zeek": "text/plain",
         "eve": "application/x-ndjson", "arf": "message/rfc822", "xarf-0.2": "message/rfc822", "xarf": "application/json",
         "headers": "text/rfc822-headers", "pcapng": "application/octet-stream", "bundle": "application/zip",
         "record": "application/json", "letter": "text/plain"}


def format_of(path):
    """"csv", "arf", …, or None: no download."""
    parts = urllib.parse.urlsplit(path).path.strip("/").split("/")
    if parts[0] in ("csv", "json", "record"):
        return parts[0]
    if parts[0] == "export":
        return parts[1]
    return "letter" if parts[0] == "complaint" and parts[-1] == "text" else None


csv.field_size_limit(1 << 24)


def _csv(body):
    text = body.decode("utf-8").removeprefix("\ufeff")
    if text and not text.endswith("\r\n"):
        yield "its last line has no end"
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield f"row {number} has {len(row)} cells, the head {len(rows[0])}"
        for cell in row:
            if FORMULA.match(cell) and not NUMBER.match(cell):
                yield f"row {number}: a formula: {cell[:40]!r}"
            if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", cell):
                yield f"row {number}: control bytes: {cell[:40]!r}"


def _json_lines(body):
    for line in body.decode("utf-8").split("\n"):  # splitlines() would take other characters for ends
        if line and not isinstance(json.loads(line), dict):
            yield "a line is no object"


def _document(body):
    json.loads(body.decode("utf-8"))
    return ()


def _zeek(body):
    lines = body.decode("utf-8").split("\n")
    fields = next((x.split("\t")[1:] for x in lines if x.startswith("#fields")), None)
    if fields is None:
        yield "no #fields"
        return
    for line in lines:
        if line and not line.startswith("#") and len(line.split("\t")) != len(fields):
            yield f"a row of {len(line.split(chr(9)))} fields instead of {len(fields)}"


def _mail(body, wanted=None):
    message = email.message_from_bytes(body, policy=email.policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    if message.get_content_type() == "multipart/report" and message.get_param("report-type") == wanted:
        if kinds[1:3] != ["text/plain", "message/feedback-report"] or kinds[3:] and kinds[-1] != "text/rfc822-headers":
            yield f"its parts are {kinds}"
    elif wanted is not None:
        yield f"it is {kinds} {message.get_param('report-type')}"
    for part in message.walk():
        yield from (f"the mail: {defect!r}" for defect in part.defects)


def _arf(body):
    return _mail(body, "feedback-report")


def _zip(body):
    with zipfile.ZipFile(io.BytesIO(body)) as box:
        if box.testzip() is not None:
            yield "a member of it is damaged"
        for name in box.namelist():
            if name.startswith("/") or ".." in name or re.search(r"[^A-Za-z0-9._/-]", name):
                yield f"a member is called {name!r}"
            if name.endswith(".csv"):
                yield from (f"{name}: {fault}" for fault in _csv(box.read(name)))
            elif name.endswith((".txt", ".json", ".ndjson")):
                box.read(name).decode("utf-8")
        if not box.namelist():
            yield "it is empty"


def _pcapng(body):
    at = 0
    while at < len(body):
        kind, length = struct.unpack_from("<II", body, at)
        if at == 0 and kind != 0x0A0D0D0A or length < 12 or length % 4 or body[at + length - 4:at + length] != body[at + 4:at + 8]:
            yield f"the block at {at} is damaged"
            return
        at += length
    if at == 0:
        yield "it is empty"


def _text(body):
    text = body.decode("utf-8")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        yield "control bytes"


READERS = {"csv": _csv, "json": _json_lines, "json-document": _document, "zeek": _zeek, "eve": _json_lines, "arf": _arf,
           "xarf-0.2": _mail, "xarf": _document, "headers": _mail, "pcapng": _pcapng, "bundle": _zip, "record": _document,
           "letter": _text}


def faults_of(path, status, head, body):
    word = format_of(path)
    if status != 200:
        return [f"{status}: {body[:120]!r}"]
    kind = (head.get("Content-Type") or "").split(";")[0]
    faults = [] if kind == TYPES[word] else [f"it is {kind} instead of {TYPES[word]}"]
    if word != "record" and not (head.get("Content-Disposition") or "").startswith("attachment"):
        faults.append("it is not to be saved")
    try:
        return (faults + list(READERS[word](body)))[:5]
    except (ValueError, csv.Error, struct.error, zipfile.BadZipFile) as fault:
        return [*faults, f"{type(fault).__name__}: {fault}"]
