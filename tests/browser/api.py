#!/usr/bin/python3
"""api.py HELOSCOPE DEMO ROUTES: every call of /api/1 on a made store, held against the description that it gives of itself.

The description (deploy/openapi.json) must be what the program says; each route of ROUTES (web/route.c) below /api/1 must be described
and each description must be a route; every answer must fit its schema, problems too.  `api.py --renew …` writes the file anew.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed")
    sys.exit(0)

HOST, SESSION = "192.0.2.23", "00000000000000aa"
faults = []


def fault(text):
    faults.append(text)
    print("FAILED:", text)


class Server:
    def __init__(self, program, store):
        self.process = subprocess.Popen([program, "serve", "--store", store, "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found is None:
            sys.exit(f"FAILED: the server did not start: {line}")
        self.base = found.group(0)

    def ask(self, target, headers=None):
        """status, media type, body"""
        request = urllib.request.Request(self.base + target, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def whole(description, schema):
    """The schema with what it refers to."""
    return {"$ref": schema["$ref"], "components": description["components"]}


def check_schema(description, schema, body, target):
    try:
        jsonschema.Draft202012Validator(whole(description, schema)).validate(body)
    except jsonschema.ValidationError as error:
        fault(f"{target}: {error.message[:200]} at {list(error.absolute_path)}")


def concrete(path):
    return path.replace("{address}", HOST).replace("{session}", SESSION).replace("{number}", "1")


def value_for(parameter):
    known = {"host": HOST, "since": "2008-06-01", "until": "2008-07-01", "net": "192.0.2.0/24", "port": "25", "sort": None,
             "order": "desc", "page": "1", "rows": "3", "text": "a", "q": "a", "range": "week", "session": SESSION,
             "tls": "yes", "domain": "example.edu", "rule": "PHP_SCRIPT", "list": "Spamhaus ZEN"}
    if "enum" in parameter["schema"]:
        return parameter["schema"]["enum"][0]
    return known.get(parameter["name"], "x")


def check_events(server, target):
    with urllib.request.urlopen(server.base + target, timeout=20) as answer:
        if answer.headers["Content-Type"] != "text/event-stream":
            fault(f"{target}: type {answer.headers['Content-Type']}")
        if not answer.readline().startswith(b"retry:"):
            fault(f"{target}: its first line is no retry")


def check_call(server, description, path, call):
    target = concrete(path)
    for name, answer in call["responses"]["200"]["content"].items():
        if name == "text/event-stream":
            check_events(server, target)
            return
        status, media, body = server.ask(target)
        if status != 200 or media.split(";")[0] != name:
            fault(f"{target}: {status} {media}")
            return
        check_schema(description, answer["schema"], json.loads(body), target)
    for reference in call["parameters"]:
        if "$ref" not in reference:
            continue
        parameter = description["components"]["parameters"][reference["$ref"].rsplit("/", 1)[1]]
        value = value_for(parameter)
        if value is None:
            continue
        asked = f"{target}?{urllib.parse.urlencode({parameter['name']: value})}"
        status, media, body = server.ask(asked)
        if status != 200:
            fault(f"{asked}: described, and refused: {body[:200]}")


def check_problems(server, description):
    for target, want in (("/api/1/none", 404), ("/api/1/host/none", 400), ("/api/1/session/none", 404),
                         (f"/api/1/mail/{SESSION}/99", 404), ("/api/1/hosts?verdict=bad", 400), ("/api/1/hosts?none=1", 400),
                         ("/api/1/hosts?q=none:1", 400), ("/api/1/hosts?sort=none", 400), ("/api/2", 404), ("/api", 404),
                         ("/api/1/hosts?host=%00", 400)):
        status, media, body = server.ask(target)
        if status != want or not media.startswith("application/problem+json"):
            fault(f"{target}: {status} {media}, not {want} and a problem")
            continue
        problem = json.loads(body)
        check_schema(description, {"$ref": "#/components/schemas/problem"}, problem, target)
        if problem["status"] != want or not problem["detail"]:
            fault(f"{target}: {problem}")


def check_pages(server):
    """Walking by `next` gives each row once, and as many as were counted."""
    target, seen, count = "/api/1/sessions?rows=50", [], None
    for _ in range(20):
        body = json.loads(server.ask(target)[2])
        count = body["count"]
        seen += [item["session"] for item in body["items"]]
        target = body["next"]
        if target is None:
            break
    if len(seen) != count or len(set(seen)) != count:
        fault(f"paging: {len(seen)} rows, {len(set(seen))} sessions, {count} counted")


def check_routes(description, routes):
    """Each route is described, and the other way round; those of tables by their own names."""
    text = pathlib.Path(routes).read_text()
    found = set()
    for match in re.finditer(r'\.path = \{([^}]*)\}', text):
        parts = re.findall(r'"([^"]*)"', match.group(1))
        if parts[:1] == ["api"]:
            found.add("/" + "/".join(parts))
    described = {re.sub(r"\{[^}]*\}", "*", path) for path in description["paths"]}
    for path in described:
        if path not in found and "/api/1/*" not in found:
            fault(f"{path} is described, and no route")
    for path in found - described - {"/api/1/*"}:
        fault(f"{path} is a route, and not described")
    if len(found) < 8:
        fault(f"only {len(found)} routes were found in {routes}")


def main():
    renew = "--renew" in sys.argv
    program, demo, routes = [a for a in sys.argv[1:] if not a.startswith("--")]
    file = pathlib.Path(__file__).parents[2] / "deploy" / "openapi.json"
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([demo, f"{work}/demo.db"], check=True)
        server = Server(program, f"{work}/demo.db")
        try:
            description = json.loads(server.ask("/api/1/openapi.json")[2])
            if renew:
                file.write_text(json.dumps(description, indent="\t", ensure_ascii=False) + "\n")
            if not file.exists() or json.loads(file.read_text()) != description:
                fault("deploy/openapi.json is not what the program says of itself: tests/browser/api.py --renew")
            check_routes(description, routes)
            for path, call in description["paths"].items():
                check_call(server, description, path, call["get"])
            check_problems(server, description)
            check_pages(server)
        finally:
            server.close()
    print(f"{len(description['paths'])} calls, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
