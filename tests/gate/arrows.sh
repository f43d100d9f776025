#!/bin/bash
# The arrows between folders: who may include which header, and why.
#
# base <- every stage <- sensor <- cli;  web -> store/query.h -> sensor/record.h -> base.  The table is the whole of it: a module
# may include its own headers, those of base, and what a row allows; anything else is a fault.
set -ufo pipefail # f: patterns of headers stay patterns
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

# MODULE  HEADER (a shell pattern)  WHY
table() {
	cat <<-'ROWS'
	record   sensor/limits.h            the lengths of its arrays
	capture  sensor/limits.h            the longest packet
	capture  sensor/counters.h          what was dropped
	decap    sensor/capture/capture.h   the frame that it takes apart
	decap    sensor/limits.h            layers and fragments
	decap    sensor/counters.h          why a frame went no further
	stream   sensor/decap/packet.h      the packet that it takes
	stream   sensor/record.h            endpoints and ends of streams
	stream   sensor/limits.h            streams and bytes held
	stream   sensor/counters.h          gaps, evictions
	tls      sensor/limits.h            bytes of a hello
	smtp     sensor/tls/tls.h           the hello that it found inside a session
	smtp     sensor/record.h            the session record that it fills
	smtp     sensor/limits.h            lines, recipients, replies
	smtp     sensor/counters.h          what was cut
	mail     sensor/record.h            the mail record that it fills
	mail     sensor/limits.h            parts, fields, bytes
	mail     sensor/counters.h          what was cut
	score    sensor/mail/message.h      the message that it scores
	score    sensor/mail/header*.h      addresses, dates, Received fields, and what is wrong with them
	score    sensor/mail/charset.h      UTF-8 or not
	score    sensor/mail/encoded_word.h what is wrong with encoded words
	score    sensor/mail/message_id.h   whose form a Message-ID has
	score    sensor/mail/domain.h       registered domains
	score    sensor/mail/text*.h        what a reader sees of it, and its links
	score    sensor/host/count_fields.h names of the counts that host rules look at
	score    sensor/host/signs.h        names of the signs that host rules look at
	score    sensor/host/list_rules.h   what the host stage asks of them about lists
	score    sensor/record.h            the session round the message, the hits
	score    sensor/limits.h            rules and time of a match
	score    sensor/counters.h          matches that were given up
	host     sensor/record.h            what it counts, what it says
	host     sensor/sink.h              where hours and hosts are kept
	host     sensor/limits.h            hosts, names, sketches
	host     sensor/counters.h          hosts that were put aside
	lookup   sensor/record.h            verdicts and answers
	lookup   sensor/sink.h              what was answered
	lookup   sensor/limits.h            hosts that it asks about
	lookup   sensor/counters.h          questions, and those that failed
	alert    sensor/record*.h           changes, hosts, what became of telling them
	alert    sensor/limits.h            changes at once, a digest
	alert    sensor/counters.h          alerts sent and failed
	sensor   sensor/record*.h           records between processes
	sensor   sensor/limits.h            the longest record
	sensor   sensor/counters.h          it sums those of the processes
	sensor   sensor/loss.h              it cuts counters into intervals
	sensor   sensor/sink.h              where records go
	sensor   @stage                     it joins the stages
	store    sensor/record*.h           what it keeps
	store    sensor/sink.h              the calls that it implements
	store    sensor/limits.h            lengths of columns
	store    sensor/counters.h          the state of the sensor
	store    sensor/loss.h              what it keeps by interval
	web      store/query.h              every question to the store
	web      store/store.h              opens it for reading
	web      sensor/record.h            the words of the contract
	web      sensor/mail/header_date.h  times in a complaint that was pasted
	web      sensor/mail/header_received.h its Received fields
	web      sensor/record_audit.h      what people do with the report
	web      sensor/counters.h          names and texts of the counters
	web      sensor/loss.h              shares of what was lost, by interval
	cli      sensor/*                   the program
	cli      store/*                    the program
	cli      web/*                      the program
	ROWS
}

stages='capture decap stream tls smtp mail score host lookup alert'

# module PATH: the module that a file belongs to
module() {
	case $1 in
	sensor/record*.[ch] | sensor/counters.[ch] | sensor/loss.[ch] | sensor/limits.h | sensor/sink.h) echo record ;;
	sensor/*/*) local rest=${1#sensor/} && echo "${rest%%/*}" ;;
	sensor/*) echo sensor ;;
	*) echo "${1%%/*}" ;;
	esac
}

declare -A allowed
while read -r from header _; do
	[[ -n $from ]] && allowed[$from]+="$header "
done < <(table)

bad=0 seen=0
while IFS=: read -r file line text; do
	header=${text#*\"} header=${header%%\"*}
	from=$(module "$file") to=$(module "$header")
	seen=$((seen + 1))
	[[ $to == "$from" || $to == base ]] && continue
	ok=
	for pattern in ${allowed[$from]-}; do
		# shellcheck disable=SC2053 # the right side is a pattern
		if [[ $pattern == @stage ]]; then
			[[ " $stages " == *" $to "* ]] && ok=1
		elif [[ $header == $pattern ]]; then
			ok=1
		fi
	done
	[[ -n $ok ]] && continue
	echo "$file:$line: $from may not include \"$header\" (the table in tests/gate/arrows.sh)"
	bad=$((bad + 1))
done < <(grep -rn --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' sensor store web)

# A header without its folder escapes the table.
if grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*("(\.|[^/"]*")|<(sensor|store|web)/)' sensor store web; then
	echo "above: our own headers are included by their whole path in the repository"
	bad=$((bad + 1))
fi
echo "$seen includes of our own headers, $bad against the arrows"
[[ $seen -gt 0 && $bad -eq 0 ]]
