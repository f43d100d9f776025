#!/bin/bash
# Which programs, and which people, speak in the captures that others made; nobody else is called hand-typed.
#
# Needs ../shared/captures beside the repository (77 = skipped).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
heloscope=${HELOSCOPE:?the program under test}
. "$here/lib.sh"
trap 'rm -rf "$work"' EXIT
captures=$here/../../../shared/captures/smtp
[[ -d $captures ]] || skip "there is no ../shared/captures beside the repository"

# capture (front of its name) | client, as it can be seen in the capture: keys, pauses, a field of the mail, the Received field
clients() {
	cat <<-'ROWS'
	Chaitu72888+computer-networks            hand-typed
	ec-council-learning+Practical            hand-typed
	quixel200+osi-model                      hand-typed
	snort3+snort3_demo__inspectors__smtp     hand-typed
	Yuga-Oshiro+R6_CTF                       Python smtplib
	akshatsoni64+SIT716                      PHPMailer
	arkime+arkime__smtp-originating          Exim
	arkime+arkime__smtp-subject-utf8-q       Postfix
	arkime+arkime__smtp-zip                  Sendmail
	arkime+arkime__wireshark-bdat            Exim
	bro+bro__smtp.trace                      Apple Mail,Outlook
	chrissanders+packets__mail_sender_client Thunderbird
	chrissanders+packets__mail_sender_server Postfix,Thunderbird
	markofu+pcaps__NetworkForensics          Outlook
	OISF+suricata-verify__bug-1045           Postfix
	ROWS
}

# named CAPTURE: names of its clients, each once
named() {
	"$heloscope" read --json --no-store "$1" 2>/dev/null |
		jq -r 'select(.type == "session") | .client_software | select(. != "")' | sort -u | paste -sd,
}

bad=0 seen=0
while read -r front name; do
	for capture in "$captures/$front"*; do
		[[ -f $capture ]] || { echo "FAIL $front: no such capture" && bad=1 && continue; }
		seen=$((seen + 1))
		[[ $(named "$capture") == "$name" ]] || { echo "FAIL $front: '$(named "$capture")' instead of '$name'" && bad=1; }
	done
done < <(clients)
for capture in "$captures"/*; do
	[[ -f $capture && $(named "$capture") == *hand-typed* ]] || continue
	clients | awk -v file="${capture##*/}" 'index(file, $1) == 1 && $2 == "hand-typed" { found = 1 } END { exit !found }' ||
		{ echo "FAIL ${capture##*/}: nobody typed that" && bad=1; }
done
echo "$seen captures with clients that are known"
[[ $seen -gt 10 && $bad == 0 ]]
