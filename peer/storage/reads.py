"""Reading the log: committed state only, on a connection that is not the writer's.

Rules of this file:
1. No method sees a transaction that has not been committed; two reads that must agree stand inside
   one `snapshot()`.
2. Bytes are handed out as they came in. Of a change nothing is decoded but its head.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import starmap

from crdt_models.change import head_of
from crdt_models.ids import (
    KEY_BYTES,
    SHORT_BYTES,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    fact_origin,
)
from peer.service.sqlite_driver import SqlRow, SqlValue
from peer.service.sqlite_writer import SqliteReader
from peer.storage.lookup import rows_in
from peer.storage.records import (
    CommandRecord,
    Counts,
    DocumentState,
    FrontEnd,
    Gap,
    Header,
    Logged,
    Receipt,
    Tip,
)
from peer.storage.stored_changes import (
    COLUMNS,
    TABLES,
    Stored,
    find,
    find_beginning,
    short_of,
    stored,
)

_CHANGE = f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608
_PART = (
    f"{_CHANGE} WHERE position IN (SELECT position FROM part"  # noqa: S608
    " WHERE document = (SELECT number FROM document WHERE id = ?)) ORDER BY position"
)
_DEVICE = "(SELECT number FROM device WHERE id = ?)"
_AUTHOR = """(SELECT author.number FROM author JOIN device ON device.number = device
    WHERE device.id = ? AND epoch = ?)"""
# Commands by the first bits of their id, with the changes they wrote.
_COMMAND = f"""SELECT {COLUMNS}, body_hash, day FROM command CROSS JOIN {TABLES}
    WHERE short = ? AND change.position = command.position ORDER BY command.position"""  # noqa: S608
_SHARED = "SELECT short FROM command GROUP BY short HAVING COUNT(*) > 1"
_KNOWN = "SELECT short FROM command WHERE short IN (??)"
_IDLE = "SELECT id, body_hash, day FROM idle_command WHERE id BETWEEN ? AND ?"
_DOCUMENT = "SELECT id, digest, open FROM document"
_FRONT_END = "SELECT name, key_hash, role, created FROM front_end"
_COUNTS = """SELECT
    (SELECT count(*) FROM change), (SELECT count(*) FROM document),
    (SELECT count(*) FROM document WHERE open = 1), (SELECT count(*) FROM author),
    (SELECT count(*) FROM device), (SELECT count(*) FROM tip),
    (SELECT count(DISTINCT id) FROM missing)"""


class CommittedReads:
    """The questions that a log answers."""

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside belongs to one committed state."""
        return self._reader.snapshot()

    # -- changes

    def holds(self, change: ChangeId) -> bool:
        return bool(self.holds_many((change,)))

    def holds_many(self, changes: Iterable[ChangeId]) -> frozenset[ChangeId]:
        """Those of `changes` that are stored."""
        return frozenset(change for change, _ in self._find(changes))

    def data(self, changes: Iterable[ChangeId]) -> list[bytes]:
        """The bytes of `changes` in the given order. Raises KeyError for one that is not stored."""
        wanted = list(changes)
        found = {change: it.data for change, it in self._find(wanted)}
        return [found[change] for change in wanted]

    def telling(self, facts: Iterable[FactId]) -> list[bytes]:
        """The bytes of the stored changes that hold these facts, each once."""
        prefixes = (fact_origin(fact)[0] for fact in facts)
        return [it.data for it in find_beginning(self._reader.rows, prefixes)]

    def header(self, change: ChangeId) -> Header | None:
        return self.headers((change,)).get(change)

    def headers(self, changes: Iterable[ChangeId]) -> dict[ChangeId, Header]:
        """The headers of those of `changes` that are stored."""
        return {change: it.header for change, it in self._find(changes)}

    def headers_of(
        self, device: DeviceId, *, below: int | None = None, limit: int | None = None
    ) -> list[Header]:
        """A device's changes over all its epochs, newest first: (sequence, id) descending.

        below: only sequences lower than this · limit: at most so many.
        """
        within = f"change.device = {_DEVICE} AND sequence < ?"
        bounds = (device, 2**63 - 1 if below is None else below)
        return self._first(within, bounds, limit, newest=True)

    def forks(
        self,
        device: DeviceId | None = None,
        epoch: Epoch | None = None,
        *,
        least: int = 0,
        most: int = 2**63 - 1,
    ) -> list[Header]:
        """Changes that share their author and sequence with another one.

        device and epoch: only this author's, and only sequences from `least` to `most`.
        """
        within = "SELECT author, sequence FROM change"
        bounds: tuple[SqlValue, ...] = ()
        if device is not None and epoch is not None:
            within += f" WHERE author = {_AUTHOR} AND sequence BETWEEN ? AND ?"
            bounds = (device, epoch, least, most)
        return self._headers(
            f"{_CHANGE} WHERE (author, sequence) IN"
            f" ({within} GROUP BY author, sequence HAVING count(*) > 1)",
            bounds,
        )

    def greatest_sequence(self, device: DeviceId, epoch: Epoch) -> int:
        """Of one author's stored changes; 0 when there is none."""
        row = self._reader.row(
            f"SELECT coalesce(max(sequence), 0) FROM change WHERE author = {_AUTHOR}",  # noqa: S608
            (device, epoch),
        )
        return int(row[0]) if row else 0

    def touching(self, document: DocumentId) -> list[Header]:
        """The changes that touch a document, in order of storing, without their bytes."""
        return self._headers(_PART, (document,))

    def devices(self) -> list[DeviceId]:
        rows = self._reader.rows("SELECT id FROM device ORDER BY id")
        return [DeviceId(row[0]) for row in rows]

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int) -> list[Header]:
        """The oldest changes of one author: where its `author_opened` stands."""
        return self._first(f"author = {_AUTHOR}", (device, epoch), limit, newest=False)

    def children(self, change: ChangeId) -> frozenset[ChangeId]:
        """Stored changes that name `change` as previous, also when `change` is not stored."""
        with self.snapshot():
            parents = [it.position for _, it in self._find((change,))]
            children = list(self._in("SELECT child FROM previous WHERE parent IN (??)", parents))
            children += self._reader.rows("SELECT below FROM missing WHERE id = ?", (change,))
            return frozenset(it.id for it in self._at(row[0] for row in children))

    def early_children(self, after: int, through: int) -> dict[int, tuple[ChangeId, ...]]:
        """Position → children stored before it, of the changes at `after` < position ≤ `through`:
        what had arrived ahead of its predecessor."""
        with self.snapshot():
            edges = self._reader.rows(
                "SELECT parent, child FROM previous WHERE parent > ? AND parent <= ?"
                " AND child < parent ORDER BY parent, child",
                (after, through),
            )
            ids = {it.position: it.id for it in self._at(child for _, child in edges)}
        found: dict[int, tuple[ChangeId, ...]] = {}
        for parent, child in edges:
            found[parent] = (*found.get(parent, ()), ids[child])
        return found

    def parents(self, change: ChangeId) -> tuple[ChangeId, ...]:
        """What a stored change names as previous, stored or not. Raises KeyError."""
        header = self.header(change)
        if header is None:
            raise KeyError(change)
        return header.previous

    def tips(self) -> list[Tip]:
        """Stored changes with no stored child, by device, then newest first."""
        found = self._headers(f"{_CHANGE} WHERE position IN (SELECT position FROM tip)")  # noqa: S608
        ordered = sorted(sorted(found, key=_place, reverse=True), key=lambda it: it.device)
        return [Tip(it.device, it.epoch, it.sequence, it.id) for it in ordered]

    def forked_devices(self, above: int) -> dict[DeviceId, int]:
        """The devices with more tips than `above`, and how many each has."""
        rows = self._reader.rows(
            "SELECT device.id, count(*) FROM tip JOIN change USING (position)"
            " JOIN device ON device.number = change.device"
            " GROUP BY device.id HAVING count(*) > ?",
            (above,),
        )
        return {DeviceId(row[0]): int(row[1]) for row in rows}

    def missing(self, device: DeviceId | None = None) -> list[Gap]:
        """Every id that a stored change names and that is not stored. device: whose change."""
        gaps = self._reader.rows(
            "SELECT missing.id, below FROM missing"
            " JOIN change ON position = below JOIN device ON number = device"
            " WHERE ?1 IS NULL OR device.id = ?1",
            (device,),
        )
        below = {it.position: it.id for it in self._at(row[1] for row in gaps)}
        found = [Gap(ChangeId(row[0]), below[row[1]]) for row in gaps]
        return sorted(found, key=lambda gap: (gap.missing, gap.below))

    def since(self, position: int, limit: int) -> list[Logged]:
        """At most `limit` changes stored after `position`, in order of storing."""
        rows = self._reader.rows(
            f"{_CHANGE} WHERE position > ? ORDER BY position LIMIT ?", (position, limit)
        )
        return [Logged(it.position, it.id, it.data) for it in starmap(stored, rows)]

    def last_position(self) -> int:
        """0 for an empty log."""
        row = self._reader.row("SELECT coalesce(max(position), 0) FROM change")
        return int(row[0]) if row else 0

    # -- documents

    def document(self, document: DocumentId) -> DocumentState | None:
        row = self._reader.row(f"{_DOCUMENT} WHERE id = ?", (document,))
        return _document(row) if row else None

    def documents(
        self,
        kind: str | None = None,
        *,
        open: bool | None = None,  # noqa: A002 - the state's word
    ) -> list[DocumentState]:
        """By id. kind: `order`, `tables` … · open: only those (not) worked on."""
        rows = self._reader.rows(
            f"{_DOCUMENT} WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR open = ?2)"
            " ORDER BY id",
            (kind, None if open is None else int(open)),
        )
        return [_document(row) for row in rows]

    def documents_known(self, documents: Iterable[DocumentId]) -> frozenset[DocumentId]:
        """Those of which anything is stored."""
        return frozenset(
            row[0] for row in self._in("SELECT id FROM document WHERE id IN (??)", documents)
        )

    def changes_of(self, document: DocumentId) -> list[bytes]:
        """The changes that touch a document, in order of storing."""
        return [stored(*row).data for row in self._reader.rows(_PART, (document,))]

    # -- small facts

    def command(self, command: CommandId) -> CommandRecord | None:
        return next((each for each in self._of_key(command) if each.id == command), None)

    def command_of_key(self, command: CommandId) -> CommandRecord | None:
        """This command, or else the first other one under the same idempotency key."""
        found = list(self._of_key(command))
        return next((each for each in found if each.id == command), found[0] if found else None)

    def commands_known(self, commands: Iterable[CommandId]) -> frozenset[CommandId]:
        """Those that were executed. Made for many, of which hardly any was."""
        wanted = set(commands)
        shorts = self._in(_KNOWN, map(short_of, wanted))
        idle = self._in("SELECT id FROM idle_command WHERE id IN (??)", wanted)
        alike, known = {row[0] for row in shorts}, {CommandId(row[0]) for row in idle}
        known.update(each for each in wanted if short_of(each) in alike and self.command(each))
        return frozenset(known)

    def keys_shared(self) -> frozenset[int]:
        """`short_of` of commands' ids, where several changes may be of one key."""
        return frozenset(row[0] for row in self._reader.rows(_SHARED, ()))

    def keys_known(self, commands: Iterable[CommandId]) -> frozenset[int]:
        """`short_of` of those ids under which something was written that has the same."""
        wanted = {short_of(each) for each in commands}
        return frozenset(row[0] for row in self._in(_KNOWN, wanted))

    def changes_alike(self, short: int) -> list[bytes]:
        """The changes of every command whose id has this `short_of`, in order of storing."""
        return [stored(*row[:-2]).data for row in self._reader.rows(_COMMAND, (short,))]

    def _of_key(self, command: CommandId) -> Iterator[CommandRecord]:
        """Those whose ids begin with the same KEY_BYTES."""
        key = command[:KEY_BYTES]
        for *row, body_hash, day in self._reader.rows(_COMMAND, (short_of(command),)):
            wrote = stored(*row)
            found = head_of(wrote.data).command_id
            if found[:KEY_BYTES] == key:
                yield CommandRecord(
                    id=found,
                    body_hash=body_hash,
                    day=day,
                    change=wrote.id,
                    position=wrote.position,
                )
        rest = SHORT_BYTES - KEY_BYTES
        bounds = (key + bytes(rest), key + b"\xff" * rest)
        for identity, body_hash, day in self._reader.rows(_IDLE, bounds):
            yield CommandRecord(id=CommandId(identity), body_hash=body_hash, day=day)

    def receipt(self, relay: str) -> Receipt | None:
        row = self._reader.row("SELECT position, data, at FROM receipt WHERE relay = ?", (relay,))
        return Receipt(relay=relay, position=row[0], data=row[1], at=row[2]) if row else None

    def front_ends(self) -> list[FrontEnd]:
        return [_front_end(row) for row in self._reader.rows(f"{_FRONT_END} ORDER BY name")]

    def setting(self, name: str) -> str | None:
        row = self._reader.row("SELECT value FROM setting WHERE name = ?", (name,))
        return str(row[0]) if row else None

    def counts(self) -> Counts:
        row = self._reader.row(_COUNTS)
        assert row is not None, "an aggregate has a row"
        return Counts(
            changes=row[0],
            documents=row[1],
            open_documents=row[2],
            authors=row[3],
            devices=row[4],
            tips=row[5],
            missing=row[6],
        )

    def _find(self, changes: Iterable[ChangeId]) -> Iterator[tuple[ChangeId, Stored]]:
        return find(self._reader.rows, changes)

    def _at(self, positions: Iterable[int]) -> Iterator[Stored]:
        return starmap(stored, self._in(f"{_CHANGE} WHERE position IN (??)", positions))

    def _headers(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Header]:
        return [stored(*row).header for row in self._reader.rows(sql, parameters)]

    def _first(
        self, within: str, bounds: Sequence[SqlValue], limit: int | None, *, newest: bool
    ) -> list[Header]:
        """The first `limit` by (sequence, id) of those `within`, descending if `newest`."""
        beyond, direction = (">=", " DESC") if newest else ("<=", "")
        sql = f"{_CHANGE} WHERE {within}"
        last = None
        if limit is not None:
            last = self._reader.row(
                f"SELECT sequence FROM change WHERE {within}"  # noqa: S608
                f" ORDER BY sequence{direction} LIMIT 1 OFFSET ?",
                (*bounds, limit - 1),
            )
        if last is not None:  # branches of a fork share its sequence: all of them, then in order
            sql, bounds = f"{sql} AND sequence {beyond} ?", (*bounds, last[0])
        return sorted(self._headers(sql, bounds), key=_place, reverse=newest)[:limit]

    def _in(self, sql: str, keys: Iterable[SqlValue]) -> Iterator[SqlRow]:
        return rows_in(self._reader.rows, sql, keys)


def _document(row: SqlRow) -> DocumentState:
    return DocumentState(DocumentId(row[0]), int.from_bytes(row[1], "big"), bool(row[2]))


def _front_end(row: SqlRow) -> FrontEnd:
    return FrontEnd(name=row[0], key_hash=row[1], role=row[2], created=row[3])


def _place(header: Header) -> tuple[int, ChangeId]:
    return header.sequence, header.id
