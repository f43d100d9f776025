"""The generator of SMTP captures that is kept beside the repository: where it is, and how a capture is made."""
import json
import os
import subprocess
import sys

SKIPPED = 77  # exit status that ctest takes for "not run"
PATH = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "bench", "gen_smtp_pcap.py"))


def need():
    """Ends the program, in words, where the generator is not at hand."""
    if not os.path.exists(PATH):
        print("SKIPPED: ../shared/bench/gen_smtp_pcap.py is not beside the repository")
        sys.exit(SKIPPED)


def make(folder, name, options, dump=0):
    """Makes folder/name.pcap with its truth; returns (capture, truth as a dict, path of the messages, folder of dumped messages)."""
    base = os.path.join(folder, name)
    command = [sys.executable, PATH, "-o", base + ".pcap", "--truth", base + ".json", "--messages", base + ".tsv"]
    if dump:
        command += ["--dump", base + ".mails", "--dump-n", str(dump)]
    subprocess.run(command + options, check=True, stdout=subprocess.DEVNULL)
    with open(base + ".json") as file:
        return base + ".pcap", json.load(file), base + ".tsv", base + ".mails"
