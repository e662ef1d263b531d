"""What people ask of one order, drawn at random; its bill is in `bills`: see `histories`."""

from collections.abc import Callable, Iterable, Mapping
from random import Random

from crdt_models.documents.catalog.pricing import Chosen
from crdt_models.documents.command import Command
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
from crdt_models.ids import LineId, PaymentId, TableId
from tests.simulations.reference.bills import bill_command
from tests.simulations.reference.replicas import Replica

COMANDAS = ("1", "02", "3", "zé")


def opening(dice: Random, replica: Replica) -> OpenOrder:
    table = dice.choice([None, *replica.room.tables])
    lines = tuple(_line(dice) for _ in range(dice.randrange(3)))
    service = dice.choice(("mesa", "comanda", "balcao"))
    habit = dice.choice((None, None, 1_000))
    tab = dice.choice((None, None, *COMANDAS))
    return OpenOrder(
        service_type=service,
        table=table,
        tab=tab,
        waiter="Ana",
        lines=lines,
        service_basis_points=habit,
    )


def order_command(
    dice: Random, view: OrderView, tables: Iterable[TableId], leaning: Mapping[str, float]
) -> Command:
    """About this order. leaning: how much happens of what."""
    order = view.order
    makers: dict[str, list[Callable[[], Command]]] = {
        "lines": [
            *[lambda: AddLines(order=order, lines=(_line(dice),))] * 3,
            *[lambda: CancelLines(order=order, cancel=_some_of(dice, view))] * 3,
            *[lambda: _edit(dice, view, tables)] * 3,
        ],
        "kitchen": [
            *[lambda: SendLines(order=order, lines=_lines_of(dice, view))] * 2,
            *[lambda: _kitchen(dice, view)] * 6,
        ],
        "money": [
            *[lambda: _payment(dice, view)] * 4,
            *[lambda: _outcome(dice, view)] * 2,
            lambda: _refund(dice, view),
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
    weights = [len(each) * leaning[name] for name, each in makers.items()]
    return dice.choice(dice.choices(list(makers.values()), weights)[0])()


def _line(dice: Random) -> AnyLine:
    return _catalog_line(dice) if dice.random() < 0.3 else plain_line(dice)


def plain_line(dice: Random) -> NewLine:
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


def _catalog_line(dice: Random) -> CatalogLine:
    products = dice.choice((("Calabresa",), ("Queijo",), ("Calabresa", "Queijo")))
    return CatalogLine(
        products=tuple(Named("code", each) for each in products),
        chosen=dice.choice(((), (), (Chosen("o"),))),
        thousandths=dice.choice((None, 2000)),
    )


def _some_of(dice: Random, view: OrderView) -> tuple[LineCancellation, ...]:
    line = dice.choice([each.id for each in view.lines if each.left] or [LineId(bytes(16))])
    return (LineCancellation(line, dice.choice((None, None, 1, 500))),)


def _lines_of(dice: Random, view: OrderView) -> tuple[LineId, ...]:
    return tuple(each.id for each in view.lines if dice.random() < 0.5)


def _edit(dice: Random, view: OrderView, tables: Iterable[TableId]) -> EditOrder:
    named = [None, *(each.hex() for each in tables)]
    field, value = dice.choice((
        ("waiter", dice.choice(("Ana", "Bia"))),
        ("customer", dice.choice((None, "Zé"))),
        ("note", "sem sal"),
        ("people", dice.choice((1, 4))),
        ("table", dice.choice(named)),
        ("service_type", dice.choice(("mesa", "viagem"))),
        ("tab", dice.choice((None, *COMANDAS))),
    ))  # fmt: skip
    flags = {dice.choice(("financeiro", "vip")): dice.random() < 0.7}
    there = Delivery(name="Ana", street=dice.choice(("Rua A", "Rua B")))
    delivery = dice.choice((None, None, there, Delivery()))
    return EditOrder(order=view.order, fields={field: value}, flags=flags, delivery=delivery)


def _kitchen(dice: Random, view: OrderView) -> Command:
    order, lines = view.order, _lines_of(dice, view)
    to = dice.choice(("preparing", "ready", "delivered"))
    station = dice.choice((None, None, "forno", "bar"))
    return dice.choice([
        AdvanceLines(order=order, to=to, lines=dice.choice(((), lines)), station=station),
        *[RecallLines(order=order, lines=lines)] * 3,
        FireLines(order=order, course=dice.choice((None, 1, 2)), lines=()),
        FireLines(order=order, lines=lines),
        HoldLines(order=order, course=dice.choice((None, 1, 2)), lines=lines),
        RouteLines(order=order, lines=lines, station=dice.choice(("forno", "bar", ""))),
    ])  # fmt: skip


def _payment(dice: Random, view: OrderView) -> TakePayment:
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


def _outcome(dice: Random, view: OrderView) -> Command:
    pending = [each.id for each in view.payments if each.received.fact.is_pending]
    payment = dice.choice(pending or [PaymentId(bytes(16))])
    outcome = dice.choice(("confirmed", "confirmed", "denied", "unknown"))
    acquirer = dice.choice((None, Acquirer("rede", transaction="nsu1")))
    return SettlePayment(order=view.order, payment=payment, outcome=outcome, acquirer=acquirer)


def _refund(dice: Random, view: OrderView) -> Command:
    named = dice.choice([None, *(each.id for each in view.payments)])
    return RefundPayment(order=view.order, centavos=dice.choice((1, 300)), payment=named)
