"""Writes the tables of docs/performance.md from the last run of each part.

    bench/run.py page

A table stands between `<!-- bench PART -->` and `<!-- end -->`; what is between them is replaced. A quick run's figures
lie elsewhere and are not for a page.
"""
import pathlib
import re

import results

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "performance.md"
PEERS = {"sofia": "sofia-sip", "osip": "libosip2"}


def line(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def measured(stand):
    rounds = f", median of {stand['rounds']}" if stand.get("rounds", 1) > 1 else ""
    return f"`./dev bench {stand['part']}`, {stand['date']}{rounds}, {stand['machine']}.\n\n"


def bars(stand):
    """The table that most parts have."""
    has_floor = any(row.floor is not None for row in stand["rows"])
    head = ["work", "almon", "Kamailio", *(["floor"] if has_floor else []), "bar", "", "what it is spent on"]
    table = line(*head) + line("---", *["---:"] * (len(head) - 4), "---:", "---", "---")
    for row in stand["rows"]:
        bar = f"{row.bar}: {results.number(row.limit)}" if row.limit is not None else "–"
        bar = row.bar if row.bar and row.bar[0].isdigit() and row.bar.split()[-1] == row.unit else bar
        floor = [results.number(row.floor)] if has_floor else []
        table += line(f"{row.work}{', ' + row.unit if row.unit else ''}", results.number(row.almon),
                      results.number(row.peer), *floor, bar, row.verdict, row.spent)
    return table


def growth(stand):
    pictures = "".join(f"![CPU time of a {curve['title']}, by {curve['unit']}](growth-{curve['key']}.svg)\n\n"
                       for curve in stand["curves"])
    return bars(stand) + "\n" + pictures.rstrip("\n") + "\n"


def parsers(stand):
    peers = [peer for peer in PEERS if any(peer in by for by in stand["medians"].values())]
    table = line("work", "almon, ns", *(f"{PEERS[peer]}, ns" for peer in peers))
    table += line("---", *["---:"] * (1 + len(peers)))
    for work, by in stand["medians"].items():
        if "almon" in by:
            table += line(work, *(results.number(by.get(who)) for who in ("almon", *peers)))
    return table


def instructions(stand):
    figures = (line(work, f"{count:,}") for work, count in stand["figures"].items())
    return line("work", "instructions of a shard") + line("---", "---:") + "".join(figures)


TABLES = {"cost": bars, "memory": bars, "shards": bars, "start": bars, "growth": growth, "parsers": parsers,
          "instructions": instructions}


def missed(stands):
    rows = [row for stand in stands.values() for row in stand["rows"]]
    found = [row for row in rows if row.verdict not in ("met", "–")]
    if not found:
        return "Every bar is met.\n"
    return "".join(f"- {row.work}: {results.number(row.almon)} {row.unit}, the bar is {results.number(row.limit)}"
                   f" ({row.bar}){'; doubtful, since ' + row.doubt if row.doubt else ''}\n" for row in found)


def replaced(text, name, block):
    found = re.compile(rf"(<!-- bench {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not found.search(text):
        raise SystemExit(f"bench: docs/performance.md has no place for `{name}`")
    return found.sub(lambda match: match[1] + block + match[2], text)


def main(_):
    stands = {name: results.load(name) for name in TABLES}
    stands = {name: stand for name, stand in stands.items() if stand}
    text = PAGE.read_text("utf-8")
    for name, stand in stands.items():
        text = replaced(text, name, measured(stand) + TABLES[name](stand))
    text = replaced(text, "missed", missed(stands))
    PAGE.write_text(text, "utf-8")
    print(f"{PAGE} has the figures of {', '.join(stands)}")
