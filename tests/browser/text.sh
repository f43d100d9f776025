#!/bin/bash
# text.sh HELOSCOPE DEMO: what the commands say of the made store: a host, who would be cut off, tables, lines of a log.
set -u
heloscope=$1 demo=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1 COLUMNS=100
failures=0

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}
# say STATUS ARGUMENTS...: output in $work/out
say() {
	local want=$1
	shift
	"$heloscope" "$@" --store "$work/demo.db" >"$work/out" 2>"$work/err"
	local got=$?
	[ "$got" = "$want" ] || fail "heloscope $*: status $got instead of $want: $(cat "$work/err")"
	asked="heloscope $*"
}
has() { grep -qF -- "$1" "$work/out" || fail "$asked lacks: $1"; }
lacks() { ! grep -qF -- "$1" "$work/out" || fail "$asked has: $1"; }

"$demo" "$work/demo.db" || exit 1

# ---- one host ----
say 0 report 192.0.2.23
has 'Public blocklists that servers name'
has '(accepted by 198.51.100.26); 4 refusals by 198.51.100.26'
has 'SORBS was closed in June 2024'
has 'Reputations: what single servers think of it'
has '550 5.7.1 Unfortunately, messages from [192.0.2.23] weren'
has 'Rate limits: who slows it down'
has '  99 %  Spamhaus CSS (by its causes alone: 91 %)'
has 'without CSS_SCRIPT it would be 0.12 instead of 0.91'
has 'And 2 lists below 5 %.'
has '- port 25: '
has '     25  smtp '
say 0 report 2001:db8:12::77
has 'About 214 clients speak through this address.'
say 0 report 192.0.2.25
has '192.0.2.23       240 mails that were judged, 190 of them spam'

# ---- who would be cut off ----
say 0 report --cut-off
has '7 hosts, '
has '192.0.2.140      client      likely '
lacks '192.0.2.25       mta'
has 'elements = { 192.0.2.8, 192.0.2.25, 192.0.2.26, 192.0.2.90 }'
sed -n '/^table inet/,/^}/p' "$work/out" >"$work/rules.nft"
sed -n '/^iptables: /,/^COMMIT/p' "$work/out" | tail -n +2 >"$work/rules.v4"
sed -n '/^ip6tables: /,/^COMMIT/p' "$work/out" | tail -n +2 >"$work/rules.v6"
printf '[campus]\nnet = 192.0.0.0/16\n' >"$work/heloscope.conf"
say 0 report --cut-off 587 --config "$work/heloscope.conf"
has 'elements = { 192.0.0.0/16 }'
has '192.0.2.140      client '
lacks 'inside6'
sed -n '/^table inet/,/^}/p' "$work/out" >"$work/net.nft"
if unshare -rn nft add table inet t 2>/dev/null; then
	for rules in rules net; do
		unshare -rn nft -c -f "$work/$rules.nft" || fail "nft does not take the rules"
	done
else
	echo "not tried: nft with the rules (no nft, or no name spaces here)"
fi
if unshare -rn iptables -A OUTPUT -p tcp -j REJECT 2>/dev/null; then
	unshare -rn iptables-restore --test --noflush "$work/rules.v4" || fail "iptables-restore does not take the rules"
	unshare -rn ip6tables-restore --test --noflush "$work/rules.v6" || fail "ip6tables-restore does not take the rules"
else
	echo "not tried: iptables-restore with the rules"
fi
say 0 report --cut-off 465
has 'Nobody.'
say 2 report --cut-off 192.0.2.1
say 2 report --cut-off 0
say 2 report --cut-off 65536
say 2 report 25
say 2 report --cut-off 25 587

# ---- tables: new columns stand at the end ----
say 0 export hosts
[[ $(head -1 "$work/out") == *,sensor,refused_by,clients,behind,case,assignee$'\r' ]] || fail "hosts: other columns: $(head -1 "$work/out")"
has 'Microsoft S3140 (reputation)'
say 0 export listings
[[ $(head -1 "$work/out") == *,sensor,kind,ended_by,servers$'\r' ]] || fail "listings: other columns: $(head -1 "$work/out")"
has ',throttle,accepted by 203.0.113.9,'
[ "$(grep -c '^192.0.2.23,SpamCop,' "$work/out")" = 2 ] || fail "listings: SpamCop came twice, and is there not twice"
say 0 export services --format json
has '"service":"smtp"'
say 0 export hosts --format json --host 192.0.2.23
has '"cut_off":[{"port":25,'
has '"predicted":0.91'

# ---- lines of a mail log ----
cat >"$work/mail.log" <<'END'
Jun 12 21:00:00 www postfix/smtp[99]: 4F3A21C0E7: to=<x@example.net>, status=sent (250 ok)
Jun 12 21:00:01 www postfix/smtp[99]: 000000FFFF: to=<x@example.net>, status=sent (250 ok)
END
say 0 match "$work/mail.log"
has '4F3A21C0E7'
lacks '000000FFFF'
say 0 match --host 192.0.2.23 "$work/mail.log"
has '4F3A21C0E7'
say 0 match --host 198.51.100.25 "$work/mail.log" # the server that took it
has '4F3A21C0E7'
say 0 match --host 192.0.2.250 "$work/mail.log"
lacks '4F3A21C0E7'
say 2 match --host nobody "$work/mail.log"

[ "$failures" = 0 ] && echo "all as expected"
exit "$((failures > 0))"
