"""Orders: sold and paid, opened again, joined, taken back; and a log that is emptied between."""

from collections.abc import Mapping

from crdt_models.documents.command import Command
from crdt_models.documents.orders.bill_commands import (
    CloseBill,
    RefundPayment,
    ReopenBill,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.commands.order_command import order_view
from crdt_models.documents.orders.facts import Delivery, FieldName
from crdt_models.documents.orders.registers import Value
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import CreatedId, LineId, OrderId
from simulations.disk.counter import Counter

PIZZA = NewLine(product="pizza", name="Pizza calabresa", unit_centavos=4450)
DRINK = NewLine(product="guarana", name="Guaraná", unit_centavos=700, thousandths=2000)


async def counter_sale(counter: Counter) -> None:
    """Opened, added to, sent, one item cancelled, paid in two ways, closed."""
    await _sale(counter)


async def bill_reopened(counter: Counter) -> None:
    """A closed bill is opened again, added to, paid, closed, and part of it refunded."""
    order = await _sale(counter)
    await counter.do(ReopenBill(order=order, reason="faltou"))
    await counter.do(AddLines(order=order, lines=(PIZZA,)))
    await counter.do(TakePayment(order=order, centavos=4450, method="credito"))
    await counter.do(CloseBill(order=order))
    await counter.do(RefundPayment(order=order, centavos=500))


async def orders_joined(counter: Counter) -> None:
    """A line and a part of another go to a second order, the rest follows; all is paid there."""
    opened = await counter.do(OpenOrder(service_type="balcao", lines=(PIZZA, DRINK)))
    order, (pizza, drink) = OrderId(opened.ids["order"]), lines_of(opened.ids)
    to = await opened_order(counter, OpenOrder(service_type="balcao", lines=(PIZZA,)))
    moves = (LineMove(pizza), LineMove(drink, 1000))
    await counter.do(MoveLines(order=order, to=to, moves=moves))
    await counter.do(MergeOrders(order=order, to=to))
    await pay_and_close(counter, to)


async def taken_back(counter: Counter) -> None:
    """A delivery is written down, cancelled as a whole, taken up again and brought elsewhere."""
    where = Delivery(name="Ana", street="Rua das Flores", number="10")
    opening = OpenOrder(service_type="entrega", lines=(PIZZA, DRINK), delivery=where)
    order = await opened_order(counter, opening)
    await counter.do(CancelOrder(order=order, reason="desistiu"))
    await counter.do(RestoreOrder(order=order, reason="ligou de novo"))
    elsewhere = Delivery(name="Ana", street="Rua do Porto", number="7")
    fields: dict[FieldName, Value] = {"customer": "Ana", "note": "sem cebola"}
    await counter.do(EditOrder(order=order, fields=fields, add=(DRINK,), delivery=elsewhere))
    await pay_and_close(counter, order)


async def checkpointed(counter: Counter) -> None:
    """The write-ahead log is emptied between sales and begins again over what it held."""
    await counter.do(AddTable(label="5"))
    await _sale(counter)
    counter.checkpoint()
    await counter.do(AddTable(label="6"))
    counter.checkpoint()
    await counter.do(AddTable(label="7"))
    await counter.do(AddTable(label="8"))


async def opened_order(counter: Counter, opening: Command) -> OrderId:
    """The order that the command opens."""
    return OrderId(await counter.make(opening, "order"))


def lines_of(ids: Mapping[str, CreatedId]) -> list[LineId]:
    """The lines among what a command created, in the order in which it gave them."""
    return [LineId(each) for name, each in ids.items() if name.startswith("line.")]


async def pay_and_close(counter: Counter, order: OrderId) -> None:
    """Whatever is owed is paid in cash."""
    owed = order_view(counter.node.view, order).balance
    payment = TakePayment(order=order, centavos=owed, method="dinheiro", tendered=owed + 150)
    await counter.do(payment)
    await counter.do(CloseBill(order=order))


async def _sale(counter: Counter) -> OrderId:
    order = await opened_order(counter, OpenOrder(service_type="balcao", lines=(PIZZA, DRINK)))
    added = await counter.do(AddLines(order=order, lines=(DRINK,)))
    await counter.do(SendLines(order=order))
    cancelled = LineCancellation(lines_of(added.ids)[0], 1000)
    await counter.do(CancelLines(order=order, cancel=(cancelled,), reason="caiu"))
    await counter.do(TakePayment(order=order, centavos=3000, method="pix"))
    await counter.do(TakePayment(order=order, centavos=3550, method="dinheiro", tendered=4000))
    await counter.do(CloseBill(order=order))
    return order
