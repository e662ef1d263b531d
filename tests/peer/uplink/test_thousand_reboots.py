"""A terminal that boots a thousand times: what is said of its chain stays as short as at first.

The writing half of every boot is production's (`own_chain`, `Author`), as are the logs, the gate,
Gossip, the uplink and the relay. Views are left out: a boot with them reads the whole past.
`tests/crdt_models/replication/test_convergence.py` counts the entries of one Have after as many
boots; here are bytes, at all who hold the chain, throughout. MALHA_REBOOTS asks for more or fewer.
"""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import trio
import trio.testing

from cloud_relay.key_files import identity_of
from crdt_models.change import Change
from crdt_models.disputes import Opening, lineage_forked
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.tables.facts import AreaAdded
from crdt_models.ids import TABLES, TERMINALS, CommandId, CreatedId
from crdt_models.receipts import Question, encode_question
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.holdings import Holdings
from crdt_models.replication.link import Me
from peer.identity import Identity
from peer.node.authorship import Author, Credentials
from peer.node.committed_state import own_chain
from peer.uplink.outbox import claims_of
from tests.cloud_relay.shop import LogNode
from tests.cloud_relay.virtual import KEY, RelayInside, until
from tests.peer.conftest import SeededDice, Shop

BOOTS = int(os.environ.get("MALHA_REBOOTS", "1000"))
ONLINE_EVERY = 50  # boots: the uplink finds the relay at these, with a backlog
GROWTH = 32  # bytes: numbers grow from 1 to 3 or 5 bytes, and a receipt has a bit for each change
LINK = 1


class Machine(LogNode):
    """A log, the gate and, per boot, a Gossip. It writes as production does."""

    def __init__(self, path: Path, identity: Identity) -> None:
        super().__init__(path, identity)  # type: ignore[arg-type]  # site and device are all it takes
        self._identity = identity
        self.boots = 0
        self.boot()

    def boot(self) -> None:
        """Another process on the same disk; its links are gone."""
        self.boots += 1
        self._dice = SeededDice(f"{self._identity.letters} {self.boots}")
        me = Me(site=self.site, device=self.device, letters=self._identity.letters, program="test")
        self.gossip = Gossip(me, self.log, random.Random(self.boots))
        self._chain = own_chain(self.log, self.device)

    def write(self) -> list[Change]:
        """One sale, by the author of this boot."""
        who = self._identity
        credentials = Credentials(
            site=who.site, device=who.device, letters=who.letters, chain=who.encoded_chain,
            signer=who.signing_key, program="test",
        )  # fmt: skip
        author = Author(credentials, self._dice, lambda: self.boots * 60_000, lambda _: 20_000)
        command = self._dice.random_bytes(16)
        self._chain, written = author.write(
            self._chain,
            [(TABLES, AreaAdded(area=CreatedId(command), name="Salão"))],
            command=CommandId(command),
            operator=None,
            day=20_000,
        )
        self.store(*written)
        return written

    def take(self, batch: list[bytes]) -> None:
        """What came by the link."""
        self._store(self._gate.judge(batch).authentic, LINK)
        self.gossip.taken(batch, 0.0)

    def store(self, *changes: Change) -> int:
        return self._store(changes, None)

    def _store(self, changes: Sequence[Change], source: int | None) -> int:
        new = [each for each in changes if not self.log.holds(each.id)]
        super().store(*new)
        self.gossip.committed([Committed(each, each.data) for each in new], source, 0.0)
        return len(new)


def talk(one: Machine, other: Machine) -> int:
    """A link between the two until nobody has anything to say. How many bytes it took."""
    one.gossip.link_up(LINK, other.device, 0.0)
    other.gossip.link_up(LINK, one.device, 0.0)
    carried = 0
    while one.gossip.links_with_output() or other.gossip.links_with_output():
        for here, there in ((one, other), (other, one)):
            for frame in here.gossip.outgoing(LINK):
                carried += len(frame)
                if batch := there.gossip.receive(LINK, frame, 0.0):
                    there.take(batch)
    for each in (one, other):
        each.gossip.link_down(LINK, 0.0)
    return carried


class Questions:
    """Notes how large the largest question to the relay is. Uploads grow with what is new."""

    def __init__(self, relay: RelayInside) -> None:
        self.largest = 0
        relay.faults = self.note

    def note(self, request: httpx.Request) -> None:
        if request.url.path == "/v1/have":
            assert isinstance(request.stream, httpx.ByteStream)
            self.largest = max(self.largest, sum(map(len, request.stream)))


@pytest.fixture
def machines(tmp_path: Path, shop: Shop) -> Iterator[list[Machine]]:
    """The terminal, its neighbour, and two newcomers."""
    identities = [shop.admin, *map(shop.terminal, ("B", "C", "D"))]
    made = [Machine(tmp_path / f"{each.letters}.db", each) for each in identities]
    yield made
    for each in made:
        each.log.close()


@pytest.fixture
def relay(tmp_path: Path, shop: Shop) -> Iterator[RelayInside]:
    made = RelayInside(tmp_path, shop.admin.site)
    yield made
    made.storage.close()


async def online(relay: RelayInside, machine: Machine) -> None:
    """The relay in reach of this boot, until it and the machine hold the same."""
    uplink = relay.uplink(machine, seed=machine.boots)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await until(lambda: uplink.status().pending == 0 and relay.digest() == machine.digest())
        nursery.cancel_scope.cancel()


def said_of(machine: Machine) -> Counter[str]:
    """What this machine keeps and says of the chain, in bytes."""
    assert len(machine.log.tips()) == 1
    assert machine.log.missing() == []
    receipt = machine.log.receipt(identity_of(KEY).key.hex())
    claims = claims_of(machine.log, None)
    return Counter({
        "Have": len(machine.gossip._holdings.have()[1]),
        "claims": len(encode_question(Question(machine.site, claims))),
        "receipt": 0 if receipt is None else len(receipt.data),
    })  # fmt: skip


@pytest.mark.timeout(600 + BOOTS)
async def test_a_thousand_reboots_keep_short_what_is_said_of_a_chain(
    machines: list[Machine], relay: RelayInside, autojump_clock: trio.testing.MockClock
) -> None:
    terminal, neighbour, *newcomers = machines
    questions = Questions(relay)
    first: dict[str, list[int]] = defaultdict(list)
    for boot in range(1, BOOTS + 1):
        terminal.boot()
        opening, _ = terminal.write()
        told = Counter({"opening": len(opening.data), "link": talk(terminal, neighbour)})
        if boot in (1, BOOTS) or boot % ONLINE_EVERY == 0:
            await online(relay, terminal)
            await online(relay, neighbour)
            told["question"] = questions.largest
            with relay.storage.reading(relay.tenant) as site:
                assert len(site.tips()) == 1
                assert list(site.missing()) == []
        told |= said_of(terminal) | said_of(neighbour)
        for name, size in told.items():
            if len(first[name]) < 2:
                first[name].append(size)
            assert size <= max(first[name]) + GROWTH, f"{name}, boot {boot}"

    by_neighbour, by_relay = newcomers
    talk(by_neighbour, neighbour)
    await online(relay, by_relay)
    for machine in machines:
        assert machine.digest() == terminal.digest() == relay.digest()
        assert machine.log.counts().changes == 2 * BOOTS
        assert Holdings(machine.log).have() == machine.gossip._holdings.have()
        assert [tip.sequence for tip in machine.log.tips()] == [2 * BOOTS]
    openings = by_relay.log.touching(TERMINALS)
    assert len({each.epoch for each in openings}) == BOOTS
    heirs = [Opening(each.device, each.epoch, each.previous, each.id) for each in openings]
    assert lineage_forked(heirs, empty_view(TERMINALS)) == ()
    sizes = ", ".join(f"{name} {max(sizes)}" for name, sizes in sorted(first.items()))
    print(f"\n{BOOTS} boots, {2 * BOOTS} changes. At the first two, in bytes: {sizes}")  # noqa: T201 - what was tried
