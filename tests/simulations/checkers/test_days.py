"""A day's sheet that does not add up is found."""

from typing import Any

import pytest

from simulations.checkers.days import _SHOWN, adding_up


def part(**sums: int) -> dict[str, Any]:
    """Money by method, all of it of sales."""
    return {name: dict(sums) if name == "vendas_centavos" else {} for name in _SHOWN}


def day(**other: Any) -> dict[str, Any]:
    whole = {
        "caixas": [part(dinheiro=700, pix=100), part(dinheiro=50)],
        "sem_caixa": part(dinheiro=250),
        "alem_dos_pedidos": part(pix=100),
        "total": part(dinheiro=1000),
    }
    return {**whole, **other}


def test_drawers_and_what_no_drawer_took_come_to_the_payments() -> None:
    assert list(adding_up(day())) == []
    uncounted = dict.fromkeys(_SHOWN)
    assert list(adding_up(day(caixas=[uncounted]))) == [], "a drawer that has still to be counted"


@pytest.mark.parametrize(
    ("other", "left"),
    [
        ({"sem_caixa": part()}, {"dinheiro": -250}),
        ({"alem_dos_pedidos": part()}, {"pix": 100}),
        ({"total": part(dinheiro=999, pix=1)}, {"dinheiro": 1, "pix": -1}),
    ],
)
def test_a_centavo_that_is_missing_is_told(other: dict[str, Any], left: dict[str, int]) -> None:
    assert list(adding_up(day(**other))) == [f"vendas_centavos do not add up: {left}"]
