#!/usr/bin/env python3
"""What almon costs, beside its peers in the same run.

    bench/run.py PART [ARGS…]       one part; --help tells its options
    bench/run.py [all] [--quick]    every part, then pictures and page (not of a quick run)

cost          CPU a call and a REGISTER, with each durability and with digest, beside Kamailio and the kernel's floor
memory        octets a binding and a lingering transaction; what many calls a second need, beside Kamailio
shards        CPU a call with two shards against one
start         time to the first answer; memory and wake-ups of an idle server
growth        CPU a REGISTER and a call with up to a million bindings and 100,000 calls that ring
parsers       messages read and written, beside libosip2 and sofia-sip
instructions  a shard's instructions a call and a REGISTER, without the kernel: the same on every machine, so
              this is what a change is judged by
pictures      draws docs/growth-*.svg from the last `growth`
page          writes the tables of docs/performance.md from the last run of each part

Each part prints a table with bars and verdicts, and leaves its figures in build/bench/PART.json.
"""
import sys

import cost
import growth
import instructions
import memory
import page
import parsers
import pictures
import shards
import start

MEASURED = {"start": start, "shards": shards, "memory": memory, "growth": growth, "cost": cost, "parsers": parsers,
            "instructions": instructions}
PARTS = MEASURED | {"pictures": pictures, "page": page}


def measure_all(words):
    for name, part in MEASURED.items():
        print(f"\n==> {name}", flush=True)
        part.main(words)
    if "--quick" not in words:
        page.main([])


def main():
    name, *words = sys.argv[1:] or ["all"]
    if name in ("all", "--quick"):
        measure_all(words + [name] * (name == "--quick"))
    elif name in PARTS:
        PARTS[name].main(words)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
