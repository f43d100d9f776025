#!/bin/bash
# What Zeek and Arkime expect of captures beside the project, against ours: peers.py compares, peers.tsv says where and why they differ.
set -euo pipefail
captures=$SOURCE/../shared/captures

if [ ! -d "$captures/expected" ]; then
	echo "SKIPPED: no expectations in $captures/expected"
	exit 77
fi
exec python3 "$SOURCE/tests/pcap/peers.py" "$HELOSCOPE" "$captures" "$SOURCE/tests/pcap/peers.tsv"
