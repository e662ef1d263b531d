"""What is on hand: the current count of a product at a place, and what moved after it.

Rules of this file:
1. The current count is a register's: the greatest stamp among counts that no other count replaces.
   Without one a product begins with nothing.
2. A figure is a function of the set of facts. `Ledger` keeps figures by what each commit adds and
   takes away, so a sale costs what it touched; `figure_of` makes one from everything. They agree.
3. What the ledger has not been asked for yet it reads from `History`, once; after a count changes,
   again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from crdt_models.documents.register import Register, Write
from crdt_models.documents.stock.movements import (
    Author,
    Count,
    Movement,
    by_stamp,
    counts_once,
    movements_once,
)


class Key(NamedTuple):
    """A product (in hexadecimal) at a place."""

    product: str
    place: str


class Figure(NamedTuple):
    """What is on hand of one product at one place. current: the count. days: by
    business day what moved after it. doubtful: what is before the count by the clocks alone."""

    current: Count | None = None
    days: Mapping[int, int] = {}
    doubtful: tuple[Movement, ...] = ()

    @property
    def on_hand(self) -> int:
        """Thousandths; below zero: more went out than there was."""
        return self.counted + sum(self.days.values())

    @property
    def counted(self) -> int:
        """Thousandths to begin with."""
        return 0 if self.current is None else self.current.thousandths

    def is_moved_by(self, movement: Movement) -> bool:
        """Whether a movement changes the figure."""
        return self.current is None or self.current.is_after(movement.author, movement.clock)


class History(Protocol):
    """What is stored of one product at one place, this commit's facts included."""

    def counts(self, key: Key) -> Iterable[Count]:
        """Every count."""

    def moved(self, key: Key) -> Iterable[Movement]:
        """Every movement but sales."""

    def sold_by_day(self, key: Key, since: int) -> Mapping[int, int]:
        """Sums of sales (below zero) from a clock on, by business day."""

    def sold(self, key: Key, author: Author, since: int, until: int) -> Iterable[Movement]:
        """Sales by an author from a clock to another, both included."""

    def known(self) -> Mapping[Author, int]:
        """By author the clock of its last change that is stored."""


def standing_counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Counts of one product at one place that no other replaces, the current one last."""
    told = counts_once(counts)
    stands_for = {each: count.id for count in told for each in count.ids}
    writes = Register(
        Write(
            count.id,
            count.stamp,
            count,
            frozenset(stands_for.get(each, each) for each in count.replaces) - {count.id},
        )
        for count in told
    )
    heads = set(writes.heads)
    return tuple(write.value for write in writes.writes if write.id in heads)


def figure_of(counts: Iterable[Count], movements: Iterable[Movement]) -> Figure:
    """The figure of one product at one place, from all there is of it."""
    standing = standing_counts(counts)
    count = standing[-1] if standing else None
    days: Counter[int] = Counter()
    doubtful = []
    for each in movements_once(movements):
        if count is None or count.is_after(each.author, each.clock):
            days[each.day] += each.thousandths
        elif count.is_doubtful(each.author, each.clock):
            doubtful.append(each)
    doubtful.sort(key=by_stamp)
    return Figure(count, {day: moved for day, moved in days.items() if moved}, tuple(doubtful))


class Ledger:
    """The figures of a site, each kept once it was asked for."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._figures: dict[Key, Figure] = {}

    def figure(self, key: Key) -> Figure:
        """What is on hand."""
        if key not in self._figures:
            self._figures[key] = _read(self._history, key)
        return self._figures[key]

    def take(
        self, before: Iterable[Movement], after: Iterable[Movement], told: Iterable[Key]
    ) -> set[Key]:
        """After a commit: the sales of its orders as they were and as they are, and where something
        else was told. Returns every key whose figure may have changed."""
        touched = set(told)
        for key in touched:
            self._figures.pop(key, None)
        for sign, sales in ((-1, before), (1, after)):
            for sale in sales:
                key = Key(sale.product, sale.place)
                touched.add(key)
                if key in self._figures:
                    self._move(key, sale, sign)
        return touched

    def _move(self, key: Key, sale: Movement, sign: int) -> None:
        figure = self._figures[key]
        if figure.is_moved_by(sale):
            days = dict(figure.days)
            days[sale.day] = days.get(sale.day, 0) + sign * sale.thousandths
            if not days[sale.day]:
                del days[sale.day]
            self._figures[key] = figure._replace(days=days)
        elif figure.current is not None and figure.current.is_doubtful(sale.author, sale.clock):
            del self._figures[key]  # who was not seen: rare, and read anew


def _read(history: History, key: Key) -> Figure:
    """The same as `figure_of`, without reading what is before the count."""
    figure = figure_of(history.counts(key), history.moved(key))
    days, count = Counter(figure.days), figure.current
    days.update(history.sold_by_day(key, 0 if count is None else count.clock))
    doubtful = list(figure.doubtful)
    if count is not None:
        for sale in _seen_ahead(history, key, count):
            days[sale.day] -= sale.thousandths
        doubtful += _unseen(history, key, count)
    doubtful.sort(key=by_stamp)
    return Figure(count, {day: moved for day, moved in days.items() if moved}, tuple(doubtful))


def _seen_ahead(history: History, key: Key, count: Count) -> Iterator[Movement]:
    """Sales that the counter had seen, of terminals whose clocks are ahead."""
    for author, seen in count.seen.items():
        if seen >= count.clock:
            yield from history.sold(key, author, count.clock, seen)


def _unseen(history: History, key: Key, count: Count) -> Iterator[Movement]:
    for author, last in history.known().items():
        seen = count.seen.get(author, -1)
        if last > seen and seen + 1 < count.clock:
            yield from history.sold(key, author, seen + 1, count.clock - 1)
