"""Every table: each filter that it knows, each order, each page; permalinks; and every file that a page offers.

Rows are fetched by the browser and taken apart by its own parser, but no page is drawn for each: there are hundreds.
"""

import ipaddress
import json
import re
import urllib.parse

from selenium.webdriver.common.by import By

from taken import faults_of, format_of

# A value for each key of the filter box that some row of the made store has, in one table or other.
VALUES = {"host": ["192.0.2.23", "2001:db8:12::77"], "net": ["192.0.2.0/26", "2001:db8::/32"], "range": ["day", "all"],
          "since": ["2008-06-12", "24h"], "until": ["2008-06-12"], "verdict": ["listed", "watch"], "cause": ["web-form", "spam-bot"],
          "outcome": ["rejected", "accepted"], "class": ["listed-on-rbl", "ok"], "list": ["Spamhaus ZEN", "SpamCop"],
          "rule": ["PHP_SCRIPT"], "domain": ["www-forms.adm.example.edu", "example.net"], "session": ["00000000000000aa"],
          "port": ["25", "80"], "tls": ["yes", "no"], "kind": ["list", "restart", "note"], "state": ["open", "resolved"],
          "user": ["ana"], "text": ["example", "SpamCop"], "campaign": ["5d1c0e2f9a7b3344"]}
# Keys that say what stands in a column: there every row must have it.
COLUMNS = {"verdict": "verdict", "cause": "cause", "outcome": "outcome", "rule": "rule", "session": "session"}
OF_HOST = ("host", "client", "server", "src_ip", "dst_ip")
VERDICTS = ("unknown", "clean", "watch", "throttled", "likely", "listed")
EXPORTS_MAX = 400

# For each path: status, heads with their names, rows of cells, links of the paging.
FETCH = """
const [paths, done] = arguments, parser = new DOMParser();
const read = async path => {
    const answer = await fetch(path, { headers: { accept: 'text/html' } });
    const page = parser.parseFromString(await answer.text(), 'text/html');
    const table = page.querySelector('main .card table');
    const text = e => e.textContent.replace(/\\s+/g, ' ').trim();
    return { status: answer.status, alert: text(page.querySelector(answer.ok ? '[role=alert]' : 'main') ?? page.createElement('p')),
        keys: [...page.querySelectorAll('.help dt')].map(e => text(e).slice(0, -1)),
        heads: [...table?.querySelectorAll('thead th') ?? []].map(e =>
            [new URL(e.querySelector('a')?.getAttribute('href') ?? '', location).searchParams.get('sort'), e.getAttribute('aria-sort')]),
        rows: [...table?.querySelectorAll('tbody tr') ?? []].map(r => [...r.cells].map(text)),
        paging: [...page.querySelectorAll('.paging a')].map(a => a.getAttribute('href')) };
};
const all = async () => { const got = []; for (const path of paths) got.push(await read(path)); return got; };
all().then(done, fault => done(String(fault)));
"""


def fetch(browser, paths):
    got = browser.driver.execute_async_script(FETCH, paths)
    if isinstance(got, str):
        raise RuntimeError(got)
    return got


def api(served, table, **query):
    """The same question as JSON: items, and how many there are."""
    path = f"/api/1/{table}?" + urllib.parse.urlencode(query)
    status, _, body = served.get(path)
    if status != 200:
        return None, f"{path}: {status} {body[:200]!r}"
    answer = json.loads(body)
    return answer["items"], answer["count"]


def tables_of(browser, served):
    """Those that have a page: by what the program says of itself."""
    calls = json.loads(served.get("/api/1")[2])["calls"]
    names = [c.rsplit("/", 1)[1] for c in calls if re.fullmatch(r"/api/1/[a-z_]+", c)]
    names = [n for n in names if n not in ("summary", "sensor", "hours", "live")]
    got = fetch(browser, ["/" + n for n in names])
    browser.faults()  # some are for programs alone
    return {n: g for n, g in zip(names, got) if g["status"] == 200 and g["heads"]}


def plain(value):
    """Whether a cell shows it as it stands: addresses, ids, names."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f.:]{6,40}|[0-9a-f]{16}|[a-z0-9-]+\.example\.[a-z]+", value)


def check_rows(report, where, page, items, limit=50):
    if where.startswith("/audit"):  # it grows with each look at it
        report.check(page["status"] == 200, where, f"{page['status']} {page['alert']}")
        return
    if not report.check(page["status"] == 200, where, f"{page['status']} {page['alert']}"):
        return
    report.check(len(page["rows"]) == min(len(items), limit), where, f"{len(page['rows'])} rows, and {len(items)} in /api/1")
    names = [name for name, _ in page["heads"]]
    for cells, item in zip(page["rows"], items):
        wrong = [n for n, cell in zip(names, cells) if plain(item.get(n)) and item[n] not in cell]
        if not report.check(not wrong, where, f"another row than in /api/1: {[(n, item[n]) for n in wrong]} {cells[:4]}"):
            return


def has(key, value, item):
    """Whether the row may pass that filter, as far as its columns tell."""
    if key in COLUMNS:
        return COLUMNS[key] not in item or item[COLUMNS[key]] == value
    hosts = [item[n] for n in OF_HOST if item.get(n)]
    if key == "host" and hosts:
        return value in hosts
    if key == "net" and hosts:
        return any(ipaddress.ip_address(h) in ipaddress.ip_network(value) for h in hosts)
    return True


def check_filters(browser, served, report, tables):
    asked, met = [], set()
    for table, first in tables.items():
        for key in first["keys"]:
            if not report.check(key in VALUES, f"/{table}", f"the key {key} is not tried: give it a value here"):
                continue
            for value in VALUES[key]:
                word = f'{key}:"{value}"' if " " in value else f"{key}:{value}"
                # a key that needs another one
                asked.append((table, key, value, word))
    pages = fetch(browser, [f"/{t}?" + urllib.parse.urlencode({"q": w}) for t, _, _, w in asked])
    for (table, key, value, word), page in zip(asked, pages):
        where = f"/{table}?q={word}"
        items, count = api(served, table, q=word)
        if not report.check(items is not None, where, count):
            continue
        check_rows(report, where, page, items)
        wrong = [i for i in items if not has(key, value, i)]
        report.check(not wrong, where, f"a row that should not pass: {wrong[:1]}")
        # the form's parameter asks the same as the word
        same, _ = api(served, table, **{key: value})
        report.check(same == items or table == "audit", where, "the parameter and the word of the box give different rows")
        if items:
            met.add((table, key))
    never = {k for t in tables for k in tables[t]["keys"]} - {k for _, k in met}
    report.check(not never, "filters", f"these never let a row pass: {sorted(never)}")
    browser.faults()
    unknown = fetch(browser, [f"/{t}?q=colour:red" for t in tables])
    for table, page in zip(tables, unknown):
        report.check(page["status"] == 400 and "colour" in page["alert"], f"/{table}?q=colour:red",
                     f"{page['status']} {page['alert'][:100]}")
    browser.faults()  # those were asked for
    print(f"{len(tables)} tables, {len(asked)} filters, {len(met)} with rows")


def rank(table, name, value):
    """What a column is ordered by."""
    if value is None:
        return (0, 0)
    if name in ("verdict", "before") and value in VERDICTS:
        return (1, VERDICTS.index(value))
    if name in OF_HOST and value and (table, name) != ("listings", "server"):  # kept as text alone
        address = ipaddress.ip_address(value)
        return (1, bytes([address.version]) + address.packed)
    return (1, value.encode() if isinstance(value, str) else value)


def check_orders(browser, served, report, tables):
    asked = [(t, name, order) for t, first in tables.items() for name, _ in first["heads"] for order in ("asc", "desc") if name]
    pages = fetch(browser, [f"/{t}?sort={n}&order={o}" for t, n, o in asked])
    for (table, name, order), page in zip(asked, pages):
        where = f"/{table}?sort={name}&order={order}"
        items, count = api(served, table, sort=name, order=order)
        if not report.check(items is not None, where, count):
            continue
        check_rows(report, where, page, items)
        sort = {n: s for n, s in page["heads"]}.get(name)
        report.check(sort == ("ascending" if order == "asc" else "descending"), where, f"aria-sort says {sort}")
        ranks = [rank(table, name, i.get(name)) for i in items]
        wanted = sorted(ranks, reverse=order == "desc")
        report.check(ranks == wanted, where, f"not in order: {[i.get(name) for i in items][:12]}")
    print(f"{len(asked)} orders")


def check_pages(browser, served, report, tables):
    """Page by page each row comes once; first, next and last lead where they say."""
    for table in ("hosts", "sessions", "mails", "evidence"):
        every, count = api(served, table, rows=500, sort=tables[table]["heads"][0][0])
        where, path, seen = f"/{table}", f"/{table}?rows=20&sort={tables[table]['heads'][0][0]}", []
        for number in range(60):
            page, = fetch(browser, [path])
            seen += page["rows"]
            links = [urllib.parse.parse_qs(urllib.parse.urlsplit(x).query).get("page", ["1"])[0] for x in page["paging"]]
            last = (len(every) + 19) // 20
            following = [x for x, n in zip(page["paging"], links) if n == str(number + 2)]
            if number and last > 1:
                report.check(links[0] == "1", where, "no way back to the first page")
            if not following:
                report.check(number + 1 == last, where, f"it ends at page {number + 1} of {last}")
                break
            report.check(links[-1] == str(last), where, f"the last page is {links[-1]} instead of {last}")
            path = following[0]
        report.check(len(seen) == len(every) == count, where, f"{len(seen)} rows by pages, {len(every)} at once, {count} said")
    beyond, = fetch(browser, ["/mails?page=1000"])
    report.check(beyond["status"] == 200 and not beyond["rows"], "/mails?page=1000", f"{beyond['status']}")


def check_clicks(browser, report):
    """The same by the mouse: heads, paging, back; the address of a view is the view."""
    browser.size(1280)
    browser.open("/mails?rows=20")
    browser.driver.find_element(By.CSS_SELECTOR, "main th a[href*='sort=score']").click()
    report.check(browser.wait("return document.querySelector('th[aria-sort=descending]')"), "sort", "a click does not sort")
    browser.driver.find_element(By.CSS_SELECTOR, "main th[aria-sort] a").click()
    report.check(browser.wait("return document.querySelector('th[aria-sort=ascending]')"), "sort", "a second click does not turn it")
    browser.driver.find_element(By.LINK_TEXT, "Next").click()
    report.check(browser.wait("return location.search.includes('page=2') && document.readyState === 'complete'"), "Next", "no second page")
    kept = browser.run("return location.search.includes('sort=score') && location.search.includes('order=asc')")
    report.check(kept, "Next", "the order is lost")
    text = "return document.querySelector('main').innerText"
    before, address = browser.run(text), browser.run("return location.pathname + location.search")
    browser.driver.find_element(By.CSS_SELECTOR, "main tbody a[href^='/mail/']").click()
    report.check(browser.wait("return location.pathname.startsWith('/mail/')"), "a mail", "the link does not open")
    browser.driver.back()
    report.check(browser.wait("return location.pathname + location.search === arguments[0]", address), "back", "another address")
    report.check(browser.wait(text + " === arguments[0]", before), "back", "not the page that was left")
    browser.open("/")
    browser.open(address)
    report.check(browser.run(text) == before, "permalink", "the same address gives another page")
    for word, wanted in (("month", "since"), ("all", "range=all")):
        browser.open("/mails?range=" + word)
        report.check(browser.run("return document.querySelector('#range').value") == word, f"range={word}", "the choice forgets it")
        rows = browser.run("return document.querySelectorAll('main tbody tr').length")
        report.check(rows == 50, f"range={word}", f"{rows} rows")
    browser.open("/mails")
    browser.driver.find_element(By.CSS_SELECTOR, ".ends > summary").click()
    browser.driver.find_element(By.NAME, "since").send_keys("2008-06-12")
    browser.driver.find_element(By.NAME, "until").send_keys("2008-06-12")
    browser.driver.find_element(By.CSS_SELECTOR, ".ends button").click()
    report.check(browser.wait("return /since=2008-06-12&until=2008-06-12/.test(location.search) && document.readyState === 'complete'"),
                 "from-to", "it is not in the address")
    times = browser.run("return [...document.querySelectorAll('main tbody time')].map(t => t.dateTime)")
    report.check(times and all(t.startswith("2008-06-12") for t in times), "from-to", f"other days: {times[:3]}")
    for fault in browser.faults():
        report.fail("tables by mouse", fault)


def check_exports(served, report):
    """Follows every link to a file that some page shows, and the formats of each table."""
    pages = ["/", "/host/192.0.2.23", "/host/192.0.2.140", "/session/00000000000000aa", "/mail/00000000000000aa/1",
             "/complaint/host/192.0.2.23", "/hosts", "/hosts?q=verdict:listed", "/mails", "/mails?q=outcome:rejected", "/sessions",
             "/sessions?q=tls:yes", "/evidence", "/listings", "/services", "/domains", "/campaigns", "/rules", "/changes", "/deliveries",
             "/events", "/loss", "/cases", "/audit", "/sensor", "/about", "/rule/PHP_SCRIPT", "/domain/www-forms.adm.example.edu",
             "/campaign/5d1c0e2f9a7b3344", "/host/198.51.100.25"]
    links, asked, met = {}, set(), set()
    for page in pages:
        status, _, body = served.get(page)
        report.check(status == 200, page, f"{status} {re.sub('<[^>]*>', ' ', body.decode())[-600:] if status >= 500 else ''}")
        for link in re.findall(r'href="(/[^"]*)"', body.decode()):
            link = link.replace("&amp;", "&").replace("&#39;", "'")
            if format_of(link):
                links.setdefault(link, page)
    for name in ("abuse", "lookups"):  # of which no page has a link
        links.update({f"/csv/{name}": "", f"/json/{name}": ""})
    for word, subjects in (("zeek", ("mails", "sessions")), ("eve", ("mails", "sessions")), ("json-document", ("hosts", "mails", "rules")),
                           ("arf", ("mail/00000000000000aa/1",)), ("xarf-0.2", ("mail/00000000000000aa/1",)),
                           ("xarf", ("mail/00000000000000aa/1",)), ("headers", ("mail/00000000000000aa/1",)),
                           ("bundle", ("session/00000000000000aa",)), ("pcapng", ("session/00000000000000aa", "sessions"))):
        links.update({f"/export/{word}/{s}": "" for s in subjects})
    for link, page in list(links.items())[:EXPORTS_MAX]:
        if link in asked:
            continue
        asked.add(link)
        met.add(format_of(link))
        for fault in faults_of(link, *served.get(link)):
            report.fail(f"{link} (of {page})", fault)
        report.checks += 1
    report.check(len(met) == 13, "exports", f"only these were found: {sorted(met)}")
    print(f"{len(asked)} files in {len(met)} formats")


def check(browser, served, report):
    browser.theme("light")
    browser.open("/about")
    tables = tables_of(browser, served)
    report.check(len(tables) > 15, "tables", f"only {sorted(tables)}")
    check_filters(browser, served, report, tables)
    check_orders(browser, served, report, tables)
    check_pages(browser, served, report, tables)
    check_clicks(browser, report)
    check_exports(served, report)
