#!/bin/bash
# How good the predictions are: the report's numbers against those that Python works out from the same answers.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
. "$here/lib.sh"
trap 'rm -rf "$work"' EXIT
command -v sqlite3 jq python3 >/dev/null || skip "needs sqlite3, jq and python3"
process=report
report() { "$heloscope" report --calibration --store "$work/s.db" "$@" 2>>"$work/log"; }

python3 "$here/lookup_capture.py" "$work/a.pcap" 1700000000
"$heloscope" read --store "$work/s.db" --net 200.136.80.0/24 "$work/a.pcap" >/dev/null 2>"$work/log" || fail "read"
report | grep -q "^No answer of a blocklist" || fail "an empty store: $(report)"
report --json | jq -e '.all.answers == 0 and .all.skill == null and .lists == []' >/dev/null || fail "empty as JSON"
[[ $("$heloscope" report --json --store "$work/s.db" 2>&1 >/dev/null; echo $?) == *2 ]] || fail "--json alone is taken"

# 60 answers of list A, one of each day the last that counts; 4 of B; errors and lists without a prediction are left out.
python3 - "$work" <<'PY'
import json, math, random, sqlite3, sys
folder, random = sys.argv[1], random.Random(11)
db, day = sqlite3.connect(folder + "/s.db"), 86400 * 10**9
seq, first = db.execute("SELECT value FROM meta WHERE name = 'seq'").fetchone()[0], 19700 * day
def put(host, name, time, answer, predicted):
    global seq
    seq += 1
    db.execute("INSERT INTO lookups VALUES (?, 'heloscope', ?, x'04', ?, 'z.test', ?, ?, '', ?, 'watch')", (seq, host, name, time, answer, predicted))
pairs = {"A": [], "B": []}
for i in range(60):
    p = round(random.random(), 3) if i else 1.0
    listed = random.random() < p
    put("h%d" % (i % 20), "A", first + i // 20 * day + 5, "clear" if listed else "listed", 0.5)  # the same day, earlier
    put("h%d" % (i % 20), "A", first + i // 20 * day + 9, "listed" if listed else "clear", p)
    put("h%d" % (i % 20), "A", first + i // 20 * day + 11, "error", 0.1)
    put("h%d" % (i % 20), "C", first + i // 20 * day + 11, "clear", -1)
    pairs["A"].append((p, listed))
for i in range(4):
    put("h%d" % i, "B", first, "clear", 0.25)
    pairs["B"].append((0.25, False))
db.execute("UPDATE meta SET value = ? WHERE name = 'seq'", (seq,))
db.commit()
def score(pairs):
    n, base = len(pairs), sum(o for _, o in pairs) / len(pairs)
    brier, bins = sum((p - o) ** 2 for p, o in pairs) / n, {}
    for p, o in pairs:
        bins.setdefault(min(int(p * 10), 9), []).append((p, o))
    out = {"answers": n, "listed": sum(o for _, o in pairs), "brier": brier, "skill": 1 - brier / (base * (1 - base)) if 0 < base < 1 else None, "bins": []}
    mean = lambda values: sum(values) / len(values)
    out["reliability"] = sum(len(b) * (mean([p for p, _ in b]) - mean([o for _, o in b])) ** 2 for b in bins.values()) / n
    out["resolution"] = sum(len(b) * (mean([o for _, o in b]) - base) ** 2 for b in bins.values()) / n
    for k in sorted(bins):
        m, z = len(bins[k]), 1.959964
        share = mean([o for _, o in bins[k]])
        middle, half = (share + z * z / 2 / m) / (1 + z * z / m), z / (1 + z * z / m) * math.sqrt(share * (1 - share) / m + z * z / 4 / m / m)
        out["bins"].append({"answers": m, "observed": share, "low": max(0, middle - half), "high": min(1, middle + half)})
    return out
json.dump({"A": score(pairs["A"]), "B": score(pairs["B"]), "all": score(pairs["A"] + pairs["B"])}, open(folder + "/truth.json", "w"))
PY
report --json >"$work/out.json" || fail "the report"
python3 - "$work" <<'PY' || fail "other numbers: $(jq . "$work/out.json")"
import json, sys
truth, out = (json.load(open("%s/%s.json" % (sys.argv[1], name))) for name in ("truth", "out"))
def same(a, b):
    if isinstance(a, dict):
        return all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b if a is None or b is None else abs(a - b) < 1e-5
got = {c["list"]: c for c in out["lists"]}
sys.exit(not (set(got) == {"A", "B"} and same(truth["A"], got["A"]) and same(truth["B"], got["B"]) and same(truth["all"], out["all"])
    and got["A"]["enough"] and not got["B"]["enough"] and out["unpredicted"] == 60))
PY
report >"$work/text"
grep -q "Too few to tell: 4 answers, 0 of them listed" "$work/text" || fail "few answers are not called few: $(cat "$work/text")"
grep -q "^  Skill 0\.[0-9]*: .*better than always saying" "$work/text" || fail "the skill of A: $(cat "$work/text")"
report --since 2023-12-10T00:00:00Z --json | jq -e '.all.answers == 40' >/dev/null || fail "--since"
"$heloscope" db check --store "$work/s.db" >/dev/null || fail "the store"
echo "ok   reliability table, Brier score, skill, intervals: as Python says"
