"""How every kind of dispute comes about: what people do at two or three tills that are cut off.

A new kind: one function in the fitting room of `scenes` with `@scene("kind")`, about five lines,
before or with the line in `crdt_models.disputes.kinds`. What it needs is a `Play`: three tills that
hold three open orders (`first` has three beers and a pie), `play.dice` for amounts, `play.two()`
for who acts. It writes through commands; only what no command writes (a forged closing, another
machine's chain) is written as facts. Everything else (arrival in any order, resolutions before,
between and after the evidence, rivals) is asked of it by `test_every_kind`.
"""

from collections.abc import Callable
from random import Random

from crdt_models.change import Change
from crdt_models.disputes import Kind
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.commands import LineMove, MoveLines, NewLine, OpenOrder
from crdt_models.ids import LineId, OrderId
from tests.crdt_models.documents.shop import NOW_MS, Till


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


def scene(kind: Kind) -> Callable[[Scene], Scene]:
    def register(function: Scene) -> Scene:
        assert kind not in SCENES, f"two scenes for {kind}"
        SCENES[kind] = function
        return function

    return register
