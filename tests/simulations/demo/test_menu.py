"""The demo's catalog: what is sold by code, what keeps a price of its own."""

import datetime
from typing import Any

import pytest

from crdt_models.catalog_files.rows import read_csv_file
from simulations.demo import menu as menus
from simulations.demo.menu import Menu, MenuDidNotArrive, bring_in, menu_of
from simulations.demo.orders_csv import OrderLine, Orders, ShopOrder
from simulations.demo.till import Away, Till

DAY = datetime.datetime(2015, 11, 27)
PIZZA, WATER, DEARER = (
    OrderLine("Pizza; grande", 1000, 123_456),
    OrderLine("Água", 2000, 400),
    OrderLine("Água", 1000, 450),
)
ORDERS = Orders((ShopOrder("1", DAY, (PIZZA, WATER)), ShopOrder("2", DAY, (DEARER,))))


class FakeTill(Till):
    """Shows a product more at each look; the first answer to an import is lost."""

    def __init__(self, letters: str, shows: int, refused: tuple[int, ...] = ()) -> None:
        self.letters = letters
        self.files: list[bytes] = []
        self._shows = shows
        self._refused = refused

    async def import_products(self, file: bytes) -> dict[str, Any]:
        self.files.append(file)
        if len(self.files) == 1:
            raise Away(self.letters)
        return {"recusas": [{"linha": line} for line in self._refused]}

    async def get(self, path: str) -> dict[str, Any]:
        self._shows += 1
        return {"total": self._shows - 1}


def test_the_file_says_what_the_menu_says() -> None:
    menu = menu_of(ORDERS)
    file = read_csv_file(menu.file)
    assert file.refusals == ()
    told = {row.values.name: (row.values.code, row.values.unit_centavos) for row in file.rows}
    assert told == menu.products == {"Pizza; grande": ("1", 123_456), "Água": ("2", 400)}


def test_a_line_is_sold_by_code_unless_it_costs_something_else() -> None:
    menu = menu_of(ORDERS)
    assert menu.item(WATER) == {"codigo": "2", "quantidade_milesimos": 2000}
    assert menu.item(DEARER) == {
        "produto_id": "Água",
        "nome": "Água",
        "preco_unitario_centavos": 450,
        "quantidade_milesimos": 1000,
    }
    assert menu.without([3]).item(WATER)["nome"] == "Água"


async def test_selling_begins_when_all_show_what_was_taken(autojump_clock: Any) -> None:
    tills = {"A": FakeTill("A", 0, refused=(2,)), "B": FakeTill("B", -5)}
    taken = await bring_in(menu_of(ORDERS), tills)
    assert taken.products.keys() == {"Água"}
    assert len(tills["A"].files) == 2
    assert tills["B"].files == []


async def test_a_catalog_that_does_not_arrive_is_told(
    autojump_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(menus, "LOOK_SECONDS", menus.ARRIVAL_SECONDS / 4)
    tills = {"A": FakeTill("A", 9), "B": FakeTill("B", -9)}
    with pytest.raises(MenuDidNotArrive, match="B does not show"):
        await bring_in(Menu({"Água": ("1", 400)}, b""), tills)
