"""Drawers of tills: opened, sold into, counted, closed."""

from crdt_models.disputes import open_disputes
from crdt_models.documents.cash.commands import CloseShift, DeclareCount, OpenShift
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.ids import OrderId, PaymentId, ShiftId
from tests.crdt_models.documents.shop import Till

PIZZA = 4_400


def opened(
    till: Till, float_centavos: int = 10_000, *, key: str = "", drawer: str = "1"
) -> ShiftId:
    command = OpenShift(float_centavos=float_centavos, drawer=drawer)
    return ShiftId(till.give(command, key)["shift"])


def order_of(till: Till, centavos: int = PIZZA) -> OrderId:
    line = NewLine(product="p", name="Pizza", unit_centavos=centavos)
    return OrderId(till.give(OpenOrder(service_type="balcao", lines=(line,)))["order"])


def sold(till: Till, centavos: int = PIZZA, *, key: str = "") -> PaymentId:
    """In cash, all of it."""
    command = TakePayment(order=order_of(till, centavos), centavos=centavos, method="dinheiro")
    return PaymentId(till.give(command, key)["payment"])


def counted(till: Till, shift: ShiftId, cash: int) -> None:
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": cash}))


def closed(till: Till, shift: ShiftId, cash: int) -> ShiftView:
    counted(till, shift, cash)
    till.give(CloseShift(shift=shift))
    return till.shift(shift)


def kinds(view: ShiftView) -> set[str]:
    return {each.kind for each in open_disputes(view)}
