"""All that checks look at: taken once, after the world has become quiet.

Rules of this file:
1. Each terminal's stored bytes, its rows' digests, what its API says, and what people were told;
   and one look inside, at what a terminal would tell others. No check asks a peer for a judgement.
2. Taking evidence writes nothing: keys that are asked for again must find what they did before.
3. A terminal whose disk cannot be read gives no evidence: see `bad_disks`.
"""

from msgspec import Struct

from crdt_models.read_models import TABLES
from simulations.checkers.afterwards import Retry, ask_again, unrest
from simulations.checkers.bad_disks import reading
from simulations.checkers.lists import read_lists
from simulations.reference.peer_shop import PeerShop, observe
from simulations.reference.stored import floors_in
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World
from simulations.workload.ledger import Ledger


class Copy(Struct, frozen=True):
    """What one terminal holds. changes: their bytes, by id · rows: table → digest · tips,
    missing: as its log says · told: the tips that it tells others of · shop: what its API says."""

    host: str
    letters: str
    changes: dict[bytes, bytes]
    content: bytes
    rows: dict[str, bytes]
    tips: frozenset[bytes]
    missing: frozenset[bytes]
    told: frozenset[bytes]
    shop: PeerShop


class Evidence(Struct, frozen=True):
    """copies: of terminals that stand in the end and can be read, by host · relay: its content
    digest, None when there is no relay in reach · retries, unrest: see `afterwards` · lists: see
    there."""

    world: World
    ledger: Ledger
    copies: tuple[Copy, ...]
    relay: bytes | None
    converged: bool
    retries: tuple[Retry, ...] = ()
    unrest: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


async def take_evidence(world: World, ledger: Ledger, *, converged: bool) -> Evidence:
    """Ask everyone."""
    copies: list[Copy] = []
    for terminal in world.standing():
        with reading(world, terminal):
            copies.append(await _copy(terminal))
    relay = world.relay
    held = relay.content_digest(world.site) if relay is not None and world.relay_in_reach else None
    retries = await ask_again(world, ledger) if converged else ()
    told = await read_lists(world)
    restless = await unrest(world)
    return Evidence(world, ledger, tuple(copies), held, converged, retries, restless, told)


async def _copy(terminal: SimTerminal) -> Copy:
    log = terminal.node.log
    changes: dict[bytes, bytes] = {}
    for logged in log.since(0, 1_000_000):
        changes[logged.id] = logged.data
    return Copy(
        host=terminal.host,
        letters=terminal.letters,
        changes=changes,
        content=terminal.node.content_digest(),
        rows={table.name: log.projections.digest(table.name) for table in TABLES},
        tips=frozenset(tip.id for tip in log.tips()),
        missing=frozenset(gap.missing for gap in log.missing()),
        told=frozenset(
            entry.tip for entry in terminal.parts.mesh._gossip._holdings.have()[0].entries
        ),
        shop=await observe(terminal, floors=floors_in(changes.values())),
    )
