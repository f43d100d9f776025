"""Compares records of a treated capture with those of the capture itself."""
import collections
import datetime
import ipaddress

MAPPED = ipaddress.ip_network("2001:db8::/96")
ELSEWHERE = 20000  # what the treatment of that name adds to the ports of mail
TEREDO = ipaddress.ip_network("2001::/32")

# Never compared: they say when and by which way the packets came, or are made of addresses; keys that were typed are counted by segments
# and their times.
SESSION_IGNORES = {"type", "sensor", "id", "community_id", "start", "end", "vlan", "encap", "typing"}
MAIL_IGNORES = {"session", "start", "end"}

Lost = collections.namedtuple("Lost", "kind client server sender offset bytes time")


def nanoseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(moment.timestamp()) * 10**9 + moment.microsecond * 1000


def map_back(end):
    """('192.0.2.1', 25) of an endpoint that may be 2001:db8::192.0.2.1, or 2001::192.0.2.1, or on port 20025"""
    address = ipaddress.ip_address(end["ip"])
    if address.version == 6 and address in TEREDO:
        address = ipaddress.IPv6Address(int(address) | 0xDB8 << 96)
    if address.version == 6 and address in MAPPED:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return str(address), end["port"] - ELSEWHERE if end["port"] - ELSEWHERE in (25, 587, 2525) else end["port"]


def ends_of(session, ports=True):
    client, server = map_back(session["client"]), map_back(session["server"])
    return (client if ports else client[:1]) + server


def flat(value, path, out):
    """Fields as a table: 'mails.0.rcpts.1.code' -> 250"""
    if isinstance(value, dict):
        for key, inner in value.items():
            flat(inner, "%s.%s" % (path, key) if path else key, out)
    elif isinstance(value, list):
        out[path + ".count" if path else "count"] = len(value)
        for number, inner in enumerate(value):
            flat(inner, "%s.%d" % (path, number), out)
    else:
        out[path] = value


def strip(session, change):
    """What must be equal: a copy without what is never compared, and without what the row may change."""
    copy = {key: value for key, value in session.items() if key not in SESSION_IGNORES and key not in change}
    copy["client"], copy["server"] = map_back(session["client"]), map_back(session["server"])
    if "client.port" in change:
        copy["client"] = copy["client"][:1]
    if "mails" in copy:
        copy["mails"] = [strip_mail(mail, change) for mail in session["mails"]]
    return copy


def strip_mail(mail, change):
    return {key: value for key, value in mail.items() if key not in MAIL_IGNORES and "mails." + key not in change}


def without(fields, change):
    """Fields deeper than the first level: 'replies.to' leaves out replies.0.to, replies.1.to, …"""
    deep = [tuple(name.split(".")) for name in change]

    def named(path):
        words = tuple(word for word in path.split(".") if not word.isdigit())
        return any(words[:len(name)] == name for name in deep)
    return {path: value for path, value in fields.items() if not named(path)}


def difference(want, got, change):
    """None, or words on the first field that differs"""
    a, b = {}, {}
    flat(want, "", a)
    flat(got, "", b)
    a, b = without(a, change), without(b, change)
    for path in list(a) + [path for path in b if path not in a]:
        if a.get(path) != b.get(path):
            return "%s: %.150r instead of %.150r" % (path, b.get(path), a.get(path))
    return None


class Baseline:
    """What heloscope reads from the untreated capture."""

    def __init__(self, capture, sessions):
        self.capture = capture
        self.sessions = sorted(sessions, key=lambda s: s["start"])

    def groups(self, ports):
        return grouped(self.sessions, ports)


def grouped(sessions, ports):
    groups = collections.defaultdict(list)
    for session in sorted(sessions, key=lambda s: s["start"]):
        groups[ends_of(session, ports)].append(session)
    return groups


def name_of(session):
    return "%s:%d > %s:%d at %s" % (*map_back(session["client"]), *map_back(session["server"]), session["start"][11:])


def pair(baseline, sessions, row, change, silent=frozenset()):
    """([(session wanted, session found)], words): by endpoints, then in the order of their starts; those with an id in `silent` may be missing"""
    ports = "client.port" not in change
    want, got = baseline.groups(ports), grouped(sessions, ports)
    pairs = []
    for key in list(want) + [key for key in got if key not in want]:
        wanted = [session for session in want.get(key, []) for _ in range(row.times)]
        if len(wanted) != len(got.get(key, [])):
            if not got.get(key) and all(session["id"] in silent for session in wanted):
                continue
            return [], "%s: %d sessions instead of %d" % (" ".join(map(str, key)), len(got.get(key, [])), len(wanted))
        pairs += zip(wanted, got.get(key, []))
    return pairs, None


def compare_equal(baseline, sessions, row, change):
    pairs, words = pair(baseline, sessions, row, change)
    if words:
        return words
    for want, got in pairs:
        words = difference(strip(want, change), strip(got, change), change)
        if words:
            return "%s: %s" % (name_of(want), words)
    return None


# ---- bytes are missing ----

def read_lost(path):
    losses = []
    with open(path) as file:
        for line in file:
            kind, _, client, server, sender, offset, size, time = line.rstrip("\n").split("\t")
            client, server = client.split(), server.split()
            losses.append(Lost(kind, (client[0], int(client[1])), (server[0], int(server[1])), sender, int(offset), int(size), int(time)))
    return losses


def losses_of(session, losses):
    ends = map_back(session["client"]), map_back(session["server"])
    first, last = nanoseconds(session["start"]) - 10**9, nanoseconds(session["end"]) + 10**9
    return [loss for loss in losses if (loss.client, loss.server) == ends and first <= loss.time <= last]


def first_packet(session, mail):
    """A mail starts when its command has come whole: typed by hand, that is long after the first key."""
    if "hand-typed" not in mail["labels"]:
        return nanoseconds(mail["start"])
    return max([nanoseconds(other["end"]) for other in session["mails"] if other["number"] < mail["number"]],
               default=nanoseconds(session["start"]))


def touches(loss, session, mail):
    """Was it lost between the first and the last packet of the mail?  Records have microseconds."""
    return first_packet(session, mail) <= loss.time // 1000 * 1000 <= nanoseconds(mail["end"])


def rules_of(mail):
    return {hit["rule"] for hit in mail["hits"]}


def compare_mails(want, got, losses, change):
    """A mail of which nothing was lost is there, equal, whatever number it has now.  Rules look at the whole dialogue: where some of it was
    lost, some find nothing any more, and none finds more."""
    change = change | {"mails.number": ""}
    if losses:
        change = change | {"mails.hits": "", "mails.score": "", "mails.labels": ""}
    found = [strip_mail(mail, change) for mail in got["mails"]]
    rules = [rules_of(mail) for mail in got["mails"]]
    if len(got["mails"]) > len(want["mails"]):
        return "%d mails instead of at most %d" % (len(got["mails"]), len(want["mails"]))
    begin = max([loss.time for loss in losses if loss.kind in ("before", "unseen")], default=0)
    for mail in want["mails"]:
        if any(touches(loss, want, mail) for loss in losses) or first_packet(want, mail) < begin:
            continue
        wanted = strip_mail(mail, change)
        if wanted in found:
            place = found.index(wanted)
            found.pop(place)
            more = rules.pop(place) - rules_of(mail)
            if more and got["helo"] == want["helo"]:  # lost, or cut: rules on it have another one
                return "mail %d lost nothing, but hits %s" % (mail["number"], ", ".join(sorted(more)))
            continue
        near = [f for f in found if f["mail_from"] == wanted["mail_from"]]
        return "mail %d lost nothing, but %s" % (mail["number"], "is not there" if not near else
                                                 difference(wanted, near[0], {}))
    for mail in got["mails"]:
        if mail["gap"] > 0 and mail["sha256"]:
            return "mail %d has a gap and a digest" % mail["number"]
    return None


def compare_lossy_session(want, got, losses, change):
    missing = sum(loss.bytes for loss in losses if loss.kind == "gap")
    # From the middle on: what was not acknowledged yet when the first packet came may count as a gap.
    in_flight = sum(loss.bytes for loss in losses if loss.kind == "before")
    if not missing <= got["gaps"]["bytes"] <= missing + in_flight:
        return "gaps.bytes: %d instead of %d (%s)" % (got["gaps"]["bytes"], missing, ", ".join(
            "%s %s %d+%d" % (loss.kind, loss.sender, loss.offset, loss.bytes) for loss in losses[:6]))
    if (got["gaps"]["count"] > 0) != (got["gaps"]["bytes"] > 0):
        return "gaps.count: %d, of %d bytes" % (got["gaps"]["count"], got["gaps"]["bytes"])
    in_mails, from_client = sum(mail["gap"] for mail in got["mails"]), sum(loss.bytes for loss in losses if loss.sender == "client")
    if in_mails > from_client:
        return "mails have gaps of %d bytes, of the client %d are missing" % (in_mails, from_client)
    return compare_mails(want, got, losses, change)


def may_vanish(session, losses):
    """Not one byte of it was delivered; or its start, or one side, is missing, and what is left is not SMTP: TLS, HTTP."""
    if sum(session["bytes"].values()) <= sum(loss.bytes for loss in losses):
        return True
    return any(loss.kind in ("before", "unseen") for loss in losses) and (session["tls"]["used"] or not session["helo"]["verb"])


def compare_lossy(baseline, sessions, row, change, path):
    losses = read_lost(path)
    if not losses and not row.may_lose_nothing:
        return "nothing was lost: the treatment does nothing"
    silent = {session["id"] for session in baseline.sessions if may_vanish(session, losses_of(session, losses))}
    pairs, words = pair(baseline, sessions, row, change, silent)
    if words:
        return words
    for want, got in pairs:
        own = losses_of(want, losses)
        if own:
            words = compare_lossy_session(want, got, own, change)
        else:
            words = difference(strip(want, change), strip(got, change), change)
        if words:
            return "%s: %s" % (name_of(want), words)
    return None


def compare(baseline, sessions, row, lost):
    """None, or words on the first difference"""
    change = row.change_in(baseline.capture)
    if row.lossy:
        return compare_lossy(baseline, sessions, row, change, lost)
    if read_lost(lost):
        return "bytes were lost, and the row does not say so"
    return compare_equal(baseline, sessions, row, change)
