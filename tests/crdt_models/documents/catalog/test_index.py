"""What the catalog derives is kept in step with its facts: always what all of them would make."""

from random import Random
from typing import Any

import pytest

from crdt_models.disputes import disputes_of
from crdt_models.documents.catalog.facts import ProductAdded, ProductChanged, ProductValues
from crdt_models.documents.catalog.view import FIELDS, CatalogView
from crdt_models.documents.resolution import Resolution
from crdt_models.fact import Entry, Fact
from crdt_models.ids import CATALOG, CreatedId, FactId, ProductId
from crdt_models.read_models import REPLACED_BY_KEY, changed_rows, rows_of
from tests.crdt_models.documents.shop import NOW_MS, Till, command_key

SEEDS = 200
NAMES: dict[str, list[Any]] = {
    "code": ["", "1", "2"],
    "external_id": [None, "a:1", "a:2"],
    "barcodes": [(), ("7777",), ("7777", "8888", "7777")],
    "active": [True, False],
    "left": [None, 1_000],
}


def values(dice: Random) -> dict[str, Any]:
    return {field: dice.choice(of) for field, of in NAMES.items() if dice.random() < 0.4}


def fact(dice: Random, known: list[FactId]) -> Fact:
    product = ProductId(CreatedId(bytes([dice.randrange(3)]) * 16))
    seen = tuple(dice.sample(known, min(len(known), dice.randrange(3))))
    price = dice.randint(1, 3)
    if dice.random() < 0.4:
        given = ProductValues(**{**values(dice), "name": "n", "unit_centavos": price})
        return ProductAdded(product=product, values=given)
    if dice.random() < 0.9:
        return ProductChanged(product=product, values=ProductValues(**values(dice)), replaces=seen)
    return Resolution(
        kind="external_id_given_twice", subject="a:1", choice="both_meant", weighs=seen
    )


def history(dice: Random) -> list[Entry]:
    """What three tills, of which two have wrong clocks, write with few command ids."""
    tills = [Till(letters, clock_ms=NOW_MS + dice.randint(-50, 50)) for letters in "ABC"]
    entries: list[Entry] = []
    for _ in range(dice.randint(2, 12)):
        known = [each.id for each in entries]
        told = [(CATALOG, fact(dice, known)) for _ in range(dice.randint(1, 3))]
        command = command_key(str(dice.randrange(6)))
        entries += [each for _, each in dice.choice(tills).write(told, command).entries()]
    return entries


def shown(view: CatalogView) -> dict[str, Any]:
    """All that anybody reads."""
    named = (view.by_code, view.by_barcode, view.by_external_id, view.taken_out)
    return {
        "products": [
            (key.hex(), each.added, each.counted, *(each.now(field) for field in FIELDS))
            for key, each in view.products.items()
        ],
        "names": [
            {name: [each.id for each in found] for name, found in sorted(given.items())}
            for given in named
        ],
        "reused": view.reused_commands,
        "disputes": disputes_of(view),
        "count": view.fact_count,
    }


def with_facts(view: CatalogView, entries: list[Entry]) -> CatalogView:
    for entry in entries:
        view.apply(entry)
    return view


@pytest.mark.parametrize("seed", range(0, SEEDS, 20))
def test_whatever_comes_in_whatever_order_the_index_is_what_all_facts_make(seed: int) -> None:
    for each in range(seed, seed + 20):
        check_index(Random(each))


def check_index(dice: Random) -> None:
    arriving = history(dice)
    dice.shuffle(arriving)
    view, arrived = CatalogView(CATALOG), list[Entry]()
    rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    while arriving:
        size = dice.randint(1, 4)
        batch, arriving = arriving[:size], arriving[size:]
        before, committed = shown(view), view.copy()
        shown(with_facts(view.copy(), [*arriving[:2], *batch]))  # a batch that is not durable
        with_facts(committed, [*batch, *arrived[:1]])
        assert shown(view) == before, "a view that was copied has changed"
        view, arrived = committed, [*arrived, *batch]
        assert shown(view) == shown(with_facts(CatalogView(CATALOG), sorted_by_id(arrived)))
        changed = changed_rows(CATALOG, view)
        for name in REPLACED_BY_KEY:
            rows |= {row[:2]: row for row in changed.get(name, [])}
    assert sorted(rows.values(), key=str) == sorted(
        rows_of(CATALOG, view).get("product", []), key=str
    )


def sorted_by_id(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: each.id)


def test_an_edit_writes_the_row_of_its_product_alone() -> None:
    till = Till()
    added = [
        ProductAdded(
            product=ProductId(CreatedId(number.to_bytes(16, "big"))),
            values=ProductValues(name="n", unit_centavos=1, external_id="a:1"),
        )
        for number in range(5)
    ]
    written = till.write([(CATALOG, each) for each in added])
    view = till.catalog.copy()
    assert len(changed_rows(CATALOG, till.catalog)["product"]) == len(written.facts) == 5
    change = ProductChanged(product=added[3].product, values=ProductValues(unit_centavos=2))
    (edited,) = [entry for _, entry in till.write([(CATALOG, change)]).entries()]
    rows = changed_rows(CATALOG, with_facts(view, [edited]))
    assert [row[1] for row in rows["product"]] == [added[3].product.hex()]
    assert len(rows["dispute"]) == 1  # of these all, always
