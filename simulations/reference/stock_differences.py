"""Where a terminal's stock and the reference's do not agree; see `differences`."""

from collections.abc import Iterator

from simulations.reference.compared import compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shop import ReferenceShop


def of_stock(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """One sentence each. A terminal may list more: what it keeps and nobody moved yet."""
    ours: dict[str, Json] = {}
    for (product, place), stock in reference.stock.items():
        ours.setdefault(product, {})[place] = stock.on_hand
    for product in sorted(ours.keys() | peer.stock.keys()):
        shown = peer.stock.get(product, {"locais": [], "milesimos": 0})
        theirs = {each["local"]: each["milesimos"] for each in shown["locais"]}
        wanted = ours.get(product, {})
        names = sorted(wanted.keys() | theirs.keys())
        yield from compared(
            f"estoque {product}",
            {"milesimos": sum(wanted.values()), **{name: wanted.get(name, 0) for name in names}},
            {"milesimos": shown["milesimos"], **{name: theirs.get(name, 0) for name in names}},
        )
