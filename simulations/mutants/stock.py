"""Mutants of the stock: what sales take, what returns, what is asked."""

from typing import Any

from msgspec.structs import replace

from crdt_models.documents.orders import supplies
from crdt_models.documents.orders.commands import supplies as recipes
from crdt_models.documents.stock import commands, situations
from crdt_models.documents.stock.facts import StockReceived
from crdt_models.documents.stock.ledger import Ledger
from simulations.mutants.patching import Patcher, mutant


@mutant(scenes=("the_last_of_the_fridge",))
def oversold_kept_quiet(patch: Patcher) -> None:
    """Nobody is told that more was sold than there was."""
    patch.put(situations, "_oversold", lambda product, shortage, movements: iter(()))


@mutant(scenes=("the_last_of_the_fridge",))
def struck_out_is_eaten(patch: Patcher) -> None:
    """What is cancelled before the kitchen had it is taken for lost."""
    patch.put(supplies, "_too_late", lambda order, line: line.cancelled)


@mutant(scenes=("the_last_of_the_fridge",))
def others_sales_take_nothing(patch: Patcher) -> None:
    """The ledger is told of what people enter and count, and of no sale."""
    take = Ledger.take

    def deaf(self: Ledger, before: Any, after: Any, told: Any) -> Any:
        return take(self, (), (), told)

    patch.put(Ledger, "take", deaf)


@mutant(scenes=("cheese_on_both_sides",))
def carried_goods_stay_too(patch: Patcher) -> None:
    """What is carried from one place to another is written down as goods that came."""

    def around(before: Any) -> Any:
        def fact(self: Any, items: Any) -> Any:
            is_inside = self.origin is not None and self.target is not None
            came = StockReceived(items=items, place=self.target or "")
            return came if is_inside else before(self, items)

        return fact

    patch.wrap(commands.TransferStock, "fact", around)


@mutant(scenes=("cheese_on_both_sides",))
def every_sale_is_of_one(patch: Patcher) -> None:
    """A line takes one portion from the stock, however many were ordered."""

    def around(before: Any) -> Any:
        return lambda catalog, line: before(catalog, replace(line, thousandths=1000))

    patch.wrap(recipes, "_of_line", around)
