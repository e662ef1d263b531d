"""A member that was taken over: a paired machine with real keys and a program of its own.

Rules of this file:
1. It dials every terminal, and is let in: its certificate is good. It greets, keeps its links
   alive, hears what terminals say, and says whatever `hostile` makes it say.
2. It is one machine and one device in a world, whoever plays it; each time it comes it opens a new
   epoch. `World.hostile` is its identity: who checks exempts what that device signed, and
   `World.meddled` the orders it signed something about.
3. Signing checks nothing (`simulations.fuzz.members.Author`).
4. Peers agree on at most 64 tips of one device, by design; beyond it only a revocation ends the
   difference. So it makes no more than that in a run: each epoch and each branch is paid for.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import trio

from crdt_models.change import Change, decode_change
from crdt_models.errors import MalhaError, RefusedBytes, UntrustedCertificate
from crdt_models.ids import ChangeId, Epoch
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.messages import (
    Changes,
    Have,
    HaveEntry,
    Hello,
    Message,
    Ping,
    Pong,
    Want,
)
from peer.environment import LinkClosed, MessageLink
from simulations.faults.fault import Nowhere, claim_these, present
from simulations.fuzz.members import Author
from simulations.simulator.clocks import FRIDAY_MS, WallClock
from simulations.simulator.network import SimNetwork
from simulations.simulator.wires import Gate
from simulations.simulator.world import ORDER, World

LETTERS = "XX"  # more letters than any shop of a run comes to
DIAL_SECONDS = 3.0
HAVE_SECONDS = 2.0
ASKED_AT_ONCE = 4  # changes of others, to learn ids from
REMEMBERED = 200
MOST_BRANCHES = 40  # well below 64: what gets lost on the way leaves tips too
DAY = FRIDAY_MS // 86_400_000


class HostileMember:
    """Use `hostile_member`. heard: changes of others, the last ones."""

    def __init__(self, world: World, network: SimNetwork, author: Author, dice: Random) -> None:
        self.world, self.network, self.author, self.dice = world, network, author, dice
        self.clock = WallClock()
        self.links: dict[str, MessageLink] = {}
        self.book: dict[ChangeId, bytes] = {}  # what it gives to those who ask
        self.claims: list[HaveEntry] = []  # what it says it has
        self.heard: list[Change] = []
        self.frames: list[bytes] = []
        self._writing = trio.Lock()

    # --- what it says

    def write(self, facts: Sequence[Any], **said: Any) -> bytes:
        """The next change of its chain; who asks for it gets it."""
        now = said.pop("hlc", self.clock.now_ms() << 16)
        data = self.author.write(facts, hlc=now, day=said.pop("day", DAY), **said)
        self._note(data, facts)
        author = self.author
        self.claims = [HaveEntry(author.device, author.epoch, author.sequence, author.previous[0])]
        return data

    def may_branch(self) -> bool:
        """Whether one more chain or branch is allowed; then it is paid for."""
        self.world.branches += 1
        return self.world.branches <= MOST_BRANCHES

    def _note(self, data: bytes, facts: Sequence[Any]) -> None:
        with suppress(RefusedBytes):
            self.book[decode_change(data).id] = data
        self.world.meddled.update(
            document.removeprefix(ORDER) for document, _ in facts if document.startswith(ORDER)
        )

    async def push(self, *changes: bytes, to: Sequence[str] | None = None) -> None:
        """Tell these changes to some, or to all that it has a link with."""
        for host in list(self.links) if to is None else to:
            await self.say(Changes(changes), host)

    async def say(self, message: Message, host: str) -> None:
        await self.send(encode_message(message), host)

    async def send(self, frame: bytes, host: str) -> None:
        """Any bytes; a link that is over is no error."""
        link = self.links.get(host)
        if link is None:
            return
        with suppress(LinkClosed):
            async with self._writing:
                await link.send(frame)

    # --- its links

    async def run(self) -> None:
        """A link with each terminal, and another one when it ends; until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._claim)
            met: set[str] = set()
            while True:
                for host in [each for each in present(self.world) if each not in met]:
                    met.add(host)
                    nursery.start_soon(self._keep_linked, host)
                await trio.sleep(DIAL_SECONDS)

    async def _keep_linked(self, host: str) -> None:
        while True:
            with suppress(MalhaError, UntrustedCertificate):
                await self._serve(host, await self.network.dial(self.world.lan.address(host)))
            await trio.sleep(DIAL_SECONDS)

    async def _serve(self, host: str, link: MessageLink) -> None:
        self.links[host] = link
        try:
            await self._greet(host)
            while True:
                await self._hear(host, await link.receive())
        finally:
            del self.links[host]
            await link.aclose()

    async def _greet(self, host: str) -> None:
        identity = self.network.identity
        hello = Hello(
            site=identity.site,
            device=identity.device,
            letters=identity.letters,
            program="hostile",
            business_day=DAY,
        )
        await self.say(hello, host)

    async def _claim(self) -> None:
        """Its links live as long as it says something."""
        while True:
            entries = sorted(self.claims, key=lambda each: (each.device, each.tip))
            for host in list(self.links):
                await self.say(Have(tuple(entries)), host)
            await trio.sleep(HAVE_SECONDS)

    async def _hear(self, host: str, frame: bytes) -> None:
        self.frames = [*self.frames[-REMEMBERED:], frame]
        with suppress(RefusedBytes):
            match decode_message(frame):
                case Ping() as ping:
                    await self.say(Pong(ping.token, ping.wall_ms, ping.business_day), host)
                case Want() as want:
                    found = [self.book[want.wanted]] if want.wanted in self.book else []
                    await self.say(Changes(tuple(found), want.wanted), host)
                case Have() as have:
                    await self._ask(host, have)
                case Changes() as changes:
                    self._learn(changes.changes)
                case _:
                    pass

    async def _ask(self, host: str, have: Have) -> None:
        known = {change.id for change in self.heard}
        for entry in [it for it in have.entries if it.tip not in known][:ASKED_AT_ONCE]:
            await self.say(Want(entry.tip, (), 100), host)

    def _learn(self, changes: Sequence[bytes]) -> None:
        for data in changes:
            with suppress(RefusedBytes):
                self.heard = [*self.heard[-REMEMBERED:], decode_change(data)]


@asynccontextmanager
async def hostile_member(world: World, dice: Random) -> AsyncIterator[HostileMember]:
    """It is on the network while the block runs, and nobody else plays it. Raises Nowhere."""
    if not world.standing() or world.branches >= MOST_BRANCHES:
        raise Nowhere
    with claim_these(world, [LETTERS]):
        if world.hostile is None:
            world.hostile = world.admit(LETTERS)
        identity, clock = world.hostile, WallClock()
        network = SimNetwork(world.lan, LETTERS, identity, dice.randbytes(16), clock.now_ms, Gate())
        author = Author(
            identity.site, identity.signing_key, identity.encoded_chain, Epoch(dice.randbytes(8))
        )
        member = HostileMember(world, network, author, dice)
        member.may_branch()
        world.lan.powered.add(LETTERS)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(member.run)
            try:
                yield member
            finally:
                network.kill(power=False)
                world.lan.powered.discard(LETTERS)
                nursery.cancel_scope.cancel()
