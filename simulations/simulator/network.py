"""The network of one simulated terminal: dialling, listening and discovery over `wires`.

Rules of this file:
1. Certificates are judged by production's functions, at both ends, by each end's own clock; TLS
   itself is left out.
2. A `Lan` knows which machine has which address and who listens. A machine without power does not
   answer; one whose process is down refuses.
3. Discovery hands out addresses that may be stale or of another shop, as mDNS does.
"""

from collections.abc import Callable
from random import Random

import trio
from msgspec import Struct

from crdt_models.certificates import Certificate
from crdt_models.errors import UntrustedCertificate
from peer.environment import (
    AddressSighted,
    DialFailed,
    LinkHandler,
    SelfConnection,
)
from peer.identity import Identity
from peer.identity.membership import check_expiry, member_of, time_floor
from peer.links.doorkeeper import Doorkeeper, Limits
from simulations.simulator.links import LinkEnd, join
from simulations.simulator.timers import sleep
from simulations.simulator.trace import Trace
from simulations.simulator.wires import Gate, Host, Wires

LINK_PORT = 3002
SIGHTING_SECONDS = 5.0  # between two rounds of announcements
STALE_AT_ONCE = 100  # records of machines that left, in one round
HANDSHAKE_TRIPS = 4  # TCP, TLS, WebSocket


class Listener(Struct, frozen=True):
    """A process that accepts links."""

    network: "SimNetwork"
    handler: LinkHandler
    nursery: trio.Nursery


class Lan:
    """The machines of a shop, or of several on one network."""

    def __init__(self, wires: Wires, trace: Trace, dice: Random) -> None:
        self.wires = wires
        self.trace = trace
        self.dice = dice
        self.listeners: dict[Host, Listener] = {}
        self.powered: set[Host] = set()
        self.multicast = True
        self.before: set[Host] = set()  # whose program is of the version before
        self.stale: list[str] = []  # announced, and nobody is there
        self._addresses: dict[Host, str] = {}
        self._given = 0

    def address(self, host: Host) -> str:
        """Of a machine; given out when first asked for."""
        if host not in self._addresses:
            self.move(host)
        return self._addresses[host]

    def move(self, host: Host) -> None:
        """It gets an address that nobody had; its links end unnoticed."""
        self._given += 1
        number = self._given
        self._addresses[host] = f"10.0.{number // 250}.{number % 250}:{LINK_PORT}"
        self._lose_links(host)

    def swap(self, one: Host, other: Host) -> None:
        """Each answers at the address that the other had."""
        known = self._addresses
        known[one], known[other] = self.address(other), self.address(one)
        for host in (one, other):
            self._lose_links(host)

    def _lose_links(self, host: Host) -> None:
        listener = self.listeners.get(host)
        for link in listener.network.links if listener else ():
            link.kill(power=True)

    def host_at(self, address: str) -> Host | None:
        return next((host for host, own in self._addresses.items() if own == address), None)


class SimNetwork:
    """See `peer.environment.Network`. One per boot of a terminal."""

    def __init__(
        self,
        lan: Lan,
        host: Host,
        identity: Identity,
        boot: bytes,
        wall_ms: Callable[[], int],
        gate: Gate,
    ) -> None:
        self.gate = gate
        self._lan = lan
        self.host = host
        self.identity = identity
        self.boot = boot
        self._wall_ms = wall_ms
        self._limits = Limits()
        self.doorkeeper = Doorkeeper(self._limits)
        self.links: list[LinkEnd] = []
        self.dead = False

    def floor(self) -> int:
        return time_floor(self._wall_ms() // 1000)

    async def dial(self, address: str) -> LinkEnd:
        await self.gate.passed()
        check_expiry(self.identity.chain, self.floor())
        target = self._lan.host_at(address)
        there = await self._reach(address, target)
        theirs, ours = self._certificates(there.network)
        if there.network.boot == self.boot:
            raise SelfConnection(address=address, reason="our own process")
        if not there.network.doorkeeper.seat(ours.device):
            raise DialFailed(address=address, reason="no seat there")
        near, far = self._connect(there.network, theirs, ours)
        there.nursery.start_soon(there.network.serve, far, there.handler)
        self._lan.trace.record(self.host, "link", to=there.network.host)
        return near

    async def _reach(self, address: str, target: Host | None) -> Listener:
        lan = self._lan
        there_is_power = target is not None and target in lan.powered
        if target is None or not there_is_power or not lan.wires.reachable(self.host, target):
            await sleep(self._limits.connect_seconds)
            raise DialFailed(address=address, reason="no answer in time")
        trip = sum(path.conditions.latency for path in lan.wires.both(self.host, target))
        await sleep(trip * HANDSHAKE_TRIPS / 2 + lan.dice.uniform(0, 0.002))
        there = lan.listeners.get(target)
        if there is not None and there.network.gate.shut:
            await sleep(self._limits.tls_handshake_seconds)
            raise DialFailed(address=address, reason="no handshake in time")
        if there is None or self.dead or not lan.wires.reachable(self.host, target):
            raise DialFailed(address=address, reason="nobody answers")
        return there

    def _certificates(self, there: "SimNetwork") -> tuple[Certificate, Certificate]:
        """(theirs, ours), each judged by the other end. Raises UntrustedCertificate, DialFailed."""
        theirs = member_of(there.identity.leaf_der, self.identity.site, self.floor())
        try:
            ours = member_of(self.identity.leaf_der, there.identity.site, there.floor())
        except UntrustedCertificate as error:
            self._lan.trace.reach("stranger_refused")
            raise DialFailed(address=there.host, reason="it refused us") from error
        return theirs, ours

    def _connect(
        self, there: "SimNetwork", theirs: Certificate, ours: Certificate
    ) -> tuple[LinkEnd, LinkEnd]:
        near = self._end(there, theirs, dialled=True, clone=theirs.device == ours.device)
        far = there._end(self, ours, dialled=False, clone=theirs.device == ours.device)
        join(near, far)
        self.links = [link for link in self.links if not link.ended] + [near]
        there.links = [link for link in there.links if not link.ended] + [far]
        return near, far

    def _end(
        self, other: "SimNetwork", peer: Certificate, *, dialled: bool, clone: bool
    ) -> LinkEnd:
        """This machine's end of a link to `other`."""
        lan = self._lan
        outgoing, incoming = lan.wires.both(self.host, other.host)
        return LinkEnd(
            owner=self.host,
            peer=peer,
            address=lan.address(other.host),
            dialled=dialled,
            clone=clone,
            boots=(self.boot, other.boot),
            incoming=incoming,
            outgoing=outgoing,
            gate=self.gate,
            dice=lan.dice,
            trace=lan.trace,
            limits=self._limits,
            before=self.host in lan.before,
        )

    async def serve(self, link: LinkEnd, handler: LinkHandler) -> None:
        """One accepted link, from its first frame to its last."""
        try:
            await handler(link)
        finally:
            self.doorkeeper.member_left(link.peer.device)
            await link.aclose()

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        async with trio.open_nursery() as nursery:
            self._lan.listeners[self.host] = Listener(self, handler, nursery)
            try:
                task_status.started([self._lan.address(self.host)])
                await trio.sleep_forever()
            finally:
                listener = self._lan.listeners.get(self.host)
                if listener is not None and listener.network is self:
                    del self._lan.listeners[self.host]

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        lan = self._lan
        while True:
            await self.gate.passed()
            for address in self._announced() if lan.multicast else ():
                sighted(address)
            await sleep(lan.dice.uniform(0.5, 1.5) * SIGHTING_SECONDS)

    def _announced(self) -> list[str]:
        """Addresses that multicast tells of now."""
        lan = self._lan
        heard = [
            lan.address(host)
            for host, there in sorted(lan.listeners.items())
            if host != self.host and not there.network.gate.shut
            if lan.wires.reachable(self.host, host)
        ]
        return heard + lan.dice.sample(lan.stale, min(STALE_AT_ONCE, len(lan.stale)))

    def kill(self, *, power: bool) -> None:
        """The process is gone: its links end as `LinkEnd.kill` says, its port is free."""
        self.dead = True
        for link in self.links:
            link.kill(power=power)
        listener = self._lan.listeners.get(self.host)
        if listener is not None and listener.network is self:  # not the next boot's
            del self._lan.listeners[self.host]

    def reset_old_links(self) -> None:
        """The machine is back: whoever still holds a link to its former life learns it is over."""
        for listener in list(self._lan.listeners.values()):
            for link in listener.network.links:
                if link.other.vanished and link.other.owner == self.host:
                    link.reset()
