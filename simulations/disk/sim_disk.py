"""The disk of one simulated machine, under SQLite itself: it keeps only what was synced.

Rules of this file:
1. A machine has lives, each in a `folder` of its own. After a crash the next life begins in a new
   one, with what survived. Handles of an earlier life are dead: whatever still uses them is refused
   and changes nothing.
2. The files exist, because SQLite maps shared memory beside them; what this disk believes of them
   is kept here, and every write goes through here.
3. Chance is drawn from the dice handed in. Bytes of encrypted pages differ from run to run, their
   number and order does not.
4. Only databases live here. Keys and other files of a machine belong elsewhere.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import msgspec

from simulations.disk.apsw_driver import SQLCIPHER_4, SimulatedDriver
from simulations.disk.conditions import (
    FULL,
    IOERR,
    IOERR_FSYNC,
    IOERR_READ,
    IOERR_WRITE,
    READONLY,
    Conditions,
    Fault,
    Operation,
)
from simulations.disk.stored_file import Remove, Resize, StoredFile, Write

DATABASE = "malha.db"


class Image(msgspec.Struct, frozen=True):
    """What a disk held at one moment: file name → bytes."""

    files: Mapping[str, bytes]


class SimDisk:
    """All databases of one simulated machine."""

    def __init__(self, folder: Path, dice: Random, encryption: Sequence[str] = SQLCIPHER_4) -> None:
        """folder: this disk's own, for files that need not outlive the simulation · encryption: see
        `SimulatedDriver`."""
        self.conditions = Conditions()
        self._encryption = encryption
        self._own = folder
        self._dice = dice
        self._life = 0
        self._files: dict[str, StoredFile] = {}
        self._removed: list[StoredFile] = []
        self._begin_life()

    @property
    def folder(self) -> Path:
        """Where its files are in this life: another place after every crash."""
        return self._own / f"life-{self._life}"

    @property
    def path(self) -> Path:
        """Where the database of this life lies."""
        return self.folder / DATABASE

    @property
    def driver(self) -> SimulatedDriver:
        """Of this life."""
        return self._driver

    # --- what happens to the machine

    def crash(self, *, power: bool) -> None:
        """The process ends without a word; with `power`, or in the dark, so does the machine."""
        power = power or self.conditions.dark
        self.conditions.fired[Fault.POWER_CUT if power else Fault.KILLED] += 1
        if power:
            for file in self._files.values():
                self.conditions.fired[Fault.TORN_WRITE] += file.lose_power(self._dice)
        self._next_life()

    def snapshot(self) -> Image:
        """A copy of everything as it reads now."""
        content = {name: file.content for name, file in self._files.items()}
        return Image({name: bytes(it) for name, it in content.items() if it is not None})

    def restore(self, image: Image) -> None:
        """The machine ends, and its next life has what `image` holds and nothing else."""
        self.conditions.fired[Fault.RESTORED] += 1
        self._files = {name: StoredFile(content) for name, content in image.files.items()}
        self._next_life()

    def flip_bit(self, name: str = DATABASE) -> int:
        """A drawn bit of a file turns on the platter; returns its offset in bits."""
        file = self._files[name]
        bit = self._dice.randrange(8 * file.size)
        file.flip(bit)
        with (self.folder / name).open("r+b") as handle:
            handle.seek(bit // 8)
            handle.write(bytes([(file.content or b"")[bit // 8]]))
        self.conditions.fired[Fault.BIT_FLIPPED] += 1
        return bit

    # --- what SQLite asks for, through the VFS. A refusal is SQLite's result code, 0 is none.

    def file(self, name: str) -> StoredFile:
        return self._files.setdefault(name, StoredFile())

    def read(self) -> int:
        if self.conditions.dark:
            return IOERR
        return IOERR_READ if self.conditions.happens(Operation.READ) else 0

    def write(self, file: StoredFile, data: bytes, offset: int) -> tuple[int, int]:
        """(how many bytes are written, the refusal)."""
        if self.conditions.begins_calmly():
            file.do(Write(offset, bytes(data)))
            return len(data), 0
        refusal = self._before_write()
        if refusal:
            return 0, refusal
        going = self.conditions.power_goes()
        fault = self.conditions.happens(Operation.WRITE)
        if fault is Fault.WRITE_FAILED:
            return 0, IOERR_WRITE
        length = len(data)
        if fault is Fault.SHORT_WRITE:
            length = self._dice.randrange(length)
        growth = max(0, offset + length - file.size)
        taken = length - growth + self.conditions.room_for(growth)
        file.do(Write(offset, bytes(data[:taken])))
        if taken < length:
            return taken, FULL
        return taken, IOERR_WRITE if going or fault else 0

    def resize(self, file: StoredFile, size: int) -> int:
        return self._change(file, Resize(size))

    def remove(self, name: str) -> int:
        file = self.file(name)
        self._removed.append(file)
        return self._change(file, Remove())

    def sync(self, file: StoredFile) -> int:
        if self.conditions.dark or self.conditions.power_goes():
            return IOERR
        fault = self.conditions.happens(Operation.SYNC)
        if fault is None:
            file.sync()
            while self._removed:
                self._removed.pop().settle_removal()
        if fault is Fault.SYNC_FAILED:
            file.fail_sync()
            return IOERR_FSYNC
        return 0

    def _change(self, file: StoredFile, change: Resize | Remove) -> int:
        refusal = self._before_write()
        if refusal:
            return refusal
        going = self.conditions.power_goes()
        if self.conditions.happens(Operation.WRITE):
            return IOERR_WRITE
        file.do(change)
        return IOERR if going else 0

    def _before_write(self) -> int:
        if self.conditions.dark:
            return IOERR
        return READONLY if self.conditions.refuses_writes() else 0

    # --- lives

    def _next_life(self) -> None:
        self._driver.die()
        shutil.rmtree(self.folder)
        self._life += 1
        self.conditions.power_back()
        self._begin_life()

    def _begin_life(self) -> None:
        self.folder.mkdir(parents=True)
        for name, content in self.snapshot().files.items():
            (self.folder / name).write_bytes(content)
        self._driver = SimulatedDriver(self.folder, self, self._encryption)
