"""What discounts of lines take off: told in the home of a line, and true wherever the line is.

Rules of this file:
1. A discount goes where its line goes: it stands in the line's home, like all that is said of a
   line, and nothing here looks into another document.
2. It is a register of one line and one kind. What is said of a line is said of the parts split off
   it too, unless the author knew the split (see `parts`); so a line may have the discount of the
   whole that it was split off, or one of its own in its place.
3. Lines for which one discount counts have it together: a percentage or an amount is of all of
   them, shared out in proportion to what each still costs. So no move and no split changes what is
   taken off, whichever bills the parts are on.
4. What lines carry of the discounts of an order that was joined with another (see `merging`) comes
   after their own discounts, in the order in which it was told.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from crdt_models.documents.orders.facts import (
    CouvertSet,
    DeliveryFeeSet,
    DiscountCarried,
    DiscountGiven,
    DiscountKind,
    DiscountWithdrawn,
    MinimumSet,
    ServiceSet,
)
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.parts import parts_of, spoken_of
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Once, View
from crdt_models.ids import DocumentId, FactId, LineId, OrderId
from crdt_models.money import percentage, split_by_weights

if TYPE_CHECKING:  # the view is made of this file
    from crdt_models.documents.orders.shared_lines import SharedLines

T = TypeVar("T", DiscountGiven, ServiceSet, CouvertSet, MinimumSet, DeliveryFeeSet)
Target: TypeAlias = tuple[DiscountKind, LineId | None]
Standing: TypeAlias = Mapping[Target, tuple[Once[DiscountGiven], ...]]
"""By kind and line, None being the order: the discounts that stand, by stamp. The last counts."""

AboutDiscounts: TypeAlias = Once[DiscountGiven] | Once[DiscountCarried] | Once[DiscountWithdrawn]

KINDS: tuple[DiscountKind, ...] = ("courtesy", "percent", "value")


class Carried(NamedTuple):
    """A discount of an order that was joined with another. told: what stands of it in one home, by
    stamp: the last counts, for all of `lines`, which are of that home."""

    home: DocumentId
    told: tuple[Once[DiscountCarried], ...]
    lines: frozenset[LineId]

    @property
    def counting(self) -> Once[DiscountCarried]:
        """The one that counts."""
        return self.told[-1]


class LineDiscounts(NamedTuple):
    """standing: of the lines of one home. off: centavos that they take off each line, by the fact
    that made it a line; amounts: what of it is its part of an amount. Only of those with any.
    carried: by the stamp of what counts."""

    standing: Standing
    off: Mapping[FactId, int]
    amounts: Mapping[FactId, int]
    carried: tuple[Carried, ...] = ()


NONE = LineDiscounts({}, {}, {})


def line_discounts_of(view: View, lines: Sequence[Line]) -> LineDiscounts:
    """Of the lines of a home. lines: all of them."""
    given = [each for each in view.all(DiscountGiven) if each.fact.line is not None]
    if not given and not view.all(DiscountCarried):  # nearly every order
        return NONE
    told: dict[Target, list[Once[DiscountGiven]]] = {}
    for each, meant in spoken_discounts(view):
        for line in meant:
            told.setdefault((each.fact.kind, line), []).append(each)
    return _taken_off(lines, standing_discounts(view, told), carried_by(view))


def spoken_discounts(view: View) -> Iterable[tuple[Once[DiscountGiven], tuple[LineId, ...]]]:
    """Every discount that was ever given to lines, with the lines it is about."""
    parts = parts_of(view)
    for each in view.all(DiscountGiven):
        if each.fact.line is not None:
            yield each, spoken_of(view, parts, (each.fact.line,), each.fact.splits_seen)


def spoken_carried(view: View) -> Iterable[tuple[Once[DiscountCarried], tuple[LineId, ...]]]:
    """All that was ever carried by lines of this home, with the lines it is about."""
    parts = parts_of(view)
    for each in view.all(DiscountCarried):
        yield each, spoken_of(view, parts, each.fact.lines, each.fact.splits_seen)


def carried_by(view: View) -> tuple[Carried, ...]:
    """What nobody withdrew of that."""
    if not view.all(DiscountCarried):
        return ()
    gone = _withdrawn(view)
    found: dict[tuple[bytes, DiscountKind], Carried] = {}
    for each, meant in spoken_carried(view):
        if each.id not in gone:
            key = (each.fact.discount, each.fact.kind)
            before = found.get(key, Carried(view.document, (), frozenset()))
            found[key] = Carried(view.document, (*before.told, each), before.lines.union(meant))
    return tuple(sorted(found.values(), key=lambda each: each.counting.stamp))


def carried_to(order: "SharedLines") -> tuple[Carried, ...]:
    """What the lines that are on an order carry, by the stamp of what counts."""
    if not any(home.line_discounts.carried for home in order.homes):
        return ()
    here = {(line.home, line.id) for line in order.lines}
    found = [
        each
        for home in order.homes
        for each in home.line_discounts.carried
        if any((home.order, line) in here for line in each.lines)
    ]
    return tuple(sorted(found, key=lambda each: each.counting.stamp))


def _withdrawn(view: View) -> frozenset[FactId]:
    return view.same_all(
        each for fact in view.all(DiscountWithdrawn) for each in fact.fact.discounts
    )


def standing_discounts(
    view: View, told: Mapping[Target, list[Once[DiscountGiven]]]
) -> dict[Target, tuple[Once[DiscountGiven], ...]]:
    """Those that nobody withdrew, of targets with any. told: all that were ever given to each."""
    gone = _withdrawn(view)
    standing = {
        target: tuple(each for each in standing_of(view, given) if each.id not in gone)
        for target, given in told.items()
    }
    return {target: found for target, found in standing.items() if found}


def standing_of(view: View, told: Iterable[Once[T]]) -> tuple[Once[T], ...]:
    """Those that no other of them replaces, by stamp."""
    writes = {each.id: each for each in told}
    if len(writes) > 1:
        heads = Register(
            Write(each.id, each.stamp, each, view.same_all(each.fact.replaces))
            for each in writes.values()
        ).heads
        writes = {each: writes[each] for each in heads}
    return tuple(sorted(writes.values(), key=lambda each: each.stamp))


def having(
    lines: Sequence[Line], standing: Standing, kind: DiscountKind
) -> Iterable[tuple[Once[DiscountGiven], list[Line]]]:
    """Each discount of a kind that counts, with the lines that have it together."""
    counting: dict[FactId, tuple[Once[DiscountGiven], list[Line]]] = {}
    for line in lines:
        found = standing.get((kind, line.id))
        if found:
            counting.setdefault(found[-1].id, (found[-1], []))[1].append(line)
    return counting.values()


def set_apart(lines: Sequence[Line], standing: Standing) -> list[tuple[str, tuple[FactId, ...]]]:
    """Registers of lines that hold contradictions, as `Terms.set_apart`: each once, under the first
    line that has it."""
    found: dict[tuple[DiscountKind, tuple[FactId, ...]], str] = {}
    for line in lines:
        for kind in KINDS:
            told = standing.get((kind, line.id), ())
            if len({each.fact.says for each in told}) > 1:
                heads = tuple(each.id for each in told)
                found.setdefault((kind, heads), f"{kind}:{line.id.hex()}")
    return sorted((name, heads) for (_, heads), name in found.items())


def carried_apart(discounts: LineDiscounts) -> list[tuple[str, tuple[FactId, ...]]]:
    """The same of what lines carry: told differently by two who joined one order with another."""
    return [
        (
            f"carried:{each.counting.fact.kind}:{each.counting.fact.discount.hex()}",
            tuple(told.id for told in each.told),
        )
        for each in discounts.carried
        if len({told.fact.says for told in each.told}) > 1
    ]


def _taken_off(
    lines: Sequence[Line], standing: Standing, carried: tuple[Carried, ...]
) -> LineDiscounts:
    free = {line.origin for line in lines if ("courtesy", line.id) in standing}
    left = {line.origin: 0 if line.origin in free else line.amount for line in lines}
    for given, some in having(lines, standing, "percent"):
        asked = percentage(sum(left[each.origin] for each in some), given.fact.amount)
        for origin, part in _shared(asked, some, left):
            left[origin] -= part
    amounts: dict[FactId, int] = {}
    for given, some in having(lines, standing, "value"):
        for origin, part in _shared(given.fact.amount, some, left):
            left[origin] -= part
            amounts[origin] = part
    for each in carried:
        fact, some = each.counting.fact, [line for line in lines if line.id in each.lines]
        asked = percentage(sum(left[line.origin] for line in some), fact.basis_points)
        for origin, part in _shared(max(0, asked + fact.centavos), some, left):
            left[origin] -= part
    off = {line.origin: line.amount - left[line.origin] for line in lines}
    off = {origin: taken for origin, taken in off.items() if taken}
    return LineDiscounts(standing, off, amounts, carried)


def _shared(
    asked: int, lines: Sequence[Line], left: Mapping[FactId, int]
) -> list[tuple[FactId, int]]:
    """What each line has of a discount, at most all that it still costs."""
    amounts = [left[line.origin] for line in lines]
    off = min(sum(amounts), asked)
    if not off:
        return []
    parts = split_by_weights(off, amounts)
    return [(line.origin, part) for line, part in zip(lines, parts, strict=True)]


def discounts_about(order: "SharedLines") -> list[AboutDiscounts]:
    """Every discount that was ever given to an order or to a line that is on it, or carried by
    such a line, and what takes any of those away: wherever they stand."""
    found: list[AboutDiscounts] = []
    here: dict[OrderId, set[LineId]] = {order.order: set()}
    for line in order.lines:
        here.setdefault(line.home, set()).add(line.id)
    for home_id, lines in here.items():
        home = order.orders[home_id]
        about: list[AboutDiscounts] = [
            each for each, meant in spoken_discounts(home) if lines.intersection(meant)
        ]
        about += [each for each, meant in spoken_carried(home) if lines.intersection(meant)]
        if home is order:
            about += [each for each in home.all(DiscountGiven) if each.fact.line is None]
        ids = {each.id for each in about}
        found += about
        found += [
            each for each in home.all(DiscountWithdrawn) if ids & home.same_all(each.fact.discounts)
        ]
    return found
