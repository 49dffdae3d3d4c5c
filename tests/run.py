#!/usr/bin/env python3
"""Runs the whole-program tests: every test_* function of tests/*_test.py, one after another, with its time.

    tests/run.py [--list] [--json FILE] [WORD …]    WORD: only tests whose name contains one of the words
"""
import argparse
import importlib.util
import json
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def load():
    for path in sorted(HERE.glob("*_test.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, test in vars(module).items():
            if name.startswith("test_") and callable(test):
                yield f"{path.stem.removesuffix('_test')}.{name.removeprefix('test_')}", test


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    chosen = [(n, t) for n, t in load() if not options.words or any(w in n for w in options.words)]
    if options.list:
        print("\n".join(name for name, _ in chosen))
        return 0
    failed = []
    for number, (name, test) in enumerate(chosen, 1):
        start = time.monotonic()
        print(f"[{number}/{len(chosen)}] {name} … ", end="", flush=True)
        try:
            test()
            print(f"ok ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:
            failed.append(name)
            print(f"FAILED ({time.monotonic() - start:.1f} s)\n{traceback.format_exc()}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"passed": len(chosen) - len(failed), "failed": len(failed), "names": failed}))
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
