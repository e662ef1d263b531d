"""What a terminal's database must be after any interruption; says what it is not.

Rules of this file:
1. Whole: SQLite finds nothing, every change is what its id says, chains have no hole, and the rows
   and digests are those made anew from the changes.
2. Complete: everything acknowledged is there, command by command and change by change.
3. Alive: the terminal writes on, on its own chain, and reads it back.
"""

import hashlib
from collections.abc import Iterator

import trio

from crdt_models.change import decode_change
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import ChangeId
from crdt_models.read_models import TABLES
from peer.node.node import fill_rows
from peer.node.shelf import build
from peer.storage.change_log import ChangeLog
from simulations.disk.counter import Acknowledged, at_work


def failings(log: ChangeLog, acknowledged: Acknowledged) -> list[str]:
    """What rules 1 and 2 miss; empty if nothing. Fills the rows anew, so it writes."""
    damage = log.quick_check()
    if damage:
        return damage
    return [*_lost(log, acknowledged), *_broken_chains(log), *_stale(log)]


def work_on(log: ChangeLog, boot: str) -> Acknowledged:
    """Rule 3: sells on, and returns what it acknowledged."""

    async def run() -> Acknowledged:
        async with at_work(log, boot) as counter:
            await counter.do(AddTable(label=boot))
            return counter.acknowledged

    return trio.run(run)


def _lost(log: ChangeLog, acknowledged: Acknowledged) -> list[str]:
    commands = [it for it in acknowledged.commands if log.command(it) is None]
    ids = [ChangeId(hashlib.sha256(data).digest()) for data in acknowledged.changes]
    changes = [it for it in ids if not log.holds(it)]
    return [
        *(f"acknowledged command {it.hex()} is lost" for it in commands),
        *(f"acknowledged change {it.hex()} is lost" for it in changes),
    ]


def _broken_chains(log: ChangeLog) -> Iterator[str]:
    for position in log.damaged_changes():
        yield f"the change at {position} is not what its id says"
    for gap in log.missing():
        yield f"the chain has a hole at {gap.missing.hex()}"
    for device in log.devices():
        tips = [tip for tip in log.tips() if tip.device == device]
        if len(tips) != 1:
            yield f"the chain of {device.hex()} has {len(tips)} ends"


def _stale(log: ChangeLog) -> Iterator[str]:
    for state in log.documents():
        held = build(state.id, (decode_change(data) for data in log.changes_of(state.id)))
        if held.digest != state.digest:
            yield f"the digest of {state.id} is not that of its changes"
    before = {table.name: log.projections.digest(table.name) for table in TABLES}
    fill_rows(log)
    for name, digest in before.items():
        if log.projections.digest(name) != digest:
            yield f"the rows of {name} are not those of the log"
