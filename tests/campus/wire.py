"""Frames of TCP connections, and the captures that they are written to.

A Talk is one connection: what each side says, at which time, in clear or in TLS records whose sizes are those of OpenSSL 3.0 (measured through
ssl.MemoryBIO: handshake, tickets and the overhead of each suite).  What is inside the records is random.  A Mirror sorts the frames of all
connections by time, loses some, and writes pcap files.
"""

import heapq
import ipaddress
import struct

SYN, FIN, RST, PSH, ACK = 2, 1, 4, 8, 16
CLIENT, SERVER = 0, 1
SUITES = {"1.3": 22, "1.2 GCM": 29, "1.2 ChaCha": 21}  # bytes that a record adds to what it carries, header included
SYN_OPTIONS = bytes.fromhex("020405b40103030704020101")
IP4 = struct.Struct("!BBHHHBBH4s4s").pack
IP6 = struct.Struct("!IHBB16s16s").pack
TCP = struct.Struct("!HHIIBBHHH").pack
RECORD = struct.Struct("<IIII").pack
FILE_HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)


def packed(address):
    return ipaddress.ip_address(address).packed


def ones_sum(data):
    """Sum of 16-bit words modulo 65535, as RFC 1071 has it."""
    return int.from_bytes(data + b"\0" if len(data) & 1 else data, "big") % 65535


def frame(ends, side, flags, seq, ack, payload, number):
    """An Ethernet frame; ends: ((packed address, port) of the client, of the server)."""
    (source, source_port), (target, target_port) = (ends[side], ends[1 - side])
    options = SYN_OPTIONS if flags & SYN else b""
    tcp = TCP(source_port, target_port, seq, ack, (5 + len(options) // 4) << 4, flags, 64240, 0, 0) + options
    size = len(tcp) + len(payload)
    check = 65535 - (ones_sum(source + target) + 6 + size + ones_sum(tcp) + ones_sum(payload)) % 65535
    tcp = tcp[:16] + check.to_bytes(2, "big") + tcp[18:]
    if len(source) == 4:
        header = IP4(0x45, 0, 20 + size, number & 0xffff, 0x4000, 64, 6, 0, source, target)
        header = header[:10] + (65535 - ones_sum(header)).to_bytes(2, "big") + header[12:]
        kind = b"\x08\0"
    else:
        header = IP6(0x60000000, size, 6, 64, source, target)
        kind = b"\x86\xdd"
    macs = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" if side == CLIENT else b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01"
    return macs + kind + header + tcp + payload


def client_hello(dice, name):
    """RFC 8446 4.1.2, with what OpenSSL's default client offers."""
    server_name = name.encode()
    extensions = [(0, struct.pack("!HBH", len(server_name) + 3, 0, len(server_name)) + server_name)] if name else []
    extensions += [(11, b"\x03\0\x01\x02"), (10, bytes.fromhex("000a001d0017001e00190018")), (35, b""), (22, b""), (23, b""),
                   (13, b"\0\x20" + bytes.fromhex("040305030603080708080809080a080b0804080508060401050106010303030103")),
                   (43, b"\x04\x03\x04\x03\x03"), (45, b"\x01\x01"), (51, b"\0\x26\0\x24\0\x1d\0\x20" + dice.randbytes(32))]
    suites = bytes.fromhex("130213031301c02cc030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff")
    body = b"".join(struct.pack("!HH", kind, len(data)) + data for kind, data in extensions)
    hello = b"\x03\x03" + dice.randbytes(32) + b"\x20" + dice.randbytes(32) + struct.pack("!H", len(suites)) + suites + b"\x01\0"
    hello += struct.pack("!H", len(body)) + body
    handshake = b"\x01" + len(hello).to_bytes(3, "big") + hello
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def record(dice, kind, size):
    return bytes((kind, 3, 3)) + struct.pack("!H", size) + dice.randbytes(size)


class Talk:
    """One connection.  Times are seconds, as the sensor sees them."""

    def __init__(self, dice, client, server, start, rtt):
        self.dice, self.rtt, self.start, self.now = dice, rtt, start, start
        self.ends = ((packed(client[0]), client[1]), (packed(server[0]), server[1]))
        self.mss = 1460 if len(self.ends[0][0]) == 4 else 1440
        self.next = [dice.getrandbits(32), dice.getrandbits(32)]
        self.number = dice.getrandbits(16)
        self.frames = []
        self.suite = None
        self.unacknowledged = 0  # segments of the other side
        self.put(CLIENT, SYN)
        self.now += rtt
        self.put(SERVER, SYN | ACK)
        self.now += 0.0002
        self.put(CLIENT, ACK)

    def put(self, side, flags, payload=b"", at=None):
        self.number += 1
        seq, ack = self.next[side], self.next[1 - side] if flags & ACK else 0
        self.frames.append((self.now if at is None else at, frame(self.ends, side, flags, seq, ack, payload, self.number)))
        self.next[side] = (seq + len(payload) + bool(flags & (SYN | FIN))) & 0xffffffff

    def raw(self, side, data):
        for at in range(0, len(data), self.mss):
            piece = data[at:at + self.mss]
            self.put(side, ACK | (PSH if at + self.mss >= len(data) else 0), piece)
            self.now += 0.00012
            if at // self.mss % 2:
                self.put(1 - side, ACK, at=self.now + 0.00001)
        if len(data) > 1 and self.dice.random() < 0.3:
            self.put(1 - side, ACK, at=self.now + 0.00002)

    def say(self, side, data, wait=None, piece=16384):
        """The peer's bytes after a wait; under TLS in records that carry at most `piece` bytes."""
        if wait is None:
            wait = (self.rtt + self.dice.uniform(0.0005, 0.02)) if side == SERVER else self.dice.uniform(0.0003, 0.004)
        self.now += wait
        if self.suite:
            extra = SUITES[self.suite] - 5
            data = b"".join(record(self.dice, 23, len(data[at:at + piece]) + extra) for at in range(0, len(data), piece))
        self.raw(side, data)

    def client(self, data, wait=None, piece=16384):
        self.say(CLIENT, data, wait, piece)

    def server(self, data, wait=None):
        self.say(SERVER, data, wait)

    def start_tls(self, name):
        """What both sides send until the first byte of the protocol above."""
        dice = self.dice
        old = dice.random() < 0.25
        certificate = dice.choice((821, 1140, 2600, 3900))
        self.raw(CLIENT, client_hello(dice, name))
        self.now += self.rtt + 0.002
        if old:
            hello = b"\x02\0\0\x3d\x03\x03" + dice.randbytes(32) + b"\0\xc0\x30\0\0\x15\xff\x01\0\x01\0\0\x0b\0\x04\x03\0\x01\x02\0\x23\0\0\0\x17\0\0"
            flight = b"\x16\x03\x03" + struct.pack("!H", len(hello)) + hello
            for kind, size in ((11, certificate), (12, 300), (14, 4)):
                body = bytes((kind,)) + (size - 4).to_bytes(3, "big") + dice.randbytes(size - 4)
                flight += b"\x16\x03\x03" + struct.pack("!H", size) + body
            self.raw(SERVER, flight)
            self.now += 0.003
            self.raw(CLIENT, b"\x16\x03\x03\0\x25\x10\0\0\x21\x20" + dice.randbytes(32) + b"\x14\x03\x03\0\x01\x01" + record(dice, 22, 40))
            self.now += self.rtt + 0.001
            self.raw(SERVER, b"\x16\x03\x03\0\xba\x04\0\0\xb6" + dice.randbytes(0xb6) + b"\x14\x03\x03\0\x01\x01" + record(dice, 22, 40))
            self.suite = dice.choice(("1.2 GCM", "1.2 ChaCha"))
            return
        hello = b"\x02\0\0\x76\x03\x03" + dice.randbytes(32) + b"\x20" + dice.randbytes(32) + b"\x13\x02\0\0\x2e\0\x2b\0\x02\x03\x04\0\x33\0\x24\0\x1d\0\x20" + dice.randbytes(32)
        flight = b"\x16\x03\x03" + struct.pack("!H", len(hello)) + hello + b"\x14\x03\x03\0\x01\x01"
        self.raw(SERVER, flight + b"".join(record(dice, 23, size) for size in (23, certificate, 281, 69)))
        self.now += 0.002
        self.raw(CLIENT, b"\x14\x03\x03\0\x01\x01" + record(dice, 23, 69))
        self.now += self.rtt + 0.001
        self.raw(SERVER, record(dice, 23, 250) + record(dice, 23, 250))
        self.suite = "1.3"

    def type(self, text, typing=True):
        """One key a segment, as telnet in character mode and a person send them."""
        if not typing:
            self.client(text)
            return
        for at in range(len(text)):
            self.now += self.dice.uniform(0.06, 0.35)
            self.raw(CLIENT, text[at:at + 1])

    def close(self, how="fin", side=CLIENT):
        self.now += 0.001
        if how == "rst":
            self.put(side, RST | ACK)
        elif how == "fin":
            self.put(side, FIN | ACK)
            self.now += self.rtt
            self.put(1 - side, FIN | ACK)
            self.now += 0.0003
            self.put(side, ACK)


class Mirror:
    """Where the frames go: files in time order.  A connection is whole in one file, that of the time at which it began."""

    def __init__(self, paths, begin, span, loss, dice):
        self.begin, self.span, self.loss, self.dice = begin, span, loss, dice
        self.files = [open(path, "wb", buffering=1 << 20) for path in paths]
        for file in self.files:
            file.write(FILE_HEADER)
        self.waiting, self.order = [], 0
        self.packets = self.lost = self.bytes = 0
        self.last = 0

    def add(self, talk):
        file = min(len(self.files) - 1, max(0, int((talk.start - self.begin) / self.span * len(self.files))))
        for at, data in talk.frames:
            self.order += 1
            heapq.heappush(self.waiting, (at, self.order, file, data))

    def flush(self, until):
        """Nothing earlier than `until` comes any more."""
        waiting = self.waiting
        while waiting and waiting[0][0] < until:
            at, _, file, data = heapq.heappop(waiting)
            if self.loss and self.dice.random() < self.loss:
                self.lost += 1
                continue
            micro = int(at * 1000000)
            self.files[file].write(RECORD(micro // 1000000, micro % 1000000, len(data), len(data)) + data)
            self.packets += 1
            self.bytes += len(data)
            self.last = at

    def close(self):
        self.flush(float("inf"))
        for file in self.files:
            file.close()


def frames_of(path):
    """(time, frame, record) of a file that a Mirror wrote."""
    with open(path, "rb") as file:
        data = file.read()
    at = len(FILE_HEADER)
    while at + 16 <= len(data):
        seconds, micro, size, _ = struct.unpack_from("<IIII", data, at)
        yield seconds + micro / 1000000, data[at + 16:at + 16 + size], data[at:at + 16 + size]
        at += 16 + size


def addresses(data):
    """Packed addresses of a frame that frame() built."""
    return (data[26:30], data[30:34]) if data[12:14] == b"\x08\0" else (data[22:38], data[38:54])
