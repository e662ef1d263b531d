"""The tables of a terminal's database.

Rules of this file:
1. Steps are only ever added (see `peer.service.migrations`). Read-model tables are not here: they
   can be made again from the log at any time, see `projections`.
2. What repeats in every row is stored once: devices, authors and documents have numbers of their
   own, and an edge between two stored changes is two positions. What can be computed from a
   change's bytes has no column, see `stored_changes`. An order costs 5 kB that way instead of 8.
3. Nothing that the change's own bytes say is believed over them; columns are indexes on the bytes.
"""

from peer.service.migrations import Step

APPLICATION_ID = 0x4D414C48  # "MALH"

_FIRST = (
    # One boot of one device: its signing identity · head: what its changes begin with.
    """CREATE TABLE author(
        number INTEGER PRIMARY KEY, device INTEGER NOT NULL, epoch BLOB NOT NULL,
        head BLOB NOT NULL, UNIQUE (device, epoch)) STRICT""",
    "CREATE TABLE device(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT",
    # position: order of storing here, and the cursor of events · bytes: without the author's head.
    """CREATE TABLE change(
        position INTEGER PRIMARY KEY, author INTEGER NOT NULL, device INTEGER NOT NULL,
        sequence INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT""",
    # short: the first bits of the change's id; two changes may have it in common.
    """CREATE TABLE change_id(
        short INTEGER NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (short, position)) STRICT, WITHOUT ROWID""",
    # Not unique: both branches of a fork are stored.
    "CREATE INDEX change_by_author ON change(author, sequence)",
    "CREATE INDEX change_by_device ON change(device, sequence)",
    # Edges whose both ends are stored, as positions.
    """CREATE TABLE previous(
        parent INTEGER NOT NULL, child INTEGER NOT NULL,
        PRIMARY KEY (parent, child)) STRICT, WITHOUT ROWID""",
    # Stored changes with no stored child.
    "CREATE TABLE tip(position INTEGER PRIMARY KEY) STRICT",
    # Named as previous by the stored change at `below`, and not stored.
    """CREATE TABLE missing(
        id BLOB NOT NULL, below INTEGER NOT NULL,
        PRIMARY KEY (id, below)) STRICT, WITHOUT ROWID""",
    # digest: 32 bytes, the sum of crdt_models.digests · open: 1 while the document is worked on.
    """CREATE TABLE document(
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        digest BLOB NOT NULL, open INTEGER NOT NULL) STRICT""",
    "CREATE INDEX document_open ON document(kind) WHERE open = 1",
    """CREATE TABLE part(
        document INTEGER NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (document, position)) STRICT, WITHOUT ROWID""",
    # Commands that wrote the change at `position` · short: the first bits of the command's id, the
    # whole of which stands in the change · body_hash: of the request, empty when it was made
    # elsewhere · day: of its execution here, days since 1970-01-01.
    """CREATE TABLE command(
        short INTEGER NOT NULL, position INTEGER NOT NULL, day INTEGER NOT NULL,
        body_hash BLOB NOT NULL, PRIMARY KEY (short, position)) STRICT, WITHOUT ROWID""",
    # Commands that had nothing to write, which is rare.
    """CREATE TABLE idle_command(
        id BLOB PRIMARY KEY NOT NULL, day INTEGER NOT NULL,
        body_hash BLOB NOT NULL) STRICT, WITHOUT ROWID""",
    # The relay's latest signed receipt; everything up to `position` is with it.
    """CREATE TABLE receipt(
        relay TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL,
        at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    # key_hash: SHA-256 of the key; the key itself is shown once and never stored.
    """CREATE TABLE front_end(
        name TEXT PRIMARY KEY NOT NULL, key_hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL,
        created INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    # Small durable facts of this terminal alone: last business day, addresses, the relay's key …
    """CREATE TABLE setting(
        name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID""",
)

STEPS = (Step("0001-change-log", _FIRST),)
