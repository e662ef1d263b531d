"""A shop on one machine: three terminals and a relay as processes of their own, and its cables.

Rules of this file:
1. Everything is done as an owner would do it: the programs' own commands, their documented
   settings, nothing of their insides.
2. No terminal knows another's port. Each has a cable of its own to every other one and to the
   relay, so that pulling a terminal's cables cuts exactly that terminal off.
3. Addresses are static: loopback has no multicast, so nothing could be discovered.
"""

import re
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import trio

from simulations.demo.cables import LOOPBACK, Cable
from simulations.demo.processes import Child, ended_with_us, run_tool
from simulations.demo.relay_certificate import write_certificate

NAMES = {"A": "Balcão", "B": "Salão", "C": "Terraço"}
COMPANY = "pizzaria"
FRONT_END = "demo"
PARTING_SECONDS = 30.0  # an invitation's last words
_TERMINAL_READY = re.compile(r"^malha \S+ pronto http://")
_RELAY_READY = re.compile(r"^malha-relay ready https://")
_INVITATION = re.compile(r"^convite: (\S+)$")
_SITE = re.compile(r"^estabelecimento ([0-9a-f]{32})$", re.MULTILINE)


class Terminal:
    """One terminal: its ports, its front-end key, its process and the cables that start at it."""

    def __init__(self, letters: str, home: Path, ports: tuple[int, int]) -> None:
        self.letters = letters
        self.name = NAMES[letters]
        self.api_port, self.link_port = ports
        self.key = ""
        self.cables: dict[str, Cable] = {}  # by the letters they lead to, or RELAY
        self.home = home / letters
        self._key_file = home / f"{letters}.key"
        self._log = home / f"{letters}.log"
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def place(self) -> dict[str, str]:
        """Settings that every command of this terminal needs."""
        return {"MALHA_HOME": str(self.home), "MALHA_KEY_FILE": str(self._key_file)}

    def program(self, relay_token: str | None, certificate: Path) -> Child:
        """`malha run` for this terminal; without a token it has no relay."""
        peers = [cable.address for to, cable in self.cables.items() if to != RELAY]
        settings = {
            **self.place,
            "PORT": str(self.api_port),
            "MALHA_LINK_HOST": LOOPBACK,
            "MALHA_LINK_PORT": str(self.link_port),
            "MALHA_PEERS": ",".join(peers),
            "MALHA_DISCOVERY": "off",
        }
        if relay_token is not None:
            settings["API_NUVEM_URL"] = f"https://{self.cables[RELAY].address}"
            settings["API_NUVEM_TOKEN"] = relay_token
            settings["MALHA_RELAY_CA"] = str(certificate)
        return Child(f"terminal {self.letters}", ["peer", "run"], settings, self._log)


RELAY = "relay"


class Shop:
    """The running shop. `cut`, `mend`, `kill` and `restart` are what happens to it."""

    def __init__(
        self, nursery: trio.Nursery, home: Path, letters: Sequence[str], *, has_relay: bool
    ) -> None:
        ports = free_ports(2 * len(letters) + 1)
        pairs = zip(ports[::2], ports[1::2], strict=False)
        self.terminals = {
            each: Terminal(each, home, pair) for each, pair in zip(letters, pairs, strict=False)
        }
        self.relay_port = ports[-1]
        self.certificate = home / "relay-certificate.pem"
        self.site = ""
        self.back_office_token = ""
        self.cut_off: frozenset[str] = frozenset()
        self.children: list[Child] = []
        self._has_relay = has_relay
        self._home = home
        self._nursery = nursery
        self._relay_settings = {
            "MALHA_RELAY_HOME": str(home / RELAY),
            "PORT": str(self.relay_port),
            "MALHA_RELAY_CERT": str(self.certificate),
            "MALHA_RELAY_TLS_KEY": str(home / "relay-key.pem"),
            # Three terminals that hold a year of orders are busier than a real shop's.
            "MALHA_RELAY_RATE": "200",
            "MALHA_RELAY_BURST": "400",
        }

    @property
    def relay_url(self) -> str:
        return f"https://{LOOPBACK}:{self.relay_port}"

    def is_up(self, letters: str) -> bool:
        """Whether its machine is on."""
        child = self.terminals[letters].child
        return child is not None and child.running

    def together(self, letters: str) -> list[str]:
        """Terminals on its side of a cut, itself among them."""
        is_cut = letters in self.cut_off
        return [each for each in self.terminals if (each in self.cut_off) == is_cut]

    # --- what happens to it

    async def cut(self, letters: str) -> None:
        """Its network cable is pulled: no terminal and no relay, in either direction."""
        for cable in self._cables_of(letters):
            await cable.pull()
        self.cut_off |= {letters}

    async def mend(self, letters: str) -> None:
        """The cable is plugged in again."""
        for cable in self._cables_of(letters):
            await cable.plug()
        self.cut_off -= {letters}

    async def kill(self, letters: str) -> None:
        """SIGKILL: whatever it was doing, it does no more."""
        child = self.terminals[letters].child
        assert child is not None, "it was started"
        await child.kill()

    async def stop(self, letters: str) -> None:
        """It is switched off as it should be."""
        child = self.terminals[letters].child
        assert child is not None, "it was started"
        await child.stop()

    async def restart(self, letters: str) -> None:
        """Returns when it says that it is ready. Raises ChildFailed."""
        child = self.terminals[letters].child
        assert child is not None and not child.running, "it is off"
        await self._nursery.start(child.run, _TERMINAL_READY)

    def _cables_of(self, letters: str) -> Iterator[Cable]:
        yield from self.terminals[letters].cables.values()
        for other in self.terminals.values():
            if other.letters != letters:
                yield other.cables[letters]

    # --- how it comes to be

    async def found(self) -> None:
        """Site, members, relay, keys, and everything started. Raises ChildFailed."""
        write_certificate(self.certificate, self._home / "relay-key.pem")
        first = next(iter(self.terminals.values()))
        said = await run_tool("site create", _site_create(first), first.place)
        found = _SITE.search(said)
        assert found, f"no site in {said!r}"
        self.site = found[1]
        tokens: dict[str, str] = {}
        async with trio.open_nursery() as nursery:
            if self._has_relay:
                nursery.start_soon(self._register_at_relay, tokens)
            for terminal in self.terminals.values():
                nursery.start_soon(self._admit, first, terminal)
                nursery.start_soon(self._lay_cables, terminal)
        await self._start(tokens)

    async def _register_at_relay(self, tokens: dict[str, str]) -> None:
        add = ["cloud_relay", "site", "add", "--company", COMPANY, "--site", self.site]
        await run_tool("relay site add", add, self._relay_settings)
        for letters in self.terminals:
            tokens[letters] = await self._token(letters, "node")
        self.back_office_token = await self._token("demo", "back_office")

    async def _token(self, node: str, role: str) -> str:
        create = ["cloud_relay", "token", "create", "--site", self.site]
        said = await run_tool(
            "relay token create", [*create, "--node", node, "--role", role], self._relay_settings
        )
        return said.strip()

    async def _admit(self, inviter: Terminal, terminal: Terminal) -> None:
        """A member's key for our front end, after it joined unless it founded the site."""
        if terminal is not inviter:
            await self._join(inviter, terminal)
        said = await run_tool(
            "front-end add", ["peer", "front-end", "add", FRONT_END], terminal.place
        )
        terminal.key = said.split()[-1]

    async def _join(self, inviter: Terminal, terminal: Terminal) -> None:
        invite = ["peer", "invite", "--letters", terminal.letters, "--name", terminal.name]
        log = self._home / f"invite-{terminal.letters}.log"
        here = ["--host", LOOPBACK, "--port", "0"]
        child = Child("invite", [*invite, *here], inviter.place, log, may_end=True)
        async with trio.open_nursery() as nursery, ended_with_us([child]):
            await nursery.start(child.run, _INVITATION)
            found = _INVITATION.match(child.ready_line)
            assert found, "it was matched before"
            join = ["peer", "join", found[1], "--name", terminal.name]
            await run_tool(f"join {terminal.letters}", join, terminal.place)
            with trio.fail_after(PARTING_SECONDS):
                await child.ended()

    async def _lay_cables(self, terminal: Terminal) -> None:
        targets = {o.letters: o.link_port for o in self.terminals.values() if o is not terminal}
        for to, port in {**targets, RELAY: self.relay_port}.items():
            cable = terminal.cables[to] = Cable(self._nursery, port)
            await cable.plug()

    async def _start(self, tokens: Mapping[str, str]) -> None:
        async with trio.open_nursery() as nursery:
            if self._has_relay:
                log = self._home / "relay.log"
                relay = Child(RELAY, ["cloud_relay", "run"], self._relay_settings, log)
                self.children.append(relay)
                nursery.start_soon(self._nursery.start, relay.run, _RELAY_READY)
            for terminal in self.terminals.values():
                child = terminal.program(tokens.get(terminal.letters), self.certificate)
                terminal.child = child
                self.children.append(child)
                nursery.start_soon(self._nursery.start, child.run, _TERMINAL_READY)


@asynccontextmanager
async def open_shop(
    home: Path, letters: Sequence[str] = ("A", "B", "C"), *, has_relay: bool = True
) -> AsyncIterator[Shop]:
    """A founded, running shop; ended whatever happens inside. Raises ChildFailed."""
    async with trio.open_nursery() as nursery:
        shop = Shop(nursery, home, letters, has_relay=has_relay)
        async with ended_with_us(shop.children):
            await shop.found()
            yield shop
        nursery.cancel_scope.cancel()


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens at, all different. Another program may still be
    faster than ours: then a child says that its port is taken."""
    with ExitStack() as open_together:
        taken = [open_together.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind((LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in taken]


def new_key() -> str:
    """An Idempotency-Key: 128 random bits."""
    return secrets.token_hex(16)


def _site_create(first: Terminal) -> list[str]:
    return ["peer", "site", "create", "--name", first.name, "--letters", first.letters]
