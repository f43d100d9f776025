#!/bin/bash
# Loss by five minutes: the rows of a run sum up to its counters, are the same each time, and stand where the loss was; also where time
# jumps back, over several runs, and in the words of read, report and export.
set -euo pipefail
[ -x "$REWRAP" ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
whole=$SOURCE/tests/captures/incident.pcap
lossy=$work/lossy.pcap
store=$work/s.db

fail() {
	echo "FAILED: $*"
	exit 1
}
ask() { sqlite3 -readonly "$store" "$1"; }
# The columns of the table that are counters.
columns=$(sqlite3 :memory: ".read $SOURCE/store/schema.sql" \
	"SELECT name FROM pragma_table_info('loss') WHERE name NOT IN ('seq', 'sensor', 'run', 'start_ns', 'covered_ms')")
[ "$(wc -w <<<"$columns")" -ge 13 ] || fail "the table loss lacks counters: $columns"
sums_are_counters() {
	local column
	for column in $columns; do
		ask "SELECT c.run, c.value, (SELECT sum($column) FROM loss l WHERE l.run = c.run) FROM counters c WHERE name = '$column'" |
			while IFS='|' read -r run counted sum; do
				[ "$counted" = "$sum" ] || fail "$1: run $run counted $counted $column, its intervals hold $sum"
			done || exit 1
	done
}

"$REWRAP" "$whole" "$lossy" loss=60:data >/dev/null
"$HELOSCOPE" read --store "$store" "$lossy" >"$work/said"
sums_are_counters "with loss"
lost=$(ask 'SELECT sum(gap_bytes) FROM loss')
[ "$lost" -gt 1000 ] || fail "60 segments were taken away, and $lost bytes are missing"
[ "$(ask 'SELECT count(*) FROM loss WHERE start_ns % 300000000000 <> 0 OR covered_ms < 0 OR covered_ms > 300000')" = 0 ] ||
	fail "an interval is not one of five minutes"
[ "$(ask 'SELECT sum(start_ns > started_ns OR start_ns > now_ns) FROM loss, runs WHERE start_ns = (SELECT min(start_ns) FROM loss)')" = 0 ] ||
	fail "the first interval begins after the first packet"
grep -q '^mirror loss: [0-9.]* % of the bytes' "$work/said" || fail "the summary says nothing of the loss: $(head -3 "$work/said")"
"$HELOSCOPE" report --store "$store" >"$work/report"
grep -q "$(grep -o '^mirror loss: [0-9.]* % of the bytes' "$work/said")" "$work/report" || fail "the report says another loss than the summary"

# Once more: nothing changes.
ask '.dump' >"$work/once"
"$HELOSCOPE" read --store "$store" "$lossy" >/dev/null
ask '.dump' >"$work/twice"
cmp "$work/once" "$work/twice" || fail "the same capture again changed the store"

# Packets stand in the intervals of their times: counted anew, from the capture itself.
"$HELOSCOPE" read --store "$work/one.db" "$whole" >"$work/said"
! grep -q 'mirror loss' "$work/said" || fail "nothing is lost, and the summary says so at length"
per_interval="SELECT start_ns / 1000000000, packets FROM loss ORDER BY 1"
python3 - "$whole" >"$work/counted" <<-'COUNT'
	import collections, struct, sys
	data, at, packets = open(sys.argv[1], "rb").read(), 24, collections.Counter()
	while at < len(data):
	    seconds, _, length = struct.unpack_from("<III", data, at)
	    packets[seconds // 300 * 300] += 1
	    at += 16 + length
	for start in sorted(packets):
	    print(start, packets[start], sep="|")
COUNT
[ "$(wc -l <"$work/counted")" -ge 10 ] || fail "the capture lies in too few intervals to tell"
diff "$work/counted" <(sqlite3 -readonly "$work/one.db" "$per_interval") || fail "packets stand in other intervals than their times"

# Each packet twice, the second half a jump back to the beginning: the same intervals, with twice as many packets.
{
	cat "$whole"
	tail -c +25 "$whole"
} >"$work/back.pcap"
"$HELOSCOPE" read --store "$work/two.db" "$work/back.pcap" >/dev/null
store=$work/two.db
sums_are_counters "jump back"
diff <(sqlite3 -readonly "$work/one.db" "${per_interval/packets/2 * packets}") <(ask "$per_interval") ||
	fail "packets that come late are not counted where they belong"

# Two runs into one store add up, each by itself and in what is shown.
store=$work/one.db
"$HELOSCOPE" read --store "$store" "$SOURCE/tests/captures/refusals.pcap" >/dev/null
sums_are_counters "two runs"
"$HELOSCOPE" export loss --store "$store" --format csv >"$work/loss.csv"
[ "$(($(wc -l <"$work/loss.csv") - 1))" = "$(ask 'SELECT count(DISTINCT start_ns) FROM loss')" ] || fail "export lacks intervals"
"$HELOSCOPE" export loss --store "$store" --format json | jq -es 'map(.packets) | add == '"$(ask 'SELECT sum(value) FROM counters WHERE name = '"'packets'")" >/dev/null ||
	fail "the packets of the export are not those of the runs"
"$HELOSCOPE" db check --store "$store" >/dev/null
echo "$lost bytes lost in $(ask 'SELECT count(*) FROM loss') intervals: all sums hold"
