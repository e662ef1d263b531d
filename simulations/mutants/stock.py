"""Mutants of the stock: what sales take, what returns, what is asked."""

from typing import Any

from crdt_models.documents.orders import supplies
from crdt_models.documents.stock import situations
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
