"""Terminals × time: who was on, who lagged, who was cut off, who was killed, who saw a dispute.

Rules of this file:
1. One lane a terminal; what belongs to nobody stands in the lane "shop".
2. A lane's colour is what its terminal lacked; the line at its foot is how much of the shop it did
   not reach.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from simulations.campaign.service_run import Verdict
from simulations.report.recording import ABSENT, OFF, ON, PAUSED, Lane, Recording
from simulations.report.svg import (
    LEFT,
    TimeAxis,
    legend,
    picture,
    tag,
    text,
    told,
)
from simulations.simulator.trace import Event

_T = TypeVar("_T")

TOP = 26
GAP = 4
KILLS = frozenset({"sigkill", "power_cut", "died"})
LAGS = ((10, "lag3"), (3, "lag2"), (1, "lag1"), (0, "on"))  # lacks at least so many changes
SHOP = "shop"
MOST_MARKS = 1500  # of faults; a page with more is of no use to anybody


def timeline(verdict: Verdict, title: str, *, standalone: bool = False) -> str:
    """The picture of a recorded run."""
    recording = verdict.recording
    assert recording is not None, "only a recorded run can be drawn"
    axis = TimeAxis(max(verdict.seconds, 1.0))
    high = 24 if len(recording.lanes) <= 8 else 18 if len(recording.lanes) <= 20 else 12
    marks = _marks(verdict)
    names = [SHOP, *(lane.host for lane in recording.lanes)]
    tops = {name: TOP + number * (high + GAP) for number, name in enumerate(names)}
    bottom = TOP + len(names) * (high + GAP)
    drawn = [text(title, LEFT, 16, kind="title"), axis.draw(TOP, bottom)]
    drawn += [text(name, LEFT - 10, tops[name] + high / 2 + 4, kind="name", anchor="end")
              for name in names]  # fmt: skip
    for lane in recording.lanes:
        drawn += _bars(recording, lane, axis, tops[lane.host], high)
        drawn += _cuts(recording, lane, axis, tops[lane.host], high)
    drawn += _healed(verdict, axis, bottom)
    drawn += [_mark(each, axis, tops.get(each.host, TOP), high) for each in marks]
    for lane in recording.lanes:
        drawn += _disputes(lane, axis, tops[lane.host], high)
    key, end = legend(_KEY, bottom + 32)
    return picture(*drawn, key, height=end + 6, title=title, standalone=standalone)


def _marks(verdict: Verdict) -> list[Event]:
    """Faults that struck, and ends that nobody wished."""
    names = set(verdict.fired) | KILLS
    return [each for each in verdict.trace if each.what in names][:MOST_MARKS]


def _bars(
    recording: Recording, lane: Lane, axis: TimeAxis, top: float, high: float
) -> Iterator[str]:
    kinds = [_kind(state, behind) for state, behind in zip(lane.states, lane.behind, strict=True)]
    for kind, first, after in _runs(kinds):
        if kind:
            words = f"{lane.host}: {_WORDS[kind]}"
            yield _bar(recording, axis, (first, after), top, high, kind, words)


def _kind(state: str, behind: int) -> str:
    if state == ABSENT:
        return ""
    if state in (OFF, PAUSED):
        return "off" if state == OFF else "stopped"
    assert state == ON
    return next(kind for least, kind in LAGS if behind >= least)


def _cuts(
    recording: Recording, lane: Lane, axis: TimeAxis, top: float, high: float
) -> Iterator[str]:
    for cut, first, after in _runs(lane.cut):
        if cut:
            foot = max(2.0, high / 4 * cut / max(1, recording.others))
            words = f"{lane.host}: does not reach {cut} of {recording.others}"
            yield _bar(recording, axis, (first, after), top + high - foot, foot, "cut", words)


def _bar(
    recording: Recording,
    axis: TimeAxis,
    samples: tuple[int, int],
    top: float,
    high: float,
    kind: str,
    words: str,
) -> str:
    left, right = (axis.x(each * recording.step) for each in samples)
    return tag("rect", told(words), x=left, y=top, width=max(1.0, right - left), height=high,
               class_=kind)  # fmt: skip


def _runs(values: Sequence[_T]) -> Iterator[tuple[_T, int, int]]:
    """(value, first index, index after the last) of equal neighbours."""
    at = 0
    for value, same in groupby(values):
        length = len(list(same))
        yield value, at, at + length
        at += length


def _mark(event: Event, axis: TimeAxis, top: float, high: float) -> str:
    said = " ".join(f"{name} {value}" for name, value in event.detail)
    words = told(f"{event.at:.1f} s: {event.what} {event.host} {said}".strip())
    where = f"translate({axis.x(event.at):.1f} {top + high / 2:.1f})"
    shape = _CROSS if event.what in KILLS else _WEDGE
    return tag("g", words, shape, transform=where)


def _disputes(lane: Lane, axis: TimeAxis, top: float, high: float) -> Iterator[str]:
    before = 0
    for at, count in lane.disputes:
        kind = "dispute" if count > before else "settled"
        words = told(f"{at:.1f} s: {lane.host} knows of {count} open disputes")
        yield tag("circle", words, cx=axis.x(at), cy=top + high / 2, r=3.5, class_=kind)
        before = count


def _healed(verdict: Verdict, axis: TimeAxis, bottom: float) -> Iterator[str]:
    ends = [each.at for each in verdict.trace if each.what == "healed"]
    if ends:
        x = axis.x(ends[-1])
        yield tag("path", told("from here on nothing goes wrong"), d=f"M{x:.1f} {TOP}V{bottom}",
                  class_="over")  # fmt: skip


_CROSS = tag("path", d="M-4 -4L4 4M4 -4L-4 4", class_="kill")
_WEDGE = tag("path", d="M-4 -6H4L0 2Z", class_="fault")
_WORDS = {
    "on": "holds all that anybody holds",
    "lag1": "lacks 1 or 2 changes",
    "lag2": "lacks 3 to 9 changes",
    "lag3": "lacks 10 changes or more",
    "off": "off",
    "stopped": "stopped",
}


def _swatch(kind: str, high: float = 12.0) -> str:
    return tag("rect", x=0, y=6 - high, width=12, height=high, class_=kind)


_KEY = (
    (_swatch("on"), "has all"),
    (_swatch("lag1"), "lacks 1–2"),
    (_swatch("lag2"), "3–9"),
    (_swatch("lag3"), "10 or more changes"),
    (_swatch("off"), "off"),
    (_swatch("stopped"), "stopped"),
    (_swatch("cut", 4.0), "cut off from some"),
    (tag("g", _CROSS, transform="translate(6 0)"), "killed, power cut"),
    (tag("g", _WEDGE, transform="translate(6 2)"), "another fault"),
    (tag("circle", cx=6, cy=0, r=3.5, class_="dispute"), "a dispute opens"),
    (tag("circle", cx=6, cy=0, r=3.5, class_="settled"), "is settled"),
    (tag("path", d="M6 -7V7", class_="over"), "all faults end"),
)
