"""What a run looked like from outside, a few hundred times: for its pictures.

Rules of this file:
1. Watching changes nothing: no task, no dice, no disk and no event is added, so a recorded run is
   the same run, with the same digest. trio calls the recorder before it waits; virtual time has
   jumped then, and nothing has happened since the last event.
2. Samples are evenly spaced. When there are too many, every two become one and the distance
   doubles; the worse of the two is kept, so that a short crash is still seen in a long run.
3. Disputes are those that the reference model makes of what a terminal held at that moment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import trio
from msgspec import Struct

from crdt_models.ids import ChangeId
from simulations.checkers.evidence import Evidence
from simulations.reference.shop import read_shop
from simulations.simulator.relay import RELAY
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World

FIRST_STEP_SECONDS = 0.5
MOST_SAMPLES = 800  # more than a screen has columns for
JUDGEMENTS = 60  # of disputes, over a run; each reads every change
MOST_CHANGES_READ = 60_000  # by all judgements of one run together

ABSENT, ON, PAUSED, OFF = ".", "o", "p", "x"  # the worse, the later in WORSE
WORSE = ABSENT + ON + PAUSED + OFF


class Lane(Struct, frozen=True, kw_only=True):
    """One terminal. states: a letter per sample · behind: how many changes that somebody present
    has it lacks · cut: how many of the others present it does not reach, the relay included ·
    disputes: (seconds, how many open ones it knew of), where that changed."""

    host: str
    states: str
    behind: tuple[int, ...]
    cut: tuple[int, ...]
    disputes: tuple[tuple[float, int], ...]


class Recording(Struct, frozen=True, kw_only=True):
    """step: seconds between samples; the first is at 0 · others: how many a terminal could reach at
    most · frames, sent: bytes, between terminals, since the beginning."""

    step: float
    others: int
    lanes: tuple[Lane, ...]
    frames: tuple[int, ...]
    sent: tuple[int, ...]


class _Moment(Struct, frozen=True):
    """hosts: host → state, behind, cut."""

    hosts: dict[str, tuple[str, int, int]]
    frames: int
    sent: int


class _Arrival(Struct, frozen=True):
    """afresh: these are all, whatever was there before."""

    at: float
    changes: tuple[bytes, ...]
    afresh: bool


class Recorder(trio.abc.Instrument):
    """Use `with recorder.watching():` inside a run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._step = FIRST_STEP_SECONDS
        self._next = 0.0
        self._moments: list[_Moment] = []
        self._arrivals: dict[str, list[_Arrival]] = {}
        self._known: dict[str, tuple[Mapping[ChangeId, object], int]] = {}  # `seen`, its length
        self._behind: dict[str, int] = {}

    def before_io_wait(self, timeout: float) -> None:
        now = trio.current_time()
        if now < self._next:
            return
        moment = self._moment(now)
        while self._next <= now:
            self._moments.append(moment)
            if len(self._moments) >= MOST_SAMPLES:
                self._moments = [*_worse_of_two(self._moments)]
                self._step *= 2
            self._next = len(self._moments) * self._step

    # --- one look

    def _moment(self, now: float) -> _Moment:
        world = self._world
        self._note_arrivals(now)
        figures = world.wires.figures().values()
        return _Moment(
            hosts={
                host: (_state(terminal), self._behind.get(host, 0), self._cut_off(host))
                for host, terminal in world.terminals.items()
            },
            frames=sum(frames for frames, _ in figures),
            sent=sum(sent for _, sent in figures),
        )

    def _note_arrivals(self, now: float) -> None:
        present = {host: it for host, it in self._world.terminals.items() if not it.gone}
        changed = False
        for host, terminal in present.items():
            seen, before = self._known.get(host, ({}, 0))
            other = seen is not terminal.seen  # after a boot, or after something was forgotten
            if other or len(terminal.seen) != before:
                new = tuple(islice(terminal.seen, 0 if other else before, None))
                self._arrivals.setdefault(host, []).append(_Arrival(now, new, other))
                self._known[host] = terminal.seen, len(terminal.seen)
                changed = True
        if changed:
            union = set[bytes]().union(*(it.seen for it in present.values()))
            self._behind = {host: len(union) - len(it.seen) for host, it in present.items()}

    def _cut_off(self, host: str) -> int:
        world = self._world
        others = [it for it in world.terminals if it != host and not world.terminals[it].gone]
        if world.relay is not None:
            others.append(RELAY)
        return sum(not world.wires.reachable(host, other) for other in others)

    # --- the end

    def finish(self, evidence: Evidence) -> Recording:
        """What was recorded. evidence: where the bytes of changes are."""
        hosts = sorted(self._world.terminals, key=lambda host: (len(host.rstrip("'")), host))
        books = _books(evidence, self._arrivals)
        extra = 0 if self._world.relay is None else 1
        return Recording(
            step=self._step,
            others=len(hosts) - 1 + extra,
            lanes=tuple(self._lane(host, books.get(host, ())) for host in hosts),
            frames=tuple(each.frames for each in self._moments),
            sent=tuple(each.sent for each in self._moments),
        )

    def _lane(self, host: str, disputes: Iterable[tuple[float, int]]) -> Lane:
        seen = [each.hosts.get(host, (ABSENT, 0, 0)) for each in self._moments]
        return Lane(
            host=host,
            states="".join(state for state, _, _ in seen),
            behind=tuple(behind for _, behind, _ in seen),
            cut=tuple(cut for _, _, cut in seen),
            disputes=tuple(disputes),
        )


def _state(terminal: SimTerminal) -> str:
    if terminal.gone:
        return ABSENT
    if not terminal.on:
        return OFF if terminal.seen else ABSENT  # before its first boot it is no loss
    return PAUSED if terminal.paused else ON


def _worse_of_two(moments: Sequence[_Moment]) -> Iterator[_Moment]:
    for one, other in zip(moments[::2], moments[1::2], strict=False):
        hosts = dict(other.hosts)
        for host, mine in one.hosts.items():
            theirs = hosts.get(host, mine)
            state = max(mine[0], theirs[0], key=WORSE.index)
            hosts[host] = state, max(mine[1], theirs[1]), max(mine[2], theirs[2])
        yield _Moment(hosts, other.frames, other.sent)


def _books(
    evidence: Evidence, arrivals: Mapping[str, Sequence[_Arrival]]
) -> dict[str, list[tuple[float, int]]]:
    """Host → when it knew of how many open disputes."""
    stored: dict[bytes, bytes] = {}
    for copy in evidence.copies:
        stored.update(copy.changes)
    looks = max(2, min(JUDGEMENTS, MOST_CHANGES_READ // max(1, len(stored))))
    times = sorted({each.at for told in arrivals.values() for each in told})
    chosen = times if len(times) <= looks else [*times[:: -(-len(times) // looks)], times[-1]]
    judged: dict[frozenset[bytes], int] = {}
    return {host: [*_told(told, chosen, stored, judged)] for host, told in arrivals.items()}


def _told(
    arrivals: Sequence[_Arrival],
    times: Sequence[float],
    stored: Mapping[bytes, bytes],
    judged: dict[frozenset[bytes], int],
) -> Iterator[tuple[float, int]]:
    held: set[bytes] = set()
    waiting, last = list(reversed(arrivals)), 0
    for time in times:
        while waiting and waiting[-1].at <= time:
            arrival = waiting.pop()
            held = set(arrival.changes) | (set() if arrival.afresh else held)
        known = frozenset(held & stored.keys())
        if known not in judged:
            judged[known] = len(read_shop(stored[each] for each in known).open_disputes)
        if judged[known] != last:
            last = judged[known]
            yield time, last
