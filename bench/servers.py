#!/usr/bin/env python3
"""CPU microseconds that a proxied call and a REGISTER cost, almon beside Kamailio, in turn in one run.

    bench/run.py servers [--runs N] [--quick] [--only WORD] [--json FILE] [--durability memory|relaxed|commit]

Each server runs on core 1 with one worker (one shard), the load generator on core 0. CPU is what the kernel
accounted to all threads of the server between the first and the last message. The median of N rounds is
printed; the rounds of the two servers alternate, so that the machine's drift hits both.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ALMON = pathlib.Path(os.environ.get("ALMON", HERE.parent / "build" / "release" / "almon"))
PORTS = {"almon": 5075, "kamailio": 5070}

# name, driver arguments, unit
WORKLOADS = [
    ("call, saturated", ["--scenario", "call", "--rate", "0", "--window", "100", "--calls", "40000", "--aors", "10000"]),
    ("call at 2,000/s", ["--scenario", "call", "--rate", "2000", "--window", "4000", "--calls", "12000", "--aors", "10000"]),
    ("REGISTER, saturated", ["--scenario", "register", "--rate", "0", "--window", "100", "--calls", "200000", "--aors", "100000"]),
    ("REGISTER at 5,000/s", ["--scenario", "register", "--rate", "5000", "--window", "4000", "--calls", "25000", "--aors", "25000"]),
]


def pinned(core):
    return ["taskset", "-c", str(core)] if os.cpu_count() > 1 else []


class Kamailio:
    name = "kamailio"

    def start(self, folder):
        command = ["kamailio", "-f", str(HERE / "peers" / "kamailio.cfg"), "-P", f"{folder}/kamailio.pid", "-m", "4096", "-M", "32",
                   "-b", "4194304", "-x", "tlsf", "-X", "tlsf", "-A", "CHILDREN=1"]
        subprocess.run(pinned(1) + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.5)
        self.pid = int(pathlib.Path(f"{folder}/kamailio.pid").read_text())

    def stop(self):
        os.kill(self.pid, 15)
        for _ in range(120):
            if not os.path.exists(f"/proc/{self.pid}"):
                return
            time.sleep(0.5)


class Almon:
    name = "almon"

    def __init__(self, durability):
        self.durability = durability

    def start(self, folder):
        config = f"{folder}/almon.toml"
        pathlib.Path(config).write_text(
            f'[server]\nlisten = ["udp:127.0.0.1:{PORTS["almon"]}"]\nstate = "{folder}/state"\nshards = 1\ndomains = ["127.0.0.1"]\n'
            f'[access]\ntrusted = ["127.0.0.0/8"]\n[store]\ndurability = "{self.durability}"\n')
        self.process = subprocess.Popen(pinned(1) + [str(ALMON), "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        time.sleep(1.5)

    def stop(self):
        self.process.terminate()
        self.process.wait(40)


def drive(server, arguments, sipload):
    port = PORTS[server.name]
    command = [sys.executable, str(HERE / "peers" / "sip_cpu_per_call.py"), "--gen", "sipload", "--pids", str(server.pid), "--target",
               f"127.0.0.1:{port}", "--port", str(port + 1020), "--uas-port", str(port + 1025), "--runs", "1", "--label", server.name,
               "--pin-client", "0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SIPLOAD": sipload})
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"bench: the load generator failed against {server.name}:\n{done.stdout}{done.stderr}")
    return lines[0]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round, a tenth of the work")
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    parser.add_argument("--durability", default="memory", choices=["memory", "relaxed", "commit"])
    options = parser.parse_args(arguments)
    for program in ("kamailio", "gcc", "taskset"):
        if not shutil.which(program):
            raise SystemExit(f"bench: {program} is missing; `./dev setup` installs it")
    folder = tempfile.mkdtemp(prefix="almon-bench.")
    sipload = f"{folder}/sipload"
    subprocess.run(["gcc", "-O2", "-w", str(HERE / "peers" / "src" / "sipload.c"), "-o", sipload], check=True)
    servers = [Kamailio(), Almon(options.durability)]
    results = {}
    try:
        for server in servers:
            server.start(folder)
        for name, arguments in WORKLOADS:
            if options.only not in name:
                continue
            if options.quick:
                arguments = [str(int(a) // 10) if a.isdigit() and int(a) > 4000 else a for a in arguments]
            for _ in range(1 if options.quick else options.runs):
                for server in servers:
                    figures = drive(server, arguments, sipload)
                    results.setdefault(name, {}).setdefault(server.name, []).append(figures)
                    print(f"  {name:22} {server.name:9} {figures['cpu_us']:7.1f} µs  {figures['got_rate']:>8}/s  failed {figures['failed']}",
                          file=sys.stderr, flush=True)
    finally:
        for server in servers:
            if hasattr(server, "pid"):
                server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    report(results, options)


def report(results, options):
    print(f"\nCPU of the server for one unit of work, median of {1 if options.quick else options.runs} (almon: durability {options.durability})")
    print(f"{'work':24}{'almon µs':>10}{'Kamailio µs':>13}{'ratio':>8}{'almon MiB':>11}{'Kamailio MiB':>14}{'failed':>8}")
    for name, by_server in results.items():
        cpu = {s: statistics.median(f["cpu_us"] for f in figures) for s, figures in by_server.items()}
        memory = {s: max(f["pss_mib"] for f in figures) for s, figures in by_server.items()}
        failed = sum(f["failed"] for f in by_server["almon"])
        print(f"{name:24}{cpu['almon']:10.1f}{cpu['kamailio']:13.1f}{cpu['almon'] / cpu['kamailio']:8.2f}"
              f"{memory['almon']:11.1f}{memory['kamailio']:14.1f}{failed:8}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
