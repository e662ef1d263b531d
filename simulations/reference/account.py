"""A customer's account: what was sold on trust, and what was paid of it since.

Rules of this file:
1. The customer owes all charges, less what was taken back of them, less the payments that count,
   plus what of those was handed back. Payments count as an order's do.
2. Everything else is a register; the opening writes the first value of each. Nobody is blocked from
   the start.
3. A charge and its order's payment are told by one change, and so are a refund and what it takes
   back: over the whole shop both sides are equal (see `trust_is_conserved`).
4. A person looks at a debt beyond the limit, at one below zero, and at what was sold to somebody
   who is blocked by people who did not know of it. The evidence is the product's
   choice: of the first, the newest charges that together make up the debt and what the limit was
   last said to be; of the second, whatever counts; in both at most the newest 256 movements.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeAlias

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Register, Told, Write
from simulations.reference.order import ReferenceOrder
from simulations.reference.payments import ReferencePayment, payments_of
from simulations.reference.shapes import ON_TRUST

_MOST = 256
_ALL_NAMED = 512  # what one fact can name
Sums: TypeAlias = dict[tuple[str, bytes], list[int]]  # centavos by order and payment, or refund


class ReferenceAccount:
    """Money in centavos."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.document = meaning.document
        self.id = meaning.document.removeprefix("account:")
        self.charges = list(meaning.of("account_charged"))
        self.taken_back = list(meaning.of("charge_reversed"))
        self.payments: list[ReferencePayment] = payments_of(meaning)
        self.refunds = list(meaning.of("payment_refunded"))

    @property
    def opening(self) -> Told | None:
        """None while it has not come: then nobody knows whose account it is."""
        return next(iter(self.meaning.of("account_opened")), None)

    def register(self, name: str) -> Register[Any]:
        """One of ACCOUNT_VALUES."""
        writes: list[Write[Any]] = [
            Write(each.id, each.stamp, each.fields.get(name, False), set[str]())
            for each in self.meaning.of("account_opened")
        ]
        told = self.meaning.of("account_field_set")
        writes += self.meaning.writes((each for each in told if each["field"] == name), "value")
        return Register(writes)

    def value(self, name: str) -> Any:
        """The current value of one of ACCOUNT_VALUES."""
        return self.register(name).value(False if name == "is_blocked" else None)

    @cached_property
    def charged(self) -> int:
        return sum(each["centavos"] for each in self.charges)

    @cached_property
    def credited(self) -> int:
        return sum(each["centavos"] for each in self.taken_back)

    @cached_property
    def received(self) -> int:
        return sum(each.centavos for each in self.payments if each.counts)

    @cached_property
    def refunded(self) -> int:
        return sum(each["centavos"] for each in self.refunds)

    @property
    def settled(self) -> int:
        return self.received - self.refunded

    @property
    def balance(self) -> int:
        """What the customer owes."""
        return self.charged - self.credited - self.settled

    @property
    def movements(self) -> list[tuple[Told, str, bytes, int, str]]:
        """(fact, kind, id, by how much more is owed, state), by stamp."""
        found = [(e, "charge", e["payment"], e["centavos"], "confirmed") for e in self.charges]
        found += [
            (e, "reversal", e["refund"], -e["centavos"], "confirmed") for e in self.taken_back
        ]
        found += [
            (e.received, "payment", e.id, -e.centavos if e.counts else 0, e.state)
            for e in self.payments
        ]
        found += [(e, "refund", e["refund"], e["centavos"], "confirmed") for e in self.refunds]
        return sorted(found, key=lambda each: each[0].stamp)

    @property
    def needs_upgrade(self) -> bool:
        return any(fact.must_understand for fact in self.meaning.not_understood)


def of_account(account: ReferenceAccount) -> Iterator[Situation]:
    """What a person must decide about it, beside its payments and what any document can have."""
    limit = account.value("limit_centavos")
    if limit is not None and account.balance > limit:
        facts = [*_newest_charges(account), *_last_said(account.register("limit_centavos"))]
        yield situation("credit_limit_exceeded", account.id, facts)
    sold = _sold_while_blocked(account)
    if sold:
        yield situation("sold_to_blocked_account", account.id, sold)
    movements = [told.id for told, kind, *_, state in account.movements if state == "confirmed"]
    if account.balance < 0:
        yield situation("account_overpaid", account.id, movements[-_MOST:])
    if account.refunded > account.received:
        yield situation("over_refunded", account.id, movements[-_MOST:])


def _sold_while_blocked(account: ReferenceAccount) -> list[str]:
    """The standing blocks and the charges that none of them names, as far as they are not given
    back. A block names the opening and at most 511 charges, the newest; one that names nothing is
    of an older program."""
    if account.value("is_blocked") is not True:
        return []
    told = [e for e in account.meaning.of("account_field_set") if e["field"] == "is_blocked"]
    standing = account.register("is_blocked").standing
    blocks = [each for each in told if each.id in standing and each["value"] is True]
    known = account.meaning.same(each for block in blocks for each in block["seen"])
    first = min((c.stamp for c in account.charges if c.id in known), default=None)
    if first is None or all(len(block["seen"]) < _ALL_NAMED for block in blocks):
        first = None
    left = _left_of_charges(account)
    sold = [
        charge.id
        for charge in account.charges
        if left[charge.id] > 0
        and charge.id not in known
        and (first is None or charge.stamp > first)
    ]
    return [*(each.id for each in blocks), *sold[-_MOST:]] if known and sold else []


def _newest_charges(account: ReferenceAccount) -> list[str]:
    named: list[str] = []
    owed = account.balance
    left = _left_of_charges(account)
    for charge in reversed(account.charges):
        if owed > 0 and len(named) < _MOST:
            named.append(charge.id)
            owed -= left[charge.id]
    return named


def _left_of_charges(account: ReferenceAccount) -> dict[str, int]:
    """What is left of each charge. Of several of one payment, the first gives back first."""
    left = {charge.id: charge["centavos"] for charge in account.charges}
    for back in account.taken_back:
        rest = back["centavos"]
        for charge in account.charges:
            if (charge["order"], charge["payment"]) == (back["order"], back["payment"]):
                part = min(rest, left[charge.id])
                left[charge.id] -= part
                rest -= part
    return left


def _last_said(register: Register[Any]) -> list[str]:
    last = register.last
    return [] if last is None else [last.id]


def trust_is_conserved(
    orders: Collection[ReferenceOrder], accounts: Collection[ReferenceAccount]
) -> Iterator[str]:
    """Every payment on trust is a charge of the same amount on the account that it names, and every
    refund of one is taken back there."""
    sold = _sums(
        (order.id, payment.id, payment.centavos)
        for order in orders
        for payment in order.payments
        if payment.method == ON_TRUST
    )
    charged = _sums(
        (each["order"].hex(), each["payment"], each["centavos"])
        for account in accounts
        for each in account.charges
    )
    yield from _unequal("paid on trust", sold, "charged", charged)
    given_back = _sums(
        (order.id, refund["refund"], refund["centavos"])
        for order in orders
        for refund in order.refunds
        if refund["method"] == ON_TRUST
    )
    taken_back = _sums(
        (each["order"].hex(), each["refund"], each["centavos"])
        for account in accounts
        for each in account.taken_back
    )
    yield from _unequal("refunded on trust", given_back, "taken back", taken_back)


def _sums(told: Iterable[tuple[str, bytes, int]]) -> Sums:
    found: Sums = {}
    for order, name, centavos in told:
        found.setdefault((order, name), []).append(centavos)
    return found


def _unequal(one: str, ours: Sums, other: str, theirs: Sums) -> Iterator[str]:
    for order, name in sorted(ours.keys() | theirs.keys()):
        mine, there = sorted(ours.get((order, name), [])), sorted(theirs.get((order, name), []))
        if mine != there:
            yield f"order {order}: {mine} {one} as {name.hex()}, and {there} {other}"
