"""Callers and callees that repeat what is not answered, as RFC 3261 §17 and §13 ask."""
import threading
import time

from .sip import Phone, word

T1, T2, PATIENCE = 0.5, 4.0, 32.0


class Repeated:
    """A message that is sent again and again until `stop`."""

    def __init__(self, phone, text, longest=PATIENCE):
        self.phone, self.text, self.longest = phone, text, longest
        self.wait, self.count = T1, -1
        self.send(time.monotonic())

    def send(self, now):
        self.phone.send(self.text)
        self.count += 1
        self.due = now + self.wait
        self.wait = min(2 * self.wait, self.longest)

    def advance(self, now):
        if self.due is not None and now >= self.due:
            self.send(now)

    def stop(self):
        self.due = None


class Patient:
    """A phone with a thread that hears, and repeats what is due."""

    def __init__(self, server, user, **more):
        self.phone = Phone(server, user, **more)
        self.repeating = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.phone.socket.close()

    def repeat(self, text, longest=PATIENCE):
        self.repeating.append(Repeated(self.phone, text, longest))
        return self.repeating[-1]

    def repeated(self):
        return sum(one.count for one in self.repeating)

    def _run(self):
        while not self.ending.is_set():
            message = self.phone.receive(0.005)
            if message is not None:
                self.heard(message)
            now = time.monotonic()
            self.advance(now)
            for one in self.repeating:
                one.advance(now)


class PatientCallee(Patient):
    """Answers each call; its 200 is repeated until the ACK (§13.3.1.4)."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.answers, self.hung_up = {}, set()

    def advance(self, now):
        pass

    def heard(self, message):
        call = message.field("Call-ID")
        if message.method == "INVITE" and call in self.answers:
            self.phone.send(self.answers[call].text)
        elif message.method == "INVITE":
            self.phone.send(self.phone.response(message, 180, "Ringing"))
            self.answers[call] = self.repeat(self.phone.response(message, 200, "OK"), T2)
        elif message.method == "ACK":
            self.answers[call].stop()
        elif message.method == "BYE":
            self.hung_up.add(call)
            self.phone.send(self.phone.response(message, 200, "OK"))


class PatientCaller(Patient):
    """Makes calls at that rate: INVITE, ACK of every 200, and at once a BYE."""

    def __init__(self, server, user, callee, rate, **more):
        super().__init__(server, user, **more)
        self.callee, self.rate = callee, rate
        self.waiting = []
        self.inviting, self.ending_calls, self.over, self.failed = {}, {}, set(), {}
        self.next_at = 0.0

    def begin(self, calls):
        self.waiting = [word() for _ in range(calls)]

    def is_through(self):
        return not (self.waiting or self.inviting or self.ending_calls)

    def advance(self, now):
        if self.waiting and now >= self.next_at:
            self.next_at = now + 1 / self.rate
            call = self.waiting.pop()
            invite = self.phone.request("INVITE", self.callee, call_id=call, tag=call)
            self.inviting[call] = self.repeat(invite)

    def heard(self, message):
        call, status = message.field("Call-ID"), message.status
        if status is None or call in self.failed:
            return
        if message.method == "INVITE" and call in self.inviting:
            self.inviting[call].stop()
        if status >= 300:
            self.failed[call] = str(message)
            self.inviting.pop(call, self.ending_calls.pop(call, None)).stop()
        elif status >= 200 and message.method == "INVITE":
            self.phone.send(self._in_dialog("ACK", message, 1))
            if self.inviting.pop(call, None):
                self.ending_calls[call] = self.repeat(self._in_dialog("BYE", message, 2), T2)
        elif status >= 200 and call in self.ending_calls:
            self.ending_calls.pop(call).stop()
            self.over.add(call)

    def _in_dialog(self, method, accepted, cseq):
        routes = "".join(f"Route: {route}\r\n" for route in reversed(accepted.all("Record-Route")))
        return self.phone.request(method, accepted.contact_uri(), to=accepted.field("To"), fields=routes,
                                  cseq=cseq, call_id=accepted.field("Call-ID"), tag=accepted.tag("From"))
