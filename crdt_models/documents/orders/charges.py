"""The figures of a bill: computed while it is open, read from its closing afterwards.

In this order, in whole centavos; a percentage and an amount of weight are rounded half up, once:

    1 gross of a line    quantity left × unit price with modifiers
    2 off the line       courtesy: all of 1; else the percent of 1 and then the value, at most all:
                         see `line_discounts`; then what it carries of the discounts of an order
                         that was joined with this one, see `merging`
    3 off the order      of the sum of 1 − 2, likewise; shared out over the lines in proportion to
                         1 − 2, to the centavo, by largest remainder
    4 consumption        the sum of 1 − 2 − 3: what the lines of a closing say
    5 minimum            what the sum of 1 lacks to it: a discount is never taken back by it
    6 service            its rate of 4: not of minimum, couvert or fee
    7 couvert            of one person × people
    8 delivery fee       as set
      total              4 + 5 + 6 + 7 + 8; of an order on the house nothing at all

Usual in Brazil: the 10 % are asked on what was eaten and drunk, after discounts; couvert is the
musician's and the fee the rider's. People are those at the table, one when nobody said.

Rules of this file:
1. A closing lists its charges as lines too, so that a version that knows none of this still shows
   lines that add up to the total. `charges` says which they are.
2. What stands and what it comes to is decided here once; all others ask `Terms` and `Figures`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import msgspec

from crdt_models.documents.orders.facts import (
    BillClosed,
    ChargeKind,
    ClosedCharge,
    ClosedDiscount,
    ClosedLine,
    CouvertSet,
    DeliveryFeeSet,
    DiscountCarried,
    DiscountGiven,
    DiscountKind,
    DiscountWithdrawn,
    MinimumSet,
    ServiceSet,
    TipReceived,
    TipReturned,
)
from crdt_models.documents.orders.line_discounts import (
    KINDS,
    Carried,
    Standing,
    Target,
    carried_to,
    standing_discounts,
    standing_of,
)
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.view import Once, View
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, DocumentId, FactId, LineId
from crdt_models.money import percentage, split_by_weights

if TYPE_CHECKING:  # the view is made of this file
    from crdt_models.documents.orders.shared_lines import SharedLines

TermSet: TypeAlias = ServiceSet | CouvertSet | MinimumSet | DeliveryFeeSet

TERMS: tuple[type[Fact], ...] = (
    DiscountGiven, DiscountCarried, DiscountWithdrawn, ServiceSet, CouvertSet, MinimumSet,
    DeliveryFeeSet,
)  # fmt: skip
"""Facts that move a total; a closing counts them."""

CHARGE_NAMES: dict[str, str] = {
    "minimum": "Consumação mínima",
    "service": "Taxa de serviço",
    "couvert": "Couvert",
    "delivery_fee": "Taxa de entrega",
}
"""As a closing lists them, for people."""
_UNIT_LIMIT = 10**11  # what `ClosedLine.unit_centavos` holds


class Terms(NamedTuple):
    """What stands, by stamp: the last counts; others were written without knowing of it. of_lines:
    centavos off each line that has a discount, by the fact that made it a line. carried: what lines
    brought of the discounts of other orders."""

    discounts: Standing
    of_lines: Mapping[FactId, int]
    carried: tuple[Carried, ...]
    service: tuple[Once[ServiceSet], ...]
    couvert: tuple[Once[CouvertSet], ...]
    minimum: tuple[Once[MinimumSet], ...]
    delivery_fee: tuple[Once[DeliveryFeeSet], ...]

    def discount(self, kind: DiscountKind) -> int | None:
        """The amount of one of the order; None when there is none."""
        standing = self.discounts.get((kind, None))
        return standing[-1].fact.amount if standing else None

    @property
    def service_basis_points(self) -> int:
        """The rate that counts."""
        return self.service[-1].fact.basis_points if self.service else 0

    @property
    def is_free(self) -> bool:
        """Whether all of it is on the house."""
        return self.discount("courtesy") is not None

    @property
    def of_order(self) -> tuple[FactId, ...]:
        """The discounts of the order as a whole."""
        of_order = (told for (_, line), told in self.discounts.items() if line is None)
        return tuple(sorted(each.id for told in of_order for each in told))

    @property
    def set_apart(self) -> tuple[tuple[str, tuple[FactId, ...]], ...]:
        """Registers of the order that hold contradictions: (name, facts that stand)."""
        named: list[tuple[str, tuple[Once[Any], ...]]] = [
            ("service", self.service),
            ("couvert", self.couvert),
            ("minimum", self.minimum),
            ("delivery_fee", self.delivery_fee),
        ]
        named += [(kind, told) for (kind, line), told in self.discounts.items() if line is None]
        return tuple(
            (name, tuple(each.id for each in standing))
            for name, standing in sorted(named, key=lambda each: each[0])
            if len({each.fact.says for each in standing}) > 1
        )


def terms_of(view: "SharedLines") -> Terms:
    """What the facts of an order agree on, and those of the homes of its lines of these."""
    given: dict[Target, list[Once[DiscountGiven]]] = {}
    for each in view.all(DiscountGiven):
        if each.fact.line is None:
            given.setdefault((each.fact.kind, None), []).append(each)
    discounts = standing_discounts(view, given)
    off: dict[FactId, int] = {}
    for line in view.lines if view.has_line_discounts else ():
        of_lines = view.home_of(line).line_discounts
        for kind in KINDS:
            if (kind, line.id) in of_lines.standing:
                discounts.setdefault((kind, line.id), of_lines.standing[kind, line.id])
        if line.origin in of_lines.off:
            off[line.origin] = of_lines.off[line.origin]
    return Terms(
        discounts,
        off,
        carried_to(view),
        standing_of(view, view.all(ServiceSet)),
        standing_of(view, view.all(CouvertSet)),
        standing_of(view, view.all(MinimumSet)),
        standing_of(view, view.all(DeliveryFeeSet)),
    )


class Charge(msgspec.Struct, frozen=True):
    """One figure of the bill that is no line. line: its id among a closing's lines. rate, people:
    see `ClosedCharge`."""

    kind: str
    line: LineId
    centavos: int
    rate: int
    people: int


class Figures(msgspec.Struct, frozen=True):
    """A bill. lines: with what is asked for each, discounts taken off. discounts: of those lines
    that have any."""

    lines: tuple[ClosedLine, ...]
    discounts: tuple[ClosedDiscount, ...]
    charges: tuple[Charge, ...]
    total: int

    @property
    def consumption(self) -> int:
        """Centavos of all lines, after discounts."""
        return sum(line.amount_centavos for line in self.lines)

    @property
    def discount(self) -> int:
        """Centavos taken off."""
        return sum(each.of_line + each.of_order for each in self.discounts)

    def charge(self, kind: ChargeKind) -> int:
        """Centavos of one kind of charge."""
        return sum(each.centavos for each in self.charges if each.kind == kind)

    @property
    def taken_off(self) -> dict[LineId, int]:
        """Centavos that discounts take off, by line."""
        taken: dict[LineId, int] = {}
        for each in self.discounts:
            taken[each.line] = taken.get(each.line, 0) + each.of_line + each.of_order
        return taken


def figures_of(
    document: DocumentId, lines: Iterable[Line], terms: Terms, people: int | None
) -> Figures:
    """The bill as it is now. people: at the table."""
    billed = [line for line in lines if line.left]
    of_line = [terms.of_lines.get(line.origin, 0) for line in billed]
    of_order = _off_order(
        [line.amount - off for line, off in zip(billed, of_line, strict=True)], terms
    )
    closed, discounts = [], []
    for line, off, shared in zip(billed, of_line, of_order, strict=True):
        closed.append(_closed(line, line.amount - off - shared))
        if off or shared:
            discounts.append(ClosedDiscount(line.id, off, shared))
    gross = sum(line.amount for line in billed)
    asked = sum(each.amount_centavos for each in closed)
    charges = () if terms.is_free else _charges(document, terms, people or 1, gross, asked)
    total = asked + sum(each.centavos for each in charges)
    return Figures(tuple(closed), tuple(discounts), charges, total)


def _closed(line: Line, amount: int) -> ClosedLine:
    return ClosedLine(
        line=line.id,
        name=line.fact.name,
        thousandths=line.left,
        unit_centavos=line.unit,
        amount_centavos=amount,
    )


def _off_order(amounts: list[int], terms: Terms) -> list[int]:
    """Shared out: what the order's discounts take off each line. Never more than the line has."""
    left = sum(amounts)
    off = percentage(left, terms.discount("percent") or 0) + (terms.discount("value") or 0)
    off = left if terms.is_free else min(left, off)
    return split_by_weights(off, amounts) if off else [0] * len(amounts)


def _charges(
    document: DocumentId, terms: Terms, people: int, gross: int, asked: int
) -> tuple[Charge, ...]:
    found: list[tuple[ChargeKind, int, int, int]] = []
    if terms.minimum:
        least = terms.minimum[-1].fact
        times = people if least.is_per_person else 1
        found.append(("minimum", max(0, least.centavos * times - gross), least.centavos, times))
    rate = terms.service_basis_points
    found.append(("service", percentage(asked, rate), rate, 1))
    if terms.couvert:
        couvert = terms.couvert[-1].fact
        times = couvert.people or people
        found.append(("couvert", couvert.unit_centavos * times, couvert.unit_centavos, times))
    if terms.delivery_fee:
        fee = terms.delivery_fee[-1].fact.centavos
        found.append(("delivery_fee", fee, fee, 1))
    return tuple(
        Charge(kind, charge_line(document, kind), centavos, rate, times)
        for kind, centavos, rate, times in found
        if centavos
    )


def charge_line(document: DocumentId, kind: ChargeKind) -> LineId:
    """Under which id a closing lists a charge among its lines."""
    seed = f"malha-charge-v1{document}{kind}".encode("ascii")
    return LineId(CreatedId(hashlib.sha256(seed).digest()[:16]))


def closing_lines(figures: Figures) -> tuple[ClosedLine, ...]:
    """Lines and charges as a closing lists them: they add up to the total."""
    charged = (
        ClosedLine(
            line=each.line,
            name=CHARGE_NAMES[each.kind],
            thousandths=1000,
            unit_centavos=min(each.centavos, _UNIT_LIMIT),
            amount_centavos=each.centavos,
        )
        for each in figures.charges
    )
    return (*figures.lines, *charged)


def closing_charges(figures: Figures) -> tuple[ClosedCharge, ...]:
    """What a closing says of its charges."""
    return tuple(
        ClosedCharge(each.kind, each.line, min(each.rate, _UNIT_LIMIT), each.people)
        for each in figures.charges
    )


def closed_figures(closing: BillClosed) -> Figures:
    """The bill as it was closed."""
    told: dict[LineId, ClosedCharge] = {}
    for each in closing.charges:
        told.setdefault(each.line, each)
    charges = tuple(
        Charge(about.kind, line.line, line.amount_centavos, about.rate, about.people)
        for line in closing.lines
        if (about := told.get(line.line)) is not None
    )
    lines = tuple(line for line in closing.lines if line.line not in told)
    return Figures(lines, closing.discounts, charges, closing.total)


class Tip(msgspec.Struct, frozen=True):
    """One tip. state: `counted`, `returned`, or `uncounted` while its payment does not count."""

    received: Once[TipReceived]
    state: Literal["counted", "returned", "uncounted"]

    @property
    def centavos(self) -> int:
        """What it is when it counts."""
        return self.received.fact.centavos


def tips_of(view: View, payments: Iterable[Payment]) -> tuple[Tip, ...]:
    """Every tip, by stamp."""
    returned = view.same_all(each for fact in view.all(TipReturned) for each in fact.fact.tips)
    counting = {each.id for each in payments if each.state == "confirmed"}
    tips = []
    for each in view.all(TipReceived):
        payment = each.fact.payment
        state: Literal["counted", "returned", "uncounted"] = "counted"
        if each.id in returned:
            state = "returned"
        elif payment is not None and payment not in counting:
            state = "uncounted"
        tips.append(Tip(each, state))
    return tuple(tips)
