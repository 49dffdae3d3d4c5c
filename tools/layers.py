#!/usr/bin/env python3
"""Holds the rooms of almon/ to the table in almon/CMakeLists.txt, and the table to the rules of the house.

usage: layers.py                        the table and the includes
       layers.py --symbols FOLDER       also what the pure libraries in FOLDER import
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cpp import ROOT, Finding, includes, line_of, name, sources, without_comments

TABLE = "almon/CMakeLists.txt"
PURE_FLOORS = {"0", "1", "2", "3"}
MAY_USE_PREPROCESSOR = {"base", "net"}

# System headers that a pure room may not include, tests excepted.
IMPURE_HEADERS = re.compile(
    r"""(sys|netinet|arpa|net)/.* | (unistd|fcntl|poll|netdb|signal|pthread|time|uv)\.h
      | csignal | ctime | thread | mutex | shared_mutex | condition_variable | future
      | fstream | filesystem | iostream""",
    re.VERBOSE,
)
# Headers that cost too much to stand in ours, and libraries whose types stay in .cpp files.
HEADERS_FOR_SOURCES = re.compile(
    r"""iostream | regex | functional | boost/(?!.*fwd\.hpp$).* | openssl/.* | sqlite3\.h | wslay/.* | toml\+\+/.* | toml\.hpp
      | spdlog/.* | fmt/.* | CLI/.*""",
    re.VERBOSE,
)
# What a pure library may not import: sockets, files, clocks, threads, random devices.
IMPURE_SYMBOLS = re.compile(
    r"""socket | connect | bind | listen | accept4? | send(to|msg|mmsg)? | recv(from|msg|mmsg)?
      | getaddrinfo | epoll_\w+ | poll | select
      | open(at)?(64)? | fopen(64)? | read | write | \w*basic_[io]?fstream\w* | _ZNSt10filesystem\w*
      | time | clock_gettime | gettimeofday | _ZNSt6chrono3_V21[23](system|steady)_clock3now\w*
      | u?sleep | nanosleep | pthread_create | _ZNSt6thread\w*
      | s?rand | getrandom | getentropy | arc4random\w* | _ZNSt13random_device\w*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Room:
    floor: str
    depends: tuple
    line: int
    says_pure: bool = False

    @property
    def is_pure(self):
        return self.says_pure or self.floor in PURE_FLOORS


def read_table(text):
    """The rooms that the almon_library() calls declare."""
    rooms = {}
    for call in re.finditer(r"^almon_library\(([^)]*)\)", text, re.MULTILINE):
        words = call.group(1).split()
        depends, section = [], None
        for word in words[1:]:
            if word == "PURE":
                section = None
            elif word.isupper():
                section = word
            elif section == "DEPENDS":
                depends.append(word)
        floor = words[words.index("FLOOR") + 1] if "FLOOR" in words else "?"
        rooms[words[0]] = Room(floor, tuple(depends), line_of(text, call.start()), "PURE" in words)
    return rooms


def reachable(rooms, room):
    """The rooms that `room` may include: itself, and all below it along the table's edges."""
    seen, waiting = set(), [room]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in rooms:
            continue
        seen.add(current)
        waiting.extend(rooms[current].depends)
    return seen


def check_table(rooms):
    """Every edge leads to a lower floor; the side rooms know base alone and are known by floors 4 and up."""
    for room, entry in rooms.items():
        if not re.fullmatch(r"[0-5]|side", entry.floor):
            yield Finding(TABLE, entry.line, f"{room} has no floor", "write FLOOR 0 to 5, or side")
        for target in entry.depends:
            if fault := edge_fault(rooms, room, target):
                yield Finding(TABLE, entry.line, f"{room} may not depend on {target}: {fault}",
                              "see docs/architecture.md, 'The rooms'")


def edge_fault(rooms, room, target):
    if target not in rooms:
        return "there is no such room above it in the table"
    above, below = rooms[room].floor, rooms[target].floor
    if above == "side":
        return None if target == "base" else "a side room knows base only"
    if below == "side":
        return None if above >= "4" else "the pure floors know no side room"
    return None if below < above else "includes go to lower floors only"


def check_includes(rooms, path, text):
    """The faults of one file of almon/, given its name in the repository and its text."""
    room = path.split("/")[1]
    if room not in rooms:
        yield Finding(path, 1, f"the room {room} is not in {TABLE}", "add it to the table, with its floor")
        return
    allowed = reachable(rooms, room)
    for line, target, is_system in includes(text):
        parts = target.split("/")
        if parts[0] == "almon" and len(parts) > 2 and parts[1] not in allowed:
            yield Finding(path, line, f"{room} may not include {parts[1]}",
                          f"it sees {', '.join(sorted(allowed))}: move the code, or hand in a value")
        elif not is_system and parts[0] != "almon":
            yield Finding(path, line, f'"{target}" is not a path from the root', 'write "almon/ROOM/FILE.hpp"')
        else:
            yield from check_outside_include(rooms, path, line, target)


def check_outside_include(rooms, path, line, target):
    room = path.split("/")[1]
    if path.endswith(".hpp") and HEADERS_FOR_SOURCES.fullmatch(target):
        yield Finding(path, line, f"<{target}> in a header", "keep it in the .cpp file: headers stay cheap")
    is_pure = rooms[room].is_pure and not path.endswith("_test.cpp")
    if is_pure and IMPURE_HEADERS.fullmatch(target):
        yield Finding(path, line, f"<{target}> in {room}, which is pure",
                      "take bytes, time and randomness as arguments (docs/decisions/001-sans-io.md)")
    if target == "uv.h" and room != "net":
        yield Finding(path, line, "libuv outside net", "use what almon/net offers")


def check_preprocessor(path, text):
    """#if belongs to base and net, where platforms differ; elsewhere it hides code from the compiler."""
    if path.split("/")[1] in MAY_USE_PREPROCESSOR:
        return
    for match in re.finditer(r"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif)\b", without_comments(text), re.MULTILINE):
        yield Finding(path, line_of(text, match.start()), f"#{match.group(1)} outside base and net",
                      "choose at run time, or give base or net the part that differs")


def folder_edges(files):
    """{folder: {folder it includes: (path, line)}} for the sub-folders of the rooms."""
    edges = defaultdict(dict)
    for path, text in files:
        folder = path.rsplit("/", 1)[0]
        for line, target, _ in includes(text):
            other = target.rsplit("/", 1)[0]
            if target.startswith("almon/") and other != folder and folder.count("/") == other.count("/") == 2:
                edges[folder].setdefault(other, (path, line))
    return edges


def check_cycles(edges):
    """Sub-folders that include each other, directly or by a detour."""
    for folder in sorted(edges):
        for other, (path, line) in sorted(edges[folder].items()):
            if leads_to(edges, other, folder):
                yield Finding(path, line, f"{folder} includes {other}, which leads back to {folder}",
                              "move what both need below both")


def leads_to(edges, start, goal):
    seen, waiting = set(), [start]
    while waiting:
        current = waiting.pop()
        if current == goal:
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(edges.get(current, {}))
    return False


def impure_imports(nm_output):
    """(object, symbol) of each forbidden import in the output of `nm -u` for an archive."""
    member = "?"
    for line in nm_output.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif match := re.match(r"\s+[Uw] ([^@\s]+)", line):
            if IMPURE_SYMBOLS.fullmatch(match.group(1)):
                yield member, match.group(1)


def check_symbols(rooms, folder):
    """What the archives of the pure rooms import; a room of headers only has none."""
    pure = [room for room, entry in rooms.items() if entry.is_pure]
    libraries = {room: Path(folder) / f"libalmon_{room}.a" for room in pure}
    if not any(library.exists() for library in libraries.values()):
        yield Finding(str(folder), 1, "no library of a pure floor is here", "build the target pure_libraries")
    for room, library in libraries.items():
        if not library.exists():
            continue
        listing = subprocess.run(["nm", "-u", library], capture_output=True, text=True, check=True).stdout
        for member, symbol in impure_imports(listing):
            yield Finding(f"almon/{room}/{member.removesuffix('.o')}", 1, f"imports {symbol}",
                          "a pure floor opens nothing and asks no clock: take it as an argument")


def check_house(rooms):
    files = [(name(path), path.read_text("utf-8")) for path in sources("almon")]
    yield from check_table(rooms)
    for path, text in files:
        yield from check_includes(rooms, path, text)
        yield from check_preprocessor(path, text)
    yield from check_cycles(folder_edges(files))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--symbols", metavar="FOLDER")
    options = parser.parse_args()
    rooms = read_table((ROOT / TABLE).read_text("utf-8"))
    findings = list(check_house(rooms))
    if options.symbols:
        findings += check_symbols(rooms, options.symbols)
    print("\n".join(map(str, findings)) or f"{len(rooms)} rooms, all edges as {TABLE} has them")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
