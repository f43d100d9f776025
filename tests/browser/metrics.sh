#!/bin/bash
# metrics.sh HELOSCOPE DEMO: /metrics as Prometheus reads it, the alert rules, and the dashboard, which may ask for no number that
# there is not.
set -uo pipefail
heloscope=$1 demo=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
server=
bad=0
cleanup() {
	[[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
fail() {
	echo "FAILED: $*"
	bad=1
}

"$demo" "$work/demo.db" || exit 1
"$heloscope" serve --store "$work/demo.db" --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 100); do
	base=$(grep -om1 'http://127.0.0.1:[0-9]*' "$work/out") && break
	sleep 0.1
done
[[ -n ${base-} ]] || { cat "$work/err"; echo "FAILED: no server"; exit 1; }

curl -sS -m 20 -o /dev/null "$base/none"
curl -sS -m 20 -o /dev/null "$base/"
curl -fsS -m 20 -D "$work/head" -o "$work/metrics" "$base/metrics" || fail "/metrics"
grep -qi '^content-type: text/plain; version=0.0.4; charset=utf-8' "$work/head" || fail "the type of /metrics"
for line in 'heloscope_build_info{version="[0-9.]*"} 1' 'heloscope_packets_received_total 9120331' \
	'heloscope_messages_total{parse="full"} 61000' 'heloscope_hosts_at_risk{outlook="listed"} [1-9]' \
	'heloscope_http_requests_total{code="200"} 1' 'heloscope_http_requests_total{code="404"} 1' \
	'heloscope_sensor_restarts_analyst_total 1' 'process_resident_memory_bytes [1-9]' 'heloscope_last_packet_timestamp_seconds 1213326000'; do
	grep -q "^$line" "$work/metrics" || fail "/metrics has no line $line"
done
! grep -q '192\.0\.2\.' "$work/metrics" || fail "a host is named in /metrics"
# A series is told once, under a name that is introduced once.
grep -v '^#' "$work/metrics" | sed 's/ [^ ]*$//' | sort | uniq -d | grep . && fail "series told twice"
grep '^# TYPE' "$work/metrics" | sort | uniq -d | grep . && fail "types told twice"

# Names that rules and dashboard ask for.
grep -o 'heloscope_[a-z_]*' "$root/deploy/prometheus/alerts.yml" "$root/deploy/grafana/dashboard.json" -h | sort -u >"$work/asked"
[[ $(wc -l <"$work/asked") -gt 10 ]] || fail "hardly any name is asked for"
while read -r name; do
	grep -q "^${name}[ {]" "$work/metrics" || fail "$name is asked for, and not told"
done <"$work/asked"
jq -e '.panels | length > 8 and all(.title != "" and (.targets | length > 0))' "$root/deploy/grafana/dashboard.json" >/dev/null ||
	fail "the dashboard is none"
jq -e '[.panels[].gridPos] as $p | all(range($p | length); . as $i | all(range($p | length); . as $k | $i == $k or
	$p[$i].x + $p[$i].w <= $p[$k].x or $p[$k].x + $p[$k].w <= $p[$i].x or
	$p[$i].y + $p[$i].h <= $p[$k].y or $p[$k].y + $p[$k].h <= $p[$i].y))' "$root/deploy/grafana/dashboard.json" >/dev/null ||
	fail "panels of the dashboard overlap"

if command -v promtool >/dev/null; then
	promtool check metrics <"$work/metrics" >"$work/lint" 2>&1 || { cat "$work/lint"; fail "promtool does not like /metrics"; }
	promtool check rules "$root/deploy/prometheus/alerts.yml" >"$work/lint" 2>&1 || { cat "$work/lint"; fail "alerts.yml"; }
	promtool test rules "$root/deploy/prometheus/alerts_test.yml" >"$work/lint" 2>&1 || { cat "$work/lint"; fail "alerts_test.yml"; }
else
	echo "promtool is not installed: the alert rules were not checked"
	bad=1
fi

# The store is gone: /readyz says why, and so does /metrics.
curl -sS -m 20 -o "$work/ready" -w '%{http_code}' "$base/readyz" >"$work/status"
jq -e 'has("ready") and has("reasons")' "$work/ready" >/dev/null || fail "/readyz is no JSON"
mv "$work/demo.db" "$work/gone.db"
[[ $(curl -sS -m 20 -o "$work/ready" -w '%{http_code}' "$base/readyz") == 503 ]] || fail "/readyz without a store"
jq -e '.ready == false and (.reasons[0] | test("there is no store"))' "$work/ready" >/dev/null || fail "/readyz does not say why: $(cat "$work/ready")"
[[ $(curl -sS -m 20 -o "$work/metrics" -w '%{http_code}' "$base/metrics") == 503 ]] || fail "/metrics without a store"
[[ $bad -eq 0 ]] && echo "$(grep -vc '^#' "$work/asked") names asked for, all told"
exit $bad
