"""What is wrong with a disk: each fault has a name, is armed here, and counts when it happens.

Rules of this file:
1. A fault is armed for the n-th operation of its kind from now (0: the next), or stands until it is
   lifted. `fired` counts what really happened, not what was armed.
2. This file decides; the disk acts. Refusals are SQLite's extended result codes.
"""

from collections import Counter
from enum import StrEnum

# https://sqlite.org/rescode.html
IOERR = 10
IOERR_READ = 10 | (1 << 8)
IOERR_WRITE = 10 | (3 << 8)
IOERR_FSYNC = 10 | (4 << 8)
FULL = 13
READONLY = 8
READONLY_FILE = 8 | (9 << 8)  # no such code in SQLite; its primary code is all that is looked at


class Fault(StrEnum):
    """Everything that happens to a disk. The values are what reports call it."""

    POWER_CUT = "power_cut"
    TORN_WRITE = "torn_write"
    KILLED = "killed"
    FULL = "disk_full"
    READ_ONLY = "read_only"
    READ_FAILED = "read_failed"
    WRITE_FAILED = "write_failed"
    SHORT_WRITE = "short_write"
    SYNC_FAILED = "sync_failed"
    SYNC_LOST = "sync_lost"
    BIT_FLIPPED = "bit_flipped"
    RESTORED = "image_restored"


class Operation(StrEnum):
    """What a disk is asked to do. Removals and new sizes are writes."""

    READ = "read"
    WRITE = "write"
    SYNC = "sync"


# Faults of one operation, and of which kind.
ONCE = {
    Fault.READ_FAILED: Operation.READ,
    Fault.WRITE_FAILED: Operation.WRITE,
    Fault.SHORT_WRITE: Operation.WRITE,
    Fault.SYNC_FAILED: Operation.SYNC,
    Fault.SYNC_LOST: Operation.SYNC,
}


class Conditions:
    """The faults armed on one disk, and how often each fired."""

    def __init__(self) -> None:
        self.fired: Counter[Fault] = Counter()
        self.operations: Counter[Operation] = Counter()
        self.dark = False
        """The power is gone: nothing answers until the machine has crashed and started again."""
        self._room: int | None = None
        self._read_only = False
        self._once: dict[Fault, int] = {}
        self._cut_in: int | None = None

    def arm(self, fault: Fault, after: int = 0) -> None:
        """`fault`, one of ONCE, happens to the operation of its kind after that many."""
        self._once[fault] = after

    def full_after(self, room_bytes: int) -> None:
        """Files may grow by that much, then the disk is full until `freed`."""
        self._room = room_bytes

    def freed(self) -> None:
        """There is room again."""
        self._room = None

    def read_only(self, *, on: bool) -> None:
        """Nothing can be written while this is on."""
        self._read_only = on

    def cut_power(self, after: int = 0) -> None:
        """The power goes in the middle of a write or sync: after that many more of them."""
        self._cut_in = after

    def calm(self) -> None:
        """Nothing is wrong any more. What was cut off stays so until the crash."""
        self._room, self._cut_in, self._read_only = None, None, False
        self._once.clear()

    def power_back(self) -> None:
        """The machine starts again. A cut that was still to come is forgotten."""
        self.dark, self._cut_in = False, None

    def begins_calmly(self) -> bool:
        """Begin a write. True: it is counted, and nothing is wrong with it; otherwise nothing was
        done yet."""
        calm = (
            not self.dark
            and not self._once
            and not self._read_only
            and self._room is None
            and self._cut_in is None
        )
        if calm:
            self.operations[Operation.WRITE] += 1
        return calm

    def happens(self, operation: Operation) -> Fault | None:
        """The armed fault that strikes this operation, which is counted."""
        self.operations[operation] += 1
        if self._once:
            for fault in [it for it in self._once if ONCE[it] is operation]:
                if self._once[fault] == 0:
                    del self._once[fault]
                    self.fired[fault] += 1
                    return fault
                self._once[fault] -= 1
        return None

    def power_goes(self) -> bool:
        """Whether the power goes during the write or sync that begins."""
        if self._cut_in is None:
            return False
        self._cut_in -= 1
        if self._cut_in >= 0:
            return False
        self._cut_in = None
        self.dark = True
        return True

    def room_for(self, growth: int) -> int:
        """How many of `growth` bytes still fit; they are taken."""
        if self._room is None:
            return growth
        taken = min(growth, self._room)
        self._room -= taken
        if taken < growth:
            self.fired[Fault.FULL] += 1
        return taken

    def refuses_writes(self) -> bool:
        if self._read_only:
            self.fired[Fault.READ_ONLY] += 1
        return self._read_only
