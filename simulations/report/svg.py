"""The little of SVG that our pictures need: elements, a time axis, an amount axis, one style sheet.

Rules of this file:
1. Everything written by somebody else is escaped (`tag`, `text`).
2. Colours are named in STYLE alone, for light and for dark screens; shapes carry classes.
3. Nothing here knows what a run is.
"""

from collections.abc import Iterator, Sequence
from html import escape

from msgspec import Struct

WIDTH = 960
LEFT, RIGHT = 76, 16  # of the plot: room for names and amounts
INNER = WIDTH - LEFT - RIGHT
CHARACTER = 6.1  # average pixels of the 11-pixel font, for placing words beside each other
MOST_TICKS = 9

MINUTE, HOUR, DAY = 60, 3600, 86_400
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
          12 * HOUR, DAY, 2 * DAY, 7 * DAY)  # fmt: skip

STYLE = """
.picture{--ink:#1d2733;--soft:#5d6b7a;--line:#d9dfe6;--paper:#ffffff;--on:#cfe8e3;--lag1:#f4e3a6;
--lag2:#f0c46c;--lag3:#e79a3c;--off:#48525e;--stopped:#9aa6b2;--cut:#c8324a;--fault:#b45309;
--dispute:#7c3aed;--area:#2f8f83}
@media(prefers-color-scheme:dark){.picture{--ink:#e6ebf0;--soft:#9aa7b5;--line:#2e3945;
--paper:#12181f;--on:#1f4d48;--lag1:#5f5420;--lag2:#8a6420;--lag3:#c07a24;--off:#93a1ae;
--stopped:#55616d;--cut:#ff5d73;--fault:#f59e0b;--dispute:#b794ff;--area:#4fc3b3}}
.picture text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:var(--soft)}
.picture .name{fill:var(--ink);font-weight:600}.picture .title{fill:var(--ink);font-size:12px;
font-weight:600}.picture .paper{fill:var(--paper)}.picture .grid{stroke:var(--line);fill:none}
.picture .on{fill:var(--on)}.picture .lag1{fill:var(--lag1)}.picture .lag2{fill:var(--lag2)}
.picture .lag3{fill:var(--lag3)}.picture .off{fill:var(--off)}
.picture .stopped{fill:var(--stopped)}.picture .cut{fill:var(--cut)}
.picture .kill{stroke:var(--cut);stroke-width:2;fill:none}.picture .fault{fill:var(--fault)}
.picture .dispute{fill:var(--dispute)}.picture .settled{fill:var(--paper);
stroke:var(--dispute);stroke-width:1.5}.picture .over{stroke:var(--ink);stroke-dasharray:3 3;
fill:none}.picture .area{fill:var(--area);opacity:.25}.picture .curve{stroke:var(--area);
stroke-width:1.5;fill:none;stroke-linejoin:round}
"""


def tag(name: str, *content: str, **attributes: str | float) -> str:
    """One element. content: elements, already escaped · `class_` is class, `_` in names is `-`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{given}>{''.join(content)}</{name}>" if content else f"<{name}{given}/>"


def text(said: str, x: float, y: float, *, kind: str = "", anchor: str = "start") -> str:
    return tag("text", escape(said), x=x, y=y, class_=kind or "label", text_anchor=anchor)


def told(said: str) -> str:
    """What a pointer that rests there is told."""
    return tag("title", escape(said))


def picture(*content: str, height: float, title: str, standalone: bool) -> str:
    """The whole image. standalone: a file of its own, with its style and its paper."""
    inside = list(content)
    if standalone:
        paper = tag("rect", width=WIDTH, height=height, class_="paper", rx=6.0)
        inside = [tag("style", STYLE), paper, *inside]
    return tag(
        "svg",
        tag("title", escape(title)),
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {_number(height)}",
        width=WIDTH,
        height=height,
        class_="picture",
        role="img",
    )


class TimeAxis(Struct, frozen=True):
    """seconds: of the whole run, from left to right."""

    seconds: float

    def x(self, at: float) -> float:
        return LEFT + INNER * min(1.0, max(0.0, at / self.seconds))

    def ticks(self) -> Iterator[tuple[float, str]]:
        """(x, label)."""
        step = next((it for it in _STEPS if self.seconds / it <= MOST_TICKS), _STEPS[-1])
        for number in range(int(self.seconds // step) + 1):
            yield self.x(number * step), clock(number * step)

    def draw(self, top: float, bottom: float) -> str:
        """Its lines through a plot, and its labels below."""
        drawn = []
        for x, label in self.ticks():
            drawn.append(tag("path", d=f"M{_number(x)} {_number(top)}V{_number(bottom)}",
                             class_="grid"))  # fmt: skip
            drawn.append(text(label, x, bottom + 14, anchor="middle"))
        return "".join(drawn)


def clock(seconds: float) -> str:
    """0:30, 12 min, 3 h, 2 d."""
    if seconds == 0:
        return "0"
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit:g} {name}"
    return f"{seconds // MINUTE:.0f}:{seconds % MINUTE:02.0f}" if seconds > 60 else f"{seconds:g} s"


def round_up(amount: float) -> float:
    """The next of 1, 2, 5, 10, 20, …: where an amount axis ends."""
    if amount <= 0:
        return 1.0
    size = 1.0
    while size * 10 <= amount:
        size *= 10
    while size > amount:
        size /= 10
    return next(size * each for each in (1, 2, 5, 10) if size * each >= amount)


def short(amount: float) -> str:
    """1200 → 1.2k."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:g}{letter}"
    return f"{amount:g}"


def legend(items: Sequence[tuple[str, str]], y: float) -> tuple[str, float]:
    """items: (shape at 0 0, words). The drawing and the y below it."""
    drawn, x = [], float(LEFT)
    for shape, words in items:
        width = 18 + CHARACTER * len(words) + 16
        if x + width > WIDTH - RIGHT:
            x, y = float(LEFT), y + 18
        drawn.append(tag("g", shape, transform=f"translate({_number(x)} {_number(y)})"))
        drawn.append(text(words, x + 18, y + 4))
        x += width
    return "".join(drawn), y + 14


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"
