"""Keys, menus, completion, charts, copying, updates: what scripts add, by keyboard and mouse."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ACTIVE = "return document.activeElement.id"


def press(browser, *keys):
    for key in keys:
        ActionChains(browser.driver).send_keys(key).perform()


def at(browser, path):
    return browser.wait("return location.pathname === arguments[0] && document.readyState === 'complete'", path)


def check_keys(browser, report):
    browser.open("/")
    browser.settled()
    press(browser, "?")
    report.check(browser.run("return document.querySelector('#keys').open"), "?", "no list of keys")
    rows = browser.run("return document.querySelectorAll('#keys dt').length")
    report.check(rows > 12, "?", f"{rows} keys are listed")
    report.check(not browser.axe_faults(), "?", "axe-core finds fault with the list of keys")
    press(browser, Keys.ESCAPE)
    report.check(not browser.run("return document.querySelector('#keys').open"), "Esc", "the list stays open")
    press(browser, "/")
    report.check(browser.run(ACTIVE) == "filter", "/", "the filter box has no focus")
    press(browser, "g", "h", "?", "j")
    report.check(browser.run("return document.querySelector('#filter').value") == "gh?j", "typing", "keys act while one types")
    report.check(not browser.run("return document.querySelector('#keys').open"), "typing", "? opens the list")
    press(browser, Keys.ESCAPE)
    report.check(browser.run(ACTIVE) == "", "Esc", "the field keeps the focus")
    press(browser, "t")
    report.check(browser.run(ACTIVE) == "range", "t", "the range has no focus")
    press(browser, Keys.ESCAPE, "g", "s")
    report.check(at(browser, "/sessions"), "g s", "not at the sessions")
    press(browser, "g", "h")
    report.check(at(browser, "/hosts"), "g h", "not at the hosts")
    press(browser, "j", "j", "k")
    row = browser.run("return [...document.querySelectorAll('main tbody tr')].findIndex(r => r.classList.contains('here'))")
    report.check(row == 0, "j j k", f"row {row} is marked")
    press(browser, Keys.ENTER)
    report.check(browser.wait("return location.pathname.startsWith('/host/')"), "Enter", "the row does not open")
    for fault in browser.faults():
        report.fail("keys", fault)


def check_tab(browser, report):
    """By Tab alone: the first stop skips to the content; whatever has the focus is seen to have it."""
    browser.size(1280)
    browser.open("/hosts")
    press(browser, Keys.TAB)
    report.check(browser.run("return document.activeElement.className") == "skip", "Tab", "the first stop is not the skip link")
    press(browser, Keys.ENTER)
    report.check(browser.run(ACTIVE) == "main", "skip link", "the content has no focus")
    browser.open("/hosts")
    for number in range(25):
        press(browser, Keys.TAB)
        seen = browser.run("""const s = getComputedStyle(document.activeElement);
            return document.activeElement === document.body || s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2""")
        if not report.check(seen, f"Tab {number + 1}", "the focus is not visible"):
            break


def check_menus(browser, report):
    browser.size(360)
    browser.open("/")
    menu = browser.driver.find_element(By.CSS_SELECTOR, "nav.pages details.menu > summary")
    menu.click()
    report.check(browser.run("return document.querySelectorAll('.sheet a.narrow')[0].offsetParent !== null"), "More", "it does not open")
    wide = browser.run("return document.scrollingElement.scrollWidth - innerWidth")
    report.check(wide <= 0, "More", f"{wide} pixels too wide")
    browser.picture("menu-360")
    press(browser, Keys.ESCAPE)
    report.check(browser.run("return !document.querySelector('details.menu[open]')"), "Esc", "the menu stays open")
    browser.size(1280)
    for name, menu in (("help", ".help"), ("from-to", ".ends"), ("view", ".account")):
        browser.open("/hosts")
        browser.driver.find_element(By.CSS_SELECTOR, menu + " > summary").click()
        for fault in browser.axe_faults():
            report.fail(name, fault)
        browser.picture("open-" + name)


def check_filter(browser, report):
    browser.open("/hosts")
    browser.driver.find_element(By.ID, "filter").send_keys("net:192.0.2.0/24 verdict:l")
    offered = browser.run("return [...document.querySelectorAll('#filter-words option')].map(o => o.value)")
    wanted = ["net:192.0.2.0/24 verdict:listed", "net:192.0.2.0/24 verdict:likely"]
    report.check(offered == wanted, "completion", f"offers {offered[:5]}")
    browser.driver.find_element(By.ID, "filter").send_keys("isted", Keys.ENTER)
    report.check(browser.wait("return location.search.includes('verdict%3Alisted') && document.readyState === 'complete'"),
                 "filter", "it is not in the address")
    rows = browser.run("return document.querySelectorAll('main tbody tr').length")
    report.check(rows == 1, "filter", f"{rows} rows instead of 1")
    browser.run("const s = document.querySelector('#range'); s.value = 'all'; s.dispatchEvent(new Event('change'));")
    browser.driver.find_element(By.CSS_SELECTOR, "form.range > button").click()
    report.check(browser.wait("return location.search.includes('range=all') && location.search.includes('q=')"),
                 "range", "it is not in the address, or the filter is lost")
    kept = browser.run("return [...document.querySelectorAll('nav.pages > a')].every(a => a.search.includes('range=all'))")
    report.check(kept, "range", "a link of the navigation loses it")
    for fault in browser.faults():
        report.fail("filter", fault)


def check_charts(browser, report):
    browser.size(1280)
    browser.theme("light")
    browser.open("/host/192.0.2.23")
    report.check(browser.wait("return document.querySelectorAll('.uplot canvas').length >= 2"), "charts", "they are not drawn")
    apart = browser.run("""return [...document.querySelectorAll('.drawn')].map(box => {
        const [a, b] = [box.querySelector('svg'), box.querySelector('.uplot')].map(e => e.getBoundingClientRect());
        return Math.abs(a.width - b.width) + Math.abs(a.height - b.height) + Math.abs(a.top - b.top); })""")
    report.check(max(apart) < 3, "charts", f"not in the box of the server's drawing: {apart}")
    over = browser.driver.find_element(By.CSS_SELECTOR, ".u-over")
    browser.run("arguments[0].scrollIntoView({ block: 'center' })", over)
    ActionChains(browser.driver).move_to_element(over).perform()
    report.check(browser.wait("return [...document.querySelectorAll('.tip')].some(t => !t.hidden && t.textContent)"), "charts", "no tool tip")
    browser.picture("tool-tip")
    ActionChains(browser.driver).move_to_element_with_offset(over, -60, 0).click_and_hold().move_by_offset(60, 0).move_by_offset(60, 0) \
        .release().perform()
    report.check(browser.wait("return /since=.*until=/.test(location.search) && document.readyState === 'complete'"),
                 "zoom", "dragging does not set the range")
    browser.driver.back()
    report.check(browser.wait("return !location.search"), "zoom", "one cannot go back")
    for fault in browser.faults():
        report.fail("charts", fault)


def check_copy(browser, report):
    browser.open("/host/192.0.2.23")
    button = browser.driver.find_element(By.CSS_SELECTOR, "button.copy")
    before = button.text
    browser.run("arguments[0].scrollIntoView({ block: 'center' })", button)
    button.click()
    report.check(browser.wait("return arguments[0].textContent !== arguments[1]", button, before), "copy", "nothing is said")


def check_updates(browser, report):
    """The page follows the store: what is open, focused and scrolled stays; what is typed is not lost."""
    browser.open("/host/192.0.2.23")
    browser.settled()
    report.check(browser.run("return document.querySelector('.live').innerText.includes('updated')"), "updates", "no mark")
    browser.run("""const d = document.querySelectorAll('main details'); d.forEach((e, i) => { e.open = i === 1; });
        document.querySelector('main').dataset.old = 1; window.first = document.querySelector('main').firstElementChild;
        [...document.querySelectorAll('main a[href^="/session/"]')][3].focus({ preventScroll: true }); scrollTo(0, 900); refresh();""")
    report.check(browser.wait("return !window.first.isConnected"), "updates", "the content is not fetched anew")
    state = browser.run("""return [[...document.querySelectorAll('main details')].map(d => d.open).indexOf(true),
        document.activeElement.matches('a[href^="/session/"]'), Math.round(scrollY)]""")
    report.check(state == [1, True, 900], "updates", f"open, focused, scrolled: {state}")
    report.check(browser.settled(), "updates", "the charts are gone")
    browser.driver.find_element(By.CSS_SELECTOR, ".live button").click()
    browser.run("window.first = document.querySelector('main').firstElementChild; refresh();")
    report.check(browser.run("return window.first.isConnected"), "pause", "it does not hold")
    browser.open("/session/00000000000000aa")
    report.check(not browser.run("return document.querySelector('.live')"), "evidence", "a look that nobody makes would be noted")
    for fault in browser.faults():
        report.fail("updates", fault)


def check_themes(browser, report):
    browser.devtools("Network.deleteCookies", name="theme", url=browser.base)
    browser.open("/hosts?q=verdict:listed")
    browser.driver.find_element(By.CSS_SELECTOR, ".account > summary").click()
    browser.driver.find_element(By.CSS_SELECTOR, '.themes a[href*="theme=dark"]').click()
    report.check(browser.wait("return document.documentElement.dataset.theme === 'dark'"), "theme", "it does not change")
    report.check(browser.run("return location.search") == "?q=verdict:listed", "theme", "the address is not what it was")


def check(browser, served, report):
    browser.theme("light")
    browser.size(1280)
    for part in (check_keys, check_tab, check_menus, check_filter, check_charts, check_copy, check_updates, check_themes):
        part(browser, report)
