"""What people did to the fridge, read from what they were told."""

import pytest

from simulations.workload.fridge import (
    COUNTING,
    OPENING,
    PRODUCTS,
    STOCK,
    Fridge,
    read_at,
    reading,
)
from simulations.workload.ledger import DOWN, ORDERS, Attempt, Deed
from simulations.workload.till import JSON

CHEESE, SKEWER = "c1", "e1"
ORDER = "a1"


def _deed(path: str, body: JSON, *statuses: int, told: JSON = None, order: str = "") -> Deed:
    tries = [Attempt("A", float(at), at + 0.5, status) for at, status in enumerate(statuses, 1)]
    return Deed("", "cook 1", "POST", path, body, "key", order, attempts=tries, told=told)


def _goods(much: int, **more: str) -> JSON:
    return {"itens": [{"produto_id": CHEESE, "quantidade_milesimos": much}], **more}


def _sale(product: str, much: int, *statuses: int) -> Deed:
    item = {"produto_id": product, "quantidade_milesimos": much, "id_externo": "linha:1"}
    return _deed(f"{ORDERS}/{ORDER}/itens", {"itens": [item]}, *statuses, order=ORDER)


MENU = (
    _deed(PRODUCTS, {"controla_estoque": True}, 201, told={"id": CHEESE}),
    _deed(
        PRODUCTS,
        {"receita": [{"insumo_id": CHEESE, "quantidade_milesimos": 350}]},
        201,
        told={"id": SKEWER},
    ),
    _deed(OPENING, _goods(9_000), 201),
)


@pytest.mark.parametrize(
    ("deed", "left"),
    [
        (_sale(SKEWER, 2_000, 201), 8_300),
        (_sale(CHEESE, 1_000, DOWN, 201), 8_000),
        (_sale(CHEESE, 1_000, DOWN, 404), 9_000),
        (_sale("pizza", 1_000, 201), 9_000),
        (_deed(f"{STOCK}/entrada", _goods(500), 201), 9_500),
        (_deed(f"{STOCK}/perda", _goods(500), 201), 8_500),
        (_deed(f"{STOCK}/entrada", _goods(500, local="fundo"), 201), 9_000),
        (_deed(f"{STOCK}/transferencia", _goods(500, origem="", destino="fundo"), 201), 8_500),
        (_deed(f"{STOCK}/transferencia", _goods(500, origem="", loja="Filial"), 201), 8_500),
        (_deed(COUNTING, _goods(1), 201), 9_000),
    ],
)
def test_what_hands_moved(deed: Deed, left: int) -> None:
    assert Fridge([*MENU, deed]).holds((CHEESE, "")) == left


@pytest.mark.parametrize(
    "change",
    [
        _deed(f"{PRODUCTS}/importar", {"produtos": []}, 200),
        _deed(f"{PRODUCTS}/{SKEWER}", {"receita": None}, 200),
    ],
)
def test_a_recipe_that_changed_is_not_followed(change: Deed) -> None:
    assert SKEWER not in Fridge([*MENU, change]).recipes


def test_the_note_of_a_count_says_when_the_counter_looked() -> None:
    assert read_at(_deed(COUNTING, {"observacao": reading(12.25)}, 201)) == 12.25
    assert read_at(_deed(COUNTING, {}, 201)) is None
