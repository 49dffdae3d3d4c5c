"""Nanoseconds to read and to write a message, almon beside libosip2 and sofia-sip, in turn in one run.

    bench/run.py parsers [--rounds N] [--json FILE]

almon reads what a proxy needs: the index of all fields, top Via with its parameters, Request-URI, From and To
with tags, Call-ID, CSeq, Max-Forwards, Route and the first Contact. The peers read their whole message.
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import results

HERE = pathlib.Path(__file__).resolve().parent
OURS = HERE.parent / "build" / "release" / "bench" / "parse_bench"
MESSAGES = ["invite.sip", "200.sip", "register.sip"]


def build_peers(folder):
    sources, peers = HERE / "peers" / "src", {}
    sofia = subprocess.run(["pkg-config", "--cflags", "--libs", "sofia-sip-ua"], capture_output=True, text=True)
    for name, flags in (("osip", ["-losip2", "-losipparser2"]), ("sofia", sofia.stdout.split())):
        program = f"{folder}/parse_{name}"
        command = ["gcc", "-O2", "-w", "-o", program, str(sources / f"parse_{name}.c"), *flags]
        if subprocess.run(command, capture_output=True).returncode == 0:
            peers[name] = program
        else:
            print(f"{name} is missing; `./dev setup bench` installs it")
    return peers


def measure_peer(name, program, found):
    files = [str(HERE / "messages" / message) for message in MESSAGES]
    for line in subprocess.run([program, *files], capture_output=True, text=True).stdout.splitlines():
        if line.startswith("{"):
            one = json.loads(line)
            found.setdefault((one["op"], one["file"]), {}).setdefault(name, []).append(one["ns_median"])


def measure_ours(found):
    told = subprocess.run([str(OURS), "--benchmark_format=json", "--benchmark_min_time=0.3"], capture_output=True,
                          text=True, check=True).stdout
    for one in json.loads(told)["benchmarks"]:
        op, _, message = one["name"].partition(" ")
        found.setdefault((op, message), {}).setdefault("almon", []).append(one["cpu_time"])


def main(arguments):
    options = results.options(__doc__, arguments, rounds=3)
    folder, found = tempfile.mkdtemp(prefix="almon-bench."), {}
    try:
        peers = build_peers(folder)
        for _ in range(options.rounds):
            measure_ours(found)
            for name, program in peers.items():
                measure_peer(name, program, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    medians = {key: {who: statistics.median(times) for who, times in by.items()} for key, by in sorted(found.items())}
    print(f"\nCPU time for one message, median of {options.rounds} rounds")
    print(f"{'work':8}{'message':16}{'almon ns':>10}{'sofia-sip ns':>14}{'libosip2 ns':>13}{'almon a second':>16}")
    for (op, message), by in sorted(medians.items()):
        if "almon" not in by:
            continue
        rate = f"{1e9 / by['almon']:,.0f}"
        print(f"{op:8}{message:16}{by['almon']:10.0f}{by.get('sofia', 0):14.0f}{by.get('osip', 0):13.0f}{rate:>16}")
    results.keep("parsers", options, medians={" ".join(key): by for key, by in medians.items()})
