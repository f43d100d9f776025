#!/usr/bin/env python3
"""Generated days of a campus, and what heloscope says of their hosts.  Python 3, standard library only.

  campus.py make   --out FOLDER [--seed N] [--good N] [--rounds N] [--files N] [--loss F] [--mail FOLDER]
  campus.py report --out FOLDER --program HELOSCOPE [--json FILE] [--detail] [--ladder] [--orders N] [--rules DIR]
  campus.py check  --program HELOSCOPE [--seeds N,N] [...]     make and report in a temporary folder; exit status 1 = below the bounds

make writes FOLDER/day-*.pcap and FOLDER/truth.json.
"""

import argparse
import json
import os
import random
import sys
import tempfile

sys.dont_write_bytecode = True  # the source tree stays as it is

import bad  # noqa: E402
import good  # noqa: E402
import report  # noqa: E402
import wire  # noqa: E402
from mails import Corpus  # noqa: E402
from world import DAY_SPAN, NET4, NET6, World  # noqa: E402


def make(args):
    os.makedirs(args.out, exist_ok=True)
    paths = [os.path.join(args.out, f"day-{n:02}.pcap") for n in range(args.files)]
    mirror = wire.Mirror(paths, 0, DAY_SPAN, args.loss, random.Random(f"loss {args.seed}"))
    world = World(args.seed, mirror, Corpus(args.mail) if args.mail else None)
    mirror.begin = world.begin
    bad.make(world, args.rounds)
    good.make(world, args.good)
    world.run()
    truth = {"seed": args.seed, "begin": world.begin, "nets": [NET4, NET6], "files": [os.path.basename(p) for p in paths], "packets": mirror.packets, "lost": mirror.lost, "bytes": mirror.bytes, "last": mirror.last,
             "mail": bool(args.mail), "hosts": [h.truth() for h in world.hosts]}
    with open(os.path.join(args.out, "truth.json"), "w", encoding="ascii") as file:
        json.dump(truth, file, indent=0)
    print(f"{args.out}: {len(world.hosts)} hosts, {mirror.packets} packets, {mirror.bytes / 1e6:.1f} MB, {mirror.lost} lost")


def check(args):
    worse = []
    for seed in [int(s) for s in args.seeds.split(",")]:
        with tempfile.TemporaryDirectory() as folder:
            args.out, args.seed = folder, seed
            make(args)
            worse += [f"seed {seed}: {line}" for line in report.run(args)]
    for line in worse:
        print(f"FAIL: {line}")
    return 1 if worse else 0


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    commands = options.add_subparsers(dest="command", required=True)
    for name in ("make", "report", "check"):
        sub = commands.add_parser(name)
        if name != "check":
            sub.add_argument("--out", required=True)
            sub.add_argument("--seed", type=int, default=1)
        else:
            sub.add_argument("--seeds", default="1")
        if name != "report":
            sub.add_argument("--good", type=int, default=60)
            sub.add_argument("--rounds", type=int, default=1)
            sub.add_argument("--files", type=int, default=1)
            sub.add_argument("--loss", type=float, default=0.005)
            sub.add_argument("--mail")
        if name != "make":
            report.options(sub)
    args = options.parse_args()
    if args.command == "make":
        make(args)
        return 0
    if args.command == "check":
        return check(args)
    return 1 if report.run(args) else 0


if __name__ == "__main__":
    sys.exit(main())
