"""A whole terminal but its sockets, in the child process: identity, database, node, events, API.

Rules of this file:
1. The database is a real encrypted one in a temporary folder and outlives an input; the node and
   everything above start anew for each, so every input is a restart on what the last ones left.
2. Nothing runs in a thread and dice are seeded: the same inputs do the same things.
3. An error that is only logged counts as raised.
"""

import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import trio

from crdt_models.certificates import encode_chain
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import CommandId, Epoch, OrderId
from crdt_models.read_models import TABLES
from peer.config import read_config
from peer.environment import NoNetwork
from peer.http_api.app import LocalApp, create_app
from peer.http_api.front_ends import FrontEnds
from peer.identity import Identity, Place, create_site
from peer.identity.membership import BUILD_SECONDS, TerminalKeys, admit, applicant_of, member_chain
from peer.live_events import LiveEvents
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.storage.change_log import ChangeLog
from simulations.fuzz.door import dice_of, require
from simulations.fuzz.members import Author, Site, key_of
from simulations.simulator.environment import SimDice

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
PORT = 3000
ADMIN_TOKEN = "the-token-of-this-boot"
DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS + 12 * 3_600_000
_DATABASE_KEY = b"k" * 32


class InlineEnvironment(NoNetwork):
    """A clock that goes on by itself, and blocking functions that simply run."""

    def __init__(self) -> None:
        self.dice = SimDice(dice_of("environment"))
        self._now_ms = START_MS

    def wall_ms(self) -> int:
        self._now_ms += 1
        return self._now_ms

    def monotonic(self) -> float:
        return trio.current_time()

    async def run_blocking(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        await trio.lowlevel.checkpoint()
        return function(*arguments)


class LoggedFault(Exception):
    """The product caught something, told its log, and went on."""


class _Faults(logging.Handler):
    """Keeps the first error that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first: logging.LogRecord | None = None
        self.tolerated: tuple[type[BaseException], ...] = ()

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if not isinstance(cause, self.tolerated):
            self.first = self.first or record

    def raise_first(self) -> None:
        record, self.first = self.first, None
        if record is not None:
            cause = record.exc_info[1] if record.exc_info else None
            if cause is not None:
                raise cause
            raise LoggedFault(record.getMessage())


class Booted:
    """What runs during one input."""

    def __init__(self, node: Node, app: LocalApp, events: LiveEvents) -> None:
        self.node = node
        self.app = app
        self.events = events


class MemoryTerminal:
    """One terminal's lasting part. `boot` runs the rest."""

    def __init__(self, folder: Path, identity: Identity, log: ChangeLog) -> None:
        self.identity = identity
        self.log = log
        self.environment = InlineEnvironment()
        self._folder = folder
        self._faults = _Faults()
        logging.getLogger("malha").addHandler(self._faults)
        self._admitted: dict[str, bytes] = {}
        self.key = self._front_ends().issue("fuzz")
        self.known = trio.run(self._found)

    @asynccontextmanager
    async def boot(self) -> AsyncIterator[Booted]:
        """Everything runs until the block ends. Raises what was only logged."""
        node = Node(
            Credentials(
                site=self.identity.site,
                device=self.identity.device,
                letters=self.identity.letters,
                chain=self.identity.encoded_chain,
                signer=self.identity.signing_key,
                program="fuzz",
            ),
            self.log,
            self.environment,
            lambda ms: ms // DAY_MS,
        )
        events = LiveEvents(node)
        app = create_app(
            node,
            environment=self.environment,
            front_ends=self._front_ends(),
            events=events,
            config=read_config({"MALHA_HOME": str(self._folder), "PORT": str(PORT)}),
            name="Balcão",
        )
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(node.run)
                await nursery.start(events.run)
                yield Booted(node, app, events)
                nursery.cancel_scope.cancel()
        finally:
            self._faults.raise_first()  # instead of what followed from it

    def author(self, name: str) -> Author:
        """A terminal that was admitted to this site, or one of another site."""
        if name == "stranger":
            return Site("another shop").author(name)
        key = key_of(f"fuzz member {name}")
        if name not in self._admitted:
            keys = TerminalKeys(key, key_of(f"fuzz link {name}"))
            grant = admit(
                self.identity.issuing(),
                applicant_of(keys),
                letters=name,
                name=name,
                now_seconds=BUILD_SECONDS,
            )
            self._admitted[name] = encode_chain(member_chain(grant.leaf, self.identity.site))
        return Author(self.identity.site, key, self._admitted[name], Epoch(bytes(8)))

    def tolerate(self, *errors: type[BaseException]) -> None:
        """These may be logged: each is one connection's end, in a library."""
        self._faults.tolerated = errors

    def check_rows(self) -> None:
        """The rows made step by step are those made anew from the log."""
        before = [self.log.projections.digest(table.name) for table in TABLES]
        fill_rows(self.log)
        after = [self.log.projections.digest(table.name) for table in TABLES]
        require(before == after, "rows differ from those made anew from the log")

    def close(self) -> None:
        logging.getLogger("malha").removeHandler(self._faults)
        self.log.close()

    def _front_ends(self) -> FrontEnds:
        return FrontEnds(self.log, self.environment, ADMIN_TOKEN)

    async def _found(self) -> dict[bytes, bytes]:
        """Something to speak of: placeholders in inputs → ids of this terminal's first day."""
        line = NewLine(product="p", name="Pizza", unit_centavos=1325)
        async with self.boot() as booted:
            table = await booted.node.execute(AddTable(label="1"), command_id=_command("table"))
            opening = OpenOrder(service_type="balcao", lines=(line, line))
            order = await booted.node.execute(opening, command_id=_command("order"))
            paying = TakePayment(order=OrderId(order.ids["order"]), centavos=100, method="pix")
            payment = await booted.node.execute(paying, command_id=_command("payment"))
            version = booted.node.version(order.documents[0])
        return {
            b"@order@": order.ids["order"].hex().encode(),
            b"@line@": order.ids["line.0"].hex().encode(),
            b"@table@": table.ids["table"].hex().encode(),
            b"@payment@": payment.ids["payment"].hex().encode(),
            b"@version@": version.encode(),
            b"@key@": self.key.encode(),
            b"@admin@": ADMIN_TOKEN.encode(),
        }

    def told(self, data: bytes) -> bytes:
        """`data` with its placeholders filled in."""
        for placeholder, value in self.known.items():
            data = data.replace(placeholder, value)
        return data


def _command(text: str) -> CommandId:
    return CommandId(text.encode().ljust(16, b"."))


@contextmanager
def open_terminal() -> Iterator[MemoryTerminal]:
    """A founded terminal; its folder goes with the block."""
    with tempfile.TemporaryDirectory(prefix="malha-fuzz-terminal-") as text:
        folder = Path(text)
        created = create_site(
            Place(folder / "home", folder / "key"),
            name="Balcão",
            letters="A",
            wall_seconds=0,
            dice=SimDice(dice_of("site")),
        )
        log = ChangeLog.open(folder / "malha.db", _DATABASE_KEY, tables=TABLES, create=True)
        fill_rows(log)
        terminal = MemoryTerminal(folder, created.identity, log)
        try:
            yield terminal
        finally:
            terminal.close()
