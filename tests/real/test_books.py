"""The books see what is lost, doubled or kept although it was refused."""

from typing import Any

import pytest

from tests.real.sellers import Books, Held, Sold, missing_in

Orders = dict[str, Any]


def books() -> Books:
    made = Books()
    made.orders = {"x": Sold("A", {"A-1", "B-7"}, paid=1250), "y": Sold("B", {"B-1"})}
    made.refused = [("A", "A-2", 503, {}), ("B", "B-1", 503, {})]  # B-1 was taken later
    return made


def held(**changed: Any) -> Held:
    orders: Orders = {
        "x": {"itens": [{"nome": "A-1"}, {"nome": "B-7"}], "pago_centavos": 1250},
        "y": {"itens": [{"nome": "B-1"}], "pago_centavos": 0},
    }
    return Held("digest", orders | changed)


def test_nothing_is_wrong_where_all_is_there() -> None:
    assert missing_in(books(), held()) == []


def order(*names: str, paid: int = 0) -> Orders:
    return {"itens": [{"nome": each} for each in names], "pago_centavos": paid}


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (order("A-1", paid=1250), "x: B-7 stands 0 times"),
        (order("A-1", "B-7", "B-7", paid=1250), "x: B-7 stands 2 times"),
        (order("A-1", "B-7"), "x: paid 0, acknowledged 1250"),
        (order("A-1", "B-7", paid=2500), "x: paid 2500, acknowledged 1250"),
        (order("A-1", "B-7", "A-2", paid=1250), "A-2: refused, yet there"),
        (order("A-1", "B-7", "C-9", "C-9", paid=1250), "C-9: written twice"),
    ],
)
def test_each_difference_is_told(found: Orders, says: str) -> None:
    assert says in missing_in(books(), held(x=found))


def test_a_lost_order_is_told() -> None:
    there = held()
    del there.orders["y"]
    assert missing_in(books(), there) == ["order y of B: not there"]
