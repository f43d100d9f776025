#!/usr/bin/python3
"""browser.py HELOSCOPE DEMO AXE OUT: the report in headless Chromium, as people see and handle it.

AXE: axe.js of axe-core; OUT: where screenshots go (kept).  Each file beside this one that ends in `_check.py` is a theme of tests: its
`check(browser, served, report)` is called with one browser and one server for all.  Needs python3-selenium and chromium-driver: says
SKIPPED without them.
"""

import base64
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.parse

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
WAIT_S = 15
SHIFT_MAX = 0.02  # layout shift, as web browsers count it
THEMES = ("light", "dark", "contrast")

# Before any script of the page: what it must not do is noted from the first moment on.
WATCH = """
window.watched = { faults: [], shift: 0 };
addEventListener('error', e => watched.faults.push('script: ' + e.message));
addEventListener('unhandledrejection', e => watched.faults.push('promise: ' + e.reason));
addEventListener('securitypolicyviolation', e => watched.faults.push(`policy: ${e.violatedDirective} ${e.blockedURI}`));
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) watched.shift += e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
"""


class Report:
    """What failed; a line each, at once."""

    def __init__(self):
        self.failures, self.checks = 0, 0

    def fail(self, where, what):
        self.failures += 1
        print(f"FAILED: {where}: {what}", flush=True)

    def check(self, right, where, what):
        self.checks += 1
        if not right:
            self.fail(where, what)
        return right


class Browser:
    """One Chromium with a profile of its own.  Every wait has an end."""

    def __init__(self, axe, out):
        self.profile = tempfile.mkdtemp(prefix="heloscope-chromium-")
        self.axe, self.out, self.base, self.where, self.asked = axe, out, "", "", {}
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                       "--disable-component-update", "--disable-sync", "--disable-default-apps", "--hide-scrollbars",
                       "--force-color-profile=srgb", "--lang=en", f"--user-data-dir={self.profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(60)
        self.driver.set_script_timeout(60)
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.driver.get("about:blank")
        self.driver.get_log("performance")  # of the browser's own first page

    def end(self):
        try:
            self.driver.quit()
        finally:
            shutil.rmtree(self.profile, ignore_errors=True)

    def devtools(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def size(self, width, height=900):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def theme(self, word):
        self.devtools("Network.setCookie", name="theme", value=word, url=self.base)

    def scripts(self, on):
        self.devtools("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, path):
        """Loads a page of the server; waits until its charts are drawn."""
        self.where = path
        self.driver.get(self.base + path)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments, seconds=WAIT_S):
        """Until the script gives something true: that, or None."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                got = self.run(script, *arguments)
            except WebDriverException:  # between two pages
                got = None
            if got:
                return got
            time.sleep(0.05)
        return None

    def settled(self):
        """Whether all is there that the page loads: fonts, charts."""
        return self.wait("""
            const charts = document.querySelectorAll('[data-values], .plot[data-src]').length;
            return document.readyState === 'complete' && document.querySelectorAll('.uplot').length >= charts;""")

    def picture(self, name, whole=True):
        """The whole page, or what the window shows of it, as OUT/NAME.png."""
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(os.path.join(self.out, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def _requests(self):
        """Faults of what was asked of the network since the last call."""
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            what = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked[what["requestId"]] = what["request"]["url"]
                url = urllib.parse.urlsplit(what["request"]["url"])
                ours = urllib.parse.urlsplit(self.base)
                if url.scheme in ("http", "https", "ws", "wss") and url.netloc != ours.netloc:
                    yield "asked for " + what["request"]["url"]
            elif message["method"] == "Network.responseReceived":
                answer = what["response"]
                if answer["status"] >= 400 and what["type"] != "Document":
                    yield f"{answer['status']} for {answer['url']}"
            elif message["method"] == "Network.loadingFailed" and not what.get("canceled"):
                url = self.asked.get(what["requestId"], "")
                yield f"a request failed: {what.get('errorText')} {what.get('blockedReason', '')} {url}"

    def faults(self, refused=False):
        """What was wrong since the last call; `refused`: the page itself may be a 4xx or 5xx."""
        found = list(self._requests())
        for line in self.driver.get_log("browser"):
            document = refused and "Failed to load resource" in line["message"]
            if line["level"] in ("SEVERE", "WARNING") and not document:
                found.append("console: " + line["message"])
        watched = self.run("return window.watched") or {}
        found += watched.get("faults", [])
        if watched.get("shift", 0) > SHIFT_MAX:
            found.append(f"its layout shifts by {watched['shift']:.3f}")
        return found

    def axe_faults(self, only=None):
        """What axe-core finds by the rules of WCAG 2.2 AA; `only`: names of rules."""
        if not self.run("return Boolean(window.axe)"):
            self.run(self.axe)
        options = {"runOnly": {"type": "rule", "values": only} if only else
                   {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}
        if not only:
            options["rules"] = {"target-size": {"enabled": True}}
        result = self.driver.execute_async_script(
            "const [options, done] = arguments; axe.run(document, options).then(r => done(r.violations), e => done(String(e)));", options)
        if isinstance(result, str):
            return ["axe-core: " + result]
        return [f"axe-core: {v['id']}: {v['help']}: {n['target'][0]} {n['html'][:150]} {(n.get('failureSummary') or '')[:250]}"
                for v in result for n in v["nodes"][:3]]


def themes_of_tests():
    names = sorted(n[:-3] for n in os.listdir(HERE) if n.endswith("_check.py"))
    asked = os.environ.get("BROWSER_CHECKS", "").split()  # some of them, while one works on them
    return [importlib.import_module(n) for n in names if not asked or n[:-len("_check")] in asked]


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    heloscope, demo, axe, out = sys.argv[1:]
    if webdriver is None or not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("SKIPPED: chromium, chromium-driver or python3-selenium is not installed")
        return 0
    sys.path.insert(0, HERE)
    from served import Served
    report = Report()
    os.makedirs(out, exist_ok=True)
    served = Served(heloscope, demo)
    browser = None
    try:
        with open(axe, encoding="utf-8") as file:
            browser = Browser(file.read(), out)
        browser.base = served.base
        for part in themes_of_tests():
            begin = time.monotonic()
            try:
                part.check(browser, served, report)
            except WebDriverException as fault:
                report.fail(f"{part.__name__} at {browser.where}", str(fault).splitlines()[0])
            browser.scripts(True)
            print(f"{part.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
    finally:
        if browser is not None:
            browser.end()
        wrong = served.end()
    if wrong:
        report.fail("serve", wrong)
    print(f"{report.checks} checks, {report.failures} failed")
    return int(report.failures > 0 or report.checks == 0)


if __name__ == "__main__":
    sys.exit(main())
