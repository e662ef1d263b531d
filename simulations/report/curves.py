"""Amounts over the time of a run: how far terminals were apart, what they said to each other."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from simulations.campaign.service_run import Verdict
from simulations.report.recording import Recording
from simulations.report.svg import (
    LEFT,
    RIGHT,
    WIDTH,
    TimeAxis,
    picture,
    round_up,
    short,
    tag,
    text,
)

HIGH = 90
HEAD = 26
FOOT = 24
SMOOTHED = 160  # columns of a rate: finer is noise


class Curve(Struct, frozen=True):
    """points: (seconds, amount), by time · steps: an amount holds until the next."""

    title: str
    points: Sequence[tuple[float, float]]
    steps: bool = False


def curves(verdict: Verdict) -> list[str]:
    """The pictures of a recorded run, beside its timeline."""
    recording = verdict.recording
    assert recording is not None, "only a recorded run can be drawn"
    axis = TimeAxis(max(verdict.seconds, 1.0))
    shown = (
        _divergence(recording),
        _disputes(recording, verdict.seconds),
        _rate("messages a second, between terminals", recording, recording.frames),
        _rate("bytes a second, between terminals", recording, recording.sent),
    )
    return [_draw(each, axis) for each in shown]


def _divergence(recording: Recording) -> Curve:
    behind = zip(*(lane.behind for lane in recording.lanes), strict=True)
    worst = [(number * recording.step, float(max(each))) for number, each in enumerate(behind)]
    return Curve("changes that the terminal furthest behind lacked", worst, steps=True)


def _disputes(recording: Recording, seconds: float) -> Curve:
    known: dict[str, int] = {}
    points = [(0.0, 0.0)]
    told = sorted((at, lane.host, count) for lane in recording.lanes for at, count in lane.disputes)
    for at, host, count in told:
        known[host] = count
        points.append((at, float(max(known.values()))))
    return Curve("open disputes", [*points, (seconds, points[-1][1])], steps=True)


def _rate(title: str, recording: Recording, total: Sequence[int]) -> Curve:
    size = max(1, len(total) // SMOOTHED)
    sums = [0, *total[size - 1 :: size]]
    seconds = size * recording.step
    points = [
        ((number + 0.5) * seconds, (after - before) / seconds)
        for number, (before, after) in enumerate(pairwise(sums))
    ]
    return Curve(title, points or [(0.0, 0.0)])


def _draw(curve: Curve, axis: TimeAxis) -> str:
    most = round_up(max(amount for _, amount in curve.points))
    bottom = HEAD + HIGH

    def y(amount: float) -> float:
        return bottom - HIGH * amount / most

    drawn = [text(curve.title, LEFT, 16, kind="title"), axis.draw(HEAD, bottom)]
    for amount in (0.0, most / 2, most):
        if amount != most / 2 or most > 1:
            line = f"M{LEFT} {y(amount):.1f}H{WIDTH - RIGHT}"
            drawn.append(tag("path", d=line, class_="grid"))
            drawn.append(text(short(amount), LEFT - 10, y(amount) + 4, anchor="end"))
    places = [(axis.x(at), y(amount)) for at, amount in curve.points]
    path = _path(places, steps=curve.steps)
    under = f"{path}V{bottom}H{places[0][0]:.1f}Z"
    drawn += [tag("path", d=under, class_="area"), tag("path", d=path, class_="curve")]
    return picture(*drawn, height=bottom + FOOT, title=curve.title, standalone=False)


def _path(places: Sequence[tuple[float, float]], *, steps: bool) -> str:
    parts = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"]
    for x, y in places[1:]:
        parts.append(f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}")
    return "".join(parts)
