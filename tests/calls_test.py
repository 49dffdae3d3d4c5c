"""Two baresip phones find each other and talk through almon."""
import time

from peers.almon import Almon, takes, wait_until
from peers.baresip import Baresip
from peers.linphone import Linphone

USERS = ["alice:secret-a", "bob:secret-b", "carol:secret-c"]


def alice_of(server, **more):
    return Baresip("alice", "secret-a", server.address, tone_hz=440, **more)


def bob_of(server, **more):
    return Baresip("bob", "secret-b", server.address, tone_hz=1000, **more)


def registered(server, count=2):
    wait_until(lambda: len(server.bindings()) >= count, 10, f"{count} registrations")


def no_invite_left(server):
    wait_until(lambda: server.status()["invites_in_progress"] == 0, 5, "the INVITE to end")


def check_heard(phone, hz, least_seconds):
    seconds, heard = phone.heard()
    assert seconds >= least_seconds, f"{phone.user} heard {seconds} s only"
    assert abs(heard - hz) < 0.05 * hz, f"{phone.user} heard {heard} Hz instead of {hz}"


def talk(transport, hangs_up):
    with Almon(users=USERS) as server:
        with alice_of(server, transport=transport) as alice, \
                bob_of(server, transport=transport, answer="auto") as bob:
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


def got_cancel(phone):
    return "\nCANCEL sip:" in phone.log()


def failed_call(alice, callee):
    """What the caller is told: "486 Rejected"."""
    alice.dial(callee)
    return alice.wait_event("CALL_CLOSED")["param"]


def test_call_over_udp_with_sound_both_ways_the_caller_hangs_up():
    talk("udp", "caller")


def test_call_over_tcp_with_sound_both_ways_the_callee_hangs_up():
    talk("tcp", "callee")


def test_a_call_from_udp_to_tcp():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server, transport="tcp", answer="auto") as bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_ESTABLISHED")
            bob.wait_event("CALL_ESTABLISHED")
            bob.hang_up()
            alice.wait_event("CALL_CLOSED")


def test_the_caller_cancels():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server) as bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_RINGING")
            alice.hang_up()
            bob.wait_event("CALL_CLOSED")
            wait_until(lambda: got_cancel(bob), 2, "bob to get the CANCEL")
            wait_until(lambda: "SIP/2.0 487 " in alice.log(), 5, "alice's 487")
            no_invite_left(server)


def test_the_callee_declines_and_the_caller_is_told():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, Linphone("carol", "secret-c", server) as carol:
            registered(server)
            alice.dial("carol")
            alice.wait_event("CALL_RINGING")
            carol.say("terminate")
            assert alice.wait_event("CALL_CLOSED")["param"].startswith("603 ")
            no_invite_left(server)


def test_the_callee_hangs_up_instead_of_answering():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server) as bob:
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_RINGING")
            bob.hang_up()
            assert alice.wait_event("CALL_CLOSED")["param"].startswith("486 ")


def test_the_callee_is_busy():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, Baresip("carol", "secret-c", server.address) as carol, \
                bob_of(server, answer="auto", more_config="call_max_calls 1\n") as bob:
            registered(server, 3)
            alice.dial("bob")
            bob.wait_event("CALL_ESTABLISHED")
            assert failed_call(carol, "bob").startswith("486 ")
            alice.hang_up()
            bob.wait_event("CALL_CLOSED")


def test_the_callee_does_not_answer_and_its_phone_gives_up():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server, more_config="call_local_timeout 1\n"):
            registered(server)
            alice.dial("bob")
            alice.wait_event("CALL_RINGING")
            assert alice.wait_event("CALL_CLOSED")["param"].startswith("486 ")
            no_invite_left(server)


@takes(35)
def test_a_phone_without_power_brings_the_caller_408_after_timer_b():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server) as bob:
            registered(server)
            bob.kill()
            alice.dial("bob")
            begun = time.monotonic()
            assert alice.wait_event("CALL_CLOSED", 40)["param"].startswith("408 ")
            assert 31 < time.monotonic() - begun < 35
            no_invite_left(server)


def test_two_phones_of_one_name_ring_and_when_one_answers_the_other_stops():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server) as desk, bob_of(server) as mobile:
            registered(server, 3)
            alice.dial("bob")
            desk.wait_event("CALL_INCOMING")
            mobile.wait_event("CALL_INCOMING")
            mobile.accept()
            alice.wait_event("CALL_ESTABLISHED")
            mobile.wait_event("CALL_ESTABLISHED")
            desk.wait_event("CALL_CLOSED")
            wait_until(lambda: got_cancel(desk), 2, "the desk phone to get the CANCEL")
            assert not got_cancel(mobile)
            assert not mobile.saw_event("CALL_CLOSED") and not desk.saw_event("CALL_ESTABLISHED")
            alice.hang_up()
            mobile.wait_event("CALL_CLOSED")


def test_a_name_that_nobody_has_and_one_that_nobody_is_registered_with():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice:
            registered(server, 1)
            assert failed_call(alice, "nobody").startswith("404 ")
            alice.events.clear()
            assert failed_call(alice, "bob").startswith("480 ")


def test_registrations_survive_a_restart_and_a_kill():
    with Almon(users=USERS) as server:
        with alice_of(server) as alice, bob_of(server, answer="auto") as bob:
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
