#!/usr/bin/env python3
"""The table of detection.sh: how much spam is found at how many false alarms, by corpus.

usage: detection.py --fit rules/fit --rules rules FOLDER

FOLDER holds answers: ours, stock, stock-alone (lines of `heloscope score --json`), spamassassin, rspamd (lines of path, points, names).
Paths are CORPUS/LABEL/NAME. Of our rules there are two rows: the points in force, which were fitted on these corpora if they are those of rules/fit,
and points that were fitted on the other corpora alone.
"""
import collections
import importlib.machinery
import importlib.util
import json
import os
import sys

NAMES = (("ours", "heloscope, its rules, points in force"), ("other", "heloscope, its rules, fitted on the other corpus"),
         ("stock", "heloscope, its rules and the stock rules"), ("stock-alone", "heloscope, the stock rules alone"),
         ("spamassassin", "SpamAssassin -L"), ("rspamd", "rspamd without network"))
LABELS = {"ham": 0, "spam": 1}
STRENGTH = 30.0


def load(path):
    loader = importlib.machinery.SourceFileLoader("fit", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fit", loader))
    loader.exec_module(module)
    return module


def read(path):
    """{mail: (points, names)}"""
    out = {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("{"):
                record = json.loads(line)
                out[record["file"]] = (record["mail"]["score"], frozenset(h["rule"] for h in record["mail"]["hits"]))
                continue
            fields = line.rstrip("\n").split("\t")
            try:
                out[fields[0]] = (float(fields[1]), frozenset())
            except (IndexError, ValueError):
                pass
    return out


def fitted_elsewhere(fit, rules, answers):
    """{mail: points}, of each corpus by points that were fitted on the others."""
    mails = []
    for path, (_, hits) in answers.items():
        corpus, label = path.split("/")[:2]
        if label in LABELS:
            mails.append(fit.Mail(corpus, LABELS[label], path, hits))
    count = collections.Counter((m.corpus, m.label) for m in mails)
    both = {c for c, _ in count if count[c, 0] and count[c, 1]}
    out = {}
    for corpus in both:
        train = [m for m in mails if m.corpus in both - {corpus}]
        if not train:
            continue
        unit = fit.prior_unit(rules, train)
        unseen = [(fit.Fit(rules, some, STRENGTH, unit), rest) for some, rest in fit.folds(train)]
        scale = fit.SPAM_POINTS / fit.threshold(unseen)
        final = fit.Fit(rules, train, STRENGTH, unit)
        out.update((m.path, (final.score(m) * scale, frozenset())) for m in mails if m.corpus == corpus)
    return out


def row(fit, name, pairs):
    ham, spam = [s for s, label in pairs if label == 0], [s for s, label in pairs if label == 1]
    return "| %s | %.4f | %.1f %% | %.1f %% | %.1f %% | %.1f %% (%d) |" % (
        name, fit.area(pairs), 100 * fit.found_at(pairs, 0.001), 100 * fit.found_at(pairs, 0.01),
        100 * sum(s >= fit.SPAM_POINTS for s in spam) / len(spam), 100 * sum(s >= fit.SPAM_POINTS for s in ham) / len(ham),
        sum(s >= fit.SPAM_POINTS for s in ham))


def main():
    arguments = sys.argv[1:]
    if len(arguments) != 5 or arguments[0] != "--fit" or arguments[2] != "--rules":
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    fit, folder = load(arguments[1]), arguments[4]
    answers = {name: read(os.path.join(folder, name)) for name, _ in NAMES if os.path.isfile(os.path.join(folder, name))}
    if "ours" in answers:
        answers["other"] = fitted_elsewhere(fit, fit.read_rules(arguments[3]), answers["ours"])
    corpora = collections.defaultdict(lambda: collections.defaultdict(list))
    for name, mails in answers.items():
        for path, (points, _) in mails.items():
            corpus, label = path.split("/")[:2]
            corpora[corpus][name].append((points, LABELS.get(label)))
    for corpus in sorted(corpora):
        some = next(iter(corpora[corpus].values()))
        spam, ham = sum(label == 1 for _, label in some), sum(label == 0 for _, label in some)
        print("\n### %s: %d spam, %d ham%s\n" % (corpus, spam, ham, "" if spam + ham else ", %d of neither" % len(some)))
        if spam and ham:
            print("| | ROC area | found at 0.1 %% false alarms (%d ham) | at 1 %% (%d) | found at 5.0 points | false alarms at 5.0 |\n|---|---|---|---|---|---|"
                  % (int(0.001 * ham), int(0.01 * ham)))
        else:
            print("| | at 5.0 points and more | highest |\n|---|---|---|")
        for name, title in NAMES:
            pairs = corpora[corpus].get(name)
            if pairs and spam and ham:
                print(row(fit, title, pairs))
            elif pairs:
                print("| %s | %d | %.1f |" % (title, sum(s >= fit.SPAM_POINTS for s, _ in pairs), max(s for s, _ in pairs)))


if __name__ == "__main__":
    main()
