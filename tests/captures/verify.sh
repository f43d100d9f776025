#!/bin/bash
# Checks the captures against TRUTH.tsv by means of tshark, which knows nothing of heloscope.
#
# usage: verify.sh [DIR]
# Exit status: 0 all well, 1 something is wrong, 77 tshark is not installed (nothing was checked).
set -euo pipefail
export LC_ALL=C TZ=UTC

dir=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
limit=$((3 * 1024 * 1024)) # bytes, all captures together
bad=0

wrong() {
	printf 'not ok  %s: %s\n' "$1" "$2"
	bad=1
}

# count FILE FILTER: packets that match
count() {
	tshark -n -r "$1" -Y "$2" -T fields -e frame.number 2>/dev/null | wc -l
}

# replies FILE PATTERN: reply lines that match, in what was sent in clear
replies() {
	tshark -n -r "$1" -Y smtp.rsp.parameter -T fields -E aggregator='|' -e smtp.rsp.parameter 2>/dev/null |
		tr '|' '\n' | grep -cE "$2" || true
}

check() { # CAPTURE and the columns of TRUTH.tsv
	local name=$1 sessions=$2 mails=$3 accepted=$4 rejected=$5 deferred=$6 tls_sessions=$7 tls_mails=$8 tls_rcpts=$9
	local file=$dir/$name n before=$bad smtp='(tcp.dstport == 25 || tcp.dstport == 465 || tcp.dstport == 587)'
	if [[ ! -s $file ]]; then
		wrong "$name" 'is missing'
		return
	fi
	tshark -n -r "$file" >/dev/null 2>&1 || wrong "$name" 'cannot be read to its end'
	n=$(count "$file" 'frame.cap_len < frame.len')
	((n == 0)) || wrong "$name" "$n packets are cut"
	n=$(count "$file" 'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment')
	((n == 0)) || wrong "$name" "the recorder lost packets in $n places"
	n=$(count "$file" "tcp.flags.syn == 1 && tcp.flags.ack == 0 && $smtp")
	((n == sessions)) || wrong "$name" "$n sessions, TRUTH.tsv says $sessions"
	n=$(count "$file" 'tcp.flags.syn == 1 && tcp.flags.ack == 1 && (tcp.srcport == 25 || tcp.srcport == 465 || tcp.srcport == 587)')
	((n == sessions)) || wrong "$name" "$n sessions were answered, TRUTH.tsv says $sessions"
	n=$(replies "$file" '^(2\.[0-9]\.0 )?(Ok: .*queued as|OK id=)')
	((n == mails - tls_mails)) || wrong "$name" "$n mails taken over in clear, TRUTH.tsv says $mails less $tls_mails"
	n=$(replies "$file" '^(2\.1\.5 Ok|Accepted)$')
	((n == accepted - tls_rcpts)) || wrong "$name" "$n recipients accepted in clear, TRUTH.tsv says $accepted less $tls_rcpts"
	((tls_sessions <= sessions && rejected >= 0 && deferred >= 0)) || wrong "$name" 'its row makes no sense'
	if [[ -f $dir/README.md ]] && ! grep -qF "| $name | $sessions | $mails | $accepted | $rejected | $deferred |" "$dir/README.md"; then
		wrong "$name" "README.md does not say | $sessions | $mails | $accepted | $rejected | $deferred |"
	fi
	if ((bad == before)); then printf 'ok      %s\n' "$name"; fi
}

if ! command -v tshark >/dev/null; then
	printf 'verify.sh: tshark is not installed, nothing checked\n' >&2
	exit 77
fi
if [[ ! -f $dir/TRUTH.tsv ]]; then
	printf 'verify.sh: there is no %s/TRUTH.tsv\n' "$dir" >&2
	exit 1
fi

while IFS=$'\t' read -r -a row; do
	check "${row[@]}"
done < <(tail -n +2 "$dir/TRUTH.tsv")

for f in "$dir"/*.pcap "$dir"/*.pcapng; do
	if [[ -f $f ]] && ! grep -q "^$(basename "$f")"$'\t' "$dir/TRUTH.tsv"; then
		wrong "$(basename "$f")" 'has no row in TRUTH.tsv'
	fi
done
total=$(find "$dir" -maxdepth 1 \( -name "*.pcap" -o -name "*.pcapng" \) -exec cat {} + | wc -c)
((total <= limit)) || wrong 'all' "$total bytes are more than $limit"
exit "$bad"
