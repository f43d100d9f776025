#!/usr/bin/env python3
"""rules/fit on made numbers: what it strips, how it measures, and that points keep to their bounds."""
import importlib.machinery
import importlib.util
import sys
import unittest

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("fit", sys.argv.pop(1))
fit = importlib.util.module_from_spec(importlib.util.spec_from_loader("fit", loader))
loader.exec_module(fit)


def mails(corpus, label, count, *rules):
    return [fit.Mail(corpus, label, "%s-%d-%s-%d" % (corpus, label, "-".join(rules), i), frozenset(rules)) for i in range(count)]


class Strip(unittest.TestCase):
    def test_marks_of_the_site(self):
        text = b"From x Thu Jun 12\nReturn-Path: <a@example.org>\nX-Spam-Status: Yes,\n\tscore=9\nStatus: RO\nSubject: hi\n\nX-Spam-Status: body\n"
        self.assertEqual(fit.strip(text), b"Return-Path: <a@example.org>\nSubject: hi\n\nX-Spam-Status: body\n")

    def test_hops_inside(self):
        inside = b"Received: from localhost (localhost [127.0.0.1])\n\tby mx.example.org; Thu, 12 Jun 2008 10:15:02 -0300\n"
        outside = b"Received: from a.example.net (a.example.net [192.0.2.17])\n\tby mx.example.org; Thu, 12 Jun 2008 10:15:01 -0300\n"
        before = b"Received: from pc (pc [10.0.0.1]) by a.example.net; Thu, 12 Jun 2008 10:15:00 -0300\n"
        self.assertEqual(fit.strip(inside + outside + before + b"\nhello\n"), outside + before + b"\nhello\n")

    def test_no_body(self):
        self.assertEqual(fit.strip(b"Subject: hi\nLines: 3"), b"Subject: hi")


class Measures(unittest.TestCase):
    def test_area(self):
        self.assertEqual(fit.area([(1, 0), (2, 1)]), 1)
        self.assertEqual(fit.area([(2, 0), (1, 1)]), 0)
        self.assertEqual(fit.area([(1, 0), (1, 1)]), 0.5)

    def test_found_at(self):
        pairs = [(9, 0)] + [(0, 0)] * 99 + [(5, 1)] * 10
        self.assertEqual(fit.found_at(pairs, 0.001), 0)
        self.assertEqual(fit.found_at(pairs, 0.01), 1)


class Bounds(unittest.TestCase):
    rules = {
        "GOOD": fit.Rule("GOOD", 1.0, False, False),
        "WRONG": fit.Rule("WRONG", 1.0, False, False),
        "NICE": fit.Rule("NICE", -1.0, True, False),
        "LABEL": fit.Rule("LABEL", 0.0, False, True),
        "RARE": fit.Rule("RARE", 2.0, False, False),
        "MARK": fit.Rule("MARK", 0.5, False, False),
    }

    def test_signs_labels_and_priors(self):
        some = mails("a", 1, 40, "GOOD", "LABEL") + mails("a", 0, 40, "WRONG") + mails("a", 1, 10, "NICE") + mails("a", 0, 5, "GOOD") + mails("a", 1, 1, "RARE")
        found = fit.Fit(self.rules, some, 1.0, 1.0).weights
        self.assertGreater(found["GOOD"], 1)
        self.assertEqual(found["WRONG"], 0)  # speaks for ham, and must not
        self.assertEqual(found["NICE"], 0)  # speaks for spam, and must not
        self.assertNotIn("LABEL", found)
        self.assertEqual(found["RARE"], 2)  # too few mails: its prior

    def test_a_corpus_is_no_spam_sign(self):
        some = mails("a", 1, 50, "MARK") + mails("a", 0, 10, "MARK") + mails("b", 1, 10) + mails("b", 0, 50)
        self.assertLess(fit.Fit(self.rules, some, 10.0, 1.0).weights["MARK"], 0.6)


if __name__ == "__main__":
    unittest.main()
