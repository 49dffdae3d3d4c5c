"""Where the load comes from: sipload, small and fast, and `almon load`, which also knows digest and ringing."""
import json
import subprocess

import machine
import servers

FAR_APART = 611_953  # a prime: the users in this stride come in no order that a cache likes


def sipload_command(server, kind, count, users, rate=0, random_order=False):
    """Users u0000000, u0000001, …; the callee's port depends on the server alone, so REGISTERs prepare calls."""
    ports = [server.port, server.port + 1000, server.port + 2000]
    window = 4000 if rate else 100
    words = [kind, *ports, count, users, FAR_APART if random_order else 1, window, rate]
    return machine.pinned(0) + [str(servers.BUILT / "bench" / "sipload"), *map(str, words)]


def sipload(server, *what, **how):
    return report(begin(sipload_command(server, *what, **how)), server)


def begin(command):
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def report(process, server):
    """What a generator says when it has ended."""
    said, complaints = process.communicate()
    if not said.startswith("{"):
        raise SystemExit(f"bench: no load for {server.name}: {complaints[-2000:]}")
    return json.loads(said)


def load_command(server, kind, *words, core=0):
    program = servers.ALMON
    return machine.pinned(core) + [str(program), "load", kind, server.target, "--json", *map(str, words)]


def almon_load(server, kind, *words, core=0):
    """`almon load` to its end; its report, with the names that sipload uses too."""
    told = report(begin(load_command(server, kind, *words, core=core)), server)
    return told | {"per_s": told["rate"]}


class Background:
    """`almon load` beside what is measured, ended with the block."""

    def __init__(self, server, kind, *words, core=0):
        self.command = load_command(server, kind, *words, core=core)

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return self

    def __exit__(self, *_):
        for _ in range(2):  # the second does not wait for calls under way
            self.process.terminate()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
