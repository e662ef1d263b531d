"""Two terminals that know three open orders, the first with beers and a pie."""

from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.ids import LineId, OrderId
from tests.crdt_models.documents.shop import Till

PIE = NewLine(product="t", name="Torta", unit_centavos=1_500)


class ThreeOrders:
    def __init__(self, beer: NewLine) -> None:
        self.one, self.other = Till("A"), Till("B", clock_ms=Till("B").clock_ms + 7)
        opened = [
            self.one.give(OpenOrder(service_type="mesa", lines=lines))
            for lines in ((beer, PIE), (), ())
        ]
        self.first, self.second, self.third = (OrderId(each["order"]) for each in opened)
        self.beer, self.pie = (LineId(opened[0][f"line.{n}"]) for n in range(2))
        self.meet()

    def meet(self) -> None:
        self.one.sync(self.other)
