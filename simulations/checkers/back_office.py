"""The relay: what its reports are read from, and what terminals believe that it has.

`watch_relay` looks while faults still strike: what is believed wrongly is repaired later.
"""

import hashlib
from collections.abc import Iterator
from typing import cast

import msgspec
import trio

from cloud_relay.storage.port import RowQuery, Tenant
from crdt_models.ids import ChangeId
from crdt_models.read_models import TABLES, TableDefinition
from simulations.checkers.bad_disks import reading
from simulations.checkers.evidence import Evidence
from simulations.simulator.relay import COMPANY, SimRelay
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World

ALL = 1_000_000
LOOK_SECONDS = 20.0


def back_office(evidence: Evidence) -> Iterator[str]:
    """The relay shows the rows that terminals show."""
    world = evidence.world
    moved = any(retry.wrote for retry in evidence.retries)  # `retries` tells of that
    if not evidence.converged or moved or not world.relay_in_reach or not evidence.copies:
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


async def watch_relay(world: World) -> None:
    """Looks now and then, until cancelled."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        look_at_relay(world)


def look_at_relay(world: World) -> None:
    """What is believed wrongly now is a finding of the world, once."""
    if world.relay is not None:
        found = [*_false_receipts(world, world.relay), *_false_losses(world)]
        world.findings += [each for each in found if each not in world.findings]


def _false_receipts(world: World, relay: SimRelay) -> Iterator[str]:
    """No terminal counts as delivered what the relay does not hold, unless the relay lost it."""
    if not relay.on or world.relay_losses:
        return
    for terminal in world.standing():
        delivered: set[ChangeId] = set()
        with reading(world, terminal):
            delivered = _delivered(terminal)
        lacking = delivered - relay.held(world.site, delivered)
        if lacking:
            yield f"receipts: {terminal.host} counts {len(lacking)} changes as delivered"


def _false_losses(world: World) -> Iterator[str]:
    """No terminal says that the relay lost what it had vouched for more often than it did: then
    it would be sent everything again for nothing."""
    for terminal in world.standing():
        uplink = terminal.parts.uplink
        if uplink is not None and uplink._journal.losses > world.relay_losses:
            told = f"{uplink._journal.losses} times, it did {world.relay_losses} times"
            yield f"losses: {terminal.host} says that the relay lost data {told}"


def _delivered(terminal: SimTerminal) -> set[ChangeId]:
    """What it does not mean to bring to the relay any more."""
    if terminal.parts.uplink is None:
        return set()
    outbox = terminal.parts.uplink._outbox
    upto = outbox.loaded_to
    return {it for place, it in terminal.logged().items() if place <= upto and it not in outbox}
