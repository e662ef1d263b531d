"""An order: what all facts of its document mean together.

Rules of this file:
1. A closed bill is read from what its closing carries, for ever. A closing stands until a reopening
   names it; of several that stand, the one with the greatest stamp answers (the product's choice).
2. An open bill is what is left of the lines, with what `charges` makes of it. Nothing is owed of a
   cancelled order, unless a closing stands: closed figures stand. A closing lists its charges as
   lines too, and says which they are.
3. paid = confirmed payments − refunds, shown as never below zero; the balance is what is owed less
   the same, and below zero when too much was paid.
4. The account is, in this order: cancelled while a cancellation stands that no restoring names;
   settled or closed while a closing stands, by whether something is owed; merged while a merging
   stands that no restoring names and nothing is left on it, lines or charges; bill asked while a
   request stands that no reopened closing has counted; open.
5. A number counts only in a change that also opens the order: otherwise any terminal could rename
   the orders of another (the product's choice). The one with the least stamp is shown.
"""

from functools import cached_property
from typing import Any

from simulations.reference.charges import (
    SET,
    ReferenceBill,
    ReferenceTerms,
    ReferenceTip,
    tips_of,
)
from simulations.reference.kitchen import STAGES
from simulations.reference.line_discounts import LineDiscounts, about
from simulations.reference.lines import ReferenceLine, lines_of
from simulations.reference.moves import ReferencePlace, is_within, late_changes, was_counted
from simulations.reference.once import Meaning, Register, Told
from simulations.reference.order_schema import DELIVERY
from simulations.reference.payments import ReferencePayment, payments_of
from simulations.reference.shapes import ON_TRUST
from simulations.reference.shares import ReferenceShare, shares_of, split_of

Number = tuple[str, int]  # ("A", 17)


class ReferenceOrder:
    """Money in centavos, quantities in thousandths."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.document = meaning.document
        self.id = meaning.document.removeprefix("order:")
        self.rank = 1  # its place among the orders of one number; the shop knows it
        self.own_lines: list[ReferenceLine] = lines_of(meaning)
        self.places: dict[bytes, ReferencePlace] = {}  # of its own lines; the shop knows it
        self.lines: list[ReferenceLine] = []  # what is on it; the shop knows it
        self.origins: list[ReferencePlace] = []  # of each of those
        self.homes: list[ReferenceOrder] = []  # where lines came from; the shop knows it
        self.payments: list[ReferencePayment] = payments_of(meaning)
        self.refunds = list(meaning.of("payment_refunded"))

    # --- what people call it

    @property
    def opening(self) -> Told | None:
        """None while it has not come: then nobody knows what the order is."""
        return next(iter(self.meaning.of("order_opened")), None)

    @property
    def day(self) -> int | None:
        """Business day, days since 1970-01-01."""
        return None if self.opening is None else self.opening.first.day

    @property
    def device(self) -> bytes | None:
        """Who opened it."""
        return None if self.opening is None else self.opening.first.device

    @cached_property
    def numbered(self) -> tuple[Number, str] | None:
        """Its number, and the id of the fact that gives it."""
        opens = {
            fact.stamp.change
            for each in self.meaning.of("order_opened")
            for fact, _ in each.tellings
        }
        for each in self.meaning.of("order_numbered"):
            if each.stamp.change in opens:
                return (each["letters"], each["number"]), each.id
        return None

    @property
    def number(self) -> str | None:
        """As shown: `A-017`, `A-017/2`."""
        if self.numbered is None:
            return None
        (letters, number), _ = self.numbered
        return f"{letters}-{number:03d}" + (f"/{self.rank}" if self.rank > 1 else "")

    @property
    def name(self) -> str:
        """For sentences."""
        return self.number or f"sem número {self.id[:8]}"

    # --- registers

    def register(self, name: str) -> Any:
        """The current value of one of ORDER_VALUES."""
        return self.writes_of(name).value(None)

    def writes_of(self, name: str) -> Register[Any]:
        """All that was written of one of ORDER_VALUES."""
        told = (each for each in self.meaning.of("field_set") if each["field"] == name)
        opened = self.meaning.writes(self.meaning.of("order_opened"), name)
        return Register([*opened, *self.meaning.writes(told, "value")])

    @cached_property
    def flags(self) -> dict[str, bool]:
        """Marks that were ever set."""
        told: dict[str, list[Told]] = {}
        for each in self.meaning.of("flag_set"):
            told.setdefault(each["name"], []).append(each)
        return {
            name: Register(self.meaning.writes(found, "value")).value(unwritten=False)
            for name, found in told.items()
        }

    @property
    def delivery(self) -> dict[str, str]:
        """Where it goes: what is not empty of the write that counts."""
        told = self.meaning.of("delivery_set")
        written = Register(self.meaning.writes(told, "delivery")).value({})
        return {name: written[name] for name in DELIVERY if written.get(name)}

    # --- the kitchen

    @property
    def tickets(self) -> dict[str, list[ReferenceLine]]:
        """What each station has: sent, not cancelled, not delivered."""
        found: dict[str, list[ReferenceLine]] = {}
        for line in self.lines:
            if not self.cancellations and line.left and line.stage not in ("new", "delivered"):
                found.setdefault(line.station, []).append(line)
        return found

    # --- the bill

    @cached_property
    def closings(self) -> list[Told]:
        """Those that stand, by stamp."""
        reopened = self.meaning.same(each["closing"] for each in self.meaning.of("bill_reopened"))
        return [each for each in self.meaning.of("bill_closed") if each.id not in reopened]

    @property
    def closing(self) -> Told | None:
        """The one that answers for the bill."""
        return self.closings[-1] if self.closings else None

    @property
    def bill(self) -> list[tuple[bytes, str, int, int, int, int]]:
        """(line, name, thousandths, unit, what is asked, what was taken off) of each line that is
        billed. A closing may leave names out, for want of room: then they are the lines' own."""
        if self.closing is not None:
            names = {line.id: line.added["name"] for line in reversed(self.lines)}
            charged = {line for _, line, *_ in self.closing["charges"]}
            return [
                (line, name or names.get(line, ""), *figures, sum(self.off.get(line, ())))
                for line, name, *figures in (each[:5] for each in self.closing["lines"])
                if line not in charged
            ]
        billed = [line for line in self.lines if line.left]
        return [
            (
                line.id,
                line.added["name"],
                line.left,
                line.unit,
                asked,
                sum(self.off.get(line.id, ())),
            )
            for line, asked in zip(billed, self._computed.lines, strict=True)
        ]

    @cached_property
    def terms(self) -> ReferenceTerms:
        """Discounts and charges as the facts have them, whatever a closing says."""
        return ReferenceTerms(self.meaning)

    @cached_property
    def line_discounts(self) -> LineDiscounts:
        """Of its own lines, wherever they are."""
        return LineDiscounts(self.meaning, self.own_lines)

    @property
    def discounts(self) -> dict[tuple[str, bytes | None], list[Told]]:
        """Those that stand of the order and of the lines that are on it, by kind and line."""
        found: dict[tuple[str, bytes | None], list[Told]] = {
            (kind, None): told for kind, told in self.terms.discounts.items() if told
        }
        for line in self.lines:
            for (kind, name), told in self._home(line).line_discounts.standing.items():
                if name == line.id:
                    found.setdefault((kind, name), told)
        return found

    @property
    def carried(self) -> list[Told]:
        """What its lines brought of the discounts of orders that were joined with another: of each
        what counts."""
        return [
            told[-1]
            for home in (self, *self.homes)
            for told in home.line_discounts.carried.values()
            if any(home.line_discounts.is_about(told, each) for each in self._lines_of(home))
        ]

    def _lines_of(self, home: "ReferenceOrder") -> list[ReferenceLine]:
        return [line for line in self.lines if line.home == home.id]

    def _home(self, line: ReferenceLine) -> "ReferenceOrder":
        return next(each for each in (self, *self.homes) if each.id == line.home)

    @cached_property
    def _computed(self) -> ReferenceBill:
        return self.terms.bill(
            self.lines,
            lambda line: self._home(line).line_discounts.off[line.origin],
            self.register("people"),
        )

    @property
    def total(self) -> int:
        return self._computed.total if self.closing is None else int(self.closing["total"])

    @property
    def consumption(self) -> int:
        """What the lines cost, after discounts."""
        return sum(asked for *_, asked, _ in self.bill)

    @cached_property
    def off(self) -> dict[bytes, tuple[int, ...]]:
        """What discounts take off each line that has any."""
        if self.closing is None:
            return dict(self._computed.off)
        off: dict[bytes, tuple[int, ...]] = {}
        for line, of_line, of_order, *_ in self.closing["discounts"]:
            off[line] = (*off.get(line, ()), of_line, of_order)
        return off

    @property
    def discount(self) -> int:
        return sum(map(sum, self.off.values()))

    @property
    def charges(self) -> list[tuple[str, int, int, int]]:
        """(kind, rate, people, centavos)."""
        if self.closing is None:
            return self.terms.charges(self._computed, self.register("people"))
        told: dict[bytes, tuple[str, int, int]] = {}
        for kind, line, rate, people, *_ in self.closing["charges"]:
            told.setdefault(line, (kind, rate, people))
        return [
            (*told[line], amount)
            for line, _, _, _, amount, *_ in self.closing["lines"]
            if line in told
        ]

    def charge(self, kind: str) -> int:
        """Centavos of one kind of charge."""
        return sum(centavos for each, *_, centavos in self.charges if each == kind)

    @cached_property
    def late_terms(self) -> list[str]:
        """Discounts, charges and withdrawals that the closing did not count."""
        if self.closing is None:
            return []
        counted = self.meaning.same(self.closing["counted"])
        told = [each.id for tag in SET for each in self.meaning.of(tag)]
        for home in (self, *self.homes):
            lines = [line for line in self.lines if line.home == home.id]
            told += about(home.meaning, lines, of_order=home is self)
        return [each for each in told if each not in counted]

    @cached_property
    def tips(self) -> list[ReferenceTip]:
        return tips_of(self.meaning, self.payments)

    @property
    def tipped(self) -> int:
        return sum(tip.received["centavos"] for tip in self.tips if tip.counts)

    @cached_property
    def split(self) -> list[dict[str, Any]]:
        """As somebody told it; none when nobody did."""
        return split_of(self.meaning)

    @cached_property
    def shares(self) -> list[ReferenceShare]:
        """Nobody's last."""
        lines = [(line, much, asked) for line, _, much, _, asked, _ in self.bill]
        return shares_of(self.split, lines, self.total, self.payments, self.refunds)

    @cached_property
    def listed(self) -> set[bytes]:
        """The lines of the closed bill."""
        return set() if self.closing is None else {each[0] for each in self.closing["lines"]}

    @cached_property
    def late_lines(self) -> list[ReferenceLine]:
        """Lines that the closing did not count and of which something is left."""
        if self.closing is None:
            return []
        counted = self.meaning.same(self.closing["counted"])
        return [
            line
            for line in self.lines
            if line.left and not was_counted(line, self, counted) and not is_within(line, self)
        ]

    @cached_property
    def late_changes(self) -> list[str]:
        """What was done to counted lines that the closing did not count."""
        if self.closing is None:
            return []
        return late_changes(self, self.meaning.same(self.closing["counted"]))

    @property
    def residual(self) -> int:
        """What the late lines would add; part of no total."""
        return sum(line.amount for line in self.late_lines)

    # --- money

    @property
    def received(self) -> int:
        return sum(each.centavos for each in self.payments if each.counts)

    @property
    def refunded(self) -> int:
        return sum(each["centavos"] for each in self.refunds)

    @property
    def on_trust(self) -> int:
        """Of `received − refunded`, what no money came for."""
        sold = sum(each.centavos for each in self.payments if each.method == ON_TRUST)
        back = (int(each["centavos"]) for each in self.refunds if each["method"] == ON_TRUST)
        return sold - sum(back)

    @property
    def paid(self) -> int:
        return max(0, self.received - self.refunded)

    @property
    def owed(self) -> int:
        """What payments are measured against."""
        return self.total if self.is_owed else 0

    @property
    def is_owed(self) -> bool:
        return not self.cancellations or self.closing is not None

    @property
    def balance(self) -> int:
        return self.owed - (self.received - self.refunded)

    # --- where it stands

    @cached_property
    def cancellations(self) -> list[Told]:
        """Cancellations of the whole order that stand."""
        return self._unrestored("order_cancelled")

    @cached_property
    def mergings(self) -> list[Told]:
        """Mergings into another order that stand."""
        return self._unrestored("order_merged_into")

    def _unrestored(self, tag: str) -> list[Told]:
        restored = self.meaning.same(
            each for fact in self.meaning.of("order_restored") for each in fact["cancellations"]
        )
        return [each for each in self.meaning.of(tag) if each.id not in restored]

    @cached_property
    def account(self) -> str:
        """open, bill_asked, closed, settled, cancelled or merged."""
        if self.cancellations:
            return "cancelled"
        if self.closing is not None:
            return "settled" if self.balance <= 0 else "closed"
        if self.mergings and not self.total and not any(line.left for line in self.lines):
            return "merged"
        return "bill_asked" if self._is_asked() else "open"

    def _is_asked(self) -> bool:
        asked = {each.id for each in self.meaning.of("bill_asked")}
        standing = {each.id for each in self.closings}
        for closing in self.meaning.of("bill_closed"):
            if closing.id not in standing:
                asked -= self.meaning.same(closing["counted"])
        return bool(asked)

    @property
    def is_open(self) -> bool:
        """Whether it occupies its table."""
        return self.opening is not None and self.account in ("open", "bill_asked")

    @property
    def production(self) -> str:
        """Of what is left, the stage of the line furthest behind."""
        return min(
            (line.stage for line in self.lines if line.left), key=STAGES.index, default="new"
        )

    @property
    def needs_upgrade(self) -> bool:
        return any(
            fact.must_understand
            for order in (self, *self.homes)
            for fact in order.meaning.not_understood
        )

    @property
    def fact_count(self) -> int:
        return sum(len(order.meaning.facts) for order in (self, *self.homes))
