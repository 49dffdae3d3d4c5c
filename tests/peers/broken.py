"""Phones over TCP whose connections break: reset, half closed, left alone, amid a message or between two."""
import collections
import random
import socket
import struct
import threading

from .sip import Phone

PAUSE_SECONDS = 0.2  # between two lives: calls whose both ends broke while it rang last three minutes
PATIENCE = 32
LEFT_ALONE = 20  # so many connections are kept open without a word


class Life:
    """One call between two phones, until one of them breaks."""

    def __init__(self, server, chance, name, left_alone):
        self.chance, self.left_alone = chance, left_alone
        self.callee = Phone(server, f"{name}-callee", transport="tcp")
        self.caller = Phone(server, f"{name}-caller", transport="tcp")
        self.invite = self.accepted = None

    def live(self):
        steps = [self.forget, self.register, self.send_invite, self.ring, self.pick_up, self.acknowledge,
                 self.hang_up, self.agree]
        last = self.chance.randrange(len(steps))
        for step in steps[:last]:
            phone, message = step()
            phone.send(message)
        phone, message = steps[last]()
        octets = message.encode()
        phone.send(octets[:self.chance.randrange(len(octets) + 1)])
        self.end_both()

    # --- The call: who says what next, when all that comes before has been heard.
    def forget(self):
        """Its contacts before, at connections that broke."""
        return self.callee, self._registration(contact="Contact: *\r\n", fields="Expires: 0\r\n")

    def register(self):
        self.callee.expect(200, PATIENCE)
        return self.callee, self._registration()

    def send_invite(self):
        self.callee.expect(200, PATIENCE)
        return self.caller, self.caller.request("INVITE", f"sip:{self.callee.user}@{self.callee.domain}")

    def ring(self):
        self.invite = self.callee.expect("INVITE", PATIENCE)
        return self.callee, self.callee.response(self.invite, 180)

    def pick_up(self):
        self.caller.expect(180, PATIENCE)
        return self.callee, self.callee.response(self.invite, 200)

    def acknowledge(self):
        self.accepted = self.caller.expect(200, PATIENCE)
        return self.caller, self._in_dialog("ACK", 1)

    def hang_up(self):
        self.callee.expect("ACK", PATIENCE)
        return self.caller, self._in_dialog("BYE", 2)

    def agree(self):
        return self.callee, self.callee.response(self.callee.expect("BYE", PATIENCE), 200)

    def _registration(self, **more):
        aor = f"<sip:{self.callee.user}@{self.callee.domain}>"
        return self.callee.request("REGISTER", f"sip:{self.callee.domain}", to=aor, **more)

    def _in_dialog(self, method, cseq):
        routes = "".join(f"Route: {route}\r\n" for route in reversed(self.accepted.all("Record-Route")))
        return self.caller.request(method, self.accepted.contact_uri(), to=self.accepted.field("To"),
                                   fields=routes, cseq=cseq, call_id=self.accepted.field("Call-ID"),
                                   tag=self.accepted.tag("From"))

    # --- The end of a connection.
    def end_both(self):
        for phone in self.chance.sample([self.caller, self.callee], 2):
            self.end(phone)

    def end(self, phone):
        self.chance.choice([self.close, self.reset, self.half_close, self.leave_alone])(phone)

    def close(self, phone):
        phone.socket.close()

    def reset(self, phone):
        phone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        phone.socket.close()

    def half_close(self, phone):
        phone.socket.shutdown(socket.SHUT_WR)
        self.leave_alone(phone)

    def leave_alone(self, phone):
        self.left_alone.append(phone)
        if len(self.left_alone) > LEFT_ALONE:
            self.reset(self.left_alone.popleft())


class BrokenPhones:
    """So many lives at a time, one after the other, as long as this lasts."""

    def __init__(self, server, at_a_time):
        self.server = server
        self.seed = random.randrange(1_000_000)
        self.ending = threading.Event()
        self.lived = self.unanswered = 0
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(at_a_time)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(f"The broken phones' seed: {self.seed}")
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        chance = random.Random(self.seed + number)
        left_alone = collections.deque()
        while not self.ending.wait(PAUSE_SECONDS):
            try:
                Life(self.server, chance, f"broken{number}", left_alone).live()
                self.lived += 1
            except (AssertionError, OSError) as failure:
                print(f"No answer: {failure}")
                self.unanswered += 1
        for phone in left_alone:
            phone.socket.close()
