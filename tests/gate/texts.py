#!/usr/bin/env python3
"""Texts of the report: which the sources have, which the catalogues have, and what lies between.

    texts.py check     fails where a catalogue lacks a key, has one that nobody uses, an empty or a fuzzy one,
                       or where a page writes English past T()
    texts.py update    writes new keys into the catalogues, empty, and takes out those that nobody uses
    texts.py missing   prints what has no translation, one JSON string a line

C is read as tokens: neighbouring literals are one text, PRId64 and macros that are nothing but literals are what they stand for.  xgettext
cannot do the latter two in a way that a .mo file has keys that a look-up finds.
"""

import glob
import itertools
import json
import os
import re
import sys

LANGUAGES = ["pt-BR"]
FOLDER = "web/texts"

# ---- what is a text, by file: (files, call, arguments counted from 1).  "{" is a row of a table. ----

PAGES = [
    ("web/*.[ch]", "T", [2]),
    ("web/*.[ch]", "TN", [2, 3]),
    ("web/*.[ch]", "N_", [1]),
    ("web/*.[ch]", "texts_of", [2]),
    ("web/*.[ch]", "texts_count", [2, 3]),
    ("web/*.c", "page_error", [4]),
    ("web/*.c", "page_no_data", [3]),
    ("store/query*.[ch]", "X", [2, 5]),
    ("store/columns_cases.h", "X", [2, 5]),
    ("store/query*.[ch]", ".title", [1]),
    ("sensor/loss.h", "X", [3, 4]),
    ("sensor/counters.h", "X", [2]),
    ("sensor/record_words.c", "]=", [1]),
]

# The first argument is a format with its values behind it, or a plain text.
SENTENCES = [
    ("sensor/host/observe_*.c", "observe_say", [3]),
    ("sensor/host/observe_*.c", "say_share", [4]),
    ("sensor/host/observe_*.c", "say_mention", [4]),
    ("sensor/host/observe_refusals.c", "?:", [1]),
    ("sensor/host/likelihood.c", "arena_printf", [2]),
    ("sensor/host/likelihood.c", "say_listing", [4]),
    ("sensor/host/summary.c", "snprintf", [3]),
    ("sensor/host/summary.c", "]=", [1]),
    ("sensor/host/summary.c", "?:", [1]),
    ("sensor/host/advice.c", "arena_printf", [2]),
    ("sensor/host/advice_table.c", "{", [3]),
    ("sensor/host/listings.c", "arena_printf", [2]),
    ("sensor/host/listings.c", "=", [1]),
    ("sensor/host/listings.c", "?:", [1]),
    ("sensor/host/traits.c", "{", [4, 6]),
    ("sensor/host/aggregate_other.c", "snprintf", [3]),
    ("sensor/record_services.c", "{", [3]),
    ("sensor/score/host_rule.c", "arena_printf", [2]),
    ("sensor/supervisor.c", "snprintf", [3]),
    ("sensor/process_worker.c", "snprintf", [3]),
    ("sensor/process_worker.c", "err_set", [2]),
    ("sensor/alert/alerter.c", "snprintf", [3]),
    ("web/health.c", "arena_printf", [2]),
    ("web/health.c", "add", [3]),
    ("web/health.c", "{", [3, 7]),
    ("web/*.c", "err_set", [2]),
    ("store/*.c", "err_set", [2]),
]

# Formats without a word of their own, around sentences.
AROUND = [("%s: %d.", "web/health.c"), ("%f %% %s", "web/health.c"), ("%s and %d more", "sensor/alert/alerter.c")]

# Formats of summaries, and what they begin with.
SUMMARY = "%s since %s"
SUMMARY_STARTS = ("Worth a look", "Slowed down", "Listed by", "About to")

# Names of what is counted per host, as its page shows them: the words of the name.
COUNTS = "sensor/host/count_fields.h"

RULES = "rules/*.cf"
RULE_LINES = ("describe", "cure", "list_ends")
# What a page of a mail shows of a rule's source, where it is more than the name of a place.
PROSE = re.compile(r"\b[a-z]{2,},? [a-z]{2,}")

# Formats that are no text: commands for a shell, keys, words for a file.
NO_TEXT = [
    r"heloscope report %s",
    r"ss -tlnp ",
    r"helo-%s",
    # these stand behind a name: the whole is a key
    r" and %d more",
    r" (its own reputation)",
    r" (rate limit)",
]


def is_text(key):
    """Two letters in a row, outside of directives."""
    bare = re.sub(r"%(\d+\$)?[sdf]|%[-+ #0-9.*]*(?:l|ll|z|j|h|hh)?[a-zA-Z]", " ", key)
    return re.search(r"[^\W\d_]{2}", bare) is not None and not any(key.startswith(n) for n in NO_TEXT)


# ---- C as tokens ----

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<char>'(?:[^'\\\n]|\\.)*')
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>\.?\d[\w.]*)
      | (?P<sign>->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||.)""",
    re.X | re.S,
)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'", "r": "\r", "0": "\0"}
PRI = {"PRId64": "ld", "PRIu64": "lu", "PRIx64": "lx", "PRIu32": "u", "PRId32": "d"}


def unquote(text):
    def one(m):
        if m.group(1)[0] == "x":
            return chr(int(m.group(1)[1:], 16))
        return ESCAPES.get(m.group(1), m.group(1))

    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)", one, text[1:-1])


class Text(str):
    """A literal, neighbours joined; everything else is a plain str."""


def tokens_of(source):
    out, macros = [], dict((name, Text(text)) for name, text in PRI.items())
    source = source.replace("\\\n", " ")
    kept = []
    for line in source.split("\n"):
        m = re.match(r'\s*#\s*define\s+(\w+)\s+(.*)$', line)
        if m:
            body = [t for t in raw_tokens(m.group(2))]
            if body and all(isinstance(t, Text) or t in macros for t in body):
                macros[m.group(1)] = Text("".join(macros.get(t, t) if not isinstance(t, Text) else t for t in body))
                line = ""
        kept.append(re.sub(r"^\s*#\s*(define\s+\w+(\([^)]*\))?|include.*|if.*|endif.*|undef.*|else.*)", "", line))
    for token in raw_tokens("\n".join(kept)):
        if token in macros and not isinstance(token, Text):
            token = macros[token]
        if isinstance(token, Text) and out and isinstance(out[-1], Text):
            out[-1] = Text(out[-1] + token)
        else:
            out.append(token)
    return out


def raw_tokens(source):
    for m in TOKEN.finditer(source):
        if m.lastgroup == "string":
            yield Text(unquote(m.group()))
        elif m.lastgroup != "space":
            yield m.group()


def arguments(tokens, at):
    """Of the call or row whose bracket opens at `at`: lists of tokens."""
    args, depth = [[]], 0
    for token in tokens[at:]:
        plain = not isinstance(token, Text)
        if plain and token in "([{":
            depth += 1
            if depth == 1:
                continue
        if plain and token in ")]}":
            depth -= 1
            if depth == 0:
                break
        if plain and token == "," and depth == 1:
            args.append([])
        else:
            args[-1].append(token)
    return args


def strip(arg):
    while len(arg) > 1 and arg[0] == "(" and not isinstance(arg[0], Text):
        depth = 0
        for i, token in enumerate(arg):
            depth += not isinstance(token, Text) and (token == "(") - (token == ")")
            if depth == 0:
                break
        if i < len(arg) - 1:
            break
        arg = arg[1:-1]
    return arg


def split_ternary(arg):
    """(condition, if, else) or None."""
    depth, question, nested = 0, None, 0
    for i, token in enumerate(arg):
        if isinstance(token, Text):
            continue
        depth += (token in "([{") - (token in ")]}")
        if depth:
            continue
        if token == "?":
            nested += 1
            question = i if question is None else question
        elif token == ":":
            nested -= 1
            if nested == 0:
                return arg[:question], arg[question + 1 : i], arg[i + 1 :]
    return None


def literals(arg):
    """The literals that an argument may be: itself, or the ends of ?:."""
    arg = strip(arg)
    if len(arg) == 1 and isinstance(arg[0], Text):
        return [arg[0]]
    parts = split_ternary(arg)
    return literals(parts[1]) + literals(parts[2]) if parts else []


def alternatives(arg):
    """What may stand for a %s: ({condition: which}, text or None), None = a value."""
    arg = strip(arg)
    if len(arg) == 1 and isinstance(arg[0], Text):
        return [({}, arg[0])]
    if len(arg) > 3 and arg[0] == "plural" and arg[1] == "(":
        condition = " ".join(arg[2:-1]) + " == 1"
        return [({condition: True}, ""), ({condition: False}, "s")]
    parts = split_ternary(arg)
    if not parts:
        return [({}, None)]
    condition = " ".join(parts[0])
    out = []
    for which, branch in ((True, parts[1]), (False, parts[2])):
        for given, text in alternatives(branch):
            out.append(({**given, condition: which}, text))
    if all(text is None for _, text in out):
        return [({}, None)]
    return out


DIRECTIVE = re.compile(r"%([-+ #0]*)(\*|\d+)?(\.(\*|\d+)?)?(ll|l|z|j|hh|h)?([a-zA-Z%])")
KINDS = {"d": "%d", "u": "%d", "i": "%d", "f": "%f", "g": "%f", "e": "%f", "s": "%s", "c": "%s", "x": "%s", "%": "%%"}


def whole_sentences(form, values):
    """A format with what stands in for its %s where that is literals: one key for each sentence that may come out."""
    pieces, at, taken = [], 0, 0
    for m in DIRECTIVE.finditer(form):
        pieces.append([({}, form[at : m.start()])])
        at = m.end()
        kind = m.group(6)
        if kind == "%":
            pieces.append([({}, "%%")])
            continue
        taken += (m.group(2) == "*") + (m.group(4) == "*")
        choice = alternatives(values[taken]) if kind == "s" and taken < len(values) else [({}, None)]
        taken += 1
        pieces.append([(g, KINDS[kind] if t is None else t.replace("%", "%%")) for g, t in choice])
    pieces.append([({}, form[at:])])
    out = []
    for combination in itertools.product(*pieces):
        given = {}
        if all(given.setdefault(c, w) == w for g, _ in combination for c, w in g.items()):
            out.append("".join(text for _, text in combination))
    # two values side by side are one, as far as a reader can tell
    return [re.sub(r"(?:%s){2,}", "%s", key) for key in out]


# ---- what the sources have ----


class Source:
    cache = {}

    def __new__(cls, path):
        if path not in cls.cache:
            with open(path, encoding="utf-8") as file:
                cls.cache[path] = tokens_of(file.read())
        return cls.cache[path]


def uses(tokens, call):
    """The arguments of each use of a call or form."""
    for i, token in enumerate(tokens):
        if isinstance(token, Text):
            continue
        if call == "{" and token == "{":
            yield arguments(tokens, i)
        elif call in ("]=", "=") and token == "=" and i + 1 < len(tokens) and isinstance(tokens[i + 1], Text):
            if call == "=" or tokens[i - 1] == "]":
                yield [[tokens[i + 1]]]
        elif call == "?:" and token in ("?", ":", "return") and i + 1 < len(tokens) and isinstance(tokens[i + 1], Text):
            yield [[tokens[i + 1]]]
        elif call[0] == "." and token == call[1:] and tokens[i - 1] == "." and tokens[i + 1] == "=":
            yield [[tokens[i + 2]]]
        elif token == call and i + 1 < len(tokens) and tokens[i + 1] == "(" and not isinstance(tokens[i + 1], Text):
            yield arguments(tokens, i + 1)


def files_of(pattern):
    return sorted(glob.glob(pattern))


def page_keys():
    """{key: (plural or None, file)} in the order of the sources."""
    keys = {}
    for pattern, call, which in PAGES:
        for path in files_of(pattern):
            for args in uses(Source(path), call):
                if call in ("TN", "texts_count"):
                    pairs = list(zip(literals(args[1]), literals(args[2]))) if len(args) > 2 else []
                else:
                    pairs = [(t, None) for n in which if n <= len(args) for t in literals(args[n - 1])]
                for key, other in pairs:
                    key = key[1:] if re.match(r"#\w", key) else key
                    if not is_text(key) and call not in ("T", "N_"):
                        continue
                    if not re.search(r"[^\W\d_]", key):
                        continue
                    if key not in keys or (other and not keys[key][0]):
                        keys[key] = (other, path)
    for args in uses(Source(COUNTS), "X"):
        keys.setdefault(" ".join(args[0]).replace("_", " "), (None, COUNTS))
    keys.setdefault("score max", (None, COUNTS))
    for path in files_of(RULES):
        with open(path, encoding="utf-8") as file:
            for words in (line.split() for line in file):
                if len(words) == 3 and words[0] == "label":
                    keys.setdefault(words[2], (None, path))
    return keys


def rule_texts():
    for path in files_of(RULES):
        with open(path, encoding="utf-8") as file:
            for line in file:
                words = line.split(None, 2)
                prose = len(words) == 3 and words[0] == "source" and "hosts.cf" not in path and PROSE.search(words[2])
                if len(words) == 3 and (words[0] in RULE_LINES or prose):
                    text = words[2].strip().replace("%", "%%")
                    yield re.sub(r"\{\w+ ?(%%)?\}", lambda m: "%f %%" if m.group(1) else "%f", text), path


def sentence_keys():
    keys = {}
    for pattern, call, which in SENTENCES:
        for path in files_of(pattern):
            for args in uses(Source(path), call):
                for n in which:
                    if n > len(args):
                        continue
                    for form in literals(args[n - 1]):
                        if call == "say_mention":
                            made = ["%s" + form]  # stands behind the name of a list
                        elif call in ("{", "]=", "=", "?:", "say_share", "say_mention", "say_listing", "add"):
                            made = [form.replace("%", "%%")]
                        else:
                            made = whole_sentences(form, args[n:])
                        for key in made:
                            if is_text(key):
                                keys.setdefault(key, (None, path))
    for key in [k for k in keys if k.startswith(SUMMARY)]:
        # each beginning of a summary makes a key of its own, so that none begins with any text
        path = keys.pop(key)[1]
        for start in SUMMARY_STARTS:
            keys.update({k + key[2:]: (None, path) for k in keys if k.startswith(start) and keys[k][1] == path and " since " not in k})
    for key in [k for k in keys if k.startswith(SUMMARY_STARTS) and keys[k][1].endswith("summary.c") and " since " not in k]:
        del keys[key]
    for key, path in AROUND:
        keys.setdefault(key, (None, path))
    for key, path in rule_texts():
        keys.setdefault(key, (None, path))
    return keys


# ---- catalogues ----


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def read_po(path):
    """(head, {key: (plural, [texts], fuzzy)})"""
    entries, head = {}, ""
    with open(path, encoding="utf-8") as file:
        blocks = re.split(r"\n\s*\n", file.read())
    for block in blocks:
        fields, field, fuzzy = {}, None, "fuzzy" in "".join(l for l in block.split("\n") if l.startswith("#,"))
        for line in block.split("\n"):
            m = re.match(r'(msg\w+(?:\[\d\])?)\s+(".*")$', line)
            if m:
                field = m.group(1)
                fields[field] = unquote(m.group(2))
            elif line.startswith('"') and field:
                fields[field] += unquote(line)
        if "msgid" not in fields:
            continue
        if fields["msgid"] == "":
            head = block
            continue
        texts = [fields[k] for k in sorted(fields) if k.startswith("msgstr")]
        entries[fields["msgid"]] = (fields.get("msgid_plural"), texts, fuzzy)
    return head, entries


def write_po(path, head, keys, entries):
    out = [head.strip("\n")]
    for key, (other, source) in sorted(keys.items(), key=lambda item: (item[1][1], item[0])):
        texts = entries[key][1] if key in entries else [""]
        lines = ["#: " + source]
        if "%" in key or (other and "%" in other):
            lines.append("#, c-format")
        lines.append("msgid " + quote(key))
        if other:
            lines.append("msgid_plural " + quote(other))
            texts = (texts + ["", ""])[:2]
            lines += ["msgstr[%d] %s" % (i, quote(text)) for i, text in enumerate(texts)]
        else:
            lines.append("msgstr " + quote(texts[0]))
        out.append("\n".join(lines))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(out) + "\n")


def catalogues():
    for language in LANGUAGES:
        yield os.path.join(FOLDER, language + ".po"), page_keys()
        yield os.path.join(FOLDER, "sentences." + language + ".po"), sentence_keys()


def check_catalogue(path, keys):
    bad = 0

    def complain(what, key):
        nonlocal bad
        bad += 1
        print("%s: %s: %s" % (path, what, json.dumps(key, ensure_ascii=False)))

    _, entries = read_po(path)
    for key, (other, source) in keys.items():
        if key not in entries:
            complain("missing (%s)" % source, key)
            continue
        plural, texts, fuzzy = entries[key]
        if fuzzy:
            complain("fuzzy", key)
        if "" in texts or (other is not None and len(texts) < 2):
            complain("not translated (%s)" % source, key)
        if plural != other:
            complain("another plural than in %s" % source, key)
    for key in entries:
        if key not in keys:
            complain("nobody uses it", key)
    print("%s: %d texts, %d at fault" % (path, len(keys), bad))
    return bad


def check_sentences(keys):
    """What the matcher cannot tell apart."""
    bad = 0
    for key, (_, source) in keys.items():
        if re.search(r"%[sdf]%[sdf]", key):
            print("%s: two values without anything between them: %s" % (source, json.dumps(key)))
            bad += 1
    return bad


# ---- English past T() ----

# Where a text is shown: call, arguments counted from 1.
SHOWS = {
    "h_element": [4],
    "h_str": [2],
    "h_link": [3],
    "h_format": [2],
    "part_section": [3],
    "part_tile": [2, 3, 4],
    "part_fact": [2, 3],
    "part_fact_count": [2],
    "part_fact_time": [2],
    "part_table": [2],
    "chart_label": [5],
    "chart_legend_item": [3],
    "page_begin": [4],
    "arena_printf": [2],
}
ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "aria-description")

# (file, regular expression over the whole text, why it needs no translation)
PLAIN = [
    (r".*", r"heloscope", "the name of the program"),
    (r".*", r"heloscope( \w+)*( --?\w+)*( %s)?( [A-Z.a-z]+)*", "a command to copy"),
    (r".*", r"[\w-]+( [\w-]+)* %s|[\w-]+-%\w+|(\w+ )?%s( \w+)?|%ld [kMGTP]B", "classes and ids of elements, names of icons"),
    (r".*", r"[/#?][\w/%.?=&#-]*", "an address of ours"),
    (r".*", r"(TLS|AUTH|HELO|EHLO|JA4|VLAN|CSV|JSON|SHA-256|SMTP|HTTP|UTC|ARF|X-ARF|XARF v4|Zeek|EVE|IP|ID)( [\d.]+)?", "words of protocols"),
    (r".*", r"attachment; filename=.*|[^;]*%s; Path=/.*", "header fields"),
    (r".*", r"%s · heloscope", "the name of the program"),
    (r"web/letter\.c", r"%\.19s.* tcp .*", "a line of a log"),
    (r"web/(export\w*|asset)\.c", r"heloscope-[%\w.-]*|%\.17s-gz\"", "names of files and versions"),
    (r".*", r"%s#[\w-]+", "a place on a page"),
    (r"web/controls\.c", r"net:.*", "words of the filter box"),
    (r"web/params_view\.c", r"the filter's word .*", "the front of an error; the whole is a key in query_words.c"),
    (r".*", r"%s (kB|MB|GB|TB|PB)|%s %s", "units"),
]


def shown_literals(arg):
    """Literals of an argument that are shown as they are: not inside a call."""
    return [text for text in literals(arg) if is_text(text)]


def is_plain(path, text):
    return any(re.fullmatch(p, path) and re.fullmatch(t, text) for p, t, _ in PLAIN)


def check_pages():
    bad = seen = 0
    for path in files_of("web/*.c"):
        tokens = Source(path)
        found = []
        for call, which in SHOWS.items():
            if path in ("web/health.c",) and call == "arena_printf":
                continue
            for args in uses(tokens, call):
                for n in which:
                    found += shown_literals(args[n - 1]) if n <= len(args) else []
        for args in uses(tokens, "h_attr"):
            if len(args) == 3 and literals(args[1]) and literals(args[1])[0] in ATTRIBUTES:
                found += shown_literals(args[2])
        for i, token in enumerate(tokens):
            if not isinstance(token, Text) and re.search(r"heads\w*$", token) and tokens[i + 1 : i + 5] == ["[", "]", "=", "{"]:
                for arg in arguments(tokens, i + 4):
                    found += shown_literals(arg)
        seen += 1
        for text in found:
            if not is_plain(path, text):
                bad += 1
                print("%s: English past T(): %s" % (path, json.dumps(text, ensure_ascii=False)))
    print("%d files of pages, %d texts past T()" % (seen, bad))
    return bad


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    what = sys.argv[1] if len(sys.argv) == 2 else "check"
    if what == "update":
        for path, keys in catalogues():
            head, entries = read_po(path)
            write_po(path, head, keys, entries)
        return 0
    if what == "missing":
        for path, keys in catalogues():
            _, entries = read_po(path)
            for key, (other, _) in sorted(keys.items(), key=lambda item: (item[1][1], item[0])):
                if key not in entries or "" in entries[key][1]:
                    print(json.dumps([key, other] if other else key, ensure_ascii=False))
        return 0
    bad = sum(check_catalogue(path, keys) for path, keys in catalogues())
    return 1 if bad + check_sentences(sentence_keys()) + check_pages() else 0


if __name__ == "__main__":
    sys.exit(main())
