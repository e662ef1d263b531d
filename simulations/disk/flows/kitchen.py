"""The kitchen: courses that wait, are fired and held, stations, and a report that was wrong."""

from msgspec.structs import replace

from crdt_models.documents.orders.commands import (
    AdvanceLines,
    FireLines,
    HoldLines,
    OpenOrder,
    RecallLines,
    RouteLines,
    SendLines,
)
from crdt_models.ids import OrderId
from simulations.disk.counter import Counter
from simulations.disk.flows.sales import DRINK, PIZZA, lines_of


async def kitchen_evening(counter: Counter) -> None:
    """A drink at once, a pizza as the first course and another as the second."""
    first, second = replace(PIZZA, course=1), replace(PIZZA, course=2)
    opened = await counter.do(OpenOrder(service_type="mesa", lines=(DRINK, first, second)))
    order, (drink, starter, main) = OrderId(opened.ids["order"]), lines_of(opened.ids)
    await counter.do(RouteLines(order=order, lines=(starter, main), station="forno"))
    await counter.do(SendLines(order=order))
    await counter.do(AdvanceLines(order=order, to="ready", lines=(drink,)))
    await counter.do(RecallLines(order=order, lines=(drink,)))
    await counter.do(FireLines(order=order, course=1))
    await counter.do(HoldLines(order=order, course=1))
    await counter.do(FireLines(order=order, lines=(main,)))
    await counter.do(FireLines(order=order))
    await counter.do(AdvanceLines(order=order, to="delivered"))
