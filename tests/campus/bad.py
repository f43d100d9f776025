"""Hosts with a cause: the thirteen words of the design, loud, slow and mixed with good traffic, in clear and encrypted, over IPv4 and IPv6,
behind a smarthost and behind a NAT, and two at once.  How each looks on the wire is taken from the facts about causes."""

import time

import good
import mails
import smtp
import texts
import wire
from smtp import ENGINES, POSTFIX, SENDMAIL, Mail
from world import CAMPUS_DOMAIN, HOUR, Host

ALARM, WATCH = "alarm", "watch"  # what is to be found: likely, listed or throttled; or watch or worse


def pace(world, dice, intensity, loud=(40, 90), slow=(30, 70)):
    """Times of bad mails: a burst of minutes, or a few an hour all day."""
    if intensity == "slow":
        return world.hours(dice, dice.randint(*slow), 0.2)
    begin, step = world.begin + dice.uniform(1, 20) * HOUR, dice.uniform(0.4, 3)
    times, at = [], begin
    for _ in range(dice.randint(*loud)):
        times.append(at)
        at += dice.expovariate(1 / step)
    return times


def reputation(world, host, times, share=0.6):
    """Some of them get onto lists that day, after some of their mails; a few are there already."""
    dice = host.dice
    if dice.random() < share and times:
        host.lists = {"Spamhaus"} | ({dice.choice([x[0] for x in smtp.LISTS])} if dice.random() < 0.5 else set())
        host.listed_at = 0 if dice.random() < 0.2 else times[min(len(times) - 1, int(len(times) * dice.uniform(0.3, 0.9)))]


def bot_mail(world, host, at, server, unknown, engine_writer, sender=None, cause="spam-bot", count=1):
    dice = host.dice
    sender = sender or f"{texts.label(dice)}@{smtp.label_domain(dice)}"
    rcpts = [world.rcpt_at(dice, server, unknown) for _ in range(count)]
    data = world.spam(dice, at, sender, rcpts, engine_writer, host.families, sender.partition("@")[2])
    return Mail(sender, rcpts, data, True, True, cause)


HELO_HABITS = {
    "random": lambda host, server: f"{texts.label(host.dice)}.{host.dice.choice(('com', 'net', 'ru'))}",
    "own-domain": lambda host, server: f"{texts.label(host.dice)}.{host.domain}",
    "localhost": lambda host, server: host.dice.choice(("localhost", "localhost.localdomain")),
    "address": lambda host, server: host.address,
    "target": lambda host, server: server.domain,
    "provider": lambda host, server: host.dice.choice(("gmail.com", "yahoo.com", "mail.com", "hotmail.com")),
    "windows": lambda host, server: host.fixed,
    "one-name": lambda host, server: f"{host.label}.{host.domain}",
}


def spam_bot(world, family, hidden, intensity, host=None, client=None):
    host = host or Host(world, "spam-bot", family, False, ["spam-bot"], intensity, hidden, find=ALARM)
    dice = host.dice
    engine = ENGINES[8] if hidden else dice.choice(ENGINES)
    host.fixed = f"{dice.choice(('DESKTOP', 'PC', 'WIN'))}-{mails.hexa(dice, 7)}"
    habit = dice.choice(sorted(HELO_HABITS))
    writer = mails.BOTS[dice.choice(sorted(mails.BOTS))]
    unknown = dice.uniform(0.05, 0.35)
    times = pace(world, dice, intensity)
    reputation(world, host, times)
    host.notes += f"engine {engine.name}, HELO {habit}, writer {writer.__name__}, families {host.families}; "
    for when in times:
        server = world.server_for(dice, 0.5)
        letters = [bot_mail(world, host, when, server, unknown, writer, count=dice.choice((1, 1, 1, 2, 5))) for _ in range(dice.randint(1, engine.per_session))]
        world.send(host, when, server, engine, HELO_HABITS[habit](host, server), letters, hidden)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(15, 40))
    return host


def bot_behind_nat(world, family, hidden, intensity):
    host = Host(world, "bot-behind-nat", 4, False, ["spam-bot"], intensity, hidden, "nat", ALARM)
    good.nat(world, family, hidden, host)
    return spam_bot(world, 4, hidden, "slow" if intensity == "slow" else "loud", host)


def bot_behind_smarthost(world, family, hidden, intensity):
    """A desktop whose bot hands in at the department's relay, which sends it on.  The way inside is seen or not."""
    relay = Host(world, "smarthost", 4, False, [], "", hidden)
    seen = hidden or world.dice.random() < 0.5  # with both ways dark nobody could say whose mail it is
    host = Host(world, "bot-behind-smarthost", 4, False, ["spam-bot"], intensity, hidden, "smarthost" if seen else "smarthost unseen", ALARM)
    host.relay = relay
    dice = host.dice
    good.correspondence(world, relay, POSTFIX, hidden, dice.randint(20, 50))
    writer = mails.BOTS[dice.choice(sorted(mails.BOTS))]
    engine = dice.choice(ENGINES[:4])
    name = f"DESKTOP-{mails.hexa(dice, 7)}"
    for when in pace(world, dice, intensity):
        server = world.server_for(dice, 0.5)
        mail = bot_mail(world, host, when, server, dice.uniform(0.05, 0.3), writer)
        if seen:
            world.send(host, when, relay.as_server(rtt=0.001, tls=False), engine, name, [mail])
        top = f"Received: from {name} ({host.name} [{host.address}])\r\n\tby {relay.name} (Postfix) with SMTP id {mails.hexa(dice, 11)}\r\n\tfor <{mail.rcpts[0]}>; {mails.date(when)}\r\n"
        copy = Mail(mail.sender, mail.rcpts, top.encode() + mail.data, True, True, "spam-bot")
        if not seen:
            host.spam_times.append(when + 2)
        world.send(relay, when + 1.5, server, POSTFIX, relay.name, [copy], hidden)
    host.session_times = host.session_times or list(host.spam_times[:1])
    return host


def open_relay(world, family, hidden, intensity):
    """It takes strangers' mail for strangers, and a moment later it leaves again."""
    host = Host(world, "open-relay", family, False, ["open-relay"], intensity, hidden, find=ALARM)
    dice = host.dice
    writer = mails.BOTS[dice.choice(sorted(mails.BOTS))]
    program = dice.choice((POSTFIX, SENDMAIL, smtp.EXIM))
    software = {"postfix": "Postfix", "sendmail": "Sendmail", "exim": "Exim"}[program.name]
    sources = [world.outside6() if family == 6 else world.outside4() for _ in range(dice.randint(1, 6))]
    times = pace(world, dice, intensity)
    reputation(world, host, times)
    for when in times:
        server = world.server_for(dice, 0.5)
        mail = bot_mail(world, host, when, server, dice.uniform(0.05, 0.3), writer, cause="open-relay", count=dice.choice((1, 2, 5)))
        source = dice.choice(sources)

        def leave(at, accepted, mail=mail, server=server, source=source):
            top = f"Received: from {texts.label(dice)} (unknown [{source}])\r\n\tby {host.name} ({software}) with ESMTP id {mails.hexa(dice, 11)};\r\n\t{mails.date(at)}\r\n"
            world.send(host, at + dice.uniform(0.5, 20), server, program, host.name, [Mail(mail.sender, mail.rcpts, top.encode() + mail.data, True, True, "open-relay")], hidden)
        world.receive(host, when, [mail], program=ENGINES[8] if hidden else dice.choice(ENGINES[:5]), client=source, encrypted=hidden, server=host.as_server(software=software), then=leave)
    if intensity == "mixed":
        good.correspondence(world, host, program, True, dice.randint(15, 40))
        good.strangers(world, host, 20, False)
    return host


def open_proxy(world, family, hidden, intensity):
    """CONNECT or SOCKS to a mail server comes in, the same bytes go out."""
    host = Host(world, "open-proxy", family, False, ["open-proxy"], intensity, hidden, find=ALARM)
    dice = host.dice
    protocol = dice.choice(("connect", "connect", "socks4", "socks5") if family == 4 else ("connect", "socks5"))
    port = {"connect": dice.choice((3128, 8080)), "socks4": 1080, "socks5": 1080}[protocol]
    engine = ENGINES[8] if hidden else dice.choice(ENGINES[:4])
    writer = mails.BOTS[dice.choice(sorted(mails.BOTS))]
    sources = [world.outside6() if family == 6 else world.outside4() for _ in range(dice.randint(1, 5))]
    times = pace(world, dice, intensity)
    reputation(world, host, times)
    host.notes += protocol
    for when in times:
        def session(at):
            server = world.server_for(dice, 0.5)
            target = server.address6 if family == 6 else server.address
            mail = bot_mail(world, host, at, server, 0.2, writer, cause="open-proxy")
            source = dice.choice(sources)
            inside = wire.Talk(dice, (source, dice.randint(20000, 60000)), (host.address, port), at, dice.uniform(0.05, 0.2))
            if protocol == "connect":
                inside.client(f"CONNECT {'[' + target + ']' if family == 6 else dice.choice((target, server.name))}:25 HTTP/1.{dice.choice('01')}\r\n\r\n".encode())
            elif protocol == "socks4":
                inside.client(b"\x04\x01\0\x19" + wire.packed(target) + b"\0")
            else:
                inside.client(b"\x05\x01\0")
                inside.server(b"\x05\0")
                inside.client(b"\x05\x01\0" + (b"\x04" if family == 6 else b"\x01") + wire.packed(target) + b"\0\x19")
            d = smtp.Dialogue(dice, host.address, server, inside.now + 0.01, world.judge)
            spoken, original = [], d.talk.raw

            def heard(side, data):
                spoken.append((d.talk.now, side, data))
                original(side, data)
            d.talk.raw = heard
            d.run(engine, HELO_HABITS[dice.choice(("random", "provider"))](host, server), [mail], hidden and server.tls)
            inside.now += server.rtt
            inside.server({"connect": b"HTTP/1.0 200 Connection established\r\n\r\n", "socks4": b"\0\x5a\0\0\0\0\0\0", "socks5": b"\x05\0\0\x01\0\0\0\0\0\0"}[protocol])
            for when_said, side, data in spoken:
                inside.now = max(inside.now, when_said + (0.002 if side == wire.SERVER else -0.002))
                inside.raw(side, data)
            inside.close()
            world.mirror.add(inside)
            world.told(host, d)
        world.at(when, session)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(10, 30))
    return host


def post(world, host, dice, at, path, source, body):
    """An HTTP POST from outside, in clear."""
    talk = wire.Talk(dice, (source, dice.randint(20000, 60000)), (host.address, 80), at, dice.uniform(0.03, 0.2))
    talk.client(f"POST {path} HTTP/1.1\r\nHost: www.{host.domain}\r\nUser-Agent: Mozilla/5.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    talk.server(b"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Length: 9\r\n\r\nthank you")
    talk.close()
    world.mirror.add(talk)


def php_sends(world, host, at, hidden, script, rcpts_by_server, cause, to=None, below=(), injected=False, field="X-PHP-Originating-Script"):
    """One mail() of a script, to recipients at one or more servers."""
    dice = host.dice
    uid = dice.choice((33, 33, 48)) if not hasattr(host, "uid") else host.uid
    host.uid = uid
    user = "www-data" if uid == 33 else "apache"
    mark = f"{field}: {uid}:{script}" if field == "X-PHP-Originating-Script" else f"X-PHP-Script: www.{host.domain}/{script} for {world.outside4()}"
    everybody = [r for _, rcpts in rcpts_by_server for r in rcpts]
    sender = f"{user}@{host.name}"
    shown = f"{texts.label(dice)}@{smtp.label_domain(dice)}"
    data = world.spam(dice, at, shown, everybody, mails.bare, host.families, host.name, above=good.by_userid(host, dice, at, uid), below=[mark] + list(below), to=to)
    for server, rcpts in rcpts_by_server:
        world.send(host, at + dice.uniform(0.2, 2), server, POSTFIX, host.name, [Mail(sender, rcpts, data, True, True, cause)], hidden)


def web_form(world, family, hidden, intensity):
    """A contact form into which strangers write header fields: many recipients for one To."""
    host = Host(world, "web-form", family, False, ["web-form"], intensity, hidden, find=ALARM)
    dice = host.dice
    script = dice.choice(("contact.php", "sendmail.php", "feedback/form.php", "fale_conosco.php", "mailform.php"))
    owner = f"secretaria@{host.domain}"
    posts = dice.random() < 0.7
    times = pace(world, dice, intensity, loud=(15, 40), slow=(15, 35))
    reputation(world, host, times)
    for when in times:
        batch = []
        for _ in range(dice.randint(2, 5)):
            server = world.server_for(dice, 0.6)
            batch.append((server, [world.rcpt_at(dice, server, 0.15) for _ in range(dice.randint(1, 6))]))
        below = [f"Bcc: {batch[0][1][0]}"] if dice.random() < 0.4 else []
        below += ["Content-Type: text/plain; charset=us-ascii", "MIME-Version: 1.0"] if dice.random() < 0.5 else []
        if posts:
            fields = "%0ABcc:".join(rcpts[0].replace("@", "%40") for _, rcpts in batch)
            world.at(when - 0.8, lambda at, fields=fields: post(world, host, dice, at, "/" + script, world.outside6() if family == 6 else world.outside4(), f"name=x&email=a%40b.com%0ABcc:{fields}&text=hello"))
        world.at(when, lambda at, batch=batch, below=below: php_sends(world, host, at, hidden, script.rpartition("/")[2], batch, "web-form", to=f"<{owner}>", below=below))
    if intensity == "mixed":
        good.orders(world, host, hidden, dice.randint(20, 50))
    return host


def php_script(world, family, hidden, intensity, host=None):
    """A script that somebody put there sends by itself."""
    host = host or Host(world, "php-script", family, False, ["php-script"], intensity, hidden, find=ALARM)
    dice = host.dice
    script = dice.choice(("wp-tmp.php", "cache/.x/mailer.php", "wp-content/uploads/2026/03/gdftps.php", "leaf.php", "images/stories/post.php", "alexus.php(12) : eval()'d code"))
    field = dice.choice(("X-PHP-Originating-Script", "X-PHP-Originating-Script", "X-PHP-Script"))
    extra = [["X-Mailer: PHP/5.6.40"], ["X-Mailer: PHPMailer 5.2.9 (https://github.com/PHPMailer/PHPMailer/)"], ["X-Priority: 3", "X-Mailer: Leaf PHPMailer 2.8"], []]
    below = dice.choice(extra)
    times = pace(world, dice, intensity)
    reputation(world, host, times)
    for when in times:
        server = world.server_for(dice, 0.6)
        rcpts = [world.rcpt_at(dice, server, 0.15)]
        world.at(when, lambda at, server=server, rcpts=rcpts: php_sends(world, host, at, hidden, script, [(server, rcpts)], "php-script", below=below, field=field))
    if intensity == "mixed":
        good.orders(world, host, hidden, dice.randint(30, 80))
    return host


def compromised_account(world, family, hidden, intensity):
    """A password was guessed: at the submission server one sender writes from many networks to strangers, among all the others."""
    host = good.submission(world, family, hidden)
    host.kind, host.good, host.causes, host.intensity, host.hidden, host.find = "compromised-account", False, ["compromised-account"], intensity, hidden, ALARM
    dice = host.dice
    sender = good.staff(dice, host)
    writer = dice.choice((mails.roundcube, mails.bot_plain, mails.outlook, mails.bot_no_id))
    times = pace(world, dice, intensity)
    reputation(world, host, times, 0.4)
    places = [world.outside6() if family == 6 else world.outside4() for _ in range(dice.randint(4, 30))]
    for when in times:
        def letter(at, sender, rcpts):
            return world.spam(dice, at, sender, rcpts, writer, host.families, host.domain)
        stolen(world, host, dice, when, sender, dice.choice(places), hidden, letter)
    return host


def stolen(world, host, dice, when, sender, place, hidden, letter):
    server = world.server_for(dice, 0.6)
    rcpts = [world.rcpt_at(dice, server, 0.15) for _ in range(dice.choice((1, 1, 3, 8)))]
    data = letter(when, sender, rcpts)

    def leave(at, accepted):
        top = f"Received: from {texts.label(dice)} (unknown [{place}])\r\n\t(Authenticated sender: {sender.partition('@')[0]})\r\n\tby {host.name} (Postfix) with ESMTPSA id {mails.hexa(dice, 11)};\r\n\t{mails.date(at)}\r\n"
        if accepted:
            world.send(host, at + 1.5, server, POSTFIX, host.name, [Mail(sender, rcpts, top.encode() + data, True, True, "compromised-account")], hidden)
    world.receive(host, when, [Mail(sender, rcpts, data)], program=dice.choice((smtp.OUTLOOK, smtp.PYTHON)), helo=texts.label(dice), client=place, port=587, encrypted=hidden or dice.random() < 0.6, auth=True, then=leave)


JOBS = {
    "slurm": lambda d, node: (f"SLURM Job_id={d.randint(1000, 99999)} Name={texts.label(d)} {d.choice(('Ended', 'Failed', 'Began'))}, Run time 0{d.randint(0, 9)}:12:44, {d.choice(('COMPLETED, ExitCode 0', 'FAILED, ExitCode 1'))}", "", f"slurm@{node}"),
    "pbs": lambda d, node: (f"PBS JOB {d.randint(1000, 99999)}.{node}", f"PBS Job Id: {d.randint(1000, 99999)}.{node}\nJob Name:   {texts.label(d)}\nExec host:  n{d.randint(1, 64)}/0\nExecution terminated\nExit_status={d.choice((0, 1, 271))}\n", f"adm@{node}"),
    "cron": lambda d, node: (f"Cron <root@{node}> {d.choice(('/usr/local/bin/backup', 'run-parts /etc/cron.hourly', '/opt/quota/check'))}", d.choice(("rsync: connection unexpectedly closed\n", "quota exceeded for user NUM\n", "/etc/cron.hourly/stat: warning: no data\n")), f"root@{node}"),
    "condor": lambda d, node: (f"[Condor] Condor Job {d.randint(10, 999)}.{d.randint(0, 99)}", f"This is an automated email from the Condor system\non machine \"{node}\". Do not reply.\n\nYour Condor job exited with status 0.\n", f"condor@{node}"),
    "sge": lambda d, node: (f"Job {d.randint(1000, 99999)} ({texts.label(d)}) Complete", f"Job {d.randint(1000, 9999)} ({texts.label(d)}) Complete\n User             = lab\n Queue            = all.q@{node}\n Host             = {node}\n Exit Status      = 0\n", f"sge@{node}"),
    "logwatch": lambda d, node: (f"Logwatch for {node} (Linux)", " ################### Logwatch 7.5.6 ####################\n --------------------- SSHD Begin ------------------------\n Users logging in through sshd: 3\n ---------------------- SSHD End -------------------------\n", f"logwatch@{node}"),
}


def batch_jobs(world, family, hidden, intensity):
    """A cluster node mails the ends of its jobs by itself, under a name that nobody else knows."""
    host = Host(world, "batch-jobs", family, False, ["batch-jobs"], intensity, hidden, find=WATCH)
    dice = host.dice
    kind = dice.choice(sorted(JOBS))
    helo = dice.choice((f"node{dice.randint(1, 64):02}", f"compute-0-{dice.randint(0, 30)}.local", "localhost.localdomain") + (() if hidden else (host.name,)))  # under TLS nothing else shows
    host.bad_helo = "." not in helo
    host.also = [] if helo == host.name else ["misconfigured-mta"]
    server = world.server_for(dice, 0.7)
    rcpts = [world.rcpt_at(dice, server) for _ in range(dice.randint(1, 4))]
    uid = dice.choice((0, 0, 64030))
    host.notes += f"{kind}, HELO {helo}; "
    times = pace(world, dice, intensity, loud=(60, 120), slow=(12, 40))
    for when in times:
        node = helo if "." in helo else f"{helo}.cluster.local"
        subject, body, sender = JOBS[kind](dice, node)
        fields = [f"Received: by {node} (Postfix, from userid {uid})\r\n\tid {mails.hexa(dice, 10)}; {mails.date(when)}"]
        fields += [f"From: root@{node} (Cron Daemon)", f"To: {rcpts[0]}", f"Subject: {subject}", "Content-Type: text/plain; charset=UTF-8", "Auto-Submitted: auto-generated", "Precedence: bulk", "X-Cron-Env: <SHELL=/bin/sh>", "X-Cron-Env: <HOME=/root>"] if kind == "cron" else \
            [f"To: {rcpts[0]}", f"Subject: {subject}", f"From: {sender}"]
        fields += [f"Message-Id: <{time.strftime('%Y%m%d%H%M%S', time.gmtime(when))}.{mails.hexa(dice, 10)}@{node}>", f"Date: {mails.date(when)}"]
        data = mails.message(fields, body.replace("\n", "\r\n"))
        world.send(host, when, server, dice.choice((POSTFIX, POSTFIX, SENDMAIL)), helo, [Mail(sender, [dice.choice(rcpts)], data, True, False, "batch-jobs")], hidden)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, hidden, dice.randint(10, 30))
    return host


def hand_typed(world, family, hidden, intensity):
    """A person at telnet: keys, second thoughts, few fields."""
    host = Host(world, "hand-typed", family, False, ["hand-typed"], intensity, False, find=WATCH)
    dice = host.dice
    count = {"loud": dice.randint(4, 8), "slow": dice.randint(1, 2), "mixed": dice.randint(2, 4)}[intensity]
    by_key = dice.random() < 0.6  # else line by line, as telnet in line mode
    for when in world.working(dice, count):
        def session(at):
            server = world.server_for(dice, 0.4)
            rcpt = world.rcpt_at(dice, server)
            talk = wire.Talk(dice, (host.address, dice.randint(20000, 60000)), (server.address6 if family == 6 else server.address, 25), at, server.rtt)
            words = smtp.SOFTWARE[server.software]
            values = {"a": rcpt, "f": "me", "s": server.name, "d": server.domain, "q": mails.hexa(dice, 11), "e": mails.exim_id(dice), "n": 1, "date": mails.date(at), "ip": host.address, "h": "x"}
            talk.server(("220 " + words["banner"].format(**values) + "\r\n").encode())

            def ask(text, key):
                talk.now += dice.uniform(1.5, 9)
                if by_key and dice.random() < 0.4:
                    text = text[:4] + "x\b" + text[4:]
                talk.type((text + "\r\n").encode(), by_key)
                talk.server((words.get(key, key).format(**values) + "\r\n").encode())
            ask(dice.choice(("helo there", "helo me", f"helo {host.label}", "HELO test", "ehlo x")), f"250 {server.name}")
            if dice.random() < 0.4:
                ask("mail form: me", "502 5.5.2 Error: command not recognized")
            ask(dice.choice((f"mail from: <{host.label}@{host.domain}>", f"MAIL FROM:<{host.label}@{host.domain}>", f"mail from:{host.label}@{host.domain}")), "mail")
            ask(f"rcpt to:<{rcpt}>", "rcpt")
            ask("data", "data")
            for line in dice.choice((["test"], ["Subject: test", "", "does this arrive?"], [f"From: {host.label}@{host.domain}", "Subject: hello", "", "hello from telnet", "bye"])):
                talk.now += dice.uniform(0.8, 4)
                talk.type((line + "\r\n").encode(), by_key)
            ask(".", "queued")
            host.spam_times.append(talk.now)
            ask("quit", "bye")
            talk.close()
            world.mirror.add(talk)
            host.session_times.append(at)
        world.at(when, session)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(5, 20))
    return host


def explosion(world, family, hidden, intensity):
    """A list whose addresses were bought or are old: many unknown, complaints, throttling."""
    host = Host(world, "mailing-list", family, False, ["mailing-list"], intensity, hidden, find=WATCH)
    dice = host.dice
    unknown = dice.uniform(0.12, 0.3)
    tag = texts.label(dice, 4, 6)
    subject, text = texts.compose(dice, texts.HAM, "newsletter", {"URL": f"https://www.{CAMPUS_DOMAIN}/{tag}"})
    begin = world.begin + dice.uniform(2, 18) * HOUR
    times = world.hours(dice, dice.randint(60, 120)) if intensity == "slow" else [begin + n * dice.uniform(0.2, 1) for n in range(dice.randint(120, 300))]
    verp = dice.random() < 0.5
    for number, when in enumerate(times):
        server = world.server_for(dice, 0.7)
        rcpt = world.rcpt_at(dice, server, unknown)
        fields = [f"Received: from {host.name} (localhost [127.0.0.1])\r\n\tby {host.name} (Postfix) with ESMTP id {mails.hexa(dice, 10)}; {mails.date(when)}", f"Date: {mails.date(times[0])}", f"From: {tag} <{tag}@{host.domain}>", f"To: {tag}@{host.domain}", f"Subject: {subject}",
                  f"Message-ID: <{int(times[0])}.{tag}@{host.domain}>", f"List-Id: <{tag}.{host.domain}>", "Precedence: bulk", "MIME-Version: 1.0"]
        fields += [f"List-Unsubscribe: <mailto:{tag}-leave@{host.domain}>"] if dice.random() < 0.5 else []
        kind, body = mails.content(dice, text, "both")
        sender = f"{tag}-bounces+{rcpt.replace('@', '=')}@{host.domain}" if verp else f"{tag}-bounces@{host.domain}"
        world.send(host, when, server, POSTFIX, host.name, [Mail(sender, [rcpt], mails.message(fields + kind, body), True, False, "mailing-list")], hidden)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, hidden, dice.randint(15, 40))
    return host


def backscatter(world, family, hidden, intensity):
    """It takes mail for users that it does not have, and then writes to whoever stands in the envelope."""
    host = Host(world, "backscatter", family, False, ["backscatter"], intensity, hidden, find=ALARM)
    dice = host.dice
    times = pace(world, dice, intensity)
    if dice.random() < 0.3:
        host.listed_at, host.lists = times[len(times) // 2], {"Spamhaus"}
    for when in times:
        server = world.server_for(dice, 0.4)
        forged = world.rcpt_at(dice, server, 0.4)
        nobody = f"{texts.label(dice)}{dice.randint(1, 99)}@{host.domain}"
        data = world.spam(dice, when, forged, [nobody], mails.BOTS[dice.choice(sorted(mails.BOTS))], sorted(texts.SPAM))

        def leave(at, accepted, server=server, forged=forged, nobody=nobody, data=data):
            letter = Mail("", [forged], good.bounce(world, dice, at, host.name, forged, nobody, data), True, False, "backscatter")
            world.send(host, at + dice.uniform(1, 5), server, POSTFIX, host.name, [letter], hidden)
        world.receive(host, when, [Mail(forged, [nobody], data)], program=dice.choice(ENGINES[:5]), encrypted=False, then=leave)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, hidden, dice.randint(15, 40))
    return host


def forwarding(world, family, hidden, intensity):
    """Everything that comes for some users goes on to a provider, spam and foreign senders included."""
    host = Host(world, "forwarding", family, False, ["forwarding"], intensity, hidden, find=WATCH)
    dice = host.dice
    aliases = []
    for _ in range(dice.randint(2, 6)):
        server = dice.choice([s for s, _ in world.providers])
        aliases.append((good.staff(dice, host), server, world.rcpt_at(dice, server)))
    times = pace(world, dice, intensity, loud=(50, 100))
    for when in times:
        alias, server, rcpt = dice.choice(aliases)
        bad = dice.random() < 0.6
        sender = f"{texts.label(dice)}@{smtp.label_domain(dice)}"
        data = world.spam(dice, when, sender, [alias], mails.BOTS[dice.choice(sorted(mails.BOTS))], sorted(texts.SPAM)) if bad else world.ham(dice, when, sender, [alias])

        def leave(at, accepted, alias=alias, server=server, rcpt=rcpt, bad=bad, sender=sender, data=data):
            source = world.outside4()
            top = f"Received: from mail.{sender.partition('@')[2]} (unknown [{source}])\r\n\tby {host.name} (Postfix) with ESMTP id {mails.hexa(dice, 11)}\r\n\tfor <{alias}>; {mails.date(at)}\r\nDelivered-To: {alias}\r\n"
            world.send(host, at + dice.uniform(0.5, 3), server, POSTFIX, host.name, [Mail(sender, [rcpt], top.encode() + data, True, bad, "forwarding")], hidden)
        world.receive(host, when, [Mail(sender, [alias], data)], program=dice.choice(ENGINES[:5]) if bad and not hidden else POSTFIX, encrypted=hidden, then=leave)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, hidden, dice.randint(15, 40))
    return host


def dictionary_attack(world, family, hidden, intensity):
    """It guesses names at other servers, and seldom says more than RCPT."""
    host = Host(world, "dictionary-attack", family, False, ["dictionary-attack"], intensity, hidden, find=ALARM)
    dice = host.dice
    engine = ENGINES[8] if hidden else dice.choice(ENGINES[:3])
    begin = world.begin + dice.uniform(1, 20) * HOUR
    times = world.hours(dice, dice.randint(12, 30)) if intensity == "slow" else [begin + n * dice.uniform(2, 8) for n in range(dice.randint(8, 20))]
    names = sorted({dice.choice(texts.FIRST).lower() + str(dice.randint(1, 99)) for _ in range(300)})
    targets = [world.server_for(dice, 0.1) for _ in range(dice.randint(1, 5))]
    found = dice.uniform(0.02, 0.2)
    step = 0
    for when in times:
        server = dice.choice(targets)
        count = dice.randint(1, 4) if intensity == "slow" else dice.randint(8, 25)
        rcpts = []
        for _ in range(count):
            step += 1
            address = f"{names[step % len(names)]}{step if step > len(names) else ''}@{server.domain}"
            if dice.random() > found:
                world.unknown.add(address)
            rcpts.append(address)

        def session(at, server=server, rcpts=rcpts):
            d = smtp.Dialogue(dice, host.address, server, at, world.judge)
            sender = f"{texts.label(dice)}@{smtp.label_domain(dice)}"
            helo = f"{texts.label(dice)}.com"
            if d.opening(engine, helo, hidden and server.tls):
                d.sender = sender
                d.line(engine.mail.format(sender), engine)
                d.say("mail")
                mail = Mail(sender, rcpts, b"", True, False, "dictionary-attack")
                for rcpt in rcpts:
                    d.line(engine.rcpt.format(rcpt), engine)
                    d.answer(mail, rcpt, d.peek("rcpt", mail, rcpt))
            if engine.quit:
                d.line(engine.quit, engine)
                d.say("bye")
            d.talk.close("fin" if engine.quit else "rst")
            world.told(host, d)
        world.at(when, session)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(15, 40))
    return host


def misconfigured(world, family, hidden, intensity):
    """Honest mail under a name that is none, without a reverse name, or in a loop."""
    host = Host(world, "misconfigured-mta", family, False, ["misconfigured-mta"], intensity, hidden, find=WATCH)
    dice = host.dice
    fault = dice.choice(("localhost", "no-dot", "private") if hidden else ("localhost", "no-dot", "private", "no-reverse", "loop"))  # the others do not show under TLS
    host.notes += fault
    helo = {"localhost": "localhost.localdomain", "no-dot": host.label, "private": f"{host.label}.{host.department}.local"}.get(fault, host.name)
    host.bad_helo, host.no_reverse = fault == "no-dot", fault in ("no-reverse", "no-dot")
    program = dice.choice((POSTFIX, smtp.EXIM, SENDMAIL, smtp.EXCHANGE))
    times = world.working(dice, {"loud": dice.randint(60, 120), "slow": dice.randint(12, 30), "mixed": dice.randint(30, 60)}[intensity])
    for when in times:
        server = world.server_for(dice, 0.5)
        sender = good.staff(dice, host)
        rcpts = [world.rcpt_at(dice, server, 0.01)]
        above = good.from_user(host, dice, when, sender, host.name)
        if fault == "loop":
            above = [f"Received: from {host.name} (unknown [{host.address}])\r\n\tby gw{n % 2}.{host.domain} (Postfix) with ESMTP id {mails.hexa(dice, 10)}; {mails.date(when)}" for n in range(dice.randint(24, 30))] + above
        data = world.ham(dice, when, sender, rcpts, above=above, host=host.domain)
        world.send(host, when, server, program, helo, [Mail(sender, rcpts, data, True, False, "loop" if fault == "loop" else "misconfigured-mta")], hidden)
    return host


def two_causes(world, family, hidden, intensity):
    """A web server with a script of somebody else's, and cron or a bot beside it."""
    host = Host(world, "two-causes", family, False, ["php-script", "spam-bot"], intensity, hidden, find=ALARM)
    php_script(world, family, hidden, intensity, host)
    spam_bot(world, family, False, intensity, host)
    return host


def password_guessing(world, family, hidden, intensity):
    """It tries passwords at submission servers outside."""
    host = Host(world, "password-guessing", family, False, ["dictionary-attack"], intensity, False, find=ALARM)
    dice = host.dice
    targets = [world.server_for(dice, 0) for _ in range(dice.randint(4, 30))]
    helo = dice.choice(("ylmf-pc", "User", texts.label(dice)))  # the first two were seen in many logs
    for when in pace(world, dice, intensity, loud=(40, 120), slow=(25, 60)):
        def session(at):
            d = smtp.Dialogue(dice, host.address, dice.choice(targets), at, lambda *_: None, 587)
            d.run(smtp.OUTLOOK, helo, [], auth=False)
            world.told(host, d)
            host.refusal_times.append(d.talk.now)
        world.at(when, session)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(10, 30))
    return host


def callouts(world, family, hidden, intensity):
    """A server that asks the servers of senders whether these exist, for each spam that comes."""
    host = Host(world, "callouts", family, False, ["backscatter"], intensity, False, find=ALARM)
    dice = host.dice
    for when in pace(world, dice, intensity, loud=(60, 120)):
        server = world.server_for(dice, 0.1)
        forged = world.rcpt_at(dice, server, 0.5)
        data = world.spam(dice, when, forged, [good.staff(dice, host)], mails.BOTS[dice.choice(sorted(mails.BOTS))], sorted(texts.SPAM))
        world.receive(host, when, [Mail(forged, [good.staff(dice, host)], data)], program=dice.choice(ENGINES[:5]))

        def session(at, server=server, forged=forged):
            d = smtp.Dialogue(dice, host.address, server, at, world.judge)
            mail = Mail("", [forged], b"", True, False, "backscatter")
            if d.opening(SENDMAIL, host.name, False):
                d.line("MAIL FROM:<>", SENDMAIL)
                d.say("mail")
                d.line(f"RCPT TO:<{forged}>", SENDMAIL)
                d.answer(mail, forged, d.peek("rcpt", mail, forged))
            d.line("QUIT", SENDMAIL)
            d.say("bye")
            d.talk.close()
            world.told(host, d)
            host.spam_times.append(d.talk.now)
        world.at(when + 0.3, session)
    if intensity == "mixed":
        good.correspondence(world, host, POSTFIX, True, dice.randint(15, 40))
    return host


KINDS = {"open-relay": open_relay, "open-proxy": open_proxy, "web-form": web_form, "php-script": php_script, "spam-bot": spam_bot, "compromised-account": compromised_account, "batch-jobs": batch_jobs, "hand-typed": hand_typed,
         "mailing-list": explosion, "backscatter": backscatter, "forwarding": forwarding, "dictionary-attack": dictionary_attack, "misconfigured-mta": misconfigured,
         "bot-behind-nat": bot_behind_nat, "bot-behind-smarthost": bot_behind_smarthost, "two-causes": two_causes,
         "password-guessing": password_guessing, "callouts": callouts}
INTENSITIES = ("loud", "slow", "mixed")


def make(world, rounds):
    """Each kind and intensity once a round; encrypted, IPv6 by chance."""
    dice = world.dice
    for _ in range(rounds):
        for kind in KINDS.values():
            for intensity in INTENSITIES:
                kind(world, 6 if dice.random() < 0.2 else 4, dice.random() < 0.4, intensity)
