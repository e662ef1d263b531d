"""Read-model tables: what screens and reports read, kept in the log's own transactions.

Rules of this file:
1. Every table has a column `document_id`; the rows of one document are replaced together, in every
   table, so a row never outlives what it came from (but in a table that is written by key, whose
   rows never end). Only a document that is stored has rows.
2. The definitions are somebody else's (`crdt_models.read_models`). When they change, the tables are
   dropped and made anew, empty, and the caller is told to fill them from the log.
3. What goes in comes out again, though it lies there shorter: a document by its number, and an
   identifier in hexadecimal as its bytes. Conditions compare what goes in.
4. Names of tables and columns come only from the definitions; everything else is a bound parameter.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeGuard

import msgspec

from crdt_models.errors import MalhaError
from crdt_models.ids import DocumentId
from peer.service.sqlite_driver import Connection, SqlRow, SqlValue
from peer.service.sqlite_writer import SqliteReader
from peer.storage.records import TableRows

DOCUMENT = "document_id"
# Columns by which screens choose rows, whatever table they stand in: each gets an index, so that
# asking for today's orders costs the same after two years.
FILTERED = frozenset({"business_day", "closed_day", "is_open", "product_id", "reservation_id"})
# Columns that go along in such an index where the table has them: what they say together (which
# numbers a day has given, how much was sold since) is then read from the index alone.
ALONG = {
    "business_day": ("letters", "number"),
    "product_id": ("added_hlc", "thousandths", "author", "day"),
}
# Columns that hold identifiers in hexadecimal.
IDENTIFIERS = frozenset({
    "order_id", "account_id", "table_id", "area_id", "line_id", "payment_id", "product_id",
    "reservation_id", "device", "shift_id",
})  # fmt: skip
MAX_PAGE = 500  # rows; a screen shows fifty
_FINGERPRINT = "projections"  # setting: which definitions the tables were made from, their names
_FILLED = "projections_filled"  # setting: the fingerprint under which they were last complete
_HEX = re.compile(r"([0-9a-f]{2})+")
_DOCUMENT_NUMBER = "(SELECT document.number FROM document WHERE id = ?)"
_OR_REPLACE = ("INSERT", "INSERT OR REPLACE", 1)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TYPES = frozenset({"TEXT", "INTEGER", "BLOB"})


class BadCursor(MalhaError):
    """A page cursor that was not handed out for this query."""

    code = "bad_cursor"
    sentence = "The cursor does not belong to this query."
    cure = "Ask for the first page again, without a cursor."


class TableDefinition(Protocol):
    """name · columns: (name, SQL type) · key: the columns of the primary key."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def key(self) -> tuple[str, ...]: ...


class Is(StrEnum):
    """How a condition compares. The values are SQL."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class Condition(msgspec.Struct, frozen=True):
    """`column` compared with `value`; a value of None asks for rows that have none."""

    column: str
    value: SqlValue
    comparison: Is = Is.EQUAL


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one table that meet every condition.

    order: columns to sort by before the primary key · descending: newest first · limit: rows of a
    page, at most 500 · cursor: what the page before this one gave as `next`.
    """

    table: str
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    descending: bool = False
    limit: int = 50
    cursor: str | None = None


class Page(msgspec.Struct, frozen=True):
    """rows: column → value · next: the cursor of the following page, None on the last."""

    rows: list[dict[str, SqlValue]]
    next: str | None


class Projections:
    """The read-model tables of one database."""

    def __init__(self, tables: Sequence[TableDefinition], reader: SqliteReader) -> None:
        for table in tables:
            _check(table)
        self._tables = {table.name: table for table in tables}
        self._reader = reader
        self._inserts = {table.name: _insert_sql(table) for table in tables}
        self._packed = {table.name: _places(table, IDENTIFIERS) for table in tables}
        self._numbered = {table.name: _places(table, {DOCUMENT}) for table in tables}

    def prepare(self, connection: Connection) -> bool:
        """Make the tables fit their definitions; True when they want filling from the log.

        They do until `filled` was called once: a filling that was cut short begins anew.
        """
        wanted = _fingerprint(self._tables.values())
        found = _setting(connection, _FINGERPRINT).split(" ")
        if found[0] == wanted:
            return _setting(connection, _FILLED) != wanted
        for name in found[1:]:
            connection.execute(f"DROP TABLE IF EXISTS {_checked(name)}")
        for table in self._tables.values():
            for statement in _create_sql(table):
                connection.execute(statement)
        _set(connection, _FINGERPRINT, " ".join([wanted, *self._tables]))
        return True

    def filled(self, connection: Connection) -> None:
        """Note that every document's rows are there."""
        _set(connection, _FILLED, _fingerprint(self._tables.values()))

    def replace(
        self,
        connection: Connection,
        rows: Mapping[DocumentId, TableRows],
        numbers: Mapping[DocumentId, int],
        created: Collection[DocumentId],
        by_key: Collection[str] = (),
    ) -> None:
        """Put `rows` in the place of everything that stands under each document.

        numbers: of all these documents · created: those under which nothing can stand yet · by_key:
        tables where a row takes only the place of the one with its key.
        """
        assert rows.keys() <= numbers.keys(), f"not stored: {sorted(rows.keys() - numbers.keys())}"
        unknown = {name for given in rows.values() for name in given} - self._tables.keys()
        assert not unknown, f"no definition for {sorted(unknown)}"
        standing = [(numbers[document],) for document in rows if document not in created]
        for name in self._tables:
            laid = [
                self._laid(name, row, numbers[document])
                for document, given in rows.items()
                for row in given.get(name, ())
            ]
            if name in by_key:
                connection.executemany(self._inserts[name].replace(*_OR_REPLACE), laid)
                continue
            if standing:
                connection.executemany(f"DELETE FROM {name} WHERE {DOCUMENT} = ?", standing)  # noqa: S608
            if laid:
                connection.executemany(self._inserts[name], laid)

    def _laid(self, table: str, row: Sequence[SqlValue], number: int) -> list[SqlValue]:
        """A row as it lies in its table: see rule 3."""
        values = list(row)
        for place in self._numbered[table]:
            values[place] = number
        for place in self._packed[table]:
            values[place] = _packed(values[place])
        return values

    def page(self, query: Query) -> Page:
        """One page of rows. Raises BadCursor; a table or column that is not defined is a bug."""
        table = self._tables[query.table]
        limit = min(max(query.limit, 1), MAX_PAGE)
        order = _order(table, query)
        texts, values = _conditions(table, query.where)
        if query.cursor is not None:
            texts.append(_after(order, query))
            values += _cursor_values(query.cursor, len(order))
        columns = [name for name, _ in table.columns]
        direction = " DESC" if query.descending else ""
        places = [f"place{number}" for number in range(len(order))]
        by = ", ".join(place + direction for place in places)
        terms = ", ".join(f"{term} AS {place}" for term, place in zip(order, places, strict=True))
        where = f" WHERE {' AND '.join(texts)}" if texts else ""
        # Chosen first, told afterwards: what a page does not show costs no look-up.
        sql = (
            f"WITH chosen AS MATERIALIZED (SELECT {', '.join(columns)}, {terms}"  # noqa: S608
            f" FROM {table.name}{where} ORDER BY {by} LIMIT ?)"
            f" SELECT {_told(columns)}, {', '.join(places)} FROM chosen ORDER BY {by}"
        )
        found = self._reader.rows(sql, (*values, limit + 1))
        more = len(found) > limit
        following = _cursor(found[limit - 1][len(columns) :]) if more else None
        rows = [dict(zip(columns, row, strict=False)) for row in found[:limit]]
        return Page(rows, following)

    def rows(self, query: Query) -> Iterator[dict[str, SqlValue]]:
        """The rows of every page from the query's cursor on; pages are as large as they may be."""
        query = msgspec.structs.replace(query, limit=MAX_PAGE)
        while True:
            page = self.page(query)
            yield from page.rows
            if page.next is None:
                return
            query = msgspec.structs.replace(query, cursor=page.next)

    def count(self, query: Query) -> int:
        """How many rows meet the query's conditions; order, limit and cursor do not matter."""
        table = self._tables[query.table]
        texts, values = _conditions(table, query.where)
        where = f" WHERE {' AND '.join(texts)}" if texts else ""
        row = self._reader.row(f"SELECT count(*) FROM {table.name}{where}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def summed(
        self, table: str, column: str, where: Sequence[Condition] = ()
    ) -> dict[DocumentId, int]:
        """The sums of a column over the rows that meet every condition, by document."""
        texts, values = _conditions(self._tables[table], where)
        given = f" WHERE {' AND '.join(texts)}" if texts else ""
        name = _column(self._tables[table], column)
        found = self._reader.rows(
            f"SELECT {_told([DOCUMENT])}, sum({name}) FROM {table}{given} GROUP BY {DOCUMENT}",  # noqa: S608
            values,
        )
        return {DocumentId(str(document)): int(str(total)) for document, total in found}

    def summed_by(
        self, table: str, column: str, by: str, where: Sequence[Condition] = ()
    ) -> dict[int, int]:
        """The sums of a column over the rows that meet every condition, by a column of integers."""
        definition = self._tables[table]
        texts, values = _conditions(definition, where)
        given = f" WHERE {' AND '.join(texts)}" if texts else ""
        name, group = _column(definition, column), _column(definition, by)
        found = self._reader.rows(
            f"SELECT {group}, sum({name}) FROM {table}{given} GROUP BY {group}",  # noqa: S608
            values,
        )
        return {int(str(value)): int(str(total)) for value, total in found}

    def values(self, table: str, identifier: str) -> list[str]:
        """The values of an indexed column of identifiers, each once: from one to the next, so that
        a million rows of a hundred values are a hundred look-ups."""
        name, found = _column(self._tables[table], identifier), list[str]()
        first = f"SELECT min({name}) FROM {table}"  # noqa: S608
        row = self._reader.row(first)
        while row is not None and isinstance(row[0], bytes):
            found.append(row[0].hex())
            row = self._reader.row(f"{first} WHERE {name} > ?", (row[0],))
        return found

    def repeated(
        self, table: str, columns: Sequence[str], where: Sequence[Condition] = ()
    ) -> list[SqlRow]:
        """The values that `columns`, all of them present, have together in more than one row."""
        names = [_column(self._tables[table], name) for name in columns]
        texts, values = _conditions(self._tables[table], where)
        texts += [f"{name} IS NOT NULL" for name in names]
        return self._reader.rows(
            f"SELECT {_told(names)} FROM {table} WHERE {' AND '.join(texts)}"  # noqa: S608
            f" GROUP BY {', '.join(names)} HAVING count(*) > 1",
            values,
        )

    def digest(self, table: str) -> bytes:
        """SHA-256 of the sorted rows: equal at two terminals that show the same."""
        definition = self._tables[table]
        names = [name for name, _ in definition.columns]
        found = self._reader.rows(f"SELECT {_told(names)} FROM {table}")  # noqa: S608
        total = hashlib.sha256()
        for row in sorted(msgspec.msgpack.encode(row) for row in found):
            total.update(row)
        return total.digest()


def _setting(connection: Connection, name: str) -> str:
    rows = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchall()
    return str(rows[0][0]) if rows else ""


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO setting(name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def _places(table: TableDefinition, columns: Collection[str]) -> tuple[int, ...]:
    """Where in its rows these columns stand."""
    return tuple(place for place, (name, _) in enumerate(table.columns) if name in columns)


def _packed(value: SqlValue) -> SqlValue:
    """An identifier's hexadecimal as its bytes. Whatever else stands there stays as it is."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        return value
    return bytes.fromhex(value)


def _told(columns: Sequence[str]) -> str:
    """What to select so that values come out as they went in: the inverse of `_laid`."""
    return ", ".join(map(_told_column, columns))


def _told_column(name: str) -> str:
    if name == DOCUMENT:
        return f"(SELECT id FROM document WHERE document.number = {DOCUMENT})"  # noqa: S608
    if name in IDENTIFIERS:
        return f"iif(typeof({name}) = 'blob', lower(hex({name})), {name})"
    return name


def _conditions(
    table: TableDefinition, where: Sequence[Condition]
) -> tuple[list[str], list[SqlValue]]:
    texts: list[str] = []
    values: list[SqlValue] = []
    for condition in where:
        column = _column(table, condition.column)
        if condition.value is None:
            texts.append(f"{column} IS NULL")
            continue
        mark = _DOCUMENT_NUMBER if column == DOCUMENT else "?"
        assert column != DOCUMENT or condition.comparison == Is.EQUAL, "documents have no order"
        texts.append(f"{column} {Is(condition.comparison)} {mark}")
        values.append(_packed(condition.value) if column in IDENTIFIERS else condition.value)
    return texts, values


def _order(table: TableDefinition, query: Query) -> list[str]:
    """SQL terms whose values are never NULL and together name one row."""
    wanted = [_column(table, name) for name in query.order if name not in table.key]
    # Rows without a value come last in both directions.
    absent = "IS NOT NULL" if query.descending else "IS NULL"
    terms = [term for name in wanted for term in (f"({name} {absent})", f"ifnull({name}, 0)")]
    keys = [name for name in query.order if name in table.key]
    return [*terms, *dict.fromkeys([*keys, *table.key])]


def _after(order: Sequence[str], query: Query) -> str:
    marks = ", ".join("?" * len(order))
    return f"({', '.join(order)}) {'<' if query.descending else '>'} ({marks})"


def _cursor(values: SqlRow) -> str:
    packed = msgspec.msgpack.encode(values)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def _cursor_values(cursor: str, count: int) -> list[SqlValue]:
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        values = msgspec.msgpack.decode(packed, type=list[object])
    except (binascii.Error, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise BadCursor from error
    bound: list[SqlValue] = [
        value for value in values if isinstance(value, str | bytes) or _fits(value)
    ]
    if len(bound) != len(values) or len(bound) != count:
        raise BadCursor
    return bound


def _fits(value: object) -> TypeGuard[int]:
    """Whether SQLite can hold it as an integer."""
    return type(value) is int and -(2**63) <= value < 2**63


def _create_sql(table: TableDefinition) -> list[str]:
    columns = [
        f"{name} {_kind(name, kind)}{' NOT NULL' if name in table.key or name == DOCUMENT else ''}"
        for name, kind in table.columns
    ]
    body = f"{', '.join(columns)}, PRIMARY KEY ({', '.join(table.key)})"
    statements = [f"CREATE TABLE {table.name}({body}) STRICT, WITHOUT ROWID"]
    if table.key[0] != DOCUMENT:
        statements.append(f"CREATE INDEX {table.name}_by_document ON {table.name}({DOCUMENT})")
    statements += [
        f"CREATE INDEX {table.name}_by_{column} ON {table.name}({_indexed(table, column)})"
        for column, _ in table.columns
        if column in FILTERED and column != table.key[0]
    ]
    return statements


def _kind(column: str, kind: str) -> str:
    if column == DOCUMENT:
        return "INTEGER"
    return "ANY" if column in IDENTIFIERS else kind


def _indexed(table: TableDefinition, column: str) -> str:
    along = ALONG.get(column, ())
    has = {name for name, _ in table.columns}
    return ", ".join((column, *(each for each in along if each in has)))


def _insert_sql(table: TableDefinition) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608


def _column(table: TableDefinition, name: str) -> str:
    """The name itself, if the table has such a column. Anything else is a bug, or an attack."""
    if name not in [column for column, _ in table.columns]:
        raise KeyError(f"{table.name} has no column {name!r}")
    return name


def _check(table: TableDefinition) -> None:
    names = [name for name, _ in table.columns]
    assert DOCUMENT in names, f"{table.name} has no {DOCUMENT}"
    assert table.key, f"{table.name} has no key"
    assert set(table.key) <= set(names), f"the key of {table.name}"
    assert {kind for _, kind in table.columns} <= _TYPES, f"the types of {table.name}"
    for name in (table.name, *names):
        _checked(name)


def _checked(name: str) -> str:
    assert _NAME.fullmatch(name), f"not a name: {name!r}"
    return name


def _fingerprint(tables: Iterable[TableDefinition]) -> str:
    text = repr([_create_sql(table) for table in tables])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]
