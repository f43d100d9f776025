#!/bin/bash
# Real servers and clients write to each other, and heloscope says of each pair what both of them know.
#
# Servers Postfix, Exim, OpenSMTPD; clients the same, swaks, smtplib, curl, msmtp; each in clear and by STARTTLS, four recipients of
# which one is refused and one put off, two mails in a session where the client does that, BDAT by Exim.
# Needs root, name spaces, overlay mounts, and Debian's packages (77 = skipped).  Nothing is installed or configured: the servers are
# unpacked beside the program under test, and run in mount, process and network name spaces that end with the test.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
peers=$(dirname "$heloscope")/peers
. "$here/lib.sh"
process=peers
trap 'rm -rf "$work"' EXIT

[[ $(id -u) == 0 ]] || skip "needs root, for name spaces and the servers' users"
for command in unshare ip ss swaks msmtp curl python3 openssl tcpdump dpkg; do
	command -v "$command" >/dev/null || skip "needs $command: deploy/packages.sh test installs it"
done
grep -qw overlay /proc/filesystems || skip "this kernel has no overlay file system"
unshare --mount --net --pid --fork true 2>/dev/null || skip "name spaces cannot be made here"
"$here/../../deploy/packages.sh" peers "$peers" 2>"$work/log" || skip "the servers cannot be had: $(tail -n 2 "$work/log" | paste -sd' ')"

mkdir "$work/world" "$work/world/roots"
timeout --kill-after=5 85 unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc \
	"$here/peers/world.sh" "$work/world" "$peers" </dev/null >"$work/log" 2>&1 || {
	tail -n 5 "$work"/world/logs/* >>"$work/log" 2>&1
	fail "the world of servers and clients stopped (its words are below)"
}
"$heloscope" read --json --no-store --privacy off "$work/world/peers.pcap" >"$work/records" 2>"$work/log" || fail "reading the capture"
python3 "$here/peers/check.py" "$work/world" "$work/records" || fail "heloscope and the peers differ: see above"
