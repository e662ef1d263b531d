"""What people ask of the catalog, drawn at random: see `histories`."""

from random import Random
from typing import Any

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, ImportProducts
from crdt_models.documents.catalog.facts import Group, Ingredient, Option, PriceRule, ProductValues
from crdt_models.documents.command import Command
from tests.simulations.reference.replicas import Replica


def catalog_command(dice: Random, replica: Replica) -> Command:
    known = list(replica.catalog.products)
    given: list[dict[str, Any]] = [
        {"unit_centavos": dice.choice((3900, 4600))},
        {"unit_centavos": dice.choice((3900, 4600)), "name": dice.choice(("A", "B"))},
        {"left": dice.choice((None, 2000, 5000))},
        {"left": dice.choice((1000, 2000))},
        {"sold_out": dice.random() < 0.3, "tax": {"ncm": dice.choice("12")}},
        {"active": dice.random() < 0.8},
        {"external_id": dice.choice((None, "loja:1", "loja:2"))},
        {"prices": (PriceRule(dice.choice((1, 2)), weekdays=(dice.randrange(7),)),)},
        {"groups": (Group("g", "G", (Option("o", "", 50, product=dice.choice(known)),)),)},
        {"stocked": dice.random() < 0.7, "stock_minimum": dice.choice((None, 2000))},
        {"recipe": (Ingredient(dice.choice(known), 250),), "barcodes": ("1234",)},
    ]
    values = ProductValues(**dice.choice(given))
    new = ProductValues(name="Suco", unit_centavos=900, external_id=dice.choice(("loja:1", None)))
    return dice.choice([
        *[ChangeProduct(product=dice.choice(known[:2]), values=values)] * 6,
        ChangeProduct(product=dice.choice(known), values=values),
        AddProduct(values=new),
        ImportProducts(rows=(new, ProductValues(name="Água", unit_centavos=5, code="w"))),
    ])  # fmt: skip
