"""Discovery on the shop's LAN by mDNS: says where this peer listens, and hears of others.

Rules of this file:
1. What is heard is a hint: an address to dial, worth nothing until TLS says who answers. The
   record carries only a salted tag of the site, so other shops' peers are not dialled and a
   listener on the network learns neither shop nor terminal.
2. zeroconf lives in its own threads, always bound to explicit non-loopback addresses. It is made
   anew when the machine's addresses change, and again later when there is no multicast.
3. A flood costs a bounded amount: names wait in a set of 64, and at most 5 a second are looked up.
4. Without multicast the peer says so once and goes on: static, remembered and exchanged addresses
   do not need this file.
"""

import contextlib
import hashlib
import hmac
import ipaddress
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import trio
from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from crdt_models.ids import SiteId
from peer.environment import AddressSighted, Dice
from peer.links.address_book import join_address
from peer.links.interfaces import own_addresses

SERVICE_TYPE = "_malha._tcp.local."
POLL_SECONDS = 15.0  # how soon a changed address is announced; zeroconf itself never notices
LOOK_UP_MS = 1000
_LOOK_UP_PAUSE_SECONDS = 0.2
_WAITING_NAMES = 64
_SALT_BYTES = 8
_TAG_BYTES = 8
_MAX_NAME = 255
_ADDRESSES_PER_NAME = 4

_logger = logging.getLogger("malha.links")


class Responder(Protocol):
    """An announcement and a browser over fixed addresses. Its calls block."""

    def look_up(self, name: str) -> list[str]:
        """Addresses of one sighted name, if it is a peer of this site. Raises ZeroconfError."""

    def close(self) -> None: ...


class MakeResponder(Protocol):
    """Starts announcing `port` over `addresses`, and calling `heard(name)` from any thread.

    Blocks. Raises OSError or ZeroconfError where there is no multicast.
    """

    def __call__(
        self, addresses: list[str], port: int, heard: Callable[[str], None]
    ) -> Responder: ...


def site_tag(site: SiteId, salt: bytes) -> bytes:
    """8 bytes that only who knows the site id can recognise."""
    return hmac.digest(hashlib.sha256(b"malha-mdns-v1" + site).digest(), salt, "sha256")[
        :_TAG_BYTES
    ]


def is_of_site(properties: dict[bytes, bytes | None], site: SiteId) -> bool:
    """Whether a record's TXT carries this site's tag."""
    try:
        salt = bytes.fromhex((properties.get(b"s") or b"").decode("ascii"))
        tag = bytes.fromhex((properties.get(b"t") or b"").decode("ascii"))
    except ValueError:
        return False
    good_form = len(salt) == _SALT_BYTES and len(tag) == _TAG_BYTES
    return good_form and hmac.compare_digest(tag, site_tag(site, salt))


class Sightings:
    """Names heard of, from zeroconf's threads to ours. Bounded: the oldest waiting name goes."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._wake = wake
        self.dropped = 0

    def put(self, name: str) -> None:
        with self._lock:
            self._names.pop(name, None)
            self._names[name] = None
            if len(self._names) > _WAITING_NAMES:
                self._names.popitem(last=False)
                self.dropped += 1
        self._wake()

    def take(self) -> str | None:
        with self._lock:
            return self._names.popitem(last=False)[0] if self._names else None


class MdnsDiscovery:
    """Announces and browses for one site, over whatever interfaces the machine has."""

    def __init__(
        self,
        site: SiteId,
        dice: Dice,
        *,
        addresses: Callable[[], list[str]] = own_addresses,
        make: MakeResponder | None = None,
    ) -> None:
        self._dice = dice
        self._addresses = addresses
        self._make = make or ZeroconfMaker(site, dice)
        self._said = ""
        self.statistics = {"responders_made": 0, "looked_up": 0, "no_multicast": 0}

    async def run(self, port: int, sighted: AddressSighted) -> None:
        """Until cancelled. Nothing that the network does ends it."""
        while True:
            addresses = await trio.to_thread.run_sync(self._addresses)
            if addresses:
                await self._serve(addresses, port, sighted)
            else:
                self._say("mdns_off reason=no_interface_but_loopback")
                await self._pause()

    async def _serve(self, addresses: list[str], port: int, sighted: AddressSighted) -> None:
        """One responder, until the machine's addresses change."""
        wake, woken = trio.open_memory_channel[None](1)
        sightings = Sightings(_waker(wake))
        try:
            responder = await trio.to_thread.run_sync(self._make, addresses, port, sightings.put)
        except (OSError, ZeroconfError) as error:
            self.statistics["no_multicast"] += 1
            self._say(f"mdns_no_multicast addresses={','.join(addresses)} reason={error!r}")
            await self._pause()
            return
        self.statistics["responders_made"] += 1
        self._say(f"mdns_on addresses={','.join(addresses)} port={port}")
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._look_up_all, responder, sightings, woken, sighted)
                while await trio.to_thread.run_sync(self._addresses) == addresses:
                    await self._pause()
                nursery.cancel_scope.cancel()
        finally:
            with trio.CancelScope(shield=True):  # its threads and sockets must not outlive us
                await trio.to_thread.run_sync(responder.close)

    async def _look_up_all(
        self,
        responder: Responder,
        sightings: Sightings,
        woken: trio.MemoryReceiveChannel[None],
        sighted: AddressSighted,
    ) -> None:
        async for _ in woken:
            while (name := sightings.take()) is not None:
                for address in await self._look_up(responder, name):
                    sighted(address)
                await trio.sleep(_LOOK_UP_PAUSE_SECONDS)

    async def _look_up(self, responder: Responder, name: str) -> list[str]:
        self.statistics["looked_up"] += 1
        try:
            return await trio.to_thread.run_sync(responder.look_up, name)
        except (OSError, ZeroconfError) as error:
            _logger.debug("mdns_look_up_failed reason=%r", error)
            return []

    async def _pause(self) -> None:
        await trio.sleep(self._dice.uniform(POLL_SECONDS * 0.8, POLL_SECONDS * 1.2))

    def _say(self, line: str) -> None:
        """One line for each change of state, not one for each attempt."""
        if line != self._said:
            self._said = line
            _logger.info("%s", line)


class ZeroconfMaker:
    """Makes responders that all use one random name and one salt: those of this process."""

    def __init__(self, site: SiteId, dice: Dice) -> None:
        self._site = site
        self._name = dice.random_bytes(8).hex()
        salt = dice.random_bytes(_SALT_BYTES)
        self._properties = {"s": salt.hex(), "t": site_tag(site, salt).hex()}

    def __call__(
        self, addresses: list[str], port: int, heard: Callable[[str], None]
    ) -> "ZeroconfResponder":
        of_version_4 = [each for each in addresses if ":" not in each]
        zeroconf = Zeroconf(
            interfaces=of_version_4 or addresses,
            ip_version=IPVersion.V4Only if of_version_4 else IPVersion.V6Only,
        )
        try:
            info = self._info(addresses, port)
            zeroconf.register_service(info)
            return ZeroconfResponder(zeroconf, self._site, info.name, heard)
        except BaseException:
            zeroconf.close()
            raise

    def _info(self, addresses: list[str], port: int) -> ServiceInfo:
        return ServiceInfo(
            SERVICE_TYPE,
            f"{self._name}.{SERVICE_TYPE}",
            port=port,
            properties=self._properties,
            server=f"{self._name}.local.",
            parsed_addresses=addresses,
        )


class ZeroconfResponder(ServiceListener):
    """One zeroconf instance that announces one service and browses for the same type."""

    def __init__(
        self, zeroconf: Zeroconf, site: SiteId, own_name: str, heard: Callable[[str], None]
    ) -> None:
        self._zeroconf = zeroconf
        self._site = site
        self._own_name = own_name
        self._heard = heard
        self._browser = ServiceBrowser(zeroconf, SERVICE_TYPE, listener=self)

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        if name != self._own_name and len(name) <= _MAX_NAME:
            self._heard(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Nothing: whether a peer is there is found out by dialling."""

    def look_up(self, name: str) -> list[str]:
        info = self._zeroconf.get_service_info(SERVICE_TYPE, name, timeout=LOOK_UP_MS)
        if info is None or info.port is None or not is_of_site(info.properties, self._site):
            return []
        usable = [each for each in info.parsed_addresses() if _is_usable(each)]
        return [join_address(each, info.port) for each in usable[:_ADDRESSES_PER_NAME]]

    def close(self) -> None:
        self._zeroconf.close()


def _is_usable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_multicast)


def _waker(wake: trio.MemorySendChannel[None]) -> Callable[[], None]:
    """A function that any thread may call, as often as it likes, to set off one wake-up."""
    token = trio.lowlevel.current_trio_token()

    def nudge() -> None:
        with contextlib.suppress(trio.WouldBlock, trio.BrokenResourceError):
            wake.send_nowait(None)

    def from_any_thread() -> None:
        with contextlib.suppress(trio.RunFinishedError):
            token.run_sync_soon(nudge, idempotent=True)

    return from_any_thread
