# Somebody guesses addresses: many recipients, most unknown, until Postfix ends the session; then Exim, which goes on
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local names
	names=$(printf '%s@campus.example.edu,' adam alan albert alice ana andrea anna arthur barbara ben bruno carl clara david davi dora)
	record dictionary.pcap
	swaks_from evil --server mail.campus.example.edu --from x1@watches.example --to "${names%,}" --local-interface 203.0.113.67 \
		--helo User --quit-after RCPT
	swaks_from evil --server mail.campus.example.edu --from x2@watches.example --local-interface 203.0.113.67 --helo User \
		--to "$(printf 'no%02d@campus.example.edu,' {1..24} | sed 's/,$//')"
	swaks_from evil --server relay.physics.example.edu --from x3@watches.example --local-interface 203.0.113.67 --helo user.example \
		--to "$(printf '%s@physics.example.edu,' ada ana nick nils olga oscar | sed 's/,$//')" --quit-after RCPT
	record_end
}
