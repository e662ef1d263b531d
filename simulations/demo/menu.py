"""The shop's catalog: made of what the orders name, imported at one terminal as a person would.

Rules of this file:
1. A product is what has one name; it costs what it cost first. A line with another price is sold as
   a free item with its own, as is a product whose row the terminal refused.
2. Selling begins when every terminal shows the whole catalog: whoever sells by code needs it.
"""

import csv
import io
from collections.abc import Iterable, Mapping

import msgspec
import trio

from crdt_models.errors import MalhaError
from crdt_models.money import to_brl
from simulations.demo.orders_csv import OrderLine, Orders
from simulations.demo.till import Away, Till

ARRIVAL_SECONDS = 30.0
LOOK_SECONDS = 0.05
HEADINGS = ("Código", "Produto", "Preço de venda")


class MenuDidNotArrive(MalhaError):
    """A terminal does not show the catalog that another one imported."""

    code = "menu_did_not_arrive"
    sentence = "{where} does not show the imported catalog after {seconds} s."
    cure = "Read the terminals' logs in the demo's folder (--keep)."


class Menu(msgspec.Struct, frozen=True):
    """products: by name, (code, centavos) · file: CSV, as `malha catalog import` takes it."""

    products: Mapping[str, tuple[str, int]]
    file: bytes

    def item(self, line: OrderLine) -> dict[str, object]:
        """The line as a terminal takes it: by its code, or with its own name and price."""
        code, centavos = self.products.get(line.product, ("", -1))
        quantity = {"quantidade_milesimos": line.thousandths}
        if centavos == line.unit_centavos:
            return {"codigo": code, **quantity}
        own = {"nome": line.product, "preco_unitario_centavos": line.unit_centavos}
        return {"produto_id": line.product, **own, **quantity}

    def without(self, lines: Iterable[int]) -> "Menu":
        """The rows at these lines of the file were refused."""
        refused = {str(line - 1) for line in lines}  # the headings are line 1, the codes begin at 1
        kept = {name: known for name, known in self.products.items() if known[0] not in refused}
        return Menu(kept, self.file)


def menu_of(orders: Orders) -> Menu:
    """Every product that is sold, by the order in which it first is."""
    products: dict[str, tuple[str, int]] = {}
    for line in (line for order in orders.orders for line in order.lines):
        products.setdefault(line.product, (str(len(products) + 1), line.unit_centavos))
    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=";")
    rows.writerow(HEADINGS)
    rows.writerows((code, name, to_brl(price)) for name, (code, price) in products.items())
    return Menu(products, written.getvalue().encode())


async def bring_in(menu: Menu, tills: Mapping[str, Till]) -> Menu:
    """What of it was taken, once all terminals show that. Raises MenuDidNotArrive, Refused."""
    first = next(iter(tills.values()))
    waiting = list(tills.values())
    taken: Menu | None = None
    with trio.move_on_after(ARRIVAL_SECONDS):
        while waiting:
            try:
                if taken is None:
                    told = await first.import_products(menu.file)
                    taken = menu.without(each["linha"] for each in told["recusas"])
                shown = (await waiting[0].get("/api/produtos?limite=1"))["total"]
            except Away:  # the file may be sent again: what is so already is not written
                shown = -1
            if taken is not None and shown >= len(taken.products):
                del waiting[0]
            else:
                await trio.sleep(LOOK_SECONDS)
    if taken is None or waiting:
        raise MenuDidNotArrive(where=waiting[0].letters, seconds=int(ARRIVAL_SECONDS))
    return taken
