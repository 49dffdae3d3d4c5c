#!/usr/bin/env python3
"""What almon costs, beside its peers in the same run.

    bench/run.py [servers|parsers|instructions] [ARGS…]     all three, in this order, without a word

servers       CPU and memory a call and a REGISTER, beside Kamailio
parsers       messages read and written a second, beside libosip2 and sofia-sip
instructions  a shard's instructions a call and a REGISTER, without the kernel: the same on every machine, so
              this is what a change is judged by
"""
import sys

import instructions
import parsers
import servers

PARTS = {"servers": servers, "parsers": parsers, "instructions": instructions}


def main():
    words = sys.argv[1:]
    if words and words[0] in ("-h", "--help"):
        sys.exit(__doc__)
    if words and words[0] in PARTS:
        return PARTS[words[0]].main(words[1:])
    for part in PARTS.values():
        part.main(words if part is servers else [])


if __name__ == "__main__":
    main()
