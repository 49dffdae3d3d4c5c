"""Phones that know only an address behind a NAT: they are called, and hung up, by the way that they came."""
import contextlib

from peers.almon import Almon
from peers.sip import Phone

USERS = ["alice:secret-a", "bob:secret-b"]


class InnerPhone(Phone):
    """Its Via and Contact name an address that nobody outside can reach; it sends from the loopback."""

    def __init__(self, server, user, password, inner):
        super().__init__(server, user, password)
        self.host, self.port = inner, 5060


@contextlib.contextmanager
def phones(kind_of_alice, kind_of_bob):
    def phone(kind, user, password, inner):
        if kind == "inner":
            return InnerPhone(server, user, password, inner)
        return Phone(server, user, password, transport=kind)
    with Almon(users=USERS) as server, phone(kind_of_alice, "alice", "secret-a", "10.0.0.10") as alice, \
            phone(kind_of_bob, "bob", "secret-b", "10.9.0.20") as bob:
        assert alice.register().status == 200 and bob.register().status == 200
        yield server, alice, bob


def talking(server, alice, bob):
    """A call from alice to bob: (her side, the INVITE that he got, the 200 that she got)."""
    call = alice.call(f"sip:bob@{server.address}")
    invite = bob.expect("INVITE")
    assert invite.uri == bob.contact
    bob.reply(invite, 180)
    alice.expect(180)
    bob.reply(invite, 200)
    accepted = call.answered()
    assert bob.expect("ACK").uri == bob.contact
    return call, invite, accepted


def caller_hangs_up(alice, bob, call):
    call.in_dialog("BYE")
    bob.reply(bob.expect("BYE"), 200)
    assert alice.final().status == 200


def called_hangs_up(alice, bob, call, invite, accepted):
    routes = "".join(f"Route: {value}\r\n" for value in invite.all("Record-Route"))
    bob.send(bob.request("BYE", invite.contact_uri(), to=invite.field("From"), tag=accepted.tag("To"),
                         call_id=call.call_id, fields=routes))
    asked = alice.expect("BYE")
    assert asked.uri == alice.contact
    alice.reply(asked, 200)
    assert bob.final().status == 200


def call_twice(*kinds):
    with phones(*kinds) as (server, alice, bob):
        call, _, _ = talking(server, alice, bob)
        caller_hangs_up(alice, bob, call)
        called_hangs_up(alice, bob, *talking(server, alice, bob))


def test_a_phone_behind_a_nat_is_called_and_hung_up():
    call_twice("udp", "inner")


def test_a_phone_behind_a_nat_calls_and_is_hung_up():
    call_twice("inner", "udp")


def test_both_phones_are_behind_a_nat():
    call_twice("inner", "inner")


def test_one_is_behind_a_nat_and_the_other_behind_a_connection():
    call_twice("inner", "tcp")
    call_twice("tcp", "inner")
