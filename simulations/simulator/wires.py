"""The cables between simulated machines: each direction of each pair has its own condition.

Rules of this file:
1. A `Path` is one direction. Closed (a cut cable, a hold), nothing arrives on it; what was sent
   meanwhile arrives after it opens again, as TCP would deliver it, unless the link died first.
2. Loss costs a retransmission, as TCP does. Dropping, doubling and swapping of whole frames is
   harsher than any network below TLS can be; the protocol must bear it all the same.
3. It draws nothing and waits for nothing: `links` does.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import trio
from msgspec import Struct
from msgspec.structs import replace

Host = str


class Conditions(Struct, frozen=True, kw_only=True):
    """Of one direction. Seconds; probabilities per frame; bytes a second (None: no limit)."""

    latency: float = 0.0005
    jitter: float = 0.0005
    loss: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    rate: float | None = None


LAN = Conditions()


class Gate:
    """Shut while a machine's process is stopped (SIGSTOP): nothing of it proceeds meanwhile."""

    def __init__(self) -> None:
        self._opened: trio.Event | None = None

    @property
    def shut(self) -> bool:
        return self._opened is not None

    def close(self) -> None:
        self._opened = self._opened or trio.Event()

    def open(self) -> None:
        if self._opened is not None:
            self._opened.set()
            self._opened = None

    async def passed(self) -> None:
        """Wait while it is shut; no checkpoint otherwise."""
        while self._opened is not None:
            await self._opened.wait()


class Path:
    """One direction between two machines."""

    def __init__(self) -> None:
        self.conditions = LAN
        self.closed: set[str] = set()  # why: several faults may close it, each opens its own
        self.opened_at = 0.0
        self.busy_until = 0.0  # a slow line sends one frame after the other
        self.frames = self.bytes = 0
        self._listeners: dict[int, Callable[[], None]] = {}
        self._next = 0

    @property
    def open(self) -> bool:
        return not self.closed

    def close(self, why: str) -> None:
        """Nothing arrives until `reopen` with the same reason."""
        self.closed.add(why)

    def reopen(self, why: str) -> None:
        """Take one reason away."""
        if why in self.closed:
            self.closed.discard(why)
            if self.open:
                self.opened_at = trio.current_time()
                for wake in list(self._listeners.values()):
                    wake()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` whenever it opens; returns how to stop that."""
        number, self._next = self._next, self._next + 1
        self._listeners[number] = wake
        return lambda: self._listeners.pop(number, None) and None


class Wires:
    """All paths of a world, made when first asked for."""

    def __init__(self) -> None:
        self._paths: dict[tuple[Host, Host], Path] = {}
        self.conditions = LAN

    def path(self, source: Host, target: Host) -> Path:
        """The direction from one machine to another."""
        found = self._paths.get((source, target))
        if found is None:
            found = self._paths[source, target] = Path()
            found.conditions = self.conditions
        return found

    def both(self, one: Host, other: Host) -> tuple[Path, Path]:
        return self.path(one, other), self.path(other, one)

    def reachable(self, one: Host, other: Host) -> bool:
        """Whether a connection could be made: both directions carry."""
        return all(path.open for path in self.both(one, other))

    def cut(self, source: Host, target: Host, why: str = "cut") -> None:
        """One direction only: the asymmetric fault."""
        self.path(source, target).close(why)

    def mend(self, source: Host, target: Host, why: str = "cut") -> None:
        self.path(source, target).reopen(why)

    def partition(self, *groups: Collection[Host], why: str = "partition") -> None:
        """Machines of different groups no longer reach each other."""
        for one, other in _across(groups):
            for path in self.both(one, other):
                path.close(why)

    def repair(self, hosts: Iterable[Host], why: str = "partition") -> None:
        """Undo `partition` among these machines."""
        names = sorted(hosts)
        for one in names:
            for other in names:
                if one != other:
                    self.path(one, other).reopen(why)

    def hold(self, one: Host, other: Host) -> None:
        """Keep everything between two back until `release`."""
        self.partition([one], [other], why="hold")

    def release(self, one: Host, other: Host) -> None:
        self.repair([one, other], why="hold")

    def set_conditions(self, source: Host, target: Host, **changed: float | None) -> None:
        """Of one direction, from now on."""
        path = self.path(source, target)
        path.conditions = replace(path.conditions, **changed)

    def set_all(self, hosts: Sequence[Host], conditions: Conditions) -> None:
        """Of every direction among these machines, and of those made later."""
        self.conditions = conditions
        for one in hosts:
            for other in hosts:
                if one != other:
                    self.path(one, other).conditions = conditions

    def heal(self) -> None:
        """Every path open and as good as new."""
        self.conditions = LAN
        for path in self._paths.values():
            path.conditions = LAN
            for why in sorted(path.closed):
                path.reopen(why)

    def figures(self) -> dict[tuple[Host, Host], tuple[int, int]]:
        """Frames and bytes that were sent, per direction."""
        return {pair: (path.frames, path.bytes) for pair, path in sorted(self._paths.items())}


def _across(groups: Sequence[Collection[Host]]) -> Iterable[tuple[Host, Host]]:
    for index, group in enumerate(groups):
        for other in groups[index + 1 :]:
            for one in sorted(group):
                for two in sorted(other):
                    yield one, two
