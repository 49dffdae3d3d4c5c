#!/usr/bin/env python3
"""The part of the style that can be counted: sizes, banned names, globals, a test beside each source file.

usage: tidy.py          What may differ from a rule, and why, stands in tools/exceptions.toml.
"""

import re
import sys
import tomllib

from cpp import ROOT, Finding, blocks, functions, is_scope, line_of, name, sources
from cpp import without_comments, without_directives

LINE_LIMIT = 110
FUNCTION_LIMIT = 70
FILE_LIMIT = 800
EXCEPTIONS = "tools/exceptions.toml"
FOLDERS = ("almon", "bench", "fuzz", "tests", "cmake")

PRODUCT = re.compile(r"almon/(?!.*_test\.cpp$)")
TESTS = re.compile(r"(almon/.*_test\.cpp|tests/.*)$")
HEADERS = re.compile(r"(?!.*(_test|/test_\w+)\.hpp$).*\.hpp$")
ANYWHERE = re.compile("")
BANNED = (  # where, what, and what to do instead
    (PRODUCT, r"\b(system|steady|high_resolution)_clock::now\b", "take `Instant now`; net alone reads clocks"),
    (PRODUCT, r"\brandom_device\b|\bs?rand\s*\(", "take a base::Random; only net asks the system"),
    (PRODUCT, r"\bstd::cout\b|\bstd::cerr\b", "return a value, or log through base/log.hpp"),
    (ANYWHERE, r"\bstd::regex\b", "use base::Scanner"),
    (TESTS, r"\b(sleep_for|sleep_until|u?sleep|nanosleep)\s*\(", "move virtual time, or wait for the event"),
    (HEADERS, r"\busing\s+namespace\b(?! std::\w*literals)", "name what you use"),
    (ANYWHERE, r"\bco_await\s+[\w:.>-]+\(\s*\{", "name the value first: GCC 12 frees such a temporary twice"),
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")

FIXED = re.compile(r"\b(const|constexpr|using|typedef|friend|static_assert|template|extern|namespace|concept)\b")
VARIABLE = re.compile(r"(?:[\w:]+(?:<[^;=]*>)?[\s*&]+)+\w+(?:\[[^\]]*\])*\s*(?:=|$)")
STATIC_INSIDE = re.compile(
    r"^\s+(?:static|thread_local) (?!const|inline)[\w:<>, ]+[&*]? ?\b\w+\s*[;={]", re.MULTILINE
)


def check_sizes(path, text):
    lines = text.splitlines()
    if len(lines) > FILE_LIMIT:
        what = f"a file of {len(lines)} lines, {FILE_LIMIT} at most"
        yield Finding(path, len(lines), what, "find its second subject")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT:
            yield Finding(path, number, f"{len(line)} columns, {LINE_LIMIT} at most", "break the line")


def check_functions(path, code):
    for function in functions(code):
        length = function.last_line - function.first_line + 1
        if length > FUNCTION_LIMIT:
            what = f"a function of {length} lines, {FUNCTION_LIMIT} at most"
            yield Finding(path, function.first_line, what, "give its steps names")


def check_names(path, text, code):
    for where, banned, instead in BANNED:
        if where.match(path):
            for match in re.finditer(banned, code):
                yield Finding(path, line_of(code, match.start()), f"`{match.group().strip()}`", instead)
    for match in UNFINISHED.finditer(text):
        word, line = match.group(), line_of(text, match.start())
        yield Finding(path, line, f"{word} without an issue", f"finish it, or write {word}(#number)")


def check_globals(path, code):
    """Variables that can change at namespace scope, and static ones inside functions and types."""
    for line, statement in namespace_statements(code):
        if VARIABLE.match(statement) and not FIXED.search(statement) and not is_scope(statement):
            yield Finding(path, line, "a global that can change", "hand it to the constructor of who needs it")
    for match in STATIC_INSIDE.finditer(code):
        line = line_of(code, match.end())
        yield Finding(path, line, "a static variable that can change", "make it a member, or constexpr")


def namespace_statements(code):
    """(line, text) of what is declared at namespace scope; `int x{3};` and `int f() {…}` end in `=`."""
    flat = list(code)
    for block in blocks(code):
        if not re.match(r"(inline )?namespace\b", block.head):
            flat[block.opens] = "="
            flat[block.closes] = ";"
            for at in range(block.opens + 1, block.closes):
                flat[at] = "\n" if flat[at] == "\n" else " "
    start = 0
    flat = "".join(flat)
    for end in re.finditer(r"[;{}]", flat):
        statement = flat[start : end.start()]
        yield line_of(flat, end.start() - len(statement.lstrip())), " ".join(statement.split())
        start = end.end()


def check_tests(paths, exceptions):
    """Each source file has a test beside it, or is excepted."""
    for path in paths:
        if PRODUCT.match(path) and path.endswith(".cpp") and path not in exceptions:
            test = path.removesuffix(".cpp") + "_test.cpp"
            if test not in paths:
                yield Finding(path, 1, "no test beside it", f"write {test}, or except it in {EXCEPTIONS}")


def check_exceptions(paths, exceptions):
    """What is excepted exists, and so does the test that is said to cover it."""
    named = {*exceptions["untested"], *exceptions["tested_by"], *exceptions["tested_by"].values()}
    for path in sorted({*named, *exceptions["long_functions"]} - set(paths)):
        yield Finding(EXCEPTIONS, 1, f"{path} does not exist", "take the line out, or mend it")


def check_text(path, text, long_functions=()):
    code = without_directives(without_comments(text))
    yield from check_sizes(path, text)
    yield from check_names(path, text, code)
    if path not in long_functions:
        yield from check_functions(path, code)
    if PRODUCT.match(path):
        yield from check_globals(path, code)


def main():
    exceptions = tomllib.loads((ROOT / EXCEPTIONS).read_text("utf-8"))
    files = {name(path): path.read_text("utf-8") for path in sources(*FOLDERS)}
    findings = []
    for path, text in files.items():
        findings += check_text(path, text, exceptions["long_functions"])
    findings += check_tests(files, exceptions["untested"] | exceptions["tested_by"])
    findings += check_exceptions(files, exceptions)
    print("\n".join(map(str, findings)) or f"{len(files)} files keep to the rules")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
