"""The list of orders, read as a screen reads it: in small pages, and by what stands in an order.

Rules of this file:
1. Asked in quiet times at one terminal: whatever way a list is asked, it tells of the same orders
   as the whole of it does.
2. Nothing is written.
"""

from collections.abc import Callable, Iterator
from typing import Any

from simulations.checkers.bad_disks import reading
from simulations.reference.peer_shop import ALL_DAYS, PAGE, Json, all_pages
from simulations.simulator.world import World

FEW = 7  # on a small screen
MOST_ASKED = 3  # tables, and states
LIST = f"/api/pedidos?dia={ALL_DAYS}"

_Field = Callable[[Json], Any]
_FILTERS: tuple[tuple[str, _Field], ...] = (
    ("mesa", lambda order: order["mesa_id"]),
    ("status", lambda order: order["status"]),
)


async def read_lists(world: World) -> tuple[str, ...]:
    """What a list leaves out, tells twice, or should not tell. Raises UnexpectedAnswer."""
    found: list[str] = []
    for terminal in world.standing()[:1]:
        with reading(world, terminal):
            whole = await all_pages(terminal, LIST, "pedidos", PAGE)
            few = await all_pages(terminal, LIST, "pedidos", FEW)
            found += _differing(f"{LIST}&limite={FEW}", whole, few)
            for path, among in _narrowed(whole):
                found += _differing(path, among, await all_pages(terminal, path, "pedidos", FEW))
    return tuple(found)


def _narrowed(whole: list[Json]) -> Iterator[tuple[str, list[Json]]]:
    """Paths with a filter, and the orders that meet it."""
    for name, field in _FILTERS:
        values = [each for each in dict.fromkeys(map(field, whole)) if each is not None]
        for value in values[:MOST_ASKED]:
            yield f"{LIST}&{name}={value}", [each for each in whole if field(each) == value]


def _differing(path: str, expected: list[Json], told: list[Json]) -> Iterator[str]:
    one, other = ([each["id"] for each in orders] for orders in (expected, told))
    if one != other:
        yield f"GET {path} tells of {len(other)} orders, not of the {len(one)} that it should"
