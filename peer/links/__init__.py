"""Links between terminals: how the peers of a site find, reach and recognise each other.

`LanNetwork` is the production network of an Environment: TLS 1.3 and WebSocket for links, mDNS for
hints. The simulator brings its own, above the same certificates.
"""

from collections.abc import Callable

import trio

from peer.environment import AddressSighted, Dice, LinkHandler, MessageLink
from peer.identity import Identity
from peer.links.doorkeeper import Limits
from peer.links.mdns import MdnsDiscovery
from peer.links.tls_websocket import TlsWebSocketNetwork

_BOOT_BYTES = 16


class LanNetwork:
    """See `peer.environment.Network`. `nursery` must outlive every link."""

    def __init__(
        self,
        identity: Identity,
        *,
        nursery: trio.Nursery,
        dice: Dice,
        floor: Callable[[], int],
        limits: Limits | None = None,
    ) -> None:
        boot = dice.random_bytes(_BOOT_BYTES)
        self.links = TlsWebSocketNetwork(
            identity, nursery=nursery, boot=boot, floor=floor, limits=limits
        )
        self.discovery = MdnsDiscovery(identity.site, dice)

    async def dial(self, address: str) -> MessageLink:
        return await self.links.dial(address)

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        await self.links.listen(host, port, handler, task_status=task_status)

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        await self.discovery.run(port, sighted)
