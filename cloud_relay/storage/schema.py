"""The relay's tables, written once for every engine.

Rules of this file:
1. Company and site come first in every key of every table that holds a tenant's data.
2. Steps are only ever added (see `peer.service.migrations`). Read-model tables are not here: they
   can be made again from the changes at any time, see `read_tables`.
3. Types are SQLite's. Statements use what PostgreSQL understands too, for its day: `?` marks,
   ON CONFLICT, no dialect functions.
"""

from peer.service.migrations import Step

APPLICATION_ID = 0x4D414C52  # "MALR"

_FIRST = (
    # last_position: of the newest change · bytes: of all changes · last_change_at, created: ms.
    """CREATE TABLE site(
        company TEXT NOT NULL, site BLOB NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
        last_position INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
        last_change_at INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (company, site)) STRICT, WITHOUT ROWID""",
    # A site id commits to its root key, so it is one shop's and nobody else's.
    "CREATE UNIQUE INDEX site_once ON site(site)",
    # secret_hash: SHA-256 of the secret; the secret itself is shown once and never stored.
    """CREATE TABLE token(
        company TEXT NOT NULL, site BLOB NOT NULL, node TEXT NOT NULL, role TEXT NOT NULL,
        secret_hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL, revoked INTEGER,
        PRIMARY KEY (company, site, node)) STRICT, WITHOUT ROWID""",
    # previous: 32-byte ids joined · node: whose token brought it · received: ms.
    """CREATE TABLE change(
        company TEXT NOT NULL, site BLOB NOT NULL, position INTEGER NOT NULL, id BLOB NOT NULL,
        device BLOB NOT NULL, epoch BLOB NOT NULL, sequence INTEGER NOT NULL,
        previous BLOB NOT NULL, node TEXT NOT NULL, received INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (company, site, position)) STRICT""",
    "CREATE UNIQUE INDEX change_by_id ON change(company, site, id)",
    # Not unique: both branches of a fork are stored.
    "CREATE INDEX change_by_device ON change(company, site, device, sequence)",
    # opening: the change that holds this epoch's `author_opened` · signing_key: Ed25519, 32 bytes.
    """CREATE TABLE author(
        company TEXT NOT NULL, site BLOB NOT NULL, device BLOB NOT NULL, epoch BLOB NOT NULL,
        signing_key BLOB NOT NULL, opening BLOB NOT NULL,
        PRIMARY KEY (company, site, device, epoch)) STRICT, WITHOUT ROWID""",
    # Every edge of the chains; `parent` may not be stored · device: the child's.
    """CREATE TABLE edge(
        company TEXT NOT NULL, site BLOB NOT NULL, parent BLOB NOT NULL, device BLOB NOT NULL,
        child BLOB NOT NULL,
        PRIMARY KEY (company, site, parent, child)) STRICT, WITHOUT ROWID""",
    # Stored changes with no stored child.
    """CREATE TABLE tip(
        company TEXT NOT NULL, site BLOB NOT NULL, device BLOB NOT NULL, id BLOB NOT NULL,
        epoch BLOB NOT NULL, sequence INTEGER NOT NULL,
        PRIMARY KEY (company, site, device, id)) STRICT, WITHOUT ROWID""",
    # Named by the stored change `below`, and not stored.
    """CREATE TABLE missing(
        company TEXT NOT NULL, site BLOB NOT NULL, id BLOB NOT NULL, below BLOB NOT NULL,
        PRIMARY KEY (company, site, id, below)) STRICT, WITHOUT ROWID""",
    # digest: 32 bytes, the sum of crdt_models.digests.
    """CREATE TABLE document(
        company TEXT NOT NULL, site BLOB NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (company, site, id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE part(
        company TEXT NOT NULL, site BLOB NOT NULL, document TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (company, site, document, position)) STRICT, WITHOUT ROWID""",
    # About the database itself, no tenant's: which read-model tables stand, who the relay is.
    "CREATE TABLE setting(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT",
)

STEPS = (Step("0001-relay", _FIRST),)
