#!/bin/bash
# Every capture of the folder beside the project: shared.py says what is held, shared.tsv where others count otherwise, and why.
set -euo pipefail
captures=$SOURCE/../shared/captures

if [ ! -d "$captures" ]; then
	echo "SKIPPED: no captures in $captures"
	exit 77
fi
for tool in capinfos tshark; do
	command -v $tool >/dev/null || {
		echo "SKIPPED: no $tool"
		exit 77
	}
done
exec python3 "$SOURCE/tests/pcap/shared.py" "$HELOSCOPE" "$captures" "$SOURCE/tests/pcap/shared.tsv"
