"""Dialogues: what programs send, what servers answer, and how the two become a Talk.

Wordings are those of the programs and providers (facts on replies); {a} is an address, {q} a queue id, {ip} the client, {s} the server's name.
"""

import dataclasses

import mails
import texts
import wire

SOFTWARE = {
    "Postfix": {"banner": "{s} ESMTP Postfix", "mail": "250 2.1.0 Ok", "rcpt": "250 2.1.5 Ok", "data": "354 End data with <CR><LF>.<CR><LF>", "queued": "250 2.0.0 Ok: queued as {q}", "bye": "221 2.0.0 Bye", "rset": "250 2.0.0 Ok",
                "unknown": "550 5.1.1 <{a}>: Recipient address rejected: User unknown in virtual mailbox table", "none": "554 5.5.1 Error: no valid recipients", "relay": "554 5.7.1 <{a}>: Relay access denied",
                "grey": "450 4.2.0 <{a}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/{d}.html",
                "spam": "554 5.7.1 Spam message rejected", "rdns": "450 4.7.25 Client host rejected: cannot find your hostname, [{ip}]", "helo": "504 5.5.2 <{h}>: Helo command rejected: need fully-qualified hostname",
                "listed": "554 5.7.1 Service unavailable; Client host [{ip}] blocked using {zone}; {page}", "loop": "554 5.4.6 Error: too many hops", "auth": "235 2.7.0 Authentication successful",
                "noauth": "535 5.7.8 Error: authentication failed: authentication failure"},
    "Exim": {"banner": "{s} ESMTP Exim 4.96 {date}", "mail": "250 OK", "rcpt": "250 Accepted", "data": '354 Enter message, ending with "." on a line by itself', "queued": "250 OK id={e}", "bye": "221 {s} closing connection", "rset": "250 Reset OK",
             "unknown": "550 No Such User Here", "none": "503 Valid RCPT command must precede DATA", "relay": "550 relay not permitted", "grey": "451 Greylisted, please try again in 300 seconds", "spam": "550 This message was classified as SPAM and may not be delivered",
             "rdns": "550 Reverse DNS lookup failed for {ip}", "helo": "550 HELO {h} is not a fully qualified name", "listed": '550-"JunkMail rejected - {h} [{ip}]:{port} is in an RBL:\r\n550 {page}"', "loop": '550 Too many "Received" headers - suspected mail loop',
             "auth": "235 Authentication succeeded", "noauth": "535 Incorrect authentication data"},
    "Exchange": {"banner": "{s} Microsoft ESMTP MAIL Service ready at {date}", "mail": "250 2.1.0 Sender OK", "rcpt": "250 2.1.5 Recipient OK", "data": "354 Start mail input; end with <CRLF>.<CRLF>",
                 "queued": "250 2.6.0 <{q}@{s}> [InternalId=4711081518, Hostname={s}] 5121 bytes in 0.104, 48.010 KB/sec Queued mail for delivery", "bye": "221 2.0.0 Service closing transmission channel", "rset": "250 2.0.0 Resetting",
                 "unknown": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {a} not found by SMTP address lookup", "none": "503 5.5.2 Need rcpt command", "relay": "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
                 "grey": "451 4.7.1 Greylisting in action, please come back later", "spam": "550 5.7.1 Message rejected as spam by Content Filtering.", "rdns": "450 4.7.25 Client host rejected: cannot find your hostname, [{ip}]",
                 "helo": "501 5.5.4 Invalid domain name", "listed": "550 5.7.1 Service unavailable, Client host [{ip}] blocked using {list}. To request removal from this list see {page} (AS16012611)", "loop": "554 5.4.6 Hop count exceeded - possible mail loop",
                 "auth": "235 2.7.0 Authentication successful", "noauth": "535 5.7.3 Authentication unsuccessful"},
    "Sendmail": {"banner": "{s} ESMTP Sendmail 8.17.1/8.17.1; {date}", "mail": "250 2.1.0 <{f}>... Sender ok", "rcpt": "250 2.1.5 <{a}>... Recipient ok", "data": '354 Enter mail, end with "." on a line by itself', "queued": "250 2.0.0 {q} Message accepted for delivery",
                 "bye": "221 2.0.0 {s} closing connection", "rset": "250 2.0.0 Reset state", "unknown": "550 5.1.1 <{a}>... User unknown", "none": "503 5.0.0 Need RCPT (recipient)", "relay": "550 5.7.1 <{a}>... Relaying denied",
                 "grey": "451 4.7.1 Greylisting in action, please come back in 00:05:00", "spam": "554 5.7.1 Blocked by SpamAssassin", "rdns": "451 4.1.8 Fix reverse DNS for {ip}", "helo": "553 5.0.0 {h} is not a valid name",
                 "listed": "550 5.7.1 Rejected: {ip} listed at {zone}", "loop": "554 5.4.6 Too many hops 26 (25 max)", "auth": "235 2.0.0 OK Authenticated", "noauth": "535 5.7.0 authentication failed"},
    "Google": {"banner": "mx.google.com ESMTP {q} - gsmtp", "mail": "250 2.1.0 OK {q} - gsmtp", "rcpt": "250 2.1.5 OK {q} - gsmtp", "data": "354 Go ahead {q} - gsmtp", "queued": "250 2.0.0 OK  {n} {q} - gsmtp", "bye": "221 2.0.0 closing connection {q} - gsmtp", "rset": "250 2.1.5 Flushed {q} - gsmtp",
               "unknown": "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser {q} - gsmtp",
               "none": "503 5.5.1 RCPT first. {q} - gsmtp", "relay": "550 5.7.1 Relaying denied {q} - gsmtp", "spam": "550-5.7.1 [{ip}] Our system has detected that this message is likely\r\n550 5.7.1 unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. {q} - gsmtp",
               "throttle": "421-4.7.28 [{ip}] Our system has detected an unusual rate of\r\n421 4.7.28 unsolicited mail originating from your IP address. {q} - gsmtp", "rdns": "550-5.7.25 [{ip}] The IP address sending this message does not have a PTR record\r\n550 5.7.25 setup, or the corresponding forward DNS entry does not match. {q} - gsmtp",
               "unauthenticated": "550-5.7.26 This email has been blocked because the sender is unauthenticated.\r\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. {q} - gsmtp"},
    "Microsoft": {"banner": "{s} Microsoft ESMTP MAIL Service ready at {date}", "mail": "250 2.1.0 Sender OK", "rcpt": "250 2.1.5 Recipient OK", "data": "354 Start mail input; end with <CRLF>.<CRLF>",
                  "queued": "250 2.6.0 <{q}@{s}> [InternalId=4711081518, Hostname={s}] 9121 bytes in 0.204, 43.010 KB/sec Queued mail for delivery", "bye": "221 2.0.0 Service closing transmission channel", "rset": "250 2.0.0 Resetting",
                  "unknown": "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", "none": "503 5.5.2 Need rcpt command", "relay": "550 5.7.64 TenantAttribution; Relay Access Denied",
                  "spam": "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).", "throttle": "451 4.7.650 The mail server [{ip}] has been temporarily rate limited due to IP reputation. (S775)",
                  "listed": "550 5.7.1 Service unavailable, Client host [{ip}] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/{ip} (AS16012611)"},
    "Yahoo": {"banner": "{s} ESMTP ready", "mail": "250 sender <{f}> ok", "rcpt": "250 recipient <{a}> ok", "data": "354 go ahead", "queued": "250 ok dirdel", "bye": "221 {s}", "rset": "250 reset",
              "unknown": "554 delivery error: dd This user doesn't have a {d} account ({a}) [0] - {s}", "none": "503 RCPT first", "relay": "550 relaying denied", "spam": "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes",
              "throttle": "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
              "listed": "553 5.7.1 [BL21] Connections will not be accepted from {ip}, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/error-codes"},
}
for _provider in ("Google", "Microsoft", "Yahoo"):  # where it has no wording of its own
    SOFTWARE[_provider] = {**SOFTWARE["Exchange"], "grey": "451 4.3.0 Temporary local problem, please try later", **SOFTWARE[_provider]}
LISTS = (("Spamhaus", "zen.spamhaus.org", "https://www.spamhaus.org/query/ip/{ip}", 0.55), ("SpamCop", "bl.spamcop.net", "Blocked - see https://www.spamcop.net/bl.shtml?{ip}", 0.2),
         ("Barracuda", "b.barracudacentral.org", "http://www.barracudanetworks.com/reputation/?pr=1&ip={ip}", 0.15), ("PSBL", "psbl.surriel.com", "Listed in PSBL, see http://psbl.org/listing?ip={ip}", 0.05),
         ("Abusix", "combined.mail.abusix.zone", "see https://lookup.abusix.com/search?q={ip}", 0.05))


@dataclasses.dataclass
class Server:
    """An MX, or a campus server as others see it."""
    name: str
    address: str
    domain: str
    software: str = "Postfix"
    tls: bool = True
    greylists: bool = False
    listing: tuple = None       # which of LISTS it asks
    at: str = "rcpt"            # where it refuses listed clients: greeting, helo, rcpt
    filters: bool = False       # refuses spam after DATA
    rtt: float = 0.05
    rdns: bool = False          # refuses clients without a reverse name, and names without a dot
    address6: str = ""


@dataclasses.dataclass
class Program:
    """How a client speaks."""
    name: str
    hello: str = "EHLO"
    mail: str = "MAIL FROM:<{}>"
    rcpt: str = "RCPT TO:<{}>"
    data: str = "DATA"
    quit: str = "QUIT"
    eol: str = "\r\n"
    pipelined: bool = False
    size: bool = False
    tls: bool = True
    piece: int = 16384
    reset: bool = False         # RSET between mails
    early: bool = False         # speaks before the greeting
    end: str = "fin"
    per_session: int = 1        # mails
    retries: bool = True        # comes again after 4xx


POSTFIX = Program("postfix", pipelined=True, size=True, piece=4096)
EXIM = Program("exim", pipelined=True, size=True, piece=8192)
SENDMAIL = Program("sendmail", size=True, piece=8192)
EXCHANGE = Program("exchange", pipelined=True, size=True)
PYTHON = Program("python", hello="ehlo", mail="mail FROM:<{}>", rcpt="rcpt TO:<{}>", data="data", quit="quit", size=True)
MSMTP = Program("msmtp", pipelined=True, piece=80)
OUTLOOK = Program("outlook")
THUNDERBIRD = Program("thunderbird", mail="MAIL FROM:<{}>", size=True)
PHPMAILER = Program("phpmailer")
DEVICE = Program("device", hello="HELO", tls=False)
MTAS = (POSTFIX, POSTFIX, POSTFIX, EXIM, EXIM, SENDMAIL, EXCHANGE)
# Engines of spam: none is a real one's, each has habits that real ones were seen with (facts on causes, 3.1)
ENGINES = (
    Program("plain-helo", hello="HELO", tls=False, retries=False),
    Program("spaced", hello="HELO", mail="MAIL FROM: <{}>", rcpt="RCPT TO: <{}>", tls=False, retries=False, quit="", end="rst"),
    Program("lower", hello="helo", mail="mail from:<{}>", rcpt="rcpt to:<{}>", data="data", quit="quit", tls=False, retries=False),
    Program("resetting", hello="EHLO", reset=True, per_session=6, tls=False, retries=False, quit=""),
    Program("early", hello="EHLO", early=True, tls=False, retries=False),
    Program("bare-lf", hello="HELO", eol="\n", tls=False, retries=False, quit="quit"),
    Program("mixed", hello="Ehlo", mail="Mail From:<{}>", rcpt="Rcpt To:<{}>", data="Data", quit="Quit", tls=False, retries=False),
    Program("library", hello="ehlo", mail="mail FROM:<{}>", rcpt="rcpt TO:<{}>", data="data", quit="quit", size=True, retries=False),
    Program("modern", hello="EHLO", tls=True, retries=False, quit=""),
)


@dataclasses.dataclass
class Mail:
    sender: str
    rcpts: list
    data: bytes                 # with CRLF
    bad: bool = False           # what the cause is about
    spam: bool = False
    cause: str = ""


class Dialogue:
    """One session of a client with a server; judge says how the server answers: judge(stage, server, mail, rcpt, at) -> key of SOFTWARE, or None for yes."""

    def __init__(self, dice, client, server, start, judge, port=25, client_port=None):
        self.dice, self.server, self.judge, self.port = dice, server, judge, port
        self.client = client
        self.client_port = client_port or dice.randint(20000, 60999)
        target = server.address6 if ":" in client else server.address
        self.talk = wire.Talk(dice, (client, self.client_port), (target, port), start, server.rtt * dice.uniform(0.9, 1.2))
        self.words = SOFTWARE[server.software]
        self.helo, self.sender, self.broken = "", "", False
        self.held = None   # replies that wait for the end of a pipelined group
        self.left = False  # QUIT was sent with the last dot
        self.events = []  # (time, kind, mail): accepted, refused, deferred

    def say(self, key, address="", wait=None):
        dice, server = self.dice, self.server
        ip, at = self.client, self.talk.now
        _, zone, page, _ = server.listing or LISTS[0]
        values = {"a": address, "f": self.sender, "s": server.name, "d": server.domain, "ip": ip, "h": self.helo, "port": self.client_port, "zone": zone, "page": page.format(ip=ip), "list": zone.split(".")[0].capitalize(),
                  "q": mails.hexa(dice, 11), "e": mails.exim_id(dice), "n": int(at), "date": mails.date(at)}
        text = self.words[key].format(**values) if key in self.words else key
        if key == "banner":
            text = "220 " + text
        if self.held is not None:
            self.held.append(text)
        else:
            self.talk.server(text.encode() + b"\r\n", wait)
        return text

    def release(self):
        """Replies to a pipelined group leave together, as Postfix, Exim and the providers send them."""
        held, self.held = self.held, None
        if held:
            self.talk.server("".join(text + "\r\n" for text in held).encode())

    def line(self, text, program, wait=None):
        self.talk.client((text + program.eol).encode(), wait, program.piece)

    def refusal(self, stage, mail=None, rcpt=""):
        key = self.judge(stage, self.server, mail, rcpt, self.talk.now, self.client)
        if key:
            self.say(key, rcpt)
            self.events.append((self.talk.now, "deferred" if self.words.get(key, key)[0] == "4" else "refused", mail, key))
        return key

    def opening(self, program, helo, encrypted, implicit=False):
        """Greeting, EHLO, STARTTLS.  False: the server does not want the client."""
        self.helo = helo
        if implicit:
            self.talk.start_tls(self.server.name)
        if program.early:
            self.line(f"{program.hello} {helo}", program)
        if self.refusal("greeting"):
            return False
        self.say("banner")
        if not program.early:
            self.line(f"{program.hello} {helo}", program)
        self.capabilities(program, starttls=self.server.tls and not implicit)
        if self.refusal("helo"):
            return False
        if encrypted and not implicit:
            self.line("STARTTLS", program)
            self.say("220 2.0.0 Ready to start TLS" if self.server.software != "Exim" else "220 TLS go ahead")
            self.talk.start_tls(self.server.name)
            self.line(f"{program.hello} {helo}", program)
            self.capabilities(program, starttls=False)
        return True

    def capabilities(self, program, starttls):
        if program.hello.upper() == "HELO":
            self.say(f"250 {self.server.name}" + (" Hello " + self.helo if self.server.software != "Postfix" else ""))
            return
        offers = [self.server.name + (f" Hello {self.helo} [{self.client}]" if self.server.software in ("Exim", "Exchange", "Microsoft", "Sendmail") else "")]
        offers += ["SIZE 52428800", "8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES"] + (["STARTTLS"] if starttls else [])
        offers += ["AUTH PLAIN LOGIN"] if self.port in (465, 587) and not starttls else []
        self.talk.server(b"".join(f"250{' ' if i == len(offers) - 1 else '-'}{o}\r\n".encode() for i, o in enumerate(offers)))

    def auth(self, program, good=True):
        self.line("AUTH PLAIN AGFuYQBtYWRlLXVwLVNlY3JldC00Mg==", program)
        self.say("auth" if good else "noauth")
        return good

    def mail(self, mail, program, last):
        """One transaction."""
        self.sender = mail.sender
        size = f" SIZE={len(mail.data)}" if program.size else ""
        opening = program.mail.format(mail.sender) + size
        lines = [opening] + [program.rcpt.format(r) for r in mail.rcpts]
        keys = [self.peek("rcpt", mail, r) for r in mail.rcpts]
        grouped = program.pipelined and program.hello.upper() != "HELO"
        if grouped:
            self.line("\r\n".join(lines + [program.data]), program)
            self.held = []
            self.say("mail")
            for rcpt, key in zip(mail.rcpts, keys):
                self.answer(mail, rcpt, key)
            self.say("none" if all(keys) else "data")
            self.release()
        else:
            self.line(lines[0], program)
            self.say("mail")
            for rcpt, key, line in zip(mail.rcpts, keys, lines[1:]):
                self.line(line, program)
                self.answer(mail, rcpt, key)
        if all(keys):
            if not last or program.reset:
                self.line("RSET", program)
                self.say("rset")
            return
        if not grouped:
            self.line(program.data, program)
            self.say("data")
        body = mail.data.replace(b"\r\n.", b"\r\n..")
        if program.eol == "\n":
            body = body.replace(b"\r\n", b"\n")
        ending = f".{program.eol}".encode()
        if program.pipelined and last and program.quit:
            ending += f"{program.quit}{program.eol}".encode()
            self.left = True
        self.talk.client(body + ending, None, program.piece)
        if not self.refusal("content", mail, mail.rcpts[0]):
            self.say("queued")
            self.events.append((self.talk.now, "accepted", mail, "queued"))
        if program.reset and not last:
            self.line("RSET", program)
            self.say("rset")

    def peek(self, stage, mail, rcpt):
        return self.judge(stage, self.server, mail, rcpt, self.talk.now, self.client)

    def answer(self, mail, rcpt, key):
        self.say(key or "rcpt", rcpt)
        if key:
            self.events.append((self.talk.now, "deferred" if self.words.get(key, key)[0] == "4" else "refused", mail, key))

    def run(self, program, helo, letters, encrypted=False, implicit=False, auth=None):
        """The whole session; returns self."""
        if not self.opening(program, helo, encrypted, implicit) or (auth is not None and not self.auth(program, auth)):
            if program.quit:
                self.line(program.quit, program)
                self.say("bye")
            self.talk.close(program.end if not program.quit else "fin", wire.CLIENT)
            return self
        for number, mail in enumerate(letters):
            self.mail(mail, program, number == len(letters) - 1)
        if program.quit:
            if not self.left:
                self.line(program.quit, program)
            self.say("bye")
        self.talk.close(program.end if not program.quit else "fin", wire.CLIENT)
        return self


def label_domain(dice):
    return texts.label(dice, 6, 11) + dice.choice((".com", ".com", ".org", ".net", ".com.br", ".edu.br", ".de", ".fr", ".co.uk", ".jp", ".it", ".gov.br"))
