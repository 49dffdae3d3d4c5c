"""A phone over TCP that says and hears thousands of messages, all of them without a body."""
import collections
import re
import time

from .sip import Phone

KEPT = (b"Via:", b"Record-Route:", b"From:", b"Call-ID:", b"CSeq:")
BATCH = 500  # and then all that it leads to is heard: the server drops who leaves a megabyte unread


def batches(items):
    for first in range(0, len(items), BATCH):
        yield items[first:first + BATCH]


class BulkPhone(Phone):
    def __init__(self, server, user):
        super().__init__(server, user, transport="tcp")
        self.told = collections.Counter()  # how often each status was heard

    def send_all(self, messages):
        self.socket.settimeout(30)
        self.socket.sendall(b"".join(messages))

    def hear_all(self, count, pattern, seconds=60):
        """So many messages that this matches; what else comes meanwhile is counted only."""
        heard, end = [], time.monotonic() + seconds
        matches = re.compile(pattern, re.DOTALL).match
        while len(heard) < count:
            self.socket.settimeout(max(end - time.monotonic(), 0.000_1))
            try:
                octets = self.socket.recv(1_048_576)
            except TimeoutError:
                octets = b""
            assert octets, f"{self.user} waited for {count} of {pattern}, heard {len(heard)}, {self.told}"
            *messages, self.pending = (self.pending + octets).split(b"\r\n\r\n")
            self.told.update(message[8:11] for message in messages if message.startswith(b"SIP/2.0 "))
            heard += filter(matches, messages)
        return heard

    def requests(self, method, user, call_ids):
        """A request to that user for each of these."""
        text = self.request(method, f"sip:{user}@{self.domain}", call_id="%s", tag="bulk")
        branch = text.split("branch=")[1].split("\r\n")[0]
        text = text.replace(branch, "z9hG4bK%s", 1).encode()
        return [text.replace(b"%s", call_id) for call_id in call_ids]


def value(message, name):
    return message.split(b"\r\n%b: " % name, 1)[1].split(b"\r\n", 1)[0]


def call_id(message):
    return value(message, b"Call-ID")


def answer(request, status):
    """The response to a request that was heard."""
    kept = [line for line in request.split(b"\r\n") if line.startswith(KEPT)]
    return b"\r\n".join([b"SIP/2.0 %d Reply" % status, *kept, b"To: %b;tag=callee" % value(request, b"To"),
                         b"Content-Length: 0\r\n\r\n"])


def acknowledgement(invite, refusal):
    """RFC 3261 §17.1.1.3: of a failure that an INVITE of ours had."""
    kept = [line for line in invite.split(b"\r\n")
            if line.startswith((b"Via:", b"Max-Forwards:", b"From:", b"Call-ID:"))]
    start = b"ACK" + invite[len(b"INVITE"):invite.index(b"\r\n")]
    return b"\r\n".join([start, *kept, b"To: " + value(refusal, b"To"), b"CSeq: 1 ACK",
                         b"Content-Length: 0\r\n\r\n"])
