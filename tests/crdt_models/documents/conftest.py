"""A till of its own for each test, and an order at it."""

import pytest

from crdt_models.documents.orders.commands import (
    NewLine,
    OpenOrder,
)
from crdt_models.ids import OrderId
from tests.crdt_models.documents.shop import Till


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def order(till: Till) -> OrderId:
    """Two pizzas and a juice: 3300 centavos."""
    two = NewLine(product="p1", name="Pizza", unit_centavos=1_250, thousandths=2_000)
    juice = NewLine(product="p2", name="Suco", unit_centavos=800)
    return OrderId(till.give(OpenOrder(service_type="balcao", lines=(two, juice)))["order"])
