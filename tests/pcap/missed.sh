#!/bin/bash
# What was not understood, what was damaged and which fragments never met stands in the summary; without any of it, nothing is said.
# VXLAN on a port of its own is understood once the configuration names the port.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" <<'PYTHON'
import struct, sys

def write(name, frames):
    with open(f"{sys.argv[1]}/{name}", "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, (data, wire) in enumerate(frames):
            f.write(struct.pack("<IIII", 1213200000 + i, 0, len(data), wire) + data)

def ether(kind, data=b"\0" * 46):
    return b"\x02" * 12 + struct.pack("!H", kind) + data

def ipv4(protocol, data, bits=0):
    return ether(0x0800, struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 1, bits, 64, protocol, 0,
                                     b"\xc0\0\2\1", b"\xc6\x33\x64\2") + data)

def whole(*frames):
    return [(f, len(f)) for f in frames]

kinds = [ether(0x2200 + k) for k in range(7) for _ in range(7 - k)]
write("many.pcap", whole(*kinds, *[ipv4(253, b"\0" * 8)] * 9, ipv4(6, b"\0" * 16, bits=0x2000), ether(0x0800)))
write("none.pcap", whole(ether(0x0806)))
tcp = struct.pack("!HHIIBBHHH", 40000, 25, 1, 1, 0x50, 0x10, 1024, 0, 0)
udp = struct.pack("!HHHH", 50000, 443, 0, 0) + b"\x08" + b"\0" * 7 + ipv4(6, tcp)
write("vxlan.pcap", whole(ipv4(17, udp)))
PYTHON

"$HELOSCOPE" read --no-store "$work/many.pcap" >"$work/out"
cat >"$work/want" <<'WANT'
Not understood, and so not looked into:
         9 packets  IP protocol 253 in ipv4
         7 packets  ethertype 0x2200 in ethernet
         6 packets  ethertype 0x2201 in ethernet
         5 packets  ethertype 0x2202 in ethernet
         4 packets  ethertype 0x2203 in ethernet
         6 packets  of 3 more kinds
WANT
diff "$work/want" <(sed -n '/^Not understood/,/^$/p' "$work/out")
grep -q '^1 packets with broken headers' "$work/out"
grep -q '^1 IP fragments that never made a datagram' "$work/out"
[ "$("$HELOSCOPE" read --no-store "$work/none.pcap")" = \
	"1 packets, 0 SMTP sessions (0 encrypted), 0 mails; 0 gaps of 0 bytes" ]

printf '[capture]\nvxlan_ports = 4789 443\n' >"$work/vxlan.conf"
"$HELOSCOPE" show packets "$work/vxlan.pcap" | grep -q ' - UDP$'
"$HELOSCOPE" show packets --config "$work/vxlan.conf" "$work/vxlan.pcap" | grep -q ' ethernet/ipv4/vxlan/ethernet/ipv4 '
