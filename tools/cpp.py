"""Just enough C++ to count and to look: text without its comments and strings, blocks, includes."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TOKENS = re.compile(
    r"""//[^\n]*                                  # comment to the end of the line
      | /\*.*?\*/                                 # comment in between
      | R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"  # raw string
      | (?<![\w])"(?:\\.|[^"\\\n])*"              # string
      | (?<![\w'])'(?:\\.|[^'\\\n])+'             # character; not the ' inside 1'000
    """,
    re.DOTALL | re.VERBOSE,
)

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
SCOPE = re.compile(
    r'(?:(?:inline|export|static|typedef|template ?<.*>) )*(?:namespace|class|struct|union|enum|extern "")(?: |$)'
)


@dataclass(frozen=True)
class Finding:
    """Something to mend: where, what is wrong, and what to do instead."""

    path: str
    line: int
    what: str
    instead: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}; {self.instead}"


@dataclass(frozen=True)
class Block:
    """A pair of braces: what stands before it since the last statement, the heads around it, where it lies."""

    head: str
    parents: tuple
    first_line: int
    last_line: int
    opens: int  # offset of {
    closes: int  # offset of }


def sources(*folders):
    """All C++ files under these folders of the repository, in order."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.[ch]pp"))
    return sorted(path for path in found if path.is_file())


def name(path):
    return path.relative_to(ROOT).as_posix()


def without_comments(text):
    """The same text, as long and with the same lines, comments blanked and strings emptied."""
    return TOKENS.sub(lambda token: _blank(token.group()), text)


def _blank(token):
    blank = re.sub(r"[^\n]", " ", token)
    if token.startswith(("//", "/*")):
        return blank
    quote = "'" if token.endswith("'") else '"'
    return quote + blank[1:-1] + quote


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def includes(text):
    """(line, path, is_system) of each #include."""
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, re.MULTILINE):
        yield line_of(text, match.start()), match.group(2), match.group(1) == "<"


def without_directives(code):
    """The same text, preprocessor lines blanked."""
    return DIRECTIVE.sub(lambda line: re.sub(r"[^\n]", " ", line.group()), code)


def blocks(code):
    """Every block of code that has neither comments, strings nor directives; inner ones first."""
    waiting, start = [], 0
    for match in re.finditer(r"[{};]|\b(?:public|private|protected):", code):
        if match.group() == "{":
            head = code[start : match.start()]
            waiting.append((head, match.start()))
        elif match.group() == "}" and waiting:
            head, opens = waiting.pop()
            parents = tuple(_words(parent) for parent, _ in waiting)
            begins = opens - len(head.lstrip())
            first, last = line_of(code, begins), line_of(code, match.start())
            yield Block(_words(head), parents, first, last, opens, match.start())
        start = match.end()


def _words(text):
    return " ".join(text.split())


def is_scope(head):
    """Does this begin a namespace or a type, so that declarations follow?"""
    return SCOPE.match(head) is not None


def functions(code):
    """The blocks that are bodies of functions; of functions in functions the outermost."""
    for block in blocks(code):
        if all(map(is_scope, block.parents)) and not is_scope(block.head) and "(" in block.head:
            yield block
