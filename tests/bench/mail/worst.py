#!/usr/bin/env python3
"""Mails made to take long: a megabyte of one thing, in each place where a mail may have it.

usage: worst.py FOLDER     writes them there, and their paths to standard output
"""
import base64
import os
import sys

SIZE = 1 << 20
HEAD = b"From: a@example.org\r\nTo: b@example.net\r\nDate: Mon, 2 Jun 2008 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"

# What it is a megabyte of; %d is a number that counts up.
THINGS = {
    "a": b"a", "A": b"A", "space": b" ", "line": b"\r\n", "lone-lf": b"\n", "lone-cr": b"\r", "nul": b"\0", "high": b"\xe9", "utf8": "\u0430".encode(),
    "bad-utf8": b"\xf0\x9d", "digit": b"1", "dot": b".", "comma": b",", "at": b"@", "colon": b"g:", "lt": b"<", "gt": b">", "paren": b"(", "close": b")",
    "quote": b'"', "backslash": b"\\", "semicolon": b";", "equals": b"=", "amp": b"&", "entity": b"&#97;", "bad-entity": b"&#x", "percent": b"%41",
    "bracket": b"[", "brace": b"{", "slash": b"/", "dash": b"-", "underscore": b"_", "dollar": b"$1", "word": b"word ", "two": b"a b", "short-lines": b"a\r\n",
    "encoded": b"=?utf-8?Q?=41?= ", "encoded-open": b"=?", "encoded-b": b"=?utf-8?B?QQ==?= ", "route": b"<@a,@b:c@d>, ", "address": b"a@b.example, ",
    "group": b"g:a@b;, ", "comment": b"(a)", "url": b"http://h%d.example.com/a?b=c@d ", "urls": b"http://a.b/ ", "www": b"www.a%d.com ", "schemeless": b"a.com/",
    "mailto": b"mailto:a@b.c ", "ip": b"http://1.2.3.4/ ", "tag": b"<b>", "close-tag": b"</b>", "a-tag": b"<a href=x>", "a-href": b"<a href=\"http://a%d.com/\">b</a>",
    "attribute": b"<a b=c ", "comment-html": b"<!--", "comment-end": b"<!-- a --> ", "script": b"<script>", "style": b"<style>a{b:c}</style>", "font": b"<font size=1 color=#fff>",
    "table": b"<table><tr><td>", "div": b"<div style=\"display:none\">", "img": b"<img src=cid:a>", "boundary": b"--x\r\n", "boundary-part": b"--x\r\n\r\na\r\n",
    "from-line": b"From: a\r\n", "received": b"from a (b [1.2.3.4]) by c with d id e for <f@g>; h ", "words": b"click here free viagra million dollars your account ",
    "form": b"name: address: city: country: age: sex: phone: ", "drug": b"v1@gr@ c1al1s x@n@x ", "money": b"$1,000,000.00 USD million ", "bitcoin": b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa ",
    "hex": b"0123456789abcdef", "caps": b"BUY NOW ", "exclaim": b"!", "question": b"?", "base64": b"QUJD", "qp": b"=41", "begin": b"begin 644 a\r\nM", "ab": b"ab", "aab": b"aab ",
    "pay": b"i will pay me send the payment of bitcoin to my wallet ", "unsub": b"unsubscribe remove opt-out list mailing ",
}
HEADERS = ["Subject", "From", "To", "Received", "Message-ID", "Date", "Content-Type", "X-Mailer", "References", "Return-Path"]


def megabyte(thing, size=SIZE):
    if b"%d" in thing:
        return b"".join(thing.replace(b"%d", b"%d" % i) for i in range(size // len(thing)))[:size]
    return (thing * (size // len(thing) + 1))[:size]


def bodies(data):
    text, html = b"Content-Type: text/plain\r\n", b"Content-Type: text/html\r\n"
    mime = b"MIME-Version: 1.0\r\nSubject: x\r\n"
    yield "plain", HEAD + mime + text + b"\r\n" + data
    yield "html", HEAD + mime + html + b"\r\n" + data
    yield "base64", HEAD + mime + html + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data[: SIZE * 2 // 3])
    yield "parts", HEAD + mime + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n" + data


def headers(data):
    for name in HEADERS:
        yield name, HEAD + name.encode() + b": " + data[:60000] + b"\r\n\r\nx\r\n"
    lines = b"".join(b"Received: " + data[i:i + 60].replace(b"\r", b"").replace(b"\n", b"") + b"\r\n" for i in range(0, 60000, 100))
    yield "fields", HEAD + lines + b"\r\nx\r\n"
    yield "folds", HEAD + b"Subject: " + b"\r\n ".join(data[i:i + 70].replace(b"\r", b"").replace(b"\n", b"") for i in range(0, 58000, 70)) + b"\r\n\r\nx\r\n"


def nested():
    out = HEAD
    for i in range(SIZE // 80):
        out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        if len(out) > SIZE:
            break
    yield "multiparts", out[:SIZE]
    yield "messages", (HEAD + b"Content-Type: message/rfc822\r\n\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * (SIZE // 32))[:SIZE]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = list(nested())
    for name, thing in THINGS.items():
        data = megabyte(thing)
        made += [(name + "-" + place, mail) for place, mail in bodies(data)] + [(name + "-in-" + place, mail) for place, mail in headers(data)]
    for name, mail in made:
        path = os.path.join(sys.argv[1], name + ".eml")
        with open(path, "wb") as f:
            f.write(mail[:SIZE])
        print(path)


main()
