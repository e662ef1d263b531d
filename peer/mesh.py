"""The mesh: keeps links to the site's other peers and moves frames between them and gossip.

Rules of this file:
1. Who says what to whom is `Gossip`'s decision, who is let in is the network's. Here are only
   tasks: one reader and one writer per link, one dialler, one ticker, one that tells gossip of
   commits.
2. One task writes to a link: a cancelled send would corrupt it.
3. Of two links to one process the same one goes at both ends: the one that the lower end dialled
   stays; of two dialled by the same end the newer stays, for the older is half open. Two processes
   with one device key (clones) are two ends: what each of them sold must reach us.
4. What a link sends goes to the node with the link's number as its source, and is not read further
   until the node has taken it: a fast peer waits for our disk, not in our memory.
"""

import logging
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
import trio

from crdt_models.change import Change
from crdt_models.errors import MalhaError, UntrustedCertificate
from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.figures import Statistics
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.link import Me
from crdt_models.replication.messages import MAX_ADDRESS_LENGTH
from crdt_models.replication.settings import GossipSettings
from peer.environment import Environment, LinkClosed, MessageLink, SelfConnection
from peer.links.address_book import REMEMBERED as MAX_REMEMBERED
from peer.links.address_book import AddressBook, Process, Source
from peer.node.node import Node
from peer.node.requests import Busy
from peer.service.sqlite_errors import NotDurable

# Between two looks at who is due, when nothing happens: at least, for the book has its own
# back-off, and at most, for neighbours may have told of somebody.
DIAL_LOOK_SECONDS = 0.25
QUIET_LOOK_SECONDS = 5.0
LEAST_TICK_SECONDS = 0.01  # a timer that is due is never a busy loop
REMEMBER_SECONDS = 5.0  # between two writings of changed addresses; the first is at once
MAX_LINKS_OF_A_DEVICE = 3  # itself, a clone, and one that died unnoticed when it was restarted
CATCH_UP = 500  # changes read at once after falling behind the node
MAX_OWN_ADDRESSES = 16  # more than a machine with every kind of network has
REMEMBERED = "addresses"  # setting: where peers were last reached, one a line

_logger = logging.getLogger("malha.mesh")


class MeshSettings(msgspec.Struct, frozen=True, kw_only=True):
    """host and port to listen at. peers: the owner's static addresses. discover: find more, by mDNS
    and by what neighbours tell."""

    host: str | None
    port: int
    peers: tuple[str, ...] = ()
    discover: bool = True
    program: str = ""
    gossip: GossipSettings = GossipSettings()


class LinkFace(msgspec.Struct, frozen=True, kw_only=True):
    """One link as screens show it. since: monotonic seconds."""

    device: DeviceId
    letters: str
    name: str
    address: str
    dialled: bool
    clone: bool
    since: float


class _Line:
    """One link and its tasks' shared state."""

    def __init__(self, number: int, link: MessageLink, since: float) -> None:
        self.number = number
        self.link = link
        self.since = since
        self.scope = trio.CancelScope()
        self.wake = trio.Event()

    def ring(self) -> None:
        self.wake.set()


class Mesh:
    """Run `run` in a nursery. Everything else may be called from any task."""

    def __init__(self, node: Node, environment: Environment, settings: MeshSettings) -> None:
        self._node = node
        self._environment = environment
        self._settings = settings
        self._book = AddressBook(environment.dice.uniform)
        self._lines: dict[int, _Line] = {}
        self._next_number = 0
        self._position = node.position
        self._ticker = trio.Event()
        self._tick_at = 0.0
        self._look = trio.Event()  # somebody may be due for dialling
        self._own: set[str] = set()  # addresses where we answered ourselves
        self._written: list[str] = []  # remembered addresses as they stand on disk
        self._remember_at = math.inf
        self._written_at = -math.inf
        self._told: dict[DeviceId, tuple[str, ...]] = {}
        self._ended: dict[DeviceId, float] = {}  # members only, so no stranger makes it grow
        me = Me(site=node.site, device=node.device, letters=node.letters, program=settings.program)
        self._gossip = Gossip(
            me,
            node.log,
            environment.dice,
            settings.gossip,
            wall_ms=environment.wall_ms,
            clock_day=lambda: node.clock_day,
        )
        self._told_of_holders = trio.Event()
        self.addresses: tuple[str, ...] = ()
        self.looking: Callable[[], None] = lambda: None  # called when links or lags may be others

    # --- what others ask

    def links(self) -> list[LinkFace]:
        """The links that stand, by letters."""
        faces = [
            LinkFace(
                device=line.link.peer.device,
                letters=line.link.peer.letters,
                name=line.link.peer.name,
                address=line.link.address,
                dialled=line.link.dialled,
                clone=line.link.clone,
                since=line.since,
            )
            for line in self._lines.values()
        ]
        return sorted(faces, key=lambda face: (face.letters, face.device))

    def online(self) -> list[DeviceId]:
        """Devices linked now, ascending."""
        return self._gossip.neighbours()

    def last_linked(self) -> Mapping[DeviceId, float]:
        """By device, when its last link ended (monotonic seconds), since the start."""
        return self._ended

    def neighbours_days(self) -> Sequence[int]:
        """The business days by the clocks of linked peers."""
        return self._gossip.neighbours_days()

    def statistics(self) -> Statistics:
        """Named figures of replication."""
        return self._gossip.statistics()

    async def holders(self, change: ChangeId, least: int, seconds: float) -> frozenset[DeviceId]:
        """Other devices that say they have stored `change`: as soon as `least` do, or those that
        did within `seconds`. Waiting changes nothing: what is written stays written."""
        confirmations = self._gossip.confirmations
        confirmations.wait_for(change, self._environment.monotonic())
        try:
            self._gossip.tick(self._environment.monotonic())
            self._after_input()
            with trio.move_on_after(seconds):
                while len(confirmations.holders(change)) < least:
                    if self._told_of_holders.is_set():
                        self._told_of_holders = trio.Event()
                    await self._told_of_holders.wait()
            return confirmations.holders(change)
        finally:
            confirmations.forget(change)

    # --- tasks

    async def run(
        self, task_status: trio.TaskStatus[tuple[str, ...]] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Listen, dial, spread. Reports the addresses it listens at. OSError: the port is taken."""
        now = self._environment.monotonic()
        for address in self._settings.peers:
            self._book.learn(address, Source.STATIC, now)
        self._written = (self._node.log.setting(REMEMBERED) or "").split()
        for address in self._written:
            self._book.learn(address, Source.REMEMBERED, now)
        async with trio.open_nursery() as nursery:
            addresses: list[str] = await nursery.start(
                self._environment.listen, self._settings.host, self._settings.port, self._serve
            )
            self.addresses = tuple(addresses)
            nursery.start_soon(self._spread_commits)
            nursery.start_soon(self._keep_time)
            nursery.start_soon(self._dial_due, nursery)
            if self._settings.discover:
                port = int(addresses[0].rpartition(":")[2]) if addresses else self._settings.port
                nursery.start_soon(self._environment.discover, port, self._sighted)
            task_status.started(self.addresses)

    def _sighted(self, address: str) -> None:
        is_new = address not in self._book
        self._book.learn(address, Source.DISCOVERED, self._environment.monotonic())
        if is_new:
            self._look.set()

    async def _dial_due(self, nursery: trio.Nursery) -> None:
        while True:
            now = self._environment.monotonic()
            if self._settings.discover:
                self._exchange_addresses(now)
            linked = frozenset(_far_end(line.link) for line in self._lines.values())
            for address in self._book.due(now, linked):
                nursery.start_soon(self._dial, address)
            jitter = self._environment.dice.uniform(0.75, 1.25)
            wait = max(self._book.next_due(linked) - now, DIAL_LOOK_SECONDS * jitter)
            self._look = trio.Event()
            with trio.move_on_after(min(wait, QUIET_LOOK_SECONDS * jitter)):
                await self._look.wait()

    def _exchange_addresses(self, now: float) -> None:
        """Tell neighbours where we reach peers, and take the hints they gave us."""
        dialled: dict[DeviceId, tuple[str, ...]] = {
            line.link.peer.device: (line.link.address,)
            for line in self._lines.values()
            if line.link.dialled and len(line.link.address) <= MAX_ADDRESS_LENGTH
        }
        if dialled != self._told:
            self._told = dialled
            self._gossip.set_addresses(dialled)
            self._after_input()
        for known in self._gossip.learned_addresses().values():
            for address in known:
                if address not in self._own:
                    self._book.learn(address, Source.EXCHANGED, now)

    async def _dial(self, address: str) -> None:
        try:
            link = await self._environment.dial(address)
        except SelfConnection:
            # Neighbours tell it again and again; an address given to another machine later is
            # found by that machine's own dialling.
            self._book.forget(address)
            if len(self._own) < MAX_OWN_ADDRESSES:
                self._own.add(address)
            return
        except (MalhaError, UntrustedCertificate) as error:
            # Most terminals are off most of the night: not worth a warning each.
            _logger.debug("dial_failed address=%s reason=%s", address, error)
            self._book.failed(address, self._environment.monotonic())
            self._look.set()
            return
        now = self._environment.monotonic()
        self._book.succeeded(address, _far_end(link), now)
        self._remember_at = min(self._remember_at, max(now, self._written_at + REMEMBER_SECONDS))
        self._ticker.set()
        try:
            await self._serve(link)
        finally:
            self._book.lost(address, self._environment.monotonic())

    async def _spread_commits(self) -> None:
        """Tell gossip of every commit, once and in order, even after falling behind."""
        while True:
            async with self._node.watch() as commits:
                while missed := self._node.since(self._position, CATCH_UP):
                    changes = [change for _, change in missed]
                    self._committed(changes, [None] * len(changes), missed[-1][0])
                async for commit in commits:
                    if commit.position > self._position:
                        self._committed(commit.changes, commit.sources, commit.position)
            if self._node.stopped:
                return

    def _committed(
        self, changes: Sequence[Change], sources: Sequence[object | None], position: int
    ) -> None:
        self._position = position
        groups: dict[int | None, list[Committed]] = {}
        for change, source in zip(changes, sources, strict=True):
            link = source if isinstance(source, int) else None
            groups.setdefault(link, []).append(Committed(change, change.data))
        now = self._environment.monotonic()
        for link, committed in groups.items():
            self._gossip.committed(committed, link, now)
        self._after_input()

    async def _keep_time(self) -> None:
        """Tick when gossip asks for it."""
        while True:
            now = self._environment.monotonic()
            self._gossip.tick(now)
            self._after_input()
            self.looking()
            if now >= self._remember_at:
                await self._remember(now)
            self._ticker = trio.Event()
            self._tick_at = min(self._gossip.next_deadline(), self._remember_at)
            with trio.move_on_after(max(LEAST_TICK_SECONDS, self._tick_at - now)):
                await self._ticker.wait()

    async def _remember(self, now: float) -> None:
        """Write down where peers were reached, for a start without mDNS and static addresses.

        Those not reached since the start are kept behind: that terminal may be off today.
        """
        self._remember_at = math.inf
        reached = self._book.remembered()
        before = [address for address in self._written if address not in reached]
        remembered = [*reached, *before][:MAX_REMEMBERED]
        if set(remembered) == set(self._written):
            return
        self._written_at = now
        try:
            await self._node.put_setting(REMEMBERED, "\n".join(remembered))
        except (NotDurable, Busy) as error:
            self._remember_at = now + REMEMBER_SECONDS
            _logger.warning("addresses_not_written reason=%s", error)
            return
        self._written = remembered

    # --- one link

    async def _serve(self, link: MessageLink) -> None:
        """From the first frame to the last, whoever dialled."""
        line = self._admit(link)
        if line is None:
            await link.aclose()
            return
        peer = link.peer
        _logger.info(
            "link_up link=%d terminal=%s address=%s", line.number, peer.letters, link.address
        )
        reason = "closed"
        try:
            with line.scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, line)
                    await self._read(line)
        except* LinkClosed as closed:
            reason = str(closed.exceptions[0])
        except* Busy:
            reason = "this terminal is stopping"
        finally:
            del self._lines[line.number]
            self._ended[peer.device] = self._environment.monotonic()
            self._gossip.link_down(line.number, self._environment.monotonic())
            self._after_input()
            self.looking()
            self._look.set()
            await link.aclose()
            _logger.info(
                "link_down link=%d terminal=%s reason=%s", line.number, peer.letters, reason
            )

    def _admit(self, link: MessageLink) -> _Line | None:
        """Give the link a number, or None when the other one to that process stays (rule 3)."""
        device = [
            line
            for line in self._lines.values()
            if line.link.peer.device == link.peer.device and not line.scope.cancel_called
        ]
        for line in device:
            if line.link.boots == link.boots:
                if self._stays(line.link, link):
                    return None
                line.scope.cancel()
        if len(device) >= MAX_LINKS_OF_A_DEVICE:
            device[0].scope.cancel()
        number, self._next_number = self._next_number, self._next_number + 1
        now = self._environment.monotonic()
        line = self._lines[number] = _Line(number, link, now)
        self._gossip.link_up(number, link.peer.device, now)
        self._after_input()
        return line

    def _stays(self, old: MessageLink, new: MessageLink) -> bool:
        """Whether the older of two links to one device stays."""
        if old.dialled == new.dialled:
            return False
        ours, theirs = new.boots
        lower_dials = (self._node.device, ours) < (new.peer.device, theirs)
        return old.dialled == lower_dials

    async def _read(self, line: _Line) -> None:
        while True:
            frame = await line.link.receive()
            now = self._environment.monotonic()
            changes = self._gossip.receive(line.number, frame, now)
            self._told_of_holders.set()
            self._after_input()
            if changes:
                await self._take(line, changes)
            pause = self._gossip.pause(line.number, self._environment.monotonic())
            if pause:
                _logger.warning("link_slowed link=%d seconds=%.2f", line.number, pause)
                await trio.sleep(pause)

    async def _take(self, line: _Line, changes: list[bytes]) -> None:
        try:
            received = await self._node.receive(changes, source=line.number)
        except NotDurable as error:
            # Not stored, so not in our Have: the peer will be asked for them again.
            _logger.warning("changes_not_stored link=%d reason=%s", line.number, error)
            return
        finally:
            self._gossip.taken(changes, self._environment.monotonic())
        if received.refused:
            now = self._environment.monotonic()
            _logger.warning("changes_refused link=%d count=%d", line.number, received.refused)
            self._gossip.refused(line.number, received.refused, now)
            self._after_input()

    async def _write(self, line: _Line) -> None:
        """The one task that sends on this link."""
        while True:
            line.wake = trio.Event()
            frames = self._gossip.outgoing(line.number)
            for frame in frames:
                await line.link.send(frame)
            closing = self._gossip.should_close(line.number)
            if closing is not None and not frames:
                _logger.info("link_closing link=%d reason=%s", line.number, closing.reason)
                line.scope.cancel()
                return
            if not frames:
                await line.wake.wait()

    def _after_input(self) -> None:
        """After anything was told to gossip: wake who has something to send, and the clock."""
        for number in self._gossip.links_with_output():
            if number in self._lines:
                self._lines[number].ring()
        for number, line in self._lines.items():
            if self._gossip.should_close(number) is not None:
                line.ring()
        if self._gossip.next_deadline() < self._tick_at:
            self._ticker.set()


def _far_end(link: MessageLink) -> Process:
    return Process(link.peer.device, link.boots[1])
