"""Mutants of authorship: epochs, sequences, stamps, business days and order numbers."""

from typing import Any

from msgspec.structs import replace

from peer.node import authorship
from peer.node import node as node_module
from peer.node.authorship import Author
from peer.node.batch import DAY_MS, Preparation
from peer.node.committed_state import CommittedState
from simulations.mutants.patching import Patcher, mutant

_BOOTS = ("sigkill", "restarted", "crash_loop")
_IMAGES = ("image_restored", "image_cloned")


@mutant(*_IMAGES, scenes=("restored_backup",))
def epoch_used_again(patch: Patcher) -> None:
    """A boot goes on in the last epoch on disk, and a restored backup writes anew what it wrote."""

    def around(before: Any) -> Any:
        def chain(log: Any, device: Any, epoch: Any = None) -> Any:
            mine = [tip for tip in log.tips() if tip.device == device]
            last = max(mine, key=lambda tip: tip.sequence, default=None)
            return before(log, device, epoch or (last and last.epoch))

        return chain

    patch.wrap(node_module, "own_chain", around)


@mutant(*_BOOTS, scenes=("split_brain_at_the_rush",))
def sequence_begins_again(patch: Patcher) -> None:
    """Each boot counts its changes from 1."""

    def around(before: Any) -> Any:
        def chain(log: Any, device: Any, epoch: Any = None) -> Any:
            found = before(log, device, epoch)
            return found if found.epoch else replace(found, sequence=0)

        return chain

    patch.wrap(node_module, "own_chain", around)


@mutant(*_BOOTS)
def boot_follows_on_nothing(patch: Patcher) -> None:
    """An epoch's opening does not name what the device wrote before."""

    def around(before: Any) -> Any:
        def chain(log: Any, device: Any, epoch: Any = None) -> Any:
            found = before(log, device, epoch)
            return found if found.epoch else replace(found, previous=(), sequence=0)

        return chain

    patch.wrap(node_module, "own_chain", around)


@mutant(*_BOOTS, "frames_dropped", "image_restored", scenes=("cloned_disk",))
def every_write_adopts_all_tips(patch: Patcher) -> None:
    """Each change names all tips of its device, not only the last of its epoch."""

    def around(before: Any) -> Any:
        def prepare(self: Any, batch: Any) -> Any:
            mine = tuple(tip.id for tip in self.log.tips() if tip.device == self.device)
            if mine:
                self._authorship = replace(self._authorship, previous=tuple(sorted(mine)))
            return before(self, batch)

        return prepare

    patch.wrap(node_module.Node, "_prepare", around)


@mutant(
    "clock_hours_off",
    "clock_day_off",
    "clock_minutes_off",
    "clock_1970",
    scenes=("dead_cmos_battery",),
)
def stamp_is_the_wall_clock(patch: Patcher) -> None:
    """Stamps are what the clock says, also when it was set back."""
    patch.put(authorship, "next_stamp", lambda last, wall_ms, remote=None: max(0, wall_ms) << 16)


@mutant("impossible_stamps", scenes=("hostile_member",))
def stamp_believes_everyone(patch: Patcher) -> None:
    """A stamp from outside drags ours along, however far ahead it is."""

    def stamp(last: int, wall_ms: int, remote: int | None = None) -> int:
        return max(last + 1, wall_ms << 16, (remote or 0) + 1)

    patch.put(authorship, "next_stamp", stamp)


@mutant(
    "clock_day_off",
    "clock_1970",
    "clock_2001",
    "clock_ten_years_ahead",
    scenes=("dead_cmos_battery",),
)
def day_is_the_wall_day(patch: Patcher) -> None:
    """The business day is what the clock says, and falls when the clock does."""
    patch.put(Author, "business_day", lambda self, state, neighbours: self._day_of(self._wall_ms()))


@mutant(*_BOOTS)
def numbers_begin_again_at_a_boot(patch: Patcher) -> None:
    """Order numbers are counted in memory: after a restart A-001 is given again."""
    patch.put(
        CommittedState, "greatest_number", lambda self, day: self._greatest.setdefault(day, 0)
    )


@mutant(
    "clock_day_off", "clock_hours_off", "clock_1970", "clock_2001", scenes=("dead_cmos_battery",)
)
def numbers_of_the_wall_day(patch: Patcher) -> None:
    """The next number is looked up under the clock's day, not under the business day."""

    def next_number(self: Any) -> int:
        greatest = self._committed.greatest_number(self._now_ms // DAY_MS)
        self._number = 1 + max(greatest, self._number or 0)
        return int(self._number)

    patch.put(Preparation, "_next_order_number", next_number)


@mutant()
def numbers_of_all_terminals(patch: Patcher) -> None:
    """The next number follows the greatest of the shop, not the terminal's own."""

    def add(before: Any) -> Any:
        def told(self: Any, changes: Any, opened: Any, documents: Any) -> None:
            for change in changes:
                self._note_numbers(change)
            before(self, changes, opened, documents)

        return told

    patch.wrap(CommittedState, "add", add)


@mutant("clock_ten_years_ahead", "clock_day_off", "clock_server_wrong")
def day_never_falls(patch: Patcher) -> None:
    """A day that was used once stays in use, though the clocks are right again."""

    def around(before: Any) -> Any:
        def day(self: Any, state: Any, neighbours: Any) -> int:
            return int(max(state.day, before(self, state, neighbours)))

        return day

    patch.wrap(Author, "business_day", around)
