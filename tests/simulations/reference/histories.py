"""Random histories of a shop: real commands at several terminals that see little of each other.

Rules of this file:
1. A history is a function of its seed: the bytes of all changes that were stored anywhere.
2. Whatever stored changes can say happens here often: one command at two terminals, one key for two
   commands, clocks of any year, equal clocks, copies of a disk, nonsense that a member signed.
3. Keys are real and chains are whole, so that a real peer takes a history too.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cache
from itertools import count
from random import Random
from typing import Any, TypeVar, cast

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, decode_change
from crdt_models.dining_room import MINUTE_MS, left_by
from crdt_models.disputes import SettleDispute, open_disputes, two_tabs
from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import (
    EditAccount,
    OpenAccount,
    ReceiveOnAccount,
    RefundReceipt,
    SettleReceipt,
)
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, ImportProducts
from crdt_models.documents.catalog.facts import (
    Group,
    Ingredient,
    Option,
    PriceRule,
    ProductValues,
)
from crdt_models.documents.catalog.left import taken_since
from crdt_models.documents.catalog.pricing import Chosen
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Command, Context, Moment
from crdt_models.documents.floor.commands import (
    AssignWaiter,
    CleanTable,
    JoinTables,
    SeparateTables,
)
from crdt_models.documents.floor.reservation_commands import (
    BookTable,
    ChangeReservation,
    MarkReservation,
)
from crdt_models.documents.floor.reservations import Guests, Place
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    AnyLine,
    CancelLines,
    CancelOrder,
    CatalogLine,
    EditOrder,
    FireLines,
    HoldLines,
    LineCancellation,
    Named,
    NewLine,
    OpenOrder,
    RecallLines,
    RestoreOrder,
    RouteLines,
    SendLines,
)
from crdt_models.documents.orders.facts import Acquirer, Delivery, Modifier
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.commands import (
    AddArea,
    AddTable,
    ChangeTable,
    ReleaseTable,
    RenameArea,
    ReserveTable,
)
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.errors import DomainError, MalformedChange, NotCanonical
from crdt_models.fact import body_of, known_tags
from crdt_models.hybrid_logical_clock import next_stamp
from crdt_models.ids import (
    CATALOG,
    TABLES,
    TERMINALS,
    AccountId,
    CommandId,
    CreatedId,
    DocumentId,
    Epoch,
    FactId,
    LineId,
    OrderId,
    PaymentId,
    TableId,
    account_document,
    day_of_floor,
    order_document,
)
from simulations.fuzz.members import Author, Site
from simulations.fuzz.nonsense import Pools, any_body
from tests.simulations.reference.bills import bill_command, furnished_bill
from tests.simulations.reference.moving import cut_off, moving_command

T = TypeVar("T")
DAY = 20_000
NOW_MS = DAY * 86_400_000 + 12 * 3_600_000
HALF_HOUR_MS = 30 * 60_000
HOUR_MS, YEAR_MS = 3_600_000, 365 * 86_400_000
CLOCKS = (0, NOW_MS - 40 * YEAR_MS, NOW_MS, NOW_MS + 3 * HOUR_MS, NOW_MS + 10 * YEAR_MS, 2**48 - 1)


_SUBJECTS = ("guests", "room", "trust", "moves", "lines", "kitchen", "money", "bill", "catalog")


class Replica:
    """One terminal without disk or network. What it signs goes to `told`, which all share."""

    def __init__(self, letters: str, author: Author, told: dict[bytes, Change]) -> None:
        self.letters = letters
        self.author = author
        self.told = told
        self.clock_ms = NOW_MS
        self.day = DAY
        self.changes: dict[bytes, Change] = {}
        self.views: dict[DocumentId, View] = {}
        self.stamp = 0
        self.number = 0

    def read(self, document: DocumentId) -> View:
        view = self.views.get(document) or empty_view(document)
        return view.joined(self._alone) if isinstance(view, OrderView) else view

    def _alone(self, order: OrderId) -> OrderView:
        document = order_document(order)
        return cast(OrderView, self.views.get(document) or empty_view(document))

    def open(self, epoch: bytes) -> None:
        """Begin an epoch, on top of what this terminal wrote last."""
        self.author.epoch = Epoch(epoch)
        opened = AuthorOpened(self.author.chain, tags=tuple(known_tags()))
        self.write([[TERMINALS, body_of(opened)]])

    def give(self, command: Command, key: bytes) -> dict[str, CreatedId]:
        """Decide and keep. Raises DomainError."""
        context = Context(
            site=self.author.site,
            device=self.author.device,
            command_id=CommandId(key),
            letters=self.letters,
            business_day=self.day,
            next_order_number=self._next_number,
            open_tabs=self._open_tabs,
            left_at=self._left_at,
            moment=Moment(self.clock_ms // 1000 % 7, self.clock_ms % 1440),
            taken=lambda product, since: taken_since(self.orders, product, since),
        )
        decision = command.decide(self.read, context)
        if decision.facts:
            self.write([[document, body_of(fact)] for document, fact in decision.facts], key)
        return decision.ids

    def write(self, facts: Sequence[Any], key: bytes | None = None, clock: int = -1) -> None:
        """Sign and keep. clock: as is; without it, the next one here."""
        self.clock_ms += 1
        self.stamp = next_stamp(self.stamp, self.clock_ms)
        clock = self.stamp if clock < 0 else clock
        data = self.author.write(facts, hlc=clock, day=self.day, command=key)
        self.receive([decode_change(data)])

    def receive(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.told[change.id] = change
            if change.id in self.changes:
                continue
            self.changes[change.id] = change
            self.stamp = next_stamp(self.stamp, self.clock_ms, change.hlc)
            for document, entry in change.entries():
                self.views.setdefault(document, empty_view(document)).apply(entry)

    def copy(self) -> "Replica":
        """The same disk a second time."""
        other = copy(self)
        other.author = copy(self.author)
        other.changes = dict(self.changes)
        other.views = {document: view.copy() for document, view in self.views.items()}
        return other

    @property
    def orders(self) -> list[OrderView]:
        shown = map(self.read, self.views)
        return [view for view in shown if isinstance(view, OrderView)]

    @property
    def accounts(self) -> list[AccountView]:
        return [view for view in self.views.values() if isinstance(view, AccountView)]

    @property
    def catalog(self) -> CatalogView:
        view = self.read(CATALOG)
        assert isinstance(view, CatalogView)
        return view

    @property
    def room(self) -> TablesView:
        view = self.read(TABLES)
        assert isinstance(view, TablesView)
        return view

    def _next_number(self) -> int:
        self.number += 1
        return self.number

    def _open_tabs(self, table: TableId) -> tuple[OrderId, ...]:
        return tuple(each.order for each in self.orders if each.is_open and each.table == table)

    def _left_at(self, table: TableId) -> tuple[FactId, ...]:
        closed = [each for each in self.orders if each.closed is not None and each.table == table]
        return tuple(fact for each in closed for fact in left_by(each))

    def floors(self) -> dict[int, FloorView]:
        """By day."""
        return {
            day_of_floor(view.document): view
            for view in self.views.values()
            if isinstance(view, FloorView)
        }


@cache
def site() -> Site:
    return Site("reference")


@cache
def member(name: str) -> Author:
    return site().author(name)


def history(
    seed: int, *, nonsense: bool = False, author: Callable[[str], Author] = member
) -> list[bytes]:
    """The bytes of every change that some terminal stored. nonsense: members also sign what no
    program of ours writes. author: a member of the site, by name; copied before use."""
    world = _World(Random(seed), nonsense, author)
    for _ in range(world.dice.choice((20, 40, 100))):
        world.step()
    return [change.data for change in world.told.values()]


class _World:
    """The terminals of one history, and what was commanded so far."""

    def __init__(self, dice: Random, nonsense: bool, author: Callable[[str], Author]) -> None:
        self.dice = dice
        # How much happens of what: what is rare in most histories is frequent in some.
        self.leaning = {subject: dice.choice((0.2, 1, 1, 4)) for subject in _SUBJECTS}
        self.told: dict[bytes, Change] = {}
        self.given: list[tuple[Command, bytes]] = []
        self.epochs = count(1)
        self.replicas = [
            Replica(name, copy(author(name)), self.told) for name in "ABC"[: dice.choice((2, 2, 3))]
        ]
        for replica in self.replicas:
            replica.author.previous = []
            replica.author.sequence = 0
            replica.open(self._epoch())
        self._furnish(nonsense)

    def _furnish(self, nonsense: bool) -> None:
        """Two tables and an order that everybody knows; and what can happen."""
        first = self.replicas[0]
        for label in ("1", "2"):
            first.give(AddTable(label=label), self._key())
        for name, halves in (("Calabresa", "average"), ("Queijo", "dearest")):
            values = ProductValues(name=name, unit_centavos=4400, code=name, halves=halves)
            first.give(AddProduct(values=values), self._key())
        first.give(OpenOrder(service_type="balcao", lines=(self._plain_line(),)), self._key())
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

    # --- what can happen

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
        """One key for two commands, on one order."""
        command = self._any_command(replica)
        if self.given and command is not None:
            last, key = self.dice.choice(self.given[-6:])
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
        pools = Pools(self.dice, known, self._ids(replica))
        facts = []
        for _ in range(self.dice.choice((1, 1, 2, 4))):
            document, body = any_body(pools)
            if document.startswith("order:") and self.dice.random() < 0.9:
                document = self.dice.choice(orders)
            if document.startswith("account:") and self.dice.random() < 0.9:
                document = self.dice.choice(replica.accounts).document
            facts.append([document, body])
        clock = self.dice.choice([-1, 0, 2**64 - 1, *(each.hlc for each in self.told.values())])
        key = self.dice.choice([self._key(), *(key for _, key in self.given[-3:])])
        before = copy(replica.author)
        try:
            replica.write(facts, key, clock)
        except (NotCanonical, MalformedChange):
            replica.author = before

    def _ids(self, replica: Replica) -> list[bytes]:
        """What facts may be about, in one pool: a payment may go by the id of a line."""
        lines = [line.fact.line for order in replica.orders for line in order.lines]
        payments = [each.id for order in replica.orders for each in order.payments]
        payments += [each.id for account in replica.accounts for each in account.payments]
        orders = [order.order for order in replica.orders[:3]]
        things = [*replica.room.tables, *replica.catalog.products]
        return [*lines, *payments, *orders, *things, bytes(16)]

    # --- commands

    def _give(self, replica: Replica, command: Command, key: bytes) -> None:
        try:
            replica.give(command, key)
        except DomainError:
            return
        self.given.append((command, key))

    def _any_command(self, replica: Replica) -> Command | None:
        makers: dict[Callable[[Replica], Command | None], float] = {
            self._opening: 12 * self.leaning["guests"],
            self._catalog_command: 9 * self.leaning["catalog"],
            self._room_command: 8 * self.leaning["room"],
            self._floor_command: 4 * self.leaning["room"],
            self._reservation_command: 4 * self.leaning["room"],
            self._account_command: 8 * self.leaning["trust"],
            self._trust_command: 8 * self.leaning["trust"],
            self._moving_command: 12 * self.leaning["moves"],
            self._some_order_command: 56,
        }
        (maker,) = self.dice.choices(list(makers), list(makers.values()))
        return maker(replica)

    def _some_order(self, replica: Replica) -> OrderView | None:
        orders = [each for each in replica.orders if each.opening is not None]
        return self.dice.choice(orders[:3]) if orders else None

    def _some_order_command(self, replica: Replica) -> Command | None:
        order = self._some_order(replica)
        return None if order is None else self._order_command(order)

    def _moving_command(self, replica: Replica) -> Command | None:
        orders = [each for each in replica.orders if each.opening is not None][:3]
        if not orders:
            return None
        return moving_command(self.dice, self.dice.choice(orders), [each.order for each in orders])

    def _trust_command(self, replica: Replica) -> Command | None:
        order = self._some_order(replica)
        return None if order is None else self._on_trust(replica, order)

    def _on_trust(self, replica: Replica, order: OrderView) -> PayOnAccount:
        owed = max(1, order.balance)
        amount = self.dice.choice((owed, owed, min(owed, 300)))
        return PayOnAccount(order=order.order, account=self._account(replica), centavos=amount)

    def _account(self, replica: Replica) -> AccountId:
        known = [each.account for each in replica.accounts if each.opening is not None]
        return self._one(known[:2] or [AccountId(CreatedId(bytes(16)))])

    def _account_command(self, replica: Replica) -> Command:
        dice, account = self.dice, self._account(replica)
        view = replica.read(account_document(account))
        assert isinstance(view, AccountView)
        payments = [each.id for each in view.payments] or [PaymentId(bytes(16))]
        name, value = dice.choice((
            ("name", dice.choice(("Zé", "Lia"))),
            ("phone", dice.choice((None, "11 99999-0000"))),
            ("limit_centavos", dice.choice((None, 0, 1500, 6000))),
            ("is_blocked", dice.random() < 0.3),
        ))  # fmt: skip
        owed = max(1, view.balance)
        received = ReceiveOnAccount(
            account=account,
            centavos=dice.choice((owed, owed, min(owed, 200))),
            method=dice.choice(("pix", "dinheiro")),
            acquirer=dice.choice((None, None, Acquirer("rede", transaction="nsu1"))),
            is_pending=dice.random() < 0.25,
        )
        outcome = dice.choice(("confirmed", "denied", "unknown"))
        return dice.choice([
            OpenAccount(name="Lia", tax_number="123.456.789-09"),
            EditAccount(account=account, fields={name: value}),
            EditAccount(account=account, fields={name: value}),
            *[received] * 4,
            SettleReceipt(account=account, payment=self._one(payments), outcome=outcome),
            RefundReceipt(account=account, payment=self._one(payments), centavos=100),
        ])  # fmt: skip

    def _opening(self, replica: Replica) -> OpenOrder:
        table = self._one([None, *replica.room.tables])
        lines = tuple(self._line() for _ in range(self.dice.randrange(3)))
        service = self.dice.choice(("mesa", "comanda", "balcao"))
        habit = self.dice.choice((None, None, 1_000))
        return OpenOrder(
            service_type=service,
            table=table,
            waiter="Ana",
            lines=lines,
            service_basis_points=habit,
        )

    def _order_command(self, view: OrderView) -> Command:
        dice, order = self.dice, view.order
        makers: dict[str, list[Callable[[], Command]]] = {
            "lines": [
                *[lambda: AddLines(order=order, lines=(self._line(),))] * 3,
                *[lambda: CancelLines(order=order, cancel=self._some_of(view))] * 3,
                *[lambda: self._edit(view)] * 3,
            ],
            "kitchen": [
                *[lambda: SendLines(order=order, lines=self._lines_of(view))] * 2,
                *[lambda: self._kitchen(view)] * 6,
            ],
            "money": [
                *[lambda: self._payment(view)] * 4,
                *[lambda: self._outcome(view)] * 2,
                lambda: self._refund(view),
            ],
            "bill": [
                *[lambda: bill_command(dice, view)] * 6,
                lambda: AskBill(order=order, service_basis_points=dice.choice((None, 1_000))),
                *[lambda: CloseBill(order=order)] * 5,
                *[lambda: ReopenBill(order=order)] * 2,
                lambda: CancelOrder(order=order),
                lambda: RestoreOrder(order=order),
            ],
        }
        weights = [len(each) * self.leaning[name] for name, each in makers.items()]
        return dice.choice(dice.choices(list(makers.values()), weights)[0])()

    def _kitchen(self, view: OrderView) -> Command:
        dice, order, lines = self.dice, view.order, self._lines_of(view)
        to = dice.choice(("preparing", "ready", "delivered"))
        station = dice.choice((None, None, "forno", "bar"))
        return self._one([
            AdvanceLines(order=order, to=to, lines=dice.choice(((), lines)), station=station),
            *[RecallLines(order=order, lines=lines)] * 3,
            FireLines(order=order, course=dice.choice((None, 1, 2)), lines=()),
            FireLines(order=order, lines=lines),
            HoldLines(order=order, course=dice.choice((None, 1, 2)), lines=lines),
            RouteLines(order=order, lines=lines, station=dice.choice(("forno", "bar", ""))),
        ])  # fmt: skip

    def _catalog_command(self, replica: Replica) -> Command:
        dice, known = self.dice, list(replica.catalog.products)
        given: list[dict[str, Any]] = [
            {"unit_centavos": dice.choice((3900, 4600))},
            {"unit_centavos": dice.choice((3900, 4600)), "name": dice.choice(("A", "B"))},
            {"left": dice.choice((None, 2000, 5000))},
            {"left": dice.choice((2000, 5000))},
            {"sold_out": dice.random() < 0.3, "tax": {"ncm": dice.choice("12")}},
            {"active": dice.random() < 0.8},
            {"external_id": dice.choice((None, "loja:1", "loja:2"))},
            {"prices": (PriceRule(dice.choice((1, 2)), weekdays=(dice.randrange(7),)),)},
            {"groups": (Group("g", "G", (Option("o", "", 50, product=dice.choice(known)),)),)},
            {"recipe": (Ingredient(dice.choice(known), 250),), "barcodes": ("1234",)},
        ]
        values = ProductValues(**dice.choice(given))
        new = ProductValues(
            name="Suco", unit_centavos=900, external_id=dice.choice(("loja:1", None))
        )
        return self._one([
            *[ChangeProduct(product=dice.choice(known[:2]), values=values)] * 6,
            ChangeProduct(product=dice.choice(known), values=values),
            AddProduct(values=new),
            ImportProducts(rows=(new, ProductValues(name="Água", unit_centavos=5, code="w"))),
        ])  # fmt: skip

    def _catalog_line(self) -> CatalogLine:
        dice = self.dice
        products = dice.choice((("Calabresa",), ("Queijo",), ("Calabresa", "Queijo")))
        return CatalogLine(
            products=tuple(Named("code", each) for each in products),
            chosen=dice.choice(((), (), (Chosen("o"),))),
            thousandths=dice.choice((None, 2000)),
        )

    def _line(self) -> AnyLine:
        return self._catalog_line() if self.dice.random() < 0.3 else self._plain_line()

    def _plain_line(self) -> NewLine:
        dice = self.dice
        extra = Modifier("queijo", dice.choice((1000, 333)), dice.choice((-500, 99, 250)))
        return NewLine(
            product=dice.choice(("p1", "p2")),
            name=dice.choice(("Pizza", "Suco")),
            unit_centavos=dice.choice((0, 5, 1325, 999)),
            thousandths=dice.choice((1000, 1000, 2000, 333, 1)),
            modifiers=(extra,) * dice.choice((0, 0, 1, 2)),
            course=dice.choice((0, 0, 1, 2)),
            station=dice.choice(("", "forno")),
        )

    def _some_of(self, view: OrderView) -> tuple[LineCancellation, ...]:
        line = self._one([each.id for each in view.lines if each.left] or [LineId(bytes(16))])
        return (LineCancellation(line, self.dice.choice((None, None, 1, 500))),)

    def _lines_of(self, view: OrderView) -> tuple[LineId, ...]:
        return tuple(each.id for each in view.lines if self.dice.random() < 0.5)

    def _edit(self, view: OrderView) -> EditOrder:
        dice = self.dice
        tables = [None, *(each.hex() for each in self.replicas[0].room.tables)]
        field, value = dice.choice((
            ("waiter", dice.choice(("Ana", "Bia"))),
            ("customer", dice.choice((None, "Zé"))),
            ("note", "sem sal"),
            ("people", dice.choice((1, 4))),
            ("table", dice.choice(tables)),
            ("service_type", dice.choice(("mesa", "viagem"))),
        ))  # fmt: skip
        flags = {dice.choice(("financeiro", "vip")): dice.random() < 0.7}
        there = Delivery(name="Ana", street=dice.choice(("Rua A", "Rua B")))
        delivery = dice.choice((None, None, there, Delivery()))
        return EditOrder(order=view.order, fields={field: value}, flags=flags, delivery=delivery)

    def _payment(self, view: OrderView) -> TakePayment:
        dice = self.dice
        acquirer = Acquirer("rede", transaction=dice.choice(("", "nsu1", "nsu1", "nsu1", "nsu2")))
        owed = max(1, view.balance)
        return TakePayment(
            order=view.order,
            centavos=dice.choice((owed, owed, min(owed, 100), min(owed, 100))),
            method=dice.choice(("pix", "dinheiro", "credito")),
            acquirer=dice.choice((None, acquirer, acquirer)),
            is_pending=dice.random() < 0.25,
            share=dice.choice([each.share and each.share.share for each in view.shares]),
            tip_centavos=dice.choice((0, 0, 0, 150)),
        )

    def _outcome(self, view: OrderView) -> Command:
        pending = [each.id for each in view.payments if each.received.fact.is_pending]
        payment = self._one(pending or [PaymentId(bytes(16))])
        outcome = self.dice.choice(("confirmed", "confirmed", "denied", "unknown"))
        acquirer = self.dice.choice((None, Acquirer("rede", transaction="nsu1")))
        return SettlePayment(order=view.order, payment=payment, outcome=outcome, acquirer=acquirer)

    def _refund(self, view: OrderView) -> Command:
        named = self._one([None, *(each.id for each in view.payments)])
        return RefundPayment(order=view.order, centavos=self.dice.choice((1, 300)), payment=named)

    def _room_command(self, replica: Replica) -> Command:
        room, dice = replica.room, self.dice
        table = self._one(list(room.tables) or [TableId(bytes(16))])
        areas = list(room.areas)
        if dice.random() < 0.3:
            return (
                AddArea(name="Salão")
                if not areas
                else RenameArea(area=self._one(areas), name=dice.choice(("Terraço", "Salão")))
            )
        field, value = dice.choice((
            ("label", dice.choice("12")),
            ("seats", dice.choice((2, 4))),
            ("waiter", dice.choice((None, "Caio"))),
            ("cleaning", dice.random() < 0.5),
            ("active", dice.random() < 0.8),
            ("area", None if not areas else self._one(areas).hex()),
        ))  # fmt: skip
        return self._one([
            ChangeTable(table=table, fields={field: value}),
            ChangeTable(table=table, position=(dice.randrange(3), 1)),
            ReserveTable(
                table=table,
                name=dice.choice(("Rui", "Lia")),
                until_ms=dice.choice((None, NOW_MS, NOW_MS + 6 * HOUR_MS)),
            ),
            ReleaseTable(table=table),
        ])  # fmt: skip

    def _floor_command(self, replica: Replica) -> Command:
        room, dice = replica.room, self.dice
        tables = list(room.tables) or [TableId(bytes(16))]
        waiter = dice.choice((None, "Ana", "Bia"))
        return self._one([
            AssignWaiter(table=self._one(tables), waiter=waiter),
            AssignWaiter(area=self._one(list(room.areas) or [CreatedId(bytes(16))]), waiter=waiter),
            JoinTables(tables=tuple(dice.sample(tables, min(2, len(tables))))),
            SeparateTables(table=self._one(tables)),
            CleanTable(table=self._one(tables)),
            CleanTable(table=self._one(tables)),
        ])  # fmt: skip

    def _reservation_command(self, replica: Replica) -> Command:
        dice = self.dice
        known = [
            (day, each)
            for day, floor in replica.floors().items()
            for each in floor.reservations.values()
        ]
        place = self._place(replica)
        if not known or dice.random() < 0.4:
            return BookTable(
                name=dice.choice(("Rui", "Lia")),
                people=dice.choice((2, 8)),
                from_minute=place.from_minute,
                until_minute=place.until_minute,
                tables=place.tables,
                phone=dice.choice((None, "11 5555-1234")),
            )
        day, found = dice.choice(known)
        if dice.random() < 0.35:
            guests = dice.choice((None, Guests("Zé", 3, "janela")))
            phone = dice.choice((None, "", "11 5555-4321"))
            return ChangeReservation(
                day=day,
                reservation=found.id,
                place=dice.choice((None, place)),
                guests=guests,
                phone=phone,
            )
        state = dice.choice(("arrived", "seated", "no_show", "cancelled", "booked"))
        order = self._one([None, *(each.order for each in replica.orders[:2])])
        return MarkReservation(day=day, reservation=found.id, state=state, order=order, reason="x")

    def _place(self, replica: Replica) -> Place:
        """Half hours of one evening: they overlap often."""
        begin = NOW_MS // MINUTE_MS + 30 * self.dice.randrange(12)
        tables = list(replica.room.tables)
        some = self.dice.sample(tables, self.dice.randrange(min(3, len(tables) + 1)))
        return Place(begin, begin + 30 * self.dice.choice((1, 3, 5)), tuple(some))

    def _one(self, values: Sequence[T]) -> T:
        return self.dice.choice(values)

    def _key(self) -> bytes:
        return self.dice.randbytes(16)

    def _epoch(self) -> bytes:
        return self.dice.randbytes(8)
