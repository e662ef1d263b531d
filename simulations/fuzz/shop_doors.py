"""The door that matters most: what a paired terminal that was taken over can make a shop swallow.

Rules of this file:
1. Everything is signed by a member's real key and so passes the gate; bytes that are not are among
   it, and must not pass.
2. Afterwards the terminal must sell: answer every list, open an order, and take one more item.
3. Settings stand here too: what an owner may type is as hostile as any of it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

import trio
import trio.testing

from crdt_models.change import decode_change
from crdt_models.errors import NotCanonical
from crdt_models.ids import ChangeId, CommandId, Epoch
from crdt_models.read_models import DISPUTE
from peer.config import SETTINGS, read_config
from peer.service.settings import BadSetting
from peer.storage.projections import Query
from simulations.fuzz.door import Door, Use, dice_of, require
from simulations.fuzz.http_doors import HOST, ask
from simulations.fuzz.members import Author
from simulations.fuzz.memory_terminal import Booted, MemoryTerminal, open_terminal
from simulations.fuzz.mutation import bytes_changed, few, text_changed
from simulations.fuzz.nonsense import DOCUMENTS, IDS, Pools, any_body, packed, unpacked
from simulations.fuzz.view_doors import look_at

MEMBERS = ("B", "C", "stranger")
ROWS_EVERY = 50  # inputs between two comparisons of the rows with those made anew
_DISPUTES_LOOKED_AT = 3
_HLCS = (0, 1 << 16, 1_728_000_000_000 << 16, (2**48 - 1) << 16, 2**64 - 1)
_DAYS = (0, 19_999, 20_000, 20_001, 2**31 - 1)
_READS = (
    "/api/pedidos?dia=todos&limite=20", "/api/pedidos?dia=hoje&limite=5", "/api/conflitos",
    "/api/conflitos?aberto=false&limite=5", "/api/conflitos?gravidade=urgent&quem=cashier",
    "/api/mesas", "/api/estatisticas?dia=todos", "/api/terminal", "/api/sync/malha", "/health",
    "/api/documentos/tables", *(f"/api/pedidos/{each.hex()}" for each in IDS[:3]),
    *(f"/api/pedidos/{each.hex()}/auditoria" for each in IDS[:3]),
)  # fmt: skip
_OPENINGS = ("right", "right", "twice", "elsewhere", "another's", "strangers", "noise", "unsigned")


def _make_signed(dice: Random) -> bytes:
    """Steps of [what, who, …], in the order in which they are written; and how they are told."""
    pools = Pools(dice)
    steps: list[Any] = []
    for _ in range(dice.choice((1, 2, 5, 12))):
        who, throw = dice.choice(MEMBERS[: 3 if dice.random() < 0.1 else 2]), dice.random()
        if throw < 0.15:
            steps.append(["open", who, dice.choice(_OPENINGS), dice.randbytes(8)])
        else:
            steps.append(["write", who, _facts(pools), _head(dice)])
    return packed([steps, dice.randrange(2**32), dice.random() < 0.3, few(dice, 3)])


def _facts(pools: Pools) -> list[Any]:
    count = 1 if pools.dice.random() < 0.6 else few(pools.dice, 8)
    return [list(any_body(pools)) for _ in range(count)]


def _head(dice: Random) -> dict[str, Any]:
    """What the rest of the change says; mostly the truth."""
    head: dict[str, Any] = {"hlc": dice.choice(_HLCS), "day": dice.choice(_DAYS)}
    if dice.random() < 0.3:
        head["command"] = dice.choice(IDS)
    if dice.random() < 0.1:
        head["sequence"] = dice.choice((1, 2, 2**53 - 1))
    if dice.random() < 0.1:
        head["previous"] = [dice.randbytes(32) for _ in range(few(dice, 8))]
    return head


class _Members:
    """Those who write, from input to input; each input may begin new epochs of theirs."""

    def __init__(self, terminal: MemoryTerminal) -> None:
        self._terminal = terminal
        self._authors: dict[str, Author] = {}
        self._fresh = 0

    def of(self, who: str) -> Author:
        if who not in self._authors:
            self._authors[who] = self._terminal.author(who)
        return self._authors[who]

    def written(self, steps: Sequence[Any]) -> list[bytes]:
        """The bytes of all steps that CBOR can say."""
        told: list[bytes] = []
        for what, who, *rest in steps:
            author = self.of(who)
            if author.epoch == bytes(8):  # its very first: otherwise all would only wait
                told.append(self._opened(author, "right", b"epoch..1"))
            try:
                if what == "open":
                    told.append(self._opened(author, *rest))
                else:
                    facts, head = rest
                    told.append(author.write(facts, **head))
            except NotCanonical:
                continue
        return told

    def _opened(self, author: Author, how: str, epoch: bytes) -> bytes:
        if how != "twice":
            self._fresh += 1
            mixed = hashlib.sha256(epoch + self._fresh.to_bytes(4, "big")).digest()
            author.epoch = Epoch(mixed[:8])
        other = self.of("C" if author is self.of("B") else "B")
        chain = {
            "another's": other.chain,
            "strangers": self.of("stranger").chain,
            "noise": b"\x80",
        }.get(how, author.chain)
        home = DOCUMENTS[0] if how == "elsewhere" else "terminals"
        data = author.write([[home, ["author_opened", False, {"chain": chain}]]], hlc=1 << 16)
        return data[:-1] + bytes([data[-1] ^ 1]) if how == "unsigned" else data


@contextmanager
def _open_signed() -> Iterator[Use]:
    with open_terminal() as terminal:
        members = _Members(terminal)
        count = 0

        def use(data: bytes) -> bool:
            nonlocal count
            count += 1
            steps, seed, shuffles, parts = unpacked(data)
            told = members.written(steps)
            good = {ChangeId(hashlib.sha256(each).digest()) for each in told}
            dice = dice_of(str(seed))
            told += [bytes_changed(dice, each) for each in told if dice.random() < 0.2]
            if shuffles:
                dice.shuffle(told)
            clock = trio.testing.MockClock(autojump_threshold=0)
            stored = trio.run(_swallow, terminal, told, good, parts, clock=clock)
            if count % ROWS_EVERY == 0:
                terminal.check_rows()
            return bool(stored)

        yield use


async def _swallow(
    terminal: MemoryTerminal, told: Sequence[bytes], good: set[ChangeId], parts: int
) -> int:
    before = terminal.log.last_position()
    async with terminal.boot() as booted:
        size = max(1, -(-len(told) // parts))
        for at in range(0, len(told), size):
            await booted.node.receive(told[at : at + size], source=1)
        stored = terminal.log.since(before, 10_000)
        for logged in stored:
            require(logged.id in good, "it stored what no member signed")
        documents = {each for logged in stored for each in decode_change(logged.data).documents}
        for document in documents:
            look_at(document, booted.node.view(document))
        await _sells(terminal, booted, len(told))
    return len(stored)


async def _sells(terminal: MemoryTerminal, booted: Booted, salt: int) -> None:
    """Every list answers; a new order, and one more item on it, are taken."""
    headers = [[b"host", HOST], [b"x-api-key", terminal.key.encode()]]
    for place in _READS:
        await ask(booted, "GET", place, headers)
    rows = booted.node.log.projections.page(
        Query(table=DISPUTE.name, limit=_DISPUTES_LOOKED_AT)
    ).rows
    for dispute in (*(str(row["dispute_id"]) for row in rows), "none"):
        await ask(booted, "GET", f"/api/conflitos/{dispute}", headers)
    command = CommandId(terminal.environment.dice.random_bytes(16))
    writing = [
        *headers,
        [b"content-type", b"application/json"],
        [b"idempotency-key", command.hex().encode()],
    ]
    item = b'{"nome":"Pizza","preco_unitario":12.50}'
    body = b'{"tipo":"balcao","itens":[' + item + b"]}"
    status = await ask(booted, "POST", "/api/pedidos", writing, [body])
    require(status == 201, f"it opens no order any more: {status}")
    order = terminal.known[b"@order@"].decode()
    adding = f"/api/pedidos/{order}/itens"
    status = await ask(
        booted, "POST", adding, _fresh(terminal, writing), [b'{"itens":[' + item + b"]}"]
    )
    require(status == 201, f"it adds no item any more: {status}")
    booted.node.content_digest()


def _fresh(terminal: MemoryTerminal, headers: Sequence[Sequence[bytes]]) -> list[Sequence[bytes]]:
    """The same headers with another idempotency key."""
    key = terminal.environment.dice.random_bytes(16).hex().encode()
    return [*headers[:-1], [b"idempotency-key", key]]


# --- settings

_VALUES = (
    "3000", "0", "65536", "127.0.0.1:1", "[::1]:3002,b:3002", "ABC", "04:00", "24:00", "mdns",
    "off",
    "America/Sao_Paulo", "../../etc/passwd", "/etc", "~", "~nobody-of-that-name/x", "C:\\malha",
    "\u0661",
    "https://relay.example", "http://127.0.0.1:3001", "https://[", "http://[::1", "https://a:b",
    "http://*",
    "https://a:99999999", "true", "não", "1e3", " 5 ", "+5", "https://\u2100.example",
    "a" * 5000, "%",
    "http://localhost:5173,https://x.example", "\udcff", "/dev/full", "relative/place", ".", "//x",
)  # fmt: skip


def _make_settings(dice: Random) -> bytes:
    names = [setting.name for setting in SETTINGS]
    chosen = dice.sample(names, few(dice, len(names)))
    values = {}
    for name in chosen:
        value = dice.choice(_VALUES)
        if dice.random() < 0.4:
            value = text_changed(dice, value)
        values[name] = value.encode("utf-8", "surrogatepass")
    return packed(values)


def _use_settings(data: bytes) -> bool:
    given = unpacked(data)
    environment = {name: value.decode("utf-8", "surrogatepass") for name, value in given.items()}
    try:
        config = read_config(environment)
    except BadSetting as error:
        str(error).encode("utf-8")
        return False
    repr(config)
    require(config.home.is_absolute() and config.key_file.is_absolute(), "a relative home")
    inside = config.key_file.resolve().is_relative_to(config.home.resolve())
    require(not inside, "the key would lie in the home")
    require("mfr_" not in repr(config), "a secret in a repr")
    return True


@contextmanager
def _open_settings() -> Iterator[Use]:
    yield _use_settings


def shop_doors() -> list[Door]:
    """The whole terminal behind its links, and its settings."""
    return [
        Door(
            name="signed",
            what="absurd changes of members; then it must sell",
            make=_make_signed,
            open=_open_signed,
            keeps=True,
        ),
        Door(
            name="settings",
            what="environment variables",
            make=_make_settings,
            open=_open_settings,
        ),
    ]
