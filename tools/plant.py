#!/usr/bin/env python3
"""Proof that the tests find bugs: plants them, one at a time, and tells who finds each.

usage: plant.py [--only WORD] [--seeds N] [--jobs N]
       --only WORD  the bugs whose name or file has this word; the page stays as it is
       --seeds N    the lives that the simulator may need for a find (100)
       --jobs N     compilers at a time (all cores)

build/planted/src is a copy of the source tree that has all bugs of tools/planted_bugs.toml in it, asleep;
the environment variable ALMON_PLANTED wakes one by its name. The simulator looks first, then the unit tests of
the bug's room, then those of the rooms above it. docs/simulation.md gets the table. Exit status 1: a bug was
found by nobody, or the tests fail without any.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cpp import ROOT
from layers import TABLE, reachable, read_table

BUGS = ROOT / "tools/planted_bugs.toml"
PAGE = ROOT / "docs/simulation.md"
BUILD = ROOT / "build/planted"
COPIED = ("CMakeLists.txt", "CMakePresets.json", "almon", "cmake", "docs", "tests/vectors")
MARKERS = ("<!-- made by ./dev planted -->", "<!-- until here -->")
SIMULATOR = "simulator"
PATIENCE = 60  # seconds for the unit tests of a room; a bug that makes a program hang is found as well
PATIENCE_WITH_A_LIFE = 5  # one takes 0.01 s
THE_SIMULATION = "a thousand lives*"  # the unit test that does what the simulator has done already

HEADER = "planted.hpp"
HEADER_TEXT = """// Made by tools/plant.py: tells whether this bug is awake.
#pragma once

#include <cstdlib>
#include <cstring>

inline const char* const planted_bug = std::getenv("ALMON_PLANTED");

constexpr bool planted(const char* name) {
    if consteval {
        return false;
    } else {
        return planted_bug != nullptr && std::strcmp(planted_bug, name) == 0;
    }
}
"""


class Mistake(Exception):
    """Something in planted_bugs.toml that must be mended first."""


@dataclass(frozen=True)
class Bug:
    name: str
    file: str
    where: str  # the right text, which stands once in the file
    instead: str  # the wrong one
    kind: str  # expression or statement
    breaks: str  # one sentence, with the section

    @property
    def room(self):
        return self.file.split("/")[1]

    def around(self, text):
        """`text`, which is the right one or has other bugs of the same place in it, with this bug asleep."""
        if self.kind == "statement":
            return f'if (planted("{self.name}")) {{ {self.instead} }} else {{ {text} }}'
        return f'(planted("{self.name}") ? ({self.instead}) : ({text}))'


@dataclass(frozen=True)
class Find:
    by: str
    how: str


# --- The bugs, and the tree that has them.


def read_bugs(text):
    bugs = [Bug(**entry) for entry in tomllib.loads(text)["bug"]]
    for bug in bugs:
        if bug.kind not in ("expression", "statement"):
            raise Mistake(f"{bug.name}: its kind is neither expression nor statement")
        if [other.name for other in bugs].count(bug.name) > 1:
            raise Mistake(f"{bug.name}: two bugs have this name")
    return bugs


def planted_text(text, bugs):
    """A source file's text with all of its bugs asleep. The lines keep their numbers as far as they can."""
    places = {}
    for bug in bugs:
        if text.count(bug.where) != 1:
            raise Mistake(f"{bug.name}: `{bug.where}` stands {text.count(bug.where)} times in {bug.file}")
        at = text.index(bug.where)
        places[at, at + len(bug.where)] = bug.around(places.get((at, at + len(bug.where)), bug.where))
    pieces, end = [f'#include "{HEADER}"\n#line 1\n'] if bugs else [], 0
    for (start, stop), wrapped in sorted(places.items()):
        if start < end:
            raise Mistake(f"{bugs[0].file}: two bugs overlap at `{text[start:stop]}`")
        pieces += [text[end:start], wrapped]
        end = stop
    return "".join(pieces) + text[end:]


def files_of(root):
    for path in map(root.joinpath, COPIED):
        yield from (file for file in sorted(path.rglob("*")) if file.is_file()) if path.is_dir() else [path]


def mirror(root, copy, bugs):
    """Makes `copy` the planted tree of `root`. Touches only what has changed, so that little is compiled."""
    wanted = {HEADER: HEADER_TEXT.encode()}
    for file in files_of(root):
        name = file.relative_to(root).as_posix()
        here = [bug for bug in bugs if bug.file == name]
        content = file.read_bytes()
        wanted[name] = planted_text(content.decode(), here).encode() if here else content
    for bug in bugs:
        if bug.file not in wanted:
            raise Mistake(f"{bug.name}: there is no {bug.file}")
    for file in [file for file in copy.rglob("*") if file.is_file()]:
        if file.relative_to(copy).as_posix() not in wanted:
            file.unlink()
    for name, content in wanted.items():
        file = copy / name
        if not file.exists() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def build(jobs):
    if not (BUILD / "build.ninja").exists():
        source = BUILD / "src"
        subprocess.run(["cmake", "--preset", "planted", "-B", BUILD], cwd=source, check=True)
    subprocess.run(["nice", "ninja", "-C", BUILD, "-j", str(jobs), "almon", "unit_tests"], check=True)


# --- Looking for one that is awake.


def run(bug, command, patience=PATIENCE):
    """Exit status and output; the status is None for a program that does not end."""
    environment = {key: value for key, value in os.environ.items() if key != "ALMON_PLANTED"}
    if bug:
        environment["ALMON_PLANTED"] = bug.name
    try:
        ended = subprocess.run(
            command,
            cwd=BUILD,
            env=environment,
            timeout=patience,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return ended.returncode, ended.stdout.decode("utf-8", errors="replace")


def simulate(bug, seeds):
    """What the simulator finds in the lives with the first seeds, or None."""
    lives = [BUILD / "almon", "sim", "--json", "--seeds", str(seeds)]
    status, output = run(bug, lives, max(2 * PATIENCE_WITH_A_LIFE, seeds / 5))
    if status == 0:
        return None
    if status == 1:
        first = min(json.loads(output.splitlines()[-1])["failed"], key=lambda failed: failed["seed"])
        return Find(SIMULATOR, f"seed {first['seed']}: {rule_in(first['broken'][0])}")
    for seed in range(1, seeds + 1):
        status, _ = run(bug, [BUILD / "almon", "sim", "--seed", str(seed)], PATIENCE_WITH_A_LIFE)
        if status not in (0, 1):
            return Find(SIMULATOR, f"seed {seed}: {ending(status)}")
    return Find(SIMULATOR, ending(status))


def rule_in(sentence):
    """What was broken, without who and when: `192.0.2.1:5060 broke "…, not 200 and 481" with …, call …`."""
    quoted = re.search(r'broke "(.*?)(?:, not [^"]*)?" with', sentence)
    return quoted.group(1) if quoted else re.sub(r" call \S+$", " a call", sentence)


def ending(status):
    if status is None:
        return "it does not end"
    return f"it dies of signal {-status}" if status < 0 else f"it ends with status {status}"


def test_unit(bug, room):
    """The first case of a room's unit tests that fails with the bug, and without it passes, or None."""
    found, alone = failure(bug, room)
    is_certain = not alone or (run(bug, alone)[0] != 0 and run(None, alone)[0] == 0)
    return found if is_certain else None


def failure(bug, room):
    """What fails first of a room's unit tests, and the command that runs this case alone."""
    program = BUILD / f"rooms/{room}_tests"
    if not program.exists():
        return None, None
    options = ["--no-colors", "--abort-after=1", f"--test-case-exclude={THE_SIMULATION}"]
    status, output = run(bug, [program, *options])
    case = failed_case(output)
    if status == 0 or case is None:
        return (None if status == 0 else Find(program.name, ending(status))), None
    return Find(program.name, case), [program, "--test-case=" + re.sub(r"[,\\]", "?", case)]


def failed_case(output):
    """The name of the first test case that doctest reports an error of."""
    for block in re.split(r"^={70,}$", output, flags=re.MULTILINE):
        name = re.search(r"^TEST CASE:  (.*)$", block, re.MULTILINE)
        if name and re.search(r"ERROR:", block):
            return name.group(1).strip()
    return None


def rooms_for(room, table):
    """The bug's own room, then those above it, from the lowest."""
    return [room] + [other for other in table if other != room and room in reachable(table, other)]


def find(bug, seeds, table):
    found = simulate(bug, seeds)
    for room in [] if found else rooms_for(bug.room, table):
        found = found or test_unit(bug, room)
    return found


def troubles_without_a_bug(seeds, table):
    yield simulate(None, seeds)
    for room in table:
        found, alone = failure(None, room)
        yield found if not alone or run(None, alone)[0] != 0 else None


# --- What is told.


def table_of(finds, seconds):
    by_simulator = sum(found.by == SIMULATOR for _, found, _ in finds if found)
    by_test = sum(found is not None for _, found, _ in finds) - by_simulator
    lines = [
        f"{len(finds)} bugs: {by_simulator} found by the simulator, {by_test} by a unit test,"
        f" {len(finds) - by_simulator - by_test} by nobody; {seconds:.0f} s in all.",
        "",
        "| bug | in | what it breaks | found by | how | s |",
        "|---|---|---|---|---|---|",
    ]
    for bug, found, took in finds:
        found = found or Find("**nobody**", "")
        file = f"`{bug.file.removeprefix('almon/')}`"
        cells = [bug.name, file, bug.breaks, found.by, found.how, f"{took:.1f}"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def with_table(page, table):
    first, last = MARKERS
    before, rest = page.split(first)
    return f"{before}{first}\n{table}\n{last}{rest.split(last)[1]}"


def look_for_all(bugs, seeds, table):
    for number, bug in enumerate(bugs, 1):
        began = time.monotonic()
        found = find(bug, seeds, table)
        took = time.monotonic() - began
        told = f"{found.by}: {found.how}" if found else "FOUND BY NOBODY"
        print(f"[{number}/{len(bugs)}] {bug.name}: {told} ({took:.1f} s)", flush=True)
        yield bug, found, took


def read_arguments():
    parser = argparse.ArgumentParser(prog="plant.py", description="plants bugs and tells who finds them")
    parser.add_argument("--only", metavar="WORD", default="", help="bugs whose name or file has this word")
    parser.add_argument("--seeds", metavar="N", type=int, default=100, help="lives for the simulator (100)")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count(), help="compilers at a time")
    return parser.parse_args()


def main():
    options = read_arguments()
    bugs = read_bugs(BUGS.read_text("utf-8"))
    mirror(ROOT, BUILD / "src", bugs)
    build(options.jobs)
    began = time.monotonic()
    table = read_table((ROOT / TABLE).read_text("utf-8"))
    troubles = [trouble for trouble in troubles_without_a_bug(options.seeds, table) if trouble]
    for trouble in troubles:
        print(f"without any bug, {trouble.by} fails: {trouble.how}", file=sys.stderr)
    if troubles:
        return 1
    print("without any bug all tests pass", flush=True)
    chosen = [bug for bug in bugs if options.only in bug.name or options.only in bug.file]
    finds = list(look_for_all(chosen, options.seeds, table))
    told = table_of(finds, time.monotonic() - began)
    print(told.splitlines()[0])
    if not options.only:
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), told), "utf-8")
    return 0 if all(found for _, found, _ in finds) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Mistake, subprocess.CalledProcessError) as mistake:
        sys.exit(str(mistake))
