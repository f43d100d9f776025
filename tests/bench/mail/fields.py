#!/usr/bin/env python3
"""Header fields as heloscope and SpamAssassin read them, side by side.

  fields.py --program build/tests/bench/fields_dump [--show N] FOLDER...

One line a kind: values that are the same in both, and those that differ; with --show the first N of these.  Both
sides run over every file below the folders.
"""
import argparse
import collections
import pathlib
import re
import subprocess

KINDS = {'H': 'decoded texts', 'A': 'addresses', 'N': 'names', 'D': 'dates', 'R': 'Received fields'}


def lines_of(command, paths):
    done = subprocess.run(command, input=''.join(f'{p}\n' for p in paths).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True)
    files, current = {}, None
    for line in done.stdout.decode('latin-1').split('\n'):
        kind, _, rest = line.partition('\t')
        if kind == 'F':
            current = files.setdefault(rest, collections.defaultdict(list))
        elif kind in KINDS:
            current[kind].append(rest.split('\t'))
    return files


def values(kind, rows):
    if kind == 'D':
        return [rows[-1][0]] if rows else []
    if kind == 'R':  # SpamAssassin marks odd bytes of a relay
        return ['|'.join(re.sub(r'[\s#\[\]()<>]', '!', part) if i != 6 else part for i, part in enumerate(row[0].split('|')))
                for row in rows]
    return ['\t'.join(row) for row in rows]


def compare(theirs, ours, show):
    for kind, word in KINDS.items():
        same, differing = 0, []
        for path, fields in theirs.items():
            a, b = values(kind, fields[kind]), values(kind, ours[path][kind])
            for i in range(max(len(a), len(b))):
                one, other = (x[i] if i < len(x) else None for x in (a, b))
                if one == other:
                    same += 1
                elif not (kind == 'D' and one is None):
                    differing.append((path, one, other))
        print(f'{word}: {same} the same, {len(differing)} not')
        for path, one, other in differing[:show]:
            print(f'  {path}\n    SpamAssassin {one}\n    heloscope    {other}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', required=True)
    parser.add_argument('--show', type=int, default=0)
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    args = parser.parse_args()
    paths = [str(p) for folder in args.folders for p in sorted(folder.rglob('*')) if p.is_file()]
    theirs = lines_of(['perl', str(pathlib.Path(__file__).with_name('fields.pl'))], paths)
    compare(theirs, lines_of([args.program, '-'], paths), args.show)


if __name__ == '__main__':
    main()
