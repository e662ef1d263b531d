"""A year of a pizzeria's real orders: found, checked byte for byte, cut to a day.

The file comes in the package great-tables (extra `demo`) and is located without importing it: only
its data is wanted, not the imports of a drawing library. Its figures are stated here and asserted.
"""

import datetime
import hashlib
import importlib.metadata
from pathlib import Path

from crdt_models.errors import MalhaError
from simulations.demo.orders_csv import Orders, Totals, parse_mapping, read_orders

PACKAGE = "great-tables"
FILE_NAME = "05-pizzaplace.csv"
BYTES = 2_848_391
SHA256 = "594ca293b3d7b8a3dffe1cb398836a1e6216c0b5a29c560957665ba801f002a7"
MAPPING = "order=id,time=date+time,product=name+size,price=price"
DAY = datetime.date(2015, 11, 27)  # the busiest day of the year
DAY_TOTALS = Totals(orders=115, lines=264, centavos=442_245)
YEAR_TOTALS = Totals(orders=21_350, lines=49_574, centavos=81_786_005)


class PizzaplaceUnusable(MalhaError):
    """The file of real orders is not there, or is not the one whose figures we know."""

    code = "pizzaplace_unusable"
    sentence = "The real orders of pizzaplace cannot be used: {reason}."
    cure = (
        "Install exactly great-tables 1.1.0 (pip install --force-reinstall 'malha[demo]'),"
        " or replay a file of your own with --orders FILE --map …"
    )


def load_year() -> Orders:
    """All 21,350 orders. Raises PizzaplaceUnusable."""
    path = locate()
    check(path.read_bytes())
    orders = read_orders(path, parse_mapping(MAPPING))
    assert orders.totals == YEAR_TOTALS, f"the reader is wrong: {orders.totals}"
    return orders


def load_day() -> Orders:
    """The 115 orders of 2015-11-27. Raises PizzaplaceUnusable."""
    orders = load_year().on(DAY)
    assert orders.totals == DAY_TOTALS, f"the reader is wrong: {orders.totals}"
    return orders


def locate() -> Path:
    """Raises PizzaplaceUnusable."""
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise PizzaplaceUnusable(reason=f"{PACKAGE} is not installed") from error
    for file in files:
        path = Path(str(file.locate()))
        if file.name == FILE_NAME and path.is_file():
            return path
    raise PizzaplaceUnusable(reason=f"{PACKAGE} has no file {FILE_NAME}")


def check(data: bytes) -> None:
    """Raises PizzaplaceUnusable unless these are the very bytes whose figures stand above."""
    if len(data) != BYTES:
        raise PizzaplaceUnusable(reason=f"{FILE_NAME} has {len(data)} bytes, not {BYTES}")
    if (found := hashlib.sha256(data).hexdigest()) != SHA256:
        raise PizzaplaceUnusable(reason=f"{FILE_NAME} has the SHA-256 {found[:16]}…")
