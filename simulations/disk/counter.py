"""One terminal that does the business of a flow, and what it has acknowledged so far.

Rules of this file:
1. The same keys, dice and clock each time: a flow does the same commands on every disk.
2. `acknowledged` grows when a command or a batch from outside was answered, and only then.
"""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TypeAlias

import msgspec
import trio

from crdt_models.documents.command import Command
from crdt_models.ids import CommandId, CreatedId
from peer.config import read_config
from peer.identity import Identity, Place, create_site
from peer.node.authorship import Credentials
from peer.node.node import Node
from peer.node.requests import Outcome
from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.service.sqlite_errors import NotDurable
from peer.storage.change_log import ChangeLog
from peer.terminal import open_log
from simulations.fuzz.door import dice_of
from simulations.fuzz.memory_terminal import DAY_MS, InlineEnvironment
from simulations.simulator.environment import SimDice

Flow: TypeAlias = Callable[["Counter"], Awaitable[None]]
"""One piece of business. They stand in the room `flows`."""
_KEY = b"k" * 32


class Acknowledged(msgspec.Struct, frozen=True):
    """What somebody was told is stored. commands: executed here · changes: bytes from outside."""

    commands: tuple[CommandId, ...] = ()
    changes: tuple[bytes, ...] = ()

    def plus(self, other: "Acknowledged") -> "Acknowledged":
        """Both."""
        return Acknowledged(self.commands + other.commands, self.changes + other.changes)


class Counter:
    """One terminal during one boot, and what it has acknowledged."""

    def __init__(self, node: Node, log: ChangeLog, boot: str) -> None:
        self.node = node
        self.acknowledged = Acknowledged()
        self.wrote: set[type[Command]] = set()
        """The kinds of commands that had something to write."""
        self.answered: Callable[[], None] = lambda: None
        """Called after each acknowledgement."""
        self.refused: Callable[[NotDurable], None] = lambda error: None
        """Called when the disk refused, before the same is asked once more."""
        self._log = log
        self._boot = boot
        self._asked = 0

    async def do(self, command: Command) -> Outcome:
        """The command is executed; refused once for want of a disk, it is sent again."""
        self._asked += 1
        number = CommandId(hashlib.sha256(f"{self._boot}/{self._asked}".encode()).digest()[:16])
        try:
            outcome = await self.node.execute(command, command_id=number)
        except NotDurable as refusal:
            self.refused(refusal)
            outcome = await self.node.execute(command, command_id=number)
        if outcome.change is not None:
            self.wrote.add(type(command))
        self._acknowledge(Acknowledged(commands=(number,)))
        return outcome

    async def make(self, command: Command, name: str) -> CreatedId:
        """The command is executed: the id of what it created under that name."""
        return (await self.do(command)).ids[name]

    async def receive(self, changes: Sequence[bytes]) -> None:
        try:
            received = await self.node.receive(changes)
        except NotDurable as refusal:
            self.refused(refusal)
            received = await self.node.receive(changes)
        assert received.refused == received.waiting == 0, received
        self._acknowledge(Acknowledged(changes=tuple(changes)))

    def checkpoint(self) -> None:
        """The write-ahead log is copied into the database, as it is every thousand pages."""
        self._log._writer._frames("PASSIVE")  # production waits for a long log

    def _acknowledge(self, more: Acknowledged) -> None:
        self.acknowledged = self.acknowledged.plus(more)
        self.answered()


def start(home: Path, driver: Driver = SQLCIPHER, *, create: bool = False) -> ChangeLog:
    """Open the log in `home` as production does. The key lies beside the folder."""
    key = home.with_name("database.key")
    if not key.exists():
        key.write_text(_KEY.hex())
    config = read_config({"MALHA_HOME": str(home), "MALHA_KEY_FILE": str(key)})
    return open_log(config, create=create, driver=driver)


@cache
def identity() -> Identity:
    """Of the terminal that all flows run on."""
    with tempfile.TemporaryDirectory(prefix="malha-sim-identity-") as text:
        place = Place(Path(text) / "home", Path(text) / "key")
        dice = SimDice(dice_of("crash points"))
        made = create_site(place, name="Balcão", letters="A", wall_seconds=0, dice=dice)
    return made.identity


@asynccontextmanager
async def at_work(log: ChangeLog, boot: str) -> AsyncIterator[Counter]:
    """A node on `log`. boot: names this start; commands and dice follow from it."""
    mine = identity()
    environment = InlineEnvironment()
    environment.dice = SimDice(dice_of(boot))
    credentials = Credentials(
        site=mine.site,
        device=mine.device,
        letters=mine.letters,
        chain=mine.encoded_chain,
        signer=mine.signing_key,
        program="crash points",
    )
    node = Node(credentials, log, environment, lambda ms: ms // DAY_MS)
    async with trio.open_nursery() as nursery:
        await nursery.start(node.run)
        yield Counter(node, log, boot)
        nursery.cancel_scope.cancel()
