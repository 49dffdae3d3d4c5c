"""The curves of growth as pictures: docs/growth-*.svg, made of the JSON of the last run.

    bench/run.py pictures
"""
import math
import pathlib

import results

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 132, 56, 56
INK, FAINT, PAPER = "#24292f", "#d8dee4", "#ffffff"
COLOURS = {"almon": "#0969da", "kamailio": "#8c959f"}
NAMES = {"almon": "almon", "kamailio": "Kamailio"}
BAR = "#cf222e"
HALO = f'stroke="{PAPER}" stroke-width="4" paint-order="stroke"'  # figures stand out from lines


def ceiling(value):
    """The next round number above, and the step of its grid."""
    step = 10 ** math.floor(math.log10(value))
    for part in (0.1, 0.2, 0.5, 1, 2):
        if value / (step * part) <= 6:
            return math.ceil(value / (step * part)) * step * part, step * part
    return step * 10, step * 2


class Frame:
    """Where a size (logarithmic) and a cost (from 0) stand on the paper."""

    def __init__(self, sizes, most):
        self.first, self.last = math.log10(sizes[0]), math.log10(sizes[-1])
        self.top, self.step = ceiling(most)

    def x(self, size):
        return LEFT + 24 + (WIDTH - LEFT - RIGHT - 36) * (math.log10(size) - self.first) / (self.last - self.first)

    def y(self, cost):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * cost / self.top

    def steps(self):
        return [self.step * n for n in range(round(self.top / self.step) + 1)]


def text(x, y, words, anchor="start", colour=INK, size=13, weight="normal", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}" '
            f'font-weight="{weight}" {more}>{words}</text>')


def line(x1, y1, x2, y2, colour, more=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def axes(frame, curve):
    for cost in frame.steps():
        y = frame.y(cost)
        yield line(LEFT, y, WIDTH - RIGHT, y, INK if cost == 0 else FAINT)
        yield text(LEFT - 8, y + 4, f"{cost:g}", "end")
    for size in curve["sizes"]:
        x = frame.x(size)
        yield line(x, frame.y(0), x, frame.y(0) + 5, INK)
        yield text(x, frame.y(0) + 20, f"{size:,}", "middle")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, curve["unit"], "middle")
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield text(18, middle, "µs CPU", "middle", more=f'transform="rotate(-90 18 {middle:.1f})"')


def bar(frame, limit, label):
    y = frame.y(limit)
    yield line(LEFT, y, WIDTH - RIGHT, y, BAR, 'stroke-dasharray="6 4" stroke-width="1.5"')
    yield label(y, "1.3 × the first", BAR, 12)


def series(frame, sizes, name, costs, label, below):
    points = [(frame.x(size), frame.y(cost)) for size, cost in zip(sizes, costs)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour = COLOURS[name]
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
    for (x, y), cost in zip(points, costs):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
        yield text(x, y + (20 if below else -10), results.number(cost), "middle", colour, 12, more=HALO)
    yield label(points[-1][1], NAMES[name], colour, 13, "bold")


class Labels:
    """At the right margin, beside their lines, and never one over the other: the later gives way, downwards."""

    def __init__(self):
        self.taken = []

    def __call__(self, y, words, colour, size, weight="normal"):
        while near := [other for other in self.taken if abs(other - y) < 16]:
            y = max(near) + 16
        self.taken.append(y)
        return text(WIDTH - RIGHT + 8, y + 4, words, colour=colour, size=size, weight=weight)


def draw(curve):
    costs = curve["series"]
    limit = curve["most"] * costs["almon"][0]
    frame = Frame(curve["sizes"], 1.08 * max(limit, *(cost for values in costs.values() for cost in values)))
    label = Labels()
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{PAPER}"/>',
             text(LEFT - 40, 28, f"CPU time of a {curve['title']}, by {curve['unit']}", size=16, weight="bold"),
             *axes(frame, curve), *bar(frame, limit, label)]
    for name in sorted(costs, key=lambda name: name != "almon"):
        below = costs[name][0] == min(values[0] for values in costs.values())
        parts += series(frame, curve["sizes"], name, costs[name], label, below)
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'font-family="system-ui, \'DejaVu Sans\', sans-serif" role="img">\n{body}\n</svg>\n')


def draw_all(curves):
    for curve in curves:
        path = DOCS / f"growth-{curve['key']}.svg"
        path.write_text(draw(curve))
        print(f"drawn: {path}")


def main(_):
    stand = results.load("growth")
    if stand is None:
        raise SystemExit("bench: nothing to draw yet: bench/run.py growth")
    draw_all(stand["curves"])
