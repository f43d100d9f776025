#!/usr/bin/env python3
"""languages.py HELOSCOPE DEMO CAPTURE: every page in Portuguese, and no English text of ours left on it.

Serves a made store, and one that is read from a capture, so that its sentences are the sensor's, walks the links of the report as a browser that wants Portuguese, and compares every text node and every attribute that
people see or hear with the keys of the catalogues (tests/gate/texts.py reads them from the sources): one that is an English key, or fits a
key's format, fails.  What came from the wire stays what it is.
"""

import html.parser
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "gate"))
sys.dont_write_bytecode = True
import texts  # noqa: E402

PAGES_MAX = 150
OF_A_KIND = 4  # pages of one route and the same parameters
SEEN = ("title", "aria-label", "aria-description", "placeholder", "alt")
AS_IT_IS = ("code", "pre", "style", "script", "textarea", "samp", "kbd")
# Names of things, and what a program wrote: no texts.
NAMES = {"HELO", "AUTH", "TLS", "VLAN", "JA4", "SHA-256", "ID", "Id", "ok", "data", "fin", "reset"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.texts, self.links, self.lang = [], [], [], None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        inside = [c for _, c in self.stack]
        if tag not in ("meta", "link", "input", "br", "hr", "img"):
            self.stack.append((tag, tag in AS_IT_IS or given.get("translate") == "no" or "languages" in given.get("class", "") or "raw" in given.get("class", "").split()))
        if not any(inside):
            for name, value in attrs:
                if (name in SEEN or name.startswith("data-")) and value:
                    self.texts.append(value)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not any(c for _, c in self.stack):
            self.texts.append(" ".join(data.split()))


def english():
    """({key that has another text}, [(regular expression, key)])"""
    plain, formats = set(), []
    for path, keys in texts.catalogues():
        _, entries = texts.read_po(path)
        for key, (other, _) in keys.items():
            for form in filter(None, (key, other)):
                if form in NAMES or (key in entries and entries[key][1][0] == key):
                    continue
                if "%" not in form:
                    plain.add(" ".join(form.split()))
                    continue
                literal = re.sub(r"%(\d+\$)?[-+.\d*]*l*[a-z%]", "", form)
                if len(re.findall(r"[a-z]{3,}", literal)) < 2:
                    continue
                pieces = re.split(r"%[-+.\d*]*l*[a-z]", form.replace("%%", "\0"))
                formats.append((re.compile(".*?".join(re.escape(p.replace("\0", "%")) for p in pieces), re.S), form))
    return plain, formats


class Server:
    def __init__(self, heloscope, make):
        self.folder = tempfile.TemporaryDirectory()
        store = os.path.join(self.folder.name, "made.db")
        subprocess.run(make(store), check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([heloscope, "serve", "--store", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        self.base = re.search(r"http://127\.0\.0\.1:\d+", self.process.stdout.readline()).group()

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def ask(self, target, **fields):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args):
                return None

        request = urllib.request.Request(self.base + target, headers={k.replace("_", "-"): v for k, v in fields.items()})
        try:
            answer = urllib.request.build_opener(Stay).open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")


failures = 0
told = set()


def fail(text, what=None):
    """Once for each `what`: a text that stands on all pages is one fault."""
    global failures
    if what in told:
        return
    if what:
        told.add(what)
    failures += 1
    if failures <= 60:
        print("FAILED: " + text)


def kind_of(target):
    parts = urllib.parse.urlsplit(target)
    first = parts.path.split("/")[1]
    return first, tuple(sorted(name for name, _ in urllib.parse.parse_qsl(parts.query)))


def walk(server):
    plain, formats = english()
    queue, known, kinds, pages = ["/"], {"/"}, {}, 0
    queue += ["/no-such-page", "/host/nonsense", "/hosts?since=x", "/mail/a/b", "/session/ff", "/hosts?q=nokey:1", "/hosts?rows=0"]
    while queue and pages < PAGES_MAX:
        target = queue.pop(0)
        status, head, body = server.ask(target, Accept_Language="pt-BR,pt;q=0.9,en;q=0.5")
        if "text/html" not in head.get("Content-Type", ""):
            continue
        pages += 1
        page = Page()
        page.feed(body)
        if page.lang != "pt-BR":
            fail("%s: <html lang> is %s" % (target, page.lang), "lang")
        if head.get("Content-Language") != "pt-BR":
            fail("%s: Content-Language is %s" % (target, head.get("Content-Language")), "head")
        if not {"accept-language", "cookie"} <= {w.strip().lower() for w in head.get("Vary", "").split(",")}:
            fail("%s: Vary is %s" % (target, head.get("Vary")), "vary")
        for text in dict.fromkeys(page.texts):
            if text in plain:
                fail("%s: in English: %s" % (target, text), text)
            elif len(text) < 1000:
                for pattern, form in formats:
                    if pattern.fullmatch(text):
                        fail("%s: in English: %s (%s)" % (target, text, form), form)
                        break
        for link in page.links:
            link = link.split("#")[0]
            if link in known or "lang=" in link or "theme=" in link or re.match(r"/(csv|json|record|static|api|sign-out)(/|$)", link):
                continue
            known.add(link)
            kinds[kind_of(link)] = kinds.get(kind_of(link), 0) + 1
            if kinds[kind_of(link)] <= OF_A_KIND:
                queue.append(link)
    return pages


def switch(server):
    """The parameter sets the cookie and is gone from the address; the cookie comes before the browser's wish."""
    status, head, _ = server.ask("/hosts?sort=risk&lang=en&order=asc", Accept_Language="pt-BR")
    if status != 303 or head.get("Location") != "/hosts?sort=risk&order=asc":
        fail("the switch answers %s, to %s" % (status, head.get("Location")))
    cookie = head.get("Set-Cookie", "")
    if not cookie.startswith("lang=en;") or "SameSite=Lax" not in cookie or "Max-Age=31536000" not in cookie:
        fail("the switch sets the cookie %s" % cookie)
    for cookie, accept, want in (("lang=en", "pt-BR", "en"), ("lang=pt-BR", "en", "pt-BR"), ("lang=xx", "pt", "pt-BR"), ("a=1", "de", "en")):
        _, _, body = server.ask("/about", Cookie=cookie, Accept_Language=accept)
        if '<html lang="%s"' % want not in body:
            fail("Cookie: %s, Accept-Language: %s: not %s" % (cookie, accept, want))
    for hostile in ("pt;q=" + "9" * 4000, "," * 6000, "%n" * 500, "pt" + "-x" * 2000):
        status, _, _ = server.ask("/about", Accept_Language=hostile)
        if status not in (200, 431):
            fail("Accept-Language %s…: %d" % (hostile[:20], status))
    status, head, _ = server.ask("/about?lang=%0d%0aX-Evil:1", Accept_Language="en")
    if head.get("X-Evil") or "Evil" in head.get("Set-Cookie", ""):
        fail("a parameter is a header field")


def main():
    heloscope, demo, capture = (os.path.abspath(p) for p in sys.argv[1:4])
    os.chdir(ROOT)
    begin, pages = time.monotonic(), []
    stores = (lambda store: [demo, store], lambda store: [heloscope, "read", "--store", store, capture])
    for make in stores:
        server = Server(heloscope, make)
        try:
            pages.append(walk(server))
            if make is stores[0]:
                switch(server)
        finally:
            server.end()
    if min(pages) < 25:
        fail("only %s pages were found" % pages)
    print("%d pages in Portuguese in %.1f s, %d at fault" % (sum(pages), time.monotonic() - begin, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
