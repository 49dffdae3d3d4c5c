"""A SIP phone made of one socket: it says what a test wants, nonsense too, and keeps all that it hears."""
import contextlib
import hashlib
import re
import secrets
import socket
import time

from .websocket import WebSocket
from .ports import free_port


class Message:
    """What the octets of a message say; no judge of them."""

    def __init__(self, octets):
        head, _, self.body = octets.partition(b"\r\n\r\n")
        self.octets = octets
        self.start, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]

    @property
    def status(self):
        """200 of a response, None of a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def method(self):
        """INVITE of a request, and of a response to one."""
        return self.start.split(" ")[0] if self.status is None else self.field("CSeq").split()[-1]

    @property
    def uri(self):
        return self.start.split(" ")[1]

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def field(self, name):
        values = self.all(name)
        return values[0] if values else ""

    def tag(self, name):
        found = re.search(r";\s*tag=([^;\s]+)", self.field(name))
        return found.group(1) if found else ""

    def contact_uri(self):
        return re.search(r"<([^>]*)>", self.field("Contact")).group(1)

    def __repr__(self):
        return self.octets.decode("utf-8", "replace")


def word():
    return secrets.token_hex(6)


def credentials(response, method, uri, user, password, count=1):
    """The field that answers a 401 or 407 for the count-th time (RFC 7616, MD5, qop=auth)."""
    name = "WWW-Authenticate" if response.status == 401 else "Proxy-Authenticate"
    asked = dict(re.findall(r'(\w+)="?([^",]*)"?', response.field(name)))
    client_nonce = word()

    def md5(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()
    secret = md5(user, asked["realm"], password)
    proof = md5(secret, asked["nonce"], f"{count:08x}", client_nonce, "auth", md5(method, uri))
    answer = "Authorization" if response.status == 401 else "Proxy-Authorization"
    values = {"username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri,
              "response": proof, "cnonce": client_nonce}
    quoted = ", ".join(f'{key}="{value}"' for key, value in values.items())
    return f"{answer}: Digest {quoted}, algorithm=MD5, qop=auth, nc={count:08x}\r\n"


class Phone:
    def __init__(self, server, user="alice", password=None, transport="udp", local="127.0.0.1", port=None,
                 domain=None):
        self.server, self.user, self.password, self.transport = server, user, password, transport
        self.domain = domain or server.domain
        self.where = (server.host, server.port)
        self.reached_at = None  # a port of somebody who passes things on, if not our own
        self.heard, self.pending = [], b""
        family = socket.AF_INET6 if ":" in local else socket.AF_INET
        if transport == "udp":
            self.socket = socket.socket(family, socket.SOCK_DGRAM)
            self.socket.bind((local, port if port is not None else free_port()))
        else:
            self.socket = socket.socket(family)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections linger
            self.socket.settimeout(5)
            self.socket.bind((local, port or 0))
            self.socket.connect(self.where)
            if transport in ("tls", "wss"):
                self.socket = server.trusting_context().wrap_socket(self.socket, server_hostname=server.host)
            if transport in ("ws", "wss"):
                self.websocket = WebSocket(self.socket, server.host)
                assert self.websocket.status == 101, self.websocket.answer
        self.ip, self.port = self.socket.getsockname()[:2]
        self.host = f"[{self.ip}]" if ":" in self.ip else self.ip  # as URIs and Via write it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def contact(self):
        if self.transport in ("ws", "wss"):  # RFC 7118 §5.2: browsers have no address
            return f"sip:{self.user}@x{self.port}.invalid;transport=ws"
        parameter = f";transport={self.transport}" if self.transport != "udp" else ""
        return f"sip:{self.user}@{self.host}:{self.reached_at or self.port}{parameter}"

    # --- Octets.
    def send(self, message):
        octets = message if isinstance(message, bytes) else message.encode("utf-8", "surrogateescape")
        if self.transport == "udp":
            self.socket.sendto(octets, self.where)
        elif self.transport in ("ws", "wss"):
            self.websocket.send(octets)
        else:
            self.socket.sendall(octets)

    def receive(self, seconds=5.0):
        """The next message, or None."""
        end = time.monotonic() + seconds
        while (message := self._next(max(0.0, end - time.monotonic()))) == b"":
            pass
        if message is not None:
            self.heard.append(message)
        return message

    def _next(self, seconds):
        """A message; None: nothing came in that time; b"": something else came."""
        self.socket.settimeout(max(seconds, 0.000_1))
        try:
            if self.transport == "udp":
                octets = self.socket.recv(65_536)
                return Message(octets) if octets.strip() else b""
            if self.transport in ("ws", "wss"):
                frame = self.websocket.receive()
                return None if frame is None else Message(frame[1]) if frame[1].strip() else b""
            while (whole := self._cut()) is None:
                chunk = self.socket.recv(65_536)
                if not chunk:
                    return None
                self.pending += chunk
            return whole
        except (TimeoutError, BlockingIOError):
            return None

    def _cut(self):
        self.pending = self.pending.lstrip(b"\r\n")
        head, end, rest = self.pending.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(Message(head + end).field("Content-Length") or 0)
        if len(rest) < length:
            return None
        self.pending = rest[length:]
        return Message(head + end + rest[:length])

    # --- Messages.
    def expect(self, what, seconds=5.0):
        """The next message with that status, or request of that method; others before it are passed over."""
        end = time.monotonic() + seconds
        passed = []
        while (left := end - time.monotonic()) > 0:
            message = self.receive(left)
            if message is None:
                break
            if what in (message.status, message.method if message.status is None else None):
                return message
            passed.append(message.start)
        raise AssertionError(f"{self.user} waited {seconds:g} s in vain for {what}; heard {passed}")

    def hears_nothing(self, seconds=0.3):
        message = self.receive(seconds)
        assert message is None, f"{self.user} heard {message}"

    def request(self, method, uri, to=None, fields="", cseq=1, call_id=None, tag=None, contact=None, body=""):
        to = to or f"<{uri}>"
        contact = contact if contact is not None else f"Contact: <{self.contact}>\r\n"
        sent_by = f"x{self.port}.invalid" if "ws" in self.transport else f"{self.host}:{self.port}"
        via = f"SIP/2.0/{self.transport.upper()} {sent_by};rport;branch=z9hG4bK{word()}"
        return (f"{method} {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{self.user}@{self.domain}>;tag={tag or word()}\r\nTo: {to}\r\n"
                f"Call-ID: {call_id or word()}\r\nCSeq: {cseq} {method}\r\n{contact}{fields}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")

    def final(self, seconds=5.0):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.receive(left)
            if message is not None and message.status is not None and message.status >= 200:
                return message
        raise AssertionError(f"{self.user} waited {seconds:g} s in vain for a final response")

    def ask(self, method, uri, authenticated=True, **more):
        """The final response; a challenge is answered once, if there is a password."""
        call_id, tag, fields = more.pop("call_id", word()), more.pop("tag", word()), more.pop("fields", "")
        self.send(self.request(method, uri, call_id=call_id, tag=tag, fields=fields, **more))
        answer = self.final()
        if answer.status not in (401, 407) or not self.password or not authenticated:
            return answer
        fields += credentials(answer, method, uri, self.user, self.password)
        self.send(self.request(method, uri, call_id=call_id, tag=tag, fields=fields, **{**more, "cseq": 2}))
        return self.final()

    def register(self, expires=600, user=None, contact=None, **more):
        aor = f"sip:{user or self.user}@{self.domain}"
        contact = contact if contact is not None else f"Contact: <{self.contact}>\r\n"
        fields = more.pop("fields", "") + f"Expires: {expires}\r\n"
        return self.ask("REGISTER", f"sip:{self.domain}", to=f"<{aor}>", fields=fields, contact=contact,
                        **more)

    def reply(self, request, status, reason="Reply", fields="", tag="callee"):
        self.send(self.response(request, status, reason, fields, tag))

    def response(self, request, status, reason="Reply", fields="", tag="callee"):
        to = request.field("To") + ("" if request.tag("To") or status == 100 else f";tag={tag}")
        via = "".join(f"Via: {value}\r\n" for value in request.all("Via"))
        route = "".join(f"Record-Route: {value}\r\n" for value in request.all("Record-Route"))
        return (f"SIP/2.0 {status} {reason}\r\n{via}{route}From: {request.field('From')}\r\nTo: {to}\r\n"
                f"Call-ID: {request.field('Call-ID')}\r\nCSeq: {request.field('CSeq')}\r\n"
                f"Contact: <{self.contact}>\r\n{fields}Content-Length: 0\r\n\r\n")

    def call(self, uri):
        return Call(self, uri)


class Call:
    """A call that this phone makes; the INVITE is under way."""

    def __init__(self, phone, uri):
        self.phone, self.uri, self.call_id, self.tag, self.cseq = phone, uri, word(), word(), 1
        self.fields = ""
        self._invite()
        first = phone.receive()
        if first is not None and first.status == 407 and phone.password:
            self.ack_failure(first)
            self.fields = credentials(first, "INVITE", uri, phone.user, phone.password)
            self.cseq += 1
            self._invite()

    def _invite(self):
        self.invite = self.phone.request("INVITE", self.uri, fields=self.fields, cseq=self.cseq,
                                         call_id=self.call_id, tag=self.tag)
        self.phone.send(self.invite)

    def _same_hop(self, method, to):
        """RFC 3261 §17.1.1.3 and §9.1: the Via and Request-URI of the INVITE."""
        kept = [line for line in self.invite.split("\r\n") if re.match("Via|Max-Forwards|From|Call-ID", line)]
        return "\r\n".join([f"{method} {self.uri} SIP/2.0", *kept, f"To: {to}", f"CSeq: {self.cseq} {method}",
                            "Content-Length: 0\r\n\r\n"])

    def ack_failure(self, response):
        self.phone.send(self._same_hop("ACK", response.field("To")))

    def cancel(self):
        self.phone.send(self._same_hop("CANCEL", f"<{self.uri}>"))

    def fails(self, seconds=5.0):
        """The status of its failure."""
        response = self.phone.final(seconds)
        while response.method != "INVITE":
            response = self.phone.final(seconds)
        assert response.status >= 300, response
        self.ack_failure(response)
        return response.status

    def answered(self, seconds=5.0):
        self.accepted = self.phone.expect(200, seconds)
        self.in_dialog("ACK")
        return self.accepted

    def in_dialog(self, method, route=None, uri=None):
        """Sends a request within the dialog that the 200 made."""
        routes = route if route is not None else list(reversed(self.accepted.all("Record-Route")))
        self.cseq += method != "ACK"
        self.phone.send(self.phone.request(
            method, uri or self.accepted.contact_uri(), to=self.accepted.field("To"), call_id=self.call_id,
            tag=self.tag, cseq=self.cseq, fields="".join(f"Route: {value}\r\n" for value in routes)))

    def hang_up(self):
        self.in_dialog("BYE")
        return self.phone.final()


@contextlib.contextmanager
def alice_and_bob(server, transport="udp"):
    """Two phones, registered."""
    with Phone(server, "alice", "secret-a", transport) as alice, \
            Phone(server, "bob", "secret-b", transport) as bob:
        assert alice.register().status == 200 and bob.register().status == 200
        yield alice, bob


def a_call_goes_through(alice, bob, patience=30):
    call = alice.call(f"sip:bob@{alice.domain}")
    bob.reply(bob.expect("INVITE", patience), 200)
    call.answered(patience)
    bob.expect("ACK", patience)
    call.in_dialog("BYE")
    bob.reply(bob.expect("BYE", patience), 200)
    assert alice.final(patience).status == 200
