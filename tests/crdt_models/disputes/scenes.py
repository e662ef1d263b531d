"""How every kind of dispute comes about: what people do at two or three tills that are cut off.

A new kind: one function here with `@scene("kind")`, about five lines, before or with the line in
`crdt_models.disputes.kinds`. What it needs is a `Play`: three tills that hold three open orders
(`first` has three beers and a pie), `play.dice` for amounts, `play.two()` for who acts. It writes
through commands; only what no command writes (a forged closing, another machine's chain) is written
as facts. Everything else (arrival in any order, resolutions before, between and after the evidence,
rivals) is asked of it by `test_every_kind`.
"""

from collections.abc import Callable, Iterable, Iterator
from random import Random

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.disputes import (
    Dispute,
    Kind,
    NumberedOrder,
    Opening,
    Place,
    SettleDispute,
    author_forked,
    card_disputes,
    disputes_of,
    equal_numbers,
    lineage_forked,
    two_tabs,
)
from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import OpenAccount, ReceiveOnAccount
from crdt_models.documents.cash.commands import (
    CloseShift,
    DeclareCount,
    OpenShift,
    SupplyCash,
    WriteOffShift,
)
from crdt_models.documents.cash.facts import ShiftClosed, ShiftFigures
from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.floor.reservation_commands import BookTable
from crdt_models.documents.orders.bill_commands import (
    CloseBill,
    RefundPayment,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    NewShare,
    SetService,
    SplitBill,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    CatalogLine,
    EditOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    Named,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.facts import BillClosed, ClosedLine
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.card_commands import BlockCard, RegisterCards
from crdt_models.documents.tables.commands import AddTable
from crdt_models.documents.view import View
from crdt_models.fact import Fact
from crdt_models.ids import (
    TABLES,
    TERMINALS,
    AccountId,
    CommandId,
    DocumentId,
    Epoch,
    LineId,
    OrderId,
    PaymentId,
    ProductId,
    ShareId,
    ShiftId,
    TableId,
    order_document,
)
from tests.crdt_models.documents.shop import DAY, NOW_MS, SITE, HashSigner, Till
from tests.crdt_models.documents.stock.stockroom import count, keep, receive, sell
from tests.crdt_models.documents.stock.stockroom import disputes as stock_disputes_of

EVENING = DAY * 24 * 60 + 23 * 60


class OfALaterVersion(Fact, frozen=True, tag="test_of_a_later_version"):
    """Stands in an order, where this version does not know it."""

    MUST_UNDERSTAND = True


class Play:
    """Three tills that know three open orders, and hear nothing of each other from then on."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.tills = [Till(letters, clock_ms=NOW_MS + self._skew()) for letters in "ABC"]
        self.beers = self.dice.randint(2, 5)
        lines = (self.line("Chope", self.beers * 1_000), self.line("Torta"))
        asked = (OpenOrder(service_type="mesa", lines=each) for each in (lines, (), ()))
        opened = [self.tills[0].give(each) for each in asked]
        self.first, self.second, self.third = (OrderId(each["order"]) for each in opened)
        self.beer, self.pie = (LineId(opened[0][f"line.{number}"]) for number in range(2))
        self.meet()

    def _skew(self) -> int:
        return self.dice.randint(-60_000, 60_000)

    def line(self, name: str, thousandths: int = 1_000) -> NewLine:
        price = self.dice.randint(100, 9_000)
        return NewLine(product="p", name=name, thousandths=thousandths, unit_centavos=price)

    def two(self) -> list[Till]:
        """Two tills that act without each other's knowledge."""
        return self.dice.sample(self.tills, 2)

    def meet(self) -> None:
        """Everybody hears everything so far."""
        for till in (*self.tills[1:], *self.tills[1:]):
            till.sync(self.tills[0])

    def changes(self) -> list[Change]:
        """Everything that anybody wrote."""
        written = {each.id: each for till in self.tills for each in till.changes.values()}
        return list(written.values())

    def pay(self, till: Till, order: OrderId | None = None) -> None:
        order = order or self.first
        till.give(TakePayment(order=order, centavos=till.order(order).balance, method="pix"))

    def close(self, till: Till, order: OrderId | None = None) -> None:
        """Paid and closed."""
        self.pay(till, order)
        till.give(CloseBill(order=order or self.first))

    def move(self, till: Till, to: OrderId, thousandths: int | None = None) -> None:
        """Beer."""
        moves = (LineMove(self.beer, thousandths),)
        till.give(MoveLines(order=self.first, to=to, moves=moves))


Scene = Callable[[Play], None]
SCENES: dict[Kind, Scene] = {}
WITHOUT: dict[str, str] = {}
"""Kinds that have no scene yet, each with its reason. It must shrink."""


def scene(kind: Kind) -> Callable[[Scene], Scene]:
    def register(function: Scene) -> Scene:
        assert kind not in SCENES, f"two scenes for {kind}"
        SCENES[kind] = function
        return function

    return register


@scene("overpaid")
def _paid_at_several_tills(play: Play) -> None:
    for till in play.dice.sample(play.tills, play.dice.randint(2, 3)):
        play.pay(till)


@scene("paid_and_cancelled")
def _paid_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    play.pay(one)
    other.give(CancelOrder(order=play.first))


@scene("paid_with_residual")
def _added_while_it_was_closed(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    other.give(AddLines(order=play.first, lines=(play.line("Café"),)))


@scene("late_change_to_closed_bill")
def _cancelled_while_it_was_closed(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    other.give(CancelLines(order=play.first, cancel=(LineCancellation(play.pie),)))


@scene("closing_does_not_add_up")
def _a_forged_closing(play: Play) -> None:
    one, other = play.two()
    line = ClosedLine(play.pie, "Torta", 1_000, 500, 500)
    forged = BillClosed(lines=(line,), total=play.dice.randint(0, 499), payments=(), paid=0)
    one.write([(order_document(play.first), forged)])
    play.pay(other)


@scene("two_closings")
def _closed_at_two_tills(play: Play) -> None:
    play.pay(play.tills[0])
    play.meet()
    for till in play.two():
        till.give(CloseBill(order=play.first))


@scene("charges_set_apart")
def _two_rates_of_service(play: Play) -> None:
    for till, rate in zip(play.two(), play.dice.sample(range(1_500), 2), strict=True):
        till.give(SetService(order=play.first, basis_points=rate))


@scene("discounted_while_moved")
def _a_tenth_off_while_the_beer_left(play: Play) -> None:
    one, other = play.two()
    rate = play.dice.randint(1, 10_000)
    one.give(GiveDiscount(order=play.first, kind="percent", amount=rate, reason="fiel"))
    play.move(other, play.second)


@scene("part_paid_twice")
def _one_part_of_the_bill_paid_at_two_tills(play: Play) -> None:
    shares = (NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    ids = play.tills[0].give(SplitBill(order=play.first, shares=shares))
    play.meet()
    for till in play.two():
        due = next(each for each in till.order(play.first).shares if each.share is not None)
        till.give(
            TakePayment(
                order=play.first, centavos=due.owed, method="pix", share=ShareId(ids["share.0"])
            )
        )


@scene("over_cancelled")
def _cancelled_at_two_tills(play: Play) -> None:
    for till in play.two():
        till.give(CancelLines(order=play.first, cancel=(LineCancellation(play.beer),)))


@scene("cancelled_after_send")
def _sent_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    one.give(CancelLines(order=play.first, cancel=(LineCancellation(play.beer),)))
    other.give(SendLines(order=play.first))


@scene("double_move")
def _taken_to_two_orders(play: Play) -> None:
    for till, to in zip(play.two(), (play.second, play.third), strict=True):
        play.move(till, to)


@scene("over_split")
def _more_taken_off_than_there_is(play: Play) -> None:
    for till, to in zip(play.two(), (play.second, play.third), strict=True):
        play.move(till, to, (play.beers - 1) * 1_000 + 500)


@scene("line_billed_twice")
def _on_two_closed_bills(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    play.move(other, play.second)
    play.close(other, play.second)


@scene("line_on_merged_order")
def _added_while_it_was_merged(play: Play) -> None:
    one, other = play.two()
    one.give(MergeOrders(order=play.first, to=play.second))
    other.give(AddLines(order=play.first, lines=(play.line("Café"),)))


@scene("moved_to_cancelled_order")
def _moved_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    one.give(CancelOrder(order=play.second))
    play.move(other, play.second)


@scene("over_refunded")
def _refunded_at_two_tills(play: Play) -> None:
    play.pay(play.tills[0])
    play.meet()
    paid = play.tills[0].order(play.first).paid
    for till in play.two():
        centavos = play.dice.randint(paid // 2 + 1, paid)
        till.give(RefundPayment(order=play.first, centavos=centavos))


def _pending(play: Play) -> PaymentId:
    centavos = play.tills[0].order(play.first).balance
    pending = TakePayment(order=play.first, centavos=centavos, method="pix", is_pending=True)
    payment = PaymentId(play.tills[0].give(pending)["payment"])
    play.meet()
    return payment


@scene("payment_outcome_unknown")
def _two_outcomes_of_one_payment(play: Play) -> None:
    payment = _pending(play)
    for till, outcome in zip(play.two(), ("confirmed", "denied"), strict=True):
        till.give(SettlePayment(order=play.first, payment=payment, outcome=outcome))  # type: ignore[arg-type]


def _account(play: Play, limit: int | None) -> AccountId:
    made = play.tills[0].give(OpenAccount(name="Ana", limit_centavos=limit))
    play.meet()
    return AccountId(made["account"])


@scene("credit_limit_exceeded")
def _sold_on_trust_at_two_tills(play: Play) -> None:
    due = play.tills[0].order(play.first).balance
    account = _account(play, due + play.dice.randint(0, due - 1))
    for till in play.two():
        till.give(PayOnAccount(order=play.first, account=account, centavos=due))


@scene("account_overpaid")
def _a_debt_received_at_two_tills(play: Play) -> None:
    account = _account(play, None)
    due = play.tills[0].order(play.first).balance
    play.tills[0].give(PayOnAccount(order=play.first, account=account, centavos=due))
    play.meet()
    for till in play.two():
        till.give(ReceiveOnAccount(account=account, centavos=due, method="dinheiro"))


@scene("command_used_twice")
def _one_key_for_two_notes(play: Play) -> None:
    for number, till in enumerate(play.two()):
        till.give(EditOrder(order=play.first, fields={"note": f"nota {number}"}), "key")


@scene("two_prices_of_a_line")
def _one_sale_told_at_two_prices(play: Play) -> None:
    one, other = play.two()
    values = ProductValues(name="Suco", unit_centavos=900, code="7")
    product = ProductId(one.give(AddProduct(values=values))["product.0"])
    one.sync(other)
    dearer = ProductValues(unit_centavos=900 + play.dice.randint(1, 500))
    other.give(ChangeProduct(product=product, values=dearer))
    for till in (one, other):
        line = CatalogLine(products=(Named("code", "7"),))
        till.give(AddLines(order=play.first, lines=(line,)), "key")


@scene("external_id_given_twice")
def _two_products_of_one_external_id(play: Play) -> None:
    for till in play.two():
        price = play.dice.randint(1, 9_000)
        values = ProductValues(name=till.letters, unit_centavos=price, external_id="loja:7")
        till.give(AddProduct(values=values))


@scene("needs_upgrade")
def _what_a_later_version_wrote(play: Play) -> None:
    for till in play.two():
        till.write([(order_document(play.first), OfALaterVersion())])


@scene("two_tabs_at_once")
def _two_tabs_at_a_table(play: Play) -> None:
    table = TableId(play.tills[0].give(AddTable(label="7"))["table"])
    play.meet()
    for till in play.two():
        till.give(OpenOrder(service_type="mesa", table=table, lines=(play.line("Café"),)))


@scene("two_orders_on_a_card")
def _one_card_for_two_guests(play: Play) -> None:
    play.tills[0].give(RegisterCards(first=1, last=9))
    play.meet()
    for till in play.two():
        card = play.dice.choice(("7", "07"))
        till.give(OpenOrder(service_type="comanda", tab=card, lines=(play.line("Café"),)))


@scene("order_on_blocked_card")
def _sold_on_a_card_that_is_blocked_elsewhere(play: Play) -> None:
    play.tills[0].give(RegisterCards(first=1, last=9))
    play.meet()
    one, other = play.two()
    one.give(BlockCard(card=7, reason=play.dice.choice(("lost", "stolen"))))
    other.give(OpenOrder(service_type="comanda", tab="7", lines=(play.line("Café"),)))


@scene("reservation_clash")
def _two_reservations_of_a_table(play: Play) -> None:
    table = TableId(play.tills[0].give(AddTable(label="7"))["table"])
    play.meet()
    for till in play.two():
        begin = EVENING + play.dice.randint(0, 50)
        people = play.dice.randint(1, 9)
        till.give(
            BookTable(
                name=till.letters,
                people=people,
                from_minute=begin,
                until_minute=begin + 60,
                tables=(table,),
            )
        )


@scene("equal_numbers")
def _a_restored_backup_gives_a_number_again(play: Play) -> None:
    restored = Till("A", clock_ms=NOW_MS + 90_000)
    play.tills.append(restored)
    play.tills[0].give(OpenOrder(service_type="balcao", lines=(play.line("Café"),)))
    for number in range(play.dice.randint(1, 4)):
        restored.give(OpenOrder(service_type="balcao"), f"after the backup {number}")


def _of_another_epoch(play: Play, epoch: int, sequence: int = 1) -> None:
    """A change that the first till's device wrote in an epoch of its own."""
    till = play.dice.choice(play.tills)
    change = sign_change(
        Unsigned(
            site=SITE,
            device=play.tills[0].device,
            epoch=Epoch(bytes([epoch]) * 8),
            sequence=sequence,
            previous=(),
            hlc=(NOW_MS + play.dice.randint(0, 10_000)) << 16,
            business_day=DAY,
            operator=None,
            command_id=CommandId(play.dice.randbytes(16)),
            seen=0,
            facts=((TERMINALS, AuthorOpened(b"")),),
        ),
        HashSigner(),
    )
    till.receive([change])


@scene("oversold")
def _the_last_ones_sold_apart(play: Play) -> None:
    soda = keep(play.tills[0])
    receive(play.tills[0], soda, play.beers)
    play.meet()
    for till in play.two():
        sell(till, soda, play.dice.randint(play.beers // 2 + 1, play.beers))


@scene("count_to_confirm")
def _sold_before_it_was_counted_there(play: Play) -> None:
    soda = keep(play.tills[0])
    receive(play.tills[0], soda, 9)
    play.meet()
    one, other = play.two()
    for _ in range(play.dice.randint(1, 3)):
        sell(one, soda)
    other.clock_ms += 300_000  # by the clocks it is the later
    count(other, soda, 9)


@scene("lineage_forked")
def _two_boots_that_know_nothing_of_each_other(play: Play) -> None:
    for epoch in range(1, play.dice.randint(3, 4)):
        _of_another_epoch(play, epoch)


@scene("author_forked")
def _one_memory_that_runs_twice(play: Play) -> None:
    for _ in range(play.dice.randint(2, 3)):
        _of_another_epoch(play, 1, sequence=5)


@scene("two_resolutions")
def _two_people_decide(play: Play) -> None:
    for till in play.tills:
        play.pay(till)
    play.meet()
    for till in play.two():
        (found,) = [each for each in disputes_of(till.order(play.first)) if each.kind == "overpaid"]
        till.give(settling(found, play.dice.choice(found.choices)))


def _shift(till: Till) -> ShiftId:
    """Opened there, and something fell into it."""
    shift = ShiftId(till.give(OpenShift(float_centavos=10_000))["shift"])
    till.give(SupplyCash(shift=shift, centavos=500))
    return shift


def _close_shift(till: Till, shift: ShiftId, wrong: int = 0) -> None:
    cash = till.shift(shift).figures.expected["dinheiro"] + wrong
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": cash}))
    till.give(CloseShift(shift=shift))


@scene("cash_difference")
def _miscounted(play: Play) -> None:
    till, _ = play.two()
    _close_shift(till, _shift(till), play.dice.choice((-100, 100)))


@scene("late_adjustment")
def _restored_drawer(play: Play) -> None:
    till, other = play.two()
    shift = _shift(till)
    twin = till.restored()
    _close_shift(till, shift)
    twin.give(SupplyCash(shift=shift, centavos=play.dice.randint(1, 900)))
    other.receive(twin.changes.values())


@scene("two_shift_closings")
def _drawer_closed_twice(play: Play) -> None:
    till, other = play.two()
    shift = _shift(till)
    twin = till.restored()
    for each in (till, twin):
        _close_shift(each, shift)
    other.receive(twin.changes.values())


@scene("written_off_and_closed")
def _not_lost(play: Play) -> None:
    till, manager = play.two()
    shift = _shift(till)
    play.tills[0].sync(till)
    play.meet()
    manager.give(WriteOffShift(shift=shift, reason="terminal perdido"))
    _close_shift(till, shift)


@scene("shift_does_not_add_up")
def _drawer_forged(play: Play) -> None:
    till, _ = play.two()
    shift = _shift(till)
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": 10_500}))
    view = till.shift(shift)
    forged = ShiftClosed(
        count=view.counts[-1].id, declared={}, figures=ShiftFigures(), after=view.heads
    )
    till.write([(view.document, forged)])


def settling(dispute: Dispute, choice: str, weighs: Iterable[str] | None = None) -> SettleDispute:
    """A decision over what is known, or over less of it."""
    return SettleDispute(
        document=dispute.document,
        kind=dispute.kind,
        subject=dispute.subject,
        choice=choice,
        weighs=tuple(dispute.facts if weighs is None else weighs),  # type: ignore[arg-type]  # ids
    )


def seen_by(till: Till, kind: Kind) -> list[Dispute]:
    """Every dispute of a kind that a till sees, by id."""
    found = {each.id: each for each in everything_about(till, kind) if each.kind == kind}
    return [found[each] for each in sorted(found)]


def everything_about(
    till: Till, kind: Kind, document: DocumentId | None = None
) -> Iterator[Dispute]:
    """What is found where disputes of a kind are found, rivals of theirs too. document: the one to
    look into, if it is found in documents."""
    if kind in _OF_THE_SITE:
        yield from _OF_THE_SITE[kind](till, till.read(TABLES), till.read(TERMINALS))
        return
    for each in list(till.views) if document is None else [document]:
        yield from disputes_of(till.read(each))


def _numbered(order: OrderView) -> NumberedOrder | None:
    if order.opening is None or not order.numbers:
        return None
    number = order.numbers[0]
    return NumberedOrder(
        order.order,
        order.opening.entry.business_day,
        number.fact.letters,
        number.fact.number,
        order.opening.stamp.hlc,
        number.id,
    )


def _numbers(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    found = (_numbered(till.order(each.order)) for each in till.orders)
    return equal_numbers([each for each in found if each is not None], terminals)


def _tabs(till: Till, tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return two_tabs([till.order(each.order) for each in till.orders], tables)


def _on_cards(till: Till, _tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return card_disputes([till.order(each.order) for each in till.orders], till.dining_room)


def _lineages(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    named = [
        Opening(each.device, each.epoch, each.previous, each.id)
        for each in till.changes.values()
        if TERMINALS in each.documents
    ]
    openings = [each for each in named if each.epoch != bytes(8)]
    return lineage_forked(openings, terminals)


def _authors(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    changes = till.changes.values()
    places = [Place(each.device, each.epoch, each.sequence, each.id) for each in changes]
    return author_forked([each for each in places if each.epoch != bytes(8)], terminals)


def _stock(till: Till, _tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return stock_disputes_of(till, *till.catalog.products)


_OF_THE_SITE: dict[Kind, Callable[[Till, View, View], tuple[Dispute, ...]]] = {
    "equal_numbers": _numbers,
    "two_tabs_at_once": _tabs,
    "two_orders_on_a_card": _on_cards,
    "order_on_blocked_card": _on_cards,
    "lineage_forked": _lineages,
    "author_forked": _authors,
    "oversold": _stock,
    "count_to_confirm": _stock,
}
