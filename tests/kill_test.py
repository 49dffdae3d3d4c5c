"""A server that is killed amid registrations: what it acknowledged is there when it is back."""
import os
import random
import shutil
import time

from peers.almon import Almon, takes, wait_until
from peers.crowd import Crowd
from peers.processor import Processor
from peers.sip import Phone

# With durability "commit", the default: a 200 leaves when its binding is on the disk.
TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'
BACK_WITHIN_SECONDS = 1.0
STARTS = 3  # of one state, while others use the machine


def start_again(server):
    """It is back in time, or not while the machine was ours."""
    state = os.path.join(server.home, "killed")
    copy_state(server.folder, state)
    for _ in range(STARTS):
        seconds, was_undisturbed = seconds_until_back(server)
        if seconds < BACK_WITHIN_SECONDS:
            break
        print(f"back after {seconds:.3f} s, {'un' if was_undisturbed else ''}disturbed")
        assert not was_undisturbed
        server.kill()
        copy_state(state, server.folder)
    else:
        server.launch()
    server.wait_until_up()
    print(f"back after {seconds:.3f} s")


def seconds_until_back(server):
    """From its start until it has answered a REGISTER; and whether nobody else used the machine."""
    begun = time.monotonic()
    server.launch()
    processor = Processor(server)
    with Phone(server, "first") as phone:
        wait_until(lambda: is_registered(phone), 60, lambda: f"a first 200; the server's log: {server.log()}")
        return time.monotonic() - begun, processor.is_ours()


def is_registered(phone):
    phone.send(phone.request("REGISTER", f"sip:{phone.domain}", to=f"<sip:{phone.user}@{phone.domain}>"))
    answer = phone.receive(0.01)
    return answer is not None and answer.status == 200


def copy_state(folder, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("control"))


def bindings(server):
    """Those of the crowd."""
    return [row for row in server.bindings() if row["aor"] != f"sip:first@{server.domain}"]


def kill_amid(server, crowd, registrations):
    """Killed when so many have been answered, with many more under way."""
    crowd.register(registrations)
    server.kill()
    crowd.server_is_dead()


def kill_often(kills, subscribers, registrations, start=Almon.start):
    chance = random.Random()
    with Almon(config=TRUSTED) as server, Crowd(server, subscribers) as crowd:
        for _ in range(kills):
            kill_amid(server, crowd, chance.randrange(registrations // 4, registrations * 3 // 4))
            start(server)
            complaints = crowd.settle(bindings(server))
            print(f"{crowd.bound()} bindings, {dict(complaints)}")
            assert not complaints, complaints
        crowd.register(registrations)
        crowd.finish()
        assert not crowd.settle(bindings(server))


@takes(5)
def test_two_kills_amid_some_thousand_registrations_lose_and_revive_nothing():
    kill_often(kills=2, subscribers=2_000, registrations=8_000)


@takes(120)
def test_soak_ten_kills_amid_a_hundred_thousand_registrations_lose_and_revive_nothing():
    kill_often(kills=10, subscribers=50_000, registrations=100_000, start=start_again)


def test_of_a_state_that_is_set_back_the_crowd_sees_both_what_was_lost_and_what_was_revived():
    with Almon(config=TRUSTED) as server, Crowd(server, 500) as crowd:
        kill_amid(server, crowd, 1_000)
        old = os.path.join(server.home, "old")
        copy_state(server.folder, old)
        server.start()
        assert not crowd.settle(bindings(server))
        kill_amid(server, crowd, 1_000)
        copy_state(old, server.folder)
        server.start()
        complaints = crowd.settle(bindings(server))
        assert complaints["lost"] > 0 and complaints["revived"] > 0, complaints
