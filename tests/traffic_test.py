"""A crowd made by SIPp: calls and registrations in numbers, on a bad network, beside nonsense."""
import pathlib
import random
import socket
import threading

from peers.almon import Almon, takes, wait_until
from peers.lossy_relay import LossyRelay
from peers.patient import PatientCallee, PatientCaller
from peers.sip import Phone
from peers.sipp import Sipp

VECTORS = pathlib.Path(__file__).resolve().parent / "vectors"
TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'


class Nonsense:
    """Somebody who sends malformed messages and noise to the server, all the time."""

    def __init__(self, server):
        self.where = (server.host, server.port)
        self.sent = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def _run(self):
        chance = random.Random(4475)
        said = [path.read_bytes() for path in sorted(VECTORS.glob("rfc*/*.dat"))]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
            while not self.ending.wait(0.01):
                message = bytearray(chance.choice(said))
                for _ in range(chance.choice([0, 1, 10])):
                    message[chance.randrange(len(message))] = chance.randrange(256)
                noise.sendto(message, self.where)
                noise.sendto(chance.randbytes(chance.randrange(1, 1400)), self.where)
                self.sent += 2


def bind_bob_to(port, server):
    with Phone(server, "bob") as phone:
        assert phone.register(contact=f"Contact: <sip:bob@127.0.0.1:{port}>\r\n").status == 200


def make_calls(server, calls, rate, scenario="caller"):
    """Half a second long each; all must succeed at both ends. How many messages the caller repeated."""
    with Sipp("callee", server, calls) as callee:
        bind_bob_to(callee.port, server)
        # By default SIPp gives up after five repeats, which with one in five lost is one run in seven.
        with Sipp(scenario, server, calls, rate, arguments=["-d", "500", "-max_retrans", "20"]) as caller:
            good, failed, repeated = caller.wait()
            assert (good, failed) == (calls, 0), f"{good} good and {failed} failed calls: {caller.errors()}"
            good, failed, _ = callee.wait()
            assert (good, failed) == (calls, 0), \
                f"{good} good and {failed} failed at the callee: {callee.errors()}"
            return repeated


@takes(12)
def test_a_thousand_calls_at_200_a_second_do_not_fill_the_log():
    with Almon(config=TRUSTED) as server:
        make_calls(server, 1000, 200)
        assert server.status()["invites_in_progress"] == 0
        assert len(server.log().splitlines()) < 100, server.log()


@takes(20)
def test_calls_whose_caller_must_repeat_itself():
    with Almon(config=TRUSTED) as server:
        assert make_calls(server, 500, 100, "lossy_caller") > 50
        assert server.status()["retransmissions"] == 0  # what is lost on the way to us is news when it comes


@takes(30)
def test_calls_over_a_network_that_loses_one_message_in_ten():
    calls = 300
    with Almon(config=TRUSTED) as server, PatientCallee(server, "bob") as bob, \
            PatientCaller(server, "alice", f"sip:bob@{server.address}", rate=100) as alice, \
            LossyRelay((server.host, server.port)) as near, LossyRelay((bob.phone.ip, bob.phone.port)) as far:
        bob.phone.reached_at, alice.phone.where = far.port, ("127.0.0.1", near.port)
        bind_bob_to(far.port, server)
        alice.begin(calls)
        wait_until(alice.is_through, 60, "the calls to end")
        assert not alice.failed, list(alice.failed.values())[:3]
        assert len(alice.over) == len(bob.answers) == len(bob.hung_up) == calls
        assert near.lost > 50 and far.lost > 50 and alice.repeated() > 50 and bob.repeated() > 10
        assert server.status()["retransmissions"] > 10


@takes(12)
def test_calls_beside_malformed_messages_and_noise():
    with Almon(config=TRUSTED) as server:
        with Nonsense(server) as nonsense:
            make_calls(server, 600, 200)
            assert nonsense.sent > 100
        assert server.status()["malformed"] > 50


@takes(8)
def test_a_thousand_registrations_with_a_password():
    users = [(f"u{number}", f"secret-{number}") for number in range(100)]
    with Almon(users=[f"{name}:{secret}" for name, secret in users]) as server:
        with Sipp("register", server, 1000, 200, users=users) as phones:
            good, failed, _ = phones.wait()
            assert (good, failed) == (1000, 0), \
                f"{good} good, {failed} failed registrations: {phones.errors()}"
        status = server.status()
        assert status["bindings"] == status["addresses_of_record"] == 100, status
