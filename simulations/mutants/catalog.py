"""Mutants of the catalog: what lines copy of it, and what is left."""

from collections.abc import Callable
from typing import Any

from crdt_models.documents.catalog import left
from crdt_models.documents.catalog.view import Product
from crdt_models.documents.orders.commands import new_lines
from crdt_models.documents.orders.facts import LineAdded
from crdt_models.ids import CATALOG
from crdt_models.read_models import products
from peer.http_api.api import Api
from peer.http_api.catalog import importing
from simulations.mutants.patching import Patcher, mutant


@mutant(scenes=("one_line_two_prices",))
def copied_price_is_meant(patch: Patcher) -> None:
    """One command at two terminals with two catalogs is two lines."""
    patch.put(LineAdded, "relied_on", lambda self: frozenset())


@mutant(scenes=("last_portion_sold_twice",))
def sold_out_is_sold(patch: Patcher) -> None:
    """Nobody looks whether there is any left."""
    patch.put(new_lines, "_check_left", lambda *given: None)


@mutant(scenes=("last_portion_sold_twice",))
def cancelled_portions_are_gone(patch: Patcher) -> None:
    """A line that is struck out takes its portions all the same."""

    def taken_in(order: Any) -> Any:
        return [
            left.Taken(line.id, product, much, line.added.stamp.hlc)
            for line in order.lines
            for product, much in left.taken_of(line.fact.product, (), line.fact.thousandths).items()
        ]

    patch.put(left, "taken_in", taken_in)
    patch.put(products, "taken_in", taken_in)


@mutant("partition_every_pair", "partition_halves", scenes=("price_at_the_rush",))
def first_price_stays(patch: Patcher) -> None:
    """A product keeps the values that it was added with."""
    patch.put(Product, "values", property(lambda self: self.wrote[0].values))


@mutant(scenes=("one_file_at_two_tills",))
def import_forgets_the_catalog(patch: Patcher) -> None:
    """A batch is known by its rows alone: the same correction a second time counts as a retry."""
    _import_under(patch, lambda api: "")


@mutant(scenes=("one_file_at_two_tills",))
def import_is_each_terminals_own(patch: Patcher) -> None:
    """A batch is known by its terminal: one file at two of them is two of each product."""
    _import_under(patch, lambda api: api.node.device.hex() + api.node.version(CATALOG))


def _import_under(patch: Patcher, name: Callable[[Api], str]) -> None:
    """A batch is known by its rows and this name."""

    async def write(api: Api, operator: Any, writings: Any, written: Any) -> None:
        await importing._write_batch(api, operator, name(api), writings)
        written |= {each.line: each for each in writings}

    patch.put(importing, "_write", write)
