"""Redirect server, stateless and stateful proxy, rules, 3xx: what routing.md, redirect.md and stateless.md say.

Each configuration of these pages is run as it is printed, but for addresses, ports and times to wait.
"""
import contextlib
import pathlib
import re

from peers.almon import Almon, takes
from peers.ports import free_port, own_address
from peers.sip import Phone, alice_and_bob
from peers.sipp import Sipp

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'
USERS = ["alice:secret-a", "bob:secret-b"]


def printed(page, number, words=()):
    """That configuration of the page, with these words changed; they must be there."""
    text = (DOCS / f"{page}.md").read_text().split("```toml\n")[1:][number].split("```")[0]
    assert len(text.splitlines()) <= 10, text
    for old, new in dict(words).items():
        assert old in text, (old, text)
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def gateways(server, *addresses):
    """Phones that stand at port 5060 of these addresses."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Phone(server, f"gw{number}", local=address, port=5060))
               for number, address in enumerate(addresses)]


def all_good(phone, calls):
    good, failed, _ = phone.wait()
    assert (good, failed) == (calls, 0), f"{good} good and {failed} failed: {phone.errors()}"


# --- Redirect server.

def is_taken_and_hung_up(call, callee):
    callee.reply(callee.expect("INVITE"), 200)
    call.answered()
    callee.expect("ACK")
    call.in_dialog("BYE")
    callee.reply(callee.expect("BYE"), 200)
    assert call.phone.final().status == 200


def test_sipp_follows_a_redirection_to_the_phone():
    with Almon(users=USERS, config=printed("redirect", 0)) as server, \
            Sipp("callee", server, 10) as callee, Phone(server, "bob", "secret-b") as bob:
        assert bob.register(contact=f"Contact: <sip:bob@127.0.0.1:{callee.port}>\r\n").status == 200
        with Sipp("redirected_caller", server, 10, arguments=["-d", "100"]) as caller:
            all_good(caller, 10)
            all_good(callee, 10)
        assert server.status()["client_transactions"] == 0  # it called nobody itself


def test_a_redirection_names_each_phone_with_its_preference_and_time():
    with Almon(users=USERS, config=printed("redirect", 0)) as server, \
            Phone(server, "bob", "secret-b") as bob, \
            Phone(server, "x", domain="elsewhere.example") as stranger:
        contacts = "Contact: <sip:bob@192.0.2.7>;q=0.3\r\nContact: <sip:bob@192.0.2.8>;q=0.9\r\n"
        assert bob.register(300, contact=contacts).status == 200
        call = stranger.call(f"sip:bob@{server.address}")
        moved = stranger.heard[0]
        assert moved.status == 302
        said = re.findall(r"<([^>]*)>;q=([\d.]+);expires=(\d+)", ", ".join(moved.all("Contact")))
        assert [place for place, _, _ in said] == ["sip:bob@192.0.2.8", "sip:bob@192.0.2.7"], moved
        assert [q for _, q, _ in said] == ["0.9", "0.3"], moved
        assert all(290 < int(seconds) <= 300 for _, _, seconds in said), moved
        call.ack_failure(moved)
        for user, status in (("alice", 480), ("nobody", 404)):
            assert stranger.ask("INVITE", f"sip:{user}@{server.address}").status == status


def test_a_redirection_may_name_another_place_for_good():
    with Almon(users=USERS, config=printed("redirect", 1)) as server, \
            Phone(server, "alice", "secret-a") as alice:
        moved = alice.ask("INVITE", f"sip:0301234@{server.address}")
        assert moved.status == 301 and moved.contact_uri() == "sip:+49301234@gw.example.net", moved


# --- Stateless and stateful proxy.

def calls_by_sipp(server, port):
    """To a callee at that port."""
    with Sipp("callee", server, 20, port=port) as callee, \
            Sipp("caller", server, 20, arguments=["-d", "100"]) as caller:
        all_good(caller, 20)
        all_good(callee, 20)


@takes(8)
def test_calls_through_a_stateless_proxy():
    port = free_port()
    with Almon(config=printed("stateless", 0, {"5090": str(port)})) as server:
        calls_by_sipp(server, port)
        # SIPp sends its BYEs here as well, though no Record-Route asks for it; they are no longer for bob.
        status = server.status()
        assert status["client_transactions"] == status["server_transactions"] == 20, status


@takes(8)
def test_calls_through_a_proxy_with_state():
    port = free_port()
    config = TRUSTED + f'[[route]]\nuser = "bob"\nto = ["sip:bob@127.0.0.1:{port}"]\n'
    with Almon(config=config) as server:
        calls_by_sipp(server, port)


def test_a_stateless_proxy_passes_on_to_the_phone_and_is_no_part_of_the_call():
    with Almon(users=USERS, config=TRUSTED + '[[route]]\nrole = "stateless"\n') as server, \
            alice_and_bob(server) as (alice, bob):
        asked = alice.request("INVITE", f"sip:bob@{server.address}")
        alice.send(asked)
        invite = bob.expect("INVITE")
        assert not invite.all("Record-Route") and len(invite.all("Via")) == 2
        alice.send(asked)
        assert bob.expect("INVITE").all("Via") == invite.all("Via")  # bob sees that it is the same
        bob.reply(invite, 180)
        alice.expect(180)
        alice.send(asked.replace("INVITE sip:", "CANCEL sip:").replace("1 INVITE", "1 CANCEL"))
        cancel = bob.expect("CANCEL")
        assert cancel.all("Via")[0] == invite.all("Via")[0]
        bob.reply(cancel, 200)
        assert alice.expect(200).method == "CANCEL"
        bob.reply(invite, 487)
        assert alice.final().status == 487


# --- Rules.

@contextlib.contextmanager
def routing_as_printed():
    first, second = own_address(), own_address()
    words = {"192.0.2.5": first, "192.0.2.6": second, "ring = 20": "ring = 1"}
    with Almon(users=USERS, config=printed("routing", 0, words)) as server, \
            gateways(server, first, second) as gates, alice_and_bob(server) as (alice, bob):
        yield server, gates, alice, bob


def test_a_number_goes_to_the_next_gateway_when_the_first_only_rings():
    with routing_as_printed() as (server, (first, second), alice, _):
        call = alice.call(f"sip:+4930@{server.address}")
        invite = first.expect("INVITE")
        assert invite.uri == f"sip:+4930@{first.ip}"
        first.reply(invite, 180)
        alice.expect(180)
        first.reply(first.expect("CANCEL"), 200)
        first.reply(invite, 487)
        first.expect("ACK")
        is_taken_and_hung_up(call, second)


def test_a_number_goes_to_the_next_gateway_when_the_first_fails():
    with routing_as_printed() as (server, (first, second), alice, _):
        call = alice.call(f"sip:+4930@{server.address}")
        first.reply(first.expect("INVITE"), 503)
        second.reply(second.expect("INVITE"), 486)
        assert call.fails() == 486


def test_a_name_leads_to_one_user_and_then_to_another():
    with routing_as_printed() as (server, _, alice, bob), Phone(server, "bob", "secret-b") as caller:
        call = caller.call(f"sip:info@{server.address}")
        invite = alice.expect("INVITE")
        assert invite.uri == alice.contact
        alice.reply(invite, 486)
        bob.reply(bob.expect("INVITE"), 200)
        call.answered()
        bob.expect("ACK")


def test_no_stranger_gets_to_a_gateway():
    gateway = own_address()
    config = f'[access]\ninbound = "local-users"\n[[route]]\nuser = "0*"\nto = ["sip:{{rest}}@{gateway}"]\n'
    with Almon(users=USERS, config=config) as server, gateways(server, gateway) as [gate], \
            Phone(server, "mallory", domain="elsewhere.example") as mallory:
        assert mallory.ask("INVITE", f"sip:0900@{server.address}").status == 403
        assert mallory.ask("INVITE", f"sip:%30900@{server.address}").status == 403
        gate.hears_nothing()


def test_what_is_rejected_rings_nowhere():
    config = TRUSTED + '[[route]]\nuser = "bob"\nmethods = ["INVITE"]\nrole = "reject"\nstatus = 603\n'
    with Almon(users=USERS, config=config) as server, alice_and_bob(server) as (alice, bob):
        for user in ("bob", "%62ob"):
            assert alice.ask("INVITE", f"sip:{user}@{server.address}").status == 603
        bob.hears_nothing()
        alice.send(alice.request("MESSAGE", f"sip:bob@{server.address}"))
        bob.reply(bob.expect("MESSAGE"), 200)
        assert alice.final().status == 200


# --- 3xx.

def test_the_proxy_follows_a_302_to_a_user_of_ours_when_it_may():
    with Almon(users=[*USERS, "carol:secret-c"], config=printed("routing", 1)) as server, \
            alice_and_bob(server) as (alice, bob), Phone(server, "carol", "secret-c") as carol:
        assert carol.register().status == 200
        call = alice.call(f"sip:bob@{server.address}")
        moved = bob.expect("INVITE")
        contact = f"Contact: <sip:carol@{server.address}>\r\n"
        bob.send(re.sub(r"Contact: .*\r\n", contact, bob.response(moved, 302)))
        is_taken_and_hung_up(call, carol)


def test_the_caller_gets_the_302_when_the_proxy_may_not_follow():
    with Almon(users=USERS) as server, alice_and_bob(server) as (alice, bob):
        call = alice.call(f"sip:bob@{server.address}")
        bob.reply(bob.expect("INVITE"), 302)
        assert call.fails() == 302
