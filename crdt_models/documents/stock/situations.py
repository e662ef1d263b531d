"""What a person must decide about the stock; `disputes` makes disputes of it.

Rules of this file:
1. A product is oversold on a day when more of it went out than there was, over all places, since
   the last count. The evidence is what first took what was not there: whoever decided about the
   day is not asked again by every later sale of it.
2. Goods of the same day come first, whenever they were entered. A day on which as much came as
   went asks nobody.
3. A newer count ends both: what is before it is no question any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from crdt_models.documents.stock.ledger import Figure
from crdt_models.documents.stock.movements import Movement, by_stamp
from crdt_models.ids import FactId


class StockSituation(NamedTuple):
    """kind, subject: of the dispute. day: in whose document it is settled. facts: the evidence."""

    kind: Literal["oversold", "count_to_confirm"]
    subject: str
    day: int
    facts: tuple[FactId, ...]


class _Shortage(NamedTuple):
    """A day that ends with less than nothing. opening: thousandths that it began with."""

    day: int
    opening: int


def _shortages(known: list[Figure]) -> list[_Shortage]:
    """Days on which a product may be oversold."""
    balance = sum(each.counted for each in known)
    first = max((each.current.day for each in known if each.current is not None), default=0)
    moved: dict[int, int] = {}
    for figure in known:
        for day, thousandths in figure.days.items():
            moved[day] = moved.get(day, 0) + thousandths
    found = []
    for day in sorted(moved):
        opening, balance = balance, balance + moved[day]
        if balance < 0 and day >= first and moved[day]:
            found.append(_Shortage(day, opening))
    return found


def situations_of_product(
    product: str, figures: Mapping[str, Figure], moved_on: Callable[[int], Iterable[Movement]]
) -> list[StockSituation]:
    """figures: by place, wherever there is any. moved_on: everything of the product on a day,
    each movement once."""
    found = list(_to_confirm(product, figures.values()))
    for shortage in _shortages(list(figures.values())):
        of_day = [each for each in moved_on(shortage.day) if figures[each.place].is_moved_by(each)]
        found += _oversold(product, shortage, of_day)
    return found


def _oversold(
    product: str, shortage: _Shortage, movements: Iterable[Movement]
) -> Iterator[StockSituation]:
    of_day = sorted(movements, key=by_stamp)
    balance = shortage.opening + sum(each.thousandths for each in of_day if each.thousandths > 0)
    for each in of_day:
        if each.thousandths < 0:
            balance += each.thousandths
            if balance < 0:
                subject = f"{product}:{shortage.day}"
                yield StockSituation("oversold", subject, shortage.day, (each.id,))
                return


def _to_confirm(product: str, figures: Iterable[Figure]) -> Iterator[StockSituation]:
    """Counts whose counter may not have seen what had gone before."""
    by_day: dict[int, set[FactId]] = {}
    for figure in figures:
        if figure.current is not None and figure.doubtful:
            doubtful = (each.id for each in figure.doubtful)
            by_day.setdefault(figure.current.day, set()).update({figure.current.id, *doubtful})
    for day, facts in by_day.items():
        yield StockSituation("count_to_confirm", f"{product}:{day}", day, tuple(sorted(facts)))
