"""The relay's rows of orders that share lines are those of a terminal, however the changes came."""

import random
from pathlib import Path

from cloud_relay.projection import TABLES, Projection
from cloud_relay.storage.port import Arrival, Site, Tenant
from cloud_relay.storage.sqlite import SqliteStorage
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.errors import DomainError
from crdt_models.ids import OrderId
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.shop import SITE, Till
from tests.crdt_models.documents.test_move_laws import all_orders, command_of

MINE = Tenant("acme", SITE)
PIE = NewLine(product="t", name="Torta", unit_centavos=1_500, thousandths=2_000)


def written() -> Till:
    """Four orders, and everything that a hundred wishes did to them."""
    dice, till = random.Random(7), Till("A")
    known = [
        OrderId(till.give(OpenOrder(service_type="mesa", lines=(PIE,) * count))["order"])
        for count in (3, 2, 1, 0)
    ]
    for _ in range(100):
        try:
            till.give(command_of(till, known, dice))
        except DomainError:
            continue
    return till


def test_the_relay_shows_moved_lines_where_a_terminal_does(tmp_path: Path) -> None:
    till = written()
    changes = list(till.changes.values())
    random.Random(3).shuffle(changes)
    storage = SqliteStorage.open(tmp_path / "relay.db", b"k" * 32, tables=TABLES)
    storage.add_site(Site(tenant=MINE, name="Shop", created=1))
    projection, shown = Projection(), {}
    for start in range(0, len(changes), 5):
        some = changes[start : start + 5]
        touched = {
            document: [change for change in some if document in change.documents]
            for document in {each for change in some for each in change.documents}
        }
        with storage.writing(MINE) as site:
            states = projection.states(site, touched)
            site.append(Arrival(changes=some, documents=states, openings=(), node="a", at=1))
        shown.update({state.id: state.rows for state in states})
    expected = {view.document: rows_of(view.document, view) for view in all_orders(till)}
    assert shown == expected
    with storage.reading(MINE) as site:
        again = Projection().states(site, dict.fromkeys(shown, ()))
        assert {state.id: (state.digest, state.rows) for state in again} == {
            name: (digest, shown[name]) for name, digest in site.digests().items()
        }
    storage.close()
