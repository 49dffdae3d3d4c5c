"""What a REGISTER and a call cost as bindings grow in number, and a call as INVITE transactions do.

    bench/run.py growth [--rounds N] [--quick] [--only bindings|invites] [--json FILE]

One server for each size is filled and stays; rounds go through all of them in turn. Users come in an order in
which no cache helps. The load is 100 at once, which is where our own share of the cost is largest. INVITE
transactions in progress are calls that ring all the while.
"""
import contextlib
import statistics
import sys
import tempfile
import time

import cost
import generators
import pictures
import results
import servers

BINDINGS = [10_000, 100_000, 1_000_000]
INVITES = [1, 10_000, 100_000]
MOST = 1.3  # times what the smallest takes
RING_RATE = {"almon": 4000, "kamailio": 2000}
RING_SECONDS = 178  # Timer C is 181 s


class Curve:
    """The rounds of one kind of work for both servers, over sizes."""

    def __init__(self, key, title, unit, sizes):
        self.key, self.title, self.unit, self.sizes = key, title, unit, sizes
        self.rounds = {}  # server's name: size: µs
        self.doubt = ""

    def add(self, server, size, spent):
        self.rounds.setdefault(server, {}).setdefault(size, []).append(spent)
        print(f"  {self.title:12} {server:9} {size:>9,} {self.unit}: {spent:7.1f} µs", file=sys.stderr, flush=True)

    def medians(self, server):
        return [statistics.median(self.rounds[server][size]) for size in self.sizes]

    def growth(self, server):
        """How many times as much the last size takes, of each round: the machine drifts from one to the next."""
        first, last = (self.rounds[server][size] for size in (self.sizes[0], self.sizes[-1]))
        return statistics.median(grown / small for small, grown in zip(first, last))

    def row(self, spent):
        name = f"{self.title}, {self.sizes[-1]:,} {self.unit} against {self.sizes[0]:,}"
        return results.Row(name, "times", self.growth("almon"), self.growth("kamailio"), bar=f"{MOST} times",
                           limit=MOST, spent=spent, samples=self.rounds, doubt=self.doubt)

    def stand(self):
        return {"key": self.key, "title": self.title, "unit": self.unit, "sizes": self.sizes, "most": MOST,
                "series": {server: self.medians(server) for server in self.rounds}}


def farms(folder, sizes, stack):
    """A server of either kind for each size, side by side."""
    for place, size in enumerate(sizes):
        for kind in (servers.Kamailio, servers.Almon):
            yield size, stack.enter_context(kind(folder, place=place))


def measure(curve, farm, rounds, work):
    for _ in range(rounds):
        for size, server in farm:
            meter = cost.Meter(server, 0)
            figures = meter.round(lambda: work(size, server))
            curve.doubt = meter.doubt(0) or curve.doubt
            curve.add(server.name, size, meter.rounds[0])


def over_bindings(folder, options):
    scale = 10 if options.quick else 1
    sizes = [size // scale for size in BINDINGS]
    register = Curve("register-bindings", "REGISTER", "bindings", sizes)
    call = Curve("call-bindings", "proxied call", "bindings", sizes)

    def registers(size, server):
        return generators.sipload(server, "register", 60_000 // scale, size, random_order=True)

    def calls(size, server):
        return generators.sipload(server, "call", 10_000 // scale, size, random_order=True)

    with contextlib.ExitStack() as stack:
        farm = list(farms(folder, sizes, stack))
        for size, server in farm:
            generators.sipload(server, "register", size, size)
        for curve, work in ((register, registers), (call, calls)):
            measure(curve, farm, options.rounds, work)
    return register, call


def over_invites(folder, options):
    scale = 10 if options.quick else 1
    sizes = [max(1, size // scale) for size in INVITES]
    curve = Curve("call-invites", "proxied call", "INVITEs in progress", sizes)
    users = 10_000
    with contextlib.ExitStack() as stack:
        farm = list(farms(folder, sizes, stack))
        for size, server in farm:
            generators.sipload(server, "register", users, users)
        for name in ("kamailio", "almon"):  # one after the other: what rings longest must not end too early
            of_name = [(size, server) for size, server in farm if server.name == name]
            with contextlib.ExitStack() as ringing:
                for size, server in of_name:
                    ring(ringing, server, size)
                measure(curve, of_name, options.rounds,
                        lambda size, server: generators.sipload(server, "call", 10_000 // scale, users))
                for size, server in of_name:
                    see_ringing(server, size)
    return [curve]


def ring(stack, server, count):
    rate = RING_RATE[server.name]
    words = ["--rate", rate, "--count", count, "--ring", RING_SECONDS * 1000, "--users", 100]
    stack.enter_context(generators.Background(server, "call", *words))
    time.sleep(count / rate + 2)
    see_ringing(server, count)


def see_ringing(server, count):
    """Before and after: all of them were there while it was measured."""
    if server.name == "almon" and server.status()["invites_in_progress"] < count:
        raise SystemExit(f"bench: only {server.status()['invites_in_progress']} of {count} calls ring")


SPENT = {"register-bindings": "cache misses: the record, its key and its timer lie somewhere in memory",
         "call-bindings": "one look-up of a call finds its binding far away",
         "call-invites": "cache misses in the table of transactions and in the timer wheel"}


def main(arguments):
    options = results.options(__doc__, arguments, rounds=5, only=True)
    servers.need("kamailio", "taskset")
    curves = []
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        servers.keep_program(folder)
        for name, part in (("bindings", over_bindings), ("invites", over_invites)):
            if options.only in name:
                curves += part(folder, options)
    stands = [curve.stand() for curve in curves]
    results.save("growth", options, [curve.row(SPENT[curve.key]) for curve in curves], curves=stands)
    if not options.quick:
        pictures.draw_all(stands)
