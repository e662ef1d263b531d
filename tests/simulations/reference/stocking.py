"""What people ask of the stock, drawn at random: see `histories`."""

from random import Random

from crdt_models.documents.command import Command
from crdt_models.documents.stock.commands import (
    CountStock,
    LoseStock,
    ReceiveStock,
    TransferStock,
)
from crdt_models.documents.stock.facts import Counted, Item
from crdt_models.ids import CreatedId, ProductId
from tests.simulations.reference.replicas import Replica


def stock_command(dice: Random, replica: Replica) -> Command:
    known = list(replica.catalog.products)[:3] or [ProductId(CreatedId(bytes(16)))]
    some = dice.sample(known, dice.randrange(1, len(known) + 1))
    items = tuple(Item(each, dice.choice((250, 1000, 3000))) for each in some)
    counted = tuple(Counted(each, dice.choice((0, 1000, 4000))) for each in some)
    place = dice.choice(("", "", "Bar"))
    return dice.choice([
        ReceiveStock(items=items, place=place, supplier="Zé"),
        LoseStock(items=items, place=place, reason="venceu"),
        TransferStock(items=items, origin="", target="Bar"),
        TransferStock(items=items, target=place, site="Filial"),
        CountStock(items=counted, place=place, is_opening=dice.random() < 0.3),
        CountStock(items=counted, place=place),
        CountStock(items=counted),
    ])  # fmt: skip
