"""Whole messages: header fields as mail programs, scripts, lists and bots write them, around texts of texts.py or of real corpora."""

import base64
import glob
import os
import quopri
import re
import time

import texts

ZONE = -3 * 3600


def date(at, zone=ZONE):
    return time.strftime("%a, %d %b %Y %H:%M:%S ", time.gmtime(at + zone)) + f"{'-' if zone < 0 else '+'}{abs(zone) // 3600:02}{abs(zone) % 3600 // 60:02}"


def hexa(dice, size):
    return f"{dice.getrandbits(size * 4):0{size}X}"


def exim_id(dice):
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "1t" + "".join(dice.choice(letters) for _ in range(4)) + "-" + "".join(dice.choice(letters) for _ in range(6)) + "-" + "".join(dice.choice(letters) for _ in range(2))


def name_of(dice):
    return f"{dice.choice(texts.FIRST)} {dice.choice(texts.LAST)}"


# ---- what writes a mail: each gives (header fields above From, fields below Subject), with a Message-ID or without ----

def thunderbird(dice, at, host):
    return [f"Message-ID: <{hexa(dice, 8).lower()}-{hexa(dice, 4).lower()}-{hexa(dice, 4).lower()}-{hexa(dice, 4).lower()}-{hexa(dice, 12).lower()}@{host}>", f"Date: {date(at)}", "MIME-Version: 1.0",
            "User-Agent: Mozilla Thunderbird", "Content-Language: en-US"]


def outlook(dice, at, host):
    return [f"Date: {date(at)}", f"Message-ID: <{hexa(dice, 8).lower()}$" + f"{hexa(dice, 8).lower()}${hexa(dice, 8).lower()}$@{host}>", "MIME-Version: 1.0",
            "X-Mailer: Microsoft Outlook 16.0", "Thread-Index: A" + base64.b64encode(dice.randbytes(21)).decode()[1:], "Content-Language: en-us"]


def exchange(dice, at, host):
    return [f"Thread-Topic: {dice.choice(texts.TOPIC)}", f"Date: {date(at, 0)}", f"Message-ID: <{hexa(dice, 32).lower()}@{host}>", "Accept-Language: en-US", "Content-Language: en-US",
            "X-MS-Has-Attach:", "X-MS-TNEF-Correlator:", "MIME-Version: 1.0"]


def apple(dice, at, host):
    return [f"Message-Id: <{hexa(dice, 8)}-{hexa(dice, 4)}-{hexa(dice, 4)}-{hexa(dice, 4)}-{hexa(dice, 12)}@{host}>", f"Date: {date(at)}", "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3731.700.6\\))", "X-Mailer: Apple Mail (2.3731.700.6)"]


def mutt(dice, at, host):
    return [f"Date: {date(at)}", f"Message-ID: <{base64.b64encode(dice.randbytes(10), b'-+').decode()[:12]}@{host}>", "MIME-Version: 1.0", "Content-Disposition: inline", "User-Agent: Mutt/2.2.9 (2022-11-12)"]


def roundcube(dice, at, host):
    return [f"MIME-Version: 1.0", f"Date: {date(at)}", "User-Agent: Roundcube Webmail/1.6.5", f"Message-ID: <{hexa(dice, 32).lower()}@{host}>"]


def python(dice, at, host):
    return ["MIME-Version: 1.0", f"Date: {date(at)}", f"Message-ID: <{int(at * 100)}.{dice.randint(100, 9999)}.{dice.getrandbits(60)}@{host}>"]


def bare(dice, at, host):
    return [f"Date: {date(at)}", f"Message-Id: <{time.strftime('%Y%m%d%H%M%S', time.gmtime(at))}.{hexa(dice, 10)}@{host}>"]


def wrong_date(dice, at, host):
    return [f"Date: {date(0 + dice.randint(0, 86400))}", f"Message-ID: <{dice.getrandbits(50)}@{host}>", "MIME-Version: 1.0"]


def scanner(dice, at, host):
    return [f"Date: {date(at)}", f"Message-ID: <{time.strftime('%Y%m%d%H%M%S', time.gmtime(at))}.{dice.randint(1, 9)}@{host}>", "MIME-Version: 1.0", "X-Mailer: KONICA MINOLTA bizhub C258"]


HUMAN = (thunderbird, thunderbird, outlook, exchange, apple, mutt, roundcube)


def bot_outlook_express(dice, at, host):
    return [f"Message-ID: <{hexa(dice, 12).lower()}${hexa(dice, 8).lower()}${hexa(dice, 8).lower()}@{texts.label(dice)}>", f"Date: {date(at, dice.choice((0, 3600 * dice.randint(-8, 9))))}", "MIME-Version: 1.0", "X-Priority: 3", "X-MSMail-Priority: Normal",
            f"X-Mailer: Microsoft Outlook Express 6.00.2{dice.choice(('800.1106', '900.2180', '900.3138'))}", f"X-MimeOLE: Produced By Microsoft MimeOLE V6.00.2{dice.choice(('800.1106', '900.2180'))}"]


def bot_capitals(dice, at, host):
    return [f"Date: {date(at - dice.choice((0, 0, 5 * 3600)), 0)}", f"Message-ID: <{''.join(dice.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ') for _ in range(28))}@{texts.label(dice)}.com>", "MIME-Version: 1.0"]


def bot_no_id(dice, at, host):
    return [f"Date: {date(at)}"] if dice.random() < 0.6 else []


def bot_the_bat(dice, at, host):
    return [f"Date: {date(at, 3600 * dice.randint(1, 8))}", f"X-Mailer: The Bat! (v{dice.choice(('3.0.1.33', '2.12.00', '3.99.3'))}) Professional", f"X-Priority: 3 (Normal)", f"Message-ID: <{dice.randint(10**8, 10**9)}.{time.strftime('%Y%m%d%H%M%S', time.gmtime(at))}@{texts.label(dice)}.com>", "MIME-Version: 1.0"]


def bot_plain(dice, at, host):
    return [f"Message-ID: <{texts.label(dice)}{dice.randint(1000, 99999)}@{host}>", f"Date: {date(at)}", "MIME-Version: 1.0"]


def bot_template(dice, at, host):
    return [f"Date: {date(at)}", f"X-Mailer: {texts.label(dice)} {dice.randint(1, 9)}.{dice.randint(0, 99)}", f"Message-ID: <%RND_DIGIT[{dice.randint(3, 9)}].{hexa(dice, 8)}@{texts.label(dice)}.net>", "MIME-Version: 1.0", "X-Priority: 1"]


BOTS = {"outlook-express": bot_outlook_express, "capitals": bot_capitals, "no-id": bot_no_id, "the-bat": bot_the_bat, "plain": bot_plain, "template": bot_template}


# ---- bodies ----

def wrapped(text, width=72):
    out = []
    for line in text.split("\n"):
        while len(line) > width:
            cut = line.rfind(" ", 0, width)
            if cut <= 0:
                break
            out.append(line[:cut])
            line = line[cut + 1:]
        out.append(line)
    return "\r\n".join(out)


def html_of(dice, text, loud):
    paragraphs = "".join(f"<p>{'<font size=+2 color=#ff0000>' if loud and dice.random() < 0.4 else ''}"
                         f"{re.sub(r'(http://[^ <]+)', lambda m: f'<a href={chr(34)}{m.group(1)}{chr(34)}>{dice.choice(texts.FIRST) if loud else m.group(1)}</a>', p.replace(chr(10), '<br>'))}</p>\n"
                         for p in text.split("\n\n"))
    return f"<html><body{' bgcolor=#ffffcc' if loud else ''}>\n{paragraphs}</body></html>"


def content(dice, text, form, loud=False, attached=None):
    """(fields, body) of a text in a form: plain, qp, html, both."""
    if attached:
        boundary = f"----=_{hexa(dice, 24)}"
        name, kind, size = attached
        data = base64.encodebytes(dice.randbytes(size)).decode().replace("\n", "\r\n")
        return [f'Content-Type: multipart/mixed; boundary="{boundary}"'], (
            f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{wrapped(text)}\r\n\r\n--{boundary}\r\n"
            f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n{data}\r\n--{boundary}--\r\n')
    if form == "plain":
        return ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit"], wrapped(text) + "\r\n"
    if form == "qp":
        return ["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: quoted-printable"], quopri.encodestring(text.encode()).decode().replace("\n", "\r\n") + "\r\n"
    page = html_of(dice, text, loud)
    if form == "html":
        return ["Content-Type: text/html; charset=iso-8859-1" if loud else "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 7bit"], wrapped(page, 900) + "\r\n"
    boundary = f"--{dice.randint(10**9, 10**10)}" if loud and dice.random() < 0.3 else f"----=_Part_{hexa(dice, 16)}"
    return [f'Content-Type: multipart/alternative; boundary="{boundary}"'], (
        f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{wrapped(text)}\r\n\r\n--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"{wrapped(page, 900)}\r\n--{boundary}--\r\n")


def message(fields, body):
    return ("\r\n".join(fields) + "\r\n\r\n" + body).encode("utf-8", "replace")


# ---- real mail, where it is at hand ----

DROPPED = re.compile(rb"^(return-path|delivered-to|x-spam-[a-z-]*|status|x-status|x-keywords|x-uid|lines|content-length|envelope-to|delivery-date|x-original-to|errors-to|x-loop|list-[a-z]+|x-beenthere|"
                     rb"x-mailman-version|precedence|x-fetched.*|replied|forwarded|from .*):", re.I)


# What would be a cause, or its excuse, by itself: mail of scripts on web servers, of lists, of cron, bounces.
OWN_SIGN = re.compile(rb"php|^x-source|^x-antiabuse|^x-authentication-warning|apache@|nobody@|www-data|^(list-|mailing-list:|x-mailing-list|x-beenthere|x-mailman|precedence:)|^sender:.*(owner-|-admin|-bounces)|"
                      rb"^x-cron|^auto-submitted|^from:.*(daemon|root|postmaster)|multipart/report", re.I | re.M)


def reshaped(dice, name):
    """Another Message-ID of the same shape: letters for letters, digits for digits."""
    left, at, right = name.partition(b"@")
    out = bytes(dice.choice(b"0123456789") if 48 <= c <= 57 else dice.choice(b"abcdef") if 97 <= c <= 102 else dice.choice(b"ABCDEF") if 65 <= c <= 70 else c for c in left)
    return out + at + right


class Corpus:
    """Labelled mails, without what the receiving site wrote on top: its mbox line and fields, and the Received field it added; dates are moved
    to the day."""

    def __init__(self, folder):
        self.spam = sorted(glob.glob(os.path.join(folder, "*", "spam", "*")))
        self.ham = sorted(glob.glob(os.path.join(folder, "*", "ham", "*")))
        if not self.spam or not self.ham:
            raise SystemExit(f"{folder}: neither spam nor ham is there")

    def draw(self, dice, spam, at, sender="", rcpt=""):
        """(fields as bytes, body as bytes), CRLF.  From and To name who writes here to whom."""
        while True:
            path = dice.choice(self.spam if spam else self.ham)
            with open(path, "rb") as file:
                data = file.read(200000)
            data = data.replace(b"\r\n", b"\n")
            head, _, body = data.partition(b"\n\n")
            if len(data) < 60000 and b"\0" not in data and b"subject:" in head.lower() and not OWN_SIGN.search(head):
                break
        fields = []
        for field in re.split(rb"\n(?![ \t])", head):
            name = field.partition(b":")[0].lower()
            if field.startswith((b"From ", b">From ")) or DROPPED.match(field) or name in (b"received", b"cc", b"bcc"):
                continue  # who received it on the way to the corpus is not who receives it here
            if name == b"date":
                field = b"Date: " + date(at).encode()
            elif name == b"message-id":
                field = field[:11] + reshaped(dice, field[11:])
            elif name == b"to" and rcpt:
                field = b"To: " + rcpt.encode()
            elif name == b"from" and sender:
                field = re.sub(rb"[\w.+=-]+@[\w.-]+", sender.encode(), field, count=1)
            fields.append(field)
        return b"\n".join(fields).replace(b"\n", b"\r\n"), body.replace(b"\n", b"\r\n")
