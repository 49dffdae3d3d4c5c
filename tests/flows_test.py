"""The call flows of RFC 3665 that concern registrars and proxies; the real program plays these parts.

Where two proxies stand between the phones, each flow is played three times: with almon as both, and with
almon as one of them, so that what passes between the two is seen as well.
"""
import contextlib

from peers.almon import takes
from peers.flow import Flow
from peers.player import Player

BOTH = ("Proxy 1", "Proxy 2")


@contextlib.contextmanager
def scene(section, *almons, **more):
    with contextlib.ExitStack() as stack:
        yield Player(Flow(section), almons, stack.enter_context, **more)


def play(section, *almons):
    with scene(section, *almons) as player:
        player.play()


def play_with_two_proxies(section):
    for almons in (BOTH, BOTH[:1], BOTH[1:]):
        play(section, *almons)


# --- Registration.

@contextlib.contextmanager
def bob_and_registrar(section, *contacts, **more):
    """`contacts`: who is bound already when the flow begins."""
    with scene(section, "SIP Server", **more) as player:
        [bob], [registrar] = player.places.values(), player.servers.values()
        names = {"phone": f"sip:bob@{bob.ip}", "mail": f"mailto:bob@{registrar.host}"}
        for contact in contacts:
            assert bob.register(3600, contact=f"Contact: <{names[contact]}>\r\n").status == 200
        player.play()
        bound = {binding["contact"] for binding in registrar.bindings()}
        yield {name for name, uri in names.items() if uri in bound}


def test_2_1_a_new_phone_is_challenged_and_then_bound():
    with bob_and_registrar("2.1") as bound:
        assert bound == {"phone"}


def test_2_2_a_contact_is_added_to_the_list_whatever_its_scheme():
    with bob_and_registrar("2.2", "phone") as bound:
        assert bound == {"phone", "mail"}


def test_2_3_who_registers_no_contact_is_told_the_list():
    with bob_and_registrar("2.3", "phone", "mail") as bound:
        assert bound == {"phone", "mail"}


def test_2_4_a_star_that_expires_at_once_cancels_all():
    with bob_and_registrar("2.4", "phone", "mail") as bound:
        assert bound == set()


def test_2_5_a_wrong_password_is_challenged_anew():
    with bob_and_registrar("2.5", password="guess") as bound:
        assert bound == set()


# --- Calls. Of 3.6 the part of the proxy; routing_test.py has redirect servers. 3.5 is about a gateway of
# another kind, and in 3.1 there is no server at all.

def test_3_2_a_call_through_two_proxies():
    play_with_two_proxies("3.2")


def test_3_3_each_proxy_asks_for_credentials_and_consumes_its_own():
    play_with_two_proxies("3.3")


def test_3_4_the_second_proxy_takes_the_call_when_the_first_has_failed():
    play("3.4", "Proxy 2")


def test_3_6_a_call_after_a_redirection_with_the_offer_in_the_200():
    play("3.6", "Proxy 3")


def test_3_7_a_phone_that_moves_keeps_its_call_through_a_proxy_on_the_path():
    play("3.7", "Proxy 2")


def test_3_8_nobody_answers_and_the_caller_gives_up():
    play_with_two_proxies("3.8")


def test_3_9_who_is_called_is_busy():
    play_with_two_proxies("3.9")


@takes(34)
def test_3_10_a_phone_that_never_responds_is_asked_seven_times():
    play("3.10", *BOTH)


def test_3_10_the_first_proxy_passes_on_what_the_second_gave_up():
    play("3.10", "Proxy 1")


def test_3_11_who_is_called_is_not_available():
    play_with_two_proxies("3.11")
