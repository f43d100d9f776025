#!/bin/bash
# A capture that is still written: mails are in the store while it grows, half records are waited for, rotation is followed, and Ctrl-C
# ends it in order.
#
# No packets are sent: a capture is written to files piece by piece, as tcpdump does.
set -uo pipefail
heloscope=${HELOSCOPE:?the program under test}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
captures=$(cd "$here/../captures" && pwd)
. "$here/lib.sh"
process=reader
reader=
trap '[[ -n $reader ]] && kill "$reader" 2>/dev/null; rm -rf "$work"' EXIT
command -v editcap gzip sqlite3 >/dev/null || skip "needs editcap, gzip and sqlite3"
cd "$work" || exit 1
capture=$captures/clients.pcap
size=$(stat -c %s "$capture")

mails() { sqlite3 "$1" 'SELECT count(*) FROM mails' 2>/dev/null || echo 0; }
has_mails() { [[ $(mails "$1") == "$2" ]]; }
has_some() { [[ $(mails "$1") -gt 0 ]]; }
follow() {
	"$heloscope" read --follow "$@" >out 2>log &
	reader=$!
}
# end: as Ctrl-C does it (a job in the background ignores SIGINT until it says otherwise)
end() {
	kill -INT "$reader"
	wait "$reader"
	local status=$?
	reader=
	[[ $status == 0 ]] || fail "exit status $status"
}

"$heloscope" read --store whole.db "$capture" >/dev/null 2>log || fail "the whole capture"
all=$(mails whole.db)

# One file that grows: cut in the middle of a record each time.
head -c 30 "$capture" >growing.pcap
follow --store growing.db growing.pcap
until_true 10 test -e growing.db || fail "no store"
head -c $((size / 2 + 7)) "$capture" | tail -c +31 >>growing.pcap
until_true 5 has_some growing.db || fail "no mail while the file grows"
echo "ok   $(mails growing.db) of $all mails while the file is half written"
tail -c +$((size / 2 + 8)) "$capture" >>growing.pcap
until_true 5 has_mails growing.db "$all" || fail "$(mails growing.db) of $all mails"
printf 'half a rec' >>growing.pcap
sleep 0.3
end
[[ -s log ]] && fail "words about a file that grows"
grep -q "SMTP sessions" out || fail "no summary"
for table in sessions mails hosts; do
	cmp <("$heloscope" export "$table" --store whole.db) <("$heloscope" export "$table" --store growing.db) ||
		fail "other $table than of the whole capture"
done
echo "ok   the same records as of the whole capture, and no word about the half record"

# A pipe that is silent for a while; half a record at the end of a pipe is damage.
mkfifo pipe
"$heloscope" read --follow --store pipe.db - <pipe >out 2>log &
reader=$!
exec 3>pipe
head -c $((size / 2)) "$capture" >&3
until_true 10 has_some pipe.db || fail "no mail from a pipe that is open"
tail -c +$((size / 2 + 1)) "$capture" >&3
exec 3>&-
wait "$reader" || fail "a pipe that ended: status $?"
reader=
has_mails pipe.db "$all" || fail "$(mails pipe.db) of $all mails from the pipe"
echo "ok   a pipe"

# A folder: the first files are there, others come, one is compressed and the first is written over (tcpdump -W).
mkdir parts ring
packets=$(capinfos -Mrc "$capture" 2>/dev/null | awk 'END { print $NF }')
editcap -F pcap -c $((packets / 6 + 1)) "$capture" parts/p.pcap
mapfile -t parts < <(find parts -type f | sort)
[[ ${#parts[@]} == 6 ]] || fail "${#parts[@]} parts"
cp "${parts[0]}" ring/r0
follow --store ring.db ring
until_true 10 has_some ring.db || fail "no mail of the first file of the ring"
head -c 1000 "${parts[1]}" >ring/r1
sleep 0.7
tail -c +1001 "${parts[1]}" >>ring/r1
cp "${parts[2]}" ring/r2
sleep 4
gzip ring/r2
cp "${parts[3]}" ring/r3
sleep 3
cat "${parts[4]}" >ring/r0
echo "no capture" >ring/notes
sleep 3
cat "${parts[5]}" >ring/r1
until_true 10 has_mails ring.db "$all" || fail "$(mails ring.db) of $all mails of the ring"
sleep 1
end
for table in sessions mails; do
	cmp <("$heloscope" export "$table" --store whole.db) <("$heloscope" export "$table" --store ring.db) ||
		fail "other $table than of the whole capture"
done
grep -v "skipped: ring/notes: " log && fail "words"
[[ $(grep -c "skipped: ring/notes" log) == 1 ]] || fail "the file that is no capture is not said, once"
echo "ok   a ring of files, one compressed meanwhile"
