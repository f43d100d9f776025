"""The treatments of matrix.py, and what each may change in the records, with the reason."""


class Row:
    def __init__(self, name, *treatments, change=None, times=1, lossy=False, two=False, compress=False, config=None, may_lose_nothing=False,
                 without=None):
        self.name, self.treatments = name, treatments
        self.change = change or {}  # field of a session ("mails.X" of a mail; "CAPTURE:X" in one alone) -> why it may differ
        self.times = times          # how often each session comes
        self.lossy = lossy          # bytes are really missing
        self.may_lose_nothing = may_lose_nothing  # ...but not in every capture
        self.two = two              # two captures, read together
        self.compress = compress    # by gzip
        self.config = config        # of heloscope
        self.without = without or {}  # capture -> why it is left out

    def change_in(self, capture):
        """Fields that may differ in this capture."""
        fields = {}
        if "anomalies" in self.change:
            fields["anomaly_counts"] = "with them"
        for name, why in self.change.items():
            where, _, field = name.rpartition(":")
            if where in ("", capture):
                fields[field] = why
        return fields

    def may(self):
        return "; ".join("%s: %s" % item for item in list(self.change.items()) + [("not " + name, why) for name, why in self.without.items()])


def stack(layers, *before, **more):
    return Row(layers, *before, "stack=" + layers, **more)


IPV6 = {
    "mails.hits": "rules compare the address with the hello's", "mails.score": "with them",
}

MIDDLE = {
    "midstream": "its start is missing", "anomalies": "what a client left out is not said of one whose start is missing",
    "mails.hits": "rules on the hello had none", "mails.score": "with them", "mails.labels": "with them",
    "refusals.pcap:banner": "a 554 first is not known for a greeting", "refusals.pcap:replies": "with it",
    "openproxy.pcap:dialect": "a first line that is no command may be the rest of something", "openproxy.pcap:replies.to": "with it",
    "typed.pcap:dialect": "a first line that is no command may be the rest of something", "typed.pcap:replies.to": "with it",
}
OTHER = {"anomalies": "the other bytes are told"}
EARLY = {
    "anomalies": "the client speaks before the greeting", "dialect": "with that", "mails.hits": "a rule on that", "mails.score": "with it",
    "mails.labels": "with it",
}
NO_FIN = {"close": "no FIN was seen"}

ELSEWHERE = {
    "change": {
        "submission.pcap:estimate": "the guess knows port 587", "submission.pcap:mails.hits": "so do rules",
        "submission.pcap:mails.score": "with them", "submission.pcap:mails.labels": "with them",
    },
    "without": {"openproxy.pcap": "an HTTP request before the greeting does not reveal SMTP", "refusals.pcap": "nor does a greeting that refuses"},
}

PROXY = {"openproxy.pcap": "what stands before the dialogue at a proxy is known by the client's first words alone"}

ROWS = [
    Row("plain"),
    # ---- forms of the file
    Row("pcap big-endian", "format=pcap:big-endian"),
    Row("pcap nanoseconds", "format=pcap:nanoseconds"),
    Row("pcap nanoseconds big-endian", "format=pcap:nanoseconds:big-endian"),
    Row("pcapng", "format=pcapng"),
    Row("pcapng nanoseconds big-endian", "format=pcapng:nanoseconds:big-endian"),
    Row("gzip", compress=True),
    Row("two interfaces by direction", "interfaces=direction", two=True),
    Row("two interfaces by turns", "interfaces=turns", two=True),
    Row("two interfaces, server's clock 2 ms late", "delay=server:2ms", "interfaces=direction", two=True),
    Row("two interfaces, client's clock 2 ms late", "delay=client:2ms", "interfaces=direction", two=True, without=PROXY),
    # ---- ports that nobody configured
    Row("other ports", "elsewhere=20000", **ELSEWHERE),
    Row("other ports, segments of 1 byte", "elsewhere=20000", "split=1", **ELSEWHERE),
    Row("other ports, reordered by 2", "elsewhere=20000", "reorder=2", **ELSEWHERE),
    Row("other ports, server late", "elsewhere=20000", "delay=server:3", **ELSEWHERE),
    Row("other ports, doubled", "elsewhere=20000", "double=ttl:3", **ELSEWHERE),
    Row("other ports, IPv6 in VXLAN", "elsewhere=20000", "ipv6", "stack=ethernet+ipv4+vxlan:4789+ethernet",
        change={**ELSEWHERE["change"], **IPV6}, without=ELSEWHERE["without"]),
    # ---- links
    stack("ethernet+llc", "split=1400"),
    stack("ethernet+vlan:110"),
    stack("ethernet+service:1000+vlan:120"),
    stack("ethernet+qinq:1000+vlan:120"),
    stack("ethernet+service:9+qinq:10+vlan:11"),
    stack("ethernet+pbb+ethernet"),
    stack("ethernet+service:3+pbb+ethernet+vlan:4"),
    stack("ethernet+mpls:17+mpls:18+mpls:19"),
    stack("ethernet+mpls:17+ethernet"),
    stack("ethernet+mpls:17+mpls:18+cw+ethernet+vlan:5"),
    stack("ethernet+pppoe+ppp"),
    stack("ethernet+vlan:7+pppoe+ppp:short"),
    stack("ppp"),
    stack("ppp:hdlc"),
    stack("hdlc"),
    stack("sll"),
    stack("sll2"),
    stack("sll2+vlan:5"),
    stack("null"),
    stack("null:big"),
    stack("loop"),
    stack("null:macos", "ipv6", change=IPV6),
    stack("loop:freebsd", "ipv6", change=IPV6),
    stack("null:linux", "ipv6", change=IPV6),
    stack("raw"),
    stack("nflog"),
    stack("wifi+llc"),
    stack("radiotap+wifi:qos+llc"),
    stack("radiotap:fcs+wifi:four:qos+llc"),
    stack("ppi+radiotap+wifi+llc"),
    stack("ppi+ethernet"),
    # ---- IP and tunnels
    stack("ethernet+ipv4"),
    stack("ethernet+ipv6"),
    Row("6in4", "ipv6", "stack=ethernet+ipv4", change=IPV6),
    Row("6in6", "ipv6", "stack=ethernet+ipv6", change=IPV6),
    stack("ethernet+ipv4+ah"),
    stack("ethernet+ipv4:options+gre:key:sequence:sum"),
    stack("ethernet+ipv6+gre"),
    stack("ethernet+ipv4+gre+ethernet"),
    stack("ethernet+ipv4+gre+ppp"),
    stack("ethernet+ipv4+gre:erspan1+ethernet"),
    stack("ethernet+ipv4+gre+erspan:2+ethernet+vlan:9"),
    stack("ethernet+ipv4+gre+erspan:3+ethernet"),
    stack("ethernet+ipv6+gre+erspan:3:platform+ethernet"),
    stack("ethernet+ipv4+etherip+ethernet"),
    stack("ethernet+ipv4+vxlan+ethernet"),
    stack("ethernet+ipv6+vxlan:8472+ethernet+vlan:3"),
    Row("vxlan on a port of its own", "stack=ethernet+ipv4+vxlan:14789+ethernet", config="[capture]\nvxlan_ports = 4789 14789\n"),
    stack("ethernet+ipv4+gpe"),
    stack("ethernet+ipv6+gpe+ethernet+vlan:3"),
    stack("ethernet+ipv4+in-udp+gre"),
    stack("ethernet+ipv4+in-udp+mpls:17"),
    stack("ethernet+ipv4+l2tpv3+ethernet"),
    stack("ethernet+ipv4+geneve:6+ethernet"),
    stack("ethernet+ipv4+geneve"),
    stack("ethernet+ipv4+gtpu"),
    stack("ethernet+vlan:8+ipv4+gtpu:extension"),
    stack("ethernet+ipv4+teredo", "ipv6=teredo", change=IPV6),
    stack("ethernet+ipv4+teredo:origin", "ipv6=teredo", change=IPV6),
    stack("ethernet+ipv4+l2tp+ppp:hdlc"),
    stack("ethernet+ipv4+l2tp:sequence+ppp"),
    stack("ethernet+vlan:4+mpls:17+cw+ethernet+vlan:5+ipv4+gre:key"),
    stack("ethernet+service:2+vlan:3+pppoe+ppp+ipv4+vxlan+ethernet+mpls:17"),
    stack("sll+ipv6+geneve:2+ethernet+service:4+vlan:5+ipv4+gre+ethernet"),
    # ---- IP
    Row("ipv6", "ipv6", change=IPV6),
    Row("ipv4 options", "ip-options=3"),
    Row("ipv4 options, the most", "ip-options=10"),
    Row("extension headers", "ipv6", "extensions=hop:destination:routing", change=IPV6),
    Row("ah", "extensions=ah"),
    Row("extension headers and ah", "ipv6", "extensions=hop:routing:ah:destination", change=IPV6),
    Row("fragments", "fragment=600"),
    Row("fragments reversed", "fragment=256:reversed"),
    Row("fragments mixed", "fragment=64:mixed"),
    Row("fragments overlapping", "fragment=256:overlapping"),
    Row("fragments doubled", "fragment=256:doubled"),
    Row("fragments of 8 bytes", "fragment=8"),
    Row("fragments of 8 bytes mixed", "fragment=8:mixed"),
    Row("fragments ipv6", "ipv6", "fragment=600", change=IPV6),
    Row("fragments ipv6 reversed", "ipv6", "fragment=256:reversed", change=IPV6),
    Row("fragments ipv6 of 8 bytes mixed", "ipv6", "fragment=8:mixed", change=IPV6),
    Row("fragments within vxlan, itself in fragments", "fragment=400", "stack=ipv4+vxlan+ethernet", "fragment=200", "stack=ethernet+vlan:4"),
    Row("fragments reordered", "fragment=200", "reorder=6"),
    Row("wrong checksums", "bad-sums"),
    Row("padding to 60", "padding=60"),
    Row("frame check sequence", "padding=fcs"),
    Row("trailer of 46 bytes", "stack=ethernet+vlan:3", "padding=46"),
    # ---- order and doubles
    Row("reordered by 2", "reorder=2"),
    Row("reordered by 4", "reorder=4"),
    Row("reordered by 16", "reorder=16"),
    Row("reordered by 64", "reorder=64", without=PROXY),
    Row("doubled", "double=same"),
    Row("doubled with a vlan", "double=vlan"),
    Row("doubled behind a router", "double=ttl"),
    Row("doubled with another ip id", "double=id"),
    Row("doubled, 5 packets later", "double=same:5"),
    Row("doubled, 50 packets later", "double=ttl:50"),
    Row("server 1 ms late", "delay=server:1ms"),
    Row("server 8 packets late", "delay=server:8"),
    Row("client 1 ms late", "delay=client:1ms", without=PROXY),
    Row("client 8 packets late", "delay=client:8"),
    Row("client 20 ms late", "delay=client:20ms", without=PROXY),
    Row("server 20 ms late", "delay=server:20ms"),
    Row("server late, doubled, reordered", "delay=server:3", "double=ttl:3", "reorder=4"),
    # ---- segments
    Row("segments of 1 byte", "split=1"),
    Row("segments of 2 bytes reordered", "split=2", "reorder=8", without=PROXY),
    Row("segments of 7 bytes", "split=7"),
    Row("segments of 100 bytes, server late", "split=100", "delay=server:8"),
    Row("super-packets of 64 kB", "coalesce=65000"),
    Row("super-packets with length 0", "coalesce=65000", "length0=1400"),
    Row("all lengths 0", "length0=0"),
    Row("super-packets ipv6 with length 0", "ipv6", "coalesce=65000", "length0=1400", change=IPV6),
    Row("retransmitted", "retransmit=20"),
    Row("retransmitted all, later", "retransmit=all:same:9"),
    Row("retransmitted, overlapping", "retransmit=50:overlap"),
    Row("retransmitted, overlapping, later", "retransmit=50:old:5"),
    Row("retransmitted with other bytes", "retransmit=30:different", change=OTHER),
    Row("retransmitted with other bytes at once", "retransmit=30:early", change=OTHER),
    Row("keep-alives", "keepalive=0"),
    Row("keep-alives with an old byte", "keepalive=1"),
    Row("closed windows and probes", "probe"),
    Row("urgent", "urgent", without=PROXY),
    # ---- streams
    Row("sequence wrap", "shift=wrap"),
    Row("sequence wrap in super-packets", "coalesce=65000", "shift=wrap"),
    Row("sequence wrap, reordered", "shift=wrap", "split=40", "reorder=8"),
    Row("sequence past 2^31", "shift=sign"),
    Row("no window scale", "no-scale"),
    Row("no tcp options", "tcp-options=none"),
    Row("tcp timestamps", "tcp-options=times"),
    Row("40 bytes of tcp options", "tcp-options=full"),
    Row("first data in the syn", "syn-data=client", change=EARLY, without=PROXY),
    Row("greeting in the syn-ack", "syn-data=server", change={
        "openproxy.pcap:dialect": "its client spoke before the greeting, and does no more", "openproxy.pcap:anomalies": "likewise",
        "openproxy.pcap:replies.to": "likewise"}, without=PROXY),
    Row("fin on the last data", "fin-merge"),
    Row("reset after the fins", "reset=after"),
    Row("resets out of window", "reset=foreign"),
    Row("simultaneous open", "simultaneous"),
    Row("ports reused at once", "reuse=copy", times=2),
    Row("ports reused at once, far number", "reuse=copy:2000000000", times=2),
    Row("ports of the stream before", "reuse=rename", change={"client.port": "renamed"}),
    # ---- bytes missing
    Row("no acknowledgements", "lose=acks"),
    Row("no syn", "lose=syn"),
    Row("no syn-ack", "lose=synack"),
    Row("no handshakes", "lose=handshake", change=MIDDLE),
    Row("no fins", "lose=fins", change=NO_FIN),
    Row("one data segment lost", "loss=1", lossy=True),
    Row("three data segments lost", "loss=3", lossy=True),
    Row("10 % of the data segments lost", "loss=10%", lossy=True),
    Row("2 % of all packets lost", "loss=2%:any", change=NO_FIN, lossy=True, may_lose_nothing=True, without=PROXY),
    Row("3 % lost, reordered by 4", "loss=3%", "reorder=4", lossy=True, may_lose_nothing=True),
    Row("3 % lost, server late", "loss=3%", "delay=server:1ms", lossy=True, may_lose_nothing=True),
    Row("2 % of the fragments lost", "fragment=256", "loss=2%:any", change=NO_FIN, lossy=True, may_lose_nothing=True, without=PROXY),
    Row("4 % of doubled fragments lost", "fragment=256:mixed", "double=ttl:3", "loss=4%:any", change=NO_FIN, lossy=True, may_lose_nothing=True),
    Row("3 % lost within vlan, mpls, gre, ipv6", "ipv6", "loss=3%", "stack=ethernet+vlan:1+mpls:2+ipv4+gre", change=IPV6, lossy=True,
        may_lose_nothing=True),
    Row("first packet missing", "middle=1", change=MIDDLE, lossy=True, may_lose_nothing=True),
    Row("first 3 packets missing", "middle=3", change=MIDDLE, lossy=True, may_lose_nothing=True),
    Row("first 6 packets missing", "middle=6", change=MIDDLE, lossy=True, may_lose_nothing=True),
    Row("first 12 packets missing", "middle=12", change=MIDDLE, lossy=True, may_lose_nothing=True, without=PROXY),
    Row("client alone", "one-sided=client", lossy=True),
    Row("server alone", "one-sided=server", lossy=True, without=PROXY),
    Row("snaplen 64", "snaplen=64", lossy=True),
    Row("snaplen 96", "snaplen=96", lossy=True, without=PROXY),
    Row("snaplen 128", "snaplen=128", lossy=True),
    Row("snaplen 1000", "snaplen=1000", lossy=True, may_lose_nothing=True),
]
