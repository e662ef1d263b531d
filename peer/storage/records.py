"""What goes into the log and what comes out of it, as plain values.

Nothing here knows SQL. Ids are the byte strings of `crdt_models.ids`; times are milliseconds since
1970 as the caller's clock said them.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec

from crdt_models.ids import ChangeId, CommandId, DeviceId, DocumentId, Epoch
from peer.service.sqlite_driver import SqlValue

BODY_HASH_BYTES = 16  # tells a retry from another command under one key; not a proof

# Table name → the rows of one document in it.
TableRows: TypeAlias = Mapping[str, Sequence[tuple[SqlValue, ...]]]


class Recordable(Protocol):
    """What the log needs to know of a change. `crdt_models.change.Change` is one."""

    @property
    def id(self) -> ChangeId: ...
    @property
    def device(self) -> DeviceId: ...
    @property
    def epoch(self) -> Epoch: ...
    @property
    def sequence(self) -> int: ...
    @property
    def hlc(self) -> int: ...
    @property
    def previous(self) -> tuple[ChangeId, ...]: ...
    @property
    def documents(self) -> tuple[DocumentId, ...]: ...
    @property
    def data(self) -> bytes: ...


class DocumentState(msgspec.Struct, frozen=True):
    """id · digest: of all its changes, this batch included (see `crdt_models.digests`) · open."""

    id: DocumentId
    digest: int
    open: bool


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """That a command was executed here, so that a retry of it has no second effect.

    body_hash: the first 16 bytes of the SHA-256 of what was asked for, empty when it was asked for
    elsewhere · day: of its execution here, days since 1970-01-01 · change: the one it wrote, from
    which its answer can be told again; None when it had nothing to write · position: of that
    change, filled in when read.
    """

    id: CommandId
    body_hash: bytes
    day: int
    change: ChangeId | None = None
    position: int | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that becomes durable together.

    changes: in any order, known ones are skipped · documents: the state of every document that a
    new change touches, after the batch · rows: per document, its read-model rows, replacing all it
    had · by_key: tables where they replace only those of their keys · settings: name → value.
    """

    changes: Sequence[Recordable] = ()
    documents: Sequence[DocumentState] = ()
    commands: Sequence[CommandRecord] = ()
    rows: Mapping[DocumentId, TableRows] = {}
    by_key: frozenset[str] = frozenset()
    settings: Mapping[str, str] = {}


class Appended(msgspec.Struct, frozen=True):
    """positions: one per change of the batch, in order · known: ids that were stored before."""

    positions: tuple[int, ...]
    known: frozenset[ChangeId]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A stored change without its bytes."""

    position: int
    id: ChangeId
    device: DeviceId
    epoch: Epoch
    sequence: int
    hlc: int
    previous: tuple[ChangeId, ...]


class Tip(msgspec.Struct, frozen=True):
    """A stored change with no stored child."""

    device: DeviceId
    epoch: Epoch
    sequence: int
    id: ChangeId


class Gap(msgspec.Struct, frozen=True):
    """missing: an id that is not stored · below: the stored change that names it as previous."""

    missing: ChangeId
    below: ChangeId


class Logged(msgspec.Struct, frozen=True):
    """One change as `since` hands it out."""

    position: int
    id: ChangeId
    data: bytes


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """relay: whose · position: the log up to here is with it · data: its signed bytes · at: ms."""

    relay: str
    position: int
    data: bytes
    at: int


class FrontEnd(msgspec.Struct, frozen=True, kw_only=True):
    """name · key_hash: SHA-256 of its key, 32 bytes · role: what it may do · created: ms."""

    name: str
    key_hash: bytes
    role: str
    created: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much the log holds."""

    changes: int
    documents: int
    open_documents: int
    authors: int
    devices: int
    tips: int
    missing: int
