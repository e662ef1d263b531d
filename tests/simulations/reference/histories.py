"""Random histories of a shop: real commands at several terminals that see little of each other.

Rules of this file:
1. A history is a function of its seed: the bytes of all changes that were stored anywhere.
2. Whatever stored changes can say happens here often: one command at two terminals, one key for two
   commands, clocks of any year, equal clocks, copies of a disk, nonsense that a member signed.
3. Keys are real and chains are whole, so that a real peer takes a history too.
4. What may be commanded stands by subject in the files beside this one, each throw with the dice of
   the history: another throw anywhere is another history from there on.
"""

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from random import Random

from crdt_models.change import Change
from crdt_models.disputes import SettleDispute, card_disputes, open_disputes, two_tabs
from crdt_models.documents.accounts.commands import OpenAccount
from crdt_models.documents.cash.commands import OpenShift
from crdt_models.documents.catalog.commands import AddProduct
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.command import Command
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.commands import AddTable
from crdt_models.errors import DomainError, MalformedChange, NotCanonical
from crdt_models.fact import body_of
from crdt_models.ids import KEY_BYTES, STAFF, DocumentId
from simulations.fuzz.members import Author
from simulations.fuzz.nonsense import Pools, any_body
from tests.simulations.reference.bills import furnished_bill
from tests.simulations.reference.closing_days import day_command
from tests.simulations.reference.drawers import cash_command, closing_of
from tests.simulations.reference.furnishing import (
    settings_command,
    staff_command,
    unchecked_writing,
)
from tests.simulations.reference.listing import catalog_command
from tests.simulations.reference.moving import cut_off, moving_command
from tests.simulations.reference.ordering import opening, order_command, plain_line
from tests.simulations.reference.replicas import CLOCKS, DAY, Replica, member
from tests.simulations.reference.seating import (
    card_command,
    floor_command,
    reservation_command,
    room_command,
)
from tests.simulations.reference.stocking import stock_command
from tests.simulations.reference.trust import account_command, trust_command

Maker = Callable[[Random, Replica], Command | None]
_SUBJECTS = ("guests", "room", "trust", "moves", "lines", "kitchen", "money", "bill", "catalog",
    "cash", "cards", "stock",
)  # fmt: skip


def history(
    seed: int, *, nonsense: bool = False, author: Callable[[str], Author] = member
) -> list[bytes]:
    """The bytes of every change that some terminal stored. nonsense: members also sign what no
    program of ours writes. author: a member of the site, by name; copied before use."""
    world = _World(Random(seed), nonsense, author)
    for _ in range(world.dice.choice((20, 40, 100))):
        world.step()
    world.close_apart()
    return [change.data for change in world.told.values()]


class _World:
    """The terminals of one history, and what was commanded so far."""

    def __init__(self, dice: Random, nonsense: bool, author: Callable[[str], Author]) -> None:
        self.dice = dice
        self.managers = Random(repr(dice.getstate()))
        self.managing = self.managers.choice((0.0, 0.12))  # how often a manager does something
        self.owners = Random(repr(self.managers.getstate()))
        self.hiring = self.owners.choice((0.0, 0.0, 0.0, 0.4))
        # How much happens of what: what is rare in most histories is frequent in some.
        self.leaning = {subject: dice.choice((0.2, 1, 1, 4)) for subject in _SUBJECTS}
        self.told: dict[bytes, Change] = {}
        self.given: list[tuple[Command, bytes]] = []
        self.replicas = [
            Replica(name, copy(author(name)), self.told) for name in "ABC"[: dice.choice((2, 2, 3))]
        ]
        for replica in self.replicas:
            replica.author.previous = []
            replica.author.sequence = 0
            replica.open(self._epoch())
        self._furnish(nonsense)

    def _furnish(self, nonsense: bool) -> None:
        """Three tables and an order that everybody knows; and what can happen."""
        first = self.replicas[0]
        for label in ("1", "2", "3"):
            first.give(AddTable(label=label), self._key())
        for name, halves in (("Calabresa", "average"), ("Queijo", "dearest")):
            values = ProductValues(name=name, unit_centavos=4400, code=name, halves=halves)
            first.give(AddProduct(values=values), self._key())
        first.give(OpenOrder(service_type="balcao", lines=(plain_line(self.dice),)), self._key())
        first.give(OpenShift(float_centavos=10_000), self._key())
        first.give(OpenAccount(name="Zé", limit_centavos=2000), self._key())
        for command in furnished_bill(self.dice, first.orders[0].order):
            first.give(command, self._key())
        for other in self.replicas[1:]:
            other.receive(list(first.changes.values()))
        self.acts: list[Callable[[Replica], None]] = [
            *[self._command] * 14,
            *[self._sync] * 3,
            *[self._again] * 2,
            self._key_reused,
            self._settle,
            self._cut_off,
            self._clock,
            self._reboot,
            *[self._copy_or_restore] * (self.dice.random() < 0.3),
            *[self._nonsense] * (6 if nonsense else 0),
        ]

    def step(self) -> None:
        self.dice.choice(self.acts)(self.dice.choice(self.replicas))
        if self.managers.random() < self.managing:
            self._manage(self.managers.choice(self.replicas))
        if self.owners.random() < self.hiring:
            self._hire(self.owners.choice(self.replicas))

    def close_apart(self) -> None:
        """At the end, at times: a disk that was copied closes its drawer, and so does the copy."""
        counted = [(each, shift) for each in self.replicas for shift in each.open_shifts()]
        if not counted or self.dice.random() < 0.8:
            return
        replica, shift = self.dice.choice(counted)
        twin = replica.copy()
        twin.open(self._epoch())
        for each in (replica, twin):
            for command in closing_of(each, shift):
                self._give(each, command, self._key())

    # --- what can happen

    def _manage(self, replica: Replica) -> None:
        """What managers do meanwhile, with dice of their own."""
        maker = self.managers.choice((settings_command, floor_command, day_command))
        with suppress(DomainError):
            replica.give(maker(self.managers, replica), self.managers.randbytes(16))

    def _hire(self, replica: Replica) -> None:
        """Owners and managers tell who works here, with dice of their own."""
        dice, key = self.owners, self.owners.randbytes(16)
        if dice.random() < 0.2:  # a terminal that asks nobody who he is
            fact, by = unchecked_writing(dice, replica)
            replica.write([[STAFF, body_of(fact)]], key, operator=by)
            return
        command, by = staff_command(dice, replica)
        with suppress(DomainError):
            replica.give(command, key, by)
            if dice.random() < 0.2:  # a retry at another terminal
                dice.choice(self.replicas).give(command, key, by)

    def _command(self, replica: Replica) -> None:
        command = self._any_command(replica)
        if command is not None:
            self._give(replica, command, self._key())

    def _sync(self, replica: Replica) -> None:
        """Another's changes, or some of them: without what they follow on, if it must be."""
        other = self.dice.choice(self.replicas)
        theirs = list(other.changes.values())
        if self.dice.random() < 0.3:
            theirs = self.dice.sample(theirs, self.dice.randrange(len(theirs) + 1))
        replica.receive(theirs)

    def _again(self, replica: Replica) -> None:
        """A retry that reaches another terminal."""
        if self.given:
            self._give(replica, *self.dice.choice(self.given[-6:]))

    def _key_reused(self, replica: Replica) -> None:
        """One key for two requests; or for two commands of one request, on one order."""
        command = self._any_command(replica)
        if self.given and command is not None:
            last, key = self.dice.choice(self.given[-6:])
            if self.dice.random() < 0.5:
                self._give(replica, command, key[:KEY_BYTES] + self.dice.randbytes(4))
                return
            if getattr(last, "order", None) == getattr(command, "order", None):
                self._give(replica, command, key)

    def _cut_off(self, replica: Replica) -> None:
        """Two terminals do something to one line, and neither has heard of the other's."""
        orders = [each for each in replica.orders if each.is_open][:4]
        if orders:
            mine, theirs = cut_off(self.dice, self.dice.choice(orders), orders)
            other = self.dice.choice(self.replicas)
            for at, commands in ((replica, mine), (other, theirs)):
                for command in commands:
                    self._give(at, command, self._key())

    def _settle(self, replica: Replica) -> None:
        """A person decides, mostly on what is so."""
        views = map(replica.read, replica.views)
        disputes = [each for view in views for each in open_disputes(view)]
        disputes += two_tabs(replica.orders, replica.room)
        disputes += card_disputes(replica.orders, replica.room)
        disputes = [each for each in disputes if each.choices]
        if disputes:
            chosen = self.dice.choice(disputes)
            weighed = chosen.facts if self.dice.random() < 0.8 else chosen.facts[1:]
            command = SettleDispute(
                document=chosen.document,
                kind=chosen.kind,
                subject=chosen.subject,
                choice=self.dice.choice(chosen.choices),
                weighs=weighed,
            )
            self._give(replica, command, self._key())

    def _clock(self, replica: Replica) -> None:
        replica.clock_ms = self.dice.choice(CLOCKS)
        replica.stamp = self.dice.choice((replica.stamp, 0))
        replica.day = self.dice.choice((DAY, DAY, DAY + 1))

    def _reboot(self, replica: Replica) -> None:
        replica.open(self._epoch())

    def _copy_or_restore(self, replica: Replica) -> None:
        """A disk is copied: the copy goes on in the same epoch, or begins one. Or the first
        change of a terminal is written once more."""
        if len(self.replicas) > 4:
            return
        twin = replica.copy()
        self.replicas.append(twin)
        throw = self.dice.random()
        if throw < 0.2:
            twin.author.previous, twin.author.sequence = [], 0
        if throw < 0.6:
            twin.open(self._epoch())

    def _nonsense(self, replica: Replica) -> None:
        """What a member that was taken over can sign."""
        orders = [DocumentId(each.document) for each in replica.orders]
        known = [entry.id for view in replica.views.values() for entry in view.entries]
        pools = Pools(self.dice, known, _things(replica))
        facts = []
        for _ in range(self.dice.choice((1, 1, 2, 4))):
            document, body = any_body(pools)
            if document.startswith("order:") and self.dice.random() < 0.9:
                document = self.dice.choice(orders)
            if document.startswith("account:") and self.dice.random() < 0.9:
                document = self.dice.choice(replica.accounts).document
            if document.startswith("shift:") and replica.shifts and self.dice.random() < 0.9:
                document = self.dice.choice(replica.shifts).document
            facts.append([document, body])
        clock = self.dice.choice([-1, 0, 2**64 - 1, *(each.hlc for each in self.told.values())])
        key = self.dice.choice([self._key(), *(key for _, key in self.given[-3:])])
        before = copy(replica.author)
        try:
            replica.write(facts, key, clock)
        except (NotCanonical, MalformedChange):
            replica.author = before

    # --- commands

    def _give(self, replica: Replica, command: Command, key: bytes) -> None:
        try:
            replica.give(command, key)
        except DomainError:
            return
        self.given.append((command, key))

    def _any_command(self, replica: Replica) -> Command | None:
        makers: dict[Maker, float] = {
            opening: 12 * self.leaning["guests"],
            catalog_command: 9 * self.leaning["catalog"],
            stock_command: 8 * self.leaning["stock"],
            room_command: 8 * self.leaning["room"],
            card_command: 8 * self.leaning["cards"],
            floor_command: 4 * self.leaning["room"],
            reservation_command: 4 * self.leaning["room"],
            cash_command: 6 * self.leaning["cash"],
            account_command: 8 * self.leaning["trust"],
            _trust_command: 8 * self.leaning["trust"],
            _moving_command: 12 * self.leaning["moves"],
            self._order_command: 56,
        }
        (maker,) = self.dice.choices(list(makers), list(makers.values()))
        return maker(self.dice, replica)

    def _order_command(self, dice: Random, replica: Replica) -> Command | None:
        order = _some_order(dice, replica)
        tables = self.replicas[0].room.tables
        return None if order is None else order_command(dice, order, tables, self.leaning)

    def _key(self) -> bytes:
        return self.dice.randbytes(16)

    def _epoch(self) -> bytes:
        return self.dice.randbytes(8)


def _trust_command(dice: Random, replica: Replica) -> Command | None:
    order = _some_order(dice, replica)
    return None if order is None else trust_command(dice, replica, order)


def _moving_command(dice: Random, replica: Replica) -> Command | None:
    orders = _known_orders(replica)
    if not orders:
        return None
    return moving_command(dice, dice.choice(orders), [each.order for each in orders])


def _some_order(dice: Random, replica: Replica) -> OrderView | None:
    orders = _known_orders(replica)
    return dice.choice(orders) if orders else None


def _known_orders(replica: Replica) -> list[OrderView]:
    return [each for each in replica.orders if each.opening is not None][:3]


def _things(replica: Replica) -> list[bytes]:
    """What facts may be about, in one pool: a payment may go by the id of a line."""
    lines = [line.fact.line for order in replica.orders for line in order.lines]
    payments = [each.id for order in replica.orders for each in order.payments]
    payments += [each.id for account in replica.accounts for each in account.payments]
    orders = [order.order for order in replica.orders[:3]]
    things = [*replica.room.tables, *replica.catalog.products]
    return [*lines, *payments, *orders, *things, bytes(16)]
