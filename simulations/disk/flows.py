"""What a shop does while its disk is looked at: the business flows, and one terminal to do them.

Rules of this file:
1. A flow is a function of a Counter. To add one: write it, and put it into FLOWS.
2. The same keys, dice and clock each time: a flow does the same commands on every disk.
3. `acknowledged` grows when a command or a batch from outside was answered, and only then.
"""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import trio

from crdt_models.certificates import encode_chain
from crdt_models.documents.command import Command
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    CancelLines,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.facts import OrderOpened
from crdt_models.documents.tables.commands import AddArea, AddTable, ReleaseTable, ReserveTable
from crdt_models.documents.tables.facts import TableAdded
from crdt_models.fact import body_of
from crdt_models.ids import (
    TABLES,
    CommandId,
    CreatedId,
    Epoch,
    LineId,
    OrderId,
    TableId,
    order_document,
)
from peer.config import read_config
from peer.identity import Identity, Place, create_site
from peer.identity.membership import BUILD_SECONDS, TerminalKeys, admit, applicant_of, member_chain
from peer.node.authorship import Credentials
from peer.node.node import Node
from peer.node.requests import Outcome
from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.service.sqlite_errors import NotDurable
from peer.storage.change_log import ChangeLog
from peer.terminal import open_log
from simulations.fuzz.door import dice_of
from simulations.fuzz.members import Author, key_of
from simulations.fuzz.memory_terminal import DAY_MS, START_MS, InlineEnvironment
from simulations.simulator.environment import SimDice

Flow: TypeAlias = Callable[["Counter"], Awaitable[None]]
_KEY = b"k" * 32
_PIZZA = NewLine(product="pizza", name="Pizza calabresa", unit_centavos=4450)
_DRINK = NewLine(product="guarana", name="Guaraná", unit_centavos=700, thousandths=2000)


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
        self._acknowledge(Acknowledged(commands=(number,)))
        return outcome

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


async def _sale(counter: Counter) -> OrderId:
    opened = await counter.do(OpenOrder(service_type="balcao", lines=(_PIZZA, _DRINK)))
    order = OrderId(opened.ids["order"])
    added = await counter.do(AddLines(order=order, lines=(_DRINK,)))
    await counter.do(SendLines(order=order))
    cancelled = LineCancellation(LineId(added.ids["line.0"]), 1000)
    await counter.do(CancelLines(order=order, cancel=(cancelled,), reason="caiu"))
    await counter.do(TakePayment(order=order, centavos=3000, method="pix"))
    await counter.do(TakePayment(order=order, centavos=3550, method="dinheiro", tendered=4000))
    await counter.do(CloseBill(order=order))
    return order


async def counter_sale(counter: Counter) -> None:
    """Opened, added to, sent, one item cancelled, paid in two ways, closed."""
    await _sale(counter)


async def bill_reopened(counter: Counter) -> None:
    """A closed bill is opened again, added to, paid, closed, and part of it refunded."""
    order = await _sale(counter)
    await counter.do(ReopenBill(order=order, reason="faltou"))
    await counter.do(AddLines(order=order, lines=(_PIZZA,)))
    await counter.do(TakePayment(order=order, centavos=4450, method="credito"))
    await counter.do(CloseBill(order=order))
    await counter.do(RefundPayment(order=order, centavos=500))


async def table_moved(counter: Counter) -> None:
    """An area, two tables, a reservation, a guest who sits down, moves, and asks for the bill."""
    area = await counter.do(AddArea(name="Salão"))
    tables = [
        TableId((await counter.do(AddTable(label=label, area=area.ids["area"]))).ids["table"])
        for label in ("1", "2")
    ]
    await counter.do(ReserveTable(table=tables[0], name="Ana"))
    await counter.do(ReleaseTable(table=tables[0]))
    opening = OpenOrder(service_type="mesa", table=tables[0], lines=(_PIZZA,))
    order = OrderId((await counter.do(opening)).ids["order"])
    await counter.do(EditOrder(order=order, fields={"table": tables[1].hex()}))
    await counter.do(SendLines(order=order))
    await counter.do(AdvanceLines(order=order, to="ready"))
    await counter.do(AskBill(order=order))


async def from_another_terminal(counter: Counter) -> None:
    """A newcomer's first changes come in one batch, then a second batch between two own writes."""
    author = _newcomer()
    first = [author.opening()]
    table = TableAdded(table=TableId(CreatedId(b"t" * 16)), label="9")
    first += [author.write([[TABLES, body_of(table)]], hlc=_hlc(1))]
    first += [author.write([_opening(index)], hlc=_hlc(2 + index)) for index in range(3)]
    await counter.receive(first)
    await counter.do(AddTable(label="3"))
    await counter.receive([author.write([_opening(9 + n)], hlc=_hlc(9 + n)) for n in range(4)])
    await counter.do(AddTable(label="4"))


async def checkpointed(counter: Counter) -> None:
    """The write-ahead log is emptied between sales and begins again over what it held."""
    await counter.do(AddTable(label="5"))
    await _sale(counter)
    counter.checkpoint()
    await counter.do(AddTable(label="6"))
    counter.checkpoint()
    await counter.do(AddTable(label="7"))
    await counter.do(AddTable(label="8"))


FLOWS: dict[str, Flow] = {
    "counter_sale": counter_sale,
    "bill_reopened": bill_reopened,
    "table_moved": table_moved,
    "from_another_terminal": from_another_terminal,
    "checkpointed": checkpointed,
}


def _newcomer() -> Author:
    """Another terminal of the site, with nothing written yet."""
    key = key_of("crash points newcomer")
    keys = TerminalKeys(key, key_of("crash points newcomer's link"))
    grant = admit(
        identity().issuing(),
        applicant_of(keys),
        letters="B",
        name="Salão",
        now_seconds=BUILD_SECONDS,
    )
    chain = encode_chain(member_chain(grant.leaf, identity().site))
    return Author(identity().site, key, chain, Epoch(b"epoch..1"))


def _opening(index: int) -> list[Any]:
    document = order_document(OrderId(CreatedId(bytes([index]) * 16)))
    return [document, body_of(OrderOpened(service_type="balcao"))]


def _hlc(step: int) -> int:
    return START_MS + step << 16
