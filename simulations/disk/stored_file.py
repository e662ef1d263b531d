"""One file as a disk holds it: what everybody reads, and what of it would outlive a power cut.

Rules of this file:
1. `content` is what the operating system shows. `durable` is what the platter holds. `pending` are
   the changes between them that an honest sync still carries over.
2. A sync that failed has dropped its changes from `pending`: the system believes them written, and
   no later sync writes them (Rebello et al., "Can Applications Recover from fsync Failures?",
   USENIX ATC 2020). They stay readable until the power goes.
3. A power cut keeps a drawn part of `pending`, in a drawn order, the last of it torn at a sector.
   Writes between two sizes, removals or births change places; those three do not, as in a journal.
4. Names are kept by a journal: a sync of any file makes earlier removals durable, as ext4, XFS and
   NTFS do; without one a removed file may come back.
5. None is a file that does not exist. No I/O here; dice are arguments.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeAlias

SECTOR_BYTES = 512  # what a disk writes whole or not at all
# Of what was not synced: nothing, some or all of it reaches the platter, each as often.
_SHARES_KEPT = (0.0, 0.5, 1.0)
_TORN = 0.5  # how often the last write kept is cut short


class Write(NamedTuple):
    """`data` at `offset`; a file that does not exist begins to."""

    offset: int
    data: bytes


class Resize(NamedTuple):
    """The file ends at `size`."""

    size: int


class Remove(NamedTuple):
    """The file's name is gone."""


Operation: TypeAlias = Write | Resize | Remove


def applied(content: bytearray | None, operation: Operation) -> bytearray | None:
    """`content`, changed in place where it exists, after `operation`."""
    if type(operation) is Write and content is not None and operation.offset <= len(content):
        offset, data = operation  # nearly every operation: a page or the head of a frame
        content[offset : offset + len(data)] = data
        return content
    if isinstance(operation, Remove):
        return None
    content = bytearray() if content is None else content
    if isinstance(operation, Resize):
        del content[operation.size :]
        content.extend(bytes(operation.size - len(content)))
        return content
    missing = operation.offset - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    content[operation.offset : operation.offset + len(operation.data)] = operation.data
    return content


class StoredFile:
    """One name of a disk."""

    def __init__(self, durable: bytes | None = None) -> None:
        self.durable = None if durable is None else bytearray(durable)
        self.content = None if durable is None else bytearray(durable)
        self.pending: list[Operation] = []

    @property
    def size(self) -> int:
        return len(self.content or b"")

    def do(self, operation: Operation) -> None:
        self.content = applied(self.content, operation)
        self.pending.append(operation)

    def sync(self) -> None:
        """What is pending becomes durable."""
        for operation in self.pending:
            self.durable = applied(self.durable, operation)
        self.pending.clear()

    def fail_sync(self) -> None:
        """What is pending never becomes durable. See rule 2."""
        self.pending.clear()

    def settle_removal(self) -> None:
        """The last removal becomes durable, and what came before it does not matter."""
        removals = [at for at, it in enumerate(self.pending) if isinstance(it, Remove)]
        if removals:
            self.durable = None
            del self.pending[: removals[-1] + 1]

    def flip(self, bit: int) -> None:
        """One bit of the platter turns, and with it what is read."""
        for content in (self.content, self.durable):
            if content is not None and bit // 8 < len(content):
                content[bit // 8] ^= 1 << bit % 8

    def lose_power(self, dice: Random) -> bool:
        """Only what a power cut leaves remains, and it is durable. Returns whether a write tore."""
        kept, torn = surviving(self.pending, dice)
        for operation in kept:
            self.durable = applied(self.durable, operation)
        self.pending.clear()
        self.content = None if self.durable is None else bytearray(self.durable)
        return torn


def surviving(pending: Sequence[Operation], dice: Random) -> tuple[list[Operation], bool]:
    """(what of `pending` reaches the platter, in order; whether its last write is torn)."""
    share = dice.choice(_SHARES_KEPT)
    kept = _shuffled([it for it in pending if dice.random() < share], dice)
    if not kept or dice.random() >= _TORN:
        return kept, False
    last = kept[-1]
    if not isinstance(last, Write):
        return kept, False
    ends = sector_ends(last)
    if not ends:
        return kept, False
    cut = dice.choice(ends)
    return [*kept[:-1], Write(last.offset, last.data[: cut - last.offset])], True


def sector_ends(write: Write) -> range:
    """The places strictly inside `write` where a sector of the file ends."""
    first = (write.offset // SECTOR_BYTES + 1) * SECTOR_BYTES
    return range(first, write.offset + len(write.data), SECTOR_BYTES)


def _shuffled(operations: Sequence[Operation], dice: Random) -> list[Operation]:
    """Each run of writes in a drawn order; the rest stays where it is."""
    shuffled: list[Operation] = []
    run: list[Operation] = []
    for operation in operations:
        if isinstance(operation, Write):
            run.append(operation)
            continue
        dice.shuffle(run)
        shuffled += [*run, operation]
        run = []
    dice.shuffle(run)
    return shuffled + run
