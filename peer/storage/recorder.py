"""Writing a batch into the tables, inside a transaction that someone else begins and ends.

Rules of this file:
1. Idempotent on the change id: what is stored is skipped and reported.
2. The order inside a batch, and between batches, does not matter for the tables: a change may come
   before the ones it names. Tips and gaps are kept up here and nowhere else.
3. Few statements, each over many rows: a newcomer's 5,000 changes take as long as ten commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from crdt_models.digests import to_bytes
from crdt_models.ids import ChangeId, DeviceId, DocumentId, Epoch, kind_of
from peer.service.sqlite_driver import Connection, SqlRow, SqlValue
from peer.storage.lookup import Fetch, rows_in
from peer.storage.records import Appended, Batch, CommandRecord, DocumentState, Recordable
from peer.storage.stored_changes import author_head, find, kept, short_of


class Recorded(NamedTuple):
    """appended: where each change stands · numbers: of the stored documents among those of the
    batch · created: those that nothing was stored of before, so that no row of them stands."""

    appended: Appended
    numbers: Mapping[DocumentId, int]
    created: frozenset[DocumentId]


def record(connection: Connection, batch: Batch) -> Recorded:
    """Write everything but the read-model rows."""
    positions, new = _place(connection, batch.changes)
    numbers = _numbers(connection, {*batch.rows, *(state.id for state in batch.documents)})
    before = numbers.keys()
    if new:
        numbers = _numbered(connection, numbers, batch.documents)
        _write_changes(connection, new, positions)
        _write_edges(connection, new, positions)
        _write_parts(connection, new, positions, numbers, batch.documents)
    _write_commands(connection, batch.commands, positions)
    _write_settings(connection, batch.settings)
    fresh = {change.id for change in new}
    appended = Appended(
        tuple(positions[change.id] for change in batch.changes),
        frozenset(change.id for change in batch.changes if change.id not in fresh),
    )
    return Recorded(appended, numbers, frozenset(numbers.keys() - before))


def _place(
    connection: Connection, changes: Sequence[Recordable]
) -> tuple[dict[ChangeId, int], list[Recordable]]:
    """(positions of the batch's changes and of those they name, the changes that are new)."""
    wanted = {change.id for change in changes}
    wanted.update(parent for change in changes for parent in change.previous)
    positions = {change: found.position for change, found in find(_fetch(connection), wanted)}
    new: list[Recordable] = []
    if changes:
        (last,) = connection.execute("SELECT coalesce(max(position), 0) FROM change").fetchall()[0]
        for change in changes:
            if change.id not in positions:
                last += 1
                positions[change.id] = last
                new.append(change)
    return positions, new


def _write_changes(
    connection: Connection, new: Sequence[Recordable], positions: Mapping[ChangeId, int]
) -> None:
    authors = _authors(connection, new)
    rows: list[tuple[SqlValue, ...]] = []
    for change in new:
        author, device, head = authors[change.device, change.epoch]
        row = (positions[change.id], author, device, change.sequence, kept(head, change.data))
        rows.append(row)
    connection.executemany(
        "INSERT INTO change(position, author, device, sequence, bytes) VALUES (?, ?, ?, ?, ?)", rows
    )
    connection.executemany(
        "INSERT INTO change_id(short, position) VALUES (?, ?)",
        [(short_of(change.id), positions[change.id]) for change in new],
    )


def _authors(
    connection: Connection, new: Sequence[Recordable]
) -> dict[tuple[DeviceId, Epoch], tuple[int, int, bytes]]:
    """(author number, device number, head) of each author in the batch; new ones get a number."""
    heads = {(change.device, change.epoch): author_head(change.data) for change in new}
    return {
        author: _author(connection, *author) or _new_author(connection, *author, head)
        for author, head in heads.items()
    }


def _author(
    connection: Connection, device: DeviceId, epoch: Epoch
) -> tuple[int, int, bytes] | None:
    found = connection.execute(
        "SELECT author.number, device, head FROM author JOIN device ON device.number = device"
        " WHERE device.id = ? AND epoch = ?",
        (device, epoch),
    ).fetchall()
    return found[0] if found else None


def _new_author(
    connection: Connection, device: DeviceId, epoch: Epoch, head: bytes
) -> tuple[int, int, bytes]:
    connection.execute("INSERT INTO device(id) VALUES (?) ON CONFLICT DO NOTHING", (device,))
    connection.execute(
        "INSERT INTO author(device, epoch, head) SELECT number, ?, ? FROM device WHERE id = ?",
        (epoch, head, device),
    )
    made = _author(connection, device, epoch)
    assert made is not None, "just inserted"
    return made


def _write_edges(
    connection: Connection, new: Sequence[Recordable], positions: Mapping[ChangeId, int]
) -> None:
    """Edges from and to the new changes, the gaps they leave and fill, and the tips."""
    edges: list[tuple[int, int]] = []
    gaps: list[tuple[ChangeId, int]] = []
    for change in new:
        for parent in change.previous:
            if parent in positions:
                edges.append((positions[parent], positions[change.id]))
            else:
                gaps.append((parent, positions[change.id]))
    filled = list(
        _in(connection, "SELECT id, below FROM missing WHERE id IN (??)", (c.id for c in new))
    )
    edges.extend((positions[ChangeId(row[0])], int(row[1])) for row in filled)
    _many(connection, "INSERT INTO previous(parent, child) VALUES (?, ?)", set(edges))
    _many(connection, "INSERT INTO missing(id, below) VALUES (?, ?)", set(gaps))
    _many(connection, "DELETE FROM missing WHERE id = ? AND below = ?", filled)
    device = _devices(connection, {end for edge in edges for end in edge})
    # Another device may name a change, but only its own device's next change ends a tip.
    parents = {parent for parent, child in edges if device[parent] == device[child]}
    placed = {positions[change.id] for change in new}
    _many(connection, "DELETE FROM tip WHERE position = ?", [(p,) for p in parents - placed])
    _many(connection, "INSERT INTO tip(position) VALUES (?)", [(p,) for p in placed - parents])


def _devices(connection: Connection, positions: set[int]) -> dict[int, int]:
    """The number of the device that wrote the change at each position."""
    sql = "SELECT position, device FROM change WHERE position IN (??)"
    return {int(row[0]): int(row[1]) for row in _in(connection, sql, positions)}


def _numbers(connection: Connection, documents: Iterable[DocumentId]) -> dict[DocumentId, int]:
    """Of those that are stored."""
    sql = "SELECT id, number FROM document WHERE id IN (??)"
    return {DocumentId(row[0]): int(row[1]) for row in _in(connection, sql, documents)}


def _numbered(
    connection: Connection, known: Mapping[DocumentId, int], documents: Sequence[DocumentState]
) -> dict[DocumentId, int]:
    """`known`, and the next numbers for the documents that are not."""
    new = sorted({state.id for state in documents} - known.keys())
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM document").fetchall()[0]
    return {**known, **{document: last + place for place, document in enumerate(new, start=1)}}


def _write_parts(
    connection: Connection,
    new: Sequence[Recordable],
    positions: Mapping[ChangeId, int],
    numbers: Mapping[DocumentId, int],
    documents: Sequence[DocumentState],
) -> None:
    touched = {document for change in new for document in change.documents}
    stated = {state.id for state in documents}
    assert touched <= stated, f"no state given for {sorted(touched - stated)}"
    _many(
        connection,
        "INSERT INTO document(number, id, kind, digest, open) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (number) DO UPDATE SET digest = excluded.digest, open = excluded.open",
        [(numbers[s.id], s.id, kind_of(s.id), to_bytes(s.digest), int(s.open)) for s in documents],
    )
    _many(
        connection,
        "INSERT INTO part(document, position) VALUES (?, ?)",
        {(numbers[document], positions[c.id]) for c in new for document in c.documents},
    )


def _write_commands(
    connection: Connection,
    commands: Sequence[CommandRecord],
    positions: Mapping[ChangeId, int],
) -> None:
    written = [(c, positions[c.change]) for c in commands if c.change]
    _many(
        connection,
        "INSERT INTO command(short, position, day, body_hash) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(short_of(c.id), position, c.day, c.body_hash) for c, position in written],
    )
    _many(
        connection,
        "INSERT INTO idle_command(id, day, body_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(c.id, c.day, c.body_hash) for c in commands if c.change is None],
    )


def _write_settings(connection: Connection, settings: Mapping[str, str]) -> None:
    _many(
        connection,
        "INSERT INTO setting(name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        settings.items(),
    )


def _in(connection: Connection, sql: str, keys: Iterable[SqlValue]) -> Iterable[SqlRow]:
    return rows_in(_fetch(connection), sql, keys)


def _fetch(connection: Connection) -> Fetch:
    return lambda text, values: connection.execute(text, values).fetchall()


def _many(connection: Connection, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
    given = list(rows)
    if given:
        connection.executemany(sql, given)
