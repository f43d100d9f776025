"""The peers of encrypted.py: SMTP servers that word replies as real ones do and count what they did, clients that speak as real ones do,
and the wire between them, which writes a capture.  Nothing touches a network: each connection is a pair of sockets of one process.

smtplib is itself; the other clients are made after what the programs send (Postfix 3.7, Exim 4.96, msmtp 1.8, swaks 20201014, curl 7.88).
"""

import base64
import hashlib
import random
import smtplib
import socket
import ssl
import struct
import threading
import time

# What servers say.  {a} is an address, {q} a queue id.  "flush": each reply is sent by itself, even to pipelined commands.
WORDINGS = {
    "Postfix": {
        "banner": "mx.example.net ESMTP Postfix", "mail": "250 2.1.0 Ok", "rcpt": "250 2.1.5 Ok", "rset": "250 2.0.0 Ok",
        "data": "354 End data with <CR><LF>.<CR><LF>", "queued": "250 2.0.0 Ok: queued as {q}", "bye": "221 2.0.0 Bye",
        "nobody": "554 5.5.1 Error: no valid recipients", "content": "550 5.7.1 Message content rejected",
        "sender": "554 5.7.1 <{a}>: Sender address rejected: Access denied",
        "unknown": "550 5.1.1 <{a}>: Recipient address rejected: User unknown in local recipient table",
        "later": "450 4.2.0 <{a}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.net.html",
        "listed": "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
                  "https://www.spamhaus.org/query/ip/192.0.2.7"},
    "Exim": {
        "banner": "mx.example.net ESMTP Exim 4.96 Tue, 24 Nov 2026 12:00:00 +0000", "mail": "250 OK", "rcpt": "250 Accepted",
        "rset": "250 Reset OK", "data": '354 Enter message, ending with "." on a line by itself', "queued": "250 OK id={q}",
        "bye": "221 mx.example.net closing connection", "nobody": "503 Valid RCPT command must precede DATA",
        "content": "550 This message was classified as SPAM", "sender": "550 Sender verify failed", "unknown": "550 Unrouteable address",
        "later": "451 Greylisted, please try again in 300 seconds", "listed": "550-192.0.2.7 is listed at zen.spamhaus.org\r\n550 (see "
        "https://www.spamhaus.org/query/ip/192.0.2.7)"},
    "OpenSMTPD": {
        "banner": "mx.example.net ESMTP OpenSMTPD", "mail": "250 2.0.0 Ok", "rcpt": "250 2.1.5 Destination address valid: Recipient ok",
        "rset": "250 2.0.0 Reset state", "data": '354 Enter mail, end with "." on a line by itself',
        "queued": "250 2.0.0 {q:.8} Message accepted for delivery", "bye": "221 2.0.0 Bye",
        "nobody": "503 5.5.1 Invalid command: No valid recipients", "content": "550 5.7.1 Message content rejected",
        "sender": "524 5.2.4 Mailing list expansion problem: <{a}>", "unknown": "550 5.1.1 Invalid recipient: <{a}>",
        "later": "421 4.3.0 Temporary Error", "listed": "550 your address is on a list", "flush": True},
    "Exchange": {
        "banner": "mx.example.net Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 12:00:00 +0000", "mail": "250 2.1.0 Sender OK",
        "rcpt": "250 2.1.5 Recipient OK", "rset": "250 2.1.0 Resetting", "data": "354 Start mail input; end with <CRLF>.<CRLF>",
        "queued": "250 2.6.0 <{q}@mx.example.net> [InternalId=4711081518, Hostname=mx.example.net] 5121 bytes in 0.104, 48.010 KB/sec "
                  "Queued mail for delivery", "bye": "221 2.0.0 Service closing transmission channel",
        "nobody": "503 5.5.2 Need rcpt command", "content": "554 5.6.0 Message content is not acceptable",
        "sender": "550 5.7.1 Sender rejected", "unknown": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "later": "450 4.7.0 Throttling rules have been applied", "listed": "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked"},
    "Sendmail": {
        "banner": "mx.example.net ESMTP Sendmail 8.17.1/8.17.1; Tue, 24 Nov 2026 12:00:00 GMT", "mail": "250 2.1.0 <{a}>... Sender ok",
        "rcpt": "250 2.1.5 <{a}>... Recipient ok", "rset": "250 2.0.0 Reset state",
        "data": '354 Enter mail, end with "." on a line by itself', "queued": "250 2.0.0 {q} Message accepted for delivery",
        "bye": "221 2.0.0 mx.example.net closing connection", "nobody": "503 5.0.0 Need RCPT (recipient)",
        "content": "554 5.7.1 Command rejected", "sender": "553 5.1.8 <{a}>... Domain of sender address {a} does not exist",
        "unknown": "550 5.1.1 <{a}>... User unknown", "later": "451 4.7.1 Greylisting in action, please come back later",
        "listed": "550 5.7.1 Rejected: 192.0.2.7 listed at zen.spamhaus.org"},
    "Gmail": {
        "banner": "mx.example.net ESMTP 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp", "mail": "250 2.1.0 OK 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp",
        "rcpt": "250 2.1.5 OK 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp", "rset": "250 2.1.5 Flushed 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp",
        "data": "354 Go ahead 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp",
        "queued": "250 2.0.0 OK  1730000000 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp",
        "bye": "221 2.0.0 closing connection 4fb4d7f45d1cf-5d1a2b3c4dsi123456.7 - gsmtp", "nobody": "503 5.5.1 RCPT first. - gsmtp",
        "content": "550-5.7.1 [192.0.2.7] Our system has detected that this message is likely unsolicited mail.\r\n550 5.7.1 - gsmtp",
        "sender": "553 5.1.7 The sender address <{a}> is not a valid RFC 5321 address. - gsmtp",
        "unknown": "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's "
                   "email address for typos or\r\n550-5.1.1 unnecessary spaces. Learn more at\r\n550 5.1.1  https://support.example/ - gsmtp",
        "later": "450 4.2.1 The user you are trying to contact is receiving mail too quickly. - gsmtp",
        "listed": "550-5.7.1 [192.0.2.7 12] Our system has detected an unusual rate of unsolicited mail\r\n550 5.7.1 - gsmtp"},
    "unknown": {
        "banner": "mail gateway ready", "mail": "250 sender is fine", "rcpt": "250 recipient is fine", "rset": "250 start again",
        "data": "354 send it", "queued": "250 message {q} has been taken", "bye": "221 good bye", "nobody": "503 no recipients",
        "content": "554 not wanted here", "sender": "550 no mail from {a}", "unknown": "550 there is nobody called {a}",
        "later": "451 please try again later", "listed": "554 your host is on a blocklist"},
}


class Truth:
    """What a server did, as sensor/smtp/estimate.h counts it."""

    def __init__(self):
        self.mails = self.refusals = 0
        self.port, self.ja4 = 0, ""


class Wire:
    """Two socket pairs with a copier between; keeps what passed, in order."""

    def __init__(self):
        self.client, client_end = socket.socketpair()
        self.server, server_end = socket.socketpair()
        for end in (self.client, self.server): # who waits for a peer that has left
            end.settimeout(2)
        self.passed, self.lock = [], threading.Lock()
        self.threads = [threading.Thread(target=self.copy, args=pair, daemon=True)
                        for pair in ((client_end, server_end, 0), (server_end, client_end, 1))]
        for t in self.threads:
            t.start()

    def copy(self, source, sink, side):
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if data:
                with self.lock: # before it is sent on: an answer comes later
                    self.passed.append((time.time(), side, data))
            try:
                if data:
                    sink.sendall(data)
                else:
                    sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if not data:
                return

    def end(self):
        for t in self.threads:
            t.join(10)


class Capture:
    """A pcap of raw IPv4: each connection with its handshake, segments of at most 1400 bytes and FINs."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))

    def packet(self, at, flow, side, flags, data=b""):
        ports = (flow["port"], flow["to"])
        addresses = (bytes([192, 0, 2, 7]), bytes([198, 51, 100, 25]))
        tcp = struct.pack(">HHIIBBHHH", ports[side], ports[1 - side], flow["seq"][side] & 0xffffffff,
                          flow["seq"][1 - side] & 0xffffffff if flags & 16 else 0, 5 << 4, flags, 65535, 0, 0)
        size = 20 + len(tcp) + len(data)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, size, 0, 0x4000, 64, 6, 0) + addresses[side] + addresses[1 - side]
        total = sum(struct.unpack(">10H", ip))
        total = (total & 0xffff) + (total >> 16)
        total = (total & 0xffff) + (total >> 16)
        ip = ip[:10] + struct.pack(">H", total ^ 0xffff) + ip[12:]
        self.file.write(struct.pack("<IIII", int(at), int(at % 1 * 1e6), size, size) + ip + tcp + data)
        flow["seq"][side] += len(data) + (flags & 3 != 0)

    def connection(self, port, to, passed):
        flow = {"port": port, "to": to, "seq": [random.getrandbits(31), random.getrandbits(31)]}
        at = passed[0][0] - 0.001 if passed else time.time()
        self.packet(at, flow, 0, 2)
        self.packet(at, flow, 1, 18)
        self.packet(at, flow, 0, 16)
        for at, side, data in passed:
            for i in range(0, len(data), 1400):
                self.packet(at, flow, side, 24, data[i:i + 1400])
            self.packet(at, flow, 1 - side, 16)
        for side in (0, 1):
            self.packet(at + 0.001, flow, side, 17)
        self.packet(at + 0.001, flow, 0, 16)


class Server(threading.Thread):
    """Refuses MAIL from nobody@, RCPT to bad…@, later…@ and listed…@, and a content with the word lottery."""

    def __init__(self, sock, context, wording, truth, **options):
        super().__init__(daemon=True)
        self.sock, self.context, self.words, self.truth, self.options = sock, context, wording, truth, options
        self.pending, self.out = b"", b""
        self.sender, self.rcpts = None, 0

    def say(self, text, **values):
        self.out += (text.format(**values) if values else text).encode() + b"\r\n"
        if self.words.get("flush"):
            self.flush()

    def flush(self):
        if self.out:
            self.sock.sendall(self.out)
        self.out = b""

    def line(self):
        while b"\n" not in self.pending:
            self.flush()
            more = self.sock.recv(65536)
            if not more:
                return None
            self.pending += more
        line, self.pending = self.pending.split(b"\n", 1)
        return line.rstrip(b"\r")

    def refuse(self, which, **values):
        self.truth.refusals += 1
        self.say(self.words[which], **values)

    def capabilities(self, encrypted):
        offers = ["mx.example.net", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES"]
        offers += ["PIPELINING"] if self.options.get("pipelining", True) else []
        offers += ["CHUNKING"] if self.options.get("chunking") else []
        offers += ["STARTTLS"] if not encrypted else ["AUTH PLAIN LOGIN CRAM-MD5"] if self.options.get("auth") else []
        for i, text in enumerate(offers):
            self.say(f"250{' ' if i == len(offers) - 1 else '-'}{text}")

    def queue_id(self):
        if self.words is WORDINGS["Exim"]:
            return "1tE0aB-00000001x7c-2abc"
        letters = "0123456789ABCDEFGHJK"
        return "".join(random.choice(letters) for _ in range(random.choice((10, 11, 15))))

    def ended(self, body):
        if b"lottery" in body:
            self.refuse("content")
        else:
            self.truth.mails += 1
            self.say(self.words["queued"], q=self.queue_id())
        self.sender, self.rcpts = None, 0

    def mail(self, address):
        if address.startswith("nobody"):
            self.refuse("sender", a=address)
        else:
            self.sender, self.rcpts = address, 0
            self.say(self.words["mail"], a=address)

    def rcpt(self, address):
        if self.sender is None:
            self.say("503 5.5.1 Error: need MAIL command")
            return
        for word, reply in (("bad", "unknown"), ("later", "later"), ("listed", "listed")):
            if address.startswith(word):
                self.refuse(reply, a=address)
                return
        self.rcpts += 1
        self.say(self.words["rcpt"], a=address)

    def data(self):
        if self.rcpts == 0:
            self.say(self.words["nobody"])
            return
        self.say(self.words["data"])
        self.flush()
        body = []
        while (line := self.line()) not in (b".", None):
            body.append(line)
        if line is not None:
            self.ended(b"\n".join(body))

    def chunk(self, size):
        while len(self.pending) < size:
            self.flush()
            more = self.sock.recv(65536)
            if not more:
                return
            self.pending += more
        body, self.pending = self.pending[:size], self.pending[size:]
        if self.rcpts == 0:
            self.say(self.words["nobody"])
        else:
            self.ended(body)

    def auth(self, words):
        steps = {"PLAIN": [], "LOGIN": ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"], "CRAM-MD5": ["PDQ3MTEuMTIzNEBteC5leGFtcGxlLm5ldD4="]}
        for challenge in steps[words[1].upper()][len(words) - 2:]:
            self.say("334 " + challenge)
            self.flush()
            self.line()
        good = not self.options.get("wrong_password")
        self.say("235 2.7.0 Authentication successful" if good else "535 5.7.8 Error: authentication failed: authentication failure")

    def command(self, line, encrypted):
        words = line.decode("latin-1").split()
        verb = words[0].upper() if words else ""
        address = line.decode("latin-1").partition("<")[2].partition(">")[0]
        if verb in ("EHLO", "HELO"):
            self.capabilities(encrypted)
        elif verb == "MAIL":
            self.mail(address)
        elif verb == "RCPT":
            self.rcpt(address)
        elif verb == "DATA":
            self.data()
        elif verb == "BDAT":
            self.chunk(int(words[1]))
        elif verb == "AUTH":
            self.auth(words)
        elif verb == "RSET":
            self.sender, self.rcpts = None, 0
            self.say(self.words["rset"])
        elif verb == "QUIT":
            self.say(self.words["bye"])
            return False
        elif verb == "STARTTLS":
            self.say("220 2.0.0 Ready to start TLS")
        else:
            self.say("250 2.0.0 Ok")
        return verb != "STARTTLS"

    def talk(self, encrypted):
        while (line := self.line()) is not None and self.command(line, encrypted):
            pass
        self.flush()
        return line

    def run(self):
        try:
            if not self.options.get("implicit"):
                self.say("220 " + self.words["banner"])
                if (self.talk(False) or b"").upper() != b"STARTTLS":
                    return
            self.sock = self.context.wrap_socket(self.sock, server_side=True)
            if self.options.get("implicit") and self.options.get("closed"):
                self.refuse("listed")
                self.line()
                self.say(self.words["bye"])
                self.flush()
            else:
                if self.options.get("implicit"):
                    self.say("220 " + self.words["banner"])
                self.talk(True)
            self.sock.unwrap()
        except (OSError, ValueError):
            pass
        finally:
            self.sock.close()


# ---- clients: each takes a Wire's end and a list of mails (sender, recipients, text) ----


class Library(smtplib.SMTP):
    """smtplib, on a socket that is there already."""

    def __init__(self, sock, context, implicit):
        self.ready, self.context, self.implicit = sock, context, implicit
        super().__init__("mx.example.net", local_hostname="client.example.edu")

    def _get_socket(self, host, port, timeout):
        return self.context.wrap_socket(self.ready, server_hostname=host) if self.implicit else self.ready


def client_smtplib(sock, context, mails, options):
    try:
        session = Library(sock, context, options["implicit"])
        if not options["implicit"]:
            session.starttls(context=context)
        if options.get("auth"):
            session.user, session.password = "ana", "made-up-Secret-42"
            session.ehlo_or_helo_if_needed()
            session.login("ana", "made-up-Secret-42")
        for sender, rcpts, text in mails:
            try:
                session.sendmail(sender, rcpts, text)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
                pass
        session.quit()
    except (smtplib.SMTPException, OSError):
        pass
    sock.close()


class Speaker:
    """A client by hand: lines out, replies in."""

    def __init__(self, sock, context, options, name=b"client.example.edu"):
        self.sock, self.buffer = sock, b""
        if not options["implicit"]:
            self.reply()
            self.ask(b"EHLO " + name)
            self.ask(b"STARTTLS")
        self.sock = context.wrap_socket(sock, server_hostname="mx.example.net")
        self.buffer = b""
        self.open = not options["implicit"] or self.reply() < 400
        if self.open:
            self.ask(b"EHLO " + name)

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        while True:
            while b"\n" not in self.buffer:
                more = self.sock.recv(65536)
                if not more:
                    raise ConnectionError
                self.buffer += more
            line, self.buffer = self.buffer.split(b"\n", 1)
            if line[3:4] != b"-":
                return int(line[:3])

    def ask(self, line):
        self.send(line + b"\r\n")
        return self.reply()

    def end(self):
        try:
            self.sock.unwrap()
        except (OSError, ValueError):
            pass
        self.sock.close()


def spoken(talk):
    """Around a client by hand: what it does when the server leaves."""
    def client(sock, context, mails, options):
        try:
            s = Speaker(sock, context, options)
            if s.open:
                talk(s, mails, options)
            else:
                s.ask(b"QUIT")
            s.end()
        except (OSError, ValueError):
            pass
        sock.close()
    return client


def login(s, options):
    if options.get("auth") == "LOGIN":
        s.ask(b"AUTH LOGIN")
        s.ask(base64.b64encode(b"ana"))
        return s.ask(base64.b64encode(b"made-up-Secret-42")) == 235
    if options.get("auth"):
        return s.ask(b"AUTH PLAIN " + base64.b64encode(b"\0ana\0made-up-Secret-42")) == 235
    return True


def body_of(text):
    return "".join(line + "\r\n" for line in text.splitlines()).encode()


@spoken
def client_postfix(s, mails, options):
    """MAIL, RCPT and DATA in one go; the last mail's dot and QUIT in one go."""
    for i, (sender, rcpts, text) in enumerate(mails):
        last = i == len(mails) - 1
        body = body_of(text)
        lines = [f"MAIL FROM:<{sender}> SIZE={len(body)} BODY=8BITMIME"] + [f"RCPT TO:<{r}>" for r in rcpts] + ["DATA"]
        s.send("".join(line + "\r\n" for line in lines).encode())
        codes = [s.reply() for _ in lines]
        if codes[-1] == 354:
            for at in range(0, len(body), 4096):
                s.send(body[at:at + 4096])
            s.send(b".\r\nQUIT\r\n" if last else b".\r\n")
            s.reply()
            if last:
                s.reply()
                return
        else:
            s.ask(b"RSET" if not last else b"QUIT")
    if not mails:
        s.ask(b"QUIT")


@spoken
def client_exim(s, mails, options):
    """With CHUNKING all of a mail in one go."""
    for sender, rcpts, text in mails:
        body = body_of(text)
        lines = [f"MAIL FROM:<{sender}> SIZE={len(body) + 200}"] + [f"RCPT TO:<{r}>" for r in rcpts]
        group = "".join(line + "\r\n" for line in lines).encode()
        if options.get("chunking"):
            group += f"BDAT {len(body)} LAST\r\n".encode() + body
            for at in range(0, len(group), 8192):
                s.send(group[at:at + 8192])
            codes = [s.reply() for _ in range(len(lines) + 1)]
            if codes[-1] >= 400:
                s.ask(b"RSET")
            continue
        s.send(group + b"DATA\r\n")
        codes = [s.reply() for _ in range(len(lines) + 1)]
        if codes[-1] == 354:
            for at in range(0, len(body) + 3, 8192):
                s.send((body + b".\r\n")[at:at + 8192])
            s.reply()
        else:
            s.ask(b"RSET")
    s.ask(b"QUIT")


@spoken
def client_msmtp(s, mails, options):
    """Each command and each line of the text is a record of its own; pipelined; one mail."""
    if not login(s, options):
        s.ask(b"QUIT")
        return
    for sender, rcpts, text in mails[:1]:
        lines = [f"MAIL FROM:<{sender}>"] + [f"RCPT TO:<{r}>" for r in rcpts] + ["DATA"]
        for line in lines:
            s.send(line.encode() + b"\r\n")
        codes = [s.reply() for _ in lines]
        if max(codes[:-1]) >= 400 or codes[-1] != 354:
            if codes[-1] == 354:
                s.ask(b".")
            return # it leaves without a word
        for line in body_of(text)[:-2].split(b"\r\n"):
            s.send(line + b"\r\n")
        s.ask(b".")
    s.ask(b"QUIT")


@spoken
def client_swaks(s, mails, options):
    """One command after another; the text and its dot in one go; one mail."""
    if not login(s, options):
        s.ask(b"QUIT")
        return
    for sender, rcpts, text in mails[:1]:
        if s.ask(f"MAIL FROM:<{sender}>".encode()) == 250:
            taken = [s.ask(f"RCPT TO:<{r}>".encode()) < 400 for r in rcpts]
            if any(taken) and s.ask(b"DATA") == 354:
                s.ask(body_of(text) + b"\r\n.")
    s.ask(b"QUIT")


@spoken
def client_curl(s, mails, options):
    """One command after another; the text in pieces, the dot apart; the first refused recipient ends it."""
    if not login(s, options):
        s.ask(b"QUIT")
        return
    for sender, rcpts, text in mails[:1]:
        if s.ask(f"MAIL FROM:<{sender}> SIZE={len(text)}".encode()) != 250:
            break
        if not all(s.ask(f"RCPT TO:<{r}>".encode()) < 400 for r in rcpts) or s.ask(b"DATA") != 354:
            break
        body = body_of(text)
        for at in range(0, len(body), 16384):
            s.send(body[at:at + 16384])
        s.ask(b".")
    s.ask(b"QUIT")


@spoken
def client_spammer(s, mails, options):
    """No QUIT; tries many recipients one after another."""
    for sender, rcpts, text in mails:
        if s.ask(f"MAIL FROM:<{sender}>".encode()) != 250:
            continue
        taken = [s.ask(f"RCPT TO:<{r}>".encode()) < 400 for r in rcpts]
        if any(taken) and s.ask(b"DATA") == 354:
            s.ask(body_of(text) + b".")
        else:
            s.ask(b"RSET")


CLIENTS = {"smtplib": client_smtplib, "postfix": client_postfix, "exim": client_exim, "msmtp": client_msmtp, "swaks": client_swaks,
           "curl": client_curl, "spammer": client_spammer}


def tls_contexts(certificate, key, suite):
    """(client's, server's) for a row of SUITES: "1.3" or a TLS 1.2 cipher of OpenSSL's."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    server.load_cert_chain(certificate, key)
    if suite.startswith("1.3"):
        server.minimum_version = ssl.TLSVersion.TLSv1_3
    else:
        server.maximum_version = ssl.TLSVersion.TLSv1_2
        server.set_ciphers(suite + ":@SECLEVEL=0")
        client.set_ciphers("ALL:@SECLEVEL=0")
    return client, server


def numbers(data):
    return [x for (x,) in struct.iter_unpack(">H", data[:len(data) & ~1]) if x & 0x0f0f != 0x0a0a or x >> 8 != x & 255]


def ja4(passed):
    """JA4 of the ClientHello among what passed (technical_details/JA4.md), written apart from the sensor's."""
    data = b"".join(data for _, side, data in passed if side == 0)
    data = data[data.index(b"\x16\x03\x01"):]
    at = 5 + 4 + 2 + 32
    at += 1 + data[at]
    size = struct.unpack_from(">H", data, at)[0]
    ciphers = numbers(data[at + 2:at + 2 + size])
    at += 2 + size
    at += 1 + data[at]
    end = at + 2 + struct.unpack_from(">H", data, at)[0]
    at += 2
    version, kinds, signatures, alpn = struct.unpack_from(">H", data, 9)[0], [], [], "00"
    while at < end:
        kind, size = struct.unpack_from(">HH", data, at)
        body = data[at + 4:at + 4 + size]
        at += 4 + size
        kinds += numbers(struct.pack(">H", kind))
        if kind == 13:
            signatures = numbers(body[2:])
        elif kind == 43:
            version = max(numbers(body[1:]))
        elif kind == 16:
            first = body[3:3 + body[2]].decode("latin-1")
            alpn = first[0] + first[-1]
    digest = [",".join(f"{c:04x}" for c in sorted(ciphers)), ",".join(f"{k:04x}" for k in sorted(k for k in kinds if k not in (0, 16)))]
    if signatures:
        digest[1] += "_" + ",".join(f"{x:04x}" for x in signatures)
    hashes = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in digest]
    words = {0x304: "13", 0x303: "12", 0x302: "11", 0x301: "10"}[version]
    return f"t{words}{'d' if 0 in kinds else 'i'}{min(99, len(ciphers)):02}{min(99, len(kinds)):02}{alpn}_{hashes[0]}_{hashes[1]}"
