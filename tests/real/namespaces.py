"""A wire with machines on it, made of network namespaces that are ours alone.

Rules of this file:
1. Nothing of this machine's own network is touched: the switch stands in a namespace too, and every
   cable is made inside it. Names carry the process id, so two runs do not meet.
2. Whatever ends a test, the namespaces are removed, and with them all that was in them.
3. Where this may not be done, `why_not` says exactly what was refused.
"""

import ctypes
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trio

from simulations.demo.processes import Child, ended_with_us, run_tool

READY = re.compile(r"^malha \S+ pronto http://")
_INVITATION = re.compile(r"^convite: (\S+)$")
_SITE = re.compile(r"^estabelecimento ([0-9a-f]{32})$", re.MULTILINE)
_COMMAND_SECONDS = 20
_ANSWER_SECONDS = 10
_CLONE_NEWNET = 0x40000000
PORT = 3000
LINK_PORT = 3002


class Refused(Exception):
    """`ip` was not allowed to do something, or is not there."""


def ip(*arguments: str) -> str:
    """What `ip …` printed. Raises Refused."""
    found = shutil.which("ip")
    if found is None:
        raise Refused("the program `ip` (iproute2) is not installed")
    done = subprocess.run(
        [found, *arguments], capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
    )
    if done.returncode:
        raise Refused(f"`ip {' '.join(arguments)}`: {done.stderr.strip() or done.returncode}")
    return done.stdout


def why_not() -> str | None:
    """Why no namespaces can be made here; None where they can."""
    if not sys.platform.startswith("linux"):
        return f"network namespaces are Linux's; this is {sys.platform}"
    try:
        with wire() as made:
            made.machine("P", "10.203.7.1")
    except Refused as error:
        return f"this machine may not make network namespaces: {error}"
    return None


class Namespace:
    """A machine: one namespace, with one network card once `raise_card` was called.

    address: IPv4, in a /24 · prefix: of a command, of a program that becomes it inside.
    """

    def __init__(self, wire_name: str, letters: str, address: str) -> None:
        self.letters = letters
        self.namespace = f"{wire_name}-{letters}"
        self.address = address
        self.prefix: tuple[str, ...] = ("ip", "netns", "exec", self.namespace)
        ip("netns", "add", self.namespace)

    def raise_card(self) -> None:
        """The device eth0, which must be there, gets its address and goes up."""
        ip("-n", self.namespace, "link", "set", "lo", "up")
        ip("-n", self.namespace, "link", "set", "eth0", "up")
        ip("-n", self.namespace, "addr", "add", f"{self.address}/24", "dev", "eth0")


class Machine(Namespace):
    """With one cable to the switch."""

    def __init__(self, switch: str, letters: str, address: str) -> None:
        super().__init__(switch, letters, address)
        self._switch = switch
        self._plug = f"p{letters}"
        cable = ["type", "veth", "peer", "name", "eth0", "netns", self.namespace]
        ip("-n", switch, "link", "add", self._plug, *cable)
        ip("-n", switch, "link", "set", self._plug, "master", "br0", "up")
        self.raise_card()

    def move(self, address: str) -> None:
        """It gets another address, as from another DHCP server."""
        ip("-n", self.namespace, "addr", "flush", "dev", "eth0", "scope", "global")
        ip("-n", self.namespace, "addr", "add", f"{address}/24", "dev", "eth0")
        self.address = address

    def without_multicast(self) -> None:
        """The switch brings it no multicast any more, as many guest Wi-Fis do."""
        ip(
            "-n",
            self._switch,
            "link",
            "set",
            self._plug,
            "type",
            "bridge_slave",
            "mcast_flood",
            "off",
        )

    def remove(self) -> None:
        ip("netns", "del", self.namespace)


class Wire:
    """A switch in a namespace of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.machines: dict[str, Machine] = {}

    def machine(self, letters: str, address: str) -> Machine:
        """One more machine. Raises Refused."""
        made = self.machines[letters] = Machine(self.name, letters, address)
        return made


@contextmanager
def wire() -> Iterator[Wire]:
    """Removed whatever happens inside. Raises Refused."""
    name = f"malha{os.getpid()}"
    with namespaces_removed(name):
        ip("netns", "add", name)
        ip("-n", name, "link", "add", "br0", "type", "bridge")
        ip("-n", name, "link", "set", "br0", "up")
        yield Wire(name)


@contextmanager
def namespaces_removed(name: str) -> Iterator[None]:
    """Afterwards `name` and all its machines are gone, those that were only half made too."""
    try:
        yield
    finally:
        _remove_all(name)


def _remove_all(name: str) -> None:
    for line in ip("netns", "list").splitlines():
        found = line.split()[0] if line.split() else ""
        if found == name or found.startswith(f"{name}-"):
            ip("netns", "del", found)


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """This thread is in the namespace; the sockets it makes stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        assert libc.setns(other, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        yield
    finally:
        assert libc.setns(own, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        os.close(own)
        os.close(other)


class Till:
    """One terminal's home and, when it stands on a machine, its process."""

    def __init__(self, letters: str, home: Path, key: str = "") -> None:
        self.letters = letters
        self.home = home
        self.key = key
        self.machine: Namespace | None = None
        self.settings: dict[str, str] = {}  # of its last start
        self.child: Child | None = None
        self._sold = 0

    @property
    def place(self) -> dict[str, str]:
        return {
            "MALHA_HOME": str(self.home / "home"),
            "MALHA_KEY_FILE": str(self.home / "key"),
        }

    async def start(
        self, nursery: trio.Nursery, machine: Namespace, *, peers: str = "", discovery: str = "mdns"
    ) -> None:
        """`malha run` on a machine; returns when it is ready."""
        self.settings = {
            **self.place,
            "PORT": str(PORT),
            "MALHA_LINK_PORT": str(LINK_PORT),
            "MALHA_PEERS": peers,
            "MALHA_DISCOVERY": discovery,
        }
        self.machine = machine
        self.child = Child(
            f"terminal {self.letters}",
            ["peer", "run"],
            self.settings,
            self.home / "log",
            prefix=machine.prefix,
        )
        await self.start_again(nursery)

    async def start_again(self, nursery: trio.Nursery) -> None:
        """The same on the same machine, after it ended."""
        assert self.child is not None, "it was started"
        await nursery.start(self.child.run, READY)

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self.child is not None and self.child.pid is not None, "it runs"
        return self.child.pid

    async def get(self, path: str) -> Any:
        """The JSON of an answer."""
        return _taken(await self.ask("GET", path))

    async def ask(
        self, method: str, path: str, body: object = None, *, key: str = ""
    ) -> tuple[int, Any]:
        """(status, JSON). key: of idempotency. Raises OSError, HTTPException: there was none."""
        return await trio.to_thread.run_sync(self._ask, method, path, body, key)

    async def sell(self) -> None:
        """One order."""
        self._sold += 1
        item = {"nome": "Pizza", "preco_unitario": 12.5}
        order = {"tipo": "balcao", "itens": [item]}
        _taken(await self.ask("POST", "/api/pedidos", order))

    async def digest(self) -> str:
        return str((await self.get("/api/terminal"))["digest"])

    async def links(self) -> dict[str, str]:
        """Letters → address of those linked now."""
        shown = await self.get("/api/sync/malha")
        return {each["letras"]: each["endereco"] for each in shown["ligacoes"]}

    def _ask(self, method: str, path: str, body: object, key: str) -> tuple[int, Any]:
        assert self.machine is not None, "it was started"
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=_ANSWER_SECONDS)
        try:
            with inside(self.machine.namespace):
                connection.connect()
            headers = {"x-api-key": self.key, "content-type": "application/json"}
            named = {"idempotency-key": key} if key else {}
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {**headers, **named})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def _taken(answer: tuple[int, Any]) -> Any:
    status, content = answer
    assert status in (200, 201), (status, content)
    return content


def cpu_seconds(till: Till) -> float:
    """What its process has used so far."""
    text = Path(f"/proc/{till.pid}/stat").read_text()
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def found_site(folder: Path, letters: str) -> tuple[str, dict[str, Till]]:
    """A site with a terminal for each letter, founded as an owner would; (site id, tills)."""
    tills = {each: Till(each, folder / each) for each in letters}
    for till in tills.values():
        till.home.mkdir(parents=True)
    first = tills[letters[0]]
    said = await run_tool(
        "site create",
        ["peer", "site", "create", "--name", first.letters, "--letters", first.letters],
        first.place,
    )
    found = _SITE.search(said)
    assert found, said
    async with trio.open_nursery() as nursery:
        for till in tills.values():
            nursery.start_soon(_equip, first, till)
    return found[1], tills


async def _equip(first: Till, till: Till) -> None:
    if till is not first:
        await _join(first, till)
    till.key = (await run_tool("key", ["peer", "front-end", "add", "t"], till.place)).split()[-1]


async def _join(first: Till, till: Till) -> None:
    """Over loopback, with an inviter that names no address of its links."""
    invite = ["peer", "invite", "--letters", till.letters, "--host", "127.0.0.1", "--port", "0"]
    settings = {**first.place, "MALHA_LINK_HOST": "127.0.0.1"}
    child = Child("invite", invite, settings, till.home / "invite.log", may_end=True)
    async with trio.open_nursery() as nursery, ended_with_us([child]):
        await nursery.start(child.run, _INVITATION)
        found = _INVITATION.match(child.ready_line)
        assert found, child.ready_line
        join = ["peer", "join", found[1], "--name", till.letters]
        await run_tool("join", join, till.place)
        await child.ended()


def copies(tills: dict[str, Till], folder: Path) -> dict[str, Till]:
    """The same terminals in homes of their own, as new as the first time."""
    made = {}
    for letters, till in tills.items():
        shutil.copytree(till.home, folder / till.home.parent.name / letters)
        made[letters] = Till(letters, folder / till.home.parent.name / letters, till.key)
    return made
