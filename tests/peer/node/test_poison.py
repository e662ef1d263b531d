"""No single change or command stops the writer, whatever fault of ours it meets."""

from typing import Any

import pytest

from crdt_models.documents.orders.commands import NewLine, OpenOrder
from peer.node import batch
from peer.service.http_errors import Unexpected

PIZZA = NewLine(product="hawaiian_m", name="Hawaiian M", unit_centavos=1325)
ORDER = OpenOrder(service_type="balcao", lines=(PIZZA,))
POISON = OpenOrder(service_type="viagem", note="poison")


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows cannot be made of an order whose note says so."""
    real = batch.changed_rows

    def changed_rows(document: Any, view: Any) -> Any:
        if getattr(view, "text", None) and view.text("note") == "poison":
            raise RuntimeError("a fault of ours")
        return real(document, view)

    monkeypatch.setattr(batch, "changed_rows", changed_rows)


async def changes_with_poison(running: Any, log: Any, command: Any) -> list[bytes]:
    async with running(log) as origin:
        for number in range(4):
            await origin.execute(ORDER, command_id=command(f"{number}"))
        await origin.execute(POISON, command_id=command("poison"))
        await origin.execute(ORDER, command_id=command("last"))
    return [each.data for each in log.since(0, 100)]


async def test_one_poisoned_change_is_put_aside_and_the_rest_is_stored(
    running: Any, opened: Any, command: Any, request: Any
) -> None:
    ours, theirs = opened("ours"), opened("theirs")
    changes = await changes_with_poison(running, theirs, command)
    request.getfixturevalue("poisoned")
    async with running(ours) as node:
        received = await node.receive(changes, source=1)
        assert (received.stored, received.refused) == (len(changes) - 1, 1)
        assert node.status().poisoned == 1
        await node.execute(ORDER, command_id=command("ours"))
    assert ours.counts().changes == len(changes) - 1 + 2  # our own order and its epoch's opening


async def test_a_poisoned_command_is_told_so_and_the_next_one_works(
    running: Any, opened: Any, command: Any, poisoned: None
) -> None:
    async with running(opened()) as node:
        with pytest.raises(Unexpected):
            await node.execute(POISON, command_id=command("1"))
        outcome = await node.execute(ORDER, command_id=command("2"))
        assert node.view(outcome.documents[0]).numbers[0].fact.number == 1
