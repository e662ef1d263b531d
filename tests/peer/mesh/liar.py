"""A member with real keys and a program of its own: it says whatever a test wants to be said."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import msgspec
import trio

from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.fact import fact_of
from crdt_models.ids import ChangeId, DeviceId, Epoch
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.messages import (
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Message,
    Neighbours,
    Ping,
    Pong,
    Want,
)
from peer.environment import LinkClosed, MessageLink
from peer.identity import Identity
from peer.links.tls_websocket import TlsWebSocketNetwork


class Liar:
    """One link from a liar to an honest terminal. It greets, answers pings and counts Wants."""

    def __init__(self, identity: Identity, link: MessageLink) -> None:
        self.identity = identity
        self.link = link
        self.wants: Counter[ChangeId] = Counter()
        self.heard: list[Message] = []
        self.ended = trio.Event()
        self.answers = True  # whether Wants are answered at all, with nothing
        self._writing = trio.Lock()

    async def say(self, message: Message) -> None:
        await self.send(encode_message(message))

    async def send(self, frame: bytes) -> None:
        async with self._writing:
            await self.link.send(frame)

    async def greet(self) -> None:
        certificate = self.identity.certificate
        await self.say(
            Hello(
                site=self.identity.site,
                device=self.identity.device,
                letters=certificate.letters,
                program="liar",
                business_day=0,
            )
        )

    async def listen(self) -> None:
        """Until the honest end has had enough."""
        with suppress(LinkClosed):
            while True:
                await self._hear(decode_message(await self.link.receive()))
        self.ended.set()

    async def _hear(self, message: object) -> None:
        match message:
            case Want():
                self.wants[message.wanted] += 1
                if self.answers:
                    await self.say(Changes((), message.wanted))
            case Ping():
                await self.say(Pong(message.token, message.wall_ms, message.business_day))
            case Have() | Neighbours() | Goodbye() | Changes():
                self.heard.append(message)
            case _:
                pass

    def goodbyes(self) -> list[str]:
        """Why the honest end closed."""
        return [each.reason for each in self.heard if isinstance(each, Goodbye)]

    def last_have(self) -> Have | None:
        return next((each for each in reversed(self.heard) if isinstance(each, Have)), None)


@asynccontextmanager
async def lying(identity: Identity, address: str) -> AsyncIterator[Liar]:
    """A liar that dialled `address` and greeted."""
    async with trio.open_nursery() as nursery:
        network = TlsWebSocketNetwork(
            identity, nursery=nursery, boot=b"a liar's boot...", floor=lambda: 0
        )
        link = await network.dial(address)
        liar = Liar(identity, link)
        await liar.greet()
        nursery.start_soon(liar.listen)
        try:
            yield liar
        finally:
            nursery.cancel_scope.cancel()
            await link.aclose()


def invented_tips(device: DeviceId, count: int) -> Have:
    """Tips that nobody ever wrote, of as many devices; the first of a real one."""
    dice = Random(count)
    devices = [device, *(DeviceId(dice.randbytes(32)) for _ in range(count - 1))]
    entries = [
        HaveEntry(each, Epoch(dice.randbytes(8)), 1_000_000, ChangeId(dice.randbytes(32)))
        for each in devices
    ]
    return Have(tuple(sorted(entries, key=lambda entry: (entry.device, entry.tip))))


def forged(change: Change, liar: Identity, count: int) -> list[bytes]:
    """Changes that claim the author of `change` and are signed by the liar."""
    facts = tuple((document, fact_of(body)) for document, body in change.facts)
    unsigned = Unsigned(
        site=change.site,
        device=change.device,
        epoch=change.epoch,
        sequence=change.sequence,
        previous=(change.id,),
        hlc=change.hlc,
        business_day=change.business_day,
        operator=None,
        command_id=change.command_id,
        seen=0,
        facts=facts,
    )
    following = (msgspec.structs.replace(unsigned, sequence=n + 1) for n in range(count))
    return [sign_change(each, liar.signing_key).data for each in following]
