"""Plays a flow of RFC 3665 with the real program in some of its parts, and all other parts itself.

What the player sends is the flow's text, save what hangs on what almon really said: the Via and Record-Route
of a response, the Route of a request inside a dialog, tags, credentials. What almon sends is held against the
flow's next message to its receiver.
"""
import collections
import socket
import struct

from .almon import Almon
from .flow import host_of, hop_of, parameters, values
from .sip import Phone, credentials

PASSWORD = "secret"
USERS = (f"alice:{PASSWORD}", f"bob:{PASSWORD}")
AGENTS = {"Alice", "Bob"}
KEPT = ("From", "Call-ID", "CSeq", "Contact", "Content-Type")  # no proxy touches them, nor the body


class Place(Phone):
    """Where a played part sends and listens."""

    def __init__(self, server, user, transport, address):
        super().__init__(server, user, PASSWORD, transport, address, 5060)
        self.known, self.kept = set(), []
        if transport == "tcp":  # leave nothing behind that the next test's connection could be taken for
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def next(self, seconds=5.0, again=False):
        """The next message, or None. A repetition counts only where the flow has one, too."""
        if self.kept:
            return self.kept.pop()
        message = self.receive(seconds)
        while message is not None and not again and message.octets in self.known:
            message = self.receive(seconds)
        if message is not None:
            self.known.add(message.octets)
        return message


class Player:
    def __init__(self, flow, almons, opened, password=PASSWORD):
        """`opened` enters the context of a server or phone: enter_context of an ExitStack."""
        self.flow, self.opened, self.password = flow, opened, password
        self.servers = {part: opened(self._server(part)) for part in almons}
        self.places = {}  # by address
        self.asked = {}  # (place, request) by who heard it and its CSeq
        self.routes = {}  # the route set of a part
        self.tags, self.our_tags = {}, set()
        self.challenges, self.shown, self.counts = {}, {}, collections.Counter()
        self._open_places()

    def _server(self, part):
        """Whoever challenges strangers in the flow does, all others let them call."""
        challenges = any(step.message.status in (401, 407) for step in self.flow.steps if step.sender == part)
        config = None if challenges else '[access]\ninbound = "local-users"\n'
        return Almon(USERS, config, host=self.flow.addresses[part][0], port=5060)

    def _open_places(self):
        for step in self.flow.steps:
            for part, other in ((step.sender, step.receiver), (step.receiver, step.sender)):
                if part not in self.servers and (other in self.servers or self._is_direct(step)):
                    self._open_place(step, part, other)

    def _open_place(self, step, part, other):
        address = self._address(part, step.message)
        if address in self.places:
            return
        server = self.servers.get(other, next(iter(self.servers.values())))
        user = "alice" if part == "Alice" else "bob"
        self.places[address] = self.opened(Place(server, user, self.flow.transport, address))
        if part == step.receiver == "Bob" and step.message.method == "INVITE" and other in self.servers:
            self._register(self.places[address], step.message.uri)

    def _register(self, place, uri):
        """What went before the flow: who is found there has registered there."""
        answer = place.register(3600, contact=f"Contact: <{uri}>\r\n")
        assert answer.status == 200, answer

    def _address(self, part, message):
        """Which of the places of a part a message leaves or reaches."""
        near = {hop_of(values(message, "Via")[0])[1]}
        if message.status is None:
            near.add(host_of(message.uri))
        addresses = self.flow.addresses[part]
        return next((address for address in addresses if address in near), addresses[0])

    def _is_direct(self, step):
        """From phone to phone. almon stays on the path of its calls, so what a flow has like this comes
        through almon here."""
        return {step.sender, step.receiver} == AGENTS

    def play(self):
        for step in self.flow.steps:
            try:
                self._take(step)
            except AssertionError as error:
                raise AssertionError(f"F{step.number}, {step.sender} -> {step.receiver}: {error}") from error
        for place in self.places.values():
            more = place.next(0.1)
            assert more is None, f"after the end of the flow: {more}"

    def _take(self, step):
        played = {step.sender, step.receiver} - self.servers.keys()
        if len(played) == 2 and not self._is_direct(step):
            return
        if step.sender in played:
            self._send(step)
        if step.receiver in played:
            self._hear(step)

    # --- Sending.

    def _send(self, step):
        if step.message.status is None:
            place = self.places[self._address(step.sender, step.message)]
            routes = self._routes(step)
            fields = self._request_fields(step.message, place, routes)
            to = self.servers.get(step.receiver)
            place.where = (to.host if to else host_of(routes[0]), 5060)
            self.our_tags.add(step.message.tag("From"))
        else:
            place, asked = self.asked[step.sender, step.message.field("CSeq")]
            fields = self._response_fields(step.message, asked)
            place.where = (hop_of(values(asked, "Via")[0])[1], 5060)
            self.our_tags.add(step.message.tag("To"))
        head = "\r\n".join([step.message.start, *fields, f"Content-Length: {len(step.message.body)}"])
        place.send(head.encode() + b"\r\n\r\n" + step.message.body)

    def _routes(self, step):
        """§12.2.1.1 inside a dialog; else what the flow says."""
        printed = values(step.message, "Route")
        is_in_dialog = self._is_direct(step) or (printed and step.message.tag("To"))
        return self.routes[step.sender] if is_in_dialog else printed

    def _request_fields(self, flow, place, routes):
        for name, value in flow.fields:
            if name.endswith("Authorization"):
                yield self._credentials(flow, place, name, parameters(value))
            elif name == "To" and flow.tag("To"):
                yield f"To: {value.replace(flow.tag('To'), self._real_tag(flow))}"
            elif name not in ("Route", "Content-Length"):
                yield f"{name}: {value}"
        for route in routes:
            yield f"Route: {route}"

    def _response_fields(self, flow, asked):
        """A proxy that we play has recorded itself, before what almon recorded."""
        for via in values(asked, "Via"):
            yield f"Via: {via}"
        if makes_dialog(flow):
            printed, real = values(flow, "Record-Route"), values(asked, "Record-Route")
            for route in printed[:max(0, len(printed) - len(real))] + real:
                yield f"Record-Route: {route}"
        for name, value in flow.fields:
            if name not in ("Via", "Record-Route", "Content-Length"):
                yield f"{name}: {value}"

    def _credentials(self, flow, place, name, printed):
        realm = printed["realm"]
        if flow.method == "ACK":  # §22.1: those of its INVITE
            return self.shown[realm]
        if realm not in self.challenges:
            self.challenges[realm] = earlier_challenge(place, name, flow.field("Call-ID"))
        challenge = self.challenges[realm]
        self.counts[realm, nonce_of(challenge)] += 1
        count = self.counts[realm, nonce_of(challenge)]
        self.shown[realm] = credentials(challenge, flow.method, flow.uri, printed["username"], self.password,
                                        count).rstrip()
        return self.shown[realm]

    # --- Hearing.

    def _hear(self, step):
        place = self.places[self._address(step.receiver, step.message)]
        heard = self._next(place, step)
        if heard is None:
            return
        wanted, found = self._wanted(step), facts(heard)
        differing = {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
        assert not differing, f"(almon's, the flow's) {differing}\n{heard}"
        self._check_tag(step.message, heard)
        self._check_hop(step, heard)
        self._check_challenge(heard)
        self._check_expiry(step.message, heard)
        self._remember(step.receiver, place, heard)

    def _next(self, place, step):
        """None: a 100 of the flow that did not come, since there was something better to say in time
        (§17.2.1). One that the flow does not have may come for as good a reason."""
        is_repeated = any(earlier.message.octets == step.message.octets and earlier.receiver == step.receiver
                          for earlier in self.flow.steps[:step.number - 1])
        seconds = 20 if is_repeated else 5
        heard = place.next(seconds, again=is_repeated)
        wants_trying = step.message.status == 100
        while heard is not None and heard.status == 100 and not wants_trying:
            heard = place.next(seconds)
        assert heard is not None, f"nothing came in {seconds} s"
        following = next((later for later in self.flow.steps[step.number:]
                          if later.receiver == step.receiver), step)
        if wants_trying and heard.status == following.message.status != 100:
            place.kept.append(heard)
            return None
        return heard

    def _wanted(self, step):
        wanted = facts(step.message)
        if makes_dialog(step.message) and not wanted["Record-Route"]:
            wanted["Record-Route"] = [self._only_server().host]
        if self._is_direct(step) and step.message.status is None:
            wanted["Via"].insert(0, (self.flow.transport.upper(), self._only_server().host))
            wanted["Max-Forwards"] = str(int(wanted["Max-Forwards"]) - 1)
        return wanted

    def _only_server(self):
        [server] = self.servers.values()
        return server

    def _real_tag(self, flow):
        """A tag of ours is what the flow says; one of almon's counts for one transaction."""
        printed = flow.tag("To")
        return printed if printed in self.our_tags else self.tags[flow.field("CSeq").split()[0], printed]

    def _check_tag(self, flow, heard):
        """RFC 3261 §8.2.6.2: a response may have a tag where the RFC's flow forgot it."""
        printed, real = flow.tag("To"), heard.tag("To")
        if not printed:
            assert not real or (heard.status or 0) > 100, f"a tag of its own: {heard}"
            return
        assert real, f"no tag in To: {heard}"
        self.tags.setdefault((flow.field("CSeq").split()[0], printed), real)
        assert real == self._real_tag(flow), f"not the tag {self._real_tag(flow)}: {heard}"

    def _check_hop(self, step, heard):
        """§9.1, §17.1.1.3: what belongs to an INVITE of this hop alone has its topmost Via."""
        vias = values(heard, "Via")
        if heard.status is None and heard.method in ("ACK", "CANCEL") and len(vias) == 1:
            number = heard.field("CSeq").split()[0]
            _, invite = self.asked[step.receiver, f"{number} INVITE"]
            assert vias[0] == values(invite, "Via")[0], f"not the Via of its INVITE: {heard}"

    def _check_challenge(self, heard):
        for name in ("WWW-Authenticate", "Proxy-Authenticate"):
            for value in heard.all(name):
                before = self.challenges.get(parameters(value)["realm"])
                assert not before or nonce_of(before) != parameters(value)["nonce"], "an old nonce"
                self.challenges[parameters(value)["realm"]] = heard

    def _check_expiry(self, flow, heard):
        """§10.3 step 8: the registrar grants what it likes, at most what was asked for."""
        for printed, real in zip(sorted(flow.all("Contact")), sorted(heard.all("Contact"))):
            if "expires=" in printed:
                assert 0 < int(expiry_of(real)) <= int(expiry_of(printed)), heard

    def _remember(self, part, place, heard):
        if heard.status is None:
            self.asked[part, heard.field("CSeq")] = (place, heard)
        recorded = values(heard, "Record-Route")
        if recorded:
            ordered = recorded if heard.status is None else recorded[::-1]
            own = self.flow.addresses[part]
            self.routes.setdefault(part, [route for route in ordered if host_of(route) not in own])


def facts(message):
    """What a flow says about a message, apart from tags and all that is random."""
    found = {name: message.all(name) for name in KEPT}
    found["start"] = message.status or f"{message.method} {message.uri}"
    found["To"] = message.field("To").partition(";tag=")[0]
    found["body"] = message.body
    found["Via"] = [hop_of(via) for via in values(message, "Via")]
    for name in ("Record-Route", "Route"):
        found[name] = [host_of(route) for route in values(message, name)]
    for name in ("Authorization", "Proxy-Authorization"):
        found[name] = [parameters(value)["realm"] for value in message.all(name)]
    for name in ("WWW-Authenticate", "Proxy-Authenticate"):
        found[name] = [what_is_asked(parameters(value)) for value in message.all(name)]
    if message.status is None:
        found["Max-Forwards"] = message.field("Max-Forwards")
    if message.status and message.method == "REGISTER":
        found["Contact"] = sorted(value.split(";")[0] for value in message.all("Contact"))
    return found


def what_is_asked(challenge):
    stale = challenge.get("stale", "false").lower()
    return challenge["realm"], challenge["qop"], challenge.get("algorithm", "MD5"), stale


def makes_dialog(message):
    """§12.1: the INVITE, and its responses that have a dialog."""
    return message.method == "INVITE" and (message.status is None or 100 < message.status < 300)


def earlier_challenge(place, field, call_id):
    """Where a flow begins with credentials, the phone was asked for them before: with the same Call-ID, as a
    nonce of almon's counts on one shard only (almon/sip/digest/README.md)."""
    if field == "Authorization":
        answer = place.register(contact="", authenticated=False, call_id=call_id)
    else:
        answer = place.ask("OPTIONS", f"sip:bob@{place.server.address}", authenticated=False, call_id=call_id)
    assert answer.status in (401, 407), answer
    return answer


def nonce_of(challenge):
    field = "WWW-Authenticate" if challenge.status == 401 else "Proxy-Authenticate"
    return parameters(challenge.field(field))["nonce"]


def expiry_of(contact):
    return contact.partition("expires=")[2].split(";")[0]
