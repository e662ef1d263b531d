"""One simulated terminal: production's parts on a simulated machine, switched on and killed.

Rules of this file:
1. A boot runs `peer.terminal.start_parts`, the same that production runs, in a task of its own.
2. A kill shuts every door of the machine first (network, disk, answers), then cancels: what still
   runs for a moment can neither tell nor keep anything. A pause shuts them for a while: timers
   still run, as they would all be overdue after it, but nothing comes in, goes out or is kept.
3. A process that ends by itself because its disk cannot be believed waits to be booted again. Any
   other end is a finding.
"""

import contextvars
import json
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Protocol

import httpx
import trio
from msgspec import Struct

from crdt_models.change import Change, decode_change
from crdt_models.ids import ChangeId, CommandId, DocumentId
from crdt_models.replication.settings import GossipSettings
from peer.config import Config, read_config
from peer.identity import Identity
from peer.node.node import Node
from peer.service.sqlite_driver import Driver
from peer.service.sqlite_errors import StorageError
from peer.terminal import Parts, open_log, start_parts
from simulations.disk.sim_disk import Image
from simulations.simulator.asgi import answer_of, call
from simulations.simulator.clocks import WallClock
from simulations.simulator.environment import DiskPace, SimDice, SimEnvironment
from simulations.simulator.links import LinkEnd
from simulations.simulator.network import Lan, SimNetwork
from simulations.simulator.trace import Trace
from simulations.simulator.wires import Gate
from simulations.workload.till import JSON, Answer, TillDown

API_PORT = 3000
FRONT_END = "simulated"
PATIENCE_SECONDS = 5.0  # then a person sees that the terminal hangs, and goes to another
ALL = 1_000_000  # changes: more than any run has

Documents = tuple[DocumentId, ...]

HOST: contextvars.ContextVar[str] = contextvars.ContextVar("host", default="")


class Disk(Protocol):
    """What a terminal's machine keeps; see `simulations.disk`."""

    @property
    def folder(self) -> Path:
        """Where its files are now; another one after a crash."""

    @property
    def driver(self) -> Driver: ...

    def crash(self, *, power: bool) -> None:
        """The process is gone, with power also the machine: only what lasts is left."""

    def snapshot(self) -> Image:
        """What its files hold now."""

    def restore(self, image: Image) -> None:
        """Of a machine that is off: its next life has what `image` holds and nothing else."""


class Stored(Struct, frozen=True):
    """A change that a terminal once stored. at: virtual seconds, when it first came there."""

    at: float
    documents: Documents
    command: CommandId


class Life:
    """One boot."""

    def __init__(self, environment: SimEnvironment) -> None:
        self.environment = environment
        self.scope = trio.CancelScope()
        self.parts: Parts | None = None
        self.nursery: trio.Nursery | None = None
        self.up = trio.Event()  # people can use it, or it is over
        self.stopping = trio.Event()
        self.over = trio.Event()


class SimTerminal:
    """See `simulations.workload.till.Till` for how people use it."""

    def __init__(
        self,
        host: str,
        identity: Identity,
        disk: Disk,
        *,
        lan: Lan,
        gate: Gate,
        trace: Trace,
        dice: Random,
        settings: Mapping[str, str],
        http: httpx.AsyncClient | None,
        key_file: Path,
        gossip: GossipSettings,
    ) -> None:
        self.host = host
        self.identity = identity
        self.disk = disk
        self.clock = WallClock()
        self.pace = DiskPace(dice)
        self.gossip = gossip
        self.boots = 0
        self.booted_at = 0.0
        self.kills = 0
        self.gone = False  # for ever
        self.deaths: list[str] = []  # ends that nobody wished, by the error's name
        self.faults: list[str] = []  # tracebacks of those that are no error of the disk
        self.seen: dict[ChangeId, Documents] = {}  # all that it ever stored and did not lose
        self._logged: dict[int, ChangeId] = {}
        self.history: dict[ChangeId, Stored] = {}  # all that it ever stored, lost or not
        self._gate = gate
        self._lan, self._trace, self._dice = lan, trace, dice
        self._settings, self._http, self._key_file = dict(settings), http, key_file
        self._key = ""
        self._life: Life | None = None

    @property
    def letters(self) -> str:
        return self.identity.letters

    @property
    def on(self) -> bool:
        """Whether people can use it."""
        life = self._life
        return life is not None and life.parts is not None and not life.environment.dead

    @property
    def paused(self) -> bool:
        return self._gate.shut

    @property
    def links(self) -> list[LinkEnd]:
        """The ends that it holds now."""
        life = self._life
        return [] if life is None else [it for it in life.environment.machine.links if not it.ended]

    @property
    def parts(self) -> Parts:
        assert self._life is not None and self._life.parts is not None, f"{self.host} is off"
        return self._life.parts

    @property
    def node(self) -> Node:
        return self.parts.node

    def logged(self) -> Mapping[int, ChangeId]:
        """By place in its log, all that it holds; only what is new is read."""
        known = self._logged
        new = self.node.log.since(max(known, default=0), ALL)
        known.update((each.position, each.id) for each in new)
        return known

    async def boot(self, nursery: trio.Nursery) -> bool:
        """Switch it on, to run in `nursery`; False when it ended before people could use it. When
        it is on, or on its way, only waits."""
        if self._life is not None:
            await self._life.up.wait()
            return self.on
        self.boots += 1
        self.booted_at = trio.current_time()
        life = self._life = Life(self._environment())
        self._lan.powered.add(self.host)
        self._trace.record(self.host, "boot", number=self.boots)
        nursery.start_soon(self._live, life)
        await life.up.wait()
        return self.on

    async def _live(self, life: Life) -> None:
        """One boot, until it is killed, stopped or dies."""
        HOST.set(self.host)
        try:
            with life.scope:
                await self._run(life)
        except* StorageError as failed:
            self._died(life, type(_first(failed)).__name__)
        except* Exception as failed:  # noqa: BLE001 - whatever ends a process is a finding
            if not life.environment.dead:
                self.faults.append("".join(traceback.format_exception(_first(failed))))
            self._died(life, type(_first(failed)).__name__)
        finally:
            if self._life is life:
                self._life = None
            life.environment.kill(power=False)
            life.up.set()
            life.over.set()

    def _environment(self) -> SimEnvironment:
        dice = SimDice(self._dice)
        network = SimNetwork(
            self._lan,
            self.host,
            self.identity,
            dice.random_bytes(16),
            self.clock.now_ms,
            self._gate,
        )
        network.reset_old_links()
        return SimEnvironment(network, self.clock, dice, self.pace, self._gate)

    def config(self) -> Config:
        """Of a boot: as production reads it."""
        return read_config(
            {
                "MALHA_HOME": str(self.disk.folder),
                "MALHA_KEY_FILE": str(self._key_file),
                "MALHA_DISCOVERY": "mdns",
                **self._settings,
            }
        )

    async def _run(self, life: Life) -> None:
        config = self.config()
        log = open_log(config, create=True, driver=self.disk.driver)
        self._logged = {}
        try:
            async with trio.open_nursery() as nursery:
                parts = await start_parts(
                    config, self.identity, log, life.environment, self._http, nursery, self.gossip
                )
                parts.app.listening_at(API_PORT)
                if all(known.name != FRONT_END for known in parts.front_ends.list()):
                    self._key = parts.front_ends.issue(FRONT_END)
                # What it stored once and has no more was not lost, unless a fault says so.
                self.seen = dict(self.seen)
                stored = [each for each in log.since(0, ALL) if each.id not in self.seen]
                self._note(decode_change(each.data) for each in stored)
                nursery.start_soon(self._follow, parts.node)
                life.parts, life.nursery = parts, nursery
                life.up.set()
                await life.stopping.wait()
                nursery.cancel_scope.cancel()
        except BaseException:
            log.close(orderly=False)
            raise
        log.close()

    async def _follow(self, node: Node) -> None:
        """Every commit is an event of the world."""
        while True:
            async with node.watch() as commits:
                async for commit in commits:
                    self._note(commit.changes)
                    first = commit.changes[0].id.hex()[:12] if commit.changes else None
                    self._trace.record(
                        self.host,
                        "commit",
                        position=commit.position,
                        changes=len(commit.changes),
                        first=first,
                    )

    def _note(self, changes: Iterable[Change]) -> None:
        """These are stored here."""
        for each in changes:
            self.seen[each.id] = each.documents
            known = Stored(trio.current_time(), each.documents, each.command_id)
            self.history.setdefault(each.id, known)

    def _died(self, life: Life, why: str) -> None:
        if not life.environment.dead:  # else: what a killed process still said
            self._trace.record(self.host, "died", why=why.splitlines()[-1])
            self.deaths.append(why)

    def abandon(self) -> None:
        """The run is over."""
        if self._life is not None:
            self._life.environment.kill(power=False)

    # --- what the world does to it

    def kill(self, *, power: bool = False) -> None:
        """SIGKILL; with `power` the whole machine goes dark and keeps only what was synced."""
        life = self._life
        if power:
            self._lan.powered.discard(self.host)
        if life is None:
            if power:
                self.disk.crash(power=True)
            return
        self.kills += 1
        self._trace.fire("power_cut" if power else "sigkill", self.host)
        self._life = None
        life.environment.kill(power=power)
        self.disk.crash(power=power)
        life.scope.cancel()
        self._gate.open()

    def put_image(self, image: Image) -> None:
        """Its disk is replaced by one that holds `image`; a process that ran is killed."""
        self.kill(power=True)
        self.disk.restore(image)

    def copy(self, original: "SimTerminal") -> None:
        """It gets a copy of another's disk, which may run on meanwhile."""
        self.put_image(original.disk.snapshot())
        self._key = original._key

    def pause(self) -> None:
        """SIGSTOP."""
        self._trace.fire("paused", self.host)
        self._gate.close()

    def resume(self) -> None:
        """SIGCONT."""
        self._gate.open()

    async def stop(self) -> None:
        """Ends it as SIGTERM does."""
        life = self._life
        if life is not None:
            self._trace.record(self.host, "stop")
            life.stopping.set()
            await life.over.wait()

    # --- what people do with it

    async def call(
        self,
        method: str,
        path: str,
        body: JSON = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        hangs_up: float | None = None,
    ) -> Answer:
        """See `Till.call`. hangs_up: seconds after which whoever asked is gone, and what was being
        done for them is cancelled."""
        life = self._life
        if life is None or life.nursery is None or life.parts is None:
            await trio.lowlevel.checkpoint()
            raise TillDown(self.host)
        sent = {"host": f"127.0.0.1:{API_PORT}", "x-api-key": self._key, **(headers or {})}
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent["content-type"] = "application/json"
            sent["content-length"] = str(len(data))
        if key is not None:
            sent["idempotency-key"] = key
        answers: list[Answer] = []
        done = trio.Event()
        ask = partial(self._ask, life, answers, done, method, path, sent, data)
        if hangs_up is not None:
            await _for_a_while(ask, hangs_up)
            raise TillDown(self.host)
        life.nursery.start_soon(ask)
        with trio.move_on_after(PATIENCE_SECONDS):
            await done.wait()
        if self.paused:
            raise TillDown(self.host)
        await done.wait()
        if not answers or life.environment.dead:
            raise TillDown(self.host)
        return answers[0]

    async def _ask(
        self,
        life: Life,
        answers: list[Answer],
        done: trio.Event,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        HOST.set(self.host)
        assert life.parts is not None
        try:
            await self._gate.passed()
            answer = answer_of(*await call(life.parts.app, method, path, headers, body))
            await self._gate.passed()
            answers.append(answer)
        finally:
            done.set()


async def _for_a_while(ask: Callable[[], Awaitable[None]], seconds: float) -> None:
    """In a task of its own, cancelled in the middle."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await trio.sleep(seconds)
        nursery.cancel_scope.cancel()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error inside nested groups."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
