#!/usr/bin/env python3
"""access.py HELOSCOPE DEMO: who may see what, and a server that holds, over real HTTP and HTTPS.

Starts `heloscope serve` with users, TLS and a proxy on a made store, and asks as a reader, an analyst, an admin, a stranger,
a page of another site, and as clients that drip, flood and lie.
"""
import base64
import gzip
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

heloscope, demo = sys.argv[1:3]
failures = []


def check(holds, *words):
    if not holds:
        print("FAILED:", *words)
        failures.append(words)


def make_certificate(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
                   check=True, stderr=subprocess.DEVNULL)


def user(*words, password=None):
    return subprocess.run([heloscope, "user", *words, "--users", "users"], input=password, text=True, capture_output=True,
                          timeout=60)


def configuration(name, *lines):
    with open(name, "w") as f:
        f.write("[store]\nfile = demo.db\n[web]\n" + "\n".join(lines) + "\n")
    return name


class Server:
    def __init__(self, config, listen="127.0.0.1:0"):
        self.out = open(config + ".out", "w+")
        self.err = open(config + ".err", "w+")
        self.process = subprocess.Popen([heloscope, "serve", "--config", config, "--listen", listen], stdout=self.out,
                                        stderr=self.err)
        for _ in range(200):
            found = re.search(r"(https?)://127\.0\.0\.1:(\d+)/", open(config + ".out").read())
            if found or self.process.poll() is not None:
                break
            time.sleep(0.1)
        if not found:
            sys.exit("FAILED: serve did not start: " + open(config + ".err").read())
        self.tls, self.port = found[1] == "https", int(found[2])

    def words(self):
        return open(self.err.name).read()

    def connect(self, source="127.0.0.1", timeout=20):
        if self.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context,
                                               source_address=(source, 0))
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))

    def ask(self, target, method="GET", body=None, source="127.0.0.1", **fields):
        connection = self.connect(source)
        fields = {k.replace("_", "-"): v for k, v in fields.items()}
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            fields.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(method, target, body, fields)
        answer = connection.getresponse()
        answer.data = answer.read()
        answer.text = answer.data.decode("utf-8", "replace")
        connection.close()
        return answer

    def certificate(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as s:
            with context.wrap_socket(s) as t:
                return t.version(), ssl.DER_cert_to_PEM_cert(t.getpeercert(True))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(30) == 0, "exit status", self.process.returncode, self.words())


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def cookie_of(answer):
    return (answer.getheader("Set-Cookie") or "").split(";")[0]


def token_of(answer):
    found = re.search(r'name="token" value="([0-9a-f]+)"', answer.text)
    return found[1] if found else ""


def refused_starts():
    def start(words, *lines, listen="127.0.0.1:0"):
        name = configuration("bad.conf", *lines)
        done = subprocess.run([heloscope, "serve", "--config", name, "--listen", listen], capture_output=True, text=True,
                              timeout=30)
        check(done.returncode in (2, 3) and words in done.stderr, lines, listen, done.returncode, done.stderr)

    start("not loopback", listen="0.0.0.0:0")
    start("not loopback", listen="[::]:0")
    start("not loopback", "certificate = cert.pem", "key = key.pem", listen="0.0.0.0:0")
    start("not loopback", "users = users", listen="0.0.0.0:0")
    start("both", "certificate = cert.pem")
    start("both", "key = key.pem")
    start("nothing.pem: cannot be read", "certificate = nothing.pem", "key = key.pem")
    start("certificate cert.pem and key users", "certificate = cert.pem", "key = users")
    start("nobody: the users cannot be read", "users = nobody")
    with open("broken", "w") as f:
        f.write("# users\nalice:boss:x\n")
    start("broken:2: the role of alice", "users = broken")
    start("bad.conf:4: [web] proxy", "proxy = nowhere")
    start("bad.conf:4: [web] host", "host = https://report.example")
    start("bad.conf:4: [web] query_ms", "query_ms = 0")
    start("bad.conf:4: [web] nope", "nope = 1")


def users():
    for name, role in ("rea", "reader"), ("ana", "analyst"), ("adm", "admin"):
        done = user("add", name, "--role", role, password=f"secret of {name}\n")
        check(done.returncode == 0, done.stderr)
    check(os.stat("users").st_mode & 0o777 == 0o600, "mode of the users")
    text = open("users").read()
    check(text.count("$y$") == 3 and "secret" not in text, text)
    check("adm" in user("list").stdout, "list")
    check(user("add", "x", password="short\n").returncode == 3, "a short password")
    check(user("add", "a:b", password="long enough\n").returncode == 3, "a name with a colon")
    check(user("role", "nobody", "--role", "admin").returncode == 3, "role of nobody")
    check(user("role", "rea").returncode == 3, "role without a role")
    check(user("remove", "nobody").returncode == 3, "remove nobody")
    check(user("add", "y", "--role", "boss", password="long enough\n").returncode == 2, "a role that is none")
    check(open("users").read() == text, "a refusal changed the file")


def sign_in(server):
    page = server.ask("/sign-in?next=%2Fhosts%3Fverdict%3Dlisted")
    form = cookie_of(page)
    for word in "HttpOnly", "SameSite=Strict", "Secure", "Path=/", "__Host-":
        check(word in page.getheader("Set-Cookie"), "cookie of the form", word)
    check(page.getheader("Strict-Transport-Security"), "HSTS over TLS")

    def send(name, password, token=token_of(page), next="/hosts", **fields):
        return server.ask("/sign-in", "POST", {"token": token, "name": name, "password": password, "next": next},
                          Cookie=fields.pop("Cookie", form), **fields)

    check(send("rea", "secret of rea", token="").status == 403, "no token")
    check(send("rea", "secret of rea", token="0" * 32).status == 403, "a wrong token")
    check(send("rea", "secret of rea", Cookie="x=y").status == 403, "the token of another form")
    check(send("rea", "secret of rea", Origin="https://evil.example").status == 403, "foreign Origin")
    check(send("rea", "secret of rea", Sec_Fetch_Site="cross-site").status == 403, "cross-site")
    check(send("rea", "secret of adm").status == 401, "a wrong password")
    check(send("nobody", "secret of adm").status == 401, "an unknown name")
    for evil in "//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "/sign-out":
        answer = send("rea", "secret of rea", next=evil)
        check(answer.status == 303 and answer.getheader("Location") == "/" or answer.status == 400, "next", evil)
    answer = send("rea", "secret of rea", next="/hosts?verdict=listed", Origin=f"https://127.0.0.1:{server.port}")
    check(answer.status == 303 and answer.getheader("Location") == "/hosts?verdict=listed", "sign-in", answer.status)
    session = cookie_of(answer)
    for word in "HttpOnly", "SameSite=Strict", "Secure", "Path=/", "__Host-":
        check(word in answer.getheader("Set-Cookie"), "cookie of the session", word)
    check(session.split("=")[1] != form.split("=")[1], "a new id")
    page = server.ask("/hosts", Cookie=session)
    check(page.status == 200 and "192.0.2.23" in page.text, "a reader's page")
    check(page.getheader("Cache-Control") == "no-store", "a page of data is not kept")
    check(server.ask("/csv/hosts", Cookie=session).status == 403, "a reader's export")
    check(server.ask("/sign-out", "POST", {"token": "x"}, Cookie=session).status == 403, "sign-out without its token")
    check(server.ask("/sign-out", "POST", {"token": token_of(page)}, Cookie=session).status == 303, "sign-out")
    check(server.ask("/hosts", Cookie=session).status == 401, "after sign-out")


def roles(server):
    wanted = [  # status as nobody, reader, analyst, admin
        ("/", 401, 200, 200, 200), ("/hosts", 401, 200, 200, 200), ("/host/192.0.2.23", 401, 200, 200, 200),
        ("/session/00000000000000aa", 401, 200, 200, 200), ("/mail/00000000000000aa/1", 401, 200, 200, 200),
        ("/evidence", 401, 403, 200, 200), ("/csv/hosts", 401, 403, 200, 200), ("/json/mails", 401, 403, 200, 200),
        ("/record/host/192.0.2.23", 401, 403, 200, 200), ("/complaint", 401, 403, 200, 200), ("/audit", 401, 403, 403, 200),
        ("/csv/audit", 401, 403, 403, 200), ("/api/1/summary", 401, 200, 200, 200), ("/healthz", 200, 200, 200, 200),
        ("/sign-in", 200, 303, 303, 303)]
    for target, *statuses in wanted:
        for name, status in zip((None, "rea", "ana", "adm"), statuses):
            fields = {"Authorization": basic(name, f"secret of {name}")} if name else {}
            answer = server.ask(target, **fields)
            check(answer.status == status, target, name, answer.status, "instead of", status)
    answer = server.ask("/hosts", Accept="text/html")
    check(answer.status == 303 and answer.getheader("Location") == "/sign-in?next=%2Fhosts", "a browser is led to the form")
    check("Basic" in (server.ask("/hosts").getheader("WWW-Authenticate") or ""), "a program is asked for Basic")
    started = time.monotonic()
    for _ in range(20):
        server.ask("/healthz", Authorization=basic("rea", "secret of rea"))
    check(time.monotonic() - started < 10, "a password that was right is believed")
    time.sleep(1.5)
    log = server.ask("/csv/audit", Authorization=basic("adm", "secret of adm")).text
    for word in "sign-in", "sign-out", "refused", "look", "export", "/session/00000000000000aa":
        check(word in log, "the audit log lacks", word)


def reload(server):
    version, before = server.certificate()
    check(version == "TLSv1.3", version)
    make_certificate("second")
    check(user("remove", "rea").returncode == 0, "remove")
    server.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    after = server.certificate()[1]
    check(before != after, "the new certificate is not used")
    check(server.ask("/hosts", Authorization=basic("rea", "secret of rea")).status == 401, "who was removed still comes in")
    with open("cert.pem", "w") as f:
        f.write("nonsense")
    server.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    check(server.certificate()[1] == after, "a bad certificate replaced a good one")
    check("goes on with what it had" in server.words(), server.words())
    make_certificate("third")


def limits(server):
    statuses = [server.ask("/hosts", source="127.0.0.7", Authorization=basic("adm", "wrong")).status for _ in range(8)]
    check(statuses.count(401) == 6 and statuses[-1] == 429, "attempts", statuses)
    answer = server.ask("/hosts", source="127.0.0.7", Authorization=basic("ana", "another wrong one"))
    check(answer.status == 429 and int(answer.getheader("Retry-After")) > 0, "from that address", answer.status)
    results = []
    threads = [threading.Thread(target=lambda i=i: results.append(
        server.ask("/hosts", source=f"127.0.1.{i}", Authorization=basic(f"u{i}", "wrong")).status)) for i in range(12)]
    for t in threads:
        t.start()
    started = time.monotonic()
    check(server.ask("/healthz").status == 200 and time.monotonic() - started < 5, "a flood of passwords holds up others")
    for t in threads:
        t.join()
    check(set(results) <= {401, 503}, "a flood", results)


def proxy():
    config = configuration("proxy.conf", "proxy = 127.0.0.2", "proxy_user = X-Remote-User", "proxy_role = X-Remote-Role",
                           "host = report.example")
    server = Server(config)
    ask = server.ask
    check(ask("/csv/hosts", source="127.0.0.2", X_Remote_User="ada", X_Remote_Role="analyst").status == 200, "by the proxy")
    check(ask("/csv/hosts", source="127.0.0.2", X_Remote_User="ada", X_Remote_Role="reader").status == 403, "as a reader")
    check(ask("/hosts", source="127.0.0.2", X_Remote_User="ada", X_Remote_Role="boss").status == 403, "a role that is none")
    check(ask("/hosts", source="127.0.0.2", X_Remote_User="ada").status == 403, "no role")
    check(ask("/hosts", source="127.0.0.2").status == 403, "no name")
    check(ask("/hosts", X_Remote_User="ada", X_Remote_Role="admin").status == 403, "a stranger says who he is")
    check(ask("/hosts", source="127.0.0.2", X_Remote_User="ada", X_Remote_Role="reader", Host="report.example").status == 200,
          "a configured name")
    check(ask("/hosts", source="127.0.0.2", Host="evil.example").status == 421, "another name")
    connection = server.connect("127.0.0.2")
    connection.putrequest("GET", "/hosts")
    for name, value in ("X-Remote-User", "ada"), ("X-Remote-User", "eve"), ("X-Remote-Role", "admin"):
        connection.putheader(name, value)
    connection.endheaders()
    check(connection.getresponse().status == 403, "a name that comes twice")
    connection.close()
    server.stop()


def raw(server, data, slowly=False, wait=20):
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as s:
        for part in ([data[i:i + 1] for i in range(len(data))] if slowly else [data]):
            s.sendall(part)
        got = b""
        try:
            while chunk := s.recv(65536):
                got += chunk
        except OSError:
            pass
        return got


def protocol(server):
    head = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    close = b"Connection: close\r\n\r\n"

    def status(data, **how):
        got = raw(server, data, **how)
        return int(got.split(b" ")[1]) if got.startswith(b"HTTP/1.1 ") else 0

    check(status(b"GET /healthz HTTP/1.1\r\n" + head + close, slowly=True) == 200, "a byte at a time")
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    post = b"POST /complaint HTTP/1.1\r\n" + head
    check(status(post + form + b"Content-Length: 7\r\n" + close + b"token=x", slowly=True) == 403, "a form, a byte at a time")
    check(status(b"GET /%00 HTTP/1.1\r\n" + head + close) == 400, "NUL")
    check(status(b"GET /\x00 HTTP/1.1\r\n" + head + close) == 400, "a bare NUL")
    check(status(b"GET /hosts\x00.html?x HTTP/1.1\r\n" + head + close) == 400, "a bare NUL within")
    check(status(b"GET /hosts?text=%zz HTTP/1.1\r\n" + head + close) == 400, "a bad escape")
    check(status(b"GET /hosts HTTP/1.1\r\nConnection: close\r\n\r\n") == 400, "no Host")
    check(status(b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n" + head + close) in (0, 414, 431), "a long target")
    check(status(post + form + b"Transfer-Encoding: chunked\r\n" + close + b"0\r\n\r\n") == 411, "a form without a length")
    check(status(post + form + b"Content-Length: 1048577\r\n" + close) == 413, "a form that is too long")
    check(status(post + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n" + close + b"abc") == 415,
          "multipart")
    check(status(post + form + b"Content-Length: 9\r\n" + close + b"token=%00") == 400, "NUL in a form")
    check(status(b"POST /hosts HTTP/1.1\r\n" + head + form + b"Content-Length: 3\r\n" + close + b"a=b") == 405, "POST to a page")
    check(status(b"DELETE / HTTP/1.1\r\n" + head + close) == 405, "DELETE")
    css = re.search(r"/static/[0-9a-f]{16}/app\.css", server.ask("/").text)[0]
    plain, packed = server.ask(css), server.ask(css, Accept_Encoding="gzip")
    check(gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data), "a packed asset")
    check(plain.getheader("ETag") != packed.getheader("ETag") and "Accept-Encoding" in packed.getheader("Vary"), "its tags")
    again = server.ask(css, If_None_Match=plain.getheader("ETag"))
    check(again.status == 304 and not again.data, "304", again.status)
    check(server.ask(css, If_None_Match='"other"').status == 200, "another tag")
    check(gzip.decompress(server.ask("/csv/mails", Accept_Encoding="gzip").data) == server.ask("/csv/mails").data, "packed CSV")
    check("<h1" in gzip.decompress(server.ask("/hosts", Accept_Encoding="gzip").data).decode(), "a packed page")
    check(server.ask("/hosts", "HEAD").data == b"", "HEAD")
    connection = server.connect()
    for _ in range(3):
        connection.request("GET", "/healthz")
        check(connection.getresponse().read() == b"ok\n", "one connection for several requests")
    connection.close()


def too_many(server):
    """Never more than allowed; connections that ended a moment ago may still be counted, so one of three tries gives all of them."""
    closed = []
    while len(closed) < 3 and 4 not in closed:
        closed.append(hold_12(server))
    check(4 in closed and min(closed) >= 4, "12 connections of one address, 8 allowed:", closed, "closed")


def hold_12(server):
    held = []
    for _ in range(12):
        s = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        s.sendall(b"GET /")
        held.append(s)
    time.sleep(1)
    closed = 0
    for s in held:
        s.setblocking(False)
        try:
            closed += s.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            closed += 1
    check(server.ask("/healthz", source="127.0.0.9").status == 200, "another address is served")
    for s in held:
        s.close()
    time.sleep(1)
    return closed


def drip(server):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        ended = None
        while time.monotonic() - started < 45 and ended is None:
            time.sleep(1)
            try:
                s.sendall(b"x")
                s.setblocking(False)
                ended = time.monotonic() - started if s.recv(1) == b"" else None
            except BlockingIOError:
                s.setblocking(True)
            except OSError:
                ended = time.monotonic() - started
            check(server.ask("/healthz", source="127.0.0.9").status == 200, "others are served meanwhile")
    check(ended is not None and 25 < ended < 40, "one who drips a byte a second was closed after", ended)


def main():
    subprocess.run([demo, "demo.db"], check=True)
    make_certificate("first")
    users()
    refused_starts()
    server = Server(configuration("tls.conf", "certificate = cert.pem", "key = key.pem", "users = users"))
    sign_in(server)
    roles(server)
    limits(server)
    reload(server)
    server.stop()
    proxy()
    server = Server(configuration("plain.conf", "connections_per_address = 8"))
    protocol(server)
    too_many(server)
    drip(server)
    server.stop()
    check(not server.words(), "on stderr:", server.words())
    print("FAILED" if failures else "ok")
    return len(failures) > 0


with tempfile.TemporaryDirectory() as folder:
    heloscope, demo = os.path.abspath(heloscope), os.path.abspath(demo)
    os.chdir(folder)
    sys.exit(main())
