"""A network whose links lose, double, hold back or reorder frames after they were queued."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import trio

from crdt_models.certificates import Certificate
from crdt_models.replication.frames import decode_message
from crdt_models.replication.messages import Changes, Goodbye, Hello
from peer.environment import AddressSighted, LinkHandler, MessageLink, Network

# A frame that was to be sent → the frames that are sent now.
Spoil: TypeAlias = Callable[[bytes], Iterable[bytes]]


class SpoiledLink:
    """A MessageLink whose frames pass through `spoil` on their way out."""

    def __init__(self, link: MessageLink, spoil: Spoil) -> None:
        self._link = link
        self._spoil = spoil

    @property
    def peer(self) -> Certificate:
        return self._link.peer

    @property
    def address(self) -> str:
        return self._link.address

    @property
    def dialled(self) -> bool:
        return self._link.dialled

    @property
    def clone(self) -> bool:
        return self._link.clone

    @property
    def boots(self) -> tuple[bytes, bytes]:
        return self._link.boots

    async def send(self, frame: bytes) -> None:
        await trio.lowlevel.checkpoint()
        for each in self._spoil(frame):
            await self._link.send(each)

    async def receive(self) -> bytes:
        return await self._link.receive()

    async def aclose(self) -> None:
        await self._link.aclose()


class SpoiledNetwork:
    """new_spoil: a fresh Spoil for each link."""

    def __init__(self, network: Network, new_spoil: Callable[[], Spoil]) -> None:
        self._network = network
        self._new_spoil = new_spoil

    async def dial(self, address: str) -> MessageLink:
        return SpoiledLink(await self._network.dial(address), self._new_spoil())

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        async def handle(link: MessageLink) -> None:
            await handler(SpoiledLink(link, self._new_spoil()))

        await self._network.listen(host, port, handle, task_status=task_status)

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        await self._network.discover(port, sighted)


def is_push(frame: bytes) -> bool:
    """Gossip: changes that nobody asked for."""
    message = decode_message(frame)
    return isinstance(message, Changes) and message.answer is None


def is_of_repair(frame: bytes) -> bool:
    """Whatever may come twice or late without being a mistake of the sender."""
    return not isinstance(decode_message(frame), Hello | Goodbye)


class WithoutMulticast(SpoiledNetwork):
    """Frames pass as they are; nobody is ever discovered."""

    def __init__(self, network: Network) -> None:
        super().__init__(network, lambda: lambda frame: (frame,))

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        await trio.sleep_forever()
