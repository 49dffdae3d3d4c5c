"""Memory: octets a binding, octets a lingering transaction, and what 5,000 calls a second need in all.

    bench/run.py memory [--rounds N] [--quick] [--only bindings|transactions|calls] [--json FILE]

Bindings: one fresh server gets N REGISTERs of N users, another N of 100 users; both then hold the same lingering
transactions, so the difference of what is resident is that of the bindings. The second, less what it had when it
was idle, is that of the transactions. A lingering INVITE is a call that was answered and not hung up; it counts
with both sides, the server's and the client's transaction. Kamailio answers a REGISTER without a transaction.
"""
import statistics
import tempfile
import time

import generators
import machine
import results
import servers

FEW = 100  # users
CALL_RATES = [5000, 4000, 3000, 2000, 1000]


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder

    def almon(self):
        return servers.Almon(self.folder)

    def durable_almon(self):
        return servers.Almon(self.folder, durability="commit")

    def kamailio(self):
        return servers.Kamailio(self.folder)

    def medians(self, measure, *arguments):
        """Of several fresh servers: memory hardly differs from one to the next."""
        return statistics.median(measure(*arguments) for _ in range(self.options.rounds))

    def registered(self, make, count, users):
        """What `count` REGISTERs of so many users leave: octets more than idle, lingering transactions."""
        with make() as server:
            before = machine.resident(server.pid)
            figures = generators.sipload(server, "register", count, users)
            if figures["failed"]:
                raise SystemExit(f"bench: {figures['failed']} REGISTERs failed at {server.name}")
            octets = machine.resident(server.pid) - before
            lingering = server.status()["server_transactions"] if server.name == "almon" else 0
        return octets, lingering

    def binding(self, make, count):
        many, many_linger = self.registered(make, count, count)
        few, few_linger = self.registered(make, count, FEW)
        transaction = few / few_linger if few_linger else 0
        return (many - few - (many_linger - few_linger) * transaction) / (count - FEW)

    def transaction(self, make, count):
        octets, lingering = self.registered(make, count, FEW)
        return octets / lingering

    def invite(self, count, rate=4000):
        with self.almon() as server:
            before = machine.resident(server.pid)
            held = ["--rate", rate, "--count", count, "--hold", 120_000, "--users", FEW]
            with generators.Background(server, "call", *held):
                time.sleep(count / rate)
                status = settled(server, count)
                octets = machine.resident(server.pid) - before
        return octets / (status["server_transactions"] - FEW)

    def peers_invite(self, count, rate=1500):
        """Kamailio keeps an answered INVITE for 5 s, so that the most at one time counts."""
        with self.kamailio() as server:
            generators.sipload(server, "register", FEW, FEW)
            before, most = machine.resident(server.pid), 0
            held = ["--rate", rate, "--count", count, "--hold", 120_000, "--users", FEW]
            with generators.Background(server, "call", *held):
                ends = time.monotonic() + count / rate + 1
                while time.monotonic() < ends:
                    most = max(most, server.transactions())
                    time.sleep(0.2)
                return (machine.resident(server.pid) - before) / most

    def calls(self, make, rate, seconds):
        """The most that was resident while so many calls began every second; None when they did not succeed."""
        with make() as server:
            generators.sipload(server, "register", 10_000, 10_000)
            process = generators.begin(generators.sipload_command(server, "call", rate * seconds, 10_000, rate))
            most = 0
            while process.poll() is None:
                most = max(most, machine.resident(server.pid))
                time.sleep(0.25)
            figures = generators.report(process, server)
        print(f"  {server.name}: {figures['per_s']:.0f} of {rate} calls/s for {seconds} s, {figures['failed']} failed, "
              f"{most / 1e6:.0f} MB", flush=True)
        return most / 1e6 if figures["failed"] == 0 and figures["per_s"] > 0.95 * rate else None

    def sustained(self, make, rate, seconds):
        """As calls(), after a short try, since a rate that is too high takes long to fail."""
        return self.calls(make, rate, 6) and self.calls(make, rate, seconds)


def settled(server, count):
    """The status once so many calls are answered; they linger for 32 s, and a slow machine gets ten more."""
    for _ in range(20):
        status = server.status()
        if status["invites_in_progress"] == 0 and status["server_transactions"] >= count:
            return status
        time.sleep(0.5)
    raise SystemExit(f"bench: not all of {count} calls were answered in time: {status}")


def bindings(bench, scale):
    for count in (200_000 // scale, 1_000_000 // scale):
        ours, durable = (bench.medians(bench.binding, make, count) for make in (bench.almon, bench.durable_almon))
        yield results.Row(f"binding, of {count:,}", "octets", ours, bench.medians(bench.binding, bench.kamailio, count),
                          bar="440 octets", limit=440,
                          spent="the record with its texts, and what malloc and the tables add")
        yield results.Row(f"binding, of {count:,}, durability commit", "octets", durable, bar="440 octets", limit=440,
                          spent="the same, and once for all SQLite's cache of 16 MB and what the store's thread holds")


def transactions(bench, scale):
    count = 200_000 // scale
    yield results.Row("lingering non-INVITE transaction", "octets",
                      bench.medians(bench.transaction, bench.almon, count), bar="800 octets", limit=800,
                      spent="the answer, kept to be sent again, and the record")
    yield results.Row("lingering proxied INVITE, both sides", "octets", bench.medians(bench.invite, 60_000 // scale),
                      bench.medians(bench.peers_invite, 15_000 // scale), bar="1,600 octets", limit=1600,
                      spent="the records of two transactions, and how to send on another 200")


def calls(bench, scale):
    """The highest rate that both sustain, and the highest that almon does where that is more."""
    seconds, best = 60 if scale == 1 else 10, None
    for rate in CALL_RATES:
        ours = bench.sustained(bench.almon, rate, seconds)
        theirs = ours and bench.sustained(bench.kamailio, rate, seconds)
        if theirs or (ours and best is None):
            best = rate
            yield results.Row(f"resident, {seconds} s at {rate:,} calls/s", "MB", ours, theirs,
                              bar="Kamailio's" if theirs else "", limit=theirs,
                              spent="transactions that linger: 32 s here, 5 s there")
        if theirs:
            return


PARTS = {"bindings": bindings, "transactions": transactions, "calls": calls}


def main(arguments):
    options = results.options(__doc__, arguments, rounds=1, only=True)
    servers.need("kamailio", "kamcmd", "taskset")
    found = []
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        servers.keep_program(folder)
        bench = Bench(options, folder)
        for name, part in PARTS.items():
            for row in part(bench, 10 if options.quick else 1) if options.only in name else ():
                print(f"  {row.work}: {results.number(row.almon)} {row.unit}", flush=True)
                found.append(row)
    results.save("memory", options, found)
