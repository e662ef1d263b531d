"""What happens to the machines and cables of a story: cuts, power, disks, clocks, copies.

Rules of this file:
1. Each word is one event, at once and until another word ends it; faults that runs draw from a seed
   stand in `simulations.faults`.
2. What a story did to its shop is in the trace, as fired as any fault.
"""

from collections.abc import Sequence

from msgspec import Struct

from crdt_models.ids import ChangeId
from simulations.disk.conditions import Conditions
from simulations.disk.sim_disk import Image, SimDisk
from simulations.scenarios.expectations import Expectations
from simulations.simulator.relay import RELAY
from simulations.simulator.terminal import Documents
from simulations.simulator.world import letters_of

EVERYBODY = ""


class Backup(Struct, frozen=True):
    """image: what the files hold · seen: the changes in them."""

    image: Image
    seen: dict[ChangeId, Documents]


class Machines(Expectations):
    """The half of `SimShop` that breaks and mends."""

    def cut(self, *groups: Sequence[str]) -> None:
        """Machines of different groups no longer reach each other; "relay" may be in one."""
        said = " | ".join(" ".join(group) for group in groups)
        self.world.trace.fire("partition", groups=said)
        self.world.wires.partition(*groups)

    def lose(self, source: str, target: str) -> None:
        """Whatever one says to the other is lost on the way, until `carry`; no link ends of it."""
        self.world.trace.fire("all_frames_lost", source, to=target)
        self.world.wires.set_conditions(source, target, drop=1.0)

    def carry(self, source: str, target: str) -> None:
        """What one says reaches the other again."""
        self.world.wires.set_conditions(source, target, drop=0.0)

    def slow(self, one: str, other: str, rate: float) -> None:
        """Their line carries so many bytes a second in each direction from now on."""
        self.world.trace.fire("line_slowed", one, to=other, rate=rate)
        for source, target in ((one, other), (other, one)):
            self.world.wires.set_conditions(source, target, rate=rate, latency=0.1)

    def heal(self) -> None:
        """Every cable is whole, every network as good as new."""
        self.world.heal()

    def set_clock(self, host: str, ms: int) -> None:
        """It believes that it is this moment, milliseconds since 1970."""
        self.world.trace.fire("clock_set", host, ms=ms)
        self.terminal(host).clock.set(ms)

    def now_ms(self, host: str) -> int:
        """What its clock says."""
        return self.terminal(host).clock.now_ms()

    def wipe_relay(self) -> None:
        """Its disk is lost; keys and tokens are kept elsewhere."""
        self.world.trace.fire("relay_wiped", RELAY)
        self.world.relay_forgets()
        self.relay.wipe()

    def trouble(self, name: str) -> None:
        """Until `heal`, everybody meets this on the way to the relay: a name of TROUBLES."""
        self.relay.troubles[EVERYBODY] = name

    def portal(self) -> None:
        """Until `heal`, whoever asks the relay is shown a page that says welcome."""
        self.trouble("captive_portal")

    def fill_disk(self, host: str) -> None:
        """Not a byte more, until `free_disk`."""
        self.world.trace.fire("disk_full", host)
        self._disk(host).full_after(0)

    async def free_disk(self, host: str) -> None:
        """There is room again; a process that ended is started again."""
        self._disk(host).freed()
        await self.boot(host)

    def _disk(self, host: str) -> Conditions:
        disk = self.terminal(host).disk
        assert isinstance(disk, SimDisk), "stories are told on simulated disks"
        return disk.conditions

    def slow_disk(self, host: str, seconds: float) -> None:
        """Whatever it writes takes so long, until `slow_disk` says otherwise."""
        self.world.trace.fire("disk_slow", host)
        pace = self.terminal(host).pace
        pace.low = pace.high = seconds

    def power_cut(self, *hosts: str) -> None:
        """Machines go dark at one moment; only what they had synced is left."""
        for host in hosts:
            self.terminal(host).kill(power=True)

    async def boot(self, *hosts: str) -> None:
        for host in hosts:
            self.expect(await self.world.boot(host), f"{host} does not start")

    async def join(self) -> str:
        """A new machine is paired and switched on; its letters."""
        letters = letters_of(len(self.world.terminals))
        self.world.trace.fire("joined", letters)
        self.world.add_terminal(letters)
        await self.boot(letters)
        return letters

    async def install(self, host: str, *, before: bool) -> None:
        """Its program is ended and another one started: of the version before, or this one."""
        self.world.trace.fire("version_before" if before else "version_now", host)
        await self.terminal(host).stop()
        running = self.world.lan.before
        (running.add if before else running.discard)(host)
        await self.boot(host)

    def leave(self, host: str) -> None:
        """A machine is gone for ever."""
        self.world.trace.fire("left_for_ever", host)
        self.world.leave(host)

    async def clone(self, host: str) -> str:
        """A second machine from a copy of the disk; both go on. Its host."""
        self.world.trace.fire("image_cloned", host)
        twin = self.world.clone(host).host
        await self.boot(twin)
        return twin

    def backup(self, host: str) -> Backup:
        """The whole disk as it is now; for `restore`."""
        terminal = self.terminal(host)
        return Backup(terminal.disk.snapshot(), dict(terminal.seen))

    async def restore(self, host: str, backup: Backup) -> None:
        """A machine comes up with that disk and nothing else."""
        self.world.trace.fire("image_restored", host)
        self.terminal(host).put_image(backup.image)
        self.world.forget(host, backup.seen)
        await self.boot(host)
