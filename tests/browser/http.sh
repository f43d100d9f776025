#!/bin/bash
# http.sh HELOSCOPE DEMO: starts `heloscope serve` on a made store and asks it everything, as a browser and as an attacker would.
set -u
heloscope=$1 demo=$2
work=$(mktemp -d)
server=
failures=0
cleanup() {
	[ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

command -v curl >/dev/null || { echo "SKIPPED: curl is not installed"; exit 0; }

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

# ask STATUS TARGET [curl options]: status as expected; head in $work/head, body in $work/body.
ask() {
	local want=$1 target=$2 got
	shift 2
	got=$(curl -sS -m 20 --path-as-is -g -o "$work/body" -D "$work/head" -w '%{http_code}' "$@" "$base$target" 2>"$work/fault")
	[ "$got" = "$want" ] || fail "$target $*: status $got instead of $want $(cat "$work/fault")"
}
body_has() { grep -qF -- "$1" "$work/body" || fail "$target_now: the body lacks: $1"; }
body_lacks() { ! grep -qF -- "$1" "$work/body" || fail "$target_now: the body has: $1"; }
head_has() { grep -qiF -- "$1" "$work/head" || fail "$target_now: the head lacks: $1"; }
page() { target_now=$2; ask "$@"; }

start() {
	"$heloscope" serve --store "$1" --listen 127.0.0.1:0 >"$work/out" 2>"$work/err" &
	server=$!
	for _ in $(seq 100); do
		base=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/out") && return
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	echo "FAILED: heloscope serve did not start: $(cat "$work/err")"
	exit 1
}

policy="Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
check_safety() {
	head_has "$policy"
	head_has 'X-Content-Type-Options: nosniff'
	head_has 'Referrer-Policy: no-referrer'
	head_has 'Cache-Control: '
}

"$demo" "$work/demo.db" || exit 1
start "$work/demo.db"
session=00000000000000aa

# ---- every route: status, safety fields, HEAD like GET, nothing from the wire as markup, nothing from elsewhere ----
pages="/ /hosts /host/192.0.2.23 /host/2001:db8:12::77 /host/198.51.100.25 /sessions /session/$session /mails /mail/$session/1
/mail/$session/2 /listings /services /evidence /events /loss /sensor /about
/hosts?verdict=likely&sort=mails&order=desc /sessions?host=192.0.2.23&page=2 /mails?rule=PHP_SCRIPT&rows=5 /hosts?text=%3Cscript%3E
/evidence?class=listed-on-rbl&since=7d /mails?since=2008-06-12&until=2008-06-12"
for target_now in $pages; do
	ask 200 "$target_now"
	check_safety
	head_has 'Content-Type: text/html; charset=utf-8'
	body_lacks '<script>' # ours has a source
	body_lacks '<img'
	body_lacks ' style='
	body_lacks ' onerror=alert(1)>'
	! grep -oE '(href|src|action)="[^"/#][^"]*"' "$work/body" || fail "$target_now: an address that is not of this server"
	length=$(grep -i '^content-length:' "$work/head")
	ask 200 "$target_now" -I
	[ "$length" = "$(grep -i '^content-length:' "$work/head")" ] || fail "$target_now: HEAD tells another length than GET"
	check_safety
done
page 200 "/session/$session"
body_has '&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;amp;'
page 200 /host/192.0.2.23
body_has 'contact.php'
body_has 'iptables -A OUTPUT'
body_has 'blocked using zen.spamhaus.org'
page 200 '/sessions?host=192.0.2.23'
body_has '/csv/sessions?host=192.0.2.23'

# ---- downloads ----
for table in hosts sessions mails listings services evidence loss events; do
	page 200 "/csv/$table"
	check_safety
	head_has 'Content-Type: text/csv'
	head_has "filename=\"heloscope-$table.csv\""
	page 200 "/json/$table"
	head_has 'application/x-ndjson'
	page 200 "/csv/$table" -I
done
page 200 /csv/mails
[ "$(grep -c $'\r$' "$work/body")" = 323 ] || fail "/csv/mails: not a head and 322 rows"
body_has "\"'=HYPERLINK(\"\"http://198.51.100.9/\"\",\"\"win\"\")\""
body_has "\"<script>alert('x')</script>\"\"&amp;\""
page 200 '/csv/mails?rows=5'
[ "$(grep -c $'\r$' "$work/body")" = 6 ] || fail "/csv/mails?rows=5: not a head and 5 rows"
page 200 '/csv/sessions?host=192.0.2.140'
! grep -v '^start\|192.0.2.140' "$work/body" || fail "the CSV has rows of another host"
if command -v python3 >/dev/null; then
	curl -sS -m 20 "$base/json/sessions" | python3 -c 'import json, sys; n = [json.loads(l)["session"] for l in sys.stdin]; sys.exit(len(n) != 161)' ||
		fail "/json/sessions: not 161 lines of JSON"
	curl -sS -m 20 "$base/csv/mails" | python3 -c 'import csv, io, sys
rows = list(csv.reader(io.TextIOWrapper(sys.stdin.buffer, newline="")))
bad = [c for r in rows for c in r if c[:1] in "=+@\t" and c]
sys.exit(len(set(map(len, rows))) != 1 or bool(bad))' || fail "/csv/mails: rows of unequal length, or a cell that a spreadsheet would run"
fi
page 200 /record/host/192.0.2.23
head_has 'application/json'
body_has '"verdict":"listed"'
page 200 "/record/session/$session"

# ---- style sheet and icon: for ever, by their hash ----
page 200 /
css=$(grep -oE '/static/[0-9a-f]{16}/app.css' "$work/body" | head -1)
page 200 "$css"
head_has 'Content-Type: text/css'
head_has 'immutable'
page 200 /static/0000000000000000/app.css
head_has 'Cache-Control: no-cache'
page 404 /static/0000000000000000/other.css

# ---- refusals, each with words and the safety fields ----
while read -r status target_now; do
	ask "$status" "$target_now"
	check_safety
	body_has '<h1>'
done <<'END'
404 /nope
404 /hosts/x/y/z/and/more
404 /csv/nope
404 /session/0000000000000000
404 /session/'%20OR%201=1
404 /mail/00000000000000aa/9
404 /record/mail/1
404 /../../etc/passwd
400 /mail/00000000000000aa/x
400 /host/nobody
400 /%00
400 /host/192.0.2.23%00.html
400 /hosts?text=%00
400 /hosts?text=%zz
400 /hosts?text=%ff
400 /hosts?text=%0a
400 /hosts?sort=nope
400 /hosts?sort=risk;drop
400 /hosts?nope=1
400 /hosts?page=0
400 /hosts?rows=100000
400 /hosts?verdict=guilty
400 /hosts?text=a&text=b
400 /hosts?since=yesterday
400 /services?session=1
400 /csv/hosts?host=nobody
END
for method in POST PUT DELETE OPTIONS TRACE; do
	page 405 / -X "$method"
	head_has 'Allow: GET, HEAD'
	check_safety
done
page 405 / -d a=b

# ---- names by which it may be called ----
for name in 127.0.0.1 localhost localhost:1234 '[::1]' 127.0.0.1:99; do
	page 200 /healthz -H "Host: $name"
done
for name in evil.example 127.0.0.1.evil.example 192.0.2.1; do
	page 421 / -H "Host: $name"
	check_safety
	body_lacks '192.0.2.23'
done
page 421 / -H 'Host;'
page 400 / -H 'Host:' # HTTP/1.1 without the field
page 421 / --request-target http://evil.example/
page 200 / --request-target "$base/"

# ---- health; the store goes away and comes back ----
page 200 /healthz
[ "$(cat "$work/body")" = ok ] || fail "/healthz does not say ok"
mv "$work/demo.db" "$work/away.db"
page 503 /healthz
page 503 /
body_has 'No data yet'
body_has 'heloscope read'
page 503 /csv/hosts
page 200 /about
mv "$work/away.db" "$work/demo.db"
page 200 /healthz
page 200 /

# ---- many at once, then an end by SIGTERM ----
for i in $(seq 24); do
	curl -sS -m 20 -o "$work/many$i" -w '%{http_code}\n' "$base/csv/mails" >"$work/code$i" &
	clients[i]=$!
done
wait "${clients[@]}"
[ "$(cat "$work"/code* | sort | uniq -c | tr -s ' ')" = ' 24 200' ] || fail "24 downloads at once: $(cat "$work"/code* | sort | uniq -c)"
for i in $(seq 24); do
	cmp -s "$work/many1" "$work/many$i" || fail "downloads at once differ"
done

# ---- in a real browser: it shows the page, and has nothing to complain of (as a violation of the policy) ----
if command -v chromium >/dev/null; then
	for target_now in / /host/192.0.2.23 /mails; do
		timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
			--disable-component-update --disable-sync --user-data-dir="$work/browser" --enable-logging=stderr --v=0 \
			--window-size=400,900 --dump-dom "$base$target_now" >"$work/dom" 2>"$work/console"
		grep -q '</footer>' "$work/dom" || fail "$target_now: the browser did not show the page"
		! grep -E 'Content.Security.Policy|CONSOLE' "$work/console" || fail "$target_now: the browser complains"
	done
else
	echo "chromium is not installed: SKIPPED what needs a real browser"
fi

kill -TERM "$server"
wait "$server"
status=$?
server=
[ $status = 0 ] || fail "SIGTERM: exit status $status instead of 0"
[ ! -s "$work/err" ] || fail "on stderr: $(cat "$work/err")"

# ---- wrong use ----
refused() {
	local want=$1 words=$2 got
	shift 2
	timeout 20 "$heloscope" serve "$@" >"$work/out" 2>"$work/err"
	got=$?
	[ $got = "$want" ] || fail "serve $*: exit status $got instead of $want"
	grep -q -- "$words" "$work/err" || fail "serve $*: does not say '$words' but: $(cat "$work/err")"
}
start "$work/demo.db"
refused 3 'in use' --store "$work/demo.db" --listen "${base#http://}"
kill -INT "$server"
wait "$server"
status=$?
server=
[ $status = 0 ] || fail "SIGINT: exit status $status instead of 0"
refused 3 'nothing.db' --store "$work/nothing.db" --listen 127.0.0.1:0
refused 3 'only over TLS and to users who sign in' --store "$work/demo.db" --listen 198.51.100.1:8025
refused 3 'only over TLS and to users who sign in' --store "$work/demo.db" --listen 0.0.0.0:8025
refused 2 'nowhere' --store "$work/demo.db" --listen nowhere
refused 2 'operand' --store "$work/demo.db" extra

[ $failures = 0 ] && echo "ok"
exit $((failures > 0))
