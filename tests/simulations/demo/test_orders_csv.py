import datetime
from pathlib import Path

import pytest

from simulations.demo import pizzaplace
from simulations.demo.orders_csv import (
    BadRow,
    OrderLine,
    OrdersUnreadable,
    Totals,
    parse_mapping,
    read_orders,
)

BRAZILIAN = """\
pedido;data;hora;produto;qtd;preço
7;27/11/2015;19:30;Pizza "Família", grande;2;R$ 1.044,50
8;27/11/2015;12:05;Açaí;0,350;59,90
7;27/11/2015;19:31;Água;1;4
"""
MAPPING = "order=pedido,time=data+hora,product=produto,quantity=qtd,price=preço"


def _file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "vendas.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_the_day_and_the_year_of_pizzaplace_add_up_to_the_centavo() -> None:
    year, day = pizzaplace.load_year(), pizzaplace.load_day()
    assert year.totals == Totals(21_350, 49_574, 81_786_005)
    assert day.totals == Totals(115, 264, 442_245)
    assert year.bad_rows == ()
    assert {order.time.date() for order in day.orders} == {datetime.date(2015, 11, 27)}
    assert [o.time for o in day.orders] == sorted(o.time for o in day.orders)


def test_other_bytes_of_pizzaplace_are_refused_with_the_cure() -> None:
    data = pizzaplace.locate().read_bytes()
    with pytest.raises(pizzaplace.PizzaplaceUnusable, match="2848392 bytes"):
        pizzaplace.check(data + b"\n")
    with pytest.raises(pizzaplace.PizzaplaceUnusable, match="SHA-256"):
        pizzaplace.check(data.replace(b"13.25", b"13.26", 1))
    assert "great-tables 1.1.0" in pizzaplace.PizzaplaceUnusable.cure


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_brazilian_file_is_read_exactly(tmp_path: Path, encoding: str) -> None:
    orders = read_orders(_file(tmp_path, BRAZILIAN, encoding), parse_mapping(MAPPING))
    assert [order.reference for order in orders.orders] == ["8", "7"]
    assert orders.orders[0].lines == (OrderLine("Açaí", 350, 5990),)
    assert orders.orders[1].time == datetime.datetime(2015, 11, 27, 19, 30)
    assert orders.totals == Totals(orders=2, lines=3, centavos=2097 + 2 * 104_450 + 400)


def test_bad_rows_are_left_out_and_named_by_their_line(tmp_path: Path) -> None:
    text = (
        "id,item,n,price\n"
        "1,Café,1,3.50\n"
        "1,Café,1,3.505\n"
        "\n"
        "2,,1,3.50\n"
        '3,"two\nlines",0,3.50\n'
        "4,Café,1\n"
        "5,Café,1,-3.50\n"
        "6,Café,um,3.50\n"
    )
    mapping = parse_mapping("order=id,product=item,quantity=n,price=price")
    orders = read_orders(_file(tmp_path, text), mapping)
    assert orders.totals == Totals(1, 1, 350)
    assert orders.bad_rows == (
        BadRow(3, "price '3.505': not a decimal with two places"),
        BadRow(5, "no product"),
        BadRow(7, "quantity '0': not between 0,001 and 10000"),
        BadRow(8, "only 3 columns"),
        BadRow(9, "price '-3.50': below zero"),
        BadRow(10, "quantity 'um': not a number with at most three decimals"),
    )


def test_a_time_that_is_none_is_a_bad_row(tmp_path: Path) -> None:
    text = "id,t,item,price\n1,ontem,Café,3.50\n1,2015-11-27T08:00:00,Café,3.50\n"
    mapping = parse_mapping("order=id,time=t,product=item,price=price")
    assert [row.line for row in read_orders(_file(tmp_path, text), mapping).bad_rows] == [2]


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ("order=id,product=name", "no column for price"),
        ("order=id,product=name,price", "'price' is no field=column"),
        ("order=id,produto=name,price=p", "'produto=name' is no field=column"),
        ("order=id,order=id,product=name,price=p", "'order=id' is no field=column"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(mapping: str, reason: str) -> None:
    with pytest.raises(OrdersUnreadable, match=reason):
        parse_mapping(mapping)


def test_files_that_cannot_be_sold_say_why(tmp_path: Path) -> None:
    mapping = parse_mapping(MAPPING)
    with pytest.raises(OrdersUnreadable, match=r"no column 'pedido' .there are: a, b"):
        read_orders(_file(tmp_path, "a,b\n1,2\n"), mapping)
    with pytest.raises(OrdersUnreadable, match="it is empty"):
        read_orders(_file(tmp_path, BRAZILIAN.splitlines()[0]), mapping)
    with pytest.raises(OrdersUnreadable, match="No such file"):
        read_orders(tmp_path / "none.csv", mapping)
