#!/usr/bin/env python3
"""Do we and SpamAssassin say the same, rule by rule and message by message?

    agree.py --rules RULES.tsv --theirs HITS.tsv --ours OURS.jsonl --known RULES.jsonl [--reasons FILE] [--rule NAME] [--worst N]

RULES.tsv:    `spamassassin.pl rules`: name, kind, points, flags of every rule that SpamAssassin has in force
HITS.tsv:     `spamassassin.pl hits …`: path, points, the rules that hit
OURS.jsonl:   `heloscope score --stock --parts --json …`
RULES.jsonl:  `heloscope rules list --stock --json`: what we have loaded
--reasons:    tab-separated: pattern of rule names, sentence: why the two differ; `*` and `?` as in a shell

A pair is a rule and a message; those count where either side hits.  Files without a single header field are told apart: SpamAssassin
takes their first three lines for a damaged header, we for the text that a reader sees.  Exit status 1 when fewer than 99.5 % of the pairs
of the others agree, or a rule disagrees on more than one message in twenty without a reason.
"""
import argparse
import collections
import fnmatch
import json
import os
import sys

AIM = 99.5
# What an aim is set for: kinds of the language, tests in C apart.
AIMS = {"header": 95, "meta": 95, "mimeheader": 95, "uri": 95, "body": 85, "rawbody": 85}


def read_rules(path):
    rules = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, kind, points, flags = line.rstrip("\n").split("\t")
            if points != "-" and float(points) == 0:
                continue  # not run
            rules[name] = (kind, flags.split())
    return rules


def read_theirs(path):
    hits = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 3:
                continue
            hits[fields[0]] = {name.split("=")[0] for name in fields[2].split(",") if name}
    return hits


def read_ours(path):
    hits, gave_up = {}, collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            mail = record["mail"]
            hits[record["file"]] = {hit["rule"] for hit in mail["hits"]}
            gave_up.update(mail.get("gave_up", []))
    return hits, gave_up


def read_loaded(path):
    with open(path, encoding="utf-8") as lines:
        return {record["name"] for record in map(json.loads, lines) if record["supported"]}


def read_reasons(path):
    if path is None:
        return []
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if line.strip() and not line.startswith("#")]
    for row in rows:
        if len(row) != 2:
            sys.exit(f"{path}: a pattern, a tab and a sentence are expected, not {row!r}")
    return rows


def share(part, whole):
    return 100.0 * part / whole if whole else 100.0


def compare(theirs, ours, names):
    """Per rule: files where both hit, only they, only we."""
    both, only_they, only_we = (collections.defaultdict(list) for _ in range(3))
    for path in sorted(set(theirs) & set(ours)):
        a, b = theirs[path] & names, ours[path] & names
        for into, found in ((both, a & b), (only_they, a - b), (only_we, b - a)):
            for name in found:
                into[name].append(path)
    return both, only_they, only_we


def folder_of(path):
    """The corpus: the folder, or the one above where that tells ham from spam."""
    parts = os.path.dirname(path).split("/")
    return parts[-2] if parts[-1] in ("ham", "spam") and len(parts) > 1 else parts[-1]


def without_header(hits):
    return "NO_HEADERS_MESSAGE" in hits


def print_share(label, paths, theirs, ours, names):
    agree = sum(len(theirs[path] & ours[path] & names) for path in paths)
    differ = sum(len((theirs[path] ^ ours[path]) & names) for path in paths)
    print(f"{label:<22} {len(paths):>9} {agree + differ:>9} {share(agree, agree + differ):>8.2f} %")


def print_supported(rules, loaded):
    print(f"{'kind':<14} {'in force':>9} {'supported':>10} {'share':>8}  aim")
    good = True
    for kind in sorted({k for k, _ in rules.values()}):
        all_of = [name for name, (k, flags) in rules.items() if k == kind and "net" not in flags]
        have = [name for name in all_of if name in loaded]
        aim = AIMS.get(kind)
        good = good and (aim is None or share(len(have), len(all_of)) >= aim)
        print(f"{kind:<14} {len(all_of):>9} {len(have):>10} {share(len(have), len(all_of)):>7.1f} %  {aim or '-'}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("rules", "theirs", "ours", "known"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--reasons")
    parser.add_argument("--rule", help="list the files on which this rule differs")
    parser.add_argument("--worst", type=int, default=40, help="rules shown, those with the most disagreements first")
    parser.add_argument("--missing", action="store_true", help="list the rules in force that we have not loaded")
    args = parser.parse_args()

    rules, loaded, reasons = read_rules(args.rules), read_loaded(args.known), read_reasons(args.reasons)
    all_theirs, (ours, gave_up) = read_theirs(args.theirs), read_ours(args.ours)
    theirs = {path: hits for path, hits in all_theirs.items() if not without_header(hits)}
    names = {name for name, (_, flags) in rules.items() if name in loaded and "net" not in flags}
    both, only_they, only_we = compare(theirs, ours, names)
    if args.rule:
        for word, found in (("only SpamAssassin", only_they), ("only heloscope", only_we), ("both", both)):
            for path in found[args.rule]:
                print(f"{word}\t{path}")
        return 0
    if args.missing:
        for name in sorted(set(rules) - loaded):
            print(f"{name}\t{rules[name][0]}\t{' '.join(rules[name][1])}")
        return 0

    common = sorted(set(all_theirs) & set(ours))
    print(f"{len(common)} messages, {len(rules)} rules in force, {len(names)} compared\n")
    good = print_supported(rules, loaded)
    print(f"\n{'kind':<14} {'pairs':>9} {'agree':>9} {'share':>9}")
    total = collections.Counter()
    for kind in sorted({k for k, _ in rules.values()}):
        of_kind = [name for name in names if rules[name][0] == kind]
        agree = sum(len(both[name]) for name in of_kind)
        differ = sum(len(only_they[name]) + len(only_we[name]) for name in of_kind)
        total.update(agree=agree, differ=differ)
        print(f"{kind:<14} {agree + differ:>9} {agree:>9} {share(agree, agree + differ):>8.2f} %")
    all_share = share(total["agree"], total["agree"] + total["differ"])
    print(f"{'all':<14} {total['agree'] + total['differ']:>9} {total['agree']:>9} {all_share:>8.2f} %  aim {AIM}\n")
    print(f"{'messages':<22} {'files':>9} {'pairs':>9} {'agree':>9}")
    folders = sorted({folder_of(path) for path in common})
    for folder in folders if len(folders) < 20 else []:
        print_share(folder, [path for path in common if path in theirs and folder_of(path) == folder], theirs, ours, names)
    print_share("without a header", [path for path in common if path not in theirs], all_theirs, ours, names)
    print_share("all", common, all_theirs, ours, names)
    print()

    print(f"{'rule':<36} {'kind':<12} {'both':>6} {'only SA':>8} {'only we':>8}  why")
    differing = sorted((name for name in names if only_they[name] or only_we[name]),
                       key=lambda n: (-len(only_they[n]) - len(only_we[n]), n))
    unexplained = 0
    for place, name in enumerate(differing):
        why = next((sentence for pattern, sentence in reasons if fnmatch.fnmatch(name, pattern)), "")
        differ = len(only_they[name]) + len(only_we[name])
        unexplained += not why and 20 * differ > differ + len(both[name])
        if place < args.worst:
            example = (only_they[name] or only_we[name])[0]
            print(f"{name:<36} {rules[name][0]:<12} {len(both[name]):>6} {len(only_they[name]):>8} {len(only_we[name]):>8}  {why or example}")
    print(f"\n{len(differing)} rules differ somewhere, {unexplained} on more than one in twenty and without a reason")
    if gave_up:
        print("gave up at a limit: " + ", ".join(f"{name} {times}" for name, times in gave_up.most_common(20)))
    return 0 if good and all_share >= AIM and unexplained == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
