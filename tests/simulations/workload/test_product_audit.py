"""The audit of products is silent about what is true, and says what was changed."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from simulations.workload.ledger import Deed, Ledger
from simulations.workload.people import Actor, Party, Person, Service
from simulations.workload.plan import Visit
from simulations.workload.product_audit import check_prices, check_products
from simulations.workload.service import draw_plan

PRODUCTS = "/api/produtos"


class Morning:
    """products, orders: as the terminal shows them in the end."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.deeds: list[Deed] = []
        self.products: dict[str, Any] = {}
        self.orders: dict[str, Any] = {}


@pytest.fixture(scope="module")
def morning(shops: Any) -> Morning:
    made = Morning()

    async def people(shop: Any, ledger: Ledger) -> None:
        made.ledger = ledger
        service = Service(shop, draw_plan(Random(1), 1, 900.0), 1, ledger)
        party = Party(service, Visit(1, 0.0, "balcao", ()))
        manager = Actor(party, Person("manager", "A"), "A", Random(1))
        body = {"nome": "Pizza", "codigo": "1", "preco_centavos": 5000}
        added = await manager.send("add_product", PRODUCTS, body)
        product = added.told["id"]
        path = f"{PRODUCTS}/{product}"
        changes = [{"preco_centavos": 6000}, {"preco_centavos": 7000}, {"codigo": None}]
        changed = [
            await manager.send("change_product", path, each, method="PATCH") for each in changes
        ]
        item = {"produto_id": product, "id_externo": "linha:1"}
        opening = {"tipo": "balcao", "id_externo": "x", "itens": [item]}
        opened = await manager.write("open", body=opening)
        refused = await manager.send("change_product", path, {"nome": ""}, method="PATCH")
        taken = await manager.send("take_out", path, None, method="DELETE")
        made.deeds = [added, *changed, opened, refused, taken]
        till = shop.all[0]
        made.products = {product: (await till.call("GET", path)).body}
        pedido = (await till.call("GET", f"/api/pedidos/{opened.order}")).body
        made.orders = {opened.order: pedido}

    shops.day(1, people)
    return made


def told(morning: Morning, products: dict[str, Any], orders: dict[str, Any]) -> list[str]:
    return [*check_products(morning.ledger, products), *check_prices(morning.ledger, orders)]


def test_what_is_true_is_no_finding(morning: Morning) -> None:
    outcomes = [each.outcome for each in morning.deeds]
    assert outcomes == ["acknowledged"] * 5 + ["refused", "acknowledged"]
    (product,) = morning.products.values()
    assert (product["preco_centavos"], product["codigo"], product["ativo"]) == (7000, "", False)
    assert len(morning.orders) == 1
    assert told(morning, morning.products, morning.orders) == []


def with_field(**fields: Any) -> Callable[[Morning], list[str]]:
    def changed(morning: Morning) -> list[str]:
        products = {key: {**each, **fields} for key, each in morning.products.items()}
        return told(morning, products, {})

    return changed


def other_price(morning: Morning) -> list[str]:
    orders = {
        key: {**each, "itens": [{**item, "preco_unitario_centavos": 1} for item in each["itens"]]}
        for key, each in morning.orders.items()
    }
    return told(morning, morning.products, orders)


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        (lambda morning: told(morning, {}, {}), "is absent"),
        (with_field(preco_centavos=5000), "preco_centavos is 5000"),  # the edit is lost
        (with_field(preco_centavos=6000), "what stands is [7000]"),  # the last one is
        (with_field(ativo=True), "ativo is True"),
        (with_field(codigo="1"), "codigo is '1'"),
        (with_field(nome=""), "nome is ''"),  # it was refused
        (other_price, "costs 1, nobody said so"),
    ],
)
def test_what_is_false_is_told(
    morning: Morning, lie: Callable[[Morning], list[str]], sentence: str
) -> None:
    found = lie(morning)
    assert any(sentence in each for each in found), found
