"""Read-model tables: what reports read, kept in the same transactions as the changes.

Rules of this file:
1. The definitions are `crdt_models.read_models`'; here each table gets company and site in front of
   its columns and of its key. The rows of one document are replaced together, in every table.
2. When the definitions change, the tables are dropped and made anew, empty; the caller fills them.
3. Names of tables and columns come only from the definitions; everything else is a bound parameter.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cloud_relay.storage.port import RowQuery, TableRows
from crdt_models.ids import DocumentId
from peer.service.sqlite_driver import SqlRow, SqlValue

DOCUMENT = "document_id"
FINGERPRINT = "read_tables"  # setting: fingerprint of the definitions, then the tables' names
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TYPES = frozenset({"TEXT", "INTEGER", "BLOB"})
_TENANT = ("company", "site")


class TableDefinition(Protocol):
    """name · columns: (name, SQL type) · key: the columns of the primary key."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def key(self) -> tuple[str, ...]: ...


class Sql(Protocol):
    """An open connection of either engine; statements use `?` marks."""

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[SqlRow]: ...
    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> None: ...
    def many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None: ...


class ReadTables:
    """The read-model tables of one relay."""

    def __init__(self, tables: Sequence[TableDefinition]) -> None:
        for table in tables:
            _check(table)
        self._tables = {table.name: table for table in tables}

    def fingerprint(self) -> str:
        """What `setting` holds once these tables stand: `<fingerprint> <table> <table> …`."""
        text = repr([(t.name, t.columns, t.key) for t in self._tables.values()])
        return " ".join([hashlib.sha256(text.encode()).hexdigest()[:32], *self._tables])

    def statements(self, found: str | None) -> Iterator[str]:
        """What turns the tables that `found` describes into these; nothing when they stand."""
        if found == self.fingerprint():
            return
        for name in found.split(" ")[1:] if found else ():
            yield f"DROP TABLE IF EXISTS {_checked(name)}"
        for table in self._tables.values():
            yield from _create(table)

    def replace(
        self, sql: Sql, tenant: tuple[SqlValue, ...], document: DocumentId, rows: TableRows
    ) -> None:
        """Put `rows` in the place of everything that stands under this tenant's `document`."""
        unknown = rows.keys() - self._tables.keys()
        assert not unknown, f"no definition for {sorted(unknown)}"
        for name, table in self._tables.items():
            where = f"company = ? AND site = ? AND {DOCUMENT} = ?"
            sql.run(f"DELETE FROM {name} WHERE {where}", (*tenant, document))  # noqa: S608
            if rows.get(name):
                marks = ", ".join("?" * (len(table.columns) + len(_TENANT)))
                sql.many(
                    f"INSERT INTO {name} VALUES ({marks})",  # noqa: S608
                    [(*tenant, *row) for row in rows[name]],
                )

    def count(self, sql: Sql, tenant: tuple[SqlValue, ...], query: RowQuery) -> int:
        """How many rows lie in the query's range."""
        where, values = self._range(tenant, query)
        return int(sql.rows(f"SELECT count(*) FROM {query.table} WHERE {where}", values)[0][0])  # noqa: S608

    def rows(
        self, sql: Sql, tenant: tuple[SqlValue, ...], query: RowQuery
    ) -> list[dict[str, SqlValue]]:
        """The rows in the query's range as column → value, newest first."""
        where, values = self._range(tenant, query)
        table = self._tables[query.table]
        names = [name for name, _ in table.columns]
        order = ", ".join(f"{name} DESC" for name in dict.fromkeys([query.column, *table.key]))
        found = sql.rows(
            f"SELECT {', '.join(names)} FROM {query.table} WHERE {where}"  # noqa: S608
            f" ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, query.limit, query.offset),
        )
        return [dict(zip(names, row, strict=True)) for row in found]

    def _range(
        self, tenant: tuple[SqlValue, ...], query: RowQuery
    ) -> tuple[str, tuple[SqlValue, ...]]:
        names = [name for name, _ in self._tables[query.table].columns]
        if query.column not in names:
            raise KeyError(f"{query.table} has no column {query.column!r}")
        where = f"company = ? AND site = ? AND {query.column} BETWEEN ? AND ?"
        return where, (*tenant, query.low, query.high)


def _create(table: TableDefinition) -> list[str]:
    columns = [
        f"{name} {kind}{' NOT NULL' if name in table.key or name == DOCUMENT else ''}"
        for name, kind in table.columns
    ]
    body = ", ".join(
        [
            "company TEXT NOT NULL",
            "site BLOB NOT NULL",
            *columns,
            f"PRIMARY KEY ({', '.join([*_TENANT, *table.key])})",
        ]
    )
    statements = [f"CREATE TABLE {table.name}({body}) STRICT, WITHOUT ROWID"]
    if table.key[0] != DOCUMENT:
        statements.append(
            f"CREATE INDEX {table.name}_by_document ON {table.name}(company, site, {DOCUMENT})"
        )
    return statements


def _check(table: TableDefinition) -> None:
    names = [name for name, _ in table.columns]
    assert DOCUMENT in names, f"{table.name} has no {DOCUMENT}"
    assert not set(_TENANT) & set(names), f"{table.name} names a tenant's column itself"
    assert table.key and set(table.key) <= set(names), f"the key of {table.name}"
    assert {kind for _, kind in table.columns} <= _TYPES, f"the types of {table.name}"
    for name in (table.name, *names):
        _checked(name)


def _checked(name: str) -> str:
    assert _NAME.fullmatch(name), f"not a name: {name!r}"
    return name
