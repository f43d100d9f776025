"""What heloscope says of a generated day, held against the truth: hosts found and missed, false alarms, causes, mails until the verdict."""

import collections
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile

import wire

ALARMS = ("likely", "listed", "throttled")
STEPS = {"spam": (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50), "refusals": (3, 5, 8, 10, 15, 20, 30, 50), "seconds": (5, 10, 20, 30, 60, 120, 300, 900, 3600)}
IN_TIME = {"spam": 5, "refusals": 10, "seconds": 60}
BY_REFUSALS = ("dictionary-attack", "mailing-list")
BOUNDS = ("found", "slow", "false", "cause", "intime")


def options(sub):
    sub.add_argument("--program", required=True)
    sub.add_argument("--rules")
    sub.add_argument("--json", help="the report as JSON")
    sub.add_argument("--detail", action="store_true", help="each miss, false alarm and wrong cause, with the host's record")
    sub.add_argument("--ladder", action="store_true", help="cut the day after so many mails, refusals, seconds: when is each culprit found")
    sub.add_argument("--orders", type=int, default=0, help="read the files one by one into a store, shuffled, so many times")
    for name in BOUNDS:
        sub.add_argument(f"--bound-{name}", type=float, metavar="PERCENT")


def nets(truth):
    return [word for net in truth["nets"] for word in ("--net", net)]


def hosts_read(args, truth, paths):
    """Host records by address."""
    command = [args.program, "read", "--no-store", "--json", "--privacy", "off", *nets(truth), *(["--rules", args.rules] if args.rules else []), *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        records = [json.loads(line) for line in process.stdout if line.startswith(b'{"type":"host"')]
    if process.returncode not in (0, 1):
        sys.exit(f"heloscope read ended with {process.returncode}")
    return {r["ip"]: r for r in records}


def record_of(records, host):
    return records.get(str(ipaddress.ip_address(host["address"])), {"verdict": "none", "causes": [], "risk": 0, "behind": []})


def named_behind(records, host):
    """The relay says whose mail it is."""
    relay = records.get(host["relay"]) if host["relay"] else None
    return relay is not None and any(b["ip"] == host["address"] and b["spam"] > 0 for b in relay.get("behind", []))


def is_alarm(records, host):
    return record_of(records, host)["verdict"] in ALARMS or named_behind(records, host)


def is_found(records, host):
    return is_alarm(records, host) or (host["find"] == "watch" and record_of(records, host)["verdict"] == "watch")


def is_right(records, host):
    return first_cause(record_of(records, host)) in host["causes"] + host["also"]


def first_cause(record):
    return record["causes"][0]["cause"] if record["causes"] else "none"


def share(part, whole):
    return f"{part:4} of {whole:4} {100 * part / whole if whole else 0:6.1f} %"


class Report:
    def __init__(self, truth, records):
        self.truth, self.records = truth, records
        self.culprits = [h for h in truth["hosts"] if not h["good"] and h["causes"] and (h["spam"] or h["refusals"])]
        self.relays = [h for h in truth["hosts"] if not h["good"] and not h["causes"]]
        self.goods = [h for h in truth["hosts"] if h["good"]]
        self.figures = {}
        self.lines = []

    def say(self, line=""):
        self.lines.append(line)

    def found(self):
        by = collections.OrderedDict()
        for h in self.culprits:
            words = ("all", h["intensity"], f"{h['intensity']}, {'encrypted' if h['encrypted'] else 'clear'}", f"IPv{h['family']}", *(c for c in h["causes"] if len(h["causes"]) == 1), *([h["kind"]] if h["kind"] not in h["causes"] else []))
            for word in words:
                row = by.setdefault(word, [0, 0, 0, 0])
                row[0] += 1
                row[1] += is_found(self.records, h)
                row[2] += is_alarm(self.records, h)
                row[3] += is_right(self.records, h)
        self.say(f"{'culprits':26} {'found':22} {'of them alarms':22} first cause right")
        for word, (count, found, alarm, cause) in by.items():
            self.say(f"{word:26} {share(found, count)} {share(alarm, count)} {share(cause, count)}")
        self.figures["by"] = {w: {"hosts": r[0], "found": r[1], "alarm": r[2], "cause": r[3]} for w, r in by.items()}
        whole = by["all"]
        self.figures["found"] = 100 * whole[1] / whole[0]
        self.figures["slow"] = 100 * by["slow"][1] / by["slow"][0]
        seen = [h for h in self.culprits if is_found(self.records, h) and record_of(self.records, h)["verdict"] != "none"]
        right = sum(is_right(self.records, h) for h in seen)
        self.figures["cause"] = 100 * right / max(1, len(seen))
        self.say(f"first cause right among those found: {share(right, len(seen))}")
        two = [h for h in self.culprits if len(h["causes"]) > 1]
        both = sum(set(h["causes"]) <= {c["cause"] for c in record_of(self.records, h)["causes"]} for h in two)
        self.say(f"both causes named where there are two: {share(both, len(two))}")

    def confusion(self):
        rows = collections.defaultdict(collections.Counter)
        for h in self.culprits:
            rows["+".join(h["causes"])][first_cause(record_of(self.records, h))] += 1
        self.say("\ntruth -> first cause said")
        for cause, said in sorted(rows.items()):
            self.say(f"{cause:26} " + ", ".join(f"{word} {count}" for word, count in said.most_common()))
        self.figures["confusion"] = {c: dict(s) for c, s in rows.items()}

    def false_alarms(self):
        verdicts = collections.defaultdict(collections.Counter)
        for h in self.goods:
            verdicts[h["kind"]][record_of(self.records, h)["verdict"]] += 1
        alarms = sum(c[w] for c in verdicts.values() for w in ALARMS)
        watched = sum(c["watch"] for c in verdicts.values())
        self.say(f"\nfalse alarms among good hosts: {share(alarms, len(self.goods))}; watched: {share(watched, len(self.goods))}")
        for kind, said in sorted(verdicts.items()):
            self.say(f"{kind:26} " + ", ".join(f"{word} {count}" for word, count in said.most_common()))
        self.say("relays of culprits: " + ", ".join(f"{w} {n}" for w, n in collections.Counter(record_of(self.records, h)["verdict"] for h in self.relays).most_common()))
        self.figures["false"] = 100 * alarms / max(1, len(self.goods))
        self.figures["watched"] = 100 * watched / max(1, len(self.goods))
        self.figures["good"] = {k: dict(c) for k, c in verdicts.items()}

    def detail(self):
        self.say()
        for h in self.culprits + self.goods:
            record = record_of(self.records, h)
            wrong = [] if h["good"] else (["MISSED"] if not is_found(self.records, h) else []) + (["CAUSE"] if not is_right(self.records, h) else [])
            if h["good"] and record["verdict"] in ALARMS + ("watch",):
                wrong = ["FALSE" if record["verdict"] in ALARMS else "WATCHED"]
            if not wrong:
                continue
            self.say(f"{' '.join(wrong)}: {h['address']} {h['kind']} {h['intensity']} {'encrypted' if h['encrypted'] else 'clear'} {h['behind']} {h['notes']} spam {len(h['spam'])} refusals {len(h['refusals'])} sessions {len(h['sessions'])}")
            self.say(f"    {record['verdict']} risk {record['risk']} role {record.get('role')}: {record.get('summary', '')}")
            for cause in record["causes"]:
                self.say(f"    {cause['cause']} {cause['confidence']}: " + " | ".join(cause["evidence"]))
            best = sorted(record.get("lists", []), key=lambda x: -x["probability"])[:2]
            for item in best:
                self.say(f"    {item['list']} {item['probability']}: " + " | ".join(item["why"]))


def measure(host):
    """What time is counted in: spam mails where content is seen, refusals of guesses and lists, else seconds of fan-out."""
    if set(host["causes"]) & set(BY_REFUSALS):
        return "refusals"
    return "seconds" if host["encrypted"] and host["kind"] != "two-causes" else "spam"


def limit_of(host, kind, step):
    if kind == "seconds":
        begin = (host["spam"] or host["refusals"])[0] - 3
        late = host["refusals"][IN_TIME["refusals"] - 1] + 0.05 if len(host["refusals"]) >= IN_TIME["refusals"] else 0
        return max(begin + step, late if step == IN_TIME["seconds"] else 0)  # 60 s or ten refusals, whichever is later
    times = host[kind]
    return times[min(step, len(times)) - 1] + 0.05 if times else 0


def cut(truth, folder, limits, path):
    """The day without good hosts, and each culprit only until its limit; True if anything is left."""
    left, keep = False, {wire.packed(a): t for a, t in limits.items()}
    with open(path, "wb") as out:
        out.write(wire.FILE_HEADER)
        for name in truth["files"]:
            for at, frame, record in wire.frames_of(os.path.join(folder, name)):
                one, two = wire.addresses(frame)
                limit = keep.get(one) or keep.get(two)
                if limit and at <= limit:
                    out.write(record)
                    left = True
    return left


def ladder(args, report):
    """For each culprit the first step at which it is found and stays named."""
    truth = report.truth
    reached = {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cut.pcap")
        for kind, steps in STEPS.items():
            hosts = [h for h in report.culprits if measure(h) == kind]
            for step in steps:
                open_ones = [h for h in hosts if h["address"] not in reached]
                limits = {h["address"]: limit_of(h, kind, step) for h in open_ones}
                limits.update({h["relay"]: limits[h["address"]] for h in open_ones if h["relay"]})
                if not limits:
                    break
                if not cut(truth, args.out, limits, path):
                    continue
                records = hosts_read(args, truth, [path])
                for h in open_ones:
                    if is_found(records, h):
                        reached[h["address"]] = (kind, step)
    report.say("\nuntil found          " + "median, and how many within the step")
    for intensity in ("loud", "slow", "mixed"):
        for kind, steps in STEPS.items():
            hosts = [h for h in report.culprits if measure(h) == kind and h["intensity"] == intensity]
            at = [reached.get(h["address"], (kind, float("inf")))[1] for h in hosts]
            if hosts:
                report.say(f"{intensity:8} {kind:9} {len(hosts):4} hosts: median {sorted(at)[len(at) // 2]}; " + ", ".join(f"{s}: {sum(a <= s for a in at)}" for s in steps))
    loud = [h for h in report.culprits if h["intensity"] == "loud"]
    in_time = [h for h in loud if reached.get(h["address"], ("", float("inf")))[1] <= IN_TIME[measure(h)]]
    report.figures["intime"] = 100 * len(in_time) / max(1, len(loud))
    report.say(f"loud ones found within {IN_TIME['spam']} spam mails, {IN_TIME['refusals']} refusals or {IN_TIME['seconds']} s: {share(len(in_time), len(loud))}")
    for h in loud:
        if h not in in_time:
            report.say(f"    late: {h['address']} {h['kind']} {'encrypted' if h['encrypted'] else 'clear'} {h['behind']} {h['notes']}: {reached.get(h['address'], 'never')}, measured in {measure(h)}")
    report.figures["until"] = {a: list(r) for a, r in reached.items()}


def orders(args, report):
    """Files one by one into a store, in several orders: the same verdicts as at once.  Without privacy, because each store has a key of its own, and
    distinct recipients are estimated from keyed hashes."""
    truth, dice = report.truth, random.Random(1)
    wanted = {a: (r["verdict"], r["risk"], [c["cause"] for c in r["causes"]]) for a, r in report.records.items()}
    worst = 0
    for number in range(args.orders):
        names = list(truth["files"])
        if number:
            dice.shuffle(names)
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, "s.db")
            for name in names:
                done = subprocess.run([args.program, "read", "--store", store, "--privacy", "off", *nets(truth), *(["--rules", args.rules] if args.rules else []), os.path.join(args.out, name)], capture_output=True, check=False)
                if done.returncode not in (0, 1):
                    sys.exit(f"heloscope read --store ended with {done.returncode}: {done.stderr.decode()}")
            with open(os.path.join(folder, "heloscope.conf"), "w", encoding="ascii") as file:
                file.write(f"[store]\nfile = {store}\n")
            done = subprocess.run([args.program, "export", "hosts", "--format", "json", "--config", file.name], capture_output=True, check=True)
        got = {r["ip"]: (r["verdict"], r["risk"], [c["cause"] for c in r["causes"]]) for r in map(json.loads, done.stdout.splitlines())}
        other = [a for a in wanted if got.get(a) != wanted[a]]
        worst = max(worst, len(other))
        report.say(f"order {number} ({' '.join(n[4:6] for n in names)}): {len(other)} of {len(wanted)} hosts differ" + "".join(f"\n    {a}: at once {wanted[a]}, in this order {got.get(a)}" for a in other[:8]))
    report.figures["orders_differ"] = worst


def run(args):
    """Prints the report; what is below the bounds, in words."""
    with open(os.path.join(args.out, "truth.json"), encoding="ascii") as file:
        truth = json.load(file)
    report = Report(truth, hosts_read(args, truth, [os.path.join(args.out, n) for n in truth["files"]]))
    report.say(f"seed {truth['seed']}: {len(report.culprits)} culprits, {len(report.goods)} good hosts, {truth['packets']} packets, {truth['lost']} lost, {'real' if truth['mail'] else 'made-up'} contents\n")
    report.found()
    report.confusion()
    report.false_alarms()
    if args.ladder:
        ladder(args, report)
    if args.orders:
        orders(args, report)
    if args.detail:
        report.detail()
    print("\n".join(report.lines))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(report.figures, file, indent=1)
    worse = []
    for name in BOUNDS:
        bound, figure = getattr(args, f"bound_{name}"), report.figures.get(name)
        if bound is not None and figure is not None and (figure > bound if name == "false" else figure < bound):
            worse.append(f"{name} is {figure:.1f} %, bound {bound:.1f} %")
    if report.figures.get("orders_differ"):
        worse.append(f"{report.figures['orders_differ']} hosts have another verdict in another order of files")
    return worse
