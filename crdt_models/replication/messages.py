"""The messages of a link: fields, units, limits.

Rules of this file:
1. Every length is bounded here and nowhere else. Lists that stand for sets are strictly ascending,
   so that one meaning has one encoding and equal frames can be compared as bytes.
2. Nothing here knows what a message is answered with, or how it is encoded (`frames`).
"""

from typing import ClassVar, TypeAlias

import msgspec

from crdt_models.ids import ChangeId, DeviceId, Epoch, SiteId

MAJOR = 1
MINOR = 2
PACKING_MINOR = 1  # peers of this minor or a later one understand packed frames
INQUIRING_MINOR = 2  # … and Inquire and Holds
VERSION = MAJOR << 8 | MINOR

MAX_FRAME_BYTES = 256 * 1024  # what one read may cost; the WebSocket below has the same limit
MAX_CHANGES = 500  # in one frame; the receiver folds them in one slice before it yields
MAX_CHANGES_BYTES = 200 * 1024  # of changes in one frame, so that the frame stays below its limit
MAX_ENTRIES_PER_DEVICE = 64  # tips of one device that a Have lists; honest devices have one
MAX_ENTRIES = 2000  # of a Have; with MAX_MISSING they fill 248,000 bytes at most
MAX_MISSING = 2000  # ids over all entries of a Have or a Want
MAX_NEIGHBOURS = 255
MAX_ADDRESS_DEVICES = 64
MAX_ADDRESSES = 8  # of one device
MAX_ADDRESS_LENGTH = 80  # characters: a bracketed IPv6 address with zone and port, or a host name
MAX_PROGRAM_LENGTH = 32  # characters
MAX_INQUIRED = 64  # changes in an Inquire or a Holds


class HaveEntry(msgspec.Struct, frozen=True):
    """One chain that a peer holds, from `tip` downwards.

    device, epoch, sequence: of the tip · tip: a stored change with no stored child · missing: ids
    that the tip, or anything stored below it, names and that are not stored; ascending.
    """

    device: DeviceId
    epoch: Epoch
    sequence: int
    tip: ChangeId
    missing: tuple[ChangeId, ...] = ()


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The first frame of either end.

    site, device: must be those of the authenticated link · letters: the terminal's, A … ZZZ ·
    program: version of the sender's program, ≤ 32 characters · business_day: by the sender's
    clock, days since 1970-01-01, 0 when that is certainly wrong · minor: of the sender, told by the
    frame's version and not by a field.
    """

    TYPE: ClassVar[int] = 1
    site: SiteId
    device: DeviceId
    letters: str
    program: str
    business_day: int
    minor: int = MINOR


class Have(msgspec.Struct, frozen=True):
    """Everything the sender has stored.

    entries: ascending by (device, tip); ≤ 2,000, ≤ 64 a device, ≤ 2,000 missing ids · more: some
    did not fit, so equal Haves prove nothing.
    """

    TYPE: ClassVar[int] = 2
    entries: tuple[HaveEntry, ...]
    more: bool = False


class Want(msgspec.Struct, frozen=True):
    """Send me `wanted` and what stands below it and is not covered by `entries`.

    entries: what the sender holds of the wanted change's device · limit: changes, 1 to 500.
    """

    TYPE: ClassVar[int] = 3
    wanted: ChangeId
    entries: tuple[HaveEntry, ...] = ()
    limit: int = MAX_CHANGES


class Changes(msgspec.Struct, frozen=True):
    """Changes in their original bytes.

    answer: the wanted id this answers, None when pushed · changes: ≤ 500, ≤ 200 KiB together, each
    1 byte to 64 KiB; an answer without any says "I do not hold it".
    """

    TYPE: ClassVar[int] = 4
    changes: tuple[bytes, ...]
    answer: ChangeId | None = None


class Neighbours(msgspec.Struct, frozen=True):
    """The devices of the peers that the sender has links with; ascending, ≤ 255."""

    TYPE: ClassVar[int] = 5
    devices: tuple[DeviceId, ...]


class Addresses(msgspec.Struct, frozen=True):
    """Where peers were last reached: a hint to dial, never trusted.

    known: ascending by device, ≤ 64; each with 1 to 8 addresses `host:port` of ≤ 80 characters.
    """

    TYPE: ClassVar[int] = 6
    known: tuple[tuple[DeviceId, tuple[str, ...]], ...]


class Ping(msgspec.Struct, frozen=True):
    """Are you there?

    token: comes back in the Pong, below 2^53 · wall_ms: the sender's clock, ms since 1970, shown to
    people and used for nothing · business_day: as in Hello.
    """

    TYPE: ClassVar[int] = 7
    token: int
    wall_ms: int
    business_day: int


class Pong(msgspec.Struct, frozen=True):
    """The answer to a Ping: its token, and the answerer's clock and business day."""

    TYPE: ClassVar[int] = 8
    token: int
    wall_ms: int
    business_day: int


class Goodbye(msgspec.Struct, frozen=True):
    """The last frame: why the sender closes, 1 to 32 characters a–z and _."""

    TYPE: ClassVar[int] = 9
    reason: str


class Inquire(msgspec.Struct, frozen=True):
    """Which of these have you stored durably? changes: ascending, 1 to 64."""

    TYPE: ClassVar[int] = 11
    changes: tuple[ChangeId, ...]


class Holds(msgspec.Struct, frozen=True):
    """The answer to an Inquire: those of its changes that the sender has stored durably.

    changes: ascending, 1 to 64. Who holds none of them says nothing.
    """

    TYPE: ClassVar[int] = 12
    changes: tuple[ChangeId, ...]


class Ignored(msgspec.Struct, frozen=True):
    """A message type that only a newer minor knows. Counted, otherwise without effect."""

    type: int


Message: TypeAlias = (
    Hello | Have | Want | Changes | Neighbours | Addresses | Ping | Pong | Goodbye | Inquire | Holds
)
