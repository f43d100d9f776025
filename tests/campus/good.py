"""Hosts that do nothing wrong, each with what makes a hasty judge suspect it.  A kind is a function of (world, family, encrypted) that makes
one host and plans its day; KINDS says how often each is there."""

import mails
import smtp
import texts
import wire
from smtp import DEVICE, EXCHANGE, EXIM, MSMTP, MTAS, OUTLOOK, POSTFIX, PYTHON, SENDMAIL, THUNDERBIRD, Mail
from world import CAMPUS_DOMAIN, HOUR, Host, name_for


def staff(dice, host):
    return f"{dice.choice(texts.FIRST)}.{dice.choice(texts.LAST)}@{host.domain}".lower()


def from_user(host, dice, at, sender, server_name):
    """The field that an MTA writes over a mail that a person handed in."""
    inside = f"10.{dice.randint(1, 9)}.{dice.randint(0, 255)}.{dice.randint(2, 254)}"
    return [f"Received: from [{inside}] (unknown [{inside}])\r\n\t(Authenticated sender: {sender.partition('@')[0]})\r\n\tby {server_name} (Postfix) with ESMTPSA id {mails.hexa(dice, 11)}\r\n\tfor <someone@{host.domain}>; {mails.date(at)}"]


def correspondence(world, host, program, encrypted, count, unknown=0.012, share=0.5, writer=None, family=None):
    """Ordinary mail of people, through the host as an MTA."""
    dice = host.dice
    for when in world.working(dice, count):
        server = world.server_for(dice, share)
        sender = staff(dice, host)
        rcpts = [world.rcpt_at(dice, server, unknown) for _ in range(dice.choice((1, 1, 1, 1, 2, 3)))]
        data = world.ham(dice, when, sender, rcpts, family, writer, host.domain, above=from_user(host, dice, when, sender, host.name))
        world.send(host, when, server, program, host.name, [Mail(sender, rcpts, data)], encrypted)


def strangers(world, host, count, encrypted, refused=0.2, spam=0.5, hours=None):
    """Mail from outside to people here: spam among it, unknown users among it."""
    dice = host.dice

    def judge(stage, server, mail, rcpt, at, ip):
        return "unknown" if stage == "rcpt" and rcpt.startswith("nobody.") else None
    for when in hours or world.hours(dice, count):
        bad = dice.random() < spam
        sender = f"{texts.label(dice)}@{smtp.label_domain(dice)}"
        rcpts = [("nobody." if dice.random() < refused * (1.6 if bad else 0.2) else "") + staff(dice, host) for _ in range(dice.choice((1, 1, 2)))]
        if bad:
            program = dice.choice(smtp.ENGINES)
            data = world.spam(dice, when, sender, rcpts, mails.BOTS[dice.choice(sorted(mails.BOTS))], sorted(texts.SPAM))
        else:
            program = dice.choice(MTAS)
            data = world.ham(dice, when, sender, rcpts, above=[f"Received: from {texts.label(dice)} ([10.0.0.{dice.randint(1, 200)}])\r\n\tby mail.{sender.partition('@')[2]} (Postfix) with ESMTPS id {mails.hexa(dice, 10)}; {mails.date(when)}"])
        world.receive(host, when, [Mail(sender, rcpts, data)], judge, program, encrypted=encrypted and program.tls)


def mta(world, family, hidden):
    host = Host(world, "mta", family, hidden=hidden)
    program = host.dice.choice(MTAS)
    correspondence(world, host, program, hidden or host.dice.random() < 0.6, host.dice.randint(25, 90))
    strangers(world, host, host.dice.randint(20, 60), hidden)
    return host


def sends_only(world, family, hidden):
    host = Host(world, "mta-out", family, hidden=hidden)
    correspondence(world, host, host.dice.choice(MTAS), hidden, host.dice.randint(30, 120), unknown=0.02)
    return host


def newsletter(world, family, hidden):
    """A letter to hundreds, one by one, with an envelope sender for each; addresses grow old."""
    host = Host(world, "newsletter", family, hidden=hidden)
    dice = host.dice
    begin = world.begin + dice.uniform(8, 18) * HOUR
    unknown = dice.uniform(0.02, 0.04)
    listed = f"news.{host.domain}"
    subject, text = texts.compose(dice, texts.HAM, "newsletter", {"URL": f"https://www.{CAMPUS_DOMAIN}/news"})
    count = dice.randint(150, 350)
    for number in range(count):
        server = world.server_for(dice, 0.6)
        rcpt = world.rcpt_at(dice, server, unknown)
        when = begin + number * dice.uniform(0.3, 6)
        fields = [f"Received: from localhost (localhost [127.0.0.1])\r\n\tby {host.name} (Postfix) with ESMTP id {mails.hexa(dice, 10)}\r\n\tfor <{rcpt}>; {mails.date(when)}", f"Date: {mails.date(begin)}",
                  f"From: University news <news@{host.domain}>", f"To: {rcpt}", f"Subject: {subject}", f"Message-ID: <{int(begin)}.{number}@{host.domain}>", f"List-Id: <{listed}>",
                  f"List-Unsubscribe: <https://www.{CAMPUS_DOMAIN}/news/leave/{number}>, <mailto:news-leave@{host.domain}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Precedence: bulk", "MIME-Version: 1.0"]
        kind, body = mails.content(dice, text, "both")
        world.send(host, when, server, POSTFIX, host.name, [Mail(f"news-bounce+{rcpt.replace('@', '=')}@{host.domain}", [rcpt], mails.message(fields + kind, body))], hidden)
    return host


def mailing_list(world, family, hidden):
    """Mailman: what members write goes to all of them."""
    host = Host(world, "list-server", family, hidden=hidden)
    dice = host.dice
    tag = texts.label(dice, 4, 6)
    members = []
    for _ in range(dice.randint(15, 40)):
        server = world.server_for(dice, 0.6)
        members.append((server, world.rcpt_at(dice, server, 0.01)))
    for when in world.working(dice, dice.randint(3, 8)):
        server, author = dice.choice(members)
        subject, text = texts.compose(dice, texts.HAM, "list-talk", {"TAG": tag})
        fields = [f"From: {name_for(author.partition('@')[0])} <{author}>", f"To: {tag}@{host.domain}", f"Subject: {subject}", f"Date: {mails.date(when)}", f"Message-ID: <{dice.getrandbits(60)}@{author.partition('@')[2]}>", "MIME-Version: 1.0",
                  f"X-BeenThere: {tag}@{host.domain}", "X-Mailman-Version: 2.1.39", "Precedence: list", f"List-Id: <{tag}.{host.domain}>", f"List-Unsubscribe: <mailto:{tag}-leave@{host.domain}>", f"List-Post: <mailto:{tag}@{host.domain}>"]
        kind, body = mails.content(dice, text, "plain")
        data = mails.message(fields + kind, body)
        incoming = Mail(author, [f"{tag}@{host.domain}"], data)
        world.receive(host, when - 20, [incoming], program=POSTFIX, encrypted=hidden)
        for server, member in members:
            top = f"Received: from {host.name} (localhost [127.0.0.1])\r\n\tby {host.name} (Postfix) with ESMTP id {mails.hexa(dice, 10)}; {mails.date(when)}\r\nSender: {tag}-bounces@{host.domain}\r\n"
            world.send(host, when + dice.uniform(0, 30), server, POSTFIX, host.name, [Mail(f"{tag}-bounces@{host.domain}", [member], top.encode() + data)], hidden)
    return host


def client(world, family, hidden):
    """A student's laptop: submission to a provider, or to the campus, with AUTH, mostly encrypted."""
    host = Host(world, "client", family, hidden=True)
    dice = host.dice
    server = dice.choice([s for s, _ in world.providers])
    server = smtp.Server("smtp." + server.domain, server.address, server.domain, "Postfix" if server.software == "Yahoo" else server.software, rtt=server.rtt, address6=server.address6)
    program = dice.choice((OUTLOOK, THUNDERBIRD, THUNDERBIRD, MSMTP))
    implicit = dice.random() < 0.4
    helo = {"outlook": texts.label(dice).upper(), "thunderbird": f"[192.168.{dice.randint(0, 9)}.{dice.randint(2, 200)}]"}.get(program.name, "localhost")
    sender = f"{texts.label(dice)}{dice.randint(1, 99)}@{server.domain}"
    for when in world.working(dice, dice.randint(2, 10)):
        def session(at, when=when):
            other = world.server_for(dice, 0.7)
            rcpts = [world.rcpt_at(dice, other)]
            d = smtp.Dialogue(dice, host.address, server, at, lambda *_: None, 465 if implicit else 587)
            d.run(program, helo, [Mail(sender, rcpts, world.ham(dice, at, sender, rcpts))], not implicit, implicit, True)
            world.told(host, d)
        world.at(when, session)
    return host


def clear_client(world, family, hidden):
    """An old program that submits to a provider in clear, with AUTH."""
    host = Host(world, "client-clear", family)
    dice = host.dice
    outside = world.server_for(dice, 0)
    helo, sender = texts.label(dice).upper(), f"{texts.label(dice)}@{outside.domain}"
    for when in world.working(dice, dice.randint(2, 6)):
        def session(at):
            rcpts = [world.rcpt_at(dice, world.server_for(dice, 0.7))]
            d = smtp.Dialogue(dice, host.address, outside, at, lambda *_: None, 587)
            d.run(OUTLOOK, helo, [Mail(sender, rcpts, world.ham(dice, at, sender, rcpts, writer=mails.outlook))], auth=True)
            world.told(host, d)
        world.at(when, session)
    return host


def monitoring(world, family, hidden):
    host = Host(world, "monitoring", family, hidden=hidden)
    dice = host.dice
    server, period = world.server_for(dice, 0.3), dice.choice((300, 600, 900))
    rcpt = world.rcpt_at(dice, server)
    begin, length = dice.uniform(0, 18) * HOUR, dice.uniform(2, 6) * HOUR
    at = world.begin + begin
    while at < world.begin + begin + length:
        data = world.ham(dice, at, f"nagios@{host.name}", [rcpt], "monitor", mails.bare, host.name, above=[f"Received: by {host.name} (Postfix, from userid 112)\r\n\tid {mails.hexa(dice, 10)}; {mails.date(at)}"], form="plain")
        world.send(host, at, server, POSTFIX, host.name, [Mail(f"nagios@{host.name}", [rcpt], data)], hidden)
        at += period
    return host


def php_field(script, uid=33):
    return [f"X-PHP-Originating-Script: {uid}:{script}"]


def by_userid(host, dice, at, uid=33):
    return [f"Received: by {host.name} (Postfix, from userid {uid})\r\n\tid {mails.hexa(dice, 10)}; {mails.date(at)}"]


def orders(world, host, hidden, count):
    dice = host.dice
    for when in world.working(dice, count):
        server = world.server_for(dice, 0.7)
        rcpt = world.rcpt_at(dice, server, 0.015)
        data = world.ham(dice, when, f"shop@{host.domain}", [rcpt], "order", mails.bare, host.name, above=by_userid(host, dice, when), below=php_field(dice.choice(("Mailer.php", "order.php"))) + ["X-Mailer: PHP/7.4.33"])
        world.send(host, when, server, POSTFIX, host.name, [Mail(f"www-data@{host.name}", [rcpt], data)], hidden)


def web_shop(world, family, hidden):
    host = Host(world, "web-shop", family, hidden=hidden)
    orders(world, host, hidden, host.dice.randint(40, 150))
    return host


def learning(world, family, hidden):
    """An e-learning platform: PHPMailer, digests to a whole course at once."""
    host = Host(world, "e-learning", family, hidden=hidden)
    dice = host.dice
    for course in world.working(dice, dice.randint(2, 4)):
        subject, text = texts.compose(dice, texts.HAM, "account", {"URL": f"https://moodle.{CAMPUS_DOMAIN}/{dice.randint(1, 999)}"})
        for number in range(dice.randint(15, 60)):
            server = world.server_for(dice, 0.8)
            rcpt = world.rcpt_at(dice, server, 0.02)
            when = course + number * dice.uniform(0.5, 3)
            fields = by_userid(host, dice, when) + [f"To: {rcpt}", f"Subject: {subject}"] + [f"Date: {mails.date(when)}", f"From: {dice.choice(texts.FIRST)} (via e-learning) <noreply@{host.domain}>",
                                                                                           f"Message-ID: <{mails.hexa(dice, 30).lower()}@{host.name}>", "X-Mailer: PHPMailer 6.8.0 (https://github.com/PHPMailer/PHPMailer)", "Precedence: Bulk", "Auto-Submitted: auto-generated", "MIME-Version: 1.0"]
            kind, body = mails.content(dice, text, "both")
            world.send(host, when, server, POSTFIX, host.name, [Mail(f"noreply@{host.domain}", [rcpt], mails.message(fields + kind, body))], hidden)
    return host


def broken_date(world, family, hidden):
    """Its clock stands at 1970."""
    host = Host(world, "broken-date", family, hidden=hidden)
    correspondence(world, host, SENDMAIL, hidden, host.dice.randint(10, 40), writer=mails.wrong_date)
    return host


def printer(world, family, hidden):
    """A scanner that mails what it scanned to a person outside, in clear, with HELO and a name of its own."""
    host = Host(world, "printer", family)
    dice = host.dice
    server = world.server_for(dice, 0.2)
    rcpt = world.rcpt_at(dice, server)
    sender = f"scanner@{host.domain}"
    for when in world.working(dice, dice.randint(2, 8)):
        data = world.ham(dice, when, sender, [rcpt], "office", mails.scanner, host.domain, attached=(f"SKM_{dice.randint(1000, 9999)}.pdf", "application/pdf", dice.randint(8000, 30000)))
        world.send(host, when, server, DEVICE, host.name, [Mail(sender, [rcpt], data)])
    return host


def calendar(world, family, hidden):
    host = Host(world, "calendar", family, hidden=hidden)
    dice = host.dice
    for when in world.working(dice, dice.randint(5, 25)):
        server = world.server_for(dice, 0.5)
        sender, rcpt = staff(dice, host), world.rcpt_at(dice, server)
        subject = f"Invitation: {dice.choice(texts.TOPIC)}"
        event = texts.CALENDAR.replace("{uid}", mails.hexa(dice, 20)).replace("{stamp}", "20260310T140000Z").replace("{subject}", subject).replace("{sender}", sender).replace("{rcpt}", rcpt)
        boundary = f"_000_{mails.hexa(dice, 20)}_"
        fields = mails.exchange(dice, when, host.domain) + [f"From: {name_for(sender.partition('@')[0])} <{sender}>", f"To: {rcpt}", f"Subject: {subject}", f'Content-Type: multipart/alternative; boundary="{boundary}"']
        body = f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYou are invited to {subject[12:]} in {dice.choice(texts.ROOM)}.\r\n\r\n--{boundary}\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n{event}\r\n--{boundary}--\r\n"
        world.send(host, when, server, EXCHANGE, host.name, [Mail(sender, [rcpt], mails.message(fields, body))], hidden)
    return host


def nat(world, family, hidden, host=None):
    """Twenty people behind one address, each with a program and provider of their own."""
    host = host or Host(world, "nat", 4, hidden=True, behind="")
    dice = host.dice
    for _ in range(20):
        server = dice.choice([s for s, _ in world.providers])
        server = smtp.Server("smtp." + server.domain, server.address, server.domain, server.software, rtt=server.rtt, address6=server.address6)
        program, implicit = dice.choice((OUTLOOK, THUNDERBIRD)), dice.random() < 0.4
        helo = texts.label(dice).upper() if program is OUTLOOK else f"[192.168.0.{dice.randint(2, 250)}]"
        sender = f"{texts.label(dice)}@{server.domain}"
        for when in world.working(dice, dice.randint(1, 5)):
            def session(at, server=server, program=program, helo=helo, implicit=implicit, sender=sender):
                rcpts = [world.rcpt_at(dice, world.server_for(dice, 0.7))]
                d = smtp.Dialogue(dice, host.address, server, at, lambda *_: None, 465 if implicit else 587)
                d.run(program, helo, [Mail(sender, rcpts, world.ham(dice, at, sender, rcpts))], not implicit, implicit, True)
                world.told(host, d)
            world.at(when, session)
    return host


def receives(world, family, hidden):
    """It only receives."""
    host = Host(world, "receives", family, hidden=hidden)
    strangers(world, host, host.dice.randint(40, 120), hidden)
    return host


def gateway(world, family, hidden):
    """A filter in front of others: most of what comes is refused."""
    host = Host(world, "filter", family, hidden=hidden)
    strangers(world, host, host.dice.randint(80, 250), hidden, refused=0.5, spam=0.85)
    correspondence(world, host, POSTFIX, hidden, host.dice.randint(20, 40))
    return host


def backup_mx(world, family, hidden):
    """Takes mail for others and hands it on, bounces now and then."""
    host = Host(world, "backup-mx", family, hidden=hidden)
    strangers(world, host, host.dice.randint(30, 80), hidden, refused=0.0, spam=0.4)
    return host


def alumni(world, family, hidden):
    """Forwards what is not spam to people who left, with a rewritten sender."""
    host = Host(world, "alumni-forward", family, hidden=hidden)
    dice = host.dice
    for when in world.working(dice, dice.randint(10, 40)):
        sender = f"{texts.label(dice)}@{smtp.label_domain(dice)}"
        alias = staff(dice, host)
        server = world.server_for(dice, 0.9)
        rcpt = world.rcpt_at(dice, server)
        data = world.ham(dice, when, sender, [alias])
        world.receive(host, when, [Mail(sender, [alias], data)], encrypted=hidden)
        top = f"Received: from mail.{sender.partition('@')[2]} (mail.{sender.partition('@')[2]} [{world.outside4()}])\r\n\tby {host.name} (Postfix) with ESMTPS id {mails.hexa(dice, 10)}\r\n\tfor <{alias}>; {mails.date(when)}\r\n"
        rewritten = f"SRS0={mails.hexa(dice, 4)}=AB={sender.partition('@')[2]}={sender.partition('@')[0]}@{host.domain}"
        world.send(host, when + 8, server, POSTFIX, host.name, [Mail(rewritten, [rcpt], top.encode() + data)], hidden)
    return host


def probed(world, family, hidden):
    """Strangers try whether it relays, and guess names of its users: it refuses."""
    host = Host(world, "probed", family)
    dice = host.dice

    def judge(stage, server, mail, rcpt, at, ip):
        if stage != "rcpt":
            return None
        return "relay" if not rcpt.endswith(host.domain) or "%" in rcpt else "unknown" if rcpt.startswith(("guess", "info", "test", "admin")) else None
    for when in world.hours(dice, dice.randint(3, 12)):
        foreign = f"relaytest{dice.randint(1, 99)}@{smtp.label_domain(dice)}"
        tried = [foreign, f"{foreign.replace('@', '%')}@{host.domain}", f'"{foreign}"', f"@{host.name}:{foreign}"]
        world.receive(host, when, [Mail(f"probe@{smtp.label_domain(dice)}", [rcpt], b"") for rcpt in tried], judge, smtp.ENGINES[2])
    attacker = world.outside6() if family == 6 else world.outside4()
    begin = dice.uniform(1, 20) * HOUR + world.begin
    for number in range(dice.randint(5, 15)):
        guesses = [f"{dice.choice(('guess', 'info', 'test', 'admin'))}{dice.randint(1, 999)}.{texts.label(dice)}@{host.domain}" for _ in range(dice.randint(8, 25))]
        world.receive(host, begin + number * 7, [Mail(f"{texts.label(dice)}@{smtp.label_domain(dice)}", guesses, b"")], judge, smtp.ENGINES[0], client=attacker)
    correspondence(world, host, POSTFIX, False, dice.randint(10, 30))
    return host


def joe_job(world, family, hidden):
    """Somebody writes in its name: bounces come in."""
    host = Host(world, "joe-job", family, hidden=hidden)
    dice = host.dice
    for when in world.hours(dice, dice.randint(30, 100), 6, 12):
        outside = smtp.label_domain(dice)
        victim = f"{texts.label(dice)}@{host.domain}"
        world.receive(host, when, [Mail("", [victim], bounce(world, dice, when, f"mx.{outside}", victim, f"{texts.label(dice)}@{outside}"))], encrypted=hidden,
                      judge=lambda stage, server, mail, rcpt, at, ip: "unknown" if stage == "rcpt" and dice.random() < 0.6 else None)
    correspondence(world, host, POSTFIX, hidden, dice.randint(10, 40))
    return host


def bounce(world, dice, at, by, to, failed, returned=b""):
    boundary = f"{mails.hexa(dice, 10)}.{int(at)}/{by}"
    fields = [f"Received: by {by} (Postfix)\r\n\tid {mails.hexa(dice, 10)}; {mails.date(at)}", f"Date: {mails.date(at)}", f"From: MAILER-DAEMON@{by} (Mail Delivery System)", "Subject: Undelivered Mail Returned to Sender", f"To: {to}", "Auto-Submitted: auto-replied",
              "MIME-Version: 1.0", f'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="{boundary}"', f"Message-Id: <{mails.hexa(dice, 14)}@{by}>"]
    body = (f"--{boundary}\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host {by}.\r\n\r\nI'm sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients.\r\n\r\n"
            f"<{failed}>: unknown user\r\n\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {by}\r\n\r\nFinal-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n").encode()
    return ("\r\n".join(fields) + "\r\n\r\n").encode() + body + (returned.partition(b"\r\n\r\n")[0] or b"Subject: hello") + f"\r\n\r\n--{boundary}--\r\n".encode()


def closed_proxy(world, family, hidden):
    """A proxy that refuses to speak to mail servers; it mails nothing but its own reports."""
    host = Host(world, "closed-proxy", family)
    dice = host.dice

    def attempt(at):
        talk = wire.Talk(dice, (world.outside6() if family == 6 else world.outside4(), dice.randint(20000, 60000)), (host.address, 3128), at, dice.uniform(0.05, 0.2))
        talk.client(f"CONNECT {dice.choice(world.servers).name}:25 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        talk.server(b"HTTP/1.1 403 Forbidden\r\nServer: squid/5.7\r\nContent-Length: 0\r\n\r\n")
        talk.close("fin", wire.SERVER)
        world.mirror.add(talk)
    for when in world.hours(dice, dice.randint(3, 20)):
        world.at(when, attempt)
    correspondence(world, host, POSTFIX, False, dice.randint(2, 8))
    return host


def submission(world, family, hidden):
    """The campus' submission server: people log in from home and from abroad, and it sends what they write."""
    host = Host(world, "submission", family, hidden=hidden)
    dice = host.dice
    people = [(staff(dice, host), [world.outside6() if family == 6 else world.outside4() for _ in range(dice.choice((1, 1, 1, 2)))]) for _ in range(dice.randint(10, 30))]
    for sender, places in people:
        for when in world.working(dice, dice.randint(1, 6)):
            person_writes(world, host, dice, when, sender, dice.choice(places), hidden)
    return host


def person_writes(world, host, dice, when, sender, place, hidden, letter=None):
    """In by 587 with AUTH, out by 25."""
    server = world.server_for(dice, 0.6)
    rcpts = [world.rcpt_at(dice, server, 0.01)]
    data = letter(when, sender, rcpts) if letter else world.ham(dice, when, sender, rcpts)
    bad = letter is not None

    def leave(at, accepted):
        for mail in accepted:
            top = f"Received: from [192.168.1.{dice.randint(2, 99)}] (unknown [{place}])\r\n\t(Authenticated sender: {sender.partition('@')[0]})\r\n\tby {host.name} (Postfix) with ESMTPSA id {mails.hexa(dice, 11)}\r\n\tfor <{mail.rcpts[0]}>; {mails.date(at)}\r\n"
            world.send(host, at + 1.5, server, POSTFIX, host.name, [Mail(sender, mail.rcpts, top.encode() + mail.data, bad, bad, mail.cause)], hidden)
    world.receive(host, when, [Mail(sender, rcpts, data)], program=dice.choice((OUTLOOK, THUNDERBIRD)), helo=f"[192.168.1.{dice.randint(2, 99)}]", client=place, port=587, encrypted=dice.random() < 0.9 or hidden, auth=True, then=leave)


def scripted(world, family, hidden):
    """Registration mails of a conference, by smtplib with a proper name."""
    host = Host(world, "python-mailer", family, hidden=hidden)
    dice = host.dice
    for when in world.working(dice, dice.randint(10, 60)):
        server = world.server_for(dice, 0.6)
        rcpt = world.rcpt_at(dice, server, 0.02)
        data = world.ham(dice, when, f"conference@{host.domain}", [rcpt], "account", mails.python, host.domain)
        world.send(host, when, server, PYTHON, host.name, [Mail(f"conference@{host.domain}", [rcpt], data)], hidden)
    return host


def announcement(world, family, hidden):
    """A call for papers to two hundred colleagues, some of whom moved."""
    host = Host(world, "announcement", family, hidden=hidden)
    dice = host.dice
    when = world.working(dice, 1)[0]
    sender = staff(dice, host)
    subject, text = f"Call for papers: {dice.choice(texts.TOPIC)}", "Dear colleagues,\n\nwe invite contributions to the workshop in " + dice.choice(texts.CITY) + ". Abstracts of one page are due on the 15th; registration is free for students.\n\nThe organizers"
    for number in range(dice.randint(30, 80)):
        server = world.server_for(dice, 0.3)
        rcpts = [world.rcpt_at(dice, server, 0.05) for _ in range(dice.choice((1, 1, 2)))]
        fields = from_user(host, dice, when, sender, host.name) + mails.thunderbird(dice, when, host.domain) + [f"From: {name_for(sender.partition('@')[0])} <{sender}>", f"To: {sender}", f"Subject: {subject}"]
        kind, body = mails.content(dice, text, "plain")
        world.send(host, when + number * dice.uniform(0.1, 2), server, POSTFIX, host.name, [Mail(sender, rcpts, mails.message(fields + kind, body))], hidden)
    return host


def tickets(world, family, hidden):
    host = Host(world, "tickets", family, hidden=hidden)
    dice = host.dice
    correspondence(world, host, dice.choice((POSTFIX, EXIM)), hidden, dice.randint(20, 80), family="ticket", writer=mails.bare)
    return host


def builds(world, family, hidden):
    host = Host(world, "builds", family, hidden=hidden)
    dice = host.dice
    correspondence(world, host, POSTFIX, hidden, dice.randint(20, 80), family="git", writer=mails.bare)
    return host


def office(world, family, hidden):
    """Exchange with answers of those on leave."""
    host = Host(world, "exchange", family, hidden=hidden)
    dice = host.dice
    correspondence(world, host, EXCHANGE, hidden, dice.randint(20, 60), writer=mails.exchange)
    for when in world.working(dice, dice.randint(2, 8)):
        server = world.server_for(dice, 0.4)
        rcpt = world.rcpt_at(dice, server)
        fields = mails.exchange(dice, when, host.domain) + [f"From: {mails.name_of(dice)} <{staff(dice, host)}>", f"To: {rcpt}", "Subject: Automatic reply: " + dice.choice(texts.TOPIC), "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"]
        kind, body = mails.content(dice, "I am out of the office until next Monday and read mail now and then.", "both")
        world.send(host, when, server, EXCHANGE, host.name, [Mail("", [rcpt], mails.message(fields + kind, body))], hidden)
    return host


def webmail(world, family, hidden):
    host = Host(world, "webmail", family, hidden=hidden)
    dice = host.dice
    for when in world.working(dice, dice.randint(20, 80)):
        server = world.server_for(dice, 0.6)
        sender, rcpt = staff(dice, host), world.rcpt_at(dice, server, 0.01)
        top = [f"Received: from webmail.{host.domain} (localhost [127.0.0.1])\r\n\t(Authenticated sender: {sender.partition('@')[0]})\r\n\tby {host.name} (Postfix) with ESMTPA id {mails.hexa(dice, 11)}\r\n\tfor <{rcpt}>; {mails.date(when)}"]
        data = world.ham(dice, when, sender, [rcpt], writer=mails.roundcube, above=top, below=[f"X-Sender: {sender}"])
        world.send(host, when, server, POSTFIX, host.name, [Mail(sender, [rcpt], data)], hidden)
    return host


def bad_luck(world, family, hidden):
    """Ordinary mail, to which some servers answer with lists of neighbours, of countries, of domains in the text."""
    host = Host(world, "bad-luck", family, hidden=hidden)
    dice = host.dice
    correspondence(world, host, POSTFIX, hidden, dice.randint(20, 60))
    replies = (f"554 5.7.1 Service unavailable; Client host [{host.address}] blocked using dnsbl-3.uceprotect.net; Your ISP EXAMPLE/AS64500 is UCEPROTECT-Level3 listed. See: http://www.uceprotect.net/rblcheck.php?ipr={host.address}",
               "550 A URL in this email (example.com) is listed on https://spamrl.com/. Please resolve and retry",
               f"554 5.7.1 Service unavailable; Client host [{host.address}] blocked using br.countries.nerd.dk; Your IP is in br, rejected based on geographical location")
    for when in world.working(dice, dice.randint(1, 3)):
        text = dice.choice(replies)

        def session(at, text=text):
            server = world.server_for(dice, 0)
            sender, rcpt = staff(dice, host), world.rcpt_at(dice, server)
            d = smtp.Dialogue(dice, host.address, server, at, lambda stage, *_: text if stage == "rcpt" else None)
            d.run(POSTFIX, host.name, [Mail(sender, [rcpt], world.ham(dice, at, sender, [rcpt]))], hidden and server.tls)
            world.told(host, d)
        world.at(when, session)
    return host


def smtp_check(world, family, hidden):
    """A monitor that asks a server outside every few minutes whether it greets, and leaves."""
    host = Host(world, "smtp-check", family)
    dice = host.dice
    server, at = world.server_for(dice, 0), world.begin + dice.uniform(0, 3) * HOUR

    def session(at):
        d = smtp.Dialogue(dice, host.address, server, at, lambda *_: None)
        d.run(DEVICE, host.name, [])
        world.told(host, d)
    while at < world.begin + 20 * HOUR:
        world.at(at, session)
        at += 600
    return host


def conference(world, family, hidden):
    """A conference site in PHP tells a thousand authors, of whom some moved, what became of their papers."""
    host = Host(world, "conference", family, hidden=hidden)
    dice = host.dice
    begin = world.working(dice, 1)[0]
    for number in range(dice.randint(80, 200)):
        server = world.server_for(dice, 0.6)
        rcpt = world.rcpt_at(dice, server, 0.04)
        when = begin + number * dice.uniform(0.2, 1)
        text = f"Dear {mails.name_of(dice)},\n\nthank you for your paper {number} on {dice.choice(texts.TOPIC)}. The reviews are below; please send the final version by {dice.choice(texts.DAY)}.\n\nReview 1: {dice.choice(('accept', 'weak accept', 'borderline'))}. The {dice.choice(('method', 'evaluation', 'writing'))} is sound.\n\nThe programme chairs"
        fields = by_userid(host, dice, when) + [f"To: {rcpt}", f"Subject: [Paper {number}] {dice.choice(('Decision', 'Reviews'))}"] + php_field("notify.php") + [f"From: Programme chairs <chairs@{host.domain}>", f"Reply-To: chairs@{host.domain}", "MIME-Version: 1.0"]
        kind, body = mails.content(dice, text, "plain")
        fields += kind + [f"Message-Id: <{int(when)}.{mails.hexa(dice, 10)}@{host.name}>", f"Date: {mails.date(when)}"]
        world.send(host, when, server, POSTFIX, host.name, [Mail(f"www-data@{host.name}", [rcpt], mails.message(fields, body))], hidden)
    return host


def lab_script(world, family, hidden):
    """A workstation's Python script that mails its owner when a run ends, with the HELO that smtplib makes up where there is no name."""
    host = Host(world, "lab-script", family, hidden=hidden)
    dice = host.dice
    server = world.server_for(dice, 0.7)
    rcpt = world.rcpt_at(dice, server)
    for when in world.working(dice, dice.randint(1, 8)):
        fields = mails.python(dice, when, host.name) + [f"From: {host.label}@{host.name}", f"To: {rcpt}", f"Subject: run {dice.randint(1, 400)} finished"]
        kind, body = mails.content(dice, f"chi2 = {dice.random():.4f}\nsteps = {dice.randint(1000, 90000)}\noutput in /data/{host.label}", "plain")
        world.send(host, when, server, PYTHON, "[127.0.1.1]", [Mail(f"{host.label}@{host.name}", [rcpt], mails.message(fields + kind, body))], hidden)
    return host


# kind, weight
KINDS = ((mta, 8), (sends_only, 4), (newsletter, 3), (mailing_list, 3), (client, 16), (clear_client, 3), (monitoring, 4), (web_shop, 4), (learning, 3), (broken_date, 2), (printer, 5), (calendar, 3), (nat, 2),
         (receives, 3), (gateway, 2), (backup_mx, 2), (alumni, 3), (probed, 3), (joe_job, 3), (closed_proxy, 3), (submission, 3), (scripted, 4), (announcement, 3), (tickets, 3), (builds, 3), (office, 4), (webmail, 3), (bad_luck, 3),
         (smtp_check, 2), (conference, 2), (lab_script, 3))


def make(world, count):
    """Each kind in turn by weight, so that even a small day has most of them."""
    dice = world.dice
    wheel = [kind for kind, weight in KINDS for _ in range(weight)]
    dice.shuffle(wheel)
    first = [kind for kind, _ in KINDS]
    dice.shuffle(first)
    for number in range(count):
        kind = first[number] if number < len(first) else wheel[number % len(wheel)]
        kind(world, 6 if dice.random() < 0.2 else 4, dice.random() < 0.4)

