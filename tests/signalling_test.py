"""Calls by phones of our own making, where others cannot go: IPv6, all pairs of transports, odd moments."""
from peers.almon import Almon
from peers.sip import Phone, alice_and_bob

USERS = ["alice:secret-a", "bob:secret-b"]


def call_and_hang_up(server, caller, callee, local="127.0.0.1"):
    """A whole call, hung up by the caller; then one back, hung up by who is called."""
    with Phone(server, "alice", "secret-a", transport=caller, local=local) as alice, \
            Phone(server, "bob", "secret-b", transport=callee, local=local) as bob:
        assert alice.register().status == 200 and bob.register().status == 200
        call = alice.call(f"sip:bob@{server.address}")
        invite = bob.expect("INVITE")
        assert invite.uri == bob.contact
        bob.reply(invite, 180, "Ringing")
        alice.expect(180)
        bob.reply(invite, 200, "OK")
        call.answered()
        assert bob.expect("ACK").uri == bob.contact
        call.in_dialog("BYE")
        bob.reply(bob.expect("BYE"), 200, "OK")
        alice.expect(200)


def test_calls_between_udp_and_tcp_in_all_pairs():
    with Almon(users=USERS) as server:
        for caller in ("udp", "tcp"):
            for callee in ("udp", "tcp"):
                for _ in range(3):  # so that caller and callee meet on one shard, and on two
                    call_and_hang_up(server, caller, callee)


def test_calls_over_ipv6():
    with Almon(users=USERS, host="::1") as server:
        for transport in ("udp", "tcp"):
            call_and_hang_up(server, transport, transport, local="::1")


def test_a_phone_that_is_called_hangs_up_through_its_route_set():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        invite = bob.expect("INVITE")
        bob.reply(invite, 200, "OK")
        accepted = call.answered()
        bob.expect("ACK")
        routes = "".join(f"Route: {value}\r\n" for value in invite.all("Record-Route"))
        bob.send(bob.request("BYE", invite.contact_uri(), to=invite.field("From"), tag=accepted.tag("To"),
                             call_id=call.call_id, fields=routes))
        asked = alice.expect("BYE")
        assert asked.uri == alice.contact
        alice.reply(asked, 200, "OK")
        assert bob.final().status == 200


def test_a_binding_ends_with_its_connection():
    with Almon(users=USERS) as server, Phone(server, "alice", "secret-a") as alice:
        with Phone(server, "bob", "secret-b", transport="tcp") as bob:
            assert bob.register().status == 200
        call = alice.call(f"sip:bob@{server.address}")
        assert call.fails() in (408, 480, 500, 503)


def test_a_cancel_after_the_answer_changes_nothing():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 200, "OK")
        call.answered()
        bob.expect("ACK")
        call.cancel()
        assert alice.final().status in (200, 481)
        bob.hears_nothing()


def test_a_repeated_invite_is_answered_again_and_rings_nobody_twice():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 180, "Ringing")
        alice.expect(180)
        alice.send(call.invite)
        alice.expect(180)
        bob.hears_nothing()
        call.cancel()
        bob.reply(bob.expect("CANCEL"), 200, "OK")


def test_of_three_phones_that_ring_the_best_answer_is_told():
    with Almon(users=USERS) as server, Phone(server, "alice", "secret-a") as alice, \
            Phone(server, "bob", "secret-b") as desk, Phone(server, "bob", "secret-b") as mobile, \
            Phone(server, "bob", "secret-b") as door:
        phones = (desk, mobile, door)
        assert all(phone.register().status == 200 for phone in (alice, *phones))
        call = alice.call(f"sip:bob@{server.address}")
        for phone, status in zip(phones, (480, 486, 408)):
            phone.reply(phone.expect("INVITE"), status)
            phone.expect("ACK")
        assert call.fails() == 486
        call = alice.call(f"sip:bob@{server.address}")
        invites = [phone.expect("INVITE") for phone in phones]
        for phone, invite in zip(phones, invites):
            phone.reply(invite, 180, "Ringing")
        alice.expect(180)
        mobile.reply(invites[1], 603, "Decline")
        for phone, invite in ((desk, invites[0]), (door, invites[2])):
            phone.reply(phone.expect("CANCEL"), 200, "OK")
            phone.reply(invite, 487, "Request Terminated")
            phone.expect("ACK")
        assert call.fails() == 603
