"""A campus and the world that it writes to: hosts, servers, what these answer, and what happened, which is the truth."""

import heapq
import random

import mails
import smtp
import texts
import wire

HOUR = 3600
DAY_SPAN = 24 * HOUR
FIRST_DAY = 1773100800  # 2026-03-10 00:00 UTC
CAMPUS_DOMAIN = "uni-exemplo.edu.br"
NET4, NET6 = "200.136.64.0/18", "2001:db8:136::/48"
DEPARTMENTS = "ifi ime fee bio geo iq cc fcm iel ia".split()
PROVIDERS = (("gmail.com", "Google", 0.4), ("hotmail.com", "Microsoft", 0.2), ("outlook.com", "Microsoft", 0.1), ("yahoo.com", "Yahoo", 0.12), ("yahoo.com.br", "Yahoo", 0.08), ("uol.com.br", "Postfix", 0.1))


class Host:
    """One of ours, and the truth about it."""

    def __init__(self, world, kind, family=4, good=True, causes=(), intensity="", hidden=False, behind="", find="none"):
        self.world, self.kind, self.good, self.causes, self.intensity = world, kind, good, list(causes), intensity
        self.hidden, self.behind, self.family, self.find = hidden, behind, family, find
        self.address = world.new_address(family)
        self.department = world.dice.choice(DEPARTMENTS)
        self.label = texts.label(world.dice, 4, 8)
        self.domain = f"{self.department}.{CAMPUS_DOMAIN}"
        self.name = f"{self.label}.{self.domain}"
        self.dice = random.Random(f"{world.seed} {self.address}")
        self.listed_at, self.lists = None, set()
        self.no_reverse = self.bad_helo = False
        self.spam_times, self.refusal_times, self.session_times = [], [], []
        self.to_provider = {}
        self.families = self.dice.sample(sorted(texts.SPAM), 2)
        self.relay = None      # the smarthost that it sends through
        self.greylisted_by = set()
        self.also = []         # causes that are true, too, though not what it is about
        self.notes = ""
        world.hosts.append(self)
        world.by_address[self.address] = self

    def as_server(self, **given):
        """Itself as those outside see it."""
        values = {"name": self.name, "address": self.address, "domain": self.domain, "software": "Postfix", "rtt": self.dice.uniform(0.02, 0.2), "address6": self.address, **given}
        return smtp.Server(**values)

    def truth(self):
        return {"address": self.address, "name": self.name, "kind": self.kind, "good": self.good, "causes": self.causes, "also": self.also, "intensity": self.intensity,
                "encrypted": self.hidden, "family": self.family, "behind": self.behind, "find": self.find, "relay": self.relay.address if self.relay else "", "notes": self.notes,
                "start": min(self.session_times, default=0), "spam": [round(t, 3) for t in self.spam_times], "refusals": [round(t, 3) for t in self.refusal_times],
                "sessions": [round(t, 3) for t in self.session_times]}


class World:
    def __init__(self, seed, mirror, corpus=None, domains=400):
        self.seed, self.mirror, self.corpus = seed, mirror, corpus
        self.dice = random.Random(f"campus {seed}")
        self.begin = FIRST_DAY + 86400 * (seed % 90)
        self.hosts, self.by_address, self.taken = [], {}, set()
        self.heap, self.order = [], 0
        self.unknown = set()
        self.triplets = {}
        self.servers = [self.new_server(smtp.label_domain(self.dice)) for _ in range(domains)]
        self.providers = []
        for domain, software, share in PROVIDERS:
            for number in range(3):
                self.providers.append((self.new_server(domain, software, f"mx{number + 1}.{domain}" if software != "Microsoft" else f"{domain.split('.')[0]}-com.olc.protection.outlook.com"), share / 3))

    # ---- the outside ----

    def outside4(self):
        while True:
            a = self.dice.choice([x for x in range(11, 223) if x not in (100, 127, 169, 172, 192, 198, 200, 203)])
            address = f"{a}.{self.dice.randint(0, 255)}.{self.dice.randint(0, 255)}.{self.dice.randint(1, 254)}"
            if address not in self.taken:
                self.taken.add(address)
                return address

    def outside6(self):
        return f"2a0{self.dice.randint(0, 9)}:{self.dice.getrandbits(16):x}:{self.dice.getrandbits(16):x}::{self.dice.randint(1, 0xffff):x}"

    def new_server(self, domain, software=None, name=None):
        dice = self.dice
        software = software or dice.choices(("Postfix", "Exim", "Exchange", "Sendmail"), (45, 27, 18, 10))[0]
        provider = software in ("Google", "Microsoft", "Yahoo")
        return smtp.Server(name or dice.choice(("mx", "mail", "mx1", "smtp")) + "." + domain, self.outside4(), domain, software, tls=provider or dice.random() < 0.85, greylists=not provider and dice.random() < 0.12,
                           listing=None if provider and software == "Google" else smtp.LISTS[0] if provider else dice.choices(smtp.LISTS, [x[3] for x in smtp.LISTS])[0] if dice.random() < 0.5 else None,
                           at=dice.choices(("rcpt", "greeting", "helo"), (8, 1, 1))[0] if not provider else "rcpt", filters=provider or dice.random() < 0.4,
                           rtt=dice.lognormvariate(-3, 0.7), rdns=dice.random() < 0.35, address6=self.outside6())

    def server_for(self, dice, provider_share=0.5):
        if dice.random() < provider_share:
            return dice.choices([s for s, _ in self.providers], [w for _, w in self.providers])[0]
        return dice.choice(self.servers)

    def rcpt_at(self, dice, server, unknown=0.0):
        local = dice.choice((lambda: texts.label(dice) + str(dice.randint(1, 99)), lambda: f"{dice.choice(texts.FIRST)}.{dice.choice(texts.LAST)}".lower(), lambda: dice.choice(texts.FIRST).lower()[0] + dice.choice(texts.LAST).lower() + dice.choice(("", "", str(dice.randint(1, 99))))))()
        address = f"{local}@{server.domain}"
        if dice.random() < unknown:
            address = f"{texts.label(dice, 3, 5)}.{local}@{server.domain}"
            self.unknown.add(address)
        return address

    # ---- the inside ----

    def new_address(self, family):
        while True:
            if family == 6:
                address = f"2001:db8:136:{self.dice.randint(1, 60):x}::{self.dice.randint(0x10, 0xffff):x}"
            else:
                address = f"200.136.{self.dice.randint(64, 127)}.{self.dice.randint(2, 253)}"
            if address not in self.taken:
                self.taken.add(address)
                return address

    # ---- time ----

    def at(self, when, what):
        self.order += 1
        if self.begin <= when < self.begin + DAY_SPAN - 60:
            heapq.heappush(self.heap, (when, self.order, what))

    def run(self):
        while self.heap:
            when, _, what = heapq.heappop(self.heap)
            self.mirror.flush(when)
            what(when)
        self.mirror.close()

    def hours(self, dice, count, first=0.0, last=23.9):
        return sorted(self.begin + dice.uniform(first, last) * HOUR for _ in range(count))

    def working(self, dice, count):
        """Times at which people write: a day with a hole at noon, 11 to 22 UTC."""
        out = []
        while len(out) < count:
            hour = dice.gauss(dice.choice((13, 17.5)), 1.8)
            if 10 < hour < 23:
                out.append(self.begin + hour * HOUR)
        return sorted(out)

    # ---- what servers answer ----

    def judge(self, stage, server, mail, rcpt, at, ip):
        host = self.by_address.get(ip)
        if host is None:
            return None
        if host.listed_at and at >= host.listed_at and server.listing and server.listing[0] in host.lists and stage == server.at:
            return "listed"
        if stage == "rcpt":
            return self.judge_rcpt(server, mail, rcpt, at, host)
        if stage == "content":
            if "unauthenticated" in smtp.SOFTWARE[server.software] and mail.cause == "forwarding" and host.dice.random() < 0.6:
                return "unauthenticated"
            if mail.cause == "loop":
                return "loop"
            if server.filters and mail.spam and host.dice.random() < 0.5:
                return "spam"
        return None

    def judge_rcpt(self, server, mail, rcpt, at, host):
        if rcpt in self.unknown:
            return "unknown"
        if server.rdns and "rdns" in smtp.SOFTWARE[server.software]:
            if host.no_reverse:
                return "rdns"
            if host.bad_helo and "helo" in smtp.SOFTWARE[server.software]:
                return "helo"
        if "throttle" in smtp.SOFTWARE[server.software] and mail.bad:
            sent = host.to_provider[server.software] = host.to_provider.get(server.software, 0) + 1
            if sent > 25 and host.dice.random() < 0.6:
                return "throttle"
        if server.greylists:
            key = (host.address, mail.sender, rcpt)
            first = self.triplets.setdefault(key, at)
            if at - first < 200:
                return "grey"
        return None

    # ---- what happens ----

    def told(self, host, dialogue, mails_are=None):
        """Adds the dialogue to the capture and to what is known of the host."""
        self.mirror.add(dialogue.talk)
        host.session_times.append(dialogue.talk.start)
        for at, kind, mail, key in dialogue.events:
            if mail is not None and mail.bad and key in ("queued", "spam", "loop", "unauthenticated"):
                host.spam_times.append(at)
            if kind in ("refused", "deferred"):
                host.refusal_times.append(at)

    def send(self, host, when, server, program, helo, letters, encrypted=False, tries=0, client=None, seen=True, port=25):
        """Plans a session from one of ours to a server, and what a program that retries does afterwards.  letters may be a function of the time."""
        def session(at):
            batch = letters(at) if callable(letters) else letters
            d = smtp.Dialogue(host.dice, client or host.address, server, at, self.judge, port)
            d.run(program, helo, batch, encrypted and server.tls and program.tls)
            if seen:
                self.told(host, d)
            if not program.retries or tries >= 3:
                return
            done = {id(m) for _, kind, m, _ in d.events if kind in ("accepted",) and m}
            again = {id(m): m for _, kind, m, _ in d.events if kind == "deferred" and m and id(m) not in done}
            if again:
                self.send(host, at + host.dice.uniform(300, 900) * (tries + 1), server, program, helo, list(again.values()), encrypted, tries + 1, client, seen, port)
        self.at(when, session)

    def receive(self, host, when, letters, judge=None, program=None, helo=None, client=None, port=25, encrypted=False, implicit=False, auth=None, server=None, then=None):
        """Plans a session from outside to one of ours."""
        def session(at):
            dice = host.dice
            source = client or (self.outside6() if host.family == 6 else self.outside4())
            batch = letters(at) if callable(letters) else letters
            d = smtp.Dialogue(dice, source, server or host.as_server(), at, judge or (lambda *_: None), port)
            d.run(program or dice.choice(smtp.MTAS), helo or f"mail.{smtp.label_domain(dice)}", batch, encrypted, implicit, auth)
            self.mirror.add(d.talk)
            if then:
                then(d.talk.now, [m for _, kind, m, _ in d.events if kind == "accepted"])
        self.at(when, session)

    # ---- what mails say ----

    def ham(self, dice, at, sender, rcpts, family=None, writer=None, host="", above=(), below=(), form=None, to=None, attached=None):
        writer = writer or dice.choice(mails.HUMAN)
        if self.corpus and family in (None, "office", "office-pt", "newsletter", "list-talk"):
            fields, body = self.corpus.draw(dice, False, at, sender, to or rcpts[0])
            return b"".join(f.encode() + b"\r\n" for f in above) + fields + b"\r\n\r\n" + body + b"\r\n"
        subject, text = texts.compose(dice, texts.HAM, family or dice.choice(("office", "office", "office-pt", "course", "ticket")), {"DOMAIN": CAMPUS_DOMAIN, "URL": f"https://www.{CAMPUS_DOMAIN}/{texts.label(dice)}"})
        fields = list(above) + writer(dice, at, host or CAMPUS_DOMAIN)
        local = sender.partition("@")[0]
        fields += [f"From: {name_for(local)} <{sender}>", f"To: {to or ', '.join(rcpts[:8])}", f"Subject: {subject}"] + list(below)
        kind, body = mails.content(dice, text, form or dice.choice(("plain", "plain", "qp", "both")), attached=attached)
        return mails.message(fields + kind, body)

    def spam(self, dice, at, sender, rcpts, writer, families, host="", above=(), below=(), to=None):
        if self.corpus:
            fields, body = self.corpus.draw(dice, True, at, sender, to or rcpts[0])
            return b"".join(f.encode() + b"\r\n" for f in above) + fields + b"".join(b"\r\n" + f.encode() for f in below) + b"\r\n\r\n" + body + b"\r\n"
        family = dice.choice(families)
        subject, text = texts.compose(dice, texts.SPAM, family, {})
        name = {"mailbox-phish": "Webmail Support", "bank-phish": "Account Service"}.get(family, mails.name_of(dice))
        fields = list(above) + writer(dice, at, host or sender.partition("@")[2])
        fields += [f"From: \"{name}\" <{sender}>", f"To: {to or '<' + rcpts[0] + '>'}", f"Subject: {subject}"] + list(below)
        attached = (f"{texts.label(dice)}.{dice.choice(('zip', 'doc', 'exe', 'scr', 'pdf.js'))}", "application/octet-stream", dice.randint(3000, 20000)) if family in texts.SPAM_ATTACHED else None
        kind, body = mails.content(dice, text, dice.choice(("plain", "html", "html", "both")), loud=True, attached=attached)
        return mails.message(fields + kind, body)


def name_for(local):
    return " ".join(word.capitalize() for word in local.replace("_", ".").split(".") if word)
