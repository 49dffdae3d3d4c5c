#!/usr/bin/env python3
"""Adds up what the steps of ./dev left in a folder, and says it in one last line: `N passed, N failed`.

usage: tally.py FOLDER
FOLDER/steps has a line a step: slug, exit status, seconds, title. A step that ran CTest left FOLDER/SLUG.xml,
one that ran tests/run.py FOLDER/SLUG.json; every other step counts as one.
"""

import json
import re
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

DOCTEST = re.compile(r"\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed")


@dataclass
class Count:
    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def of_junit(text):
    """The cases of a CTest run; a doctest program counts as its test cases, if it lived to sum them up."""
    return sum((of_case(case) for case in xml.fromstring(text).iter("testcase")), Count())


def of_case(case):
    went_well = case.find("failure") is None and case.get("status") == "run"
    summary = DOCTEST.search(case.findtext("system-out") or "")
    if summary is None:
        return Count(1, 0) if went_well else Count(0, 1)
    count = Count(int(summary.group(1)), int(summary.group(2)))
    leaked = not went_well and not count.failed  # or broke otherwise, after its summary
    return count + Count(0, 1) if leaked else count


def of_json(text):
    verdicts = json.loads(text)
    return Count(verdicts["passed"], verdicts["failed"])


def of_step(folder, slug, status):
    """A step that failed, or in which no test ran, counts as failed even when its results do not say so."""
    readers = {folder / f"{slug}.xml": of_junit, folder / f"{slug}.json": of_json}
    results = [read(reader, file) for file, reader in readers.items() if file.exists()]
    if status == 0 and not results:
        return Count(1, 0)
    count = sum(results, Count())
    is_told = count.failed or (status == 0 and count.passed)
    return count if is_told else count + Count(0, 1)


def read(reader, file):
    try:
        return reader(file.read_text("utf-8", errors="replace"))
    except (xml.ParseError, ValueError, KeyError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return Count(0, 1)


def main(folder):
    total = Count()
    print()
    for line in (folder / "steps").read_text("utf-8").splitlines():
        slug, status, seconds, title = line.split("\t")
        count = of_step(folder, slug, int(status))
        total += count
        mark = "FAILED" if count.failed else "ok"
        print(f"{mark:>6} {seconds:>5} s  {count.passed:>6} passed {count.failed:>4} failed  {title}")
    print(f"\n{total}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
