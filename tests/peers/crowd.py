"""Phones that register and unregister as fast as they are answered, and know what they were told."""
import collections
import random
import re
import select
import socket
import time

SOCKETS = 4
WINDOW = 1_000
BUFFER_OCTETS = 4 * 1024 * 1024
T1, PATIENCE = 0.5, 32.0

TEXT = (b"REGISTER sip:%(domain)b SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK%(number)d.%(cseq)d\r\nMax-Forwards: 70\r\n"
        b"From: <sip:u%(number)d@%(domain)b>;tag=%(number)d\r\nTo: <sip:u%(number)d@%(domain)b>\r\n"
        b"Call-ID: %(number)d@crowd\r\nCSeq: %(cseq)d REGISTER\r\n"
        b"Contact: %(contact)b\r\nExpires: %(expires)d\r\nContent-Length: 0\r\n\r\n")
BRANCH = re.compile(rb"branch=z9hG4bK(\d+)\.(\d+)")
BOUND = re.compile(rb"<sip:u\d+@127\.0\.0\.1:200(\d)>;expires=\d")
CONTACTS = 2

# What a phone asks for: to bind one of its contacts, to remove it, to remove all.
Wish = collections.namedtuple("Wish", "expires contacts")
WISHES = [Wish(3600, [0]), Wish(3600, [1])] * 3 + [Wish(0, [0]), Wish(0, [1]), Wish(0, [0, 1])]


class Subscriber:
    """One of the crowd. Its bindings are told by the CSeq that each contact was bound with; 0: it is not."""

    def __init__(self, number):
        self.number, self.cseq = number, 0
        self.known = (0,) * CONTACTS   # as of the latest 200
        self.asked = None              # as they are if the request that is under way was carried out
        self.request = None

    def ask_for(self, wish, domain):
        self.cseq += 1
        bound_with = self.cseq if wish.expires else 0
        self.asked = tuple(bound_with if contact in wish.contacts else cseq
                           for contact, cseq in enumerate(self.known))
        contact = b"*" if len(wish.contacts) == CONTACTS else b"<%b>" % self.contact(wish.contacts[0])
        self.request = TEXT % {b"domain": domain, b"number": self.number, b"cseq": self.cseq,
                               b"contact": contact, b"expires": wish.expires}

    def contact(self, which):
        return b"sip:u%d@127.0.0.1:200%d" % (self.number, which)

    def told(self, answer):
        """Its 200 lists what is bound now."""
        listed = {int(which) for which in BOUND.findall(answer)}
        expected = {which for which, cseq in enumerate(self.asked) if cseq}
        assert listed == expected, (self.number, self.request, answer)
        self.known, self.asked, self.request = self.asked, None, None

    def settle(self, found):
        """What is bound after all. The complaints: "lost", "revived"."""
        complaints = [] if found in (self.known, self.asked) else list(self._differences(found))
        self.known, self.asked, self.request = found, None, None
        return complaints

    def _differences(self, found):
        for known, is_bound in zip(self.known, found):
            if is_bound != known:
                yield "revived" if known == 0 else "lost"


class Crowd:
    """Of each subscriber one request is under way at most, of all of them WINDOW; `with Crowd(…) as …:`"""

    def __init__(self, server, size, seed=None):
        self.server, self.domain = server, server.domain.encode()
        self.seed = seed if seed is not None else random.randrange(1_000_000)
        self.chance = random.Random(self.seed)
        self.all = [Subscriber(number) for number in range(size)]
        self.idle = collections.deque(self.chance.sample(self.all, size))
        self.waiting = {}
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOCKETS)]

    def __enter__(self):
        for one in self.sockets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_OCTETS)
            one.setblocking(False)
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(f"The crowd's seed: {self.seed}")
        for one in self.sockets:
            one.close()

    def register(self, count):
        """So many, and then returns while further answers come in, which nobody has looked at."""
        answered = 0
        while True:
            self._send_more()
            ready = self._wait_patiently()
            if answered >= count:
                return
            answered += self._hear(ready)

    def finish(self):
        """Begins nothing more, and waits for what is under way."""
        while self.waiting:
            self._hear(self._wait_patiently())

    def server_is_dead(self):
        """What it said before it died counts, and of what it did not answer nobody knows."""
        while ready := self._wait(0.05):
            self._hear(ready)
        self.idle.extend(self.waiting.values())
        self.waiting.clear()

    def settle(self, rows):
        """Compares with these bindings, which count from now on: how many were "lost", and "revived"."""
        found = collections.defaultdict(lambda: [0] * CONTACTS)
        for row in rows:
            found[row["aor"]][int(row["contact"][-1])] = row["cseq"]
        complaints = collections.Counter()
        for one in self.all:
            bound = tuple(found.pop(f"sip:u{one.number}@{self.server.domain}", (0,) * CONTACTS))
            complaints.update(one.settle(bound))
        assert not found, f"bindings of nobody: {list(found)[:3]}"
        return complaints

    def bound(self):
        return sum(cseq > 0 for one in self.all for cseq in one.known)

    def _send_more(self):
        while self.idle and len(self.waiting) < WINDOW:
            one = self.idle.popleft()
            one.ask_for(self.chance.choice(WISHES), self.domain)
            self.waiting[one.number] = one
            self._send(one)

    def _send(self, one):
        where = (self.server.host, self.server.port)
        self.sockets[one.number % SOCKETS].sendto(one.request, where)

    def _wait_patiently(self):
        """Those of our sockets that have heard; what nobody answers is sent again (RFC 3261 §17.1.2)."""
        end = time.monotonic() + PATIENCE
        while not (ready := self._wait(T1)):
            assert time.monotonic() < end, f"{len(self.waiting)} registrations without an answer"
            for one in self.waiting.values():
                self._send(one)
        return ready

    def _wait(self, seconds):
        return select.select(self.sockets, [], [], seconds)[0]

    def _hear(self, ready):
        return sum(self._heard(answer) for one in ready for answer in octets_at(one))

    def _heard(self, answer):
        number, cseq = map(int, BRANCH.search(answer).groups())
        one = self.waiting.get(number)
        if one is None or one.cseq != cseq or answer.startswith(b"SIP/2.0 1"):
            return False
        assert answer.startswith(b"SIP/2.0 200 "), answer
        one.told(answer)
        del self.waiting[number]
        # Some come back at once and others late, so that changes of old and of new records lie side by side.
        (self.idle.append if self.chance.random() < 0.5 else self.idle.appendleft)(one)
        return True


def octets_at(socket_with_some):
    try:
        while True:
            yield socket_with_some.recv(65_536)
    except BlockingIOError:
        return
