"""Strangers reach nobody through almon: a foreign place listens, and must not hear a word."""
import contextlib

from peers.almon import Almon
from peers.ports import own_address
from peers.sip import Phone, alice_and_bob, credentials

USERS = ["alice:secret-a", "bob:secret-b"]
METHODS = ("INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "REFER", "BYE", "INFO", "UPDATE", "REGISTER",
           "FUTURE")


@contextlib.contextmanager
def scene(config=None):
    """The server, a stranger who claims nothing, and the foreign place."""
    with Almon(users=USERS, config=config) as server, \
            Phone(server, "mallory", domain="evil.example") as stranger, \
            Phone(server, "victim", local=own_address()) as foreign:
        yield server, stranger, foreign
        foreign.hears_nothing()


def status_of(phone, method, uri, **more):
    return phone.ask(method, uri, **more).status


def call_between(alice, bob, server):
    """alice's call to bob, answered."""
    call = alice.call(f"sip:bob@{server.address}")
    bob.reply(bob.expect("INVITE"), 200, "OK")
    call.answered()
    bob.expect("ACK")
    return call


def test_a_users_own_call_does_reach_the_foreign_place():
    with Almon(users=USERS) as server, Phone(server, "alice", "secret-a") as alice, \
            Phone(server, "friend", local=own_address()) as foreign:
        call = alice.call(foreign.contact)
        foreign.reply(foreign.expect("INVITE"), 200, "OK")
        call.answered()
        assert foreign.expect("ACK").uri == foreign.contact


def test_the_request_uri_of_a_stranger_leads_nowhere():
    with scene() as (server, stranger, foreign):
        for method in METHODS:
            assert status_of(stranger, method, foreign.contact) == 403, method
        stranger.send(stranger.request("ACK", foreign.contact))
        assert status_of(stranger, "CANCEL", foreign.contact) == 481


def test_who_claims_to_be_a_user_must_prove_it():
    with scene() as (server, _, foreign), Phone(server, "alice") as impostor:
        for method in METHODS:
            assert status_of(impostor, method, foreign.contact) == 407, method
    with scene() as (server, _, foreign), Phone(server, "alice", "guess") as impostor:
        assert status_of(impostor, "INVITE", foreign.contact) == 407
    with scene() as (server, _, foreign), Phone(server, "alice", "secret-a") as alice:
        challenge = alice.ask("INVITE", foreign.contact, authenticated=False, call_id="once")
        proof = credentials(challenge, "INVITE", foreign.contact, "alice", "secret-a")
        alice.user = "bob"
        assert status_of(alice, "INVITE", foreign.contact, call_id="once", cseq=2, fields=proof) == 403


def test_a_route_leads_a_stranger_nowhere():
    with scene() as (server, stranger, foreign):
        ours, theirs = f"Route: <sip:{server.address};lr>\r\n", f"Route: <{foreign.contact};lr>\r\n"
        for routes in (theirs, ours + theirs, theirs + ours, f"Route: <{foreign.contact}>\r\n"):
            for uri in (f"sip:bob@{server.address}", f"sip:{server.address}", foreign.contact):
                assert status_of(stranger, "INVITE", uri, fields=routes) == 403, (uri, routes)
                assert status_of(stranger, "OPTIONS", uri, fields=routes) == 403, (uri, routes)
                stranger.send(stranger.request("ACK", uri, fields=routes))


def test_an_maddr_leads_a_stranger_nowhere():
    with scene() as (server, stranger, foreign):
        for uri in (f"sip:bob@{server.address};maddr={foreign.ip}",
                    f"sip:{server.address};maddr={foreign.ip}"):
            assert status_of(stranger, "INVITE", uri) == 403, uri


def test_an_invented_to_tag_leads_a_stranger_nowhere():
    with scene() as (server, stranger, foreign):
        to = f"<{foreign.contact}>;tag=invented"
        for parameter in ("", ";ak", ";ak=" + "0" * 32, ";ak=" + "f" * 64, ";ak=x"):
            route = f"Route: <sip:{server.address};lr{parameter}>\r\n"
            for method in ("INVITE", "BYE", "INFO", "REFER", "MESSAGE"):
                assert status_of(stranger, method, foreign.contact, to=to, fields=route) == 403, route
            stranger.send(stranger.request("ACK", foreign.contact, to=to, fields=route))


def test_the_signed_route_of_another_call_leads_a_stranger_nowhere():
    with scene() as (server, stranger, foreign):
        with alice_and_bob(server) as (alice, bob):
            call = call_between(alice, bob, server)
            signed = "".join(f"Route: {value}\r\n" for value in call.accepted.all("Record-Route"))
            assert ";ak=" in signed
            to = call.accepted.field("To")
            for more in ({}, {"call_id": call.call_id}, {"tag": call.tag}):
                assert status_of(stranger, "INVITE", foreign.contact, to=to, fields=signed,
                                 **more) == 403, more
                stranger.send(stranger.request("ACK", foreign.contact, to=to, fields=signed, **more))


def test_the_signed_route_of_a_call_carries_its_own_requests():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = call_between(alice, bob, server)
        call.in_dialog("INFO")
        bob.reply(bob.expect("INFO"), 200, "OK")
        alice.expect(200)
        call.in_dialog("BYE", route=[])  # without the route it is a stranger's
        assert alice.final().status in (403, 407)
        bob.hears_nothing(0.2)
        call.in_dialog("BYE")
        bob.reply(bob.expect("BYE"), 200, "OK")
        alice.expect(200)


def test_an_answer_to_nothing_is_passed_on_to_nobody():
    with scene() as (server, stranger, foreign):
        for status in ("180 Ringing", "200 OK", "486 Busy"):
            stranger.send(
                f"SIP/2.0 {status}\r\nVia: SIP/2.0/UDP {server.address};branch=z9hG4bKinvented\r\n"
                f"Via: SIP/2.0/UDP {foreign.ip}:{foreign.port};branch=z9hG4bKx\r\n"
                "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: invented\r\n"
                "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
            )
        assert stranger.ask("OPTIONS", f"sip:{server.address}").status == 200


def test_answers_go_to_where_the_request_came_from_whatever_via_says():
    with scene() as (server, stranger, foreign):
        request = stranger.request("OPTIONS", f"sip:{server.address}")
        stranger.send(request.replace(f"{stranger.ip}:{stranger.port};rport",
                                      f"{foreign.ip}:{foreign.port};rport"))
        assert stranger.final().status == 200


# --- Calls to our own users.

def test_a_stranger_may_call_our_users_only_where_the_operator_says_so():
    with scene() as (server, stranger, _), alice_and_bob(server) as (_, bob):
        assert status_of(stranger, "INVITE", f"sip:bob@{server.address}") == 407
        bob.hears_nothing()
    open_house = '[access]\ninbound = "local-users"\n'
    with scene(open_house) as (server, stranger, foreign), alice_and_bob(server) as (_, bob):
        call = stranger.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 603, "Decline")
        assert call.fails() == 603
        assert status_of(stranger, "MESSAGE", f"sip:bob@{server.address}") == 407
        assert status_of(stranger, "INVITE", foreign.contact) == 403
        bob.expect("ACK")
        bob.hears_nothing()


# --- Registrations.

def test_nobody_registers_without_the_password():
    with Almon(users=USERS) as server:
        for password in (None, "guess", ""):
            with Phone(server, "alice", password) as phone:
                assert phone.register().status == 401, password
        with Phone(server, "nobody", "secret-a") as phone:
            assert phone.register().status == 401
        assert server.bindings() == []


def test_nobody_registers_for_somebody_else():
    with Almon(users=USERS) as server, Phone(server, "bob", "secret-b") as bob, \
            Phone(server, "alice", "secret-a") as alice:
        assert bob.register().status == 200
        assert alice.register(user="bob").status == 403
        assert alice.register(user="bob", contact="Contact: *\r\n", expires=0).status == 403
        assert [row["aor"] for row in server.bindings()] == ["sip:bob@127.0.0.1"]


def test_a_used_proof_cannot_be_used_again():
    with Almon(users=USERS) as server, Phone(server, "alice", "secret-a") as alice:
        sent = []
        send, alice.send = alice.send, lambda text: (sent.append(text), send(text))
        assert alice.register().status == 200
        alice.send = send
        stolen = sent[-1].replace("branch=z9hG4bK", "branch=z9hG4bKagain").replace("CSeq: 2", "CSeq: 3")
        alice.send(stolen.replace(f"Contact: <{alice.contact}>", "Contact: <sip:alice@192.0.2.66>"))
        assert alice.final().status == 401
        assert "192.0.2.66" not in str(server.bindings())
