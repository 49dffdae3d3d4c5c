"""CPU a call with two shards against one, at the same fixed rate from 64 source ports.

    bench/run.py shards [--rounds N] [--quick] [--json FILE]

The rate is at most 30 % of what one shard can do, which is measured first. Nothing is pinned to a core here: two
shards are for two cores, and the generator takes its time where it finds some.
"""
import statistics
import tempfile

import cost
import generators
import results
import servers

PORTS, USERS, SHARE = 64, 200, 0.3
MOST_RATE = 4000  # what `almon load` sends with ease beside the server


def calls(server, count, *pace):
    words = ["--source-ports", PORTS, "--users", USERS, "--count", count]
    return generators.almon_load(server, "call", *pace, *words, core=None)


def capacity(folder, count):
    """Calls a second that one shard could make of one core."""
    with servers.Almon(folder) as server:
        meter = cost.Meter(server, 0)
        meter.round(lambda: calls(server, count, "--window", 100))
        return 1e6 / meter.rounds[0]


def compare(folder, rate, count, rounds):
    one, two = servers.Almon(folder), servers.Almon(folder, place=1, shards=2)
    one.core = two.core = None
    with one, two:
        meters = [cost.Meter(server, 0) for server in (one, two)]
        for _ in range(rounds):
            for name, meter in zip(("one shard", "two shards"), meters):
                figures = meter.round(lambda: calls(meter.server, count, "--rate", rate))
                print(f"  {name:12}{meter.rounds[-1]:8.1f} µs  {figures['per_s']:6.0f}/s  failed {figures['failed']}",
                      flush=True)
    return meters


def main(arguments):
    options = results.options(__doc__, arguments, rounds=7)
    servers.need("taskset")
    scale = 10 if options.quick else 1
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        servers.keep_program(folder)
        most = capacity(folder, 20_000 // scale)
        rate = min(MOST_RATE, int(most * SHARE) // 100 * 100)
        meters = compare(folder, rate, 5 * rate // (5 if options.quick else 1), options.rounds)
    one, two = (meter.rounds for meter in meters)
    limit = 1.15 * statistics.median(one)
    spent = (f"one shard takes {statistics.median(one):.1f}; half of the messages are handed over, each with a copy "
             "and often a wake-up")
    row = results.Row(f"proxied call, two shards, at {rate:,}/s", "µs CPU", statistics.median(two),
                      bar="1.15 × one shard", limit=limit, spent=spent,
                      samples={"one": one, "two": two, "capacity": most},
                      doubt=meters[0].doubt(rate) or meters[1].doubt(rate))
    results.save("shards", options, [row])
