"""The world of one run: a shop of terminals and a relay, and the levers that faults pull.

Rules of this file:
1. Everything that happens goes into one trace; everything drawn comes from the seed.
2. Here are mechanisms only: what goes wrong when is drawn in `faults`, what people do in
   `workload`, what must hold in `checkers`.
3. The wall clocks of all machines start on a Friday morning; real time is never read.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx
import trio
from msgspec import Struct

from crdt_models.ids import ChangeId, SiteId
from crdt_models.replication.settings import GossipSettings
from peer.identity import Identity, Place, create_site, install, keys_for_joining
from peer.identity.key_files import ensure_database_key
from peer.identity.membership import admit, applicant_of
from peer.service.sqlite_errors import StorageError
from simulations.simulator.clocks import FRIDAY_MS
from simulations.simulator.determinism import dice_of
from simulations.simulator.environment import SimDice
from simulations.simulator.network import Lan
from simulations.simulator.proofs import proved_once
from simulations.simulator.relay import RELAY, URL, RelayClient, RelayDoor, SimRelay
from simulations.simulator.terminal import HOST, Disk, Documents, SimTerminal
from simulations.simulator.timers import sleep
from simulations.simulator.trace import Trace
from simulations.simulator.wires import Gate, Wires
from simulations.workload.till import Till

ORDER = "order:"  # documents of orders; then the id
NOW_SECONDS = FRIDAY_MS // 1000
LEAN_RELAYS = 0.5  # share of lean shops that have one
MakeDisk = Callable[[Path, Random], Disk]


class Shape(Struct, frozen=True, kw_only=True):
    """terminals: 1 to 50 · relay: whether there is one · uplinks: how many terminals reach it ·
    interval: T of gossip, seconds · sync: seconds between comparisons with the relay."""

    terminals: int = 4
    relay: bool = True
    uplinks: int = 2
    interval: float = 2.0
    sync: float = 5.0


def draw_shape(dice: Random, terminals: int, *, relay: bool) -> Shape:
    """Slow settings make long runs cheap, fast ones make races."""
    return Shape(
        terminals=terminals,
        relay=relay,
        uplinks=dice.choice((1, 1, 1, 2, terminals)),
        interval=dice.choice((2.0, 5.0, 10.0, 10.0, 20.0)),
        sync=dice.choice((5.0, 30.0, 60.0, 180.0)),
    )


def draw_lean_shape(dice: Random, terminals: int, *, relay: bool) -> Shape:
    """Slower settings, and a relay in every other shop only: what comes to pass between people
    costs less of what passes between machines."""
    return Shape(
        terminals=terminals,
        relay=relay and dice.random() < LEAN_RELAYS,
        uplinks=dice.choice((1, 1, 1, 2)),
        interval=dice.choice((10.0, 20.0, 20.0, 20.0)),
        sync=dice.choice((30.0, 60.0, 120.0, 240.0)),
    )


class Forgotten(Struct, frozen=True):
    """A terminal lost what it stored from `since` on, or a part of it. at: when; in seconds."""

    letters: str
    since: float
    at: float


class World:
    """Use `open_world`."""

    def __init__(
        self,
        seed: int | str,
        folder: Path,
        nursery: trio.Nursery,
        make_disk: MakeDisk,
        trace: Trace,
    ) -> None:
        self.seed = seed
        self.folder = folder
        self.nursery = nursery
        self.trace = trace
        self.wires = Wires()
        self.lan = Lan(self.wires, trace, self.dice("network"))
        self.terminals: dict[str, SimTerminal] = {}
        self.relay: SimRelay | None = None
        self.findings: list[str] = []
        self.claimed: set[str] = set()  # machines that a fault has in hand
        self.striking = 0  # faults that last now
        self.struck_until: float | None = None  # virtual seconds: when the last fault was over
        self.rotten: set[str] = set()  # machines whose disk nobody has checked since a bit turned
        self.hostile: Identity | None = None  # a member that signs anything
        self.meddled: set[str] = set()  # ids of orders that it signed something about
        self.branches = 0  # of its chains
        self.lost: dict[ChangeId, Documents] = {}  # what only machines held that lost it
        self.forgotten: list[Forgotten] = []  # of terminals
        self.relay_losses = 0  # how often the relay forgot something
        self._forgotten: dict[ChangeId, Documents] = {}  # what any disk ever lost
        self._make_disk = make_disk
        self._admin: Identity | None = None
        self._tokens: dict[str, str] = {}
        self._shape = Shape()
        self._key_file = folder / "database.key"

    def dice(self, name: str) -> Random:
        """The dice of one use."""
        return dice_of(self.seed, name)

    @property
    def gossip(self) -> GossipSettings:
        """Of every terminal."""
        return GossipSettings(interval=self._shape.interval)

    # --- making a shop

    def found(self, shape: Shape) -> None:
        """Identities, disks and the relay's machine; nothing is switched on but the relay."""
        self._shape = shape
        ensure_database_key(self._key_file, SimDice(self.dice("database key")))
        names = [letters_of(number) for number in range(shape.terminals)]
        self._admin = create_site(
            self._place("A"),
            name="Terminal A",
            letters="A",
            wall_seconds=NOW_SECONDS,
            dice=SimDice(self.dice("site")),
        ).identity
        if shape.relay:
            self.relay = SimRelay(self.folder / "relay", self.dice("relay"), self.trace)
            self.relay.start()
            reaching = sorted(self.dice("uplinks").sample(names, min(shape.uplinks, len(names))))
            self._tokens = self.relay.register(self._admin.site, reaching)
        for letters in names:
            self._machine(letters, self._admin if letters == "A" else self.admit(letters))

    def add_terminal(self, letters: str) -> SimTerminal:
        """A new machine that was paired; it is off."""
        if self.relay is not None and self.relay.on and letters not in self._tokens:
            self._tokens[letters] = self.relay.admit(self.site, letters)
        return self._machine(letters, self.admit(letters))

    def clone(self, host: str) -> SimTerminal:
        """A second machine with the same identity and a copy of the disk; it is off."""
        original = self.terminals[host]
        clone = self._machine(f"{host}'", original.identity)
        clone.copy(original)
        self.rotten.update({clone.host} if host in self.rotten else ())
        return clone

    def admit(self, letters: str) -> Identity:
        """A new member of the shop, without a machine."""
        assert self._admin is not None, "found the shop first"
        return self._join(self._admin, letters)

    def _join(self, admin: Identity, letters: str) -> Identity:
        place, dice = self._place(letters), SimDice(self.dice(f"join {letters}"))
        keys = keys_for_joining(place.home, admin.site, dice)
        grant = admit(
            admin.issuing(),
            applicant_of(keys),
            letters=letters,
            name=f"Terminal {letters}",
            now_seconds=NOW_SECONDS,
        )
        return install(place, keys, admin.root_der, grant, dice=dice)

    def _machine(self, host: str, identity: Identity) -> SimTerminal:
        gate = Gate()
        settings, http = self._uplink(host, identity.letters, gate)
        terminal = self.terminals[host] = SimTerminal(
            host,
            identity,
            self._make_disk(self.folder / f"disk-{host}", self.dice(f"disk {host}")),
            lan=self.lan,
            gate=gate,
            trace=self.trace,
            dice=self.dice(f"machine {host}"),
            settings=settings,
            http=http,
            key_file=self._key_file,
            gossip=self.gossip,
        )
        return terminal

    def _uplink(
        self, host: str, letters: str, gate: Gate
    ) -> tuple[dict[str, str], httpx.AsyncClient | None]:
        if self.relay is None or letters not in self._tokens:
            return {}, None
        dice = self.dice(f"way {host}")
        door = RelayDoor(self.relay, self.wires, host, gate, dice, self.trace)
        http = RelayClient(door)
        settings = {
            "API_NUVEM_URL": URL,
            "API_NUVEM_TOKEN": self._tokens[letters],
            "SYNC_INTERVAL_MS": str(int(self._shape.sync * 1000)),
        }
        return settings, http

    def _place(self, letters: str) -> Place:
        home = self.folder / f"identity-{letters}"
        return Place(home, self.folder / f"{letters}.key")

    @property
    def site(self) -> SiteId:
        assert self._admin is not None
        return self._admin.site

    # --- machines

    async def boot(self, host: str) -> bool:
        """Switch a machine on; False when it ended before people could use it."""
        return await self.terminals[host].boot(self.nursery)

    async def boot_all(self) -> None:
        """Whatever is off and not gone, one after the other."""
        for host, terminal in list(self.terminals.items()):
            if not terminal.on and not terminal.gone:
                await self.boot(host)

    @property
    def hosts(self) -> list[str]:
        """Of terminals, gone ones included."""
        return sorted(self.terminals)

    def standing(self) -> list[SimTerminal]:
        """Terminals that are on, by host."""
        return [each for _, each in sorted(self.terminals.items()) if each.on]

    def leave(self, host: str) -> None:
        """A machine is gone for ever, with what it alone held."""
        terminal = self.terminals[host]
        terminal.kill(power=True)
        terminal.gone = True
        self.forget(host)

    def forget(self, host: str, kept: Mapping[ChangeId, Documents] | None = None) -> None:
        """A disk now holds only `kept` of what it held; what nobody else holds is lost."""
        kept = kept or {}
        terminal = self.terminals[host]
        before, terminal.seen = terminal.seen, dict(kept)
        self._forgotten.update(before)
        if since := [terminal.history[each].at for each in before if each not in kept]:
            self.forgotten.append(Forgotten(terminal.letters, min(since), trio.current_time()))
        lost = self._held_by_no_terminal(set(before) - set(kept))
        if self.relay is not None and self.relay.on and lost:
            lost -= self.relay.held(self.site, lost)
        self._note_lost(host, lost)

    def relay_forgets(self) -> None:
        """The relay is about to lose all: what it alone held is lost."""
        assert self.relay is not None
        self.relay_losses += 1
        alone = self._held_by_no_terminal(set(self._forgotten))
        self._note_lost(RELAY, set(self.relay.held(self.site, alone)))

    @property
    def lost_orders(self) -> frozenset[str]:
        """Ids of orders of which nobody holds all that was promised about them."""
        documents = (document for each in self.lost.values() for document in each)
        return frozenset(it.removeprefix(ORDER) for it in documents if it.startswith(ORDER))

    def _held_by_no_terminal(self, changes: set[ChangeId]) -> set[ChangeId]:
        present = (each.seen.keys() for each in self.terminals.values())
        return changes.difference(*present)

    def _note_lost(self, host: str, lost: set[ChangeId]) -> None:
        self.lost.update((each, self._forgotten[each]) for each in sorted(lost))
        self.trace.record(host, "forgot", lost=len(lost))

    # --- what a workload sees

    def tills(self) -> Sequence[Till]:
        return self.standing()

    def now(self) -> float:
        return trio.current_time()

    async def sleep(self, seconds: float) -> None:
        await sleep(seconds)

    # --- quiet again

    def heal(self) -> None:
        """No fault lasts beyond here; what was done stays done."""
        self.wires.heal()
        self.lan.multicast = True
        self.lan.stale.clear()
        if self.relay is not None:
            self.relay.troubles.clear()
        for terminal in self.terminals.values():
            terminal.resume()
        self.trace.record("", "healed")

    async def converge(self, within: float) -> bool:
        """Wait until all that stands holds the same; False after so many virtual seconds."""
        with trio.move_on_after(within):
            while not self.same():  # noqa: ASYNC110 - it belongs to many machines
                await trio.sleep(0.5)
        return self.same()

    @property
    def relay_in_reach(self) -> bool:
        """Whether it is on, and any terminal that is not gone has a way to it."""
        ways = any(it.letters in self._tokens for it in self.terminals.values() if not it.gone)
        return self.relay is not None and self.relay.on and ways

    def same(self) -> bool:
        """Whether every terminal that is not gone is on and holds what all others hold."""
        alive = [each for each in self.terminals.values() if not each.gone]
        if not all(each.on for each in alive):
            return False
        try:
            digests = {each.node.content_digest() for each in alive}
        except StorageError:  # its process ends over that, and is started again
            return False
        if self.relay is not None and self.relay_in_reach and len(digests) == 1:
            digests.add(self.relay.content_digest(self.site))
        return len(digests) == 1


def letters_of(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


@asynccontextmanager
async def open_world(
    seed: int | str, folder: Path, make_disk: MakeDisk, *, keep_all: bool = False
) -> AsyncIterator[World]:
    """A world; everything in it ends with the block."""
    trace = Trace(keep_all=keep_all)
    log = _Log(trace)
    logging.getLogger("malha").addHandler(log)
    try:
        with proved_once():
            async with trio.open_nursery() as nursery:
                world = World(seed, folder, nursery, make_disk, trace)
                try:
                    yield world
                finally:
                    for terminal in world.terminals.values():
                        terminal.abandon()
                    nursery.cancel_scope.cancel()
    finally:
        logging.getLogger("malha").removeHandler(log)
        if world.relay is not None:
            world.relay.stop()


class _Log(logging.Handler):
    """What production logs: warnings are counted, errors are events."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(logging.WARNING)
        self._trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        name = record.msg.split(" ")[0] if isinstance(record.msg, str) else "log"
        self._trace.reach(f"log {name}")
        if record.levelno >= logging.ERROR:
            cause = record.exc_info[1] if record.exc_info else None
            self._trace.record(HOST.get(), "error", log=name, cause=type(cause).__name__)
