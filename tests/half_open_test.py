"""Transactions that nobody ends: they have their room and no more, good calls go on, and all is released."""
import contextlib

from peers.almon import Almon, takes, wait_until
from peers.bulk import BATCH, BulkPhone, acknowledgement, answer, batches, call_id
from peers.load import GoodCalls, went_well
from peers.sip import Phone, a_call_goes_through, alice_and_bob, word

MIB = 1024 * 1024
# Of 100,000 requests these many stay half-open in each way; those that were forwarded are two transactions.
# The last two last 32 s only, those that ring three minutes.
RINGING, UNACKNOWLEDGED, UNANSWERED = 80_000, 12_000, 8_000
TRANSACTIONS = 2 * RINGING + UNACKNOWLEDGED + 2 * UNANSWERED
ROOM_LEFT, SHARDS = 4_000, 2  # what each shard took last may have become its branch beyond the limit
# The table's ceiling (docs/reference/limits.md, `limits.transactions`), for messages of the usual size.
OCTETS_PER_TRANSACTION = 2_048
CALLS_OVER_UDP = 100_000
TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'
TABLE = TRUSTED + f"""
[server]
shards = {SHARDS}
[limits]
transactions = {(TRANSACTIONS + ROOM_LEFT) // SHARDS}
"""


class League:
    """Mallory, whose requests to moe neither of the two ends until they are told to."""

    def __init__(self, mallory, moe):
        self.mallory, self.moe = mallory, moe
        assert moe.register().status == 200
        self.count = 0
        self.invites, self.forwarded, self.refusals = {}, {"INVITE": [], "MESSAGE": []}, []

    def fresh(self, method, count):
        call_ids = [b"half-open-%d" % number for number in range(self.count, self.count + count)]
        self.count += count
        requests = self.mallory.requests(method, "moe", call_ids)
        if method == "INVITE":
            self.invites.update(zip(call_ids, requests))
        return requests

    def leave_ringing(self, count):
        for requests in batches(self.fresh("INVITE", count)):
            self.mallory.send_all(requests)
            self._ring(self.moe.hear_all(len(requests), b"INVITE "))

    def leave_unacknowledged(self, count):
        for requests in batches(self.fresh("INVITE", count)):
            self.mallory.send_all(requests)
            self.refusals += self._refuse(self.moe.hear_all(len(requests), b"INVITE "))

    def leave_unanswered(self, count):
        for requests in batches(self.fresh("MESSAGE", count)):
            self.mallory.send_all(requests)
            self.forwarded["MESSAGE"] += self.moe.hear_all(len(requests), b"MESSAGE ")

    def go_beyond_the_limit(self):
        """More INVITEs, until many were answered with a 503. Those."""
        refused = []
        while len(refused) < ROOM_LEFT // 4:
            self.mallory.send_all(self.fresh("INVITE", BATCH))
            answers = self.mallory.hear_all(BATCH, rb"SIP/2.0 (100|503) .*\r\nCSeq: 1 INVITE")
            refused += [one for one in answers if one.startswith(b"SIP/2.0 503 ")]
            taken = sum(one.startswith(b"SIP/2.0 100 ") for one in answers)
            self._ring(self.moe.hear_all(taken, b"INVITE "))
        return refused

    def end_all(self):
        """Some may have ended by themselves, if we were slow."""
        for heard in batches(self.forwarded["MESSAGE"]):
            self.moe.send_all([answer(one, 200) for one in heard])
        for refusals in batches(self.refusals):
            self._acknowledge(refusals)
        for heard in batches(self.forwarded["INVITE"]):
            self._acknowledge(self._refuse(heard))
        self.invites, self.forwarded, self.refusals = {}, {"INVITE": [], "MESSAGE": []}, []

    def _ring(self, heard):
        self.moe.send_all([answer(one, 180) for one in heard])
        self.mallory.hear_all(len(heard), b"SIP/2.0 180 ")
        self.forwarded["INVITE"] += heard

    def _refuse(self, heard):
        self.moe.send_all([answer(one, 486) for one in heard])
        self.moe.hear_all(len(heard), b"ACK ")  # of the proxy; the caller's is another hop's
        return self.mallory.hear_all(len(heard), b"SIP/2.0 486 ")

    def _acknowledge(self, refusals):
        self.mallory.send_all([acknowledgement(self.invites[call_id(one)], one) for one in refusals])


def transactions(server):
    status = server.status()
    return status["server_transactions"] + status["client_transactions"]


@contextlib.contextmanager
def scene():
    with Almon(config=TABLE) as server, BulkPhone(server, "mallory") as mallory, \
            BulkPhone(server, "moe") as moe, alice_and_bob(server, "tcp") as (alice, bob):
        yield server, League(mallory, moe), alice, bob


@takes(10)
def test_a_hundred_thousand_half_open_transactions_stay_in_their_room_beside_good_calls_and_are_released():
    with scene() as (server, league, alice, bob):
        before = server.resident()
        league.leave_ringing(RINGING)
        league.leave_unacknowledged(UNACKNOWLEDGED)
        league.leave_unanswered(UNANSWERED)
        a_call_goes_through(alice, bob)
        assert 100_000 < 2 * RINGING <= transactions(server) <= TRANSACTIONS + 10, server.status()

        refused = league.go_beyond_the_limit()
        assert all(b"\r\nRetry-After: " in one for one in refused), refused[0]
        assert server.status()["refused_for_lack_of_room"] == len(refused)
        assert transactions(server) <= TRANSACTIONS + ROOM_LEFT + SHARDS, server.status()
        full = server.resident()
        assert full - before < (TRANSACTIONS + ROOM_LEFT) * OCTETS_PER_TRANSACTION, (before, full)

        league.end_all()
        wait_until(lambda: transactions(server) < 10, 60, lambda: f"the end of {transactions(server)}")
        league.leave_ringing(RINGING // 4)
        assert server.resident() < full + 8 * MIB, (full, server.resident())
        a_call_goes_through(alice, bob)


def send_invites(phone, user, count):
    text = phone.request("INVITE", f"sip:{user}@{phone.domain}", call_id="%s")
    branch = text.split("branch=")[1].split("\r\n")[0]
    for _ in range(count):
        phone.send(text.replace("%s", word()).replace(branch, f"z9hG4bK{word()}"))


@takes(120)
def test_soak_a_hundred_thousand_calls_that_nobody_answers_or_acknowledges_are_ended_by_their_timers():
    with Almon(config=TRUSTED) as server, Phone(server, "mallory") as mallory, Phone(server, "moe") as moe:
        assert moe.register().status == 200
        before = server.resident()
        good_calls = GoodCalls(server, "--rate", "20")
        while server.status()["invites_in_progress"] < CALLS_OVER_UDP:
            send_invites(mallory, "moe", 1_000)
        # Timer B gives up after 32 s, Timer H waits for an ACK for 32 s more.
        wait_until(lambda: transactions(server) < CALLS_OVER_UDP // 10, 120, lambda: server.status())
        went_well(good_calls.end())
        assert server.resident() - before < CALLS_OVER_UDP * 2 * OCTETS_PER_TRANSACTION
        wait_until(lambda: transactions(server) == 0, 60, lambda: server.status())
