"""Two baresip phones find each other and talk through almon."""
import time

from peers.almon import Almon, wait_until
from peers.baresip import Baresip

USERS = ["alice:secret-a", "bob:secret-b"]


def pair(server, transport="udp", answer="manual"):
    return (Baresip("alice", "secret-a", server.address, transport, tone_hz=440),
            Baresip("bob", "secret-b", server.address, transport, tone_hz=1000, answer=answer))


def registered(server, count=2):
    wait_until(lambda: len(server.bindings()) >= count, 10, f"{count} registrations")


def check_heard(phone, hz, least_seconds):
    seconds, heard = phone.heard()
    assert seconds >= least_seconds, f"{phone.user} heard {seconds} s only"
    assert abs(heard - hz) < 0.05 * hz, f"{phone.user} heard {heard} Hz instead of {hz}"


def talk(transport, hangs_up):
    with Almon(users=USERS) as server:
        alice, bob = pair(server, transport, answer="auto")
        with alice, bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_ESTABLISHED")
            bob.wait_event("CALL_ESTABLISHED")
            time.sleep(3)  # what is recorded is what is measured
            (alice if hangs_up == "caller" else bob).hang_up()
            alice.wait_event("CALL_CLOSED")
            bob.wait_event("CALL_CLOSED")
            time.sleep(0.3)  # the recording is written
            check_heard(alice, 1000, 2)
            check_heard(bob, 440, 2)


def test_call_over_udp_with_sound_both_ways_the_caller_hangs_up():
    talk("udp", "caller")


def test_call_over_tcp_with_sound_both_ways_the_callee_hangs_up():
    talk("tcp", "callee")


def test_the_caller_cancels():
    with Almon(users=USERS) as server:
        alice, bob = pair(server)
        with alice, bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_RINGING")
            alice.hang_up()
            bob.wait_event("CALL_CLOSED")
            wait_until(lambda: server.status()["invites_in_progress"] == 0, 5, "the INVITE to end")


def test_the_callee_declines():
    with Almon(users=USERS) as server:
        alice, bob = pair(server)
        with alice, bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_RINGING")
            bob.hang_up()
            alice.wait_event("CALL_CLOSED")


def test_registrations_survive_a_restart_and_a_kill():
    with Almon(users=USERS) as server:
        alice, bob = pair(server, answer="auto")
        with alice, bob:
            registered(server)
            server.stop()
            server.start()
            assert len(server.bindings()) == 2
            server.kill()
            server.start()
            assert len(server.bindings()) == 2
            alice.dial("bob")
            alice.wait_event("CALL_ESTABLISHED")
            alice.hang_up()
            bob.wait_event("CALL_CLOSED")
