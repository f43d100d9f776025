"""What people do: sign in and out, what each role sees, cases, complaints and letters, languages; updates while one works; the keyboard alone.

A server of its own, with users; where two people work, the second one has a browser without scripts (urllib).
"""

import html
import http.cookiejar
import os
import re
import subprocess
import sqlite3
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from served import Served

HOST, SESSION = "192.0.2.140", "00000000000000aa"
USERS = (("rea", "reader"), ("ana", "analyst"), ("adm", "admin"))
NOTE = "Its owner says: \"<b>cleaned</b>\" & asks for \u202etime"
ADDRESS = "7f3a9c@example.net"
READY = "return document.readyState === 'complete' && document.querySelector('footer') !== null"


class Person:
    """A browser without scripts: keeps cookies, follows redirects, fills in forms."""

    def __init__(self, base):
        self.base = base
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, path, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(self.base + path, data, {"Accept": "text/html"})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.url.removeprefix(self.base), answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.url.removeprefix(self.base), refused.read().decode()

    def form(self, path, action, **fields):
        """Fills in the form of that page which has this action, or (of a case) this hidden word."""
        text = self.ask(path)[2]
        for form in re.findall(r"<form.*?</form>", text, re.S):
            target = re.search(r'action="([^"]*)"', form)[1]
            hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
            if action in (target, hidden.get("action")):
                return self.ask(html.unescape(target), {**{k: html.unescape(v) for k, v in hidden.items()}, **fields})
        return 0, path, "no such form"

    def sign_in(self, name):
        return self.form("/sign-in", "/sign-in", name=name, password=f"secret of {name}")


def serve(heloscope, demo, folder):
    users = os.path.join(folder, "users")
    for name, role in USERS:
        subprocess.run([heloscope, "user", "add", name, "--role", role, "--users", users], input=f"secret of {name}\n", text=True,
                       check=True, timeout=60, stdout=subprocess.DEVNULL)
    config = os.path.join(folder, "web.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"[web]\nusers = {users}\n")
    return Served(heloscope, demo, ["--config", config])


def here(browser, path):
    return browser.wait("return location.pathname + location.search === arguments[0] && document.readyState === 'complete'", path)


def text_of(browser, selector="main"):
    return browser.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)


def fill_in(browser, name, password):
    browser.wait("return document.readyState === 'complete' && document.getElementById('password') !== null")
    for field, value in (("name", name), ("password", password)):
        box = browser.driver.find_element(By.ID, field)
        box.clear()
        box.send_keys(value)
    browser.driver.find_element(By.CSS_SELECTOR, "form.sign-in button").click()


def sign_out(browser):
    browser.run("document.querySelector('.account').open = true")
    browser.driver.find_element(By.CSS_SELECTOR, "form[action='/sign-out'] button").click()
    return here(browser, "/sign-in")


def check_sign_in(browser, report):
    browser.open("/hosts?verdict=listed")
    report.check(here(browser, "/sign-in?next=%2Fhosts%3Fverdict%3Dlisted"), "sign-in", f"led to {browser.driver.current_url}")
    for fault in browser.faults() + browser.axe_faults():
        report.fail("/sign-in", fault)
    for width in (1280, 360):
        browser.size(width)
        for theme in ("light", "dark", "contrast"):
            browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
            browser.picture(f"sign-in-{theme}-{width}")
    browser.size(1280)
    fill_in(browser, "ana", "secret of adm")
    report.check(browser.wait("return document.querySelector('[role=alert], .banner, h1') && document.readyState === 'complete'"), "sign-in", "no page")
    report.check("192.0.2.23" not in browser.driver.page_source, "a wrong password", "it shows a host")
    browser.faults(refused=True)
    browser.open("/sign-in?next=%2Fhosts%3Fverdict%3Dlisted")
    fill_in(browser, "ana", "secret of ana")
    report.check(here(browser, "/hosts?verdict=listed"), "sign-in", f"`next` is not followed: {browser.driver.current_url}")
    report.check("ana" in text_of(browser, ".account"), "sign-in", "the page does not say who one is")
    report.check(sign_out(browser), "sign-out", "not at the form")
    browser.open("/hosts")
    report.check("/sign-in" in browser.driver.current_url, "sign-out", "pages are still shown")
    browser.driver.back()
    report.check("192.0.2.23" not in text_of(browser), "sign-out", "Back shows what was seen before")
    browser.faults(refused=True)


def check_roles(served, report):
    """What each one sees, without scripts."""
    seen = {}
    for name, role in USERS:
        person = Person(served.base)
        status, _, _ = person.sign_in(name)
        report.check(status == 200, role, f"sign-in gives {status}")
        got = {path: person.ask(path) for path in ("/", f"/mail/{SESSION}/1", "/evidence", "/csv/mails", "/audit", "/complaint",
                                                   f"/host/{HOST}", "/mails", f"/session/{SESSION}", f"/api/1/session/{SESSION}")}
        seen[role] = {path: answer[0] for path, answer in got.items()}
        masked = ADDRESS not in got[f"/mail/{SESSION}/1"][2]
        report.check(masked == (role == "reader"), role, f"addresses are {'' if masked else 'not '}masked")
        report.check(("/audit" in got["/"][2]) == (role == "admin"), role, "the link to the audit log")
        report.check(("/case/" in got[f"/host/{HOST}"][2]) == (role != "reader"), role, "the forms of the case")
        report.check(("/export/" in got[f"/host/{HOST}"][2]) == (role != "reader"), role, "links of exports")
        for path, (status, _, text) in got.items():  # what one may not do has no link
            for link in re.findall(r'href="(/(?:csv|json|export|record|complaint|audit|evidence)[^"]*)"', text)[:3] if status == 200 else []:
                answer = person.ask(html.unescape(link))[0]
                report.check(answer == 200, f"{role} on {path}", f"its link {link} gives {answer}")
        report.check(person.form("/", "/sign-out")[1].startswith("/sign-in"), role, "sign-out without scripts")
    wanted = {"reader": (200, 200, 403, 403, 403, 403, 200, 200, 200, 403), "analyst": (200, 200, 200, 200, 403, 200, 200, 200, 200, 200),
              "admin": (200,) * 10}
    for role, statuses in wanted.items():
        report.check(tuple(seen[role].values()) == statuses, role, str(seen[role]))


def deed(browser, action, **fields):
    """Does one by its form, with the mouse; whether the host's page comes back."""
    browser.open(f"/host/{HOST}")
    form = f"form.deed:has(input[name=action][value={action}])"
    for name, value in fields.items():
        box = browser.driver.find_element(By.CSS_SELECTOR, f"{form} [name={name}]")
        if box.tag_name == "select":
            Select(box).select_by_value(value)
        else:
            box.clear()
            browser.run("arguments[0].value = arguments[1]", box, value) if "\u202e" in value else box.send_keys(value)
    button = browser.driver.find_element(By.CSS_SELECTOR, form + " button")
    browser.run("arguments[0].scrollIntoView({ block: 'center' }); document.body.dataset.old = 1", button)
    button.click()
    return browser.wait("return !document.body.dataset.old && location.pathname === arguments[0] && document.readyState === 'complete'",
                        f"/host/{HOST}")


def check_case(browser, served, report):
    browser.open("/sign-in")
    fill_in(browser, "adm", "secret of adm")
    here(browser, "/")
    steps = (  # what is done, what the case says then, its state in /cases
        ("acknowledge", {}, "somebody works on it", "acknowledged"),
        ("assign", {"text": "ana"}, "adm gave it to ana.", "acknowledged"),
        ("note", {"text": NOTE}, NOTE.replace("\u202e", "\\u{202E}"), "acknowledged"),
        ("mute", {"until": "day"}, "muted its alerts until", "acknowledged"),
        ("mute", {}, "let its alerts sound again", "acknowledged"),
        ("resolve", {"text": "wiped"}, "Resolved.", "resolved"),
        ("reopen", {}, "adm opened it again.", "new"),
    )
    for action, fields, words, state in steps:
        if not report.check(deed(browser, action, **fields), action, "the host's page does not come back"):
            continue
        said = text_of(browser, "#case")
        report.check(words.lower() in said.lower(), action, f"the page says {said!r}")
        browser.open("/cases")
        row = browser.run("return [...document.querySelectorAll('main tbody tr')].find(r => r.innerText.includes(arguments[0]))?.innerText", HOST)
        report.check(row and state in row, action, f"/cases says {row!r}")
    report.check(not browser.run("return document.querySelector('main b')"), "note", "markup of a note")
    browser.open("/audit?rows=500")
    kinds = browser.run("return [...document.querySelectorAll('main tbody tr')].filter(r => r.innerText.includes(arguments[0]))"
                        ".map(r => r.innerText)", HOST)
    for action in ("acknowledge", "assign", "note", "mute", "resolve", "reopen"):
        report.check(any(action in row and "adm" in row for row in kinds), "/audit", f"it lacks {action}")
    browser.picture("audit-light-1280")
    person = Person(served.base)
    person.sign_in("ana")
    status, path, text = person.form(f"/host/{HOST}", "note", text="without scripts")
    report.check(status == 200 and path.startswith(f"/host/{HOST}") and "without scripts" in text, "note without scripts", f"{status} {path}")
    status, _, text = person.form(f"/host/{HOST}", "note", text=" ")
    report.check(status == 400 and "empty" in text, "an empty note", f"{status}")
    for fault in browser.faults():
        report.fail("cases", fault)


ARF = """From: complaints@example.net
Content-Type: multipart/report; report-type=feedback-report; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
Source-IP: 192.0.2.23
--b
Content-Type: text/rfc822-headers

Message-ID: <20080613000000.1234@www-forms.adm.example.edu>
Subject: x
--b--
"""
HEADER = """Received: from www-forms.adm.example.edu ([192.0.2.23]) by mx.example.net with ESMTP id 4F3A21C0E7;
\tThu, 12 Jun 2008 21:00:00 -0300
Message-ID: <20080613000000.1234@www-forms.adm.example.edu>
From: <script>window.pwned = 1</script>
"""


def check_complaints(browser, report):
    for name, pasted in (("a header", HEADER), ("an ARF", ARF), ("nothing of it", "hello </textarea><script>window.pwned = 1</script>")):
        browser.open("/complaint")
        browser.run("document.querySelector('#complaint-text').value = arguments[0]", pasted)
        browser.driver.find_element(By.CSS_SELECTOR, "form.paste button").click()
        browser.wait("return document.querySelector('#matches') && document.readyState === 'complete'")
        found = browser.run("return document.querySelectorAll('#matches a[href^=\"/session/\"], #matches a[href^=\"/mail/\"]').length")
        report.check((found > 0) == (name != "nothing of it"), f"complaint: {name}", f"{found} sessions are found")
        kept = browser.run("return document.querySelector('#complaint-text').value")
        report.check(kept.split() == pasted.split(), f"complaint: {name}", "what was pasted is not kept")
        report.check(not browser.run("return window.pwned"), f"complaint: {name}", "it ran")
        browser.picture("complaint-" + name.split()[-1].lower())
    letters = {}
    for host, kind in (("198.51.100.25", "abuse"), ("192.0.2.23", "answer"), ("192.0.2.23", "owner")):
        for language in ("en", "pt-BR"):
            browser.open(f"/complaint/host/{host}")
            for name, value in (("letter", kind), ("in", language)):
                Select(browser.driver.find_element(By.CSS_SELECTOR, f"form.choices [name={name}]")).select_by_value(value)
            browser.driver.find_element(By.CSS_SELECTOR, "form.choices button").click()
            browser.wait("return location.search.includes('in=') && document.querySelector('pre.letter')")
            letter = text_of(browser, "pre.letter")
            letters[kind, language] = letter
            report.check(host in letter and len(letter) > 300, f"letter {kind} {language}", f"{letter[:80]!r}")
            file = browser.driver.execute_async_script(
                "const [link, done] = arguments; fetch(link).then(a => a.text()).then(done, e => done(String(e)));",
                browser.run("return document.querySelector('.downloads a').href"))
            report.check(file.split() == letter.split(), f"letter {kind} {language}", "the file is another text than the page")
    report.check(len(set(letters.values())) == 6, "letters", "two of them are the same")
    for fault in browser.faults():
        report.fail("complaints", fault)


def check_switches(browser, report):
    """Language and theme keep the address, and both stay."""
    browser.open("/mails?q=outcome:rejected&sort=score&order=desc")
    at = browser.run("return location.pathname + location.search")
    for selector, wanted in (('.languages a[href*="lang=pt-BR"]', "return document.documentElement.lang === 'pt-BR'"),
                             ('.themes a[href*="theme=contrast"]', "return document.documentElement.dataset.theme === 'contrast'"),
                             ('.languages a[href*="lang=en"]', "return document.documentElement.lang === 'en'"),
                             ('.themes a[href*="theme=light"]', "return document.documentElement.dataset.theme === 'light'")):
        browser.run("document.querySelector('.account').open = true")
        browser.driver.find_element(By.CSS_SELECTOR, selector).click()
        report.check(browser.wait(wanted + " && document.readyState === 'complete'"), selector, "it does not change")
        report.check(here(browser, at), selector, f"the address is {browser.driver.current_url}")
    for fault in browser.faults():
        report.fail("switches", fault)


# What can be reached by Tab, as far as it is shown.
CONTROLS = """return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && !e.closest('dialog:not([open])')).length"""
FOCUS = """const e = document.activeElement, s = getComputedStyle(e);
    window.reached ??= new Set(); window.reached.add(e);
    return [e === document.body, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, e.outerHTML.slice(0, 120)]"""


def check_keyboard(browser, report):
    browser.size(1280)
    for path in ("/", f"/host/{HOST}", "/complaint", "/mails?rows=5", f"/mail/{SESSION}/1", "/cases", "/sensor"):
        browser.open(path)
        browser.settled()
        wanted, blind = browser.run(CONTROLS), []
        for _ in range(wanted + 20):
            ActionChains(browser.driver).send_keys(Keys.TAB).perform()
            at_end, visible, what = browser.run(FOCUS)
            if at_end:
                break
            if not visible:
                blind.append(what)
        reached = browser.run("return [...window.reached].filter(e => e !== document.body).length")
        report.check(reached >= wanted, path, f"Tab reaches {reached} of {wanted} controls")
        report.check(not blind, path, f"no visible focus: {blind[:2]}")
    browser.open("/sign-in")


def add_session(store):
    """As a sensor that goes on would: a session more, the newest of all."""
    with sqlite3.connect(store, timeout=10) as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(sessions)")]
        row = dict(zip(names, db.execute("SELECT * FROM sessions ORDER BY start_ns DESC LIMIT 1").fetchone()))
        seq = db.execute("SELECT value FROM meta WHERE name = 'seq'").fetchone()[0] + 1
        row.update(seq=seq, session="00000000000ffff1", helo="newest.example.edu", start_ns=row["start_ns"] + 10**9)
        db.execute(f"INSERT INTO sessions ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        db.execute("UPDATE meta SET value = ? WHERE name = 'seq'", (seq,))
    db.close()


def check_live(browser, served, report):
    """The store grows while one reads and types: the page follows by itself, and nothing is lost."""
    browser.open("/sessions")
    browser.settled()
    browser.run("""document.querySelector('#filter').value = 'half a wo';
        document.querySelectorAll('main tbody a[href^="/session/"]')[5].focus({ preventScroll: true });
        window.kept = document.activeElement.getAttribute('href'); scrollTo(0, 300); document.querySelector('main .scroll').scrollLeft = 40;
        window.left = document.querySelector('main .scroll').scrollLeft;""")
    report.check("newest.example.edu" not in text_of(browser), "live", "it is there already")
    browser.wait("return performance.now() > 3500")  # the page listens after three seconds
    add_session(served.store)
    report.check(browser.wait("return document.querySelector('main').innerText.includes('newest.example.edu')", seconds=20),
                 "live", "the new session does not come")
    state = browser.run("""return { typed: document.querySelector('#filter').value, focus: document.activeElement.getAttribute('href') === window.kept,
        scroll: scrollY, left: document.querySelector('main .scroll').scrollLeft === window.left }""")
    report.check(state == {"typed": "half a wo", "focus": True, "scroll": 300, "left": True}, "live", f"lost: {state}")
    for fault in browser.faults():
        report.fail("live", fault)


def check(browser, served, report):
    base = browser.base
    with tempfile.TemporaryDirectory() as folder:
        mine = serve(served.heloscope, served.demo, folder)
        try:
            browser.base = mine.base
            browser.theme("light")
            browser.size(1280)
            check_sign_in(browser, report)
            check_roles(mine, report)
            check_case(browser, mine, report)
            check_complaints(browser, report)
            check_switches(browser, report)
            check_keyboard(browser, report)
            check_live(browser, mine, report)
        finally:
            browser.base = base
            wrong = mine.end()
            if wrong:
                report.fail("serve", wrong)
