"""How fast a server is there, how little it needs while nobody calls, and whether it sleeps then.

    bench/run.py start [--rounds N] [--quick] [--json FILE]

A start counts from the fork to the first REGISTER that is answered; one is sent every millisecond.
"""
import statistics
import tempfile
import time

import generators
import machine
import results
import servers

STORED = 100_000  # bindings


def start_ms(make, rounds):
    times = []
    for _ in range(rounds):
        server = make()
        began = time.monotonic()
        server.launch()
        servers.answer_time(server.port)
        times.append(1000 * (time.monotonic() - began))
        server.stop()
    return statistics.median(times)


def with_bindings(folder, count, rounds):
    """The same with bindings that an earlier run has left."""
    server = servers.Almon(folder, durability="relaxed")
    with server:
        generators.sipload(server, "register", count, count)
    return start_ms(lambda: servers.Almon(folder, durability="commit", is_new=False), rounds)


def idle(make, seconds):
    """Octets resident, wake-ups and CPU microseconds of idle seconds, two seconds after the start."""
    with make() as server:
        time.sleep(2)
        wakes, cpu = machine.wake_ups(server.pid), machine.cpu_us(server.pid)
        time.sleep(seconds)
        woken, spent = machine.wake_ups(server.pid) - wakes, machine.cpu_us(server.pid) - cpu
        return machine.resident(server.pid) / 1e6, woken, spent


def main(arguments):
    options = results.options(__doc__, arguments, rounds=11)
    servers.need("kamailio", "taskset")
    seconds, stored = (5, STORED // 10) if options.quick else (20, STORED)
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        servers.keep_program(folder)

        def almon():
            return servers.Almon(folder, durability="commit")

        def kamailio():
            return servers.Kamailio(folder)

        ours, theirs = idle(almon, seconds), idle(kamailio, seconds)
        rows = [
            results.Row("start to first answered REGISTER", "ms", start_ms(almon, options.rounds),
                        start_ms(kamailio, min(options.rounds, 5)), bar="100 ms", limit=100,
                        spent="loading the program; making the state folder and the database, with their fsyncs"),
            results.Row("idle, resident", "MB", ours[0], theirs[0], bar="20 MB", limit=20,
                        spent="the program and its libraries; buffers for datagrams"),
            results.Row(f"wake-ups in {seconds} idle seconds", "", ours[1], theirs[1], bar="none that recurs",
                        limit=seconds / 10, spent="nothing: no timer runs while there is nothing to wait for"),
            results.Row(f"the same start with {stored:,} stored bindings", "ms",
                        with_bindings(folder, stored, min(options.rounds, 3)), spent="reading and restoring them"),
        ]
    results.save("start", options, rows)
