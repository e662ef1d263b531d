"""What an order takes along that is joined with another, beside its lines: its discounts and
charges. To the centavo, so that nobody owes more or less because two tables became one.

Rules of this file:
1. A discount of the order becomes one of the lines that it was taken off (`DiscountCarried`), told
   in their homes: a percentage stays one of them, an amount is theirs together. Where the lines are
   of several homes each home has its part. It goes where they go, like any discount of a line; what
   comes to the order later has none of it. A discount that `into` has is for all that is on it, as
   ever, what comes from another order included.
2. Service is a rate of the bill that stays: the one of `into` counts, and nothing is carried.
3. Couvert: of one price it is for the people of both; of two prices the sum is asked once. The
   delivery fees add up, and so do the minima, each for as many people as its order had.
4. What was taken along is off the order that ends: it asks for none of it, also when somebody
   restores it. An order on the house asks for no charges, and none of them go along.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.charges import TermSet
from crdt_models.documents.orders.facts import (
    WHOLE,
    CouvertSet,
    DeliveryFeeSet,
    DiscountCarried,
    DiscountGiven,
    DiscountWithdrawn,
    MinimumSet,
    ServiceSet,
)
from crdt_models.documents.orders.line_discounts import KINDS
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import Once
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, DocumentId, FactId, OrderId, created_id, order_document
from crdt_models.money import percentage, split_by_weights

Told: TypeAlias = (
    tuple[Once[DiscountGiven], ...]
    | tuple[Once[ServiceSet], ...]
    | tuple[Once[CouvertSet], ...]
    | tuple[Once[MinimumSet], ...]
    | tuple[Once[DeliveryFeeSet], ...]
)
_LINES_OF_A_FACT = 256  # names of lines, and of splits of them: far below what a change holds


def replaced(standing: Told) -> tuple[FactId, ...]:
    """All that stand, or the greatest that one fact can name: more is an attack, see `Register`."""
    return tuple(sorted(each.id for each in standing[-MAX_MENTIONS:]))


def discount_id(given: Once[DiscountGiven]) -> CreatedId:
    """The same for a discount wherever its command was executed."""
    return created_id(given.entry.site, given.entry.command_id, given.entry.index)


def asks_charges(view: OrderView) -> bool:
    """Whether there are charges to take along: more than the rate of its service."""
    return any(each.kind != "service" for each in view.figures.charges)


def discounts_taken(
    view: OrderView, into: OrderId, lines: Sequence[Line]
) -> Iterator[tuple[DocumentId, Fact]]:
    """What becomes of the discounts of an order. lines: all that leave it, at least one each."""
    if not view.terms.of_order:
        return
    homes: dict[OrderId, list[Line]] = {}
    for line in lines:
        homes.setdefault(line.home, []).append(line)
    costs = {home: _cost(view, some) for home, some in homes.items()}
    for given in _counting(view):
        for home, (rate, centavos) in _parts(given.fact, costs).items():
            some = homes[home]
            for start in range(0, len(some), _LINES_OF_A_FACT):
                batch = some[start : start + _LINES_OF_A_FACT]
                yield order_document(home), _carried(view, given, batch, rate, centavos)
    gone = DiscountWithdrawn(discounts=view.terms.of_order[:MAX_MENTIONS], into=into)
    yield view.document, gone


def _cost(view: OrderView, lines: Sequence[Line]) -> int:
    """Of lines, after what is taken off each of them."""
    return sum(line.amount - view.terms.of_lines.get(line.origin, 0) for line in lines)


def _counting(view: OrderView) -> Iterator[Once[DiscountGiven]]:
    """The discounts of the order that count, as `charges` takes them off."""
    for kind in KINDS:
        standing = view.terms.discounts.get((kind, None))
        if standing:
            yield standing[-1]


def _parts(given: DiscountGiven, costs: dict[OrderId, int]) -> dict[OrderId, tuple[int, int]]:
    """By home, the rate and the centavos beside it. Takes what they come to off `costs`, unless
    all of it is free: what else was given counts again when somebody thinks better of that."""
    if given.kind == "courtesy":
        return dict.fromkeys(costs, (WHOLE, 0))
    rate, amount = (given.amount, 0) if given.kind == "percent" else (0, given.amount)
    if not any(costs.values()):  # nothing to take it off: kept for what may be asked again
        return dict.fromkeys(list(costs)[: None if rate else 1], (rate, amount))
    amount = amount or percentage(sum(costs.values()), rate)
    shares = split_by_weights(amount, list(costs.values()))
    parts = {}
    for (home, cost), share in zip(list(costs.items()), shares, strict=True):
        parts[home] = (rate, share - percentage(cost, rate))
        costs[home] = max(0, cost - share)
    return parts


def _carried(
    view: OrderView, given: Once[DiscountGiven], lines: Sequence[Line], rate: int, centavos: int
) -> DiscountCarried:
    splits = sorted({split for line in lines for split in line.parts})
    return DiscountCarried(
        discount=discount_id(given),
        source=view.order,
        kind=given.fact.kind,
        lines=tuple(line.id for line in lines),
        reason=given.fact.reason,
        basis_points=rate,
        centavos=centavos,
        authorised_by=given.fact.authorised_by,
        splits_seen=tuple(splits[:MAX_MENTIONS]),
    )


def charges_taken(view: OrderView, into: OrderView) -> Iterator[tuple[DocumentId, Fact]]:
    """What becomes of its charges: both orders say anew what each asks for."""
    nothing: tuple[TermSet, ...] = (
        CouvertSet(unit_centavos=0), MinimumSet(centavos=0), DeliveryFeeSet(centavos=0)
    )  # fmt: skip
    for fact in nothing:
        if any(each.fact.says[0] for each in _standing(view, fact)):
            yield view.document, _instead(view, fact)
    for fact in () if view.terms.is_free else _sums(view, into):
        yield into.document, _instead(into, fact)


def _sums(view: OrderView, into: OrderView) -> Iterator[TermSet]:
    (price, people), (other_price, others) = _couvert(view), _couvert(into)
    if price and other_price in (0, price):
        yield CouvertSet(unit_centavos=price, people=people + (others if other_price else 0))
    elif price:
        yield CouvertSet(unit_centavos=price * people + other_price * others, people=1)
    if _minimum(view):
        yield MinimumSet(centavos=_minimum(view) + _minimum(into))
    if _fee(view):
        yield DeliveryFeeSet(centavos=_fee(view) + _fee(into))


def _couvert(view: OrderView) -> tuple[int, int]:
    """Of one person, and how many pay it."""
    if not view.terms.couvert:
        return 0, 0
    said = view.terms.couvert[-1].fact
    return said.unit_centavos, said.people or view.people or 1


def _minimum(view: OrderView) -> int:
    if not view.terms.minimum:
        return 0
    said = view.terms.minimum[-1].fact
    return said.centavos * ((view.people or 1) if said.is_per_person else 1)


def _fee(view: OrderView) -> int:
    return view.terms.delivery_fee[-1].fact.centavos if view.terms.delivery_fee else 0


def _standing(view: OrderView, fact: TermSet) -> Told:
    terms = view.terms
    match fact:
        case CouvertSet():
            return terms.couvert
        case MinimumSet():
            return terms.minimum
        case DeliveryFeeSet():
            return terms.delivery_fee
        case ServiceSet():
            return terms.service


def _instead(view: OrderView, fact: TermSet) -> TermSet:
    return msgspec.structs.replace(fact, replaces=replaced(_standing(view, fact)))
