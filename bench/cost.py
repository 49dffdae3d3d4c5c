"""CPU microseconds that a proxied call and a REGISTER cost, almon beside Kamailio, in turn in one run.

    bench/run.py cost [--rounds N] [--quick] [--only WORD] [--json FILE]

CPU is what the kernel accounted to all threads of a server between the first message and the last. The rounds of
the servers alternate, so that the machine's drift hits both, and the median counts. To it comes, for each unit,
what a server does later on its own account: ending transactions that linger for 32 s, folding the store's journal.
--quick leaves that out. The floor is a program that waits, reads and answers, and nothing else, at the same rate.
"""
import dataclasses
import statistics
import sys
import tempfile
import time

import generators
import machine
import results
import servers

PASSWORD, PASSWORD_USERS = "secret", 300


@dataclasses.dataclass
class Work:
    name: str
    kind: str  # call or register
    rate: int  # a second; 0: as fast as it goes, 100 at once
    units: int  # in one round
    users: int
    bar: float  # the most that almon may take, as a part of what Kamailio takes
    floor: str  # which row of FLOORS …
    pairs: float  # … and how many datagrams in and out make one unit
    spent: str
    durability: str = "memory"
    digest: bool = False
    random_order: bool = False

    @property
    def setting(self):
        return self.durability, self.digest


FLOORS = {"saturated": 0, "at 5,000/s": 5000, "at 10,000/s": 10_000, "at 13,000/s": 13_000}

WORKS = [
    Work("proxied call, saturated", "call", 0, 30_000, 10_000, 1 / 2, "saturated", 6.5,
         "half in the kernel, for 13 datagrams; then reading and writing messages"),
    Work("proxied call, at 2,000/s", "call", 2000, 12_000, 10_000, 2 / 3, "at 13,000/s", 6.5,
         "wake-ups and system calls: hardly two datagrams come together"),
    Work("REGISTER, memory, saturated", "register", 0, 150_000, 100_000, 2 / 3, "saturated", 1,
         "half in the kernel; then reading the message"),
    Work("REGISTER, memory, at 5,000/s", "register", 5000, 25_000, 25_000, 2 / 3, "at 5,000/s", 1, "wake-ups"),
    Work("REGISTER, memory, saturated, random order", "register", 0, 150_000, 100_000, 2 / 3, "saturated", 1,
         "as above, and cache misses", random_order=True),
    Work("REGISTER, commit, saturated", "register", 0, 50_000, 100_000, 1, "saturated", 1,
         "SQLite: the journal's row, its write and fsync for each batch, and the fold into the table later",
         durability="commit"),
    Work("REGISTER, commit, at 5,000/s", "register", 5000, 25_000, 25_000, 1, "at 5,000/s", 1,
         "the same with small batches, and waking the store's thread", durability="commit"),
    Work("REGISTER, commit, saturated, random order", "register", 0, 50_000, 100_000, 1, "saturated", 1,
         "as above; the fold writes a page of the table for nearly each row", durability="commit",
         random_order=True),
    Work("REGISTER with digest (the pair), saturated", "register", 0, 40_000, PASSWORD_USERS, 2 / 3, "saturated", 2,
         "two requests, three hashes and the nonce's MAC", digest=True),
    Work("REGISTER with digest (the pair), at 5,000/s", "register", 5000, 25_000, PASSWORD_USERS, 2 / 3,
         "at 10,000/s", 2, "two wake-ups", digest=True),
]


class Meter:
    """The CPU of one server over some rounds, and what it did between and after them."""

    def __init__(self, server, idle):
        self.server, self.idle = server, idle
        self.began, self.before = time.monotonic(), machine.cpu_us(server.pid)
        self.rounds, self.rates, self.spent, self.units, self.failed = [], [], 0, 0, 0

    def round(self, work):
        before = machine.cpu_us(self.server.pid)
        figures = work()
        spent, units = machine.cpu_us(self.server.pid) - before, figures["ok"] or 1
        self.rounds.append(spent / units)
        self.rates.append(figures["per_s"])
        self.spent, self.units, self.failed = self.spent + spent, self.units + units, self.failed + figures["failed"]
        return figures

    def later(self):
        """What a unit costs outside of the rounds, less what the server does when it is idle."""
        idle = self.idle * (time.monotonic() - self.began - self.spent / 1e6)
        return max(0, machine.cpu_us(self.server.pid) - self.before - self.spent - idle) / self.units

    def doubt(self, rate):
        """Why the rounds may not show what they are for; empty when all is well."""
        if self.failed:
            return f"{self.failed} failed at {self.server.name}"
        if statistics.median(self.rates) < 0.95 * rate:
            return f"the rate was not reached with {self.server.name}"
        return ""

    def cost(self, is_quick):
        return statistics.median(self.rounds) + (0 if is_quick else self.later())


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.idle = {}

    def floors(self, wanted):
        """Microseconds for a datagram in and one out, by rate."""
        found = {}
        with servers.Echo(self.folder) as echo:
            for name in wanted:
                meter = Meter(echo, 0)
                rate = FLOORS[name]
                for _ in range(self.options.rounds):
                    units = self.units(rate * 3 or 100_000)
                    meter.round(lambda: generators.sipload(echo, "register", units, units, rate))
                found[name] = meter.cost(True)
                print(f"  {'floor, ' + name:44} {'echo':9} {found[name]:8.1f} µs", file=sys.stderr, flush=True)
        return found

    def units(self, wanted):
        return wanted // 10 if self.options.quick else wanted

    def under(self, setting, works, floors):
        durability, digest = setting
        ours = servers.Almon(self.folder, durability=durability, digest=digest)
        if digest:
            ours.add_users(PASSWORD_USERS, PASSWORD)
        with ours, servers.Kamailio(self.folder, digest=digest) as theirs:
            self.idle = {one: machine.idle_us_a_second(one.pid) for one in (ours, theirs)}
            for work in works:
                yield self.row(work, ours, theirs, floors[work.floor] * work.pairs)

    def row(self, work, ours, theirs, floor):
        for server in (theirs, ours):
            self.prepare(work, server)
        meters = [Meter(server, self.idle[server]) for server in (theirs, ours)]
        for _ in range(self.options.rounds):
            for meter in meters:
                figures = meter.round(lambda: self.drive(work, meter.server))
                print(f"  {work.name:44} {meter.server.name:9} {meter.rounds[-1]:8.1f} µs {figures['per_s']:9.0f}/s"
                      f"  failed {figures['failed']}", file=sys.stderr, flush=True)
        if not self.options.quick:
            time.sleep(machine.TRANSACTIONS_LINGER)
        peer, mine = (meter.cost(self.options.quick) for meter in meters)
        samples = {meter.server.name: {"rounds": meter.rounds, "later": meter.later(), "failed": meter.failed}
                   for meter in meters}
        bar = f"{fraction(work.bar)} of Kamailio"
        doubts = filter(None, (meter.doubt(work.rate) for meter in meters))
        return results.Row(work.name, "µs CPU", mine, peer, floor, bar, peer * work.bar, work.spent, samples,
                           "; ".join(doubts))

    def prepare(self, work, server):
        """All users are registered before, so that each REGISTER is a refresh and each callee is found."""
        if not work.digest:
            generators.sipload(server, "register", work.users, work.users)

    def drive(self, work, server):
        units = self.units(work.units)
        if not work.digest:
            return generators.sipload(server, work.kind, units, work.users, work.rate, random_order=work.random_order)
        pace = ["--rate", work.rate] if work.rate else ["--window", 100]
        who = ["--users", work.users, "--password", PASSWORD]
        return generators.almon_load(server, work.kind, *pace, "--count", units, *who)


def fraction(bar):
    return {1 / 2: "1/2", 2 / 3: "2/3", 1: "1 ×"}[bar]


def main(arguments):
    options = results.options(__doc__, arguments, rounds=5, only=True)
    servers.need("kamailio", "taskset")
    works = [work for work in WORKS if options.only in work.name]
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        servers.keep_program(folder)
        bench = Bench(options, folder)
        floors = bench.floors(dict.fromkeys(work.floor for work in works))
        rows = []
        for setting in dict.fromkeys(work.setting for work in works):
            rows += bench.under(setting, [work for work in works if work.setting == setting], floors)
    results.save("cost", options, rows)
