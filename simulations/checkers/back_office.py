"""The relay: what its reports are read from, and what terminals believe that it has.

`watch_receipts` looks while faults still strike: what is believed wrongly is repaired later.
"""

import hashlib
from collections.abc import Iterator
from typing import cast

import msgspec
import trio

from cloud_relay.storage.port import RowQuery, Tenant
from crdt_models.ids import ChangeId
from crdt_models.read_models import TABLES, TableDefinition
from simulations.checkers.evidence import Evidence
from simulations.simulator.relay import COMPANY
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World

ALL = 1_000_000
LOOK_SECONDS = 10.0
LOSES = frozenset({"relay_wiped", "relay_put_back"})


def back_office(evidence: Evidence) -> Iterator[str]:
    """The relay shows the rows that terminals show."""
    world = evidence.world
    moved = any(retry.wrote for retry in evidence.retries)  # `retries` tells of that
    if not evidence.converged or moved or not world.relay_in_reach:
        return
    for table in TABLES:
        if _digest(world, table) != evidence.copies[0].rows[table.name]:
            yield f"the relay shows other rows of {table.name} than {evidence.copies[0].host}"


def _digest(world: World, table: TableDefinition) -> bytes:
    """As `Projections.digest` of a terminal."""
    assert world.relay is not None
    least, most = cast(int, ""), cast(int, "~")  # ranges of texts work as those of numbers
    query = RowQuery(
        table=table.name, column="document_id", low=least, high=most, limit=ALL, offset=0
    )
    with world.relay.open.storage.reading(Tenant(COMPANY, world.site)) as site:
        rows = [tuple(row.values()) for row in site.rows(query)]
    total = hashlib.sha256()
    for row in sorted(msgspec.msgpack.encode(row) for row in rows):
        total.update(row)
    return total.digest()


async def watch_receipts(world: World) -> None:
    """Looks now and then, until cancelled; what it finds is a finding of the world, once."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        world.findings += [it for it in _false_receipts(world) if it not in world.findings]


def _false_receipts(world: World) -> list[str]:
    """No terminal counts as delivered what the relay does not hold, unless the relay lost it."""
    if world.relay is None or not world.relay.on or not LOSES.isdisjoint(world.trace.fired):
        return []
    found = []
    for terminal in world.standing():
        if terminal.parts.uplink is not None:
            delivered = _delivered(terminal)
            lacking = delivered - world.relay.held(world.site, delivered)
            if lacking:
                found.append(
                    f"receipts: {terminal.host} counts {len(lacking)} changes as delivered"
                )
    return found


def _delivered(terminal: SimTerminal) -> set[ChangeId]:
    """What it does not mean to bring to the relay any more."""
    assert terminal.parts.uplink is not None
    outbox = terminal.parts.uplink._outbox
    logged = terminal.node.log.since(0, ALL)
    return {it.id for it in logged if it.position <= outbox.loaded_to and it.id not in outbox}
