"""A shard's instructions for a proxied call and for a REGISTER, counted by callgrind; no kernel, no socket.

    bench/run.py instructions [--json FILE]

The figure is the difference between a long run and a short one, divided by the units of work between them, less
what the benchmark itself spends on writing the messages.
"""
import pathlib
import re
import subprocess
import tempfile

import results

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parent / "build" / "release" / "bench" / "node_cost"
COUNTED = ["--toggle-collect=almon::stack::Stack::datagram*", "--toggle-collect=almon::server::Node::advance*"]
SHORT, LONG = 1_000, 4_000


def count(program, folder, work, units):
    callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *COUNTED]
    told = subprocess.run([*callgrind, program, work, str(units)], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", told.stderr).group(1))


def main(arguments):
    options = results.options(__doc__, arguments, rounds=1)
    figures = {}
    with tempfile.TemporaryDirectory(prefix="almon-bench.") as folder:
        program = f"{folder}/node_cost"  # valgrind 3.19 cannot read the debug information of clang 19
        subprocess.run(["objcopy", "--strip-debug", str(PROGRAM), program], check=True)
        for work in ("call", "register"):
            figures[work] = (count(program, folder, work, LONG) - count(program, folder, work, SHORT)) // (LONG - SHORT)
    print("\nInstructions of a shard, without kernel and sockets")
    for work, instructions in figures.items():
        print(f"{work:12}{instructions:10,}")
    results.keep("instructions", options, figures=figures)
