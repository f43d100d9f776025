"""Every page, in each theme and width: errors, policy, missing files, layout, contrast, and a picture to be looked at."""

import re
import urllib.parse

from browser import THEMES

# Those of the navigation are found by their links.
PAGES = ("/", "/host/192.0.2.23", "/host/192.0.2.140", "/host/2001:db8:12::77", "/host/198.51.100.25", "/session/00000000000000aa",
         "/mail/00000000000000aa/1", "/mail/00000000000000aa/2", "/hosts?q=verdict:listed&range=all", "/mails?rows=5&page=2",
         "/hosts?text=nobody-has-this", "/nope", "/hosts?sort=nope", "/?range=hour", "/complaint")
REFUSED = ("/nope", "/hosts?sort=nope")
WIDTHS = (1280, 360)
WIDE = 2200
PAGES_MAX, LINKS_MAX = 45, 400


def name_of(path):
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[:60] or "overview"


class Seen:
    """Which kinds of links were met: by route, as far as it can be told, and each of its parameters."""

    def __init__(self):
        self.names, self.paths = {}, set()

    def is_new(self, path):
        url = urllib.parse.urlsplit(path)
        parts = url.path.strip("/").split("/")
        fixed = 2 if parts[0] in ("csv", "json", "record", "export", "chart", "complaint", "api") else 1
        route = (tuple(parts[:fixed]), len(parts))
        # what a download takes is what its table takes
        names = set() if fixed == 2 else set(urllib.parse.parse_qs(url.query, keep_blank_values=True)) or {""}
        new = path not in self.paths and (route not in self.names or not names <= self.names[route] or path in PAGES)
        self.paths.add(path)
        self.names.setdefault(route, set()).update(names)
        return new


def look(browser, report, path, width):
    """One load; the themes are colours alone, so that they are changed in place (that the cookie does it, handling_check.py shows)."""
    browser.size(width)
    browser.open(path)
    where = f"{path} ({width})"
    report.check(browser.settled(), where, "it is not complete, or its charts are not drawn")
    scroll = browser.run("return document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    report.check(scroll <= 0, where, f"the page is {scroll} pixels wider than the window")
    for fault in browser.faults(refused=path in REFUSED):
        report.fail(where, fault)
    for theme in THEMES:
        browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
        # Of another theme only colours are another thing, and they are the same at each width.
        rules = None if theme == THEMES[0] else ["color-contrast"]
        for fault in browser.axe_faults(rules) if rules is None or width == WIDTHS[0] else []:
            report.fail(f"{where}, {theme}", fault)
        browser.picture(f"{name_of(path)}-{theme}-{width}")
    browser.run("watched.shift = 0")  # a picture of the whole page makes the window larger
    for fault in browser.faults(refused=path in REFUSED):
        report.fail(where, fault)
    report.checks += 2


def links_of(browser):
    return browser.run("""return [...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location))
        .filter(u => u.origin === location.origin).map(u => u.pathname + u.search)""")


def find_pages(browser, served, report):
    """Every link within the site, each shape once: it answers; those that are pages are opened."""
    pages, seen, waiting, asked = [], Seen(), list(PAGES), 0
    browser.size(1280)
    browser.theme("light")
    while waiting and len(pages) < PAGES_MAX and asked < LINKS_MAX:
        path = waiting.pop(0)
        if not seen.is_new(path):
            continue
        asked += 1
        if path not in PAGES:
            status, head, body = served.get(path)
            report.check(status < 400, path, f"a link leads to {status} {body[:80] if status == 599 else ''}")
            if status != 200 or not head["Content-Type"].startswith("text/html") or head["Content-Disposition"]:
                continue
        browser.open(path)
        for fault in browser.faults(refused=path in REFUSED):
            report.fail(path, fault)
        # Variants by parameters are pages that have been looked at.
        if path in PAGES or "?" not in path:
            pages.append(path)
        waiting += links_of(browser)
    print(f"{asked} kinds of links, {len(pages)} pages")
    return pages


def check_without_scripts(browser, report, pages):
    browser.scripts(False)
    browser.size(360)
    for path in pages:
        browser.open(path)
        html = browser.driver.page_source
        report.check("</footer>" in html and "uplot" not in html.split("<main")[1], path, "without scripts it is not whole")
    browser.open("/host/192.0.2.23")
    browser.picture("without-scripts-360")
    browser.scripts(True)


def check_on_paper(browser, report):
    browser.size(800)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    browser.theme("dark")
    browser.open("/host/192.0.2.23")
    browser.settled()
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    report.check(ground == "rgb(255, 255, 255)", "print", f"the ground is {ground}")
    shown = browser.run("return [...document.querySelectorAll('.controls, nav, .copy')].some(e => e.offsetParent)")
    report.check(not shown, "print", "navigation is printed")
    cut = browser.run("return [...document.querySelectorAll('.scroll')].some(e => getComputedStyle(e).overflowX !== 'visible')")
    report.check(not cut, "print", "a table is cut at its box")
    browser.picture("print")
    browser.devtools("Emulation.setEmulatedMedia", media="")


def check_forced_colors(browser, report):
    browser.size(1280)
    browser.theme("auto")
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
    browser.open("/")
    report.check(browser.settled(), "forced colours", "the page is not complete")
    browser.picture("forced-colours")
    browser.devtools("Emulation.setEmulatedMedia", features=[])


def check(browser, served, report):
    pages = find_pages(browser, served, report)
    report.check(len(pages) > 15, "links", f"only {len(pages)} pages were found")
    for width in WIDTHS:
        for path in pages:
            look(browser, report, path, width)
    browser.size(WIDE)
    browser.open("/")
    browser.settled()
    browser.picture(f"overview-light-{WIDE}")
    check_without_scripts(browser, report, pages)
    check_on_paper(browser, report)
    check_forced_colors(browser, report)
