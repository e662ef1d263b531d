"""What is sold and what it is made of: the catalog, the stock, the settings of the shop."""

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, ImportProducts
from crdt_models.documents.catalog.facts import Ingredient, ProductValues
from crdt_models.documents.orders.commands import AddLines, OpenOrder
from crdt_models.documents.orders.commands.new_lines import CatalogLine, Named
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import Printer, SettingsValues, Station
from crdt_models.documents.stock.commands import (
    CountStock,
    LoseStock,
    ReceiveStock,
    TransferStock,
)
from crdt_models.documents.stock.facts import MAIN, Counted, Item
from crdt_models.ids import ProductId
from simulations.disk.counter import Counter
from simulations.disk.flows.sales import PIZZA, opened_order, pay_and_close

_SUPPLIES = ImportProducts(
    rows=(
        ProductValues(name="Farinha", unit_centavos=0, code="901", stocked=True),
        ProductValues(name="Guaraná lata", unit_centavos=700, code="20", stocked=True),
    )
)


async def sold_from_the_catalog(counter: Counter) -> None:
    """A file is read in, a pizza is added, sold with what it is made of, dearer, and sold out."""
    flour, can = await _supplies(counter)
    recipe = (Ingredient(flour, 300),)
    values = ProductValues(name="Calabresa", unit_centavos=4450, code="10", recipe=recipe)
    pizza = ProductId(await counter.make(AddProduct(values=values), "product.0"))
    lines = _line(pizza), _line(can)
    order = await opened_order(counter, OpenOrder(service_type="balcao", lines=lines))
    await counter.do(ChangeProduct(product=pizza, values=ProductValues(unit_centavos=4700)))
    await counter.do(AddLines(order=order, lines=(_line(pizza),)))
    await counter.do(ChangeProduct(product=pizza, values=ProductValues(sold_out=True)))
    await pay_and_close(counter, order)


async def shelves(counter: Counter) -> None:
    """Counted to begin with, bought, sold, brought to the bar, broken, counted again."""
    flour, can = await _supplies(counter)
    begin = (Counted(flour, 20_000), Counted(can, 24_000))
    await counter.do(CountStock(items=begin, is_opening=True))
    await counter.do(ReceiveStock(items=(Item(can, 48_000),), supplier="Distribuidora"))
    await opened_order(counter, OpenOrder(service_type="balcao", lines=(_line(can),)))
    await counter.do(TransferStock(items=(Item(can, 12_000),), origin=MAIN, target="bar"))
    await counter.do(LoseStock(items=(Item(can, 1000),), reason="quebrou", place="bar"))
    await counter.do(CountStock(items=(Counted(can, 11_000),), place="bar"))


async def shop_settings(counter: Counter) -> None:
    """Several settings at once, twice, and an order that begins under them."""
    oven = Printer(name="Forno", kind="network", address="192.0.2.7:9100", stations=("forno",))
    begin = SettingsValues(
        name="Pizzaria da Ana",
        service_basis_points=1000,
        service_types=("mesa",),
        stations={"forno": Station(name="Forno")},
        printers={"forno": oven},
    )
    await counter.do(ChangeSettings(values=begin))
    order = await opened_order(counter, OpenOrder(service_type="mesa", lines=(PIZZA,)))
    later = SettingsValues(
        service_basis_points=1200, couvert_centavos=800, printers={"forno": None}
    )
    await counter.do(ChangeSettings(values=later))
    await pay_and_close(counter, order)


async def _supplies(counter: Counter) -> list[ProductId]:
    added = await counter.do(_SUPPLIES)
    return [ProductId(added.ids[f"product.{index}"]) for index in range(len(_SUPPLIES.rows))]


def _line(product: ProductId) -> CatalogLine:
    return CatalogLine(products=(Named("id", product.hex()),))
