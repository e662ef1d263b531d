"""The business day: what most clocks say, at once right again with them, and no number given twice.

Simulated shops with real links are in `tests/simulations/faults/test_business_day.py`.
"""

from collections import defaultdict
from itertools import count
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crdt_models.change import decode_change
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.orders.facts import OrderNumbered
from crdt_models.fact import fact_of
from peer.node.authorship import BUILD_DAY, SLACK_MS, Author, Authorship

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
TODAY = BUILD_DAY + 300
NOON = TODAY * DAY_MS + 12 * HOUR_MS
LAST_MINUTE = (TODAY + 1) * DAY_MS - 60_000
YEARS = 3_653
ORDER = OpenOrder(service_type="balcao")


class Terminal:
    """What decides the day at one terminal. told: the days by the clocks of linked neighbours."""

    def __init__(self, now_ms: int = NOON, last: int = 0) -> None:
        self.now_ms = now_ms
        self.last = last
        self.told: dict[int, int] = {}
        unused: Any = None
        self.author = Author(unused, unused, lambda: self.now_ms, lambda ms: max(0, ms) // DAY_MS)

    def day(self) -> int:
        return self.author.business_day(Authorship(day=self.last), tuple(self.told.values()))

    def write(self) -> int:
        self.last = self.day()
        return self.last


@pytest.mark.parametrize(
    ("own", "neighbours", "last", "day"),
    [
        (TODAY, [], 0, TODAY),
        (TODAY, [], TODAY + YEARS, TODAY),  # alone, and its clock was wrong once
        (TODAY, [TODAY + YEARS], 0, TODAY),  # between two, each believes itself
        (TODAY, [TODAY - 40], 0, TODAY),
        (TODAY, [0, 0, 0], 0, TODAY),  # no voices
        (TODAY, [0, TODAY + YEARS], TODAY, TODAY),
        (0, [], TODAY - 1, TODAY - 1),  # nobody to ask
        (0, [0], TODAY - 1, TODAY - 1),
        (0, [TODAY], TODAY + YEARS, TODAY),
        (0, [TODAY, TODAY + YEARS], 0, TODAY),
        (TODAY + YEARS, [TODAY, TODAY], TODAY + YEARS, TODAY),
        (TODAY - 40, [TODAY, TODAY], 0, TODAY),
        (TODAY, [TODAY + YEARS, TODAY], TODAY, TODAY),
        (TODAY, [TODAY + YEARS, TODAY - 40], TODAY, TODAY),
        (TODAY, [TODAY + 9, TODAY + 8, TODAY + 7], 0, TODAY + 7),
        (TODAY + 9, [TODAY, TODAY, TODAY + 9], 0, TODAY + 9),  # two halves
    ],
)
def test_most_clocks_decide(own: int, neighbours: list[int], last: int, day: int) -> None:
    terminal = Terminal(own * DAY_MS + 12 * HOUR_MS, last)
    terminal.told = dict(enumerate(neighbours))
    assert terminal.day() == day


def test_neighbours_hear_the_clock_and_not_the_day_in_use() -> None:
    terminal = Terminal()
    terminal.told = {1: TODAY + YEARS, 2: TODAY + YEARS}
    assert (terminal.write(), terminal.author.clock_day()) == (TODAY + YEARS, TODAY)
    terminal.now_ms = BUILD_DAY * DAY_MS - 1
    assert terminal.author.clock_day() == 0


def test_a_day_that_was_begun_is_not_left_for_minutes() -> None:
    terminal = Terminal(LAST_MINUTE, last=TODAY + 1)  # set back over the hour of the day's end
    assert terminal.day() == TODAY + 1
    terminal.now_ms = LAST_MINUTE - SLACK_MS
    assert terminal.day() == TODAY  # that was no small disagreement
    terminal = Terminal(LAST_MINUTE + 120_000, last=TODAY + 1)  # its clock is two minutes fast
    terminal.told = {1: TODAY, 2: TODAY}
    assert terminal.day() == TODAY + 1
    terminal = Terminal(LAST_MINUTE - 120_000, last=TODAY + 2)
    assert terminal.day() == TODAY


# --- any history

HOSTS = range(3)
_TIMES = st.one_of(
    st.sampled_from([0, HOUR_MS, BUILD_DAY * DAY_MS, NOON + YEARS * DAY_MS, NOON + DAY_MS]),
    st.integers(0, 4_000_000_000_000),
)
_SET = st.tuples(st.sampled_from(["set", "write at"]), st.sampled_from(HOSTS), _TIMES)
_WRITE = st.tuples(st.just("write"), st.sampled_from(HOSTS), st.just(0))
_LINK = st.tuples(st.just("link"), st.sampled_from(HOSTS), st.sampled_from(HOSTS))
_CUT = st.tuples(st.just("cut"), st.sampled_from(HOSTS), st.sampled_from(HOSTS))
STEPS = st.lists(st.one_of(_SET, _WRITE, _LINK, _CUT), max_size=40)
MINUTES = st.integers(-29, 29)


class Shop:
    """Terminals whose neighbours hear of each other's clocks whenever `tell` is called."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.terminals = [Terminal(now_ms) for _ in HOSTS]

    def take(self, act: str, one: int, other: int) -> None:
        """other: the time in ms that a clock is set to, where a clock is set."""
        first = self.terminals[one]
        if act in {"set", "write at"}:
            first.now_ms = other
        if act in {"write", "write at"}:
            first.write()
        if act in {"link", "cut"} and one != other:
            second = self.terminals[other]
            for at, to in ((first, other), (second, one)):
                at.told.pop(to, None)
                if act == "link":
                    at.told[to] = self.terminals[to].author.clock_day()

    def tell(self) -> None:
        for terminal in self.terminals:
            terminal.told = {to: self.terminals[to].author.clock_day() for to in terminal.told}


@settings(deadline=None)
@example([("write at", 0, NOON + YEARS * DAY_MS)], 0)
@example([("link", 0, 1), ("write at", 0, NOON + DAY_MS), ("write at", 1, NOON + DAY_MS)], 0)
@given(STEPS, st.integers(0, 3 * DAY_MS))
def test_with_right_clocks_the_day_is_right_after_one_round(
    steps: list[tuple[str, int, int]], later: int
) -> None:
    shop = Shop()
    for step in steps:
        shop.take(*step)
    now = NOON + later
    for terminal in shop.terminals:
        terminal.now_ms = now
    shop.tell()
    right = {now // DAY_MS, (now + SLACK_MS) // DAY_MS}  # the next day may have begun by an hour
    assert {terminal.write() for terminal in shop.terminals} <= right
    for terminal in shop.terminals:
        terminal.now_ms += SLACK_MS
    shop.tell()
    for terminal in shop.terminals:
        terminal.now_ms += HOUR_MS
        assert terminal.write() in {(now + SLACK_MS) // DAY_MS, terminal.now_ms // DAY_MS}


@settings(deadline=None)
@given(STEPS, st.sampled_from(HOSTS), _TIMES)
def test_one_wrong_clock_moves_nobody(
    steps: list[tuple[str, int, int]], liar: int, says: int
) -> None:
    shop = Shop()
    for act, one, other in steps:
        if act not in {"set", "write at"}:
            shop.take(act, one, other)
    shop.take("set", liar, says)
    shop.tell()
    others = [each for host, each in enumerate(shop.terminals) if host != liar]
    assert {each.write() for each in others} == {TODAY}
    if len(shop.terminals[liar].told) >= 2:
        assert shop.terminals[liar].write() == TODAY


@settings(deadline=None)
@given(
    st.lists(st.tuples(_LINK | _CUT | _WRITE, st.integers(0, 20), st.lists(MINUTES, min_size=3))),
)
def test_clocks_minutes_apart_never_go_back_to_an_ended_day(
    steps: list[tuple[tuple[str, int, int], int, list[int]]],
) -> None:
    now = LAST_MINUTE - 2 * HOUR_MS
    shop, last = Shop(now), dict[int, int]()
    for step, minutes, wrong_by in steps:
        now += minutes * 60_000
        for host, terminal in enumerate(shop.terminals):
            terminal.now_ms = now + wrong_by[host] * 60_000
        shop.take(*step)
        shop.tell()
        for host, terminal in enumerate(shop.terminals):
            day = terminal.write()
            assert day >= last.get(host, 0)
            last[host] = day


# --- numbers, by a real node

_DAYS = st.sampled_from([0, TODAY, TODAY + 1, TODAY + YEARS, TODAY - 40])
_LIFE = st.lists(
    st.one_of(
        st.tuples(st.just("clock"), _DAYS),
        st.tuples(st.just("neighbours"), st.lists(_DAYS, max_size=3)),
        st.tuples(st.just("sell"), st.integers(1, 4)),
        st.tuples(st.just("sell"), st.integers(1, 4)),
        st.tuples(st.just("restart"), st.none()),
    ),
    min_size=4,
    max_size=14,
)
_NAMES = count()


async def _live(life: list[Any], running: Any, environment: Any, log: Any, command: Any) -> None:
    neighbours: list[int] = []
    rest = list(life)
    while rest:
        async with running(log, neighbours_days=lambda: neighbours) as node:
            while rest and (step := rest.pop(0))[0] != "restart":
                act, value = step
                if act == "clock":
                    environment.now_ms = value * DAY_MS + 12 * HOUR_MS
                elif act == "neighbours":
                    neighbours[:] = value
                else:
                    for _ in range(value):
                        await node.execute(ORDER, command_id=command(f"{next(_NAMES)}"))


def _numbers(log: Any) -> dict[int, list[int]]:
    given_on: dict[int, list[int]] = defaultdict(list)
    for each in log.since(0, 1_000):
        change = decode_change(each.data)
        for _, body in change.facts:
            if body[0] == OrderNumbered.tag():
                numbered = cast(OrderNumbered, fact_of(body))
                given_on[change.business_day].append(numbered.number)
    return given_on


def assert_counted(log: Any) -> None:
    for day, numbers in _numbers(log).items():
        assert numbers == list(range(1, len(numbers) + 1)), day


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=_LIFE)
async def test_no_history_of_clocks_gives_a_number_twice(
    life: list[Any],
    running: Any,
    environment: Any,
    opened: Any,
    command: Any,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peer.node.committed_state._PAGE", 2)
        log = opened(f"life{next(_NAMES)}")
        await _live(life, running, environment, log, command)
        assert_counted(log)


async def test_a_day_long_gone_is_counted_on(
    running: Any,
    environment: Any,
    opened: Any,
    command: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("peer.node.committed_state._PAGE", 2)
    log = opened()
    days = [TODAY + YEARS, TODAY, TODAY - 40, TODAY + YEARS, TODAY, TODAY - 40]
    life = [step for day in days for step in (("clock", day), ("sell", 4))]
    await _live(life, running, environment, log, command)
    assert {day: len(numbers) for day, numbers in _numbers(log).items()} == {
        TODAY + YEARS: 8,
        TODAY: 8,
        TODAY - 40: 8,
    }
    assert_counted(log)


async def test_the_last_day_is_known_after_a_restart(
    running: Any, environment: Any, opened: Any, command: Any
) -> None:
    log = opened()
    life = [("clock", TODAY + YEARS), ("sell", 1), ("clock", TODAY), ("sell", 1), ("clock", 0)]
    await _live(
        [*life, ("sell", 1), ("restart", None), ("sell", 1)], running, environment, log, command
    )
    assert [len(numbers) for numbers in _numbers(log).values()] == [1, 3]
