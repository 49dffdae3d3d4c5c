"""Figures, their bars and verdicts: as a table for people, and as JSON for the page and the pictures."""
import argparse
import dataclasses
import json
import pathlib
import time

import machine

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "build" / "bench"


@dataclasses.dataclass
class Row:
    """A figure of almon; the peer's and the kernel's floor of the same run where there are any."""

    work: str
    unit: str
    almon: float
    peer: float | None = None
    floor: float | None = None
    bar: str = ""  # in words, such as "1/2 of Kamailio"
    limit: float | None = None  # the bar as a figure in the row's unit
    spent: str = ""  # what it is spent on
    samples: dict = dataclasses.field(default_factory=dict)
    doubt: str = ""  # why the figure cannot be trusted, such as work that failed

    @property
    def verdict(self):
        if self.doubt:
            return "doubtful"
        if self.limit is None:
            return "–"
        return "met" if self.almon <= self.limit else "**missed**"


def options(text, arguments, rounds, only=False):
    """The command line that all parts share; a quick run has one round and a part of the work."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true", help="one round, a part of the work: does it still run?")
    parser.add_argument("--json", help="where the JSON goes (build/bench/PART.json)")
    if only:
        parser.add_argument("--only", default="", help="only figures with this in their name")
    chosen = parser.parse_args(arguments)
    chosen.rounds = chosen.rounds or (1 if chosen.quick else rounds)
    return chosen


def number(value):
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def keep(part, options, **figures):
    """Leaves the figures as JSON where --json says, or where the page finds them."""
    stand = {"part": part, "date": time.strftime("%Y-%m-%d"), "machine": machine.description(), "quick": options.quick,
             "rounds": options.rounds}
    path = path_of(part, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stand | figures, indent=1))
    print(f"\nwritten to {path}")


def path_of(part, options=None):
    if options and options.json:
        return pathlib.Path(options.json)
    return FOLDER / ("quick" if options and options.quick else "") / f"{part}.json"


def save(part, options, rows, **lists):
    """Prints the table and keeps it; what --only left out stays as it was."""
    print_table(rows)
    lists["rows"] = [dataclasses.asdict(row) for row in rows]
    before = path_of(part, options)
    if getattr(options, "only", "") and before.exists():
        old = json.loads(before.read_text())
        lists = {name: merged(old[name], new) for name, new in lists.items()}
    keep(part, options, **lists)


def merged(old, new):
    """Entries of the same name are replaced in their place, new ones follow."""
    fresh = {name_in(entry): entry for entry in new}
    return [fresh.pop(name_in(entry), entry) for entry in old] + list(fresh.values())


def name_in(entry):
    return entry.get("work") or entry["key"]


def print_table(rows):
    print(f"\n{'work':50}{'almon':>10}{'Kamailio':>10}{'floor':>8} {'unit':14}{'bar':>26}  verdict")
    for row in rows:
        bar = f"{row.bar} = {number(row.limit)}" if row.limit is not None else "–"
        print(f"{row.work:50}{number(row.almon):>10}{number(row.peer):>10}{number(row.floor):>8} {row.unit:14}{bar:>26}"
              f"  {row.verdict.strip('*')}{': ' + row.doubt if row.doubt else ''}")


def load(part):
    """The last run of a part, or None."""
    path = path_of(part)
    if not path.exists():
        return None
    stand = json.loads(path.read_text())
    stand["rows"] = [Row(**row) for row in stand.get("rows", [])]
    return stand
