#!/usr/bin/env python3
"""Runs the whole-program tests: every test_* function of tests/*_test.py, each in a process of its own.

    tests/run.py [-j N] [--list] [--json FILE] [WORD …]    WORD: only tests with it in their name

Soaks, which have that word in their name, take minutes each and run only where a WORD says "soak".
"""
import argparse
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_SECONDS = 120  # and twice what `takes` tells
sys.path.insert(0, str(HERE))


def tests_in(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, test in vars(module).items():
        if name.startswith("test_") and callable(test):
            yield f"{path.stem.removesuffix('_test')}.{name.removeprefix('test_')}", test


def choose(words):
    """Each name with the seconds that `takes` tells; the slow ones first, so that none begins at the end."""
    found = [one for path in sorted(HERE.glob("*_test.py")) for one in tests_in(path)]
    chosen = {name: getattr(test, "seconds", 0) for name, test in found if is_wanted(name, words)}
    return dict(sorted(chosen.items(), key=lambda one: -one[1]))


def is_wanted(name, words):
    if "soak" in name and not any("soak" in word for word in words):
        return False
    return not words or any(word in name for word in words)


def run_here(name):
    """What the process of one test does."""
    tests = dict(tests_in(HERE / f"{name.split('.')[0]}_test.py"))
    try:
        tests[name]()
        return 0
    except Exception:
        traceback.print_exc()
        return 1


def end_all(process):
    """A test's process leads a group, in which everything stands that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_apart(name, takes_seconds):
    """(seconds, what it said or None if it passed)"""
    limit = LIMIT_SECONDS + 2 * takes_seconds
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen([sys.executable, __file__, "--here", name], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = f"no end within {limit} s"
        finally:
            end_all(process)
        output.seek(0)
        said = output.read()
    return time.monotonic() - begun, None if code == 0 else said + (f"{code}\n" if code != 1 else "")


def run_all(names, jobs):
    failed = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run_apart, name, seconds): name for name, seconds in names.items()}
        for number, done in enumerate(concurrent.futures.as_completed(running), 1):
            name, (seconds, said) = running[done], done.result()
            print(f"[{number}/{len(names)}] {name} {'ok' if said is None else 'FAILED'} ({seconds:.1f} s)",
                  flush=True)
            if said is not None:
                failed.append(name)
                print(said, flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("-j", dest="jobs", type=int, default=4,
                        help="so many at a time; most of them wait (4)")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        return run_here(options.here)
    names = choose(options.words)
    if options.list:
        print("\n".join(names))
        return 0
    failed = run_all(names, options.jobs)
    passed = len(names) - len(failed)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"passed": passed, "failed": len(failed),
                                                          "names": failed}))
    print(f"{passed} passed, {len(failed)} failed" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
