"""Long at high load, under the address sanitizer, while phones break: nothing grows, and good calls go on."""
import os
import statistics
import time

from peers.almon import ROOT, Almon, takes, wait_until
from peers.broken import BrokenPhones
from peers.load import GoodCalls, went_well
from peers.processor import Processor

SANITIZED = str(ROOT / "build" / "asan" / "almon")
# What is freed is kept for a while, to be seen when it is used again. Less of it than usual, or it would take
# minutes until memory has its size.
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=16:thread_local_quarantine_size_kb=64"
TRUSTED = '[access]\ntrusted = ["127.0.0.0/8"]\n'
SECONDS = int(os.environ.get("ALMON_SOAK_SECONDS", "120"))
WARM_UP_SECONDS = 40  # transactions linger for 32 s, so their number grows that long
LOAD, ROUND_SECONDS = 0.8, 10
TCP = ["--transport", "tcp", "--user-pattern", "tcp%d", "--users", "20"]
# Memory that was needed once, in a second in which others had the processor, is not given back. What is left
# behind at every call is more than this in ten minutes, even if it is but 64 octets.
MAY_GROW = 1.25


class Memory:
    """What the server took since it began, for each of the most transactions that it ever had."""

    def __init__(self, server):
        self.server, self.begun = server, time.monotonic()
        self.at_first, self.most, self.seen = server.resident(), 1, []

    def look(self):
        status = self.server.status()
        self.most = max(self.most, status["server_transactions"] + status["client_transactions"])
        if not self.is_warming_up():
            self.seen.append((self.server.resident() - self.at_first) / self.most)

    def is_warming_up(self):
        return time.monotonic() < self.begun + WARM_UP_SECONDS

    def medians_of_fifths(self):
        fifth = len(self.seen) // 5
        return [statistics.median(self.seen[part * fifth:(part + 1) * fifth]) for part in range(5)]


class Load:
    """Rounds at 80 % of what the server can take, measured anew for each, as others may use the machine.

    It is at most what it was in the warm-up, or memory would grow with the load.
    """

    def __init__(self, server, memory):
        self.server, self.memory = server, memory
        self.most = self.ok = self.undisturbed = 0

    def round(self):
        fastest = self._calls("--window", "50", seconds=2).report()["rate"]
        if self.memory.is_warming_up():
            self.most = max(self.most, fastest)
        rate = str(LOAD * min(self.most, fastest))
        processor = Processor(self.server)
        both = [self._calls("--rate", rate), self._calls("--rate", "20", *TCP)]
        while not all([calls.are_over(seconds=0.5) for calls in both]):
            self.memory.look()
        self._judge([calls.report() for calls in both], processor.is_ours())

    def _calls(self, *arguments, seconds=ROUND_SECONDS):
        return GoodCalls(self.server, *arguments, "--seconds", str(seconds))

    def _judge(self, reports, was_undisturbed):
        """Where others took much of the processor it was more than 80 %, and calls may fail."""
        self.ok += sum(report["ok"] for report in reports)
        self.undisturbed += was_undisturbed
        if was_undisturbed:
            for report in reports:
                went_well(report)


@takes(SECONDS + WARM_UP_SECONDS + 60)
def test_soak_at_80_percent_load_beside_phones_that_break_nothing_grows_and_good_calls_go_on():
    with Almon(config=TRUSTED, program=SANITIZED) as server:
        descriptors, memory = server.descriptors(), Memory(server)
        end = time.monotonic() + WARM_UP_SECONDS + SECONDS
        with BrokenPhones(server, at_a_time=4) as broken:
            load = Load(server, memory)
            while time.monotonic() < end:
                load.round()
        _, second, *_, last = fifths = memory.medians_of_fifths()
        shed = server.status()["letters_shed"]
        print(f"{load.ok} good calls, {load.undisturbed} undisturbed rounds; {broken.lived} broken calls,"
              f" {broken.unanswered} without an answer, {shed} letters shed; octets by fifths: {fifths}")
        assert load.ok > 0 and broken.lived > 0
        assert shed > 0 or not broken.unanswered
        assert last < second * MAY_GROW, fifths
        wait_until(lambda: server.descriptors() <= descriptors, 60,
                   lambda: f"{server.descriptors()} descriptors to become {descriptors}")
        assert "Sanitizer" not in server.log(), server.log()
